"""Every filter and ordering of events: whole answers."""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import date, timedelta
from itertools import product
from typing import TYPE_CHECKING
from uuid import UUID

import pytest
from django.db import IntegrityError, transaction

from config.dates.reach import Match, Reach
from events.models import EventEdition
from tests.factories.agreements import make_action, make_agreement
from tests.factories.answers import get, slugs
from tests.factories.events import (
    make_event,
    make_event_place,
    make_event_type,
    make_participation,
    make_place,
)
from tests.factories.people import (
    make_office,
    make_organization,
    make_person,
    make_state,
    make_tenure,
)
from tests.factories.records import make_source, make_topic, publish_whole

if TYPE_CHECKING:
    from django.test import Client

pytestmark = pytest.mark.django_db


@pytest.fixture
def events() -> None:
    """A call, a summit with a mediator, a ceasefire, a luncheon without a date, and a plan."""
    us, pk, india = (
        make_state(name, alpha_2=code)
        for name, code in (("United States", "US"), ("Pakistan", "PK"), ("India", "IN"))
    )
    rubio, dar, trump = (
        make_person("Marco Rubio"),
        make_person("Ishaq Dar"),
        make_person("Donald Trump"),
    )
    secretary = make_tenure(rubio, make_office("Secretary of State", state=us))
    company = make_organization("Mota-Engil", classification="company")
    meeting = make_event_type("meeting")
    summit = make_event_type("summit", broader=meeting)
    minerals = make_topic("critical-minerals")
    rare = make_topic("rare-earth-elements", broader=minerals)
    washington = make_place("Washington", state=us)
    house = make_place("White House", kind="venue", parent=washington)
    story = make_source(title="S1", slug="s1")

    call = make_event(
        "Call",
        type=make_event_type("call"),
        when="2025-09-13",
        attendance="remote",
        topics=(minerals,),
        source=story,
    )
    make_participation(call, rubio, role="caller", tenures=(secretary,))
    make_participation(call, dar, role="callee", on_behalf_of_state=pk)
    talks = make_event(
        "Talks", type=summit, when="2025-09-20", end="2025-09-22", attendance="in_person"
    )
    make_participation(talks, dar, role="mediator")
    make_participation(talks, rubio, role="visitor")
    make_participation(talks, india, role="party")
    make_participation(talks, company, role="observer", on_behalf_of_state=us)
    make_event_place(talks, house)
    ceasefire = make_event(
        "Ceasefire", type=make_event_type("ceasefire"), when="2025-05", source=story
    )
    make_participation(ceasefire, india, role="party")
    make_participation(ceasefire, pk, role="party")
    make_participation(ceasefire, trump, role="mediator", on_behalf_of_state=us)
    luncheon = make_event("Luncheon", type=meeting, topics=(rare,), parent=talks)
    make_participation(luncheon, trump, role="host")
    make_event_place(luncheon, washington)
    visit = make_event(
        "Visit",
        type=make_event_type("visit"),
        when="2026",
        status="planned",
        visit_class="state",
    )
    make_participation(visit, "several ministers", on_behalf_of_state=pk)
    agreement = make_agreement("Package")
    make_action(agreement, kind="signature", event=talks)
    publish_whole(call, talks, ceasefire, luncheon, visit, agreement)
    draft = make_event("Draft", when="2025-09-13")
    make_participation(draft, us, role="mediator")


