"""Whatever combination of filters is asked, and whichever way its page is found: the events, their order and their number."""

from __future__ import annotations

import json
import random
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from config.dates.reach import Match, Reach
from events.models import Event, EventEdition
from records.ways import bounds, frequencies
from records.ways.known import Known
from tests.factories.answers import get
from tests.factories.events import (
    make_event,
    make_event_place,
    make_event_type,
    make_participation,
)
from tests.factories.people import make_person, make_state
from tests.factories.records import make_source, make_topic, publish_whole
from tests.factories.thorough import times

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.test import Client

    from people.models import Person, State

pytestmark = pytest.mark.django_db

STATES = ["aland", "borduria", "carpania", "drusia"]
TYPES = {"call": [], "meeting": ["summit"], "summit": [], "visit": []}
ROLES = ["host", "visitor", "mediator"]
STATUSES = ["occurred", "planned", "denied"]
Document = dict[str, Any]


@pytest.fixture(scope="module")
def documents(module_transaction: None) -> list[Document]:
    """The documents of 120 published events that combine everything at random; the newest are the least alike."""
    chance = random.Random(1815)  # noqa: S311 - reproducible, not secret
    states = [make_state(name.title(), slug=name) for name in STATES]
    persons = [make_person(f"Person {number}", slug=f"person-{number}") for number in range(3)]
    topics = [make_topic(code) for code in ("trade", "grain")]
    source = make_source(title="Gazette", slug="gazette")
    types = {code: make_event_type(code) for code in TYPES if code != "summit"}
    types["summit"] = make_event_type("summit", broader=types["meeting"])
    events: list[Event] = []
    for number in range(120):
        event = make_event(
            f"Event {number:03}",
            type=types[chance.choice([*TYPES, "call", "call"])],
            when=_when(chance),
            status=chance.choice([*STATUSES, "occurred", "occurred"]),
            attendance=chance.choice(["in_person", "remote", ""]),
            topics=tuple(chance.sample(topics, chance.randint(0, 2))),
            source=source,
        )
        for role in chance.sample(ROLES, chance.randint(1, 3)):
            state, person = chance.choice(states), chance.choice(persons)
            is_state = chance.random() < 0.7
            who: State | Person = state if is_state else person
            behalf = None if is_state else state
            make_participation(event, who, role=role, on_behalf_of_state=behalf)
        if chance.random() < 0.3:
            make_event_place(event, state=chance.choice(states))
        if events and chance.random() < 0.15:
            Event.objects.filter(pk=event.pk).update(parent=chance.choice(events))
        events.append(event)
    publish_whole(*Event.objects.all())
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE events_eventedition")
    found = EventEdition.objects.current().values_list("document", flat=True)
    contents = [json.loads(document) for document in found if document]
    wholes = {content["parent"]["id"] for content in contents if content["parent"]}
    assert {content["id"] for content in contents if content["has_parts"]} == wholes
    return contents


def _when(chance: random.Random) -> str:
    day = date(2000, 1, 1) + timedelta(days=chance.randint(0, 1_500))
    later = day + timedelta(days=chance.choice([3, 20, 200, 900, 2_000, 5_000]))
    return chance.choice(
        [
            f"{day}",
            f"{day}",
            f"{day:%Y-%m}",
            f"{day:%Y}",
            f"{day}/{later}",
            f"{day}/..",
            f"../{day}",
            f"{day.year - 20}/{later}",
            f"[{day},{later}]",
            "",
        ]
    )


def _stood_for(document: Document) -> set[str]:
    return {
        state["id"]
        for part in document["participations"]
        for named in (part["participant"], part["on_behalf_of"])
        if named and named["object"] == "state"
        for state in [named]
    }


def _slugs(document: Document) -> dict[str, str]:
    return {state["id"]: state["label"].lower() for state in document["states"]}


def _involved(document: Document) -> set[str]:
    return set(_slugs(document).values())


