"""The list of events at the desk, read by days: the same rows in the same order as if all were read at once."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

import pytest
from django.db.models import Q
from django.urls import reverse

from config.dates.edtf import read
from events.models import Event, EventStatus
from records import lists
from records.lists import ByDay, ask
from records.publishing.merge import merge
from records.publishing.previews import bring_up_to_date
from records.publishing.publish import withdraw
from records.registry import kind_of
from tests.factories.events import make_event, make_event_type, make_participation
from tests.factories.people import make_state
from tests.factories.records import make_source, publish_whole

if TYPE_CHECKING:
    from collections.abc import Sequence


pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def addresses() -> None:
    """Load the addresses of the API, with which its filters come."""
    reverse("admin:index")


ORDER: Any = Event._meta.ordering
#: Some share their first day, some have none.
DAYS = (
    "2019",
    "2019-01",
    "2019-01-01",
    "2019-03-05",
    "2020-02-29",
    "2020/..",
    "../2019",
    "",
    "198X",
)
WORDS = {"visit": "A visit", "talks": "Talks about oil"}


def make_events() -> None:
    """Make events of all states, with days and words that many share."""
    chance = random.Random(1648)  # noqa: S311 - reproducible, not secret
    of_type, source, state = make_event_type("visit"), make_source(), make_state(slug="here")
    events = []
    for number in range(45):
        text = chance.choice(DAYS)
        day = read(text) if text else None
        event = make_event(
            chance.choice([*WORDS.values(), f"Meeting {number}"]),
            type=of_type,
            source=source,
            status=chance.choice([EventStatus.OCCURRED, EventStatus.PLANNED]),
            when_edtf=text,
            when_earliest=day and day.earliest,
            when_latest=day and day.latest,
        )
        if chance.random() < 0.6:
            make_participation(event, state)
        events.append(event)
    public = events[:30]
    publish_whole(*public)
    withdraw(*events[:3], by=None, reason="Never happened.")
    for event in chance.sample(events[3:30], 8):
        event.status = EventStatus.CANCELLED
        event.save()
    merge(events[40], events[41], by=None, reason="The same.")


QUESTIONS: Sequence[tuple[tuple[str, str], ...]] = (
    (("status", "occurred"),),
    (("status__not", "occurred"),),
    (("state", "here"),),
    (("state__not", "here"),),
    (("date_after", "2019"), ("date_before", "2019")),
    (("date_before", "2019-01"), ("state", "here")),
    (("date_after", "2020"), ("date_match", "any")),
    (("type", "visit"),),
    (("status", "denied"),),
)
#: What only records are asked, beside.
BESIDES: dict[str, Any] = {
    "nothing": Q(),
    "a word": Q(title__has_part="visit"),
    "a rare word": Q(title__has_part="Meeting 4"),
    "a state of work": Q(editorial_state="published"),
    "no row": Q(title="No such"),
}


@pytest.mark.parametrize("in_vain", [1, 25], ids=["given up soon", "read on"])
def test_rows_are_the_same_in_the_same_order(in_vain: int, monkeypatch: pytest.MonkeyPatch) -> None:
    make_events()
    assert bring_up_to_date() == 0
    monkeypatch.setattr(lists, "SAME_DAY", 1)
    monkeypatch.setattr(lists, "MOST_READ", 7)
    monkeypatch.setattr(lists, "FOUND", 5)
    kind = kind_of(Event)

    for place, question in enumerate(QUESTIONS):
        # Given up soon, or read on.
        monkeypatch.setattr(lists, "IN_VAIN", [1, 25][place % 2])
        asked = ask(kind, question)
        assert (question, asked.is_understood) == (question, True)
        for name, condition in BESIDES.items():
            rows = Event.objects.filter(condition).order_by(*ORDER)
            expected = list(asked.filtered(rows).values_list("pk", flat=True))
            found = asked.halves(rows)
            assert isinstance(found, ByDay)
            assert (question, name, found.counted(11)) == (question, name, min(11, len(expected)))
            assert (question, name, list(found.keys(0, 5))) == (question, name, expected[:5])
            assert (question, name, list(found.keys(5, 10))) == (question, name, expected[5:10])
            # Without being counted before.
            every = asked.halves(rows).keys(0, 100)
            assert (question, name, list(every)) == (question, name, expected)


def test_what_was_written_since_is_not_listed_as_it_was() -> None:
    event = make_event("Here", status=EventStatus.OCCURRED)
    publish_whole(event)
    asked = ask(kind_of(Event), [("status", "occurred")])
    rows = Event.objects.order_by(*ORDER)
    assert asked.halves(rows).keys(0, 9) == [event.pk]

    # No preview says yet what it is now.
    Event.objects.update(status=EventStatus.DENIED)

    assert asked.halves(rows).keys(0, 9) == []
    assert bring_up_to_date() == 0
    assert asked.halves(rows).keys(0, 9) == []
    denied = ask(kind_of(Event), [("status", "denied")])
    assert denied.halves(rows).keys(0, 9) == [event.pk]
