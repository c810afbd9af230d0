"""From working rows to documents: serialise, then fill in references from what is published."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

import orjson
from anyascii import anyascii

from records.models import Reference, Standing

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from records.models import Record
    from records.registry import Kind


@dataclass(slots=True)
class Draft:
    """A document on its way to become an edition."""

    kind: Kind
    record: Record
    document: dict[str, Any]
    named: dict[UUID, str]  #: ids of the records that it names, and their kinds
    references: DocumentReferences

    @property
    def missing(self) -> dict[UUID, str]:
        return {key: kind for key, kind in self.named.items() if not self.references.is_known(key)}


class DocumentReferences:
    """Hands out empty references while rendering, and fills them all at once afterwards.

    Filling reads what is *published* of the named records, one query for all kinds; working tables are not looked at.
    """

    def __init__(self) -> None:
        self._given: dict[UUID, dict[str, Any]] = {}
        self._known: dict[UUID, Reference | None] = {}
        self._composed: dict[UUID, tuple[Kind, dict[str, Any]]] = {}
        self.named: dict[UUID, str] = {}

    def to(self, kind: str, key: UUID) -> dict[str, Any]:
        """Return the reference to a record: empty until `fill()`, unless the record is known already."""
        self.named[key] = kind
        if key not in self._given:
            reference = self._known.get(key)
            is_published = reference is not None and reference.standing == Standing.PUBLISHED
            self._given[key] = (
                reference.embedded() if reference is not None and is_published else {}
            )
        return self._given[key]

    def fill(self) -> None:
        keys = [key for key in self._given if key not in self._known]
        found = Reference.objects.in_bulk([key for key in keys if key not in self._composed])
        for key in keys:
            reference = (
                reference_to(*self._composed[key]) if key in self._composed else found.get(key)
            )
            self._known[key] = reference
            if reference is not None and reference.standing == Standing.PUBLISHED:
                self._given[key].update(reference.embedded())

    def learn(self, kind: Kind, document: dict[str, Any]) -> None:
        """Fill in a record that is published in the same transaction."""
        key = UUID(document["id"])
        self._composed[key] = kind, document
        if key in self._given:
            reference = reference_to(kind, document)
            self._known[key] = reference
            self._given[key].clear()
            self._given[key].update(reference.embedded())

    def asked(self) -> list[UUID]:
        return list(self._given)

    def is_known(self, key: UUID) -> bool:
        reference = self._known.get(key)
        return reference is not None and reference.standing == Standing.PUBLISHED

    def stands_for(self, key: str) -> list[UUID]:
        """The states that a named record stands for, as published (an office: its state)."""
        reference = self._known.get(UUID(key))
        # Those of a record that is being published come from its document, where ids are text.
        return [UUID(str(state)) for state in reference.state_ids] if reference is not None else []

    def facts(self, key: str) -> dict[str, Any]:
        """What a named record's own document says that others may repeat, as published (a tenure: its office)."""
        reference = self._known.get(UUID(key))
        return dict(reference.facts) if reference is not None else {}


def serialise(kind: Kind, records: Iterable[Record], references: DocumentReferences) -> list[Draft]:
    """Render records of one kind; references in the documents are still empty."""
    serializer = kind.serializer(context={"references": references, "kind": kind})
    drafts = []
    for record in records:
        references.named = {}
        document = serializer.to_representation(record)
        drafts.append(Draft(kind, record, document, references.named, references))
    return drafts


def complete(drafts: Sequence[Draft], references: DocumentReferences) -> None:
    """Fill references, labels and derived fields of all documents of one transaction, which may name each other."""
    references.fill()
    for draft in _named_first(drafts):
        if not (draft.missing and draft.kind.editions.label_needs_references):
            draft.kind.editions.compose(draft.document)
            references.learn(draft.kind, draft.document)
    derivations = [
        (draft, draft.kind.editions.derive(draft.document, references))
        for draft in drafts
        if not draft.missing
    ]
    while derivations:
        derivations = [each for each in derivations if _goes_on(*each)]
        references.fill()


def _goes_on(draft: Draft, derivation: Iterator[None]) -> bool:
    """Let a document derive until it needs what it asked for; return whether it does."""
    draft.references.named = draft.named
    return next(derivation, derivation) is not derivation


def _named_first(drafts: Sequence[Draft]) -> Iterator[Draft]:
    """Put what is made of other documents' references after those documents: a tenure after its person and office."""
    waiting = {
        UUID(draft.document["id"]): draft
        for draft in drafts
        if draft.kind.editions.label_needs_references
    }
    yield from (draft for draft in drafts if not draft.kind.editions.label_needs_references)
    while waiting:
        ready = [key for key, draft in waiting.items() if not (draft.named.keys() & waiting.keys())]
        for key in ready or list(
            waiting
        ):  # a circle is refused elsewhere; here it must only not hang
            yield waiting.pop(key)


def reference_to(kind: Kind, document: dict[str, Any]) -> Reference:
    """Make the reference that other documents embed, from the record's own document."""
    return Reference(**reference_row(kind, document))


def reference_row(kind: Kind, document: dict[str, Any]) -> dict[str, Any]:
    editions = kind.editions
    extras = editions.reference_extras(document)
    opening = {name: document[name] for name in ("id", "object", "label", "url")}
    return {
        "id": UUID(document["id"]),
        "kind": kind.name,
        "standing": Standing.PUBLISHED,
        "slug": document["slug"],
        "code": extras.get("code") or "",
        "keys": editions.keys(document),
        "body": {**opening, **extras},
        "broader_id": editions.broader_id(document),
        "state_ids": editions.state_ids(document),
        "facts": editions.facts(document),
        "merged_into": None,
    }


def embedded(node: Any) -> Iterator[dict[str, Any]]:
    """Every reference embedded in a document, at any depth; the document itself is not one."""
    children = node.values() if isinstance(node, dict) else node
    for child in children:
        if isinstance(child, dict):
            if "id" in child and "object" in child:
                yield child
            yield from embedded(child)
        elif isinstance(child, list):
            yield from embedded(child)


def to_text(document: dict[str, Any]) -> str:
    return orjson.dumps(document).decode()


def sort_label(label: str) -> str:
    """Return the label for ordering: unaccented, in lower case."""
    return anyascii(label).lower()


def date_marks(day: str | None) -> list[str]:
    """Return the year and the month of a day as full text holds them. No word that is searched for has a space in it."""
    return [f"year {day[:4]}", f"month {day[:7]}"] if day else []


def edition_row(kind: Kind, document: dict[str, Any]) -> dict[str, Any]:
    """Return the columns of an edition that follow from its document."""
    names, prose = kind.editions.search_texts(document)
    columns = kind.editions.columns(document)
    day = columns["date"] if kind.editions.is_searched_by_date else None
    return {
        "record_id": document["id"],
        "revision": document["revision"],
        "slug": document["slug"],
        "label": document["label"],
        "sort_label": sort_label(document["label"]),
        "document": to_text(document),
        "published_at": document["published_at"],
        "refs": list(dict.fromkeys(reference["id"] for reference in embedded(document))),
        "search": [document["label"], names, prose, date_marks(day)],
        **columns,
    }
