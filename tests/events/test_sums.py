"""The sums of events equal what is counted from the public documents, whatever becomes of them."""

from __future__ import annotations

import random
from collections import Counter
from datetime import date, timedelta
from itertools import combinations
from typing import Any
from uuid import UUID

import orjson
import pytest

from config.dates.reach import Reach
from events.models import (
    KEPT_FOR_PAIRS,
    KEPT_FOR_STATES,
    KEPT_FOR_WORDS,
    NO_ROLE,
    NO_STATE,
    Event,
    EventEdition,
    EventSum,
)
from events.terms import stood_for
from records.models import ANY_TYPE, Grain
from records.publishing.merge import merge
from records.publishing.publish import publish, restore, withdraw
from records.terms import term
from tests.factories.events import make_event, make_event_place, make_event_type, make_participation
from tests.factories.people import make_state
from tests.factories.records import publish_whole

pytestmark = pytest.mark.django_db

WHENS = [
    "1999-12-31",
    "2000-01",
    "2000",
    "1999-12-30/2000-01-02",
    "2001-05-10/..",
    "../2001-02",
    "199X",
    "",
    "2001-05-10",
]


def counted() -> Counter[tuple[Any, ...]]:
    """The sums as they should be, from the public documents alone."""
    found: Counter[tuple[Any, ...]] = Counter()
    for text in EventEdition.objects.current().values_list("document", flat=True):
        document = orjson.loads(text)
        states = [term("state", state["id"]) for state in document["states"]]
        roles = {term("role", part["role"]) for part in document["participations"]}
        words = [
            term(name, document[name] or "") for name in ("status", "attendance", "visit_class")
        ]
        of_terms = {EventSum.every: frozenset(Grain)}
        of_terms |= dict.fromkeys(states or [NO_STATE], KEPT_FOR_STATES)
        of_terms |= dict.fromkeys([*words, *(roles or [NO_ROLE])], KEPT_FOR_WORDS)
        taking_part = sorted(
            {state for part in document["participations"] for state in of_part(part, document)}
        )
        pairs = [stood_for(one, other) for one, other in combinations(taking_part, 2)]
        of_terms |= dict.fromkeys(pairs, KEPT_FOR_PAIRS)
        end = document["end"]
        is_interval = end is not None and end["edtf"]
        reach = Reach.of(document["when"], end) if is_interval else Reach.at(document["when"])
        for number, grains in of_terms.items():
            for grain in grains:
                kind = UUID(document["type"]["id"]) if grain.has_type else ANY_TYPE
                if not grain.has_days:
                    found[number, grain, kind, "-infinity", "-infinity", False, False] += 1
                    continue
                days = whole(reach.possible, has_month=grain.has_month)
                found[number, grain, kind, *days, reach.first is None, reach.last is None] += 1
    return found


def of_part(part: dict[str, Any], document: dict[str, Any]) -> list[str]:
    """The states of a participation: it lists them where they are not those that it names."""
    if part["states"] is not None:
        return [state["id"] for state in part["states"]]
    assert part["participant"]["object"] == "state", document["label"]
    return [part["participant"]["id"]]


def whole(days: tuple[date, date] | None, *, has_month: bool) -> tuple[str, str]:
    if days is None:
        return "-infinity", "-infinity"
    first, last = days
    if not has_month:
        return f"{first:%Y}-01-01", f"{last:%Y}-12-31"
    after = (last.replace(day=28) + timedelta(days=4)).replace(day=1)
    return f"{first:%Y-%m}-01", f"{after - timedelta(days=1)}"


def kept() -> Counter[tuple[Any, ...]]:
    """The sums as they are."""
    rows = EventSum.objects.extra(
        select={"first": "date::text", "last": "last_day::text"}
    ).values_list(
        "term", "grain", "type_id", "first", "last", "starts_unknown", "ends_unknown", "count"
    )
    assert all(row[-1] >= 0 for row in rows)
    return Counter(
        {(number, Grain(grain), *rest): count for number, grain, *rest, count in rows if count}
    )


def test_sums_follow_corrections_withdrawals_and_mergers() -> None:
    chance = random.Random(1815)  # noqa: S311 - reproducible, not secret
    states = [make_state(name) for name in ("Åland", "Borduria", "Carpania", "Drusia")]
    types = [make_event_type(code) for code in ("feast", "duel")]
    events = []
    for number in range(25):
        event = make_event(
            f"Event {number}",
            type=chance.choice(types),
            when=chance.choice(WHENS),
            status=chance.choice(["occurred", "planned"]),
            attendance=chance.choice(["in_person", ""]),
        )
        for state in chance.sample(states, chance.randint(0, 2)):
            make_participation(event, state, role=chance.choice(["host", "visitor"]))
        if chance.random() < 0.3:
            make_event_place(event, state=chance.choice(states))
        events.append(event)
    former = make_state("Edonia")
    of_former = make_event("Event of the former", type=types[0], when="2000-02-03")
    make_participation(of_former, former, role="host")
    assert not kept()
    publish_whole(*events, of_former)
    assert kept() == counted()

    withdrawn: list[Event] = []
    for _ in range(40):
        event = Event.objects.get(pk=chance.choice(events).pk)
        if event in withdrawn:
            restore(event, by=None)
            withdrawn.remove(event)
        elif chance.random() < 0.3:
            withdraw(event, by=None, reason="It never happened.")
            withdrawn.append(event)
        else:
            columns = Event.when.columns(chance.choice(WHENS))
            Event.objects.filter(pk=event.pk).update(type=chance.choice(types), **columns)
            if chance.random() < 0.3:
                make_participation(event, chance.choice(states), role="mediator")
            publish(Event.objects.get(pk=event.pk), by=None)
        assert kept() == counted()

    merge(former, states[0], by=None, reason="One state under two names.")
    assert kept() == counted()
    public = [event for event in events if event not in withdrawn]
    merge(public[0], public[1], by=None, reason="The same event twice.")
    merge(types[0], types[1], by=None, reason="The same sort of event.")
    assert kept() == counted()
    assert sum(counted().values()) > 0


def test_what_says_the_same_writes_no_sum() -> None:
    """A new edition in which only words changed takes away and adds the same."""
    event = make_event("Feast", when="2001-05-10")
    publish_whole(event)
    before = set(EventSum.objects.extra(select={"at": "ctid::text"}).values_list("pk", "at"))

    Event.objects.filter(pk=event.pk).update(title="A feast")
    publish(Event.objects.get(pk=event.pk), by=None)

    assert (
        set(EventSum.objects.extra(select={"at": "ctid::text"}).values_list("pk", "at")) == before
    )
