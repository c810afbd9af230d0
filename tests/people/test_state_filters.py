"""Every filter and ordering of states: whole answers."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from people.models import StateCode
from tests.factories.answers import slugs
from tests.factories.people import (
    make_part,
    make_state,
)
from tests.factories.records import publish_whole

if TYPE_CHECKING:
    from django.test import Client

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def states(module_transaction: None) -> None:
    """A state of today, one of the past, one that got a code from another, and one of unknown age."""
    make_state("Pakistan", alpha_2="PK", start="1947-08-14")
    union = make_state(
        "Soviet Union", kind="historical_state", start="1922-12-30", end="1991-12-26"
    )
    make_part(StateCode, state=union, scheme="iso3166-1-alpha-2", value="SU", end="1992-08-30")
    make_part(StateCode, state=union, scheme="iso3166-3", value="SUHH")
    islands = make_state("Gilbert and Ellice Islands", kind="dependency", start="1916", end="1979")
    make_part(StateCode, state=islands, scheme="iso3166-1-alpha-2", value="GE", end="1979")
    make_part(StateCode, state=islands, scheme="iso3166-3", value="GEHH")
    georgia = make_state("Georgia")
    make_part(StateCode, state=georgia, scheme="iso3166-1-alpha-2", value="GE", start="1992")
    publish_whole(union, islands, georgia, *type(union).objects.filter(slug="pakistan"))
    make_state("Draft", alpha_2="DR")


@pytest.mark.usefixtures("states")
@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ["georgia", "gilbert-and-ellice-islands", "pakistan", "soviet-union"]),
        ("ordering=-label", ["soviet-union", "pakistan", "gilbert-and-ellice-islands", "georgia"]),
        ("kind=historical_state,dependency", ["gilbert-and-ellice-islands", "soviet-union"]),
        ("kind__not=sovereign_state", ["gilbert-and-ellice-islands", "soviet-union"]),
        ("code=pk", ["pakistan"]),
        ("code=SU", ["soviet-union"]),
        ("code=GE,SUHH", ["georgia", "gilbert-and-ellice-islands", "soviet-union"]),
        ("code=DR", []),
        ("existed_on=1950", ["gilbert-and-ellice-islands", "pakistan", "soviet-union"]),
        (
            "existed_on=1950&date_match=any",
            ["georgia", "gilbert-and-ellice-islands", "pakistan", "soviet-union"],
        ),
        # Of Georgia it is only known when its code came into force.
        ("existed_on=1947-08-13", ["gilbert-and-ellice-islands", "soviet-union"]),
        ("existed_on=2000-01-01", ["georgia", "pakistan"]),
        ("existed_on=2000-01-01&date_match=certain", ["pakistan"]),
        ("existed_on=1991-12", ["pakistan", "soviet-union"]),
        ("existed_on=1950&kind=sovereign_state", ["pakistan"]),
        ("search=SUHH", ["soviet-union"]),
    ],
)
def test_states(client: Client, query: str, expected: list[str]) -> None:
    assert slugs(client, f"states/?{query}") == expected


@pytest.mark.usefixtures("states")
@pytest.mark.parametrize(
    ("ref", "slug"),
    [
        ("PK", "pakistan"),
        ("pk", "pakistan"),
        ("iso3166-1-alpha-2:PK", "pakistan"),
        ("SU", "soviet-union"),
        ("SUHH", "soviet-union"),
        ("iso3166-3:SUHH", "soviet-union"),
        ("GE", "georgia"),
        ("iso3166-1-alpha-2:GE", "georgia"),
        ("GEHH", "gilbert-and-ellice-islands"),
    ],
)
def test_state_is_found_by_any_code_and_by_a_reused_one_only_where_it_is_valid(
    client: Client, ref: str, slug: str
) -> None:
    response = client.get(f"/api/v1/states/{ref}/")

    assert (response.status_code, json.loads(response.content)["slug"]) == (200, slug)
