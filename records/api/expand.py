"""`expand`: documents in place of the references to them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, NamedTuple

import orjson
from rest_framework import serializers

from config.api.fields import Selection, merged, shape_of
from config.api.problems import Problem
from config.api.query import Parameter, choice_fault
from config.api.sql import Clause, all_of, joined, select, table_of
from config.faults import Fault
from records.api.pages import fetch, readable
from records.reference_fields import NamingField
from records.registry import kind_named

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from config.api.fields import Shape
    from config.api.query import Query
    from records.registry import Kind
    from records.serializers import RecordSerializer

#: References that one answer replaces at most, and the characters of the documents in their places, copies counted.
MAX_REFERENCES, MAX_CHARACTERS = 2_000, 8_000_000

NAME = "expand"


@lru_cache(maxsize=64)
def expandable(serializer: type[RecordSerializer]) -> dict[str, tuple[str, ...]]:
    """The paths of a document that lead to references, and the kinds of record that these name."""
    return dict(_expandable(serializer(), ()))


def _expandable(node: Any, above: tuple[str, ...]) -> Iterator[tuple[str, tuple[str, ...]]]:
    if isinstance(node, serializers.ListSerializer):
        node = node.child
    if isinstance(node, NamingField):
        yield ".".join(above), node.named_kinds
    elif isinstance(node, serializers.Serializer):
        for name, field in node.fields.items():
            yield from _expandable(field, (*above, name))


def expand_parameters(serializer: type[RecordSerializer]) -> dict[str, Parameter]:
    """The parameter with the paths that documents of this shape have; none where they name no other record."""
    paths = list(expandable(serializer))
    if not paths:
        return {}
    return {
        NAME: Parameter(
            NAME,
            "References to replace by the documents that they name, as last published; of a path of three names the first may be left"
            " out (`capacities.office`). A document has all members that the reference had, and its own. References within it stay as they"
            " are, and so do references to records that are not published any more. One answer expands at most"
            f" {MAX_REFERENCES:,} references, into {MAX_CHARACTERS:,} characters: for more, ask with a smaller `page_size`. `fields` and"
            " `omit` lead into the documents.",
            {"type": "string", "enum": paths},
            is_list=True,
        )
    }


class Loaded(NamedTuple):
    """Documents with what they name."""

    contents: list[dict[str, Any]]
    references: list[dict[str, Any]]  #: those within `contents` that are replaced
    found: Mapping[str, tuple[int, str]]  #: position in the feed and document, by id

    @property
    def version(self) -> bytes:
        """What changes when another edition of a named record is shown."""
        positions = sorted(position for position, _text in self.found.values())
        return blake2b(orjson.dumps(positions), digest_size=9).hexdigest().encode()

    def texts(self) -> list[str]:
        """JSON text of the documents, with documents in place of references."""
        parsed = {key: orjson.loads(text) for key, (_position, text) in self.found.items()}
        for reference in self.references:
            reference.update(parsed.get(reference["id"], ()))
        return [orjson.dumps(content).decode() for content in self.contents]


@dataclass(frozen=True, slots=True)
class Expansion:
    """The references that a request asks to replace."""

    tree: Shape
    tag: str  #: distinguishes representations in ETags
    kinds: Mapping[str, tuple[str, ...]]  #: those that each path may lead to

    @classmethod
    def read(cls, query: Query, serializer: type[RecordSerializer]) -> Expansion | None:
        """Read `expand`; None without it. Paths that lead to no reference are reported."""
        known = expandable(serializer)
        if not known or NAME not in query.values:
            return None
        asked = [_in_full(path, known) for path in query.words(NAME)]
        query.faults += [choice_fault(NAME, path, known) for path in asked if path not in known]
        paths = sorted({path for path in asked if path in known})
        tree: Shape = {}
        for path in paths:
            level = tree
            for name in path.split("."):
                level = level.setdefault(name, {})
        tag = blake2b(orjson.dumps(paths), digest_size=6).hexdigest()
        return cls(tree, tag, {path: known[path] for path in paths})

    def widen(self, shape: Shape) -> Shape:
        """The shape of a document in which these references are replaced."""
        for path, kinds in self.kinds.items():
            for kind in kinds:
                wider = shape_of(kind_named(kind).serializer)
                for name in reversed(path.split(".")):
                    wider = {name: wider}
                shape = merged(shape, wider)
        return shape

    def load(self, documents: Iterable[str]) -> Loaded:
        """Read what the documents name, in one statement. Raises Problem `expansion_too_large`."""
        contents = [orjson.loads(text) for text in documents]
        references = [one for content in contents for one in _references(content, self.tree)]
        if len(references) > MAX_REFERENCES:
            raise _too_large(
                f"There are {len(references):,} references to expand; {MAX_REFERENCES:,} are at most."
            )
        wanted: dict[str, set[str]] = {}
        for one in references:
            wanted.setdefault(one["object"], set()).add(one["id"])
        found = documents_of({kind: sorted(keys) for kind, keys in wanted.items()})
        size = sum(len(found[one["id"]][1]) for one in references if one["id"] in found)
        if size > MAX_CHARACTERS:
            raise _too_large(
                f"The documents have {size:,} characters together; {MAX_CHARACTERS:,} are at most."
            )
        return Loaded(contents, references, found)


def _in_full(path: str, known: Iterable[str]) -> str:
    """The path that ends with this one, if it is of several names and only one does: `capacities.office`."""
    longer = [each for each in known if "." in path and each.endswith(f".{path}")]
    return longer[0] if path not in known and len(longer) == 1 else path


def _too_large(detail: str) -> Problem:
    fault = Fault("expansion_too_large", detail, NAME)
    return Problem("expansion_too_large", detail, faults=[fault])


def _references(node: dict[str, Any], tree: Shape) -> Iterator[dict[str, Any]]:
    for name, below in tree.items():
        value = node[name]
        for one in value if isinstance(value, list) else [value]:
            if one is not None:
                yield from _references(one, below) if below else (one,)


def documents_of(keys: Mapping[str, Sequence[str]]) -> dict[str, tuple[int, str]]:
    """What is published of records that are given by kind: position in the feed and document, by id. One statement."""
    if not keys:
        return {}
    parts = []
    for kind, records in keys.items():
        editions = kind_named(kind).editions
        those = Clause("record_id = ANY(%s::uuid[])", (list(records),))
        where = all_of([readable(editions), those])
        parts.append(select("record_id::text, position, document", table_of(editions), where))
    found = fetch(joined(" UNION ALL ", parts))
    return {key: (position, text) for key, position, text in found}


@dataclass(frozen=True, slots=True)
class Shown:
    """How a request wants documents shown: with which references expanded, and which fields."""

    shape: Shape
    selection: Selection | None
    expansion: Expansion | None

    @classmethod
    def read(
        cls, query: Query, kind: Kind, *, is_expandable: bool = True, beside: Iterable[str] = ()
    ) -> Shown:
        """Read `fields` and `omit`, and `expand` unless the address takes none.

        Members that rows have `beside` their document may be named too; they are sent in any case.
        """
        expansion = Expansion.read(query, kind.serializer) if is_expandable else None
        whole = shape_of(kind.serializer)
        shape = expansion.widen(whole) if expansion else whole
        selection = Selection.read(query, {**shape, **{name: {} for name in beside}})
        return cls(selection.narrow(shape) if selection else shape, selection, expansion)

    def tag(self, loaded: Loaded | None) -> str:
        """What the ETag of a document adds for how it is shown."""
        parts = []
        if self.expansion and loaded:
            parts.append(f"{self.expansion.tag}-{loaded.version.decode()}")
        if self.selection:
            parts.append(self.selection.tag)
        return "".join(f".{part}" for part in parts)

    def narrow(self, document: str) -> str:
        """The fields that are wanted of a document, as JSON text."""
        return self.selection.apply(document) if self.selection else document
