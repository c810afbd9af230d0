"""The postings of states and pairs of states follow what is published, and answer for the events of several states."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from config.dates.lengths import Length
from events.models import HAS_PARTS, IS_PART, Event, EventPosting
from people.models import State
from records.publishing.merge import merge
from records.publishing.publish import publish, withdraw
from records.terms import pair, term
from tests.factories.answers import get, slugs
from tests.factories.events import (
    make_event,
    make_event_place,
    make_event_type,
    make_participation,
)
from tests.factories.people import (
    make_state,
)
from tests.factories.records import publish_whole

if TYPE_CHECKING:
    from django.test import Client

pytestmark = pytest.mark.django_db


def postings() -> set[tuple[str, str, str, str, bool]]:
    """Every posting, in words: the state or states, class of length, days, event, and whether participants stood for them."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT term, length, date::text, last_day::text, record_id, is_stood_for FROM events_eventposting"
        )
        found = cursor.fetchall()
    states = dict(State.objects.values_list("pk", "name"))
    names = {HAS_PARTS: "has parts", IS_PART: "is a part"} | {
        term("state", str(key)): name for key, name in states.items()
    }
    names |= {
        pair(str(one), str(other)): "+".join(sorted((states[one], states[other])))
        for one, other in combinations(states, 2)
    }
    titles = dict(Event.objects.values_list("pk", "title"))
    return {
        (names[number], Length(length).name, f"{first}/{last}", titles[event], is_stood_for)
        for number, length, first, last, event, is_stood_for in found
    }


def test_postings_follow_what_is_published(client: Client) -> None:
    a, b, c = (make_state(name) for name in ("A", "B", "C"))
    event = make_event("One", when="2001-02-03")
    first = make_participation(event, b)
    make_participation(event, a)
    undated = make_event("Two")
    make_participation(undated, c)
    make_event_place(undated, state=a)
    publish_whole(event, undated)
    two = {
        ("C", "UNDATED", "-infinity/-infinity", "Two", True),
        ("A", "UNDATED", "-infinity/-infinity", "Two", False),
        ("A+C", "UNDATED", "-infinity/-infinity", "Two", False),
    }
    day = "2001-02-03/2001-02-03"
    assert postings() == {*((x, "WEEK", day, "One", True) for x in ("A", "A+B", "B")), *two}

    type(first).objects.filter(pk=first.pk).update(state=c)
    assert postings() == {*((x, "WEEK", day, "One", True) for x in ("A", "A+B", "B")), *two}
    publish(event, by=None)
    assert postings() == {*((x, "WEEK", day, "One", True) for x in ("A", "A+C", "C")), *two}

    Event.objects.filter(pk=event.pk).update(**Event.when.columns("2002"))
    publish(Event.objects.get(pk=event.pk), by=None)
    year = {(x, "YEAR", "2002-01-01/2002-12-31", "One", True) for x in ("A", "A+C", "C")}
    assert postings() == {*year, *two}

    withdraw(undated, by=None, reason="Never happened.")
    assert postings() == year
    assert slugs(client, f"events/?state={c.pk}") == ["one"]


def test_postings_follow_a_merger_of_states(client: Client) -> None:
    turkey, turkiye, greece = (make_state(name) for name in ("Turkey", "Türkiye", "Greece"))
    event, other = make_event("Call"), make_event("Meeting")
    make_participation(event, turkey)
    make_participation(event, greece)
    make_participation(other, turkiye)
    publish_whole(event, other)

    merge(turkey, turkiye, by=None, reason="One state under two names.")

    assert {(states, title) for states, _length, _days, title, _stood in postings()} == {
        ("Türkiye", "Call"),
        ("Greece+Türkiye", "Call"),
        ("Greece", "Call"),
        ("Türkiye", "Meeting"),
    }
    assert slugs(client, "events/?state__all=turkiye,greece") == ["call"]


