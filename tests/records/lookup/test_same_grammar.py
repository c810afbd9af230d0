"""A record is named in one way everywhere: the API, an exchange file and the desk find the same one."""

from __future__ import annotations

import io

import orjson
import pytest
from django.test import Client

from people.models import Organization, State, StateIdentifier
from records.exchange.load import load
from records.publishing.publish import publish
from tests.factories.people import make_part, make_state

FIELD = {"app_label": "people", "model_name": "organization", "field_name": "state"}

pytestmark = pytest.mark.django_db


@pytest.fixture
def states() -> dict[str, State]:
    """Pakistan; Burma, whose entry ISO withdrew; Georgia, whose code was another state's before; a namesake by slug."""
    states = {
        "pakistan": make_state("Pakistan", slug="pakistan", alpha_2="PK"),
        "burma": make_state("Burma", slug="burma"),
        "georgia": make_state("Georgia", slug="georgia"),
        "gilbert": make_state("Gilbert and Ellice Islands", slug="gilbert"),
        "fm": make_state("A state with a code for a slug", slug="fm"),
        "micronesia": make_state("Micronesia", slug="micronesia", alpha_2="FM"),
    }
    make_part(StateIdentifier, record=states["pakistan"], scheme="gsh", value="pakistan-1")
    states["burma"].codes.create(scheme="iso3166-3", value="BUMM", end_edtf="1989")
    states["burma"].codes.create(scheme="iso3166-1-alpha-2", value="BU", end_edtf="1989")
    states["gilbert"].codes.create(scheme="iso3166-1-alpha-2", value="GE", end_edtf="1979")
    states["gilbert"].codes.create(scheme="iso3166-3", value="GEHH", end_edtf="1979")
    states["georgia"].codes.create(scheme="iso3166-1-alpha-2", value="GE", start_edtf="1992")
    publish(*states.values(), by=None)
    return states


@pytest.mark.parametrize(
    ("text", "slug"),
    [
        ("pakistan", "pakistan"),
        ("PK", "pakistan"),
        ("pk", "pakistan"),
        ("iso3166-1-alpha-2:PK", "pakistan"),
        ("gsh:pakistan-1", "pakistan"),
        ("BUMM", "burma"),
        ("iso3166-3:BUMM", "burma"),
        ("BU", "burma"),
        ("GE", "georgia"),
        ("iso3166-1-alpha-2:GE", "georgia"),
        ("fm", "fm"),  # a slug comes before a code
        ("FM", "micronesia"),
        ("iso3166-1-alpha-2:pk", None),
        ("XX", None),
        ("nowhere", None),
    ],
)
def test_a_name_means_the_same_record_everywhere(
    states: dict[str, State], publisher: Client, text: str, slug: str | None
) -> None:
    state = states[slug] if slug else None

    by_api = publisher.get(f"/api/v1/states/{text}/")
    line = {"object": "organization", "slug": "o", "name": "O", "classification": "ministry"}
    load(io.BytesIO(orjson.dumps({**line, "state": text})), by=None)
    # The desk searches parts of words too, and takes a bare code as it is written.
    at_desk = publisher.get("/admin/autocomplete/", {**FIELD, "term": text})

    assert (by_api.json()["id"] if by_api.status_code == 200 else None) == (
        str(state.pk) if state else None
    )
    assert Organization.objects.values_list("state", flat=True).first() == (
        state.pk if state else None
    )
    offered = {found["id"] for found in at_desk.json()["results"]}
    assert state is None or str(state.pk) in offered or text == "pk"


def test_an_id_names_its_record_in_any_case(states: dict[str, State], publisher: Client) -> None:
    key = str(states["burma"].pk).upper()

    assert publisher.get(f"/api/v1/states/{key}/").json()["slug"] == "burma"
    line = {"object": "organization", "slug": "o", "name": "O", "classification": "ministry"}
    load(io.BytesIO(orjson.dumps({**line, "state": key})), by=None)
    assert Organization.objects.get().state == states["burma"]


def test_a_draft_is_found_in_files_and_at_the_desk_only(publisher: Client) -> None:
    draft = make_state("Sikkim", slug="sikkim", alpha_2="SK")

    assert publisher.get("/api/v1/states/SK/").status_code == 404
    line = {"object": "organization", "slug": "o", "name": "O", "classification": "ministry"}
    load(io.BytesIO(orjson.dumps({**line, "state": "SK"})), by=None)
    assert Organization.objects.get().state == draft
    found = publisher.get("/admin/people/state/?q=iso3166-1-alpha-2:SK")
    assert "Sikkim" in found.content.decode()


def test_a_bare_code_does_not_decide_what_a_line_is_about(states: dict[str, State]) -> None:
    line = {"object": "state", "slug": "pk", "name": "Another", "kind": "sovereign_state"}

    report = load(io.BytesIO(orjson.dumps(line)), by=None)

    assert report.count("created") == 1
    assert State.objects.get(slug="pk") != states["pakistan"]
