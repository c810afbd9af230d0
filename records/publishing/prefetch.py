"""Reading the parts of many records at once: one statement, whatever the kind has."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any, cast
from uuid import UUID

import orjson
from django.db import connection, models
from django.db.models import ManyToOneRel
from django.db.models.fields.related_descriptors import ForwardManyToOneDescriptor
from rest_framework.serializers import ListSerializer

from records.bulk import as_array, made

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from rest_framework.serializers import Serializer

    from records.registry import Kind


@cache
def parts_of(kind: Kind) -> tuple[str, ...]:
    """The parts of a record that rendering reads, as lookups: lists of parts at any depth, and what fields say themselves."""
    return tuple(dict.fromkeys(_parts_of(kind.serializer(), "")))


def _parts_of(serializer: Serializer[Any], path: str) -> Iterator[str]:
    for field in serializer.fields.values():
        if isinstance(field, ListSerializer):
            yield f"{path}{field.source}"
            child = cast("Serializer[Any]", field.child)
            yield from _parts_of(child, f"{path}{field.source}__")
        else:
            for relation in getattr(field, "relations", ()):
                yield f"{path}{relation}"


def load_parts(records: Sequence[models.Model], paths: tuple[str, ...]) -> None:
    """Read the parts named by `paths` (`citations`, `participations__participation_capacities`) of all records.

    As `prefetch_related` leaves them, so that `record.citations.all()` asks no query; but what it leaves there is a list,
    where `prefetch_related` makes a queryset for every record and relation, which costs more than reading the rows.

    All tables are read by one statement, each as one JSON value: a statement per table cost a small record more than the
    rows themselves.
    """
    if not records or not paths:
        return
    statement, relations = _plan(type(records[0]), paths)
    keys = as_array(record.pk for record in records)
    with connection.cursor() as cursor:
        cursor.execute(statement, [keys] * len(relations))
        found = cursor.fetchone()
    rows: dict[str, Sequence[Any]] = {"": records}
    for path, text in zip(relations, found, strict=True):
        relation = relations[path]
        parts = [relation.row(values) for values in orjson.loads(text or "[]")]
        rows[path] = parts
        relation.hand_out(rows[path.rpartition("__")[0]], parts)


@dataclass(frozen=True)
class _Relation:
    """A foreign key between two tables, read from the side of the rows that are there already."""

    model: type[models.Model]  #: of the rows to read
    link: models.ForeignKey[Any, Any]
    is_forward: bool  #: whether the rows that are there hold the key: another part of the record, a currency
    cache_name: str

    def condition(self, above: str) -> str:
        """Say in SQL which rows belong to those that the query `above` gives the keys of."""
        column = self.model._meta.pk.column if self.is_forward else self.link.column
        return f'"{column}" {above}'

    def row(self, values: list[Any]) -> Any:
        """Make an instance of a row of the JSON value."""
        names, converters = _columns(self.model)
        for index, convert in converters:
            if values[index] is not None:
                values[index] = convert(values[index])
        return made(self.model, connection.alias, names, values)

    def hand_out(self, owners: Sequence[Any], parts: Sequence[Any]) -> None:
        """Leave the rows where Django's own prefetching leaves them."""
        if self.is_forward:
            by_key = {part.pk: part for part in parts}
            for owner in owners:
                self.link.set_cached_value(owner, by_key.get(getattr(owner, self.link.attname)))
            return
        of_owner: dict[Any, list[Any]] = {}
        for owner in owners:
            if not hasattr(owner, "_prefetched_objects_cache"):
                owner._prefetched_objects_cache = {}  # noqa: SLF001 - Django's own name
            own: list[Any] = []
            owner._prefetched_objects_cache[self.cache_name] = own  # noqa: SLF001
            of_owner[owner.pk] = own
        link = self.link.attname
        for part in parts:
            of_owner[vars(part)[link]].append(part)


@cache
def _plan(model: type[models.Model], paths: tuple[str, ...]) -> tuple[str, dict[str, _Relation]]:
    """Return the statement that reads all parts, a column each, and what the columns hold, owners before their parts."""
    relations: dict[str, _Relation] = {}
    conditions: dict[str, str] = {}
    columns = []
    for path in _with_owners(paths):
        owner, _, accessor = path.rpartition("__")
        relation = _relation(relations[owner].model if owner else model, accessor)
        above = "= ANY(%s::uuid[])"
        if owner:
            table = relations[owner].model._meta
            key = relation.link.column if relation.is_forward else table.pk.column
            # As an array, for which the planner takes the index whatever else is there: a join would read the whole table.
            above = (
                f'= ANY(ARRAY(SELECT "{key}" FROM "{table.db_table}" WHERE {conditions[owner]}))'  # noqa: S608 - our own names
            )
        relations[path] = relation
        conditions[path] = relation.condition(above)
        columns.append(_column(relation.model, conditions[path]))
    return f"SELECT {', '.join(columns)}", relations


def _with_owners(paths: Sequence[str]) -> list[str]:
    found: dict[str, None] = {}
    for path in paths:
        names = path.split("__")
        found |= dict.fromkeys("__".join(names[:depth]) for depth in range(1, len(names) + 1))
    return list(found)


def _relation(model: type[models.Model], accessor: str) -> _Relation:
    descriptor = getattr(model, accessor)
    if isinstance(descriptor, ForwardManyToOneDescriptor):
        link: Any = descriptor.field
        return _Relation(link.related_model, link, is_forward=True, cache_name="")
    relation = descriptor.rel
    if not isinstance(relation, ManyToOneRel):
        raise TypeError(f"{accessor} of {model.__name__} is no foreign key, in either direction.")
    link = relation.field
    return _Relation(link.model, link, is_forward=False, cache_name=relation.cache_name)


def _column(model: type[models.Model], condition: str) -> str:
    """One JSON value of all rows in their model's order, each a list of its columns; text, for it is parsed here."""
    ordered = model._base_manager.order_by(*(model._meta.ordering or ())).query
    values = ", ".join(
        # A number in JSON would be read as binary, and lose digits.
        f'"{field.column}"{"::text" if isinstance(field, models.DecimalField) else ""}'
        for field in model._meta.concrete_fields
    )
    return (
        f"(SELECT json_agg(json_build_array({values}))::text"  # noqa: S608 - our own names
        f" FROM ({ordered}) AS part WHERE {condition})"
    )


@cache
def _columns(model: type[models.Model]) -> tuple[list[str], list[tuple[int, Callable[[Any], Any]]]]:
    """The attributes of a row, and what makes their values of what JSON has: by place, where it has something else."""
    names, converters = [], []
    for index, field in enumerate(model._meta.concrete_fields):
        names.append(field.attname)
        target = field.target_field if isinstance(field, models.ForeignKey) else field
        kind = target.get_internal_type()
        if kind in _CONVERTERS:
            converters.append((index, _CONVERTERS[kind]))
        elif kind not in _AS_IN_JSON:
            raise TypeError(f"Say how a {kind} is read from JSON: {field}.")
    return names, converters


_CONVERTERS: dict[str, Callable[[Any], Any]] = {
    # Most keys stand in many rows: of the owner, of what all name.
    "UUIDField": lru_cache(20_000)(UUID),
    "DateField": date.fromisoformat,
    "DecimalField": Decimal,
}
_AS_IN_JSON = {
    "BigAutoField",
    "BigIntegerField",
    "BooleanField",
    "CharField",
    "IntegerField",
    "PositiveIntegerField",
    "PositiveSmallIntegerField",
    "SlugField",
    "SmallIntegerField",
    "TextField",
}
