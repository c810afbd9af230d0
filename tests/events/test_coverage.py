"""Empty lists: that nothing is loaded of a state, on the days asked for, is told apart from that nothing else that was asked is found."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from people.models import OfficeAccreditation
from tests.factories.answers import get
from tests.factories.events import make_event, make_participation
from tests.factories.people import make_office, make_part, make_person, make_state, make_tenure
from tests.factories.records import publish_whole

if TYPE_CHECKING:
    from django.test import Client

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("loaded")]


@pytest.fixture(scope="module")
def loaded(module_transaction: None) -> None:
    """A state with an event of 2020 and an envoy of whom no day is known, one that sends the envoy, one with nothing, and a person of neither."""
    state, empty = make_state("Loaded"), make_state("Blank")
    event = make_event("Talks", when="2020-05-01")
    make_participation(event, state)
    office = make_office("Ambassador", state=empty)
    make_part(OfficeAccreditation, office=office, state=state)
    tenure = make_tenure(make_person("Envoy"), office)
    publish_whole(state, empty, make_state("Bare"), event, office, tenure, make_person("Nobody"))


def noted(client: Client, address: str) -> list[tuple[str, str, str]]:
    """The notes of an empty list: code, parameter and value of each."""
    answer = get(client, address)
    assert not answer["total"]["value"]
    return [(note["code"], note["parameter"], note["value"]) for note in answer["notes"]]


@pytest.mark.parametrize(
    ("address", "states"),
    [
        # Nothing at all, or nothing on these days, whatever else is asked.
        ("events/?state=blank", [("state", "blank")]),
        ("events/?state=loaded&date_after=2021", [("state", "loaded")]),
        ("events/?state=loaded&date_after=2021&search=talks", [("state", "loaded")]),
        ("events/?state=blank,loaded&date_before=2019", [("state", "blank"), ("state", "loaded")]),
        ("events/?state__all=loaded,blank", [("state__all", "blank")]),
        ("events/?between=loaded,blank", [("between", "loaded,blank")]),
        ("events/counts/?by=year&state=loaded&date_after=2021", [("state", "loaded")]),
        ("timeline/?state=bare&date_after=2021", [("state", "bare")]),
        ("timeline/counts/?state=bare&date_after=2021", [("state", "bare")]),
        # Something is loaded, which the rest of the question leaves out.
        ("events/?state=loaded&date_after=2020&search=oil", []),
        ("events/?state=loaded&person=nobody", []),
        ("timeline/?state=loaded&kind=statement", []),
        # On which days it was is not known: it may have been on these.
        ("tenures/?accredited_to=loaded&on=1975", []),
        ("timeline/?state=loaded&date_after=2021", []),
        # Nobody asks for a state.
        ("events/?date_after=2021", []),
        ("events/?state__not=blank&date_after=2021", []),
    ],
)
def test_what_nothing_is_loaded_of_is_noted(
    client: Client, address: str, states: list[tuple[str, str]]
) -> None:
    assert noted(client, address) == [("coverage", *state) for state in states]


def test_the_note_says_that_nothing_is_not_none(client: Client) -> None:
    notes = get(client, "events/?state=loaded&date_after=2021")["notes"]

    assert [note["detail"] for note in notes] == [
        "Nothing is loaded here of “loaded” on the days that are asked for: that does not say that there was nothing."
    ]
    notes = get(client, "events/?state=blank")["notes"]
    assert [note["detail"] for note in notes] == [
        "Nothing is loaded here of “blank”: that does not say that there was nothing."
    ]


def test_downloads_say_it_too(client: Client) -> None:
    answer = client.get("/api/v1/events/?state=blank&format=ndjson")

    assert [note["code"] for note in json.loads(answer.headers["X-Notes"])] == ["coverage"]


def test_a_list_with_rows_has_no_such_note(client: Client) -> None:
    answer = get(client, "events/?state=loaded&date_after=2020")

    assert (answer["total"]["value"], answer["notes"]) == (1, [])
