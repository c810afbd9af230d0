"""Many names at once: each answered for itself, off what is published, in a number of statements that does not grow."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from people.models import PersonName, State, StateCode, StateName
from records.publishing.merge import merge
from records.publishing.publish import publish, withdraw
from tests.factories.answers import get
from tests.factories.events import make_event, make_place
from tests.factories.people import make_office, make_part, make_person, make_state, make_tenure
from tests.factories.records import make_source, publish_whole

if TYPE_CHECKING:
    from django.test import Client

pytestmark = pytest.mark.django_db

ADDRESS = "/api/v1/resolve/"


def post(client: Client, content: Any, status: int = 200, **headers: str) -> dict[str, Any]:
    data = content if isinstance(content, bytes) else json.dumps(content).encode()
    response = client.post(ADDRESS, data, content_type="application/json", headers=headers)
    answer: dict[str, Any] = response.json()
    assert response.status_code == status, answer
    return answer


def resolved(client: Client, *queries: dict[str, str]) -> list[tuple[str, str | None, list[str]]]:
    """Status, slug of the record and slugs of the candidates, of each query."""
    answer = post(client, {"queries": queries})
    return [
        (
            each["status"],
            each["record"] and each["record"]["slug"],
            [one["slug"] for one in each["candidates"]],
        )
        for each in answer["results"]
    ]


def faults(client: Client, content: Any) -> list[tuple[str, str, str | None]]:
    problem = post(client, content, 400)
    assert problem["code"] == "invalid_document"
    return [
        (fault["code"], fault["pointer"], fault.get("suggestion")) for fault in problem["errors"]
    ]


@pytest.fixture
def world(db: None) -> dict[str, Any]:
    """States, persons and what they held, all of them published."""
    source = make_source(title="Dawn")
    pakistan = make_state("Pakistan", alpha_2="PK", start="1947-08-14")
    make_part(StateName, record=pakistan, name="پاکستان")
    india = make_state("India", alpha_2="IN", start="1947-08-15")
    soviet = make_state("Soviet Union", kind="historical_state", start="1922", end="1991-12-26")
    make_part(StateCode, state=soviet, scheme="iso3166-3", value="SUHH")
    make_part(StateName, record=soviet, name="Russia", kind="former")
    russia = make_state("Russia", start="1991-12-26")
    khan, other = (
        make_person("Muhammad Khan", source=source),
        make_person("Muhammad Khan", source=source),
    )
    make_part(PersonName, record=khan, name="Мухаммад Хан")
    make_part(PersonName, record=khan, name="Identified")
    khan.identifiers.create(scheme="wikidata", value="Q1")
    minister = make_office("Foreign Minister", state=pakistan, source=source)
    consul = make_office("Consul", state=india, source=source)
    tenures = [
        make_tenure(khan, minister, start="2024-03-11", end="2025-03-01", source=source),
        make_tenure(other, consul, start="2020", source=source),
    ]
    lahore = make_place("Lahore", state=pakistan)
    call = make_event(title="Telephone call on borders", source=source)
    publish_whole(pakistan, india, soviet, russia, khan, other, *tenures, lahore, call)
    return {"pakistan": pakistan, "khan": khan, "other": other, "tenures": tenures, "call": call}


def test_each_form_of_a_name_finds_its_record(client: Client, world: dict[str, Any]) -> None:
    khan, call = world["khan"], world["call"]
    queries = [
        ({"ref": str(khan.pk)}, khan.slug),
        ({"ref": khan.slug}, khan.slug),
        ({"ref": khan.slug.upper()}, khan.slug),
        ({"ref": "wikidata:Q1"}, khan.slug),
        ({"identifier": "wikidata:Q1", "object": "person"}, khan.slug),
        ({"ref": "PK"}, "pakistan"),
        ({"identifier": "iso3166-1-alpha-2:PK"}, "pakistan"),
        ({"name": "PAKISTAN"}, "pakistan"),
        ({"name": "پاکستان"}, "pakistan"),
        ({"name": "pk"}, "pakistan"),
        ({"name": "мухаммад хан"}, khan.slug),
        ({"name": "Lahore", "object": "place"}, "lahore"),
        ({"name": "telephone call on borders"}, call.slug),
    ]

    found = resolved(client, *(query for query, _slug in queries))

    assert found == [("found", slug, []) for _query, slug in queries]


def test_a_record_is_shown_by_its_reference_and_address(
    client: Client, world: dict[str, Any]
) -> None:
    key = str(world["pakistan"].pk)

    assert post(client, {"queries": [{"ref": "PK"}]}) == {
        "results": [
            {
                "status": "found",
                "record": {
                    "id": key,
                    "object": "state",
                    "slug": "pakistan",
                    "label": "Pakistan",
                    "url": f"/api/v1/states/{key}/",
                },
                "candidates": [],
            }
        ]
    }


def test_a_name_of_several_is_ambiguous_until_something_tells_them_apart(
    client: Client, world: dict[str, Any]
) -> None:
    khan, other = world["khan"], world["other"]
    name = {"name": "Muhammad Khan"}

    ((status, record, candidates), *rest) = resolved(
        client,
        name,
        name | {"state": "PK"},
        name | {"state": "india", "object": "person"},
        name | {"object": "office"},
        name | {"state": "SUHH"},
    )

    assert (status, record, sorted(candidates)) == (
        "ambiguous",
        None,
        sorted([khan.slug, other.slug]),
    )
    assert rest[:3] == [
        ("found", khan.slug, []),
        ("found", other.slug, []),
        ("not_found", None, []),
    ]
    status, record, candidates = rest[3]
    assert (status, record, sorted(candidates)) == (
        "not_found",
        None,
        sorted([khan.slug, other.slug]),
    )


def test_a_day_chooses_and_tells_what_was_not_there(client: Client, world: dict[str, Any]) -> None:
    tenure = world["tenures"][0].slug

    assert resolved(
        client,
        {"name": "Russia"},  # who is called so today, not who was
        {"name": "Russia", "on": "1975"},
        {"name": "Russia", "on": "1991"},
        {"name": "Soviet Union"},
        {"name": "Soviet Union", "on": "2020-05"},
        {"ref": "SUHH", "on": "1975"},
        {"ref": "SUHH", "on": "2020"},
        {"ref": "soviet-union", "on": "1900"},
        {"ref": tenure, "on": "2024-03-11"},
        {"ref": tenure, "on": "2025-03-02"},
        {"ref": world["khan"].slug, "on": "1800"},  # nothing says when he was not
    ) == [
        ("found", "russia", []),
        ("found", "soviet-union", []),
        ("ambiguous", None, ["russia", "soviet-union"]),
        ("found", "soviet-union", []),
        ("not_valid_on_that_day", None, ["soviet-union"]),
        ("found", "soviet-union", []),
        ("not_valid_on_that_day", None, ["soviet-union"]),
        ("not_valid_on_that_day", None, ["soviet-union"]),
        ("found", tenure, []),
        ("not_valid_on_that_day", None, [tenure]),
        ("found", world["khan"].slug, []),
    ]


def test_what_was_merged_or_withdrawn_says_so(client: Client, world: dict[str, Any]) -> None:
    double, gone = make_place("Lahore city"), make_place("Nowhere")
    lahore = type(double).objects.get(slug="lahore")
    publish_whole(double, gone)
    merge(double, lahore, by=None, reason="The same.")
    withdraw(gone, by=None, reason="Invented.")

    found = resolved(
        client,
        {"ref": double.slug},
        {"ref": str(double.pk), "state": "PK"},
        {"ref": gone.slug},
        {"ref": str(gone.pk)},
        {"name": "Nowhere"},
    )

    assert found == [
        ("merged", "lahore", []),
        ("merged", "lahore", []),
        ("withdrawn", None, []),
        ("withdrawn", None, []),
        ("not_found", None, []),
    ]


def test_an_identifier_that_went_to_the_survivor_finds_it(
    client: Client, world: dict[str, Any]
) -> None:
    double = make_place("Lahore city")
    lahore = type(double).objects.get(slug="lahore")
    double.identifiers.create(scheme="wikidata", value="Q11739")
    publish_whole(double)
    query = {"identifier": "wikidata:Q11739"}
    merge(double, lahore, by=None, reason="The same.")
    before = resolved(client, query)
    lahore.refresh_from_db()
    publish(lahore, by=None)

    assert before == [("merged", "lahore", [])]
    assert resolved(client, query, {"ref": double.slug}) == [
        ("found", "lahore", []),
        ("merged", "lahore", []),
    ]


@pytest.mark.parametrize("name", ["?", "...", "---", "%", "' '", "\\"])
def test_signs_alone_are_no_name(client: Client, world: dict[str, Any], name: str) -> None:
    publish_whole(make_place("!?", slug="signs"))

    assert resolved(client, {"name": name}) == [("not_found", None, [])]


def test_what_nothing_is_called_is_not_found_whatever_is_alike(
    client: Client, world: dict[str, Any]
) -> None:
    khan, other = world["khan"], world["other"]

    ((status, record, candidates), *rest) = resolved(
        client,
        {"name": "Muhamad Khan"},
        {"ref": "pakistn"},
        {"ref": "wikidata:Q2"},
        {"name": "Zzyzx"},
        {"name": "Foreign"},
    )

    assert (status, record, sorted(candidates)) == (
        "not_found",
        None,
        sorted([khan.slug, other.slug]),
    )
    assert rest[0] == ("not_found", None, ["pakistan"])
    assert rest[1:3] == [("not_found", None, [])] * 2
    assert rest[3][:2] == ("not_found", None)


def test_nothing_that_is_not_published_is_ever_shown(client: Client, world: dict[str, Any]) -> None:
    draft = make_person("Sekret Draft", source=make_source())
    draft.identifiers.create(scheme="wikidata", value="Q666")
    state = world["pakistan"]
    state.refresh_from_db()
    state.name = "Sekretia"
    state.save()
    make_part(StateName, record=state, name="Sekret name")
    queries = [
        {"ref": str(draft.pk)},
        {"ref": draft.slug},
        {"ref": "wikidata:Q666"},
        {"name": "Sekret Draft"},
        {"name": "Sekretia"},
        {"name": "Sekret name"},
    ]

    assert resolved(client, *queries) == [("not_found", None, [])] * len(queries)


def test_a_thousand_queries_take_as_many_statements_as_one(
    client: Client, world: dict[str, Any]
) -> None:
    slug = world["khan"].slug
    each = [
        {"ref": slug, "on": "2020", "state": "PK"},
        {"name": "Muhammad Khan", "on": "2020", "state": "IN"},
        {"name": "Muhammad"},
    ]
    counted = {}
    for times in (1, 333):
        queries = [*each * times]
        if times > 1:
            queries += [{"name": f"Name {number}", "on": "2001"} for number in range(1)]
        with CaptureQueriesContext(connection) as captured:
            answers = resolved(client, *queries)
        counted[times] = len(captured)

    assert answers[:3] * 333 == answers[:-1]
    assert len(answers) == 1_000
    assert counted == {1: 10, 333: 10}


def test_answers_are_what_the_schema_says_and_bodies_too(
    client: Client, world: dict[str, Any]
) -> None:
    schema = get(client, "openapi.json")
    operation = schema["paths"][ADDRESS]["post"]
    body = operation["requestBody"]["content"]["application/json"]["schema"]
    content = operation["responses"]["200"]["content"]["application/json"]["schema"]
    asked = {"queries": [{"ref": "PK", "on": "2020"}, {"name": "Muhammad Khan"}, {"name": "x"}]}

    jsonschema.Draft202012Validator(body).validate(asked)
    jsonschema.Draft202012Validator({**content, "components": schema["components"]}).validate(
        post(client, asked)
    )
    assert set(schema["paths"][ADDRESS]) == {"post"}
    wrongs: list[Any] = [{"queries": [{}]}, {"queries": [{"ref": "PK", "name": "PK"}]}, {}, []]
    for wrong in wrongs:
        assert not jsonschema.Draft202012Validator(body).is_valid(wrong)
        post(client, wrong, 400)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b" ", [("invalid_json", "", None)]),
        (b'{"queries": [', [("invalid_json", "", None)]),
        (b'{"queries": ["\xff"]}', [("invalid_json", "", None)]),
        (b'{"queries": [{"ref": "\\ud800"}]}', [("invalid_json", "", None)]),
        (b"[" * 100_000, [("invalid_json", "", None)]),
        (b"NaN", [("invalid_json", "", None)]),
        ([], [("invalid_field", "", None)]),
        ({}, [("invalid_field", "", None)]),
        (
            {"query": [], "queries": []},
            [("unknown_field", "/query", "queries"), ("empty_value", "/queries", None)],
        ),
        ({"queries": {}}, [("invalid_field", "/queries", None)]),
        ({"queries": [{"ref": "PK"}] * 1001}, [("too_many_values", "/queries", None)]),
        (
            {
                "queries": [
                    {"ref": "PK"},
                    7,
                    {},
                    {"ref": "PK", "name": "Pakistan"},
                    {"nmae": "Pakistan", "ref": "PK"},
                    {"name": 7},
                    {"name": " "},
                    {"name": "a\0b"},
                    {"name": "x" * 301},
                    {"ref": "Ishaq Dar"},
                    {"identifier": "pakistan"},
                    {"ref": "PK", "object": "sate"},
                    {"ref": "PK", "on": "2025-13"},
                    {"ref": "PK", "on": None},
                ]
            },
            [
                ("invalid_field", "/queries/1", None),
                ("invalid_field", "/queries/2", None),
                ("invalid_field", "/queries/3", None),
                ("unknown_field", "/queries/4/nmae", "name"),
                ("invalid_field", "/queries/5/name", None),
                ("empty_value", "/queries/6/name", None),
                ("invalid_text", "/queries/7/name", None),
                ("too_long", "/queries/8/name", None),
                ("invalid_reference", "/queries/9/ref", None),
                ("invalid_reference", "/queries/10/identifier", None),
                ("invalid_choice", "/queries/11/object", "state"),
                ("invalid_date", "/queries/12/on", None),
                ("invalid_field", "/queries/13/on", None),
            ],
        ),
        (
            {"queries": [{"name": "x", "state": "pakistn"}, {"name": "x", "state": "a b"}]},
            [("invalid_reference", "/queries/1/state", None)],
        ),
        (
            {"queries": [{"name": "x", "state": "pakistn"}, {"name": "x", "state": "ZZ"}]},
            [
                ("invalid_choice", "/queries/0/state", "pakistan"),
                ("invalid_choice", "/queries/1/state", None),
            ],
        ),
    ],
)
def test_all_that_is_wrong_with_a_body_is_said_at_once_and_where(
    client: Client, world: dict[str, Any], content: Any, expected: list[tuple[str, str, str | None]]
) -> None:
    assert faults(client, content) == expected


def test_a_draft_of_a_state_is_refused_like_one_that_never_was(client: Client) -> None:
    State.objects.all().delete()
    make_state("Sekretia", alpha_2="ZZ")

    answers = [
        post(client, {"queries": [{"name": "x", "state": text}]}, 400)["errors"]
        for text in ("sekretia", "neverland")
    ]

    assert answers[0][0] == {
        **answers[1][0],
        "detail": answers[1][0]["detail"].replace("neverland", "sekretia"),
    }


def test_only_json_of_a_bounded_size_is_taken(client: Client) -> None:
    content = b'{"queries": [{"ref": "PK"}]}'
    for content_type in (
        "text/plain",
        "application/x-www-form-urlencoded",
        "application/json; charset=latin-1",
    ):
        response = client.post(ADDRESS, content, content_type=content_type)
        assert (response.status_code, response.json()["code"]) == (415, "unsupported_media_type")
        assert response.headers["Accept-Post"] == "application/json"
    post(client, content, 415, **{"Content-Encoding": "gzip"})
    assert post(client, content + b" " * 1_000_000, 413)["code"] == "content_too_large"
    post(client, content + b" " * (1_000_000 - len(content)))
    named = client.post(ADDRESS, content, content_type="application/json; charset=UTF-8")
    assert named.status_code == 200


def test_it_takes_post_only_and_no_parameters(client: Client) -> None:
    for method in (client.get, client.head, client.put, client.delete):
        response = method(ADDRESS)
        assert (response.status_code, response.headers["Allow"]) == (405, "POST, OPTIONS")
    response = client.post(f"{ADDRESS}?state=PK", b"{}", content_type="application/json")
    assert [fault["parameter"] for fault in response.json()["errors"]] == ["state"]


def test_pages_of_other_origins_may_ask(client: Client, world: dict[str, Any]) -> None:
    preflight = client.options(
        ADDRESS,
        headers={
            "Origin": "https://example.org",
            "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": "content-type",
        },
    )
    answer = client.post(ADDRESS, b'{"queries": [{"ref": "PK"}]}', content_type="application/json")

    assert preflight.status_code == 204
    assert preflight.headers["Access-Control-Allow-Methods"] == "POST, OPTIONS"
    assert "Content-Type" in preflight.headers["Access-Control-Allow-Headers"].split(", ")
    for response in (preflight, answer):
        assert response.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_republished_name_is_found_by_the_new_one(client: Client, world: dict[str, Any]) -> None:
    state = world["pakistan"]
    state.refresh_from_db()
    state.name = "Pakland"
    state.save()
    publish(state, by=None)

    assert resolved(client, {"name": "Pakland"}, {"name": "Pakistan", "object": "state"}) == [
        ("found", "pakistan", []),
        ("not_found", None, []),
    ]
