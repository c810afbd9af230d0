"""Locking many records and reading them with all their parts: one round trip, whatever the kind has."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING, Any, cast

import orjson
from django.contrib.postgres.fields import ArrayField
from django.db import connection, models
from django.db.models import ManyToOneRel
from django.db.models.fields.related_descriptors import ForwardManyToOneDescriptor
from rest_framework.serializers import ListSerializer

from records.bulk import as_array, instance_of
from records.identity import id_of_text

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
    from uuid import UUID

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


def read_locked(kind: Kind, keys: Collection[UUID]) -> list[Any]:
    """Lock records of one kind, in the order of their keys, and read them with the parts that `parts_of` names.

    As `prefetch_related` leaves them, so that `record.citations.all()` asks no query; but what it leaves there is a list,
    where `prefetch_related` makes a queryset for every record and relation, which costs more than reading the rows.

    All tables are read by one statement, each as one JSON value: a statement per table cost a small record more than the
    rows themselves. It is sent together with the one that locks, and sees what was committed while that one waited.
    """
    locking = _locking(kind.model)
    return _read(kind, keys, locking)


def read_as_it_is(kind: Kind, keys: Collection[UUID]) -> list[Any]:
    """Read the same without waiting for those who write the records."""
    return _read(kind, keys)


def _read(kind: Kind, keys: Collection[UUID], locking: str = "") -> list[Any]:
    statement, relations = _plan(kind.model, parts_of(kind))
    with connection.cursor() as cursor:
        cursor.execute(
            f"{locking}{statement}", [as_array(keys)] * (len(relations) + 1 + bool(locking))
        )
        records, *found = cursor.fetchone()
    rows = {"": _rows(kind.model, records)}
    for path, text in zip(relations, found, strict=True):
        relation = relations[path]
        rows[path] = _rows(relation.model, text)
        relation.hand_out(rows[path.rpartition("__")[0]], rows[path])
    return rows[""]


def made_of(kind: Kind, rows: Mapping[type[models.Model], Mapping[Any, Mapping[str, Any]]]) -> Any:
    """Make a record of rows that are not in the tables any more, with its parts as `read_locked` leaves them.

    `rows` has those of the record and its parts, by table and key, in the order of each table. What fields name beside those
    (a currency) is read.
    """
    _statement, relations = _plan(kind.model, parts_of(kind))
    made = {"": _instances(kind.model, rows[kind.model].values())}
    for path, relation in relations.items():
        above = made[path.rpartition("__")[0]]
        link = relation.link.attname
        if relation.is_forward:
            keys = {getattr(owner, link) for owner in above} - {None}
            there = rows.get(relation.model)
            made[path] = (
                list(relation.model._base_manager.filter(pk__in=keys))
                if there is None
                else _instances(relation.model, [there[key] for key in keys if key in there])
            )
        else:
            owners = {owner.pk for owner in above}
            own = [row for row in rows[relation.model].values() if row[link] in owners]
            made[path] = _instances(relation.model, own)
        relation.hand_out(above, made[path])
    return made[""][0]


def _instances(model: type[models.Model], rows: Iterable[Mapping[str, Any]]) -> list[Any]:
    return [model(**row) for row in rows]


def _rows(model: type[models.Model], text: str | None) -> list[Any]:
    """Make instances of the rows of a JSON value."""
    names, converters = _columns(model)
    database = connection.alias
    found = []
    for values in orjson.loads(text or "[]"):
        for index, convert in converters:
            if values[index] is not None:
                values[index] = convert(values[index])
        found.append(instance_of(model, names, values, database))
    return found


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
    """Return what reads the records and all parts, a column each, and what the parts are, owners first."""
    relations: dict[str, _Relation] = {}
    conditions: dict[str, str] = {}
    key = f'"{model._meta.pk.column}"'
    columns = [_column(model, model._base_manager.order_by("pk"), f"{key} = ANY(%s::uuid[])")]
    for path in _with_owners(paths):
        owner, _, accessor = path.rpartition("__")
        relation = _relation(relations[owner].model if owner else model, accessor)
        above = "= ANY(%s::uuid[])"
        if owner:
            table = relations[owner].model._meta
            column = relation.link.column if relation.is_forward else table.pk.column
            # As an array, for which the planner takes the index whatever else is there: a join would read the whole table.
            above = (
                f'= ANY(ARRAY(SELECT "{column}" FROM "{table.db_table}" WHERE {conditions[owner]}))'  # noqa: S608 - our own names
            )
        relations[path] = relation
        conditions[path] = relation.condition(above)
        ordered = relation.model._base_manager.order_by(*(relation.model._meta.ordering or ()))
        columns.append(_column(relation.model, ordered, conditions[path]))
    return f"SELECT {', '.join(columns)}", relations


def _locking(model: type[models.Model]) -> str:
    """Return what locks records in the order of their keys, to stand before what reads them."""
    key = f'"{model._meta.pk.column}"'
    return (
        f'SELECT FROM "{model._meta.db_table}" WHERE {key} = ANY(%s::uuid[]) ORDER BY {key}'
        " FOR NO KEY UPDATE; "
    )


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


def _column(model: type[models.Model], ordered: models.QuerySet[Any], condition: str) -> str:
    """One JSON value of all these rows in their order, each a list of its columns; text, for it is parsed here."""
    values = ", ".join(
        # A number in JSON would be read as binary, and lose digits.
        f'"{field.column}"{"::text" if isinstance(field, models.DecimalField) else ""}'
        for field in model._meta.concrete_fields
    )
    return (
        f"(SELECT json_agg(json_build_array({values}))::text"  # noqa: S608 - our own names
        f" FROM ({ordered.query}) AS part WHERE {condition})"
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
        elif _plain(target) not in _AS_IN_JSON:
            raise TypeError(f"Say how a {kind} is read from JSON: {field}.")
    return names, converters


def _plain(field: models.Field[Any, Any]) -> str:
    """The type of a field, or of what is in its lists."""
    return (field.base_field if isinstance(field, ArrayField) else field).get_internal_type()


_CONVERTERS: dict[str, Callable[[Any], Any]] = {
    "UUIDField": id_of_text,
    "DateField": date.fromisoformat,
    "DateTimeField": datetime.fromisoformat,
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
