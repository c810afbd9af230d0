"""From working rows to documents: serialise, then fill in references from what is published."""

from __future__ import annotations

import threading
from collections import defaultdict
from dataclasses import dataclass
from functools import cache
from hashlib import blake2b
from typing import TYPE_CHECKING, Any
from uuid import UUID

import orjson
from anyascii import anyascii
from django.db import connection, models

from records.bulk import as_array, instance_of
from records.identity import id_of_text
from records.models import Reference, Standing
from records.reference_fields import members_of_references
from records.registry import kind_named

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import date, datetime

    from records.models import Record
    from records.registry import Kind
    from records.serializers import RecordSerializer


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
        unknown = self.references.unknown
        return {key: self.named[key] for key in self.named if key in unknown} if unknown else {}


#: The newest edition of a record: its revision, when it was published, and the document; None of a tombstone.
Newest = tuple[int, "datetime", str | None]


def published(ids: Iterable[UUID | str]) -> tuple[int, dict[UUID, Reference]]:
    """Return what is published of these records, and the feed's last position when it was: one statement.

    What they stand for is returned with them, the office of a tenure and the state of that office, for documents show it.
    Of all that is read here, nothing has changed as long as no later position is there.
    """
    position, found, _newest = _published(ids, {})
    return position, found


def _published(
    ids: Iterable[UUID | str], subjects: Mapping[str, Sequence[UUID]]
) -> tuple[int, dict[UUID, Reference], dict[UUID, Newest]]:
    """Return the newest editions of `subjects` too, by kind; these are among the ids."""
    arrays = [as_array(ids), *map(as_array, subjects.values())]
    with connection.cursor() as cursor:
        cursor.execute(_published_statement(tuple(subjects)), arrays)
        rows = cursor.fetchall()
    found, newest, database = {}, {}, connection.alias
    for _position, revision, at, text, *values in rows:
        if revision is not None:
            newest[values[0]] = revision, at, text
        if values[0] is not None:  # the position has a row of its own when there is nothing else
            for place in _JSON_PLACES:
                values[place] = values[place] and orjson.loads(values[place])
            found[values[0]] = instance_of(Reference, _COLUMNS, values, database)
    return rows[0][0], found, newest


_FIELDS = Reference._meta.concrete_fields
_COLUMNS = [field.attname for field in _FIELDS]
_JSON_PLACES = [place for place, field in enumerate(_FIELDS) if isinstance(field, models.JSONField)]
_SELECTED = ", ".join(f'reference."{field.column}"' for field in _FIELDS)
# Each step as an array, for which the planner takes the primary key; a join or a recursion would read the whole table.
_FURTHER = (
    "SELECT * FROM records_reference WHERE id = ANY(ARRAY(SELECT unnest(state_ids) FROM {0}"
    " UNION ALL SELECT (facts ->> 'office')::uuid FROM {0} WHERE facts ? 'office'))"
)


@cache
def _published_statement(kinds: tuple[str, ...]) -> str:
    """Return the statement that reads references, and the newest editions of records of these kinds."""
    newest = [
        f'SELECT record_id, revision, published_at, document FROM "{kind_named(name).editions._meta.db_table}"'  # noqa: S608 - our own names
        " WHERE record_id = ANY(%s::uuid[]) AND superseded_at IS NULL"
        for name in kinds
    ]
    columns, joined = "NULL, NULL, NULL", ""
    if newest:
        columns = "newest.revision, newest.published_at, newest.document"
        joined = f" LEFT JOIN ({' UNION ALL '.join(newest)}) AS newest ON newest.record_id = reference.id"
    return (
        "WITH named AS MATERIALIZED (SELECT * FROM records_reference WHERE id = ANY(%s::uuid[])),"  # noqa: S608 - our own names
        f" second AS MATERIALIZED ({_FURTHER.format('named')}),"
        f" third AS MATERIALIZED ({_FURTHER.format('second')})"
        f" SELECT last.position, {columns}, {_SELECTED} FROM"
        " (SELECT coalesce(max(position), 0) AS position FROM records_change) AS last LEFT JOIN (SELECT * FROM named"
        f" UNION ALL SELECT * FROM second UNION ALL SELECT * FROM third) AS reference ON true{joined}"
    )


