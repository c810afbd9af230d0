"""What a line of an exchange file holds, per kind of record: derived from the serializer, the one declaration of a shape.

A member that the edition derives is left out; members that no document shows, and the natural keys of parts, are
declared with the kind (`records.registry.Kind`).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any, cast

from django.contrib.postgres.fields import ArrayField
from django.db import models
from rest_framework import serializers

from config.dates.fields import UncertainDateField
from records.exchange import values
from records.exchange.references import Coded, OneOf, Pair, Ref
from records.exchange.values import Row, Slugs, Treatment
from records.reference_fields import (
    DerivedReferenceField,
    EitherReferenceField,
    EitherReferenceListField,
    PairReferenceField,
    PartReferenceField,
    ReferenceListField,
)
from records.registry import all_kinds
from records.serializers import OPENING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from records.models import Record
    from records.registry import Kind

#: Fields of the public document that follow from others, so that no line states them.
DERIVED = ("url", "label", "revision", "published_at", "known_on")
#: Members of every line that follow those of its kind.
_LAST = ("contested", "curators_note")
#: Members by which a part that changed is known to be the same one, of the parts that all kinds share.
_PART_KEYS = {
    "names": ("name", "kind", "language"),
    "identifiers": ("scheme",),
    "citations": ("source", "field", "locator"),
}

_COLUMNS: tuple[tuple[type[models.Field[Any, Any]], type[values.Column]], ...] = (
    (models.BooleanField, values.Flag),
    (models.IntegerField, values.Number),
    (models.DecimalField, values.Amount),
    (models.FloatField, values.Real),
    (models.DateField, values.Day),
    (ArrayField, values.TextList),
    (models.CharField, values.Text),
    (models.TextField, values.Text),
)


class SiblingValue(Treatment):
    """A reference to another part of the same record, called as that part's own member `by` calls it.

    An agreement's action names a party of the agreement by the state or organization that the party is.
    """

    def __init__(
        self, name: str, field: models.ForeignKey[Any, Any], part: str, by: Treatment
    ) -> None:
        super().__init__(name, (field.attname,))
        self.is_required = not field.null
        self.part = part
        self.by = by

    def values(self, given: Any) -> tuple[Any, ...]:
        if given is None:
            if self.is_required:
                raise values.FaultError("required", f"Name one of the {self.part}.")
            return (None,)
        return (NamedSibling(self, self.by.values(given)),)

    def defaults(self) -> tuple[Any, ...]:
        return (None,)

    def write(self, row: Row, slugs: Slugs) -> Any:
        """Return what the part is called; its columns come with the row, see `joined`."""
        if row[self.columns[0]] is None:
            return None
        return self.by.write(self._joined(row), slugs)

    def names(self, row: Row) -> Iterator[tuple[str, Any]]:
        if row[self.columns[0]] is not None:
            yield from self.by.names(self._joined(row))

    def joined(self) -> list[str]:
        base = self.columns[0].removesuffix("_id")
        return [f"{base}__{column}" for column in self.by.columns]

    def _joined(self, row: Row) -> dict[str, Any]:
        base = self.columns[0].removesuffix("_id")
        return {column: row[f"{base}__{column}"] for column in self.by.columns}


@dataclass(slots=True)
class NamedSibling:
    """A part of the same record, not yet found."""

    treatment: SiblingValue
    columns: tuple[Any, ...]  #: what the part's own columns hold


class Shape:
    """The members of a record or part, as an exchange file has them: fields, and lists of parts."""

    def __init__(self, kind: Kind, model: type[models.Model], path: str = "") -> None:
        self.kind_of_record = kind
        self.model = model
        self.path_in_record = path
        self.fields: dict[str, Treatment] = {}
        self.parts: dict[str, PartShape] = {}  #: by slot
        self.lists: dict[str, list[PartShape]] = {}  #: by name; several where one list spans tables

    @cached_property
    def columns(self) -> tuple[str, ...]:
        return tuple(column for treatment in self.fields.values() for column in treatment.columns)

    @cached_property
    def reference_columns(self) -> tuple[str, ...]:
        """Columns whose values have to be looked up, in the database or among the parts of the record."""
        return tuple(
            column
            for treatment in self.fields.values()
            if isinstance(treatment, Ref | OneOf | Pair | SiblingValue)
            for column in treatment.columns
        )

    @cached_property
    def required(self) -> tuple[str, ...]:
        """Members that a new row needs."""
        return tuple(name for name, treatment in self.fields.items() if treatment.is_required)

    def defaults(self) -> dict[str, Any]:
        """Return every column of a new row that the database does not fill by itself, with its default."""
        row, made = self._defaults
        return {**row, **{column: make() for column, make in made.items()}}

    @cached_property
    def _defaults(self) -> tuple[dict[str, Any], dict[str, Callable[[], Any]]]:
        """Return the defaults that are the same for all rows, and how to make those that are not."""
        row: dict[str, Any] = {}
        made: dict[str, Callable[[], Any]] = {}
        for field in self.model._meta.concrete_fields:
            if field.primary_key or field.generated or field.db_default is not models.NOT_PROVIDED:
                continue
            row[field.attname] = field.get_default()
            if field.has_default() and callable(field.default):
                made[field.attname] = field.get_default
        for treatment in self.fields.values():
            row.update(zip(treatment.columns, treatment.defaults(), strict=True))
        made |= {column: list for column, value in row.items() if value == []}
        return row, made

    def descendants(self) -> Iterator[PartShape]:
        """All parts at any depth, what belongs to another part after it."""
        for part in self.parts.values():
            yield part
            yield from part.descendants()

    def _derive(self, fields: Mapping[str, serializers.Field[Any, Any, Any, Any]]) -> None:
        after: dict[str, list[str]] = {}
        for path, place in self.kind_of_record.desk_members.items():
            owner, _, name = path.rpartition(".")
            if owner == self.path_in_record:
                after.setdefault(place, []).append(name)
        for name in after.get("", ()):
            self._add_column(name, name)
        for name, field in fields.items():
            self._add(name, field)
            for other in after.get(name, ()):
                self._add_column(other, other)

    def _add(self, name: str, field: serializers.Field[Any, Any, Any, Any]) -> None:
        if isinstance(field, DerivedReferenceField | serializers.SerializerMethodField):
            return
        if isinstance(field, serializers.ListSerializer):
            child = cast("serializers.Serializer[Any]", field.child)
            self._part(name, str(field.source))._derive(child.fields)  # noqa: SLF001 - of the same class
        elif isinstance(field, ReferenceListField):
            part = self._part(name, str(field.source), is_bare=True)
            part._add_column(field.attribute.removesuffix("_id"), field.attribute)  # noqa: SLF001 - of the same class
        elif isinstance(field, EitherReferenceListField):
            for relation, kinds in field.tables.items():
                self._part(name, relation, is_bare=True)._add_either(name, kinds)  # noqa: SLF001 - of the same class
        elif isinstance(field, PartReferenceField):
            by = cast("PartShape", self).owner.parts[field.part].fields[field.member]
            self.fields[name] = SiblingValue(name, self._key(field.relation), field.part, by)
        elif isinstance(field, EitherReferenceField):
            self._add_either(name, field.kinds)
        elif isinstance(field, PairReferenceField):
            self.fields[name] = Pair(name, [self._key(column) for column in field.attributes])
        else:
            self._add_column(name, getattr(field, "column", None) or str(field.source))

    def _add_either(self, name: str, kinds: Mapping[str, str]) -> None:
        self.fields[name] = OneOf(name, {kind: self._key(column) for kind, column in kinds.items()})

    def _add_column(self, name: str, source: str) -> None:
        self.fields[name] = self._treatment(name, source)

    def _part(self, name: str, relation: str, *, is_bare: bool = False) -> PartShape:
        before = self.lists.setdefault(name, [])
        slot = f"{name}/{len(before)}" if before else name
        part = PartShape(self, name, slot, relation, is_bare=is_bare)
        self.parts[slot] = part
        before.append(part)
        return part

    def _key(self, column: str) -> models.ForeignKey[Any, Any]:
        found = self.model._meta.get_field(column.removesuffix("_id"))
        return cast("models.ForeignKey[Any, Any]", found)

    def _treatment(self, name: str, source: str) -> Treatment:
        uncertain = getattr(self.model, source, None)
        if isinstance(uncertain, UncertainDateField):
            return values.UncertainDateValue(name, uncertain)
        columns = {field.attname: field for field in self.model._meta.concrete_fields}
        found = columns.get(source) or self.model._meta.get_field(source)
        if isinstance(found, models.ForeignKey):
            is_record = hasattr(found.related_model, "object_kind")
            return Ref(name, found) if is_record else Coded(name, found)
        for kind, treatment in _COLUMNS:
            if isinstance(found, kind):
                return treatment(name, found)
        msg = f"{self.model.__name__}.{source} is of a type that exchange files do not know."
        raise TypeError(msg)


class PartShape(Shape):
    """The shape of a list of parts."""

    def __init__(self, owner: Shape, name: str, slot: str, relation: str, *, is_bare: bool) -> None:
        """`is_bare`: the parts hold nothing but a reference, and are written as that alone."""
        self.name = name
        self.slot = slot
        self.owner = owner
        self.is_bare = is_bare
        link = cast("models.ManyToOneRel", owner.model._meta.get_field(relation))
        self.link = link.field.attname  #: the column that names the row it belongs to
        path = f"{owner.path_in_record}.{name}".lstrip(".")
        super().__init__(owner.kind_of_record, link.related_model, path)
        self.key = {**_PART_KEYS, **self.kind_of_record.part_keys}.get(path, ())

    @cached_property
    def key_columns(self) -> tuple[str, ...]:
        return tuple(column for name in self.key for column in self.fields[name].columns)

    @property
    def path(self) -> str:
        """Return the lookup from the part to the key of its record."""
        base = self.link.removesuffix("_id")
        return f"{base}__{self.owner.path}" if isinstance(self.owner, PartShape) else self.link


class Exchange(Shape):
    """A kind of record in exchange files."""

    model: type[Record]

    def __init__(self, kind: Kind) -> None:
        super().__init__(kind, kind.model)
        self.kind = kind.name
        self.settle = kind.settle
        self.keys = kind.keys
        fields = kind.serializer().fields
        self._derive({name: field for name, field in fields.items() if name not in OPENING})
        for name in _LAST:
            self._add_column(name, name)

    @property
    def codes(self) -> tuple[str, ...]:
        """Lists whose items name the record by a scheme and a value."""
        codes = self.kind_of_record.codes
        return ("identifiers", codes.relation) if codes else ("identifiers",)

    @property
    def opening(self) -> tuple[str, ...]:
        return ("object", "id", "slug")

    @property
    def members(self) -> tuple[str, ...]:
        return (*self.opening, *self.fields, *self.lists)


def exchange_of(kind: str) -> Exchange | None:
    """Return the exchange form of a kind, if there is such a kind."""
    return _exchanges().get(kind)


def declared() -> tuple[Exchange, ...]:
    """Every kind: what is named comes before what names it."""
    return tuple(_exchanges().values())


@cache
def _exchanges() -> dict[str, Exchange]:
    """All forms, made when first asked for: by then every app has registered its kinds."""
    return {kind.name: Exchange(kind) for kind in all_kinds()}
