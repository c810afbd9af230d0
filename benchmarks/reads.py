"""What is read: six questions, each with the address that asks the API and the one query that a bare view runs for it."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from events.models import EventEdition
from records.models import Reference

if TYPE_CHECKING:
    from collections.abc import Callable
    from http.client import HTTPConnection

TABLE = "events_eventedition"
CURRENT = "superseded_at IS NULL AND document IS NOT NULL"
LATEST = "ORDER BY coalesce(date, '-infinity'::date) DESC, record_id DESC LIMIT 50"
#: The events of two states, or of one (a pair with itself), latest first.
OF_PAIR = (
    f"SELECT document FROM events_eventstatepair p JOIN {TABLE} e USING (record_id)"
    f" WHERE p.low_id = %s AND p.high_id = %s AND e.superseded_at IS NULL AND e.document IS NOT NULL"
)
LATEST_OF_PAIR = "ORDER BY p.day DESC, p.record_id DESC LIMIT 50"


@dataclass(frozen=True)
class Scenario:
    """One question."""

    name: str
    title: str
    address: str
    sql: str
    parameters: list[Any] = field(default_factory=list)
    is_list: bool = True
    find: Callable[[HTTPConnection], str] | None = (
        None  #: finds the address where it is not known beforehand
    )

    def path(self, api: HTTPConnection) -> str:
        return self.find(api) if self.find else self.address


def scenarios(depth: int) -> list[Scenario]:
    """Make the questions, with the ids of what is in the database."""
    us, pakistan = (_id("state", slug) for slug in ("united-states", "pakistan"))
    call = _id("event_type", "call")
    one = str(
        EventEdition.objects.current()
        .order_by("position")
        .values_list("record_id", flat=True)[1000]
    )
    deep = _row_at(depth)
    return [
        Scenario(
            "latest",
            "50 latest",
            "/api/v1/events/",
            f"SELECT document FROM {TABLE} WHERE {CURRENT} {LATEST}",
        ),
        Scenario(
            "filtered",
            "state, type and dates",
            "/api/v1/events/?state=US&type=call&date_after=1995&date_before=2005",
            # None of the synthetic events lasts longer than a year, so the days of the pairs can be bounded.
            f"{OF_PAIR} AND e.type_id = %s AND p.day BETWEEN '1994-01-01' AND '2005-12-31' AND e.when_latest >= '1995-01-01'"
            f" {LATEST_OF_PAIR}",
            [us, us, call],
        ),
        Scenario(
            "pair",
            "two states in one event",
            "/api/v1/events/?state__all=US,PK",
            f"{OF_PAIR} {LATEST_OF_PAIR}",
            sorted([us, pakistan]),
        ),
        Scenario(
            "search",
            "full text, two words",
            "/api/v1/events/?search=ceasefire+lithium",
            f"SELECT document FROM {TABLE} WHERE {CURRENT} AND search @@ plainto_tsquery('chancery', %s)"
            " ORDER BY ts_rank(search, plainto_tsquery('chancery', %s)) DESC, record_id DESC LIMIT 50",
            ["ceasefire lithium", "ceasefire lithium"],
        ),
        Scenario(
            "one",
            "one event",
            f"/api/v1/events/{one}/",
            f"SELECT document FROM {TABLE} WHERE superseded_at IS NULL AND record_id = %s",
            [one],
            is_list=False,
        ),
        Scenario(
            "deep",
            f"50 rows, {depth:,} deep",
            "",
            f"SELECT document FROM {TABLE} WHERE {CURRENT}"
            f" AND (coalesce(date, '-infinity'::date), record_id) < (%s, %s) {LATEST}",
            list(deep),
            find=lambda api: _walk(api, depth),
        ),
    ]


def _id(kind: str, slug: str) -> str:
    return str(Reference.objects.values_list("pk", flat=True).get(kind=kind, slug=slug))


def _row_at(depth: int) -> tuple[str, str]:
    rows = EventEdition.objects.raw(
        f"SELECT id, record_id, date FROM {TABLE} WHERE {CURRENT} {LATEST.removesuffix(' LIMIT 50')} OFFSET %s LIMIT 1",
        [depth - 1],
    )
    return str(rows[0].date or "-infinity"), str(rows[0].record_id)


def _walk(api: HTTPConnection, depth: int) -> str:
    """Turn pages of 200 until `depth` rows are behind, and return the address of the page of 50 after them."""
    path = "/api/v1/events/?page_size=200&count=none&fields=id"
    for _ in range(depth // 200):
        api.request("GET", path)
        answer = json.loads(api.getresponse().read())
        path = "/" + answer["next"].split("/", 3)[3]
    cursor = path.split("cursor=")[1].split("&")[0]
    return f"/api/v1/events/?cursor={cursor}"
