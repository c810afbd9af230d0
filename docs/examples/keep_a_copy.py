"""Keep a copy of all records, or of those of some states, in step: `python docs/examples/keep_a_copy.py http://127.0.0.1:8000 copy.sqlite3`.

The first run takes the latest snapshot; each run reads what has changed since, and stores it in a SQLite file of yours. It can be
killed at any moment: the next run goes on. With Python's own library alone; copy what you need of it, and of client.py.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import shutil
import sqlite3
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from client import Api, ProblemError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

Document = dict[str, Any]

#: After these there is a document; after the other actions there is none.
THERE = {"published", "updated", "restored"}
#: Problems that go away by themselves.
PASSING = {429, 500, 502, 503, 504}
#: Changes that are read, and records that are loaded, with one request.
READ, LOADED = 200, 100

TABLES = """
CREATE TABLE IF NOT EXISTS documents (id TEXT PRIMARY KEY, object TEXT NOT NULL, document TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS progress (position INTEGER NOT NULL, states TEXT);
"""


class OutOfStepError(Exception):
    """The copy cannot go on; it says why."""


class Copy:
    """The documents in a SQLite file, and the position of the change feed up to which they are right."""

    def __init__(self, api: Api, file: Path, states: str | None = None) -> None:
        self._api = api
        self._parts = file.with_name(f"{file.name}.parts")
        self._states = states
        self.database = sqlite3.connect(file)
        self.database.executescript(TABLES)

    @property
    def position(self) -> int | None:
        """The position in the feed; None before the copy has begun."""
        for position, states in self.database.execute("SELECT position, states FROM progress"):
            if states != self._states:
                raise OutOfStepError("The file holds a copy of other states.")
            return int(position)
        return None

    def bring_up_to_date(self) -> None:
        """Begin with a snapshot if there is no copy yet, and read all changes since."""
        if self.position is None:
            self._begin()
        try:
            self._follow()
        except ProblemError as problem:
            # The copy is older than the feed, or of another server.
            faults = problem.document["errors"]
            codes = {problem.document["code"], *(each["code"] for each in faults)}
            if not codes & {"feed_expired", "unknown_position"}:
                raise
            self._begin(oldest=problem.document.get("oldest_position", 0))
            self._follow()

    def compare(self) -> Iterator[tuple[str, bool, int]]:
        """Yield of each kind whether it is what the latest snapshot has, and how many records were compared.

        What has changed since that snapshot is left out: to compare all, make one just before.
        """
        manifest = self._manifest()
        if manifest is None:
            raise OutOfStepError("There is no snapshot to compare with.")
        self.bring_up_to_date()
        changed = {
            change["id"] for page in self._pages(manifest["position"]) for change in page["results"]
        }
        shows = self._scope()
        for kind, path in self._fetched(manifest):
            stored = self.database.execute(
                "SELECT document FROM documents WHERE object = ?", (kind,)
            )
            mine = (json.loads(text) for (text,) in stored)
            theirs = filter(shows, documents_in(path))
            one, other = (
                fingerprint(each for each in documents if each["id"] not in changed)
                for documents in (mine, theirs)
            )
            yield kind, one == other, one[0]
        shutil.rmtree(self._parts)

    # The beginning

    def _begin(self, oldest: int = 0) -> None:
        """Put the latest snapshot in place of what is there; without one, begin with nothing at the feed's first change.

        `oldest` is the position from which on the feed can be read.
        """
        manifest = self._manifest()
        position = manifest["position"] if manifest else 0
        if position < oldest:
            raise OutOfStepError("The feed does not reach back to a snapshot. One must be made.")
        shows = self._scope()
        files = self._fetched(manifest) if manifest else []
        with self.database:
            self.database.execute("DELETE FROM documents")
            self.database.execute("DELETE FROM progress")
            for _kind, path in files:
                self._store(filter(shows, documents_in(path)))
            self.database.execute("INSERT INTO progress VALUES (?, ?)", (position, self._states))
        shutil.rmtree(self._parts, ignore_errors=True)

    def _manifest(self) -> Any:
        """The manifest of the latest snapshot; None where there is none."""
        try:
            return self._api.get("snapshots/latest/")
        except ProblemError as problem:
            if problem.document["status"] != 404:
                raise
            return None

    def _fetched(self, manifest: Document) -> list[tuple[str, Path]]:
        """Each kind with the file of its documents, whose hash is right. What is on disk already is not asked for again."""
        found = []
        self._parts.mkdir(exist_ok=True)
        for file in manifest["files"]:
            if file["format"] != "ndjson":
                continue
            # The hash as its name: what is left of another snapshot is not mistaken for it.
            path = self._parts / file["sha256"]
            size = path.stat().st_size if path.exists() else 0
            if size < file["bytes"]:
                address = f"snapshots/{manifest['name']}/{file['name']}"
                with (
                    self._api.open(address, headers={"Range": f"bytes={size}-"}) as answer,
                    path.open("ab") as target,
                ):
                    shutil.copyfileobj(answer, target)
            with path.open("rb") as content:
                is_whole = hashlib.file_digest(content, "sha256").hexdigest() == file["sha256"]
            if not is_whole:
                if path.stat().st_size >= file["bytes"]:
                    path.unlink()  # no part of it is right for certain
                raise ConnectionError(f"{file['name']} was cut or damaged on the way.")
            found.append((file["object"], path))
        return found

    def _scope(self) -> Any:
        """Return what says of a document whether it is kept: with states, if it shows one of them anywhere, or is one."""
        if self._states is None:
            return lambda _document: True
        ids = {self._api.get(f"states/{each}/")["id"] for each in self._states.split(",")}
        return lambda document: any(
            each.get("object") == "state" and each.get("id") in ids for each in members(document)
        )

    # What follows

    def _pages(self, position: int, **scope: str) -> Iterator[Document]:
        """Yield the answers of the feed after a position."""
        while True:
            page = self._api.get("changes/", after=str(position), page_size=str(READ), **scope)
            yield page
            if page["next"] is None:
                return
            position = page["position"]

    def _follow(self) -> None:
        position = self.position or 0
        for page in self._pages(position, **({"state": self._states} if self._states else {})):
            newest = {change["id"]: change for change in page["results"]}  # the last of each record
            documents = self._load(
                change
                for change in newest.values()
                if change["action"] in THERE and change["scope"] != "left"
            )
            # The documents and the position together, or nothing.
            with self.database:
                self.database.executemany(
                    "DELETE FROM documents WHERE id = ?", [(each,) for each in newest]
                )
                self._store(documents)
                moved = self.database.execute(
                    "UPDATE progress SET position = ? WHERE position = ?",
                    (page["position"], position),
                )
                if not moved.rowcount:
                    raise OutOfStepError("Another process keeps this copy.")
            position = page["position"]

    def _load(self, changes: Iterable[Document]) -> list[Document]:
        """Load the newest documents. What is not there any more was withdrawn or merged since; a later change says so."""
        wanted: dict[str, list[str]] = {}
        for change in changes:
            resource = change["url"].split("/")[3]  # /api/v1/events/<id>/
            wanted.setdefault(resource, []).append(change["id"])
        found: list[Document] = []
        for resource, ids in wanted.items():
            for start in range(0, len(ids), LOADED):
                some = ids[start : start + LOADED]
                answer = self._api.get(f"{resource}/", id=",".join(some), page_size=str(LOADED))
                # The id of a merged record finds its survivor, which has changes of its own.
                found += [each for each in answer["results"] if each["id"] in some]
        return found

    def _store(self, documents: Iterable[Document]) -> None:
        self.database.executemany(
            "INSERT INTO documents VALUES (?, ?, ?)",
            ((each["id"], each["object"], json.dumps(each)) for each in documents),
        )


def documents_in(path: Path) -> Iterator[Document]:
    """Yield the documents of a file of a snapshot."""
    with gzip.open(path) as lines:
        yield from map(json.loads, lines)


def members(node: Any) -> Iterator[Document]:
    """Yield an object of JSON and all objects within it."""
    if isinstance(node, dict):
        yield node
    for each in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from members(each)


def fingerprint(documents: Iterable[Document]) -> tuple[int, int]:
    """How many documents there are, and the sum of their hashes, which is the same in any order."""
    count, total = 0, 0
    for count, each in enumerate(documents, 1):  # noqa: B007 - the last one counts
        total += int(hashlib.sha256(json.dumps(each, sort_keys=True).encode()).hexdigest(), 16)
    return count, total


def main() -> int:
    """Bring a copy up to date, once or again and again, and compare it if asked to."""
    parser = argparse.ArgumentParser(description="Keep a copy in step.")
    parser.add_argument("base", help="scheme, host and port of the API")
    parser.add_argument("file", type=Path, help="the SQLite file of the copy")
    parser.add_argument("--state", help="keep only what shows these states (PK or PK,CN)")
    parser.add_argument("--every", type=float, metavar="SECONDS", help="go on for ever")
    parser.add_argument("--compare", action="store_true", help="compare with the latest snapshot")
    given = parser.parse_args()
    # Nothing is kept but the copy; caches on the way may have pages that are older than what the feed says.
    api = Api(given.base, kept=None, headers={"Cache-Control": "no-cache"})
    copy = Copy(api, given.file, given.state)
    while True:
        try:
            copy.bring_up_to_date()
            (count,) = copy.database.execute("SELECT count(*) FROM documents").fetchone()
            print(f"Position {copy.position}, {count} documents", flush=True)
        except (ProblemError, OutOfStepError, OSError) as error:
            print(error, file=sys.stderr, flush=True)
            if given.every is None or not is_passing(error):
                return 1
        if given.every is None:
            break
        time.sleep(given.every)
    if not given.compare:
        return 0
    is_right = True
    for kind, is_equal, count in copy.compare():
        print(f"{kind}: {count} compared, {'equal' if is_equal else 'DIFFERENT'}")
        is_right &= is_equal
    return 0 if is_right else 1


def is_passing(error: Exception) -> bool:
    """Whether it may go away by itself: no answer, too many requests, trouble at the server."""
    if isinstance(error, ProblemError):
        return error.document["status"] in PASSING
    return isinstance(error, OSError)


if __name__ == "__main__":
    sys.exit(main())