def _has_part(document: Document, state: str | None, person: str | None, role: str) -> bool:
    names = _slugs(document)
    for part in document["participations"]:
        who = [named for named in (part["participant"], part["on_behalf_of"]) if named]
        is_of = state is None or any(names.get(named["id"]) == state for named in who)
        is_by = person is None or any(
            named["label"].lower().replace(" ", "-") == person for named in who
        )
        if part["role"] == role and is_of and is_by:
            return True
    return False


def _questions(chance: random.Random) -> dict[str, tuple[str, Callable[[Document], bool]]]:
    """Every filter with values drawn at random, and what it means, by itself."""
    a, b = chance.sample(STATES, 2)
    code, status, attendance = (
        chance.choice(list(TYPES)),
        chance.choice(STATUSES),
        chance.choice(["in_person", "remote"]),
    )
    role, person, topic = (
        chance.choice(ROLES),
        f"person-{chance.randint(0, 2)}",
        chance.choice(["trade", "grain"]),
    )
    codes = {code, *TYPES[code]}
    return {
        "state": (f"state={a}", lambda d: a in _involved(d)),
        "states": (f"state={a},{b}", lambda d: bool({a, b} & _involved(d))),
        "all": (f"state__all={a},{b}", lambda d: {a, b} <= _involved(d)),
        "not": (f"state__not={b}", lambda d: b not in _involved(d)),
        "between": (
            f"between={b},{a}",
            lambda d: {a, b} <= {_slugs(d)[one] for one in _stood_for(d)},
        ),
        "type": (f"type={code}", lambda d: d["type"]["code"] in codes),
        "type_not": (f"type__not={code}", lambda d: d["type"]["code"] not in codes),
        "status": (f"status={status}", lambda d: d["status"] == status),
        "status_not": (f"status__not={status}", lambda d: d["status"] != status),
        "attendance": (f"attendance={attendance}", lambda d: d["attendance"] == attendance),
        "attendance_not": (
            f"attendance__not={attendance}",
            lambda d: d["attendance"] != attendance,
        ),
        "role": (f"role={role}", lambda d: _has_part(d, None, None, role)),
        "part": (
            f"participant.role={role}&participant.state={a}",
            lambda d: _has_part(d, a, None, role),
        ),
        "person": (
            f"participant.role={role}&participant.person={person}",
            lambda d: _has_part(d, None, person, role),
        ),
        "took part": (
            f"participant.state={a}",
            lambda d: any(_has_part(d, a, None, each) for each in ROLES),
        ),
        "stayed away": (
            f"participant.state={a}&state__not={b}",
            lambda d: any(_has_part(d, a, None, each) for each in ROLES) and b not in _involved(d),
        ),
        "never": (f"participant.state={a}&state__not={a}", lambda d: False),
        "topic": (f"topic={topic}", lambda d: topic in {each["code"] for each in d["topics"]}),
        "source": ("source=gazette", lambda d: True),
        "days": _days(chance),
        "parts": ("has_parts=true", lambda d: d["has_parts"]),
        "no parts": ("has_parts=false", lambda d: not d["has_parts"]),
        "is a part": ("parent__isnull=false", lambda d: d["parent"] is not None),
        "is no part": ("parent__isnull=true", lambda d: d["parent"] is None),
    }


def _days(chance: random.Random) -> tuple[str, Callable[[Document], bool]]:
    day = date(2000, 1, 1) + timedelta(days=chance.randint(0, 1_600))
    after = chance.choice([day, None, day])
    before = (
        day + timedelta(days=chance.choice([0, 5, 60, 700]))
        if after is None or chance.random() < 0.7
        else None
    )
    match = chance.choice(list(Match))

    def holds(document: Document) -> bool:
        when, end = document["when"], document["end"]
        reach = Reach.of(when, end) if end and end["edtf"] else Reach.at(when)
        return reach.has_day(match, after, before, today=day)

    asked = {"date_after": after, "date_before": before, "date_match": match}
    return "&".join(f"{name}={value}" for name, value in asked.items() if value), holds


