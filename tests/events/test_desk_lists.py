"""The list of events at the desk, read by days: the same rows in the same order as if all were read at once."""

from __future__ import annotations

import random
import re
from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection
from django.db.models import F, Q
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from config.dates.edtf import read
from events.models import Event, EventStatus
from records import lists
from records.admin.sorting import asked_groups
from records.badges import BADGE
from records.lists import (
    ByDay,
    EditionsByDay,
    EditionsOfWords,
    PreviewsByDay,
    RecordsOfWords,
    RowsByDay,
    ask,
)
from records.models import WorkingWord, word
from records.publishing.merge import merge
from records.publishing.previews import bring_up_to_date
from records.publishing.publish import withdraw
from records.registry import kind_of
from records.terms import term
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
#: The same of words that many have: what is public is read in each of three ways.
FREQUENT: dict[str, Any] = {
    "a frequent word": Q(title__often_has_part="visit"),
    "a part of words": Q(title__often_has_part="ISI"),
    "two frequent words": Q(title__often_has_part="talks") & Q(title__often_has_part="oil"),
    "a frequent word and a state of work": Q(title__often_has_part="visit")
    & Q(editorial_state="published"),
}
#: Parts that are in no words that are known, or in words of another column.
ELSEWHERE: dict[str, Any] = {
    "a short part": Q(title__often_has_part="oi"),
    "part of two words": Q(title__often_has_part="a-visit"),
    "one of two words": Q(title__often_has_part="visit") | Q(title__often_has_part="oil"),
    "without a word": ~Q(title__often_has_part="visit"),
    "a word of a summary": Q(summary__often_has_part="visit"),
}
WAYS = (EditionsByDay, EditionsOfWords, RecordsOfWords)
ASKED = (
    *((name, condition, EditionsByDay) for name, condition in {**BESIDES, **ELSEWHERE}.items()),
    *((name, condition, way) for name, condition in FREQUENT.items() for way in WAYS),
)


def test_rows_are_the_same_in_the_same_order(monkeypatch: pytest.MonkeyPatch) -> None:
    make_events()
    assert bring_up_to_date() == 0
    monkeypatch.setattr(lists, "SAME_DAY", 1)
    monkeypatch.setattr(RowsByDay, "tried", 2)
    monkeypatch.setattr(PreviewsByDay, "tried", 2)
    monkeypatch.setattr(lists, "MOST_READ", 7)
    monkeypatch.setattr(lists, "FOUND", 5)
    kind = kind_of(Event)

    for place, question in enumerate(QUESTIONS):
        # Given up soon, or read on.
        monkeypatch.setattr(lists, "IN_VAIN", [1, 25][place % 2])
        asked = ask(kind, question)
        assert (question, asked.is_understood) == (question, True)
        for name, condition, way in ASKED:
            if name in ELSEWHERE and place:
                continue
            prices = [float(each is not way) for each in WAYS]
            monkeypatch.setattr(lists, "prices", lambda *_asked, prices=prices: prices)
            rows = Event.objects.filter(condition).order_by(*ORDER)
            expected = list(asked.filtered(rows).values_list("pk", flat=True))
            found = asked.halves(rows)
            assert isinstance(found, ByDay)
            assert (name, type(found._editions)) == (name, way)
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


def test_sorted_rows_are_the_same_in_the_same_order(monkeypatch: pytest.MonkeyPatch) -> None:
    make_events()
    assert bring_up_to_date() == 0
    monkeypatch.setattr(lists, "FOUND", 4)
    kind = kind_of(Event)

    for place, question in enumerate(QUESTIONS):
        asked = ask(kind, question)
        order = ["status", "-status"][place % 2]
        for name, condition in BESIDES.items():
            rows = Event.objects.filter(condition).order_by(order, "-pk")
            groups = asked_groups(rows, ["type", "status"])
            assert [word for _rows, _name, word in groups] == sorted(
                EventStatus.values, reverse=order != "status"
            )
            expected = list(asked.filtered(rows).values_list("pk", flat=True))
            found = asked.halves(rows, groups=groups)
            assert (question, name, found.counted(11)) == (question, name, min(11, len(expected)))
            assert (question, name, list(found.keys(5, 10))) == (question, name, expected[5:10])
            every = asked.halves(rows, groups=groups).keys(0, 100)
            assert (question, name, list(every)) == (question, name, expected)


