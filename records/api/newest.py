"""One record as an address names it: what is published of it, or where that has gone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import orjson
from django.http import HttpResponsePermanentRedirect

from config.api.caching import CACHE_CONTROL
from config.api.problems import Problem
from config.api.sql import Clause, select
from records.api.pages import fetch
from records.lookup.published import resolve_address
from records.models import Action, Reference
from records.publishing.feed import stamp

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from django.http import HttpRequest

    from records.registry import Kind

NEWEST = "superseded_at IS NULL AND record_id = %s::uuid"


@dataclass(frozen=True, slots=True)
class Newest:
    """The current edition of a record."""

    record_id: UUID
    position: int
    document: dict[str, Any]


def find_newest(
    http: HttpRequest, kind: Kind, ref: str, below: str
) -> Newest | HttpResponsePermanentRedirect:
    """What is published of the record that an address names; of a merged one, the way to the same address of its survivor.

    `below` is what follows the record in the address (`tenures/`). Raises Problem `not_found`, `ambiguous_reference` or
    `withdrawn`.
    """
    one = Clause(NEWEST, (resolve_address(kind.name, ref),))
    columns = "record_id, position, action, published_at, reason, document"
    found = fetch(select(columns, kind.editions._meta.db_table, one))
    if not found:
        raise Problem("not_found")
    record_id, position, action, published_at, reason, document = found[0]
    if action == Action.MERGED:
        return survivor_of(http, kind, record_id, below)
    refuse_withdrawn(action, reason, published_at)
    return Newest(record_id, position, orjson.loads(document))


def refuse_withdrawn(action: str, reason: str, published_at: datetime) -> None:
    """Raise Problem `withdrawn`, with why and when, where the newest edition is a withdrawal."""
    if action == Action.WITHDRAWN:
        raise Problem("withdrawn", reason=reason, withdrawn_at=stamp(published_at))


def survivor_of(
    http: HttpRequest, kind: Kind, record_id: UUID, below: str = ""
) -> HttpResponsePermanentRedirect:
    """Lead from a merged record to its survivor, with the rest of the address and the query as they came."""
    survivor = Reference.objects.values_list("merged_into", flat=True).get(pk=record_id)
    raw = http.META["QUERY_STRING"]
    address = f"{kind.path(str(survivor))}{below}" + (f"?{raw}" if raw else "")
    response = HttpResponsePermanentRedirect(address, preserve_request=True)
    del response.headers["Content-Type"]  # it has no body
    # Said, for else a cache may keep it for ever, and the survivor may be merged too.
    response.headers["Cache-Control"] = CACHE_CONTROL
    return response