EVENTS = {
    "": ["visit", "talks", "call", "ceasefire", "luncheon"],
    "ordering=date": ["ceasefire", "call", "talks", "visit", "luncheon"],
    "ordering=label": ["call", "ceasefire", "luncheon", "talks", "visit"],
    "type=call": ["call"],
    "type=meeting": ["talks", "luncheon"],
    "type=summit,call": ["talks", "call"],
    "type__not=meeting": ["visit", "call", "ceasefire"],
    "status=planned": ["visit"],
    "status__not=planned": ["talks", "call", "ceasefire", "luncheon"],
    "attendance=remote,in_person": ["talks", "call"],
    "visit_class=state": ["visit"],
    "state=US": ["talks", "call", "ceasefire", "luncheon"],
    "state=US&ordering=date": ["ceasefire", "call", "talks", "luncheon"],
    "state=pakistan": ["visit", "call", "ceasefire"],
    "state=IN,PK": ["visit", "talks", "call", "ceasefire"],
    "state__all=US,PK": ["call", "ceasefire"],
    "state__all=PK,US": ["call", "ceasefire"],
    "state__all=US": ["talks", "call", "ceasefire", "luncheon"],
    "state__all=US,US": ["talks", "call", "ceasefire", "luncheon"],
    "state__all=US,PK,IN": ["ceasefire"],
    "state__all=US,atlantis": [],
    "state__all=US,PK&ordering=-label": ["ceasefire", "call"],
    "state__all=US,PK&type=call": ["call"],
    "state__not=US": ["visit"],
    "state=US&status=planned": [],
    "state=atlantis": [],
    "person=marco-rubio": ["talks", "call"],
    "person=marco-rubio,donald-trump": ["talks", "call", "ceasefire", "luncheon"],
    "person__all=marco-rubio,ishaq-dar": ["talks", "call"],
    "person__not=marco-rubio": ["visit", "ceasefire", "luncheon"],
    "organization=mota-engil": ["talks"],
    "role=mediator": ["talks", "ceasefire"],
    "role=host,callee": ["call", "luncheon"],
    "role__all=mediator,observer": ["talks"],
    "role__not=mediator,host": ["visit", "call"],
    "participant.role=mediator": ["talks", "ceasefire"],
    "participant.person=marco-rubio&participant.role=mediator": [],
    "participant.person=ishaq-dar&participant.role=mediator": ["talks"],
    "participant.person=ishaq-dar,marco-rubio&participant.role=mediator,caller": ["talks", "call"],
    "participant.person=marco-rubio,donald-trump&participant.role=mediator,callee": ["ceasefire"],
    "participant.organization=mota-engil&participant.role=observer,party": ["talks"],
    "participant.state=US&participant.role=mediator": ["ceasefire"],
    "participant.state=US&participant.role=caller": ["call"],
    "participant.state=US,IN&participant.role=party,observer": ["talks", "ceasefire"],
    "participant.state=US&participant.role=party": [],
    "participant.state=US&participant.person=marco-rubio": ["call"],
    "participant.state=PK,US&participant.person=ishaq-dar,marco-rubio&participant.role=callee,caller": [
        "call"
    ],
    "participant.person=nobody&participant.role=mediator": [],
    "person=marco-rubio&role=mediator": ["talks"],
    "place=washington": ["talks", "luncheon"],
    "place=white-house": ["talks"],
    "topic=critical-minerals": ["call", "luncheon"],
    "topic=rare-earth-elements": ["luncheon"],
    "topic__not=critical-minerals": ["visit", "talks", "ceasefire"],
    "source=s1": ["call", "ceasefire"],
    "parent=talks": ["luncheon"],
    "parent__isnull=true": ["visit", "talks", "call", "ceasefire"],
    "agreement=package": ["talks"],
    "agreement=nothing": [],
    "date_after=2025-09-13": ["visit", "talks", "call"],
    "date_after=2025-09-22&date_before=2025-09-22": ["talks"],
    "date_before=2025-05-10": ["ceasefire"],
    "date_before=2025-05-10&date_match=certain": [],
    "date_after=2025-05&date_before=2025-05&date_match=certain": ["ceasefire"],
    "date_after=2025-09-21&date_match=certain": ["visit", "talks"],
    "date_after=2026&date_match=any": ["visit", "luncheon"],
    "search=dar+mediator": [],
    "search=ishaq+dar&ordering=-date": ["talks", "call"],
}


@pytest.mark.usefixtures("events")
def test_events(client: Client) -> None:
    contents = {query: get(client, f"events/?{query}") for query in EVENTS}

    found = {
        query: [document["slug"] for document in content["results"]]
        for query, content in contents.items()
    }
    assert found == EVENTS
    totals = {query: content["total"] for query, content in contents.items()}
    assert totals == {
        query: {"value": len(slugs), "relation": "eq"} for query, slugs in EVENTS.items()
    }


@pytest.mark.usefixtures("events")
def test_a_misspelt_filter_is_refused_with_the_right_one(client: Client) -> None:
    (error,) = get(client, "events/?stat=US", 400)["errors"]

    assert (error["parameter"], error["suggestion"]) == ("stat", "state")


