"""Every filter and ordering of event types, places, statements and relations: whole answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from records.publishing.publish import withdraw
from tests.factories.answers import get, slugs
from tests.factories.events import (
    make_event,
    make_event_type,
    make_period,
    make_place,
    make_relation,
    make_statement,
)
from tests.factories.people import (
    make_organization,
    make_person,
    make_state,
)
from tests.factories.records import make_source, make_topic, publish_whole

if TYPE_CHECKING:
    from django.test import Client

pytestmark = pytest.mark.django_db


@pytest.fixture
def said() -> None:
    """Statements about an agreement's relation, an event and a state, by a person, a ministry and nobody."""
    us, pk = make_state("United States", alpha_2="US"), make_state("Pakistan", alpha_2="PK")
    india = make_state("India", alpha_2="IN")
    relation, other = make_relation(us, pk), make_relation(pk, india)
    make_period(
        relation,
        dimension="representation_level",
        value="embassy",
        start="1947-10",
        end_status="ongoing",
    )
    make_period(relation, value="strained", start="1990", end="1995")
    make_period(other, value="hostile")
    minerals = make_topic("critical-minerals")
    rare = make_topic("rare-earth-elements", broader=minerals)
    ministry, baker = make_organization("Ministry", state=pk), make_person("Natalie Baker")
    call = make_event("Call")
    story = make_source(title="S1", slug="s1")
    release = make_statement(
        "Release",
        kind="press_release",
        speaker_organization=ministry,
        date="2025-09-13",
        about=(call,),
        source=story,
    )
    closer = make_statement(
        "Closer", part_of=release, event=call, about=(relation,), date="2025-09"
    )
    priority = make_statement(
        "Priority", kind="quote", speaker_person=baker, about=(us, relation), topics=(rare,)
    )
    publish_whole(release, closer, priority, other)


STATEMENTS_AND_RELATIONS = {
    "statements/": ["release", "closer", "priority"],
    "statements/?ordering=date": ["closer", "release", "priority"],
    "statements/?kind=quote,press_release": ["release", "priority"],
    "statements/?kind__not=quote": ["release", "closer"],
    "statements/?speaker=natalie-baker": ["priority"],
    "statements/?speaker=ministry,natalie-baker": ["release", "priority"],
    "statements/?speaker__isnull=true": ["closer"],
    "statements/?event=call": ["closer"],
    "statements/?about=call": ["release"],
    "statements/?about=pakistan-united-states": ["closer", "priority"],
    "statements/?about__all=US,pakistan-united-states": ["priority"],
    "statements/?about__all=US,PK": [],
    "statements/?between=US,PK": ["closer", "priority"],
    "statements/?between=pakistan,us": ["closer", "priority"],
    "statements/?between=PK,IN": [],
    "statements/?date_after=2025-09-14&date_match=certain": [],
    "statements/?part_of=release": ["closer"],
    "statements/?topic=critical-minerals": ["priority"],
    "statements/?source=s1": ["release"],
    "statements/?date_after=2025-09-14": ["closer"],
    "statements/?date_after=2025-09-13&date_before=2025-09-13&date_match=certain": ["release"],
    "statements/?date_after=2025&date_match=any": ["release", "closer", "priority"],
    "statements/?search=baker": ["priority"],
    "relations/": ["india-pakistan", "pakistan-united-states"],
    "relations/?state=US": ["pakistan-united-states"],
    "relations/?state=PK": ["india-pakistan", "pakistan-united-states"],
    "relations/?state__all=PK,IN": ["india-pakistan"],
    "relations/?state__all=US,IN": [],
    "relations/?between=IN,PK": ["india-pakistan"],
    "relations/?period.dimension=tenor": ["india-pakistan", "pakistan-united-states"],
    "relations/?period.dimension=tenor&period.value=embassy": [],
    "relations/?period.value=embassy&period.on=2000-01-01": ["pakistan-united-states"],
    "relations/?period.value=embassy&period.on=1947-10-01&date_match=certain": [],
    "relations/?period.dimension=tenor&period.on=1992&date_match=certain": [
        "pakistan-united-states"
    ],
    "relations/?period.dimension=tenor&period.on=1996": [],
    "relations/?period.dimension=tenor&period.on=1992&date_match=any": [
        "india-pakistan",
        "pakistan-united-states",
    ],
    "relations/?search=pakistan+india": ["india-pakistan"],
}


