"""How references to other records are read from a line, and how they are written there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, cast

from config.faults import choose_from, nearest
from records.exchange.values import FaultError, Row, Slugs, Treatment, type_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from uuid import UUID

    from django.db import models

    from records.models import Record


class NamedRecord(NamedTuple):
    """A record that a line names, not yet looked up: its kind, and its slug, UUID or `scheme:value`."""

    kind: str
    ref: str


class Ref(Treatment):
    """A reference to a record of one kind: its slug, UUID or `scheme:value`."""

    def __init__(self, name: str, field: models.ForeignKey[Any, Any]) -> None:
        super().__init__(name, (field.attname,))
        self.kind = object_kind(field)
        self.is_required = not field.null

    def values(self, given: Any) -> tuple[Any, ...]:
        if given is None:
            if self.is_required:
                raise FaultError(
                    "required", f"{self.name.replace('_', ' ').capitalize()} cannot be empty."
                )
            return (None,)
        return (NamedRecord(self.kind, ref_text(given)),)

    def defaults(self) -> tuple[Any, ...]:
        return (None,)

    def write(self, row: Row, slugs: Slugs) -> Any:
        key = row[self.columns[0]]
        return None if key is None else slugs[self.kind, key]

    def names(self, row: Row) -> Iterator[tuple[str, UUID]]:
        if (key := row[self.columns[0]]) is not None:
            yield self.kind, key


class Coded(Ref):
    """A row of a plain list, such as the currencies, by the code that is its key."""

    def __init__(self, name: str, field: models.ForeignKey[Any, Any]) -> None:
        Treatment.__init__(self, name, (field.attname,))
        self.kind = field.related_model._meta.label
        self.is_required = not field.null

    def write(self, row: Row, slugs: Slugs) -> Any:
        del slugs
        return row[self.columns[0]]

    def names(self, row: Row) -> Iterator[tuple[str, UUID]]:
        del row
        yield from ()


class OneOf(Treatment):
    """A reference to a record of one of several kinds: `{"object": "organization", "ref": "mota-engil"}`."""

    def __init__(self, name: str, fields: Mapping[str, models.ForeignKey[Any, Any]]) -> None:
        super().__init__(name, tuple(field.attname for field in fields.values()))
        self.kinds = tuple(fields)

    def values(self, given: Any) -> tuple[Any, ...]:
        """Remember what to look up, in the column of its kind."""
        if given is None:
            return (None,) * len(self.columns)
        if not isinstance(given, dict) or set(given) != {"object", "ref"}:
            reason = f'Name the kind and the record: {{"object": "{self.kinds[0]}", "ref": "..."}}.'
            raise FaultError("wrong_type", reason)
        kind = given["object"]
        demand_kind(kind, self.kinds)
        named = NamedRecord(kind, ref_text(given["ref"]))
        return tuple(named if kind == known else None for known in self.kinds)

    def write(self, row: Row, slugs: Slugs) -> Any:
        for kind, key in self.names(row):
            return {"object": kind, "ref": slugs[kind, key]}
        return None

    def names(self, row: Row) -> Iterator[tuple[str, UUID]]:
        for kind, column in zip(self.kinds, self.columns, strict=True):
            if row[column] is not None:
                yield kind, row[column]


class Pair(Treatment):
    """References to two records of one kind, as a list."""

    is_required = True

    def __init__(self, name: str, fields: Sequence[models.ForeignKey[Any, Any]]) -> None:
        super().__init__(name, tuple(field.attname for field in fields))
        self.kind = object_kind(fields[0])

    def values(self, given: Any) -> tuple[Any, ...]:
        if not isinstance(given, list) or len(given) != len(self.columns):
            raise FaultError("wrong_type", f"Name two records of the kind {self.kind} in a list.")
        return tuple(NamedRecord(self.kind, ref_text(ref)) for ref in given)

    def defaults(self) -> tuple[Any, ...]:
        return (None, None)

    def write(self, row: Row, slugs: Slugs) -> Any:
        return [slugs[name] for name in self.names(row)]

    def names(self, row: Row) -> Iterator[tuple[str, UUID]]:
        yield from ((self.kind, row[column]) for column in self.columns)


def object_kind(field: models.ForeignKey[Any, Any]) -> str:
    """Return the kind of record to which a foreign key points."""
    record = cast("type[Record]", field.related_model)
    return record.object_kind


def demand_kind(kind: Any, kinds: Sequence[str]) -> None:
    """Check that a record of this kind can stand here. Raises FaultError."""
    if kind not in kinds:
        reason = f"“{kind}” is no kind of record that can stand here: {choose_from(kinds)}."
        raise FaultError("unknown_object", reason, nearest(str(kind), kinds))


def ref_text(given: Any) -> str:
    """Return a slug, UUID or `scheme:value`. Raises FaultError."""
    if not isinstance(given, str):
        raise FaultError(
            "wrong_type", f"{type_of(given)} where a slug, an id or scheme:value is expected."
        )
    if not given or "\0" in given:
        raise FaultError("wrong_type", "A reference is a slug, an id or scheme:value.")
    return given
