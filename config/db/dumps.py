"""Dumps of a whole database by PostgreSQL's own tools: written, read back, restored and compared (docs/decisions/0135).

A dump is two files: what `pg_dump` writes, and beside it a manifest that says how many rows each table has and what their hash
is, read in the very snapshot that was dumped. A restore compares.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg2
from psycopg2.extensions import cursor as Cursor  # noqa: N812 - a class, whatever its name
from psycopg2.extensions import make_dsn

#: Tables whose rows are left out: everybody logs in again after a restore, so that a dump opens no door.
LEFT_OUT = ("django_session",)
#: The form of the manifest.
FORM = 1
#: How values are written as text wherever they are hashed.
_TEXT = {
    "TimeZone": "UTC",
    "DateStyle": "ISO, YMD",
    "IntervalStyle": "postgres",
    "extra_float_digits": "1",
    "bytea_output": "hex",
    "search_path": "public",
}
# What lies in schemas of ours and belongs to no extension.
_CLASSES = "pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace"
_ARE_OURS = (
    "n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' AND NOT EXISTS ("
    "SELECT FROM pg_depend WHERE classid = 'pg_class'::regclass AND objid = c.oid AND deptype = 'e')"
)
_TABLES = (
    "SELECT n.nspname, c.relname, array_agg(quote_ident(a.attname) ORDER BY a.attname)"  # noqa: S608 - parts of ours
    f" FROM {_CLASSES} JOIN pg_attribute AS a ON a.attrelid = c.oid"
    f" WHERE {_ARE_OURS} AND c.relkind = 'r' AND c.relpersistence = 'p'"
    " AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = '' GROUP BY 1, 2 ORDER BY 1, 2"
)
#: A table, view or sequence, a table first.
_ANYTHING = (
    f"SELECT c.relname FROM {_CLASSES} WHERE {_ARE_OURS} AND c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S')"  # noqa: S608 - parts of ours
    " ORDER BY c.relkind <> 'r', c.relname LIMIT 1"
)


class DumpError(Exception):
    """A dump cannot be written, read or restored; the message says why."""


@dataclass(frozen=True)
class Database:
    """A database, and the tools that fit its server."""

    parameters: Mapping[str, Any]  #: as the driver takes them
    programs: Path  #: where pg_dump and pg_restore are

    def connect(self) -> Any:
        """Connect with the driver."""
        try:
            return psycopg2.connect(**self.parameters)
        except psycopg2.Error as error:
            raise DumpError(unreachable(error)) from None

    def command(self, program: str, *arguments: str) -> tuple[list[str], dict[str, str]]:
        """Return the command line of one of the tools, and its environment."""
        # PGDATA, PGHOST and the like are about other databases.
        environ = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
        if password := self.parameters.get("password"):
            environ["PGPASSWORD"] = password  # never on a command line, which anybody can read
        return [str(self.programs / program), *arguments], environ

    @property
    def address(self) -> str:
        """The database as libpq names it, without its password."""
        left_out = {"password", "cursor_factory"}
        given = {
            name: value for name, value in self.parameters.items() if name not in left_out and value
        }
        return str(make_dsn(**given))

    def run(self, program: str, *arguments: str) -> None:
        """Run one of the tools. Raises DumpError with the last line that it said."""
        command, environ = self.command(program, *arguments)
        try:
            done = subprocess.run(
                command, env=environ, check=False, capture_output=True, text=True, errors="replace"
            )
        except OSError as error:
            raise DumpError(f"{command[0]} cannot be run ({error.strerror}).") from None
        if done.returncode:
            said = [line for line in done.stderr.splitlines() if line.strip()]
            first = next((line for line in said if "error:" in line), "".join(said[-1:]))
            raise DumpError(f"{program} failed: {_one_line(first)}")


def unreachable(error: Exception) -> str:
    """Return what is said of a database that cannot be reached."""
    return f"The database cannot be reached: {_one_line(str(error))}"


Contents = dict[str, dict[str, Any]]


def contents_of(cursor: Cursor) -> Contents:
    """Return the number of rows and their hash, by table. The hash does not depend on the order of rows or columns."""
    for name, value in _TEXT.items():
        cursor.execute("SELECT set_config(%s, %s, true)", [name, value])
    cursor.execute(_TABLES)
    found = {}
    for schema, table, columns in cursor.fetchall():
        if table in LEFT_OUT:
            continue
        # The sum of a number made of each row: 56 bits of a SHA-256.
        row = f"sha256(convert_to(ROW({', '.join(columns)})::text, 'UTF8'))"
        cursor.execute(
            f"SELECT count(*), coalesce(sum(('x' || encode(substr({row}, 1, 7), 'hex'))::bit(56)::bigint), 0)::text"  # noqa: S608 - names of the database, quoted
            f' FROM "{schema}"."{table}"'
        )
        rows, hashed = cursor.fetchone() or (0, "0")
        found[f"{schema}.{table}"] = {"rows": rows, "hash": hashed}
    return found


def answers_to(cursor: Cursor, questions: Mapping[str, str]) -> dict[str, Any]:
    """Return what a database says to statements of one value each, by their names."""
    found = {}
    for name, statement in questions.items():
        cursor.execute(statement)
        (found[name],) = cursor.fetchone() or (None,)
    return found


def write(database: Database, path: Path, questions: Mapping[str, str]) -> dict[str, Any]:
    """Dump the database into a file, read it back, and write the manifest beside it, which is returned.

    All of it is of one instant, whatever is written meanwhile. Raises DumpError; then no file is left.
    """
    part = path.with_name(f"{path.name}.part")
    part.touch(mode=0o600)
    try:
        with closing(database.connect()) as connection:
            connection.set_session(isolation_level="REPEATABLE READ", readonly=True)
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_export_snapshot(), current_setting('server_version')")
                snapshot, version = cursor.fetchone()
                database.run(
                    "pg_dump", "--format=custom", "--no-owner", "--no-acl", "--no-unlogged-table-data",
                    *(f"--exclude-table-data=*.{table}" for table in LEFT_OUT),
                    f"--snapshot={snapshot}", f"--file={part}", f"--dbname={database.address}",
                )  # fmt: skip
                contents = contents_of(cursor)
                answers = answers_to(cursor, questions)
        counted = rows_in(database, part)
        wrong = [name for name in contents if contents[name]["rows"] != counted.get(name, 0)]
        if wrong:
            raise DumpError(f"The dump does not hold all rows of {', '.join(wrong[:5])}.")
        manifest = {
            "form": FORM,
            "made_at": datetime.now(UTC).isoformat(timespec="seconds"),
            "server_version": version,
            "bytes": part.stat().st_size,
            "sha256": hash_of(part),
            "facts": answers,
            "left_out": [*LEFT_OUT],
            "tables": contents,
        }
        beside(path).write_text(json.dumps(manifest, indent=2) + "\n")
        part.rename(path)
    except psycopg2.Error as error:
        raise DumpError(_one_line(str(error))) from None
    finally:
        part.unlink(missing_ok=True)
    return manifest


def beside(path: Path) -> Path:
    """Where the manifest of a dump is."""
    return path.with_name(f"{path.name}.json")


def hash_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def rows_in(database: Database, path: Path) -> dict[str, int]:
    """Read all of a dump and return how many rows it has, by table."""
    counted: dict[str, int] = {}
    table = ""
    with _unpacked(database, path) as lines:
        for line in lines:
            if table:
                if line == b"\\.\n":
                    table = ""
                else:
                    counted[table] += 1
            elif line.startswith(b"COPY ") and line.endswith(b" FROM stdin;\n"):
                table = line.split(b" ", 2)[1].decode().replace('"', "")
                counted[table] = 0
    return counted


@contextmanager
def _unpacked(database: Database, path: Path) -> Iterator[Iterator[bytes]]:
    command, environ = database.command("pg_restore", "--data-only", "--file=-", str(path))
    with subprocess.Popen(
        command, env=environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout is not None  # noqa: S101 - for the type checker
        assert process.stderr is not None  # noqa: S101
        yield iter(process.stdout)
        said = process.stderr.read().decode(errors="replace")
    if process.returncode:
        raise DumpError(f"The dump cannot be read back: {_one_line(said)}")


def read_manifest(path: Path) -> dict[str, Any]:
    """Return the manifest of a dump, once the dump is what it says. Raises DumpError."""
    try:
        manifest: dict[str, Any] = json.loads(beside(path).read_text())
        size = path.stat().st_size
        if manifest["form"] != FORM:
            raise DumpError(f"{beside(path)} is of another form.")
        if (size, hash_of(path)) != (manifest["bytes"], manifest["sha256"]):
            raise DumpError(f"{path} is not the file that was written: its hash is another one.")
    except OSError as error:
        raise DumpError(f"{error.filename} cannot be read ({error.strerror}).") from None
    except (ValueError, KeyError, TypeError):
        raise DumpError(f"{beside(path)} is not the manifest of a dump.") from None
    return manifest


def restore(database: Database, path: Path, questions: Mapping[str, str]) -> dict[str, Any]:
    """Read a dump into an empty database, and compare what is there then with the manifest, which is returned.

    Raises DumpError where the database is not empty, the dump is damaged, or something differs.
    """
    manifest = read_manifest(path)
    with closing(database.connect()) as connection, connection.cursor() as cursor:
        cursor.execute(_ANYTHING)
        if (found := cursor.fetchone()) is not None:
            raise DumpError(
                f"The database is not empty: it has {found[0]}. Restore into a new one."
            )
    # All or nothing, so that what failed can be tried again.
    database.run(
        "pg_restore", "--exit-on-error", "--single-transaction", "--no-owner", "--no-acl",
        f"--dbname={database.address}", str(path),
    )  # fmt: skip
    with closing(database.connect()) as connection:
        with connection.cursor() as cursor:
            differing = differences(cursor, manifest, questions)
        if differing:
            raise DumpError(f"What was restored differs from the dump: {'; '.join(differing)}.")
        connection.rollback()
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")  # ways to an answer are chosen by it
    return manifest


def differences(
    cursor: Cursor, manifest: Mapping[str, Any], questions: Mapping[str, str]
) -> list[str]:
    """Return in what a database differs from a manifest."""
    contents, answers = contents_of(cursor), answers_to(cursor, questions)
    return [
        f"{name} is {answers.get(name)} and was {value}"
        for name, value in manifest["facts"].items()
        if answers.get(name) != value
    ] + [
        f"{name} has {there['rows']} rows and had {was['rows']}"
        if there["rows"] != was["rows"]
        else f"{name} has other rows"
        for name in sorted({*contents, *manifest["tables"]})
        for there, was in [
            (contents.get(name, _NONE), manifest["tables"].get(name, _NONE)),
        ]
        if there != was
    ]


_NONE: dict[str, Any] = {"rows": "no", "hash": ""}


def _one_line(text: str) -> str:
    return " ".join(text.split())