class DocumentReferences:
    """Hands out empty references while rendering, and fills them all at once afterwards.

    Filling reads what is *published* of the named records, one query for all kinds; working tables are not looked at.
    `subjects` are the records whose documents are made, by kind: what was published of them is read along with it.
    """

    def __init__(self, subjects: Mapping[str, Sequence[UUID]]) -> None:
        self.seen: int | None = (
            None  #: the feed's last position when the first references were read
        )
        self.before: dict[UUID, Reference] = {}  #: what was published of the subjects
        self.newest: dict[UUID, Newest] = {}  #: their newest editions, tombstones included
        self._by_kind = subjects
        self._subjects = [key for keys in subjects.values() for key in keys]
        self._given: dict[UUID, dict[str, Any]] = {}
        self._known: dict[UUID, Reference | None] = {}
        self._composed: dict[UUID, tuple[Kind, dict[str, Any]]] = {}
        self._stood_for: dict[str, list[UUID]] = {}
        self.named: dict[UUID, str] = {}
        self.unknown: set[UUID] = set()  #: of those asked for and filled in, what is not published

    def to(self, kind: str, key: UUID) -> dict[str, Any]:
        """Return the reference to a record: empty until `fill()`, unless the record is known already."""
        self.named[key] = kind
        given = self._given.get(key)
        if given is None:
            reference = self._known.get(key)
            is_published = reference is not None and reference.standing == Standing.PUBLISHED
            given = self._given[key] = (
                reference.embedded() if reference is not None and is_published else {}
            )
            if reference is not None and not is_published:
                self.unknown.add(key)
        return given

    def fill(self) -> None:
        keys = [key for key in self._given if key not in self._known]
        self._stood_for.clear()
        asked = [key for key in keys if key not in self._composed]
        found: dict[UUID, Reference] = {}
        if self.seen is None:
            self.seen, found, self.newest = _published({*asked, *self._subjects}, self._by_kind)
            self.before = {key: found[key] for key in self._subjects if key in found}
        elif asked:
            _position, found = published(asked)
        # What the named ones stand for is likely to be named next.
        self._known |= {key: one for key, one in found.items() if key not in self._composed}
        for key in keys:
            reference = (
                reference_to(*self._composed[key]) if key in self._composed else found.get(key)
            )
            self._known[key] = reference
            if reference is not None and reference.standing == Standing.PUBLISHED:
                self._given[key].update(reference.embedded())
            else:
                self.unknown.add(key)

    def learn(self, kind: Kind, document: dict[str, Any]) -> None:
        """Fill in a record that is published in the same transaction."""
        key = id_of_text(document["id"])
        self._composed[key] = kind, document
        self._known.pop(key, None)
        self._stood_for.pop(document["id"], None)
        if key in self._given:
            reference = reference_to(kind, document)
            self._known[key] = reference
            self.unknown.discard(key)
            self._given[key].clear()
            self._given[key].update(reference.embedded())

    def stand_in(self, labels: Mapping[UUID, tuple[str, str]]) -> None:
        """Show records that are not public by these kinds and labels, in documents that are not to be published."""
        for key, (kind, label) in labels.items():
            if key in self._given:
                self._given[key].update(id=str(key), object=kind, label=label)

    def read(self) -> set[UUID]:
        """Every record of which it was read what is published."""
        return {*self._given, *self._subjects}

    def stands_for(self, key: str) -> list[UUID]:
        """The states that a named record stands for, as published (an office: its state)."""
        states = self._stood_for.get(key)
        if states is None:
            reference = self._known.get(id_of_text(key))
            # Those of a record that is being published come from its document, where ids are text.
            states = self._stood_for[key] = [
                id_of_text(str(state)) for state in (reference.state_ids if reference else ())
            ]
        return states

    def facts(self, key: str) -> dict[str, Any]:
        """What a named record's own document says that others may repeat, as published (a tenure: its office)."""
        reference = self._known.get(id_of_text(key))
        return dict(reference.facts) if reference is not None else {}


def serialise(kind: Kind, records: Iterable[Record], references: DocumentReferences) -> list[Draft]:
    """Render records of one kind; references in the documents are still empty."""
    serializer, context = _serializer(kind)
    context["references"] = references
    drafts = []
    for record in records:
        references.named = {}
        document = serializer.to_representation(record)
        drafts.append(Draft(kind, record, document, references.named, references))
    del context["references"]
    return drafts


def _serializer(kind: Kind) -> tuple[RecordSerializer, dict[str, Any]]:
    """Return this thread's serializer of the kind, and its context: making the fields costs more than rendering a record."""
    made: dict[str, tuple[RecordSerializer, dict[str, Any]]] = _MADE.__dict__
    if kind.name not in made:
        context: dict[str, Any] = {"kind": kind}
        made[kind.name] = kind.serializer(context=context), context
    return made[kind.name]


_MADE = threading.local()


def complete(drafts: Sequence[Draft], references: DocumentReferences) -> None:
    """Fill references, labels and derived fields of all documents of one transaction, which may name each other."""
    references.fill()
    for draft in _named_first(drafts):
        if not (draft.kind.editions.reference_needs_references and draft.missing):
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
        if draft.kind.editions.reference_needs_references
    }
    yield from (draft for draft in drafts if not draft.kind.editions.reference_needs_references)
    while waiting:
        ready = [key for key, draft in waiting.items() if not (draft.named.keys() & waiting.keys())]
        for key in ready or list(
            waiting
        ):  # a circle is refused elsewhere; here it must only not hang
            yield waiting.pop(key)


