"""What a line of an exchange file holds, per kind of record. Each app declares its kinds in its `exchange.py`.

    TENURE = declare(
        Exchange(
            Tenure,
            fields=("person", "office", "start", "end", "end_status", "kind", "end_reason"),
            parts=(Rows("milestones", fields=("kind", "date", "note")),),
        ),
    )

One declaration serves import and export. Names, identifiers and citations need no mention: they come with the model.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any, cast

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.module_loading import autodiscover_modules

from config.dates.fields import UncertainDateField
from records.exchange import values
from records.exchange.references import Coded, OneOf, Pair, Ref, object_kind
from records.exchange.values import Row, Slugs, Treatment
from records.registry import all_kinds

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from records.models import Record

#: Fields of the public document that follow from others, so that no line states them.
DERIVED = ("url", "label", "revision", "published_at")

_NAME_FIELDS = ("name", "kind", "language", "script", "start", "end")
_CITATION_FIELDS = (
    "source",
    "field",
    "locator",
    "attributed_to",
    "attribution_text",
    "evidence",
    "stance",
)

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


@dataclass(frozen=True)
class Renamed:
    """A field that documents call otherwise than the model does."""

    name: str
    field: str


@dataclass(frozen=True)
class Either:
    """A reference to one of several kinds, each with a foreign key of its own."""

    name: str
    fields: tuple[str, ...]


@dataclass(frozen=True)
class Both:
    """References to two records of one kind, each with a foreign key of its own."""

    name: str
    fields: tuple[str, str]


@dataclass(frozen=True)
class Sibling:
    """A reference to another part of the same record, called as that part's own field `by` calls it.

    An agreement's action names a party of the agreement by the state or organization that the party is.
    """

    name: str
    part: str
    by: str


Field = str | Renamed | Either | Both | Sibling


@dataclass(frozen=True)
class Rows:
    """Parts of a record, as a list of objects under `name`."""

    name: str
    fields: tuple[Field, ...]
    relation: str = ""  #: the related name on the model, where it is another
    parts: tuple[Rows | Refs, ...] = ()
    key: tuple[str, ...] = ()  #: fields by which a part that changed is known to be the same one


@dataclass(frozen=True)
class Refs:
    """Parts that hold nothing but a reference, as a list of references under `name`."""

    name: str
    field: Field
    relation: str = ""  #: the related name on the model, where it is another


class SiblingValue(Treatment):
    """A reference to another part of the same record, see `Sibling`. Filled in when that part is known."""

    def __init__(
        self, name: str, field: models.ForeignKey[Any, Any], part: str, by: Treatment
    ) -> None:
        super().__init__(name, (field.attname,))
        self.is_required = not field.null
        self.part = part
        self.by = by

    def values(self, given: Any) -> tuple[Any, ...]:
        """Remember how the part is called."""
        if given is None:
            if self.is_required:
                raise values.WrongError("required", f"Name one of the {self.part}.")
            return (None,)
        return (SiblingWanted(self, self.by.values(given)),)

    def defaults(self) -> tuple[Any, ...]:
        """Name none."""
        return (None,)

    def write(self, row: Row, slugs: Slugs) -> Any:
        """Return what the part is called; its columns come with the row, see `joined`."""
        if row[self.columns[0]] is None:
            return None
        return self.by.write(self._joined(row), slugs)

    def names(self, row: Row) -> Iterator[tuple[str, Any]]:
        """The records that the part's name names."""
        if row[self.columns[0]] is not None:
            yield from self.by.names(self._joined(row))

    def joined(self) -> list[str]:
        """Columns of the other part that `write` needs."""
        base = self.columns[0].removesuffix("_id")
        return [f"{base}__{column}" for column in self.by.columns]

    def _joined(self, row: Row) -> dict[str, Any]:
        base = self.columns[0].removesuffix("_id")
        return {column: row[f"{base}__{column}"] for column in self.by.columns}


@dataclass(slots=True)
class SiblingWanted:
    """A part of the same record, not yet found."""

    treatment: SiblingValue
    columns: tuple[Any, ...]  #: what the part's own columns hold


