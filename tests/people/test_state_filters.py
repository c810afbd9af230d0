"""Every filter and ordering of states: whole answers."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from people.models import State, StateCode, StateIdentifier
from records.models import Reference
from records.publishing.publish import withdraw
from tests.factories.answers import get, slugs
from tests.factories.events import make_event, make_participation
from tests.factories.people import (
    make_organization,
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
    ("query", "refused"),
    [
        # That of a draft is no other than one that was never there.
        (
            "code=DR",
            [("code", "“DR” is the code of no state: /api/v1/states/ has them all.", None)],
        ),
        (
            "code=GEHA,su,kp",
            [
                ("code", "“GEHA” is the code of no state.", "GEHH"),
                ("code", "“kp” is the code of no state.", "PK"),
            ],
        ),
    ],
)
def test_a_code_that_no_state_has_is_refused(
    client: Client, query: str, refused: list[tuple[str, str, str | None]]
) -> None:
    errors = get(client, f"states/?{query}", 400)["errors"]

    assert {error["code"] for error in errors} == {"invalid_choice"}
    assert [
        (error["parameter"], error["detail"], error.get("suggestion")) for error in errors
    ] == refused


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


@pytest.fixture
def former_states(db: None) -> dict[str, State]:
    """Yugoslavia and the state that took over its code, both of them past; Czechoslovakia, whose code the latter got later."""
    states = {
        "yugoslavia": make_state("Yugoslavia", start="1918-12-01", end="1992-04-27"),
        "serbia-and-montenegro": make_state("Serbia and Montenegro", start="1992-04-27"),
        "czechoslovakia": make_state("Czechoslovakia", start="1918-10-28", end="1992-12-31"),
        "djibouti": make_state("Djibouti", start="1977-06-27"),
        "anguilla": make_state("Anguilla", kind="dependency"),
    }
    for slug, code, start, end in (
        ("yugoslavia", "YU", "", "1992-04-27"),
        ("serbia-and-montenegro", "YU", "1992-04-27", "2003-07-23"),
        ("serbia-and-montenegro", "CS", "2003-07-23", "2006-09-26"),
        ("czechoslovakia", "CS", "", "1993-06-15"),
        ("djibouti", "AI", "", "1977"),
        ("djibouti", "DJ", "1977", ""),
        ("anguilla", "AI", "1985", ""),
    ):
        make_part(
            StateCode,
            state=states[slug],
            scheme="iso3166-1-alpha-2",
            value=code,
            start=start,
            end=end,
        )
    publish_whole(*states.values())
    return states


@pytest.mark.parametrize(
    ("ref", "slug", "others"),
    [
        ("YU", "serbia-and-montenegro", ["yugoslavia"]),
        ("yu", "serbia-and-montenegro", ["yugoslavia"]),
        ("iso3166-1-alpha-2:YU", "serbia-and-montenegro", ["yugoslavia"]),
        ("YU/?on=1950", "yugoslavia", ["serbia-and-montenegro"]),
        ("YU/?on=1992-04-26", "yugoslavia", ["serbia-and-montenegro"]),
        ("YU/?on=1992-04-28", "serbia-and-montenegro", ["yugoslavia"]),
        ("YU/?on=1992", "serbia-and-montenegro", ["yugoslavia"]),
        ("YU/?on=2000", "serbia-and-montenegro", ["yugoslavia"]),
        ("YU/?on=2020", "serbia-and-montenegro", ["yugoslavia"]),
        ("CS", "serbia-and-montenegro", ["czechoslovakia"]),
        ("CS/?on=1950", "czechoslovakia", ["serbia-and-montenegro"]),
        ("AI", "anguilla", ["djibouti"]),
        ("AI/?on=1970", "djibouti", ["anguilla"]),
        ("AI/?on=1980", "anguilla", ["djibouti"]),
        ("DJ/?on=1970", "djibouti", []),
        ("yugoslavia/?on=2020", "yugoslavia", []),
    ],
)
def test_code_of_several_states_is_chosen_by_the_day_else_by_today_else_the_last_one(
    client: Client, former_states: dict[str, State], ref: str, slug: str, others: list[str]
) -> None:
    response = client.get(f"/api/v1/states/{ref}")

    assert (response.status_code, json.loads(response.content)["slug"]) == (200, slug)
    links = [f'</api/v1/states/{former_states[other].pk}/>; rel="alternate"' for other in others]
    assert response.headers.get("Link", "") == ", ".join(links)
    known = client.get(f"/api/v1/states/{ref}", headers={"if-none-match": response.headers["ETag"]})
    assert (known.status_code, known.headers.get("Link", "")) == (304, ", ".join(links))


def test_a_usual_word_that_is_no_code_is_not_found_and_the_code_is_named(
    client: Client, former_states: dict[str, State]
) -> None:
    for ref in ("uk", "UK"):
        problem = client.get(f"/api/v1/states/{ref}/").json()

        assert (problem["code"], problem["detail"]) == (
            "not_found",
            f"“{ref}” is the code of no state: GB is.",
        )


@pytest.mark.parametrize(
    ("code", "slug"),
    [("YU", "serbia-and-montenegro"), ("CS", "serbia-and-montenegro"), ("AI", "anguilla")],
)
def test_code_in_a_filter_means_the_state_that_has_it_now_else_the_last_one(
    client: Client, former_states: dict[str, State], code: str, slug: str
) -> None:
    bodies = {name: make_organization(state=state) for name, state in former_states.items()}
    publish_whole(*bodies.values())

    for text in (code, code.lower(), f"iso3166-1-alpha-2:{code}"):
        assert slugs(client, f"organizations/?state={text}") == [bodies[slug].slug]


SEVERAL = {
    "code": "several_bearers",
    "parameter": "state",
    "value": "YU",
    "detail": "“YU” was the code of several at different times: serbia-and-montenegro is meant here, not yugoslavia.",
    "suggestions": ["yugoslavia"],
}


@pytest.mark.parametrize(
    ("query", "found", "notes"),
    [
        ("date_after=1960&date_before=1965", ["tito"], []),
        ("date_before=1965", ["tito"], []),
        ("date_after=1999", ["kostunica"], []),
        # Nobody has it today, both had it within these days, and nobody before or after: the days do not tell.
        ("", ["kostunica"], [SEVERAL]),
        ("date_after=1991&date_before=2001", ["kostunica"], [SEVERAL]),
        ("date_after=2010", [], [SEVERAL]),
    ],
)
@pytest.mark.parametrize("of", ["events/?", "timeline/?object=event&"])
def test_days_asked_for_choose_the_bearer_of_a_code_and_a_note_says_where_they_do_not(
    client: Client,
    former_states: dict[str, State],
    *,
    of: str,
    query: str,
    found: list[str],
    notes: list[dict[str, object]],
) -> None:
    bearers = {
        "tito": ("yugoslavia", "1963-10-17"),
        "kostunica": ("serbia-and-montenegro", "2001-05-09"),
    }
    for name, (state, day) in bearers.items():
        event = make_event(name, slug=name, when=day)
        make_participation(event, former_states[state])
        publish_whole(event)

    answer = client.get(f"/api/v1/{of}state=YU&{query}").json()
    records = [row.get("record") or row for row in answer["results"]]
    assert [record["label"] for record in records] == found
    # With days on which nothing is loaded of it, this is said too.
    assert [note for note in answer["notes"] if note["code"] != "coverage"] == notes
    of = of.replace("/", "/counts/")
    counts = client.get(f"/api/v1/{of}state=YU&{query}").json()
    assert sum(row["count"] for row in counts["results"]) == len(found)
    assert counts["notes"] == answer["notes"]


def test_a_code_that_one_state_has_today_is_that_of_no_other_without_days(
    client: Client, former_states: dict[str, State]
) -> None:
    answer = client.get("/api/v1/organizations/?state=AI").json()
    assert [(note["code"], note["value"]) for note in answer["notes"]] == [("coverage", "AI")]


def test_code_that_was_passed_on_is_an_identifier_of_both(
    client: Client, former_states: dict[str, State]
) -> None:
    assert slugs(client, "states/?identifier=iso3166-1-alpha-2:CS") == [
        "czechoslovakia",
        "serbia-and-montenegro",
    ]


def test_withdrawn_state_leaves_its_code_to_the_others(
    client: Client, former_states: dict[str, State]
) -> None:
    withdraw(former_states["serbia-and-montenegro"], by=None, reason="Made in error.")

    assert client.get("/api/v1/states/YU/").json()["slug"] == "yugoslavia"
    assert "Link" not in client.get("/api/v1/states/YU/").headers
    withdraw(former_states["yugoslavia"], by=None, reason="Made in error.")
    assert client.get("/api/v1/states/YU/").status_code == 410


def test_states_of_one_identifier_are_still_ambiguous(client: Client) -> None:
    for number in range(2):
        make_part(
            StateIdentifier, record=make_state(f"Same {number}"), scheme="local", value=f"x{number}"
        )
    publish_whole(*State.objects.all())
    Reference.objects.update(keys=["local:same"])

    response = client.get("/api/v1/states/local:same/")

    assert (response.status_code, response.json()["code"]) == (400, "ambiguous_reference")
