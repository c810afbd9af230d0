"""The databases of a run: all on the embedded server in `CHANCERY_VAR`, `var/bench` unless it says otherwise."""

from __future__ import annotations

import os
import sys
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from config.db import embedded

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

ROOT = Path(__file__).resolve().parent.parent
#: All events; the first fifth of them; and a copy of all that is written to and dropped.
MAIN, FIFTH, COPY = embedded.NAME, "bench_fifth", "bench_copy_of_all"


@contextmanager
def running_server() -> Iterator[None]:
    """Choose the folder and the settings, and keep the embedded PostgreSQL running meanwhile."""
    os.environ.setdefault("CHANCERY_VAR", str(ROOT / "var" / "bench"))
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    if os.environ.get("DATABASE_URL"):
        sys.exit("This makes and drops databases: it runs on the embedded PostgreSQL only.")
    server = embedded.main_server()
    server.hold()
    try:
        yield
    finally:
        server.stop_if_unused()


def url(database: str) -> str:
    """Return the address of a database of the embedded server."""
    return f"postgres://{embedded.NAME}@/{database}?host={embedded.main_server().socket_folder}"


def connect(database: str) -> Any:
    import psycopg2  # noqa: PLC0415 - the environment must be set first

    return psycopg2.connect(
        dbname=database, user=embedded.NAME, host=str(embedded.main_server().socket_folder)
    )


def query(database: str, statement: str, parameters: Sequence[Any] | None = None) -> list[Any]:
    """Run one statement in a connection and a transaction of its own."""
    with closing(connect(database)) as opened:
        opened.autocommit = True
        with opened.cursor() as cursor:
            cursor.execute(statement, parameters)
            return list(cursor.fetchall()) if cursor.description else []


def exists(database: str) -> bool:
    return bool(query("postgres", "SELECT 1 FROM pg_database WHERE datname = %s", [database]))


def drop(database: str) -> None:
    query("postgres", f"DROP DATABASE IF EXISTS {database}")


def create(database: str) -> None:
    """Make a database with nothing in it."""
    query("postgres", f"CREATE DATABASE {database}")


def copy(source: str, target: str) -> None:
    """Make a database with the content of another one, to which nobody may be connected."""
    drop(target)
    query("postgres", f"CREATE DATABASE {target} TEMPLATE {source} STRATEGY FILE_COPY")


def postmaster_pid() -> int:
    """Return the process id of the PostgreSQL server."""
    return int((embedded.main_server().data / "postmaster.pid").read_text().split()[0])
