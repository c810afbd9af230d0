"""Run the importer of a data set: its documents become lines of the exchange form, without what it said before."""

from __future__ import annotations

import hashlib
import tempfile
from collections import defaultdict
from dataclasses import dataclass, field, replace
from typing import IO, TYPE_CHECKING, Any
from uuid import UUID

import orjson

from imports.dataset import NearMatch, Row, name_of
from imports.models import ImportedRecord
from records.exchange.report import are_too_many
from records.registry import all_kinds

if TYPE_CHECKING:
    from imports.dataset import Dataset, Document
    from imports.files.tree import Tree
    from records.exchange.load import Progress

#: Members that say which record a document is; they stay when nothing else is new.
_IDENTITY = {"object", "id", "slug", "identifiers"}
#: A record by its kind and what the data set calls it.
Name = tuple[str, str]


class AmbiguousError(Exception):
    """An importer yields the same row or the same record twice: a mistake of the importer, or of its data set."""


@dataclass
class Translation:
    """The rows of a data set, and its documents as an exchange file."""

    dataset: str
    #: the record and the hash of each member of the documents of earlier imports
    remembered: dict[Name, tuple[UUID, dict[str, str]]]
    file: IO[bytes]
    rows: list[Row] = field(default_factory=list)  #: without their content
    faults: int = 0  #: of all rows
    hashes: dict[str, str] = field(default_factory=dict)  #: of the content of each row, by its id
    near: list[NearMatch] = field(default_factory=list)
    names: list[Name] = field(default_factory=list)  #: of the documents in the file, by line
    members: dict[Name, dict[str, str]] = field(default_factory=dict)  #: a hash of each member
    #: the records of documents that say nothing new, which are not in the file
    same: dict[Name, UUID] = field(default_factory=dict)

    @property
    def is_stopped(self) -> bool:
        """Whether more is wrong with the rows than is reported, so that nothing is imported."""
        return are_too_many(self.faults)

    def rows_by_name(self) -> dict[Name, list[Row]]:
        found: dict[Name, list[Row]] = defaultdict(list)
        for row in self.rows:
            for name in row.becomes:
                found[name].append(row)
        return found

    def add_row(self, row: Row) -> None:
        """Keep a row. Raises AmbiguousError when there is one with its id."""
        if row.id in self.hashes:
            msg = f"{self.dataset} has two rows {row.id}."
            raise AmbiguousError(msg)
        self.hashes[row.id] = row.content_hash()
        self.faults += len(row.faults)
        self.rows.append(replace(row, content=None))

    def add_document(self, document: Document) -> None:
        """Write a document to the file, as far as it says anything new. Raises AmbiguousError when it comes twice."""
        name = (document["object"], name_of(document))
        if name in self.members:
            msg = f"{self.dataset} has two documents of the {name[0]} {name[1]}."
            raise AmbiguousError(msg)
        self.members[name] = members = {key: _hash(value) for key, value in document.items()}
        if name in self.remembered:
            record, before = self.remembered[name]
            document = {
                member: value
                for member, value in document.items()
                if member in _IDENTITY or members[member] != before.get(member)
            }
            if members == before and _IDENTITY.issuperset(document):
                self.same[name] = record
                return
        self.names.append(name)
        self.file.write(orjson.dumps(document, option=orjson.OPT_APPEND_NEWLINE))


def translate(dataset: Dataset, tree: Tree, source: str, progress: Progress) -> Translation:
    """Run an importer. `source` is the reference of the source to cite, or "" for the data set's own.

    What a document says that it said at the last import is left out, so that it does not undo what the desk made of it;
    the document of a record that was deleted since is written in full again. Where too much is wrong it reads no further.
    """
    file = tempfile.TemporaryFile()  # noqa: SIM115 - closed by the caller
    translation = Translation(dataset.name, _remembered(dataset.name), file)
    if not source:
        source = dataset.source["slug"]
        translation.add_document({"object": "source", **dataset.source})
    for item in dataset.translate(tree, source):
        if isinstance(item, Row):
            translation.add_row(item)
            if translation.is_stopped:
                break
            if len(translation.rows) % 500 == 0:
                progress("reading", len(translation.rows), 0)
        elif isinstance(item, NearMatch):
            translation.near.append(item)
        else:
            translation.add_document(item)
    return translation


def _hash(value: Any) -> str:
    text = orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
    return hashlib.blake2b(text, digest_size=12).hexdigest()


def _remembered(dataset: str) -> dict[Name, tuple[UUID, dict[str, str]]]:
    """Return what the last import said of records that still exist."""
    found = {}
    for kind in all_kinds():
        there = kind.model._default_manager.values("pk")
        rows = ImportedRecord.last(dataset, [kind.name]).filter(record_id__in=there)
        for name, record, members in rows.values_list("name", "record_id", "members"):
            found[kind.name, name] = (record, members)
    return found
