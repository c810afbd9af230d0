"""A search that finds nothing says with which spelling of its words it would find something, and suggests nothing else."""

from __future__ import annotations

import json
from datetime import timedelta
from urllib.parse import quote

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from people.models import Person
from records.api.misspelt import SUGGESTED
from records.models import Change
from records.publishing.publish import publish, withdraw
from tests.factories.answers import get
from tests.factories.events import make_event, make_event_type, make_participation
from tests.factories.people import make_person
from tests.factories.records import make_source, publish_whole

pytestmark = pytest.mark.django_db


@pytest.fixture
def published() -> Person:
    """Two presidents, and an event of one of them; a third is a draft, a fourth was withdrawn."""
    source, kind = make_source(), make_event_type("meeting")
    obama = make_person("Barack Obama", source=source)
    talks = make_event("Obama meets allies", type=kind, source=source)
    make_participation(talks, obama)
    gone = make_person("Zyxwell Quomba", source=source)
    publish(source, kind, obama, talks, gone, make_person("Angela Merkel", source=source), by=None)
    withdraw(gone, by=None, reason="Nobody.")
    make_person("Vandelay Draft")
    return obama


def suggested(client: Client, address: str) -> list[str]:
    """Return what the note of an answer suggests."""
    answer = get(client, address)
    notes = [note for note in answer["notes"] if note["code"] == "search_misspelt"]
    return notes[0]["suggestions"] if notes else []


def test_the_note_says_what_finds_something(published: Person, client: Client) -> None:
    for address in ("people/?search=barak%20Obema", "people/counts/?search=barak%20Obema"):
        assert get(client, address)["notes"] == [
            {
                "code": "search_misspelt",
                "parameter": "search",
                "value": "barak Obema",
                "detail": "Nothing has all of the words “barak Obema” as they are written; something is found for “barack obama”.",
                "suggestions": ["barack obama"],
            }
        ]
    whole = client.get("/api/v1/people/?search=barak%20Obema&format=ndjson")
    assert [note["suggestions"] for note in json.loads(whole["X-Notes"])] == [["barack obama"]]


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ("people/?search=obema", ["obama"]),
        ("people/?search=Obmaa", ["obama"]),
        ("people/?search=merkle angela", ["merkel angela"]),
        # A word of a title is left as it is, although no name has it.
        ("events/?search=obema meets", ["obama meets"]),
        ("events/?search=“obema” -meets", ["obama meets"]),
        # Each word is a name's, and a person has one of them.
        ("people/?search=angela obama", []),
        # It finds nothing beside the other filters.
        ("events/?search=obema&date_after=1900", []),
        ("events/?search=merkle", []),
        # Nothing of what is not published.
        ("people/?search=Vandely", []),
        ("people/?search=Quomb Zyxwel", []),
        # It finds something as it is, perhaps only begun.
        ("people/?search=obama", []),
        ("people/?search=oba", []),
        # Nothing is like it, or it is no word.
        ("people/?search=xxxxxxxx", []),
        ("people/?search=---", []),
        ("people/?search=" + "obema " * 16, ["obama " * 15 + "obama"]),
        ("people/?search=" + "obema" * 30, []),
        # The list is empty for another reason.
        ("people/?search=obema&id=nobody", []),
    ],
)
def test_what_is_suggested_finds_something(
    published: Person, client: Client, asked: str, expected: list[str]
) -> None:
    resource, _, search = asked.partition("?search=")
    search, *others = search.split("&")
    others = [f"&{other}" for other in others]

    assert suggested(client, f"{resource}?search={quote(search)}{''.join(others)}") == expected

    for text in expected:
        assert get(client, f"{resource}?search={quote(text)}{''.join(others)}")["results"]


def test_as_of_an_instant_it_finds_something_of_then(published: Person, client: Client) -> None:
    now, before = timezone.now(), Change.objects.earliest("at").at - timedelta(days=1)

    for at, expected in ((now, ["obama"]), (before, [])):
        instant = f"{at:%Y-%m-%dT%H:%M:%S.%fZ}"
        assert suggested(client, f"people/?search=obema&as_of={instant}") == expected


def test_no_more_is_suggested_than_is_read(published: Person, client: Client) -> None:
    publish_whole(*(make_person(f"Person Obam{letter}") for letter in "bcdefgh"))

    assert len(suggested(client, "people/?search=obamz")) == SUGGESTED


def test_only_an_empty_list_costs_it(published: Person, client: Client) -> None:
    def count(search: str) -> int:
        with CaptureQueriesContext(connection) as queries:
            client.get(f"/api/v1/people/?search={search}")
        return len(queries)

    assert count("obema") == count("obama") + 3
    # Of what is like nothing nothing is looked for.
    assert count("xxxxxxxx") == count("obama") + 2