@pytest.mark.usefixtures("events")
def test_pages_of_two_states_follow_each_other_both_ways(client: Client) -> None:
    forward, backward = [], []
    address = "events/?state__all=US,PK&page_size=1"
    while address:
        content = get(client, address)
        forward += [document["slug"] for document in content["results"]]
        address, back = (
            link and link.partition("/api/v1/")[2]
            for link in (content["next"], content["previous"])
        )
        if not address:
            while back:
                content = get(client, back)
                backward += [document["slug"] for document in content["results"]]
                back = content["previous"] and content["previous"].partition("/api/v1/")[2]

    assert forward == ["call", "ceasefire"]
    assert backward == ["call"]


# Uncertain dates against brute force

WHENS = [
    "",
    "2001",
    "2001-02",
    "2001-02-15",
    "2001?",
    "2001-02/..",
    "../2001-02",
    "2001-01/2001-03",
    "/2001",
    "200X",
    "[2001-01-05,2001-03-05]",
]
WINDOWS = [
    (date(2001, 2, 1), date(2001, 2, 20)),
    (date(2001, 2, 15), date(2001, 2, 15)),
    (date(2003, 6, 1), date(2003, 6, 30)),
    (date(1999, 1, 1), date(2010, 12, 31)),
    (date(2001, 1, 1), None),
    (None, date(2001, 3, 5)),
    (date(1, 1, 1), None),
    (None, date(9999, 12, 31)),
    (date(1, 1, 1), date(1, 12, 31)),
]
ENDS = ["", "2001-02-20", "2001-12", "2002/.."]


def test_dates_find_what_each_day_by_itself_finds(client: Client) -> None:
    kind = make_event_type("meeting")
    events = []
    for number, (when, end) in enumerate(product(WHENS, ENDS)):
        with suppress(IntegrityError), transaction.atomic():  # it would end before it starts
            events.append(make_event(f"Event {number}", type=kind, when=when, end=end))
    publish_whole(*events)
    reaches = {}
    for event in events:
        days = event.when.as_document(), event.end.as_document()
        reaches[event.slug] = Reach.of(*days) if event.end.edtf else Reach.at(days[0])

    for (after, before), match in product(WINDOWS, Match):
        asked = {"date_after": after, "date_before": before, "date_match": match, "page_size": 200}
        query = "&".join(f"{name}={value}" for name, value in asked.items() if value)
        found = slugs(client, f"events/?{query}")
        expected = [
            slug
            for slug, reach in reaches.items()
            if reach.has_day(match, after, before, today=date.today())  # noqa: DTZ011 - no event goes on
        ]
        assert (query, sorted(found)) == (query, sorted(expected))


def test_undated_events_come_last_in_either_order_and_pages_go_on_into_them(client: Client) -> None:
    kind = make_event_type("meeting")
    dated = [
        make_event(f"Dated {n}", type=kind, when=str(date(2001, 1, 1) + timedelta(days=n)))
        for n in range(3)
    ]
    undated = [make_event(f"Undated {n}", type=kind) for n in range(3)]
    publish_whole(*undated, *dated)

    def walk(ordering: str) -> list[str]:
        found: list[str] = []
        address = f"events/?page_size=2&ordering={ordering}"
        while address:
            content = get(client, address)
            found += [document["slug"] for document in content["results"]]
            address = (content["next"] or "").partition("/api/v1/")[2]
        return found

    assert walk("date") == ["dated-0", "dated-1", "dated-2", "undated-0", "undated-1", "undated-2"]
    assert walk("-date") == ["dated-2", "dated-1", "dated-0", "undated-2", "undated-1", "undated-0"]


def test_filter_columns_of_every_current_event_follow_from_its_document() -> None:
    event = make_event(when="2001-02")
    make_participation(event, make_state())
    publish_whole(event)

    for edition in EventEdition.objects.current():
        expected = EventEdition.columns(json.loads(edition.document))
        shown = {name: getattr(edition, name) for name in expected}
        assert shown == {
            **expected,
            **{name: UUID(expected[name]) for name in ("type_id",)},
        }
