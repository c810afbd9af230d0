"""Which published documents name a record: asked here, and nowhere else."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from django.db import connection

from records.bulk import as_array
from records.registry import all_kinds

if TYPE_CHECKING:
    from collections.abc import Collection

#: A record, by the name of its kind and its id.
Place = tuple[str, UUID]


def naming(
    ids: Collection[UUID],
    *,
    limit: int | None = None,
    beyond: Place | None = None,
    other_than: Collection[UUID] = (),
) -> list[Place]:
    """Return the records whose public documents name one of these, by kind as registered and then by id. One statement.

    With `beyond`, only those after that place. With `limit`, any so many of them: not all are read to find the first.
    """
    if not ids:
        return []
    kinds = [kind.name for kind in all_kinds()]
    first = 0 if beyond is None else kinds.index(beyond[0])
    parts = []
    parameters: list[str | int] = []
    for rank, kind in enumerate(all_kinds()):
        if rank < first:
            continue
        condition = "superseded_at IS NULL AND document IS NOT NULL AND refs && %s::uuid[]"
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
    found = " UNION ALL ".join(parts)
    if limit is not None:
        found += " LIMIT %s"
        parameters.append(limit)
    statement = f"SELECT * FROM ({found}) AS found ORDER BY 1, 2"  # noqa: S608 - as above
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return [(kinds[rank], record_id) for rank, record_id in cursor.fetchall()]


def named(ids: Collection[UUID], *, other_than: Collection[UUID] = ()) -> set[UUID]:
    """Return those of the ids that public documents of records other than `other_than` name. One statement."""
    if not ids:
        return set()
    parts = [
        "SELECT name FROM (SELECT unnest(refs) AS name FROM"  # noqa: S608 - our own names
        f' "{kind.editions._meta.db_table}" WHERE superseded_at IS NULL AND document IS NOT NULL'
        " AND refs && %(ids)s::uuid[] AND record_id <> ALL(%(but)s::uuid[])) AS names"
        " WHERE name = ANY(%(ids)s::uuid[])"
        for kind in all_kinds()
    ]
    with connection.cursor() as cursor:
        cursor.execute(" UNION ".join(parts), {"ids": as_array(ids), "but": as_array(other_than)})
        return {name for (name,) in cursor.fetchall()}