def missing_in(drafts: Iterable[Draft]) -> dict[UUID, str]:
    """Return the records that documents name and that are not public, with their kinds."""
    return {key: name for draft in drafts for key, name in draft.missing.items()}


def labels_at_desk(missing: Mapping[UUID, str]) -> dict[UUID, tuple[str, str]]:
    """Return the kinds and labels of records as the desk has them, those that are gone included."""
    found = {record.pk: str(record) for record in working(missing)}
    return {key: (name, found.get(key, "a deleted record")) for key, name in missing.items()}


def working(missing: Mapping[UUID, str]) -> list[Record]:
    """Return the records as the desk has them."""
    by_kind = defaultdict(list)
    for key, name in missing.items():
        by_kind[name].append(key)
    return [
        found
        for name, keys in by_kind.items()
        for found in kind_named(name).model._default_manager.filter(pk__in=keys)
    ]


def reference_to(kind: Kind, document: dict[str, Any]) -> Reference:
    """Make the reference that other documents embed, from the record's own document."""
    return Reference(**reference_row(kind, document))


def reference_row(kind: Kind, document: dict[str, Any]) -> dict[str, Any]:
    editions = kind.editions
    members = ("id", "object", "label", *members_of_references(kind.name))
    extras = editions.reference_extras(document)
    body = {name: extras[name] if name in extras else document[name] for name in members}
    return {
        "id": UUID(document["id"]),
        "kind": kind.name,
        "standing": Standing.PUBLISHED,
        "slug": document["slug"],
        "code": body.get("code") or "",
        "keys": editions.keys(document),
        "code_terms": editions.code_terms(document),
        "body": body,
        "broader_id": editions.broader_id(document),
        "state_ids": editions.state_ids(document),
        "facts": editions.facts(document),
        "merged_into": None,
        "was_withdrawn": False,
    }


def embedded(node: Any) -> list[dict[str, Any]]:
    """Every reference embedded in a document, at any depth; the document itself is not one."""
    found = []
    waiting = [node]
    while waiting:
        node = waiting.pop()
        for child in node.values() if type(node) is dict else node:
            if type(child) is dict:
                if "id" in child and "object" in child:
                    found.append(child)
                waiting.append(child)
            elif type(child) is list:
                waiting.append(child)
    return found


def fingerprint(document: dict[str, Any]) -> str:
    """Return what distinguishes a record's own content from any other: of records that it names it counts which, not what is public of them."""
    own = {name: _own(value) for name, value in document.items()}
    text = orjson.dumps(own, option=orjson.OPT_SORT_KEYS)
    return blake2b(text, digest_size=16).hexdigest()


def _own(node: Any) -> Any:
    if type(node) is list:
        return [_own(child) for child in node]
    if type(node) is not dict:
        return node
    if "id" in node and "object" in node:
        return [node["object"], node["id"]]
    return {name: _own(child) for name, child in node.items()}


def to_text(document: dict[str, Any]) -> str:
    return orjson.dumps(document).decode()


def sort_label(label: str) -> str:
    """Return the label for ordering: unaccented, in lower case."""
    return anyascii(label).lower()


#: Full text has it where no day is known.
UNDATED = "@undated"


def date_marks(day: date | str | None) -> list[str]:
    """Return the year and the month of a day as full text holds them: `@2025` and `@2025-05`. No word begins so."""
    text = str(day)
    return [f"@{text[:4]}", f"@{text[:7]}"] if day else [UNDATED]


def edition_row(
    kind: Kind, document: dict[str, Any], named: Sequence[dict[str, Any]]
) -> dict[str, Any]:
    """Return the columns of an edition that follow from its document, whenever it is published; `named` are its references."""
    names, prose = kind.editions.search_texts(document)
    columns = kind.editions.columns(document)
    marks = date_marks(columns["date"]) if kind.editions.is_searched_by_date else []
    return {
        "record_id": document["id"],
        "revision": document["revision"],
        "slug": document["slug"],
        "label": document["label"],
        "sort_label": sort_label(document["label"]),
        "refs": list(dict.fromkeys(reference["id"] for reference in named)),
        "search": [document["label"], names, prose, marks],
        **columns,
    }


def moment_rows(kind: Kind, document: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the rows of the dated facts that a document states."""
    stream = kind.editions.stream
    if stream is None:
        return []
    return [
        {"record_id": document["id"], "place": place, **fact.row(stream)}
        for place, fact in enumerate(kind.editions.moments(document))
    ]
