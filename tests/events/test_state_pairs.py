"""The table of pairs of states follows what is published, and answers for the events of several states."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from events.models import Event, EventStatePair
from people.models import State
from records.publishing.merge import merge
from records.publishing.publish import publish, withdraw
from tests.factories.answers import get, slugs
from tests.factories.events import (
    make_event,
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


def pairs() -> set[tuple[str, str, str, str]]:
    """Every row of the table of pairs, in words; the day as text, for Python knows no infinity."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT low_id, high_id, day::text, record_id FROM events_eventstatepair")
        found = cursor.fetchall()
    names = dict(State.objects.values_list("pk", "name"))
    titles = dict(Event.objects.values_list("pk", "title"))
    return {(names[low], names[high], day, titles[event]) for low, high, day, event in found}


def test_pairs_follow_what_is_published(client: Client) -> None:
    a, b, c = (make_state(name) for name in ("A", "B", "C"))
    event = make_event("One", when="2001-02-03")
    first = make_participation(event, b)
    make_participation(event, a)
    undated = make_event("Two")
    make_participation(undated, c)
    publish_whole(event, undated)
    two = ("C", "C", "-infinity", "Two")
    before = {(x, y, "2001-02-03", "One") for x, y in (("A", "A"), ("A", "B"), ("B", "B"))}
    assert pairs() == {*before, two}

    type(first).objects.filter(pk=first.pk).update(state=c)
    assert pairs() == {*before, two}
    publish(event, by=None)
    after = {(x, y, "2001-02-03", "One") for x, y in (("A", "A"), ("A", "C"), ("C", "C"))}
    assert pairs() == {*after, two}

    Event.objects.filter(pk=event.pk).update(**Event.when.columns("2002"))
    publish(Event.objects.get(pk=event.pk), by=None)
    assert pairs() == {*((x, y, "2002-01-01", "One") for x, y, _day, _title in after), two}

    withdraw(undated, by=None, reason="Never happened.")
    assert pairs() == {(x, y, "2002-01-01", "One") for x, y, _day, _title in after}
    assert slugs(client, f"events/?state={c.pk}") == ["one"]


def test_pairs_follow_a_merger_of_states(client: Client) -> None:
    turkey, turkiye, greece = (make_state(name) for name in ("Turkey", "Türkiye", "Greece"))
    event, other = make_event("Call"), make_event("Meeting")
    make_participation(event, turkey)
    make_participation(event, greece)
    make_participation(other, turkiye)
    publish_whole(event, other)

    merge(turkey, turkiye, by=None, reason="One state under two names.")

    assert pairs() == {
        ("Türkiye", "Türkiye", "-infinity", "Call"),
        ("Türkiye", "Greece", "-infinity", "Call"),
        ("Greece", "Greece", "-infinity", "Call"),
        ("Türkiye", "Türkiye", "-infinity", "Meeting"),
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

    with CaptureQueriesContext(connection) as captured:
        content = get(client, "events/?state__all=b,a&page_size=10")

    assert [document["slug"] for document in content["results"]] == [
        f"event-{day:02}" for day in range(29, 9, -2)
    ]
    assert content["total"] == {"value": 15, "relation": "eq"}
    assert [EventStatePair._meta.db_table in query["sql"] for query in captured] == [False, True]
    second = get(client, content["next"].partition("/api/v1/")[2])
    assert [document["slug"] for document in second["results"]] == [
        f"event-{day:02}" for day in range(9, 0, -2)
    ]


def _a_type() -> Any:
    from events.models import EventType  # noqa: PLC0415 - beside its only use

    return EventType.objects.filter(code="meeting").first() or make_event_type("meeting")
