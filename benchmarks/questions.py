"""The questions of the table: each with the address that asks the API, the bare view's SQL and the plain API's address."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from benchmarks import bare_sql
from benchmarks.databases import query
from benchmarks.generate import key
from events.models import Event, EventType
from people.models import State

if TYPE_CHECKING:
    from collections.abc import Collection

    from benchmarks.serving import Server

FIRST_YEAR, LAST_YEAR = 1995, 2005
WORDS = "lithium drought"


@dataclass(frozen=True)
class Question:
    """One row of the table."""

    name: str
    title: str
    api: str
    plain: str
    bare: bare_sql.Query
    goal: str  #: CPU milliseconds at a million events

    def ids(self, body: bytes) -> list[str] | None:
        """Return which events the answer lists, where it lists events."""
        answer = json.loads(body)
        if self.name == "one":
            return [answer["id"] if "id" in answer else answer["results"][0]["id"]]
        if self.name in {"months", "count"}:
            return None
        return [event["id"] for event in answer["results"]]


def questions(
    database: str, api: Server, events: int, parameters: Collection[str]
) -> list[Question]:
    """Make the questions for one of the databases, which has so many events.

    `parameters` are those that the API's list of events takes.
    """
    us, pakistan = (_state(slug) for slug in ("united-states", "pakistan"))
    call = str(EventType.objects.get(code="call").pk)
    one = str(key(Event, 100))
    depth = events // 2
    day, event = query(database, *bare_sql.row(depth))[0]
    years = f"date_after={FIRST_YEAR}&date_before={LAST_YEAR}"
    plain_years = f"date_after={FIRST_YEAR}-01-01&date_before={LAST_YEAR}-12-31"
    # For which states participants stood, or, where that cannot be asked, which are involved in any way.
    pair, plain_pair = "state__all=US,PK", "state=united-states&state=pakistan"
    if "between" in parameters:
        pair, plain_pair = "between=US,PK", "between=united-states&between=pakistan"
    words = WORDS.replace(" ", "+")
    return [
        Question("newest", "newest 50", "/api/v1/events/", "/events/", bare_sql.newest(), "1.4"),
        Question(
            "filtered",
            "state + type + dates",
            f"/api/v1/events/?state=US&type=call&{years}",
            f"/events/?state=united-states&type=call&{plain_years}",
            bare_sql.of_state_type_and_years(us, call, FIRST_YEAR, LAST_YEAR),
            "1.6",
        ),
        Question(
            "pair",
            "two states",
            f"/api/v1/events/?{pair}",
            f"/events/?{plain_pair}",
            bare_sql.of_two_states(us, pakistan),
            "1.8",
        ),
        Question(
            "text",
            "full text, newest",
            f"/api/v1/events/?search={words}&ordering=-date",
            f"/events/?search={words}",
            bare_sql.by_text(WORDS),
            "3.0",
        ),
        Question(
            "one",
            "one event",
            f"/api/v1/events/{one}/",
            f"/events/{one}/",
            bare_sql.one(one),
            "0.55",
        ),
        Question(
            "deep",
            f"row {depth:,}",
            _walk(api, depth),
            f"/events/?cursor={day}_{event}",
            bare_sql.after(day, event),
            "1.2 of newest",
        ),
        Question(
            "months",
            "months of a pair",
            f"/api/v1/events/counts/?by=month&{pair}",
            f"/events/months/?{plain_pair}",
            bare_sql.months_of_two_states(us, pakistan),
            "1.8",
        ),
        Question(
            "count",
            "count of a filter",
            f"/api/v1/events/?type=call&{years}&page_size=1",
            f"/events/count/?type=call&{plain_years}",
            bare_sql.count_of_type_and_years(call, FIRST_YEAR, LAST_YEAR),
            "1.0",
        ),
    ]


def _state(slug: str) -> str:
    return str(State.objects.get(slug=slug).pk)


def _walk(api: Server, depth: int) -> str:
    """Turn pages until `depth` rows are behind, and return the address of the page of 50 after them."""
    cursor, behind = "", 0
    while behind < depth:
        size = min(200, depth - behind)
        answer = json.loads(
            api.get(f"/api/v1/events/?page_size={size}&count=none&fields=id{cursor}")
        )
        behind += size
        cursor = "&cursor=" + answer["next"].split("cursor=")[1].split("&")[0]
    return f"/api/v1/events/?{cursor.lstrip('&')}"
