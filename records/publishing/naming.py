"""Which published documents name a record: asked here, and nowhere else."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import connection
from rest_framework.serializers import BaseSerializer

from records.bulk import as_array
from records.models.edition import is_current
from records.reference_fields import NamingField, ReferenceSerializer
from records.registry import all_kinds

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from records.registry import Kind

#: A record, by the name of its kind and its id.
Place = tuple[str, UUID]


def naming(
    ids: Collection[UUID],
    *,
    kinds: Collection[str] | None = None,
    limit: int | None = None,
    beyond: Place | None = None,
    other_than: Collection[UUID] = (),
) -> list[Place]:
    """Return the records whose public documents name one of these, by kind as registered and then by id. One statement.

    `kinds` are those of the named records, where they are known: most can be named by few. With `beyond`, only those after that place. With `limit`, any so many of them: not all are read to find the first.
    """
    if not ids:
        return []
    names = [kind.name for kind in all_kinds()]
    first = 0 if beyond is None else names.index(beyond[0])
    parts = []
    parameters: list[str | int] = []
    for rank, kind in enumerate(all_kinds()):
        if rank < first or not (kinds is None or may_be_named(kind).intersection(kinds)):
            continue
        condition = f"{is_current()} AND refs && %s::uuid[]"
        parameters.append(as_array(ids))
        if beyond is not None and rank == first:
            condition += " AND record_id > %s::uuid"
            parameters.append(str(beyond[1]))
        if other_than:
            condition += " AND record_id <> ALL(%s::uuid[])"
            parameters.append(as_array(other_than))
        if limit is not None:
            condition += " LIMIT %s"
            parameters.append(limit)
        table = kind.editions._meta.db_table
        parts.append(f'(SELECT {rank}, record_id FROM "{table}" WHERE {condition})')  # noqa: S608 - our own names
    if not parts:
        return []
    statement = f"SELECT * FROM ({' UNION ALL '.join(parts)}) AS found"  # noqa: S608 - as above
    if limit is not None:
        statement = f"SELECT * FROM ({statement} LIMIT %s) AS found"  # noqa: S608 - as above
        parameters.append(limit)
    statement += " ORDER BY 1, 2"
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return [(names[rank], record_id) for rank, record_id in cursor.fetchall()]


@cache
def may_be_named(kind: Kind) -> frozenset[str]:
    """Return the kinds of record that documents of a kind can name, as the fields of its serializer say."""
    return frozenset(_named_in(kind.serializer()))


def _named_in(serializer: BaseSerializer[Any]) -> Iterator[str]:
    """The kinds that a shape shows, at any depth, and within references to them: of an office its state."""
    if isinstance(serializer, ReferenceSerializer):
        yield serializer.object_kind
    for field in getattr(serializer, "fields", {}).values():
        if isinstance(field, NamingField):
            for shape in field.alternatives:
                yield from _named_in(shape())
        elif isinstance(field, BaseSerializer):
            yield from _named_in(getattr(field, "child", field))


def named(ids: Collection[UUID], *, other_than: Collection[UUID] = ()) -> set[UUID]:
    """Return those of the ids that public documents of records other than `other_than` name. One statement."""
    if not ids:
        return set()
    parts = [
        "SELECT name FROM (SELECT unnest(refs) AS name FROM"  # noqa: S608 - our own names
        f' "{kind.editions._meta.db_table}" WHERE {is_current()}'
        " AND refs && %(ids)s::uuid[] AND record_id <> ALL(%(but)s::uuid[])) AS names"
        " WHERE name = ANY(%(ids)s::uuid[])"
        for kind in all_kinds()
    ]
    with connection.cursor() as cursor:
        cursor.execute(" UNION ".join(parts), {"ids": as_array(ids), "but": as_array(other_than)})
        return {name for (name,) in cursor.fetchall()}
