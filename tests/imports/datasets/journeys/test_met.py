from __future__ import annotations

from datetime import date

import pytest

from config.dates.values import UncertainDate
from events.models import Event, EventIdentifier, EventType, Participation
from imports.datasets.journeys.met import Meetings, people_met
from imports.datasets.journeys.officials import Officials
from imports.matching.persons import PersonIndex
from imports.matching.states import Crosswalk
from tests.factories.people import make_office, make_person, make_tenure

DAY = date(1898, 1, 1)


def visited(person, state, day, title="President"):
    """Let somebody have visited the United States on behalf of a state."""
    kind, _made = EventType.objects.get_or_create(code="visit", slug="visit", label="Visit")
    event = Event(type=kind, title="Visit", slug=f"visit-{day}-{person.pk}")
    event.when = UncertainDate.parse(day)
    event.full_clean()
    event.save()
    EventIdentifier.objects.create(record=event, scheme="visits", value=event.slug)
    Participation.objects.create(
        event=event,
        person=person,
        role="visitor",
        capacity_text=title,
        on_behalf_of_state=state,
    )


def met(words, *, state="ruritania", day=DAY, but=""):
    crosswalk, index = Crosswalk.read(), PersonIndex.read()
    home = crosswalk.find("united-states")
    assert home is not None
    meetings = Meetings(index, Officials(index, home))
    place = crosswalk.find(state) if state else None
    return list(meetings.documents(words, day, place, order=3, but=but))


def as_given(given, title, order=3):
    return {
        "name_as_given": given,
        "role": "participant",
        "capacity_text": title,
        "presence": "present",
        "order": order,
    }


def resolved(given, title, person, state, tenure=None):
    told = as_given(given, title) | {
        "participant": {"object": "person", "ref": str(person.id)},
        "on_behalf_of": {"object": "state", "ref": str(state.id)},
    }
    return told | (
        {"capacities": [{"tenure": str(tenure.id), "evidence": "reported"}]} if tenure else {}
    )


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("Met with President Rupert Hentzau and Foreign Minister Helsing.", ["President Rupert Hentzau", "Foreign Minister Helsing"]),
        ("Attended a summit. Also met with King Rudolf V in Zenda.", ["King Rudolf V"]),
        ("Discussed a dam with Grauland Prime Minister Karl bin Helsing February 3.", ["Grauland Prime Minister Karl bin Helsing"]),
        ("Met with Prime Minister St. Laurent, President Black, and senior officials.", ["Prime Minister St. Laurent", "President Black"]),
        ("Met with Prime Ministers Ben and Dan.", []),
        ("Met with Prime Minister/Foreign Minister Helsing.", ["Prime Minister/Foreign Minister Helsing"]),
        ("Met with the President and the Foreign Minister.", []),
        ("Met with President Black; met with President Black again.", ["President Black"]),
        ("Accompanied President Black.", []),
        ("Met with", []),
        ("", []),
    ],
)  # fmt: skip
def test_names_with_an_office_are_found_where_remarks_tell_of_a_meeting(words, expected):
    assert [each.given for each in people_met(words)] == expected


def test_who_held_the_office_of_the_state_that_day_is_resolved(home, ruritania):
    office = make_office("President of Ruritania", state=ruritania, classification="head_of_state")
    person = make_person("Rupert Hentzau")
    tenure = make_tenure(person, office, start="1896-01-01", end="1899-01-01", end_status="ended")

    assert met("Met with President Hentzau.") == [
        resolved("President Hentzau", "President", person, ruritania, tenure)
    ]
    assert met("Met with President Hentzau.", day=date(1900, 1, 1)) == [
        as_given("President Hentzau", "President")
    ]
    assert met("Met with President-elect Hentzau.") == [
        as_given("President-elect Hentzau", "President-elect")
    ]
    assert met("Met with Grauland President Hentzau.") == [
        as_given("Grauland President Hentzau", "President")
    ]
    assert met("Met with President Hentzau.", day=None) == [
        as_given("President Hentzau", "President")
    ]


@pytest.mark.parametrize(
    ("name", "days", "is_resolved"),
    [
        ("Rupert Hentzau", ["1903-01-01"], True),
        ("Rupert Hentzau", ["1910-01-01"], False),
        ("Hentzau", ["1898-06-01"], True),
        ("Hentzau", ["1903-01-01"], False),
        ("Hentzau", ["1895-01-01", "1903-01-01"], True),
        ("Peter Hentzau", ["1898-06-01"], False),
    ],
)
def test_who_visited_in_that_office_near_the_day_is_resolved(ruritania, name, days, is_resolved):
    person = make_person("Rupert Hentzau")
    for day in days:
        visited(person, ruritania, day)

    given = f"President {name}"
    assert met(f"Met with {given}.") == [
        resolved(given, "President", person, ruritania)
        if is_resolved
        else as_given(given, "President")
    ]


def test_a_name_that_two_visitors_share_stays_as_given(ruritania):
    for name in ("Rupert Hentzau", "Paul Hentzau"):
        visited(make_person(name), ruritania, "1898-06-01")

    assert met("Met with President Hentzau.") == [as_given("President Hentzau", "President")]


def test_a_president_of_the_united_states_is_resolved_and_all_who_take_part_are_left_out(
    home, ruritania
):
    office = make_office(
        "President of the United States", state=home, classification="head_of_state"
    )
    person = make_person("Rudolf Rassendyll")
    tenure = make_tenure(person, office, start="1897-03-04", end="1901-03-04", end_status="ended")
    words = "Met with President Rassendyll."

    assert met(words, state="") == [
        resolved("President Rassendyll", "President", person, home, tenure)
    ]
    assert met(words, but=str(person.id)) == []