def test_many_events_of_a_pair_are_read_off_the_pairs_in_one_statement(client: Client) -> None:
    a, b = make_state("A", slug="a"), make_state("B", slug="b")
    events = []
    for day in range(1, 31):
        event = make_event(f"Event {day:02}", when=f"2001-01-{day:02}", type=_a_type())
        make_participation(event, a)
        if day % 2:
            make_participation(event, b)
        events.append(event)
    publish_whole(*events)

    assert slugs(client, "events/?state=b&page_size=1") == ["event-29"]
    with CaptureQueriesContext(connection) as captured:
        content = get(client, "events/?state__all=b,a&page_size=10")

    assert [document["slug"] for document in content["results"]] == [
        f"event-{day:02}" for day in range(29, 9, -2)
    ]
    assert content["total"] == {"value": 15, "relation": "eq"}
    assert [EventPosting._meta.db_table in query["sql"] for query in captured] == [False, True]
    second = get(client, content["next"].partition("/api/v1/")[2])
    assert [document["slug"] for document in second["results"]] == [
        f"event-{day:02}" for day in range(9, 0, -2)
    ]


def _a_type() -> Any:
    from events.models import EventType  # noqa: PLC0415 - beside its only use

    return EventType.objects.filter(code="meeting").first() or make_event_type("meeting")


def test_events_with_parts_follow_what_is_published(client: Client) -> None:
    kind = make_event_type("tour")
    tour, other = (
        make_event(name, type=kind, when=when)
        for name, when in (("Tour", "2001"), ("Other", "2002"))
    )
    stop = make_event("Stop", type=kind, parent=tour)
    publish_whole(tour, other, stop)

    def wholes() -> tuple[list[str], list[str]]:
        return (
            slugs(client, "events/?has_parts=true"),
            slugs(client, "events/?has_parts=false&ordering=label"),
        )

    assert wholes() == (["tour"], ["other", "stop"])
    Event.objects.filter(pk=stop.pk).update(parent=other)
    assert wholes() == (["tour"], ["other", "stop"])
    publish(Event.objects.get(pk=stop.pk), by=None)
    assert wholes() == (["other"], ["stop", "tour"])
    Event.objects.filter(pk=other.pk).update(**Event.when.columns("1999"))
    publish(Event.objects.get(pk=other.pk), by=None)
    assert wholes() == (["other"], ["stop", "tour"])
    assert {(what, days, title) for what, _length, days, title, _stood in postings()} == {
        ("has parts", "1999-01-01/1999-12-31", "Other"),
        ("is a part", "-infinity/-infinity", "Stop"),
    }
    withdraw(stop, by=None, reason="Never happened.")
    assert wholes() == ([], ["other", "tour"])


def test_a_posting_says_how_long_an_event_may_have_been_and_what_is_unknown_of_it() -> None:
    state = make_state("A")
    whens = {
        "2001-02-03/2001-02-09": ("WEEK", False, False),
        "2001-02-03/2001-02-10": ("MONTH", False, False),
        "2004": ("YEAR", False, False),
        "2001/2010": ("DECADE", False, False),
        "2001/2011": ("LONG", False, False),
        "2001-02-03/..": ("OPEN", False, True),
        "../2001-02-03": ("OPEN", True, False),
        "": ("UNDATED", True, True),
    }
    kind = make_event_type("talks")
    events = [make_event(when or "No date", type=kind, when=when) for when in whens]
    for event in events:
        make_participation(event, state)
    Event.objects.filter(pk=events[0].pk).update(parent=events[-1])
    publish_whole(*Event.objects.all())

    found = {
        (event, Length(length).name, is_part, *unknown)
        for event, length, is_part, *unknown in EventPosting.objects.filter(
            term=term("state", str(state.pk))
        ).values_list("record_id", "length", "is_part", "starts_unknown", "ends_unknown")
    }
    assert found == {
        (event.pk, length, event == events[0], starts, ends)
        for event, (length, starts, ends) in zip(events, whens.values(), strict=True)
    }
