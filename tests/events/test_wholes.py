"""Whether an event has parts follows what is published of those parts, whatever is done to them."""

from __future__ import annotations

import json
import random
from typing import TYPE_CHECKING, Any

import pytest

from events.models import Event, EventEdition
from records.models import EditorialState
from records.publishing.labels import drain
from records.publishing.merge import merge
from records.publishing.publish import CurationRefused, publish, restore, withdraw
from tests.factories.answers import get
from tests.factories.events import make_event, make_event_type
from tests.factories.records import publish_whole

if TYPE_CHECKING:
    from django.test import Client

pytestmark = pytest.mark.django_db


def said(event: Event) -> tuple[int, bool]:
    """The revision of what is public of an event, and whether it says that it has parts."""
    edition = EventEdition.objects.current().get(record_id=event.pk)
    return edition.revision, json.loads(edition.document)["has_parts"]


@pytest.fixture
def tour() -> Event:
    return make_event("Tour", type=make_event_type("tour"), slug="tour")


@pytest.fixture
def stop(tour: Event) -> Event:
    return make_event("Stop", type=tour.type, parent=tour, slug="stop")


def test_what_is_published_with_its_parts_says_so_at_once(
    client: Client, tour: Event, stop: Event
) -> None:
    publish_whole(tour, stop)
    assert (said(tour), said(stop)) == ((1, True), (1, False))
    assert get(client, "events/tour/")["has_parts"] is True
    assert get(client, "events/stop/")["has_parts"] is False


def test_a_draft_of_a_part_is_not_told(tour: Event, stop: Event) -> None:
    publish_whole(tour)
    assert said(tour) == (1, False)
    publish(tour, by=None)
    assert said(tour) == (1, False)
    publish_whole(stop)
    assert said(tour) == (2, True)


def test_it_stays_said_when_the_whole_is_published_again(tour: Event, stop: Event) -> None:
    publish_whole(tour, stop)
    Event.objects.filter(pk=tour.pk).update(title="Long tour")
    publish(Event.objects.get(pk=tour.pk), by=None)
    assert said(tour) == (2, True)
    Event.objects.filter(pk=stop.pk).update(title="Long stop")
    publish(Event.objects.get(pk=stop.pk), by=None)
    assert said(tour) == (2, True)


def test_a_whole_that_is_withdrawn_with_its_parts_comes_back_without_them(
    tour: Event, stop: Event
) -> None:
    publish_whole(tour, stop)
    withdraw(tour, stop, by=None, reason="Never happened.")
    restore(tour, by=None)
    assert said(tour) == (3, False)
    restore(stop, by=None)
    assert said(tour) == (4, True)


def test_the_survivor_has_the_parts_of_what_was_merged_into_it(
    django_capture_on_commit_callbacks: Any, tour: Event, stop: Event
) -> None:
    other = make_event("Journey", type=tour.type, slug="journey")
    publish_whole(tour, stop, other)
    with django_capture_on_commit_callbacks():
        merge(tour, other, by=None, reason="One journey.")
    drain()
    assert said(other) == (2, True)


def test_any_history_leaves_it_right(tour: Event) -> None:
    """Twelve events and a hundred random deeds: what a document says is what a look at all documents finds."""
    random_ = random.Random(8)  # noqa: S311 - reproducible, not secret
    events = [make_event(f"Event {number}", type=tour.type) for number in range(12)]
    publish_whole(*events)
    done = 0
    for _ in range(100):
        event = Event.objects.get(pk=random_.choice(events).pk)
        if event.editorial_state == EditorialState.MERGED:
            continue
        other = random_.choice(events)
        try:
            match random_.choice(["parent", "parent", "parent", "withdraw", "restore", "merge"]):
                case "parent":
                    # Only later ones are parts of earlier ones, for a circle is refused.
                    parent = other if events.index(other) < events.index(event) else None
                    Event.objects.filter(pk=event.pk).update(parent=parent)
                    publish(Event.objects.get(pk=event.pk), by=None)
                case "withdraw":
                    withdraw(event, by=None, reason="Doubtful.")
                case "restore":
                    restore(event, by=None)
                case "merge" if random_.random() < 0.2:
                    merge(event, Event.objects.get(pk=other.pk), by=None, reason="The same.")
        except CurationRefused:
            continue
        done += 1
        public = {
            each["id"]: each
            for each in map(
                json.loads, EventEdition.objects.current().values_list("document", flat=True)
            )
        }
        wholes = {each["parent"]["id"] for each in public.values() if each["parent"]}
        assert {key for key, each in public.items() if each["has_parts"]} == wholes & public.keys()
    assert done > 40
