"""A data set as lines of the exchange form: what its importer yields, without what it said before."""

from __future__ import annotations

import hashlib
import tempfile
from collections import defaultdict
from dataclasses import dataclass, field
from typing import IO, TYPE_CHECKING, Any
from uuid import UUID

import orjson

from imports.dataset import NearMatch, Row, name_of
from imports.models import ImportedRecord
from records.registry import all_kinds

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from config.faults import Fault
    from imports.dataset import Dataset, Document
    from imports.files.tree import Tree

#: Members that say which record a document is; they stay when all else is as it was.
_IDENTITY = ("object", "id", "slug", "identifiers")
#: A record by its kind and what the data set calls it.
Name = tuple[str, str]


@dataclass(slots=True)
class KeptRow:
    """What is kept of a row while it is taken in."""

    id: str
    file: str
    place: str
    content_hash: str
    becomes: tuple[Name, ...]
    skipped: str
    faults: tuple[Fault, ...]
    warnings: tuple[Fault, ...]


@dataclass
class Translation:
    """A data set in exchange form."""

    file: IO[bytes]
    rows: list[KeptRow] = field(default_factory=list)
    near: list[NearMatch] = field(default_factory=list)
    names: list[Name] = field(default_factory=list)  #: of the documents in the file, by line
    members: dict[Name, dict[str, str]] = field(default_factory=dict)  #: a hash of each member
    #: the records of documents that say nothing new, which are not in the file
    same: dict[Name, UUID] = field(default_factory=dict)

    def rows_by_name(self) -> dict[Name, list[KeptRow]]:
        """Return which rows each document stands for."""
        found: dict[Name, list[KeptRow]] = defaultdict(list)
        for row in self.rows:
            for name in row.becomes:
                found[name].append(row)
        return found


class AmbiguousError(Exception):
    """An importer yields the same row or the same record twice: a mistake of the importer, or of its data set."""


def translate(
    dataset: Dataset, tree: Tree, source: str, progress: Callable[[str, int, int], None]
) -> Translation:
    """Run an importer. `source` is the reference of the source to cite, or "" for the data set's own.

    What a document says that it said at the last import is left out, so that it does not undo what the desk made of it;
    a record that was deleted since is told in full again.
    """
    before = _told_before(dataset.name)
    told = Translation(tempfile.TemporaryFile())  # noqa: SIM115 - closed by whoever takes it in
    rows: set[str] = set()

    def tell(document: Document) -> None:
        name = (document["object"], name_of(document))
        if name in told.members:
            msg = f"{dataset.name} tells the record {name[0]} {name[1]} twice."
            raise AmbiguousError(msg)
        told.members[name] = members = _hashes(document)
        record, known = before.get(name, (None, {}))
        if record is not None:
            document = {
                member: value
                for member, value in document.items()
                if member in _IDENTITY or members[member] != known.get(member)
            }
            if not set(document) - set(_IDENTITY) and members == known:
                told.same[name] = record
                return
        told.names.append(name)
        told.file.write(orjson.dumps(document, option=orjson.OPT_APPEND_NEWLINE))

    if not source:
        source = dataset.source["slug"]
        tell({"object": "source", **dataset.source})
    for item in dataset.translate(tree, source):
        if isinstance(item, Row):
            if item.id in rows:
                msg = f"{dataset.name} has two rows {item.id}."
                raise AmbiguousError(msg)
            rows.add(item.id)
            told.rows.append(
                KeptRow(
                    item.id,
                    item.file,
                    item.place,
                    item.content_hash(),
                    item.becomes,
                    item.skipped,
                    item.faults,
                    item.warnings,
                )
            )
            if len(told.rows) % 500 == 0:
                progress("reading", len(told.rows), 0)
        elif isinstance(item, NearMatch):
            told.near.append(item)
        else:
            tell(item)
    return told


def _hashes(document: Document) -> dict[str, str]:
    return {name: _hash(value) for name, value in document.items()}


def _hash(value: Any) -> str:
    text = orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
    return hashlib.blake2b(text, digest_size=12).hexdigest()


def _told_before(dataset: str) -> dict[Name, tuple[UUID, dict[str, str]]]:
    """What the data set said of records that are still there."""
    found = {
        (kind, name): (record, members)
        for kind, name, record, members in ImportedRecord.objects.filter(
            dataset=dataset
        ).values_list("kind", "name", "record_id", "members")
    }
    by_kind: dict[str, list[UUID]] = defaultdict(list)
    for (kind, _name), (record, _members) in found.items():
        by_kind[kind].append(record)
    there: set[UUID] = set()
    for each in all_kinds():
        there |= _existing(each.model, by_kind.get(each.name, ()))
    return {name: told for name, told in found.items() if told[0] in there}


def _existing(model: Any, keys: Iterable[UUID]) -> set[UUID]:
    wanted = list(keys)
    found: set[UUID] = set()
    for start in range(0, len(wanted), 5_000):
        rows = model._default_manager.order_by().filter(pk__in=wanted[start : start + 5_000])
        found |= set(rows.values_list("pk", flat=True))
    return found
