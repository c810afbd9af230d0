"""Reading the parts of many records at once, one query per kind of part."""

from __future__ import annotations

from collections import defaultdict
from functools import cache
from typing import TYPE_CHECKING, Any, cast

from django.db.models import ManyToOneRel
from django.db.models.fields.related_descriptors import ForwardManyToOneDescriptor
from rest_framework.serializers import ListSerializer

from records.bulk import among, read

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from django.db import models
    from rest_framework.serializers import Serializer

    from records.registry import Kind


@cache
def parts_of(kind: Kind) -> tuple[str, ...]:
    """The parts of a record that rendering reads, as lookups: lists of parts at any depth, and what fields say themselves."""
    return tuple(_parts_of(kind.serializer(), ""))


def _parts_of(serializer: Serializer[Any], path: str) -> Iterator[str]:
    for field in serializer.fields.values():
        if isinstance(field, ListSerializer):
            yield f"{path}{field.source}"
            child = cast("Serializer[Any]", field.child)
            yield from _parts_of(child, f"{path}{field.source}__")
        else:
            for relation in getattr(field, "relations", ()):
                yield f"{path}{relation}"


def load_parts(records: Sequence[models.Model], paths: Iterable[str]) -> None:
    """Read the parts named by `paths` (`citations`, `participations__participation_capacities`) of all records.

    As `prefetch_related` leaves them, so that `record.citations.all()` asks no query; but what it leaves there is a list,
    where `prefetch_related` makes a queryset for every record and relation, which costs more than reading the rows.
    """
    tree: dict[str, list[str]] = defaultdict(list)
    for path in paths:
        first, _, rest = path.partition("__")
        tree[first] += [rest] if rest else []
    if records:
        for accessor, onward in tree.items():
            load_parts(_load(records, accessor), onward)


def _load(records: Sequence[Any], accessor: str) -> list[Any]:
    descriptor = getattr(type(records[0]), accessor)
    if isinstance(descriptor, ForwardManyToOneDescriptor):
        return _load_named(records, descriptor.field)
    relation = descriptor.rel
    if not isinstance(relation, ManyToOneRel):
        raise TypeError(
            f"{accessor} of {type(records[0]).__name__} is no foreign key, in either direction."
        )
    link = relation.field
    owners = [record.pk for record in records]
    parts = read(
        link.model._base_manager.filter(among(link.name, owners)).order_by(
            *(link.model._meta.ordering or ())
        )
    )
    of_record: dict[Any, list[Any]] = {key: [] for key in owners}
    for part in parts:
        of_record[getattr(part, link.attname)].append(part)
    for record in records:
        if not hasattr(record, "_prefetched_objects_cache"):
            record._prefetched_objects_cache = {}  # noqa: SLF001 - where Django's own prefetching leaves them
        record._prefetched_objects_cache[relation.cache_name] = of_record[record.pk]  # noqa: SLF001
    return parts


def _load_named(records: Sequence[Any], link: Any) -> list[Any]:
    """Read the rows that a foreign key names, where they are no records: another part of the record, a currency."""
    keys = {getattr(record, link.attname) for record in records} - {None}
    found = link.related_model._base_manager.in_bulk(keys)
    for record in records:
        link.set_cached_value(record, found.get(getattr(record, link.attname)))
    return list(found.values())
