"""Writing records as an exchange file."""

from __future__ import annotations

from typing import IO, TYPE_CHECKING, Any

import orjson
from django.db.models.functions import Collate

from records.exchange.rows import read_rows
from records.exchange.shapes import declared
from records.models import EditorialState
from records.registry import kind_named

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator
    from uuid import UUID

    from records.exchange.compare import Existing
    from records.exchange.shapes import Exchange, Shape

#: Records that are read together.
BATCH = 500
#: Fields that stay at the desk unless asked for.
DESK_ONLY = "curators_note"


def export(file: IO[bytes], *, kinds: Collection[str] = (), with_notes: bool = False) -> int:
    """Write the records of the working tables, drafts included, and return their number.

    Records of the given kinds, or of all. Withdrawn and merged ones are left out. Kinds come in the order in which they
    name each other, records by slug, so that the same records always give the same bytes.
    """
    number = 0
    for exchange in declared():
        if not kinds or exchange.kind in kinds:
            for document in documents_of(exchange, with_notes=with_notes):
                file.write(orjson.dumps(document, option=orjson.OPT_APPEND_NEWLINE))
                number += 1
    return number


def documents_of(exchange: Exchange, *, with_notes: bool) -> Iterator[dict[str, Any]]:
    gone = (EditorialState.WITHDRAWN, EditorialState.MERGED)
    # In the order of code points, which is Python's too, whatever the database's own order is.
    in_order = exchange.model._default_manager.annotate(code_points=Collate("slug", "C"))
    records = in_order.exclude(editorial_state__in=gone).order_by("code_points")
    after = ""
    while keys := dict(records.filter(code_points__gt=after).values_list("pk", "slug")[:BATCH]):
        after = max(keys.values())
        documents = documents_by_key(exchange, keys).values()
        for document in sorted(documents, key=lambda document: str(document["slug"])):
            if not with_notes:
                document.pop(DESK_ONLY, None)
            yield document


def documents_by_key(exchange: Exchange, keys: Collection[UUID]) -> dict[UUID, dict[str, Any]]:
    """Return records of one kind as lines have them, with the curators' notes."""
    rows = read_rows(exchange, keys, for_export=True)
    slugs = _slugs(exchange, rows.values())
    opening = {"object": exchange.kind}
    return {
        pk: opening | {"id": str(pk), "slug": row.values["slug"]} | _members(exchange, row, slugs)
        for pk, row in rows.items()
    }


def _members(shape: Shape, row: Existing, slugs: dict[tuple[str, UUID], str]) -> dict[str, Any]:
    members = {name: treatment.write(row.values, slugs) for name, treatment in shape.fields.items()}
    for slot, part in shape.parts.items():
        items = [_members(part, item, slugs) for item in row.parts.get(slot, ())]
        found = [next(iter(item.values())) for item in items] if part.is_bare else items
        members.setdefault(part.name, []).extend(found)
    return members


def _slugs(exchange: Exchange, rows: Iterable[Existing]) -> dict[tuple[str, UUID], str]:
    """Look up how the records that these rows name are called: one query per kind."""
    named: dict[str, set[UUID]] = {}
    for row in rows:
        for kind, key in _names(exchange, row):
            named.setdefault(kind, set()).add(key)
    slugs = {}
    for kind, keys in named.items():
        for pk, slug in (
            kind_named(kind).model._default_manager.filter(pk__in=keys).values_list("pk", "slug")
        ):
            slugs[kind, pk] = slug
    return slugs


def _names(shape: Shape, row: Existing) -> Iterator[tuple[str, UUID]]:
    for treatment in shape.fields.values():
        yield from treatment.names(row.values)
    for name, part in shape.parts.items():
        for item in row.parts.get(name, ()):
            yield from _names(part, item)
