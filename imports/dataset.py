"""What an importer is: a data set that is known by its files, and a translation of its rows into exchange documents.

Each importer registers a `Dataset` with a function `translate(tree, source)` that yields `Row`, `Document` and `NearMatch`.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from pkgutil import iter_modules
from typing import TYPE_CHECKING, Any, TypeAlias

import orjson

from config.faults import Fault
from imports import datasets as folders

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from imports.files.tree import InputError, Tree

#: A record in exchange form (docs/exchange.md), with what that form leaves to the importer:
#:
#: - A document with `identifiers` is the record that has one of them (or its `id`); its `slug` is then only a wish for a
#:   record that is new, and another one is found where it is taken. A document without identifiers is known by its slug.
#: - Its lists `names`, `identifiers`, `citations`, `codes`, `predecessors` and `links` add to what is there.
#:   Every other list replaces, as in any exchange file.
#: - It says only what the data set says: a member that is left out stays as it is.
Document: TypeAlias = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a data set (a trip, an appointment, a line of a table): what an import's counts are about."""

    id: str  #: what the data set calls it: unique within the data set, the same in its next version
    file: str  #: the file, as its path within the input
    place: str  #: where it stands in the file: a record's id, or `line 12`
    content: Any  #: all that the data set says in it, as JSON takes it; a changed hash makes a changed row
    #: the documents that hold what it says, by kind and name (the first identifier as `scheme:value`, else the slug);
    #: several rows may share one
    becomes: tuple[tuple[str, str], ...] = ()
    skipped: str = ""  #: why it is left out on purpose, in a sentence; "" when it is not
    faults: tuple[Fault, ...] = ()  #: why it is rejected; the field is a pointer into `content`
    warnings: tuple[Fault, ...] = ()  #: what is odd about it, and was imported as it stands

    @classmethod
    def unread(cls, error: InputError) -> Row:
        """Return the rejected row that stands for a file, or what is left of one, that cannot be read."""
        place = f"line {error.line}" if error.line else error.file
        fault = Fault(error.code, error.reason, pointer="")
        return cls(error.file, error.file, place, {}, faults=(fault,))

    def content_hash(self) -> str:
        """Return the SHA-256 of what it says, in hexadecimal."""
        return hashlib.sha256(orjson.dumps(self.content, option=orjson.OPT_SORT_KEYS)).hexdigest()


@dataclass(frozen=True, slots=True)
class NearMatch:
    """Two records that may be the same thing, and are not proved to be: for the review list, never merged by an import."""

    kind: str
    name: str  #: the document's, as in `Row.becomes`
    other: str  #: the record that it may be: its id as text
    score: float  #: 0 to 1
    reason: str  #: what speaks for it and what is missing, in a sentence


@dataclass(frozen=True)
class Dataset:
    """A public data set that can be imported."""

    name: str  #: what `--format` calls it
    title: str  #: what people call it
    source: Document  #: the source that its records cite unless `--source` names another: an exchange document
    recognises: Callable[[Tree], bool]  #: whether files look like this data set
    #: Yields rows, documents and near matches in any order, documents that are named before those that name them where
    #: that is easy. `source` is the reference of the source to cite. May ask the database; writes nothing.
    translate: Callable[[Tree, str], Iterator[Row | Document | NearMatch]]
    #: Data sets to import before it, when both are there.
    after: tuple[str, ...] = field(default=())


_DATASETS: dict[str, Dataset] = {}


def register(dataset: Dataset) -> Dataset:
    _DATASETS[dataset.name] = dataset
    return dataset


@cache
def _discover() -> None:
    for folder in iter_modules(folders.__path__):
        name = f"{folders.__name__}.{folder.name}.importer"
        if folder.ispkg and find_spec(name) is not None:
            import_module(name)


def datasets() -> dict[str, Dataset]:
    _discover()
    return _DATASETS


def name_of(document: Document) -> str:
    """Return what `Row.becomes` calls a document: its first identifier, else its slug, else its id."""
    for identifier in document.get("identifiers") or ():
        return f"{identifier['scheme']}:{identifier['value']}"
    return str(document.get("slug") or document["id"])