@pytest.mark.usefixtures("said")
def test_statements_and_relations(client: Client) -> None:
    assert {
        address: slugs(client, address) for address in STATEMENTS_AND_RELATIONS
    } == STATEMENTS_AND_RELATIONS


PAIRS = {
    "relations/US/PK/": 200,
    "relations/PK/US": 200,
    "relations/pakistan/iso3166-1-alpha-2:US/": 200,
    "relations/PK/PK/": 404,
    "relations/US/IN/": 404,
    "relations/US/ZZ/": 404,
    "relations/US/%20/": 404,
    "relations/pakistan-united-states/revisions/": 200,
    "relations/US/PK/?nonsense=1": 400,
}


@pytest.mark.usefixtures("said")
def test_the_relation_of_two_states_is_found_in_either_order(client: Client) -> None:
    found = {address: get(client, address, status) for address, status in PAIRS.items()}

    relation = get(client, "relations/pakistan-united-states/")
    for address in (
        "relations/US/PK/",
        "relations/PK/US",
        "relations/pakistan/iso3166-1-alpha-2:US/",
    ):
        assert found[address] == relation


@pytest.mark.usefixtures("said")
def test_a_withdrawn_relation_is_gone_by_its_states_too(client: Client) -> None:
    from events.models import Relation  # noqa: PLC0415 - beside its only use

    withdraw(Relation.objects.get(slug="india-pakistan"), by=None, reason="Never recorded.")

    assert get(client, "relations/PK/IN/", 410)["reason"] == "Never recorded."


@pytest.fixture
def lists() -> None:
    """A small tree of types and of places."""
    us = make_state("United States", alpha_2="US")
    meeting = make_event_type("meeting", plover_type="CONSULT", cameo_code="040")
    summit = make_event_type("summit", broader=meeting, plover_type="CONSULT", cameo_code="040")
    threat = make_event_type("threat", plover_type="THREATEN", cameo_code="130")
    region = make_place("East Coast", kind="region", state=us)
    city = make_place("Washington", parent=region, state=us)
    house = make_place("White House", kind="venue", parent=city)
    publish_whole(summit, threat, house)


TYPES_AND_PLACES = {
    "event-types/": ["meeting", "summit", "threat"],
    "event-types/?ordering=-code": ["threat", "summit", "meeting"],
    "event-types/?code=summit": ["summit"],
    "event-types/?broader=meeting": ["summit"],
    "event-types/?broader__isnull=true": ["meeting", "threat"],
    "event-types/?plover_type=consult": ["meeting", "summit"],
    "event-types/?cameo_code=040,130": ["meeting", "summit", "threat"],
    "places/": ["east-coast", "washington", "white-house"],
    "places/?kind=venue,region": ["east-coast", "white-house"],
    "places/?kind__not=venue": ["east-coast", "washington"],
    "places/?state=US": ["east-coast", "washington"],
    "places/?parent=east-coast": ["washington"],
    "places/?within=east-coast": ["washington", "white-house"],
    "places/?parent__isnull=true": ["east-coast"],
    "places/?state__isnull=true": ["white-house"],
}


@pytest.mark.usefixtures("lists")
def test_codes_that_no_event_type_has_are_refused(client: Client) -> None:
    found = get(client, "event-types/?code=sumit&plover_type=consul,threaten&cameo_code=041", 400)

    assert [
        (error["detail"], error["parameter"], error.get("suggestion")) for error in found["errors"]
    ] == [
        ("“041” is the CAMEO code of no event type.", "cameo_code", "040"),
        ("“sumit” is the code of no event type.", "code", "summit"),
        ("“consul” is the PLOVER type of no event type.", "plover_type", "CONSULT"),
    ]


@pytest.mark.usefixtures("lists")
def test_event_types_and_places(client: Client) -> None:
    assert {address: slugs(client, address) for address in TYPES_AND_PLACES} == TYPES_AND_PLACES