EXCLUDING = [
    {"state", "states", "all"},
    {"type", "type_not"},
    {"status", "status_not"},
    {"attendance", "attendance_not"},
    {"part", "person", "took part", "stayed away", "never"},
    {"not", "stayed away", "never"},
    {"parts", "no parts"},
    {"is a part", "is no part"},
]


@pytest.mark.parametrize("is_bounded", [False, True], ids=["by the lists", "with short walks"])
def test_any_combination_finds_what_the_documents_say(
    client: Client, documents: list[Document], monkeypatch: pytest.MonkeyPatch, *, is_bounded: bool
) -> None:
    monkeypatch.setattr(frequencies, "_KNOWN", {})
    # What the index of lists finds costs more than all else, or less.
    price = float("inf") if is_bounded else -1.0
    monkeypatch.setattr(Known, "price", property(lambda _known: price))
    if is_bounded:
        monkeypatch.setattr(bounds, "WALKED", 13)
        monkeypatch.setattr(bounds, "FOLLOWED", 7)
    chance = random.Random(1648)  # noqa: S311 - reproducible, not secret
    with CaptureQueriesContext(connection) as captured:
        _ask(client, documents, chance)
    walks = [query["sql"] for query in captured if query["sql"].startswith("WITH ")]
    bounded = [sql for sql in walks if sql.startswith("WITH RECURSIVE near")]
    led = [sql for sql in bounded if '"events_eventposting" AS "events_eventedition"' in sql]
    once = [sql for sql in walks if sql.startswith("WITH RECURSIVE found")]
    assert len(walks) > 50
    assert (len(bounded) > 50, len(once) > 50) == (is_bounded, not is_bounded)
    assert len(led) > 10 or not is_bounded


def _ask(client: Client, documents: list[Document], chance: random.Random) -> None:
    for _number in range(times(75)):
        known = _questions(chance)
        names = chance.sample(list(known), chance.randint(1, 4))
        if any(len(group & set(names)) > 1 for group in EXCLUDING):
            continue
        filters = "&".join(known[name][0] for name in names)
        meant = [d for d in documents if all(known[name][1](d) for name in names)]
        ordering = chance.choice(["-date", "date", "label", "-published_at"])
        # At most a dozen pages, the last of them seldom full.
        size = max(chance.choice([1, 4, 50]), len(meant) // 11)

        found, totals = _crawl(
            client, f"events/?{filters}&ordering={ordering}&page_size={size}", chance
        )

        assert (filters, sorted(found)) == (filters, sorted(d["slug"] for d in meant))
        assert (filters, ordering, found) == (filters, ordering, _sorted(meant, ordering))
        assert (filters, totals) == (filters, {len(meant)})


def _sorted(documents: list[Document], ordering: str) -> list[str]:
    def key(document: Document) -> Any:
        name = ordering.removeprefix("-")
        if name == "date":
            when, end = document["when"], document["end"]
            reach = Reach.of(when, end) if end and end["edtf"] else Reach.at(when)
            unknown = date.min if ordering[0] == "-" else date.max
            return reach.possible[0] if reach.possible else unknown, document["id"]
        return document[name].lower(), document["id"]

    return [d["slug"] for d in sorted(documents, key=key, reverse=ordering[0] == "-")]


def _crawl(client: Client, address: str, chance: random.Random) -> tuple[list[str], set[int]]:
    """Turn all pages, now and then back and forth again."""
    found: list[str] = []
    totals = set()
    while address:
        content = get(client, address)
        found += [document["slug"] for document in content["results"]]
        totals.add(content["total"]["value"])
        if content["previous"] and chance.random() < 0.2:
            back = get(client, content["previous"].partition("/api/v1/")[2])
            shown = len(content["results"])
            before = found[: len(found) - shown]
            assert [document["slug"] for document in back["results"]] == before[
                -len(back["results"]) :
            ]
        address = (content["next"] or "").partition("/api/v1/")[2]
    return found, totals
