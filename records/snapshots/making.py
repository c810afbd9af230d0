"""Making a snapshot: all that is public at one position of the feed, as files.

Editions are never changed, and the feed is gapless in the order of commits: what was public at a position can be read at any
time later, in short statements. So all files are of one position though nothing is locked, and a run that was killed goes on
with the file that it was at.
"""

from __future__ import annotations

import fcntl
import gzip
import hashlib
import os
import shutil
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import orjson
from django.conf import settings

from config.api import docs
from config.api.ahead import Ahead
from config.api.components import camel
from config.api.conformity import Conformity
from config.api.downloads import Csv, Ndjson
from config.api.fields import shape_of
from config.api.sql import Clause, table_of
from records.publishing.feed import last_position, stamp
from records.registry import all_kinds
from records.snapshots.folder import (
    LATEST,
    MANIFEST,
    README,
    SCHEMA,
    Snapshot,
    free_name,
    snapshots,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from config.api.conformity import Check
    from config.api.downloads import Download
    from records.registry import Kind

#: A snapshot in the making, below the folder of all.
WORK, STATE, LOCK = ".making", "state.json", ".lock"
#: What was begun longer ago is begun anew.
STALE = timedelta(days=1)
#: Documents that are read at once.
READ = 300
#: The share of records of a kind that may be gone since the last snapshot.
MAY_FALL = 0.1
#: Bytes are hashed and written to disk so many at once.
BUFFER = 1 << 20


class Refused(Exception):  # noqa: N818 - no error of the program
    """The snapshot failed a check; it says which."""


@dataclass(frozen=True)
class Output:
    """One of the files of each kind."""

    format: Download
    suffix: str
    is_compressed: bool

    def name(self, kind: Kind) -> str:
        return f"{kind.resource}{self.suffix}"


OUTPUTS = (
    Output(Ndjson(), ".ndjson.gz", is_compressed=True),
    Output(Csv(), ".csv", is_compressed=False),
)


def make(
    root: Path, *, accept_fewer: bool = False, say: Callable[[str], None] = lambda _text: None
) -> Snapshot:
    """Make a snapshot of now, or finish the one that was begun, and return it.

    Raises Refused when a document is not what the schema says, when a kind has lost more than a tenth of its records since
    the last snapshot and `accept_fewer` is not set, and when another one is being made. What was refused is removed.
    """
    root.mkdir(parents=True, exist_ok=True)
    with _alone(root):
        work = root / WORK
        state = _resumed(work) or _begun(work)
        try:
            for kind in all_kinds():
                for output in OUTPUTS:
                    name = output.name(kind)
                    if name not in state["files"]:
                        state["files"][name] = _write(work / name, kind, output, state["position"])
                        _save(work / STATE, state)
                        say(f"{name}: {state['files'][name]['count']:,}")
            manifest = _manifest(work, state)
            if not accept_fewer:
                _compare(manifest, next(iter(snapshots(root)), None))
        except Refused:
            shutil.rmtree(work)
            raise
        return _finish(root, work, manifest)


@contextmanager
def _alone(root: Path) -> Iterator[None]:
    with (root / LOCK).open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Refused("Another snapshot is being made.") from None
        yield


def _resumed(work: Path) -> dict[str, Any] | None:
    """What is left of a run that was killed; None where there is nothing to go on with."""
    try:
        state: dict[str, Any] = orjson.loads((work / STATE).read_bytes())
    except (OSError, orjson.JSONDecodeError):
        return None
    is_fresh = datetime.now(UTC) - datetime.fromisoformat(state["begun_at"]) < STALE
    if not is_fresh or state["schema"] != _schema_hash():
        return None
    return state


def _begun(work: Path) -> dict[str, Any]:
    if work.exists():
        shutil.rmtree(work)
    work.mkdir()
    state = {
        "position": last_position(),
        "begun_at": stamp(datetime.now(UTC)),
        "schema": _schema_hash(),
        "files": {},
    }
    _save(work / STATE, state)
    return state


def _schema_json() -> bytes:
    return orjson.dumps(docs.schema(), default=str, option=orjson.OPT_INDENT_2)


def _schema_hash() -> str:
    return hashlib.sha256(_schema_json()).hexdigest()


class _Hashed:
    """A file, and the hash and the size of what is written to it."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.hash = hashlib.sha256()
        self.size = 0

    def write(self, data: bytes) -> int:
        self._file.write(data)
        self.hash.update(data)
        self.size += len(data)
        return len(data)

    def flush(self) -> None:
        self._file.flush()


def _write(path: Path, kind: Kind, output: Output, position: int) -> dict[str, Any]:
    """Write the file of a kind, checking its documents, and return what the manifest says of it."""
    check = Conformity(docs.schema()["components"]["schemas"]).of(camel(kind.name))
    count = 0

    def documents() -> Iterator[str]:
        nonlocal count
        for document in public_at(kind, position):
            if output.is_compressed:  # once for all files of the kind
                _demand(check, kind, document)
            count += 1
            yield document

    shape = shape_of(kind.serializer)
    with path.open("wb", buffering=BUFFER) as file:
        hashed = _Hashed(file)
        pieces = output.format.lines(documents(), shape)
        if output.is_compressed:
            # Without name and time in it, equal documents make equal files.
            with gzip.GzipFile("", "wb", 6, hashed, mtime=0) as packed:
                for piece in pieces:
                    packed.write(piece)
        else:
            for piece in pieces:
                hashed.write(piece)
        file.flush()
        os.fsync(file.fileno())
    return {
        "name": path.name,
        "object": kind.name,
        "format": output.format.format,
        "compression": "gzip" if output.is_compressed else None,
        "count": count,
        "bytes": hashed.size,
        "sha256": hashed.hash.hexdigest(),
    }


def _demand(check: Check, kind: Kind, document: str) -> None:
    content = orjson.loads(document)
    fault = check(content)
    if fault is not None:
        msg = f"{kind.path(content['id'])} is not what the schema says: {fault}"
        raise Refused(msg)


def public_at(kind: Kind, position: int) -> Iterator[str]:
    """Yield the documents that were public at a position of the feed, in the order in which they were published."""
    table = table_of(kind.editions)
    statement = (
        f"SELECT position, document FROM {table} AS edition"  # noqa: S608 - our own name
        " WHERE position > %s AND position <= %s AND document IS NOT NULL"
        f" AND NOT EXISTS (SELECT FROM {table} AS later WHERE later.record_id = edition.record_id"
        " AND later.revision = edition.revision + 1 AND later.position <= %s)"
        " ORDER BY position LIMIT %s"
    )

    def ask(after: int) -> None:
        ahead.ask(Clause(statement, (after, position, position, READ)))

    with Ahead() as ahead:
        ask(0)
        while rows := ahead.rows():
            ask(rows[-1][0])
            for _position, document in rows:
                yield document


def _manifest(work: Path, state: dict[str, Any]) -> dict[str, Any]:
    schema = _schema_json()
    (work / SCHEMA).write_bytes(schema)
    readme = Path(__file__).with_name("readers.md").read_bytes()
    (work / README).write_bytes(readme)
    files = list(state["files"].values())
    licence = settings.SPECTACULAR_SETTINGS["LICENSE"]
    return {
        "made_at": stamp(datetime.now(UTC)),
        "position": state["position"],
        "schema_version": docs.schema()["info"]["version"],
        "licence": {"name": licence["name"], "url": licence.get("url")},
        "counts": {each["object"]: each["count"] for each in files},
        "sources": _sources(work),
        "files": [
            *files,
            *(
                {
                    "name": name,
                    "object": None,
                    "format": form,
                    "compression": None,
                    "count": None,
                    "bytes": len(content),
                    "sha256": hashlib.sha256(content).hexdigest(),
                }
                for name, form, content in (
                    (SCHEMA, "json", schema),
                    (README, "markdown", readme),
                )
            ),
        ],
    }


def _sources(work: Path) -> list[dict[str, Any]]:
    """Publishers and licences of the sources, with the number of sources of each; the sources themselves are a file."""
    found: Counter[tuple[str | None, str | None]] = Counter()
    with gzip.open(work / "sources.ndjson.gz") as lines:
        for line in lines:
            source = orjson.loads(line)
            found[source["publisher"], source["licence"]] += 1
    return [
        {"publisher": publisher, "licence": licence, "count": count}
        for (publisher, licence), count in sorted(
            found.items(), key=lambda item: (-item[1], str(item[0]))
        )
    ]


def _compare(manifest: dict[str, Any], last: Snapshot | None) -> None:
    """Raise Refused where so many records are gone that something is likely wrong."""
    if last is None:
        return
    fallen = [
        f"{name} from {before:,} to {manifest['counts'].get(name, 0):,}"
        for name, before in last.manifest["counts"].items()
        if manifest["counts"].get(name, 0) < before * (1 - MAY_FALL)
    ]
    if fallen:
        msg = f"More than a tenth is gone since {last.name}: {', '.join(fallen)}."
        raise Refused(msg)


def _finish(root: Path, work: Path, manifest: dict[str, Any]) -> Snapshot:
    """Give the folder its name, whereby all of it becomes visible at once."""
    name = free_name(root, datetime.now(UTC).date())
    _save(work / MANIFEST, {"name": name, **manifest})
    (work / STATE).unlink()
    _sync(work)
    work.rename(root / name)
    draft = root / f".{LATEST}"
    draft.unlink(missing_ok=True)
    draft.symlink_to(name)
    draft.replace(root / LATEST)
    _sync(root)
    return Snapshot(root / name)


def _save(path: Path, content: dict[str, Any]) -> None:
    """Write a file so that it is there whole or as it was."""
    draft = path.with_name(f"{path.name}.part")
    with draft.open("wb") as file:
        file.write(orjson.dumps(content, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