class Shape:
    """The fields and parts of a record or part, as an exchange file has them."""

    def __init__(
        self, model: type[models.Model], fields: Sequence[Field], parts: Sequence[Rows | Refs]
    ) -> None:
        self.model = model
        self.parts: dict[str, PartShape] = {}  #: by slot
        self.lists: dict[str, list[PartShape]] = {}  #: by name; several where one list spans tables
        for part in parts:
            self.add(part)
        self.fields: dict[str, Treatment] = {}
        for field in fields:
            treatment = self._treatment(field)
            self.fields[treatment.name] = treatment

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """Every column that a line can fill."""
        return tuple(column for treatment in self.fields.values() for column in treatment.columns)

    def defaults(self) -> dict[str, Any]:
        """Return every column of a new row that the database does not fill by itself, with its default."""
        row: dict[str, Any] = {}
        for field in self.model._meta.concrete_fields:
            if field.primary_key or field.generated or field.db_default is not models.NOT_PROVIDED:
                continue
            row[field.attname] = field.get_default()
        for treatment in self.fields.values():
            row.update(zip(treatment.columns, treatment.defaults(), strict=True))
        return row

    def add(self, part: Rows | Refs) -> None:
        """Add parts. A later app may add references to a list that is there: items find their table by kind."""
        before = self.lists.setdefault(part.name, [])
        slot = f"{part.name}/{len(before)}" if before else part.name
        self.parts[slot] = PartShape(self, part, slot)
        before.append(self.parts[slot])

    def descendants(self) -> Iterator[PartShape]:
        """All parts at any depth, what belongs to another part after it."""
        for part in self.parts.values():
            yield part
            yield from part.descendants()

    def _treatment(self, field: Field) -> Treatment:
        meta = self.model._meta
        if isinstance(field, Either | Both):
            keys = [
                cast("models.ForeignKey[Any, Any]", meta.get_field(name)) for name in field.fields
            ]
            if isinstance(field, Both):
                return Pair(field.name, keys)
            return OneOf(field.name, {object_kind(key): key for key in keys})
        if isinstance(field, Sibling):
            by = cast("PartShape", self).owner.parts[field.part].fields[field.by]
            key = cast("models.ForeignKey[Any, Any]", meta.get_field(field.name))
            return SiblingValue(field.name, key, field.part, by)
        name, source = (field.name, field.field) if isinstance(field, Renamed) else (field, field)
        uncertain = getattr(self.model, source, None)
        if isinstance(uncertain, UncertainDateField):
            return values.UncertainDateValue(name, uncertain)
        found = meta.get_field(source)
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

    def __init__(self, owner: Shape, part: Rows | Refs, slot: str) -> None:
        self.name = part.name
        self.slot = slot
        self.owner = owner
        relation = cast(
            "models.ManyToOneRel", owner.model._meta.get_field(part.relation or part.name)
        )
        self.link = relation.field.attname  #: the column that names the row it belongs to
        self.is_bare = isinstance(part, Refs)
        self.key = () if isinstance(part, Refs) else part.key
        fields = (part.field,) if isinstance(part, Refs) else part.fields
        super().__init__(
            relation.related_model, fields, () if isinstance(part, Refs) else part.parts
        )

    @cached_property
    def key_columns(self) -> tuple[str, ...]:
        """The columns of `key`."""
        return tuple(column for name in self.key for column in self.fields[name].columns)

    @property
    def path(self) -> str:
        """Return the lookup from the part to the key of its record."""
        base = self.link.removesuffix("_id")
        return f"{base}__{self.owner.path}" if isinstance(self.owner, PartShape) else self.link


class Exchange(Shape):
    """A kind of record in exchange files."""

    model: type[Record]

    def __init__(
        self,
        model: type[Record],
        *,
        fields: Sequence[Field],
        parts: Sequence[Rows | Refs] = (),
        keys: Sequence[str] = (),
        codes: Sequence[str] = (),
        settle: Callable[[Any], None] | None = None,
    ) -> None:
        """`keys` are columns that name a record beside its slug; `codes` are parts with a scheme and a value.

        `settle` gets each line's rows (`planning.Planned`) when all that they name is known, and may put them in order.
        """
        self.kind = model.object_kind
        self.settle = settle
        self.keys = tuple(keys)
        names = {relation.name for relation in model._meta.related_objects}
        common = [part for part in _common_parts(model) if part.name in names]
        self.codes = (*(part.name for part in common if part.name == "identifiers"), *codes)
        super().__init__(model, (*fields, "contested", "curators_note"), (*parts, *common))

    @property
    def opening(self) -> tuple[str, ...]:
        """Members of a line that say which record it is."""
        return ("object", "id", "slug")

    @property
    def members(self) -> tuple[str, ...]:
        """Every member that a line can have."""
        return (*self.opening, *self.fields, *self.lists)


def _common_parts(model: type[Record]) -> Iterator[Rows]:
    yield Rows("names", _NAME_FIELDS, key=("name", "kind", "language"))
    yield Rows("identifiers", ("scheme", "value"), key=("scheme",))
    attribution = Either("attributed_to", ("attributed_to_person", "attributed_to_organization"))
    for relation in model._meta.related_objects:
        if relation.name == "citations":
            own = {field.name for field in relation.related_model._meta.concrete_fields}
            fields = (attribution if name == "attributed_to" else name for name in _CITATION_FIELDS)
            has = tuple(
                field for field in fields if field != attribution or attribution.fields[0] in own
            )
            yield Rows("citations", has, key=("source", "field", "locator"))


_DECLARED: dict[str, Exchange] = {}


def declare(exchange: Exchange) -> Exchange:
    """Make a kind known to import and export."""
    _DECLARED[exchange.kind] = exchange
    return exchange


@cache
def _discover() -> None:
    """Import the declarations of all apps; not before they are asked for, since they need all models."""
    autodiscover_modules("exchange")


def exchange_of(kind: str) -> Exchange | None:
    """Return the declaration of a kind, if it has one."""
    _discover()
    return _DECLARED.get(kind)


@cache
def declared() -> tuple[Exchange, ...]:
    """Every declared kind: what is named comes before what names it."""
    _discover()
    return tuple(_DECLARED[kind.name] for kind in all_kinds() if kind.name in _DECLARED)