def test_a_group_is_asked_beside_the_filter() -> None:
    """So that an index finds it: of a frequent filter all rows would be looked at for each group."""
    asked = ask(kind_of(Event), [("attendance", "remote")])
    rows = Event.objects.order_by("status", "-pk")
    halves = asked.halves(rows, groups=asked_groups(rows, ["status"]))

    for group, word_ in zip(halves.groups, sorted(EventStatus.values), strict=True):
        statement, values = group().halves[0].query.sql_with_params()
        assert statement.count('"terms" @>') == 2
        assert [term("status", word_)] in values


def test_only_a_column_of_words_has_groups_that_are_asked() -> None:
    for order in ("type", "when_earliest", "title", "badge", "pk", F("status").desc()):
        rows = Event.objects.annotate(badge=BADGE).order_by(order)
        assert asked_groups(rows, ["type", "status", "badge"]) == []
    assert asked_groups(Event.objects.order_by("status"), ["type"]) == []


def test_words_and_filters_are_found_in_one_index() -> None:
    kind = kind_of(Event)
    asked = ask(kind, [("status", "occurred")])
    half = EditionsOfWords(kind.editions, asked.clauses, Event.objects.all(), [["visit", "visits"]])
    with CaptureQueriesContext(connection) as captured:
        assert half.read(9) == []
    with connection.cursor() as cursor:
        # Of a table without rows each index costs the same: no other one is left.
        cursor.execute(
            "SELECT indexrelid::regclass FROM pg_index WHERE indrelid = 'events_eventedition'::regclass"
            " AND indexrelid <> 'eventedition_by_content'::regclass"
            " AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid)"
        )
        cursor.execute(f"DROP INDEX {', '.join(name for (name,) in cursor.fetchall())}")
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(f"EXPLAIN {captured[0]['sql']}")
        plan = "\n".join(row for (row,) in cursor.fetchall())

    assert "Bitmap Index Scan on eventedition_by_content" in plan
    assert re.search(r"Index Cond: \(\(terms @> .*\) AND \(string_to_array\(.* && ", plan), plan


def test_a_way_is_taken_by_what_it_costs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of 200,000 events: as many have the word, and meet the filter or lie on the days, as are said."""
    make_event_type("visit")
    kind = kind_of(Event)
    on_days = ask(kind, [("date_before", "1990")]).clauses
    filtered = ask(kind, [("status", "cancelled")]).clauses

    def way(clauses: Any, *, word: float, met: float) -> int:
        def rate(_editions: Any, one: Any) -> float:
            return met if one in clauses else 1.0

        monkeypatch.setattr(lists, "count_of", lambda _editions: 200_000)
        monkeypatch.setattr(lists, "worded", lambda _editions, _words: word)
        monkeypatch.setattr(lists, "share", rate)
        monkeypatch.setattr(lists, "begun", rate if clauses is on_days else lambda *_: 1.0)
        found = lists.prices(kind.editions, clauses, [["visit"]])
        return found.index(min(found))

    assert way(filtered, word=0.06, met=0.33) == WAYS.index(EditionsOfWords)
    assert way(filtered, word=0.07, met=0.02) == WAYS.index(EditionsOfWords)
    assert way(filtered, word=0.9, met=0.1) == WAYS.index(EditionsByDay)
    assert way(filtered, word=0.1, met=0.9) == WAYS.index(RecordsOfWords)
    assert way(on_days, word=0.06, met=0.3) == WAYS.index(RecordsOfWords)
    assert way(on_days, word=0.001, met=0.3) == WAYS.index(EditionsOfWords)


def test_a_part_is_known_by_the_words_that_have_it() -> None:
    for title in ("State visits", "Revisiting Vienna", "A visit, U.S.-Pakistan", "Ça va"):
        make_event(title)
    found = {
        typed: WorkingWord.with_part("event", typed)
        for typed in ("visit", "VÍSIT", "U.S.", "us-pak", "ca", "zebra", "%%%", "__a")
    }

    assert {typed: words and sorted(words) for typed, words in found.items()} == {
        "visit": ["revisiting", "visit", "visits"],
        "VÍSIT": ["revisiting", "visit", "visits"],
        "U.S.": None,
        "us-pak": None,
        "ca": None,
        "zebra": [],
        "%%%": None,
        "__a": None,
    }
    assert WorkingWord.with_part("person", "visit") == []


def test_a_part_of_too_many_words_is_of_no_use(monkeypatch: pytest.MonkeyPatch) -> None:
    make_event("State visits, a visit, revisiting")
    monkeypatch.setattr(word, "MOST_WORDS", 3)
    assert len(WorkingWord.with_part("event", "visit") or []) == 3
    monkeypatch.setattr(word, "MOST_WORDS", 2)
    assert WorkingWord.with_part("event", "visit") is None
