"""`expand`: documents in place of references, as published, at one statement more; nothing else changes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import jsonschema
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from records.api import expand
from records.api.expand import expandable
from records.publishing.publish import publish
from records.registry import Kind, all_kinds
from tests.factories.answers import get
from tests.factories.events import make_event
from tests.factories.every_kind import EVERY_KIND
from tests.factories.records import edition_of, make_source, make_topic, publish_whole

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.test import Client

    from records.models import Topic

pytestmark = pytest.mark.django_db

NAMING = [
    pytest.param(kind, id=kind.resource) for kind in all_kinds() if expandable(kind.serializer)
]


def references(node: Any, names: list[str]) -> Iterator[dict[str, Any]]:
    """What stands at a path of a document, lists gone through."""
    if isinstance(node, list):
        for one in node:
            yield from references(one, names)
    elif node is not None and names:
        yield from references(node[names[0]], names[1:])
    elif node is not None:
        yield node


def replaced(client: Client, document: dict[str, Any], paths: list[str]) -> dict[str, Any]:
    """The document with the documents that its references name, asked for one by one."""
    copy: dict[str, Any] = json.loads(json.dumps(document))
    for path in paths:
        for reference in references(copy, path.split(".")):
            kind = next(kind for kind in all_kinds() if kind.name == reference["object"])
            reference.update(get(client, f"{kind.resource}/{reference['id']}/"))
    return copy


def with_alternative(topic: Topic, label: str) -> Topic:
    topic.refresh_from_db()
    topic.alternative_labels = [label]
    topic.save()
    return topic


@pytest.mark.parametrize("kind", NAMING)
def test_every_path_of_a_kind_shows_the_documents_that_it_names(client: Client, kind: Kind) -> None:
    record = EVERY_KIND[kind.name].with_parts(2)
    publish_whole(record)
    paths = list(expandable(kind.serializer))
    address = f"{kind.resource}/{record.pk}/"
    plain = get(client, address)

    for asked in ([path] for path in paths):
        expanded = get(client, f"{address}?expand={asked[0]}")
        assert expanded == replaced(client, plain, asked), asked
    everything = get(client, f"{address}?expand={','.join(paths)}")
    (row,) = get(client, f"{kind.resource}/?id={record.pk}&expand={','.join(paths)}")["results"]

    assert everything == replaced(client, plain, paths)
    assert row == everything
    assert everything != plain


@pytest.mark.parametrize("kind", NAMING)
def test_an_expanded_document_is_still_what_the_schema_says(client: Client, kind: Kind) -> None:
    record = EVERY_KIND[kind.name].with_parts(1)
    publish_whole(record)
    schema = get(client, "openapi.json")
    operation = schema["paths"][f"/api/v1/{kind.resource}/{{ref}}/"]["get"]
    content = operation["responses"]["200"]["content"]["application/json"]["schema"]
    (parameter,) = (each for each in operation["parameters"] if each["name"] == "expand")
    listed = schema["components"]["schemas"][
        parameter["schema"]["items"]["$ref"].rpartition("/")[2]
    ]
    paths = ",".join(listed["enum"])

    answer = get(client, f"{kind.resource}/{record.pk}/?expand={paths}")

    assert listed["enum"] == list(expandable(kind.serializer))
    jsonschema.Draft202012Validator({**content, "components": schema["components"]}).validate(
        answer
    )


def test_expanding_costs_one_statement_more_whatever_the_page(client: Client) -> None:
    paths = "type,citations.source,participations.participant,states,places.place"
    publish_whole(*(EVERY_KIND["event"].with_parts(2) for _ in range(3)))

    get(client, "events/")  # reads the statistics of the table, which are kept

    counted = {}
    for size in (1, 3):
        for asked in ("", f"&expand={paths}"):
            with CaptureQueriesContext(connection) as queries:
                get(client, f"events/?page_size={size}{asked}")
            counted[size, bool(asked)] = len(queries)

    assert counted == {(1, False): 1, (1, True): 2, (3, False): 1, (3, True): 2}


def test_fields_and_omit_lead_into_what_is_expanded(client: Client) -> None:
    source = make_source(title="Dawn", publisher="Dawn Media")
    event = make_event(title="A call", source=source)
    publish_whole(event)

    picked = get(client, "events/?expand=citations.source&fields=title,citations.source.publisher")
    omitted = get(client, "events/?expand=type&omit=type.label&fields=type")

    assert picked["results"] == [
        {
            "id": str(event.pk),
            "object": "event",
            "title": "A call",
            "citations": [{"source": {"publisher": "Dawn Media"}}],
        }
    ]
    assert {"plover_type", "code"} <= omitted["results"][0]["type"].keys()
    assert "label" not in omitted["results"][0]["type"]
    for address in ("events/?fields=citations.source.publisher", "events/?omit=type.plover_type"):
        (fault,) = get(client, address, 400)["errors"]
        assert fault["code"] == "unknown_field"


def test_the_first_of_three_names_may_be_left_out(client: Client) -> None:
    publish_whole(EVERY_KIND["event"].with_parts(2))
    path = "participations.capacities.office"

    whole = get(client, f"events/?expand={path},citations.source")
    short = get(client, "events/?expand=capacities.office,citations.source")
    both = get(client, f"events/?expand=capacities.office,{path},citations.source")
    (fault,) = get(client, "events/?expand=source", 400)["errors"]

    assert short == both == whole != get(client, "events/")
    offices = [
        capacity["office"]
        for part in short["results"][0]["participations"]
        for capacity in part["capacities"]
    ]
    assert offices
    assert all("seats" in office for office in offices)
    assert (fault["code"], fault["parameter"]) == ("invalid_choice", "expand")


@pytest.mark.parametrize("address", ["topics/{}/", "topics/?id={}"])
def test_another_edition_of_what_is_expanded_is_another_version(
    client: Client, address: str
) -> None:
    above = make_topic("metals", label="Metals")
    gold = make_topic("gold", broader=above)
    publish_whole(gold)
    address = f"/api/v1/{address.format(gold.pk)}"
    plain = client.get(address)["ETag"]
    address += f"{'&' if '?' in address else '?'}expand=broader"
    before = client.get(address)
    same = client.get(address, headers={"If-None-Match": before["ETag"]})

    publish(with_alternative(above, "Ores"), by=None)  # no reference shows it: gold's edition stays
    after = client.get(address, headers={"If-None-Match": before["ETag"]})
    since = client.get(address, headers={"If-Modified-Since": "Fri, 01 Jan 2100 00:00:00 GMT"})

    assert same.status_code == 304
    assert after.status_code == since.status_code == 200
    assert len({plain, before["ETag"], after["ETag"]}) == 3
    assert b'"Ores"' in after.content
    assert "Last-Modified" not in before.headers


@pytest.mark.parametrize("address", ["topics/{}/?", "topics/?id={}&"])
def test_as_of_shows_what_is_expanded_as_it_was_then(client: Client, address: str) -> None:
    above = make_topic("metals", label="Metals")
    gold = make_topic("gold", broader=above)
    publish_whole(gold)
    then = max(edition_of(each).published_at for each in (above, gold)).isoformat()
    address = address.format(gold.pk)
    before = get(client, f"{address}expand=broader")
    publish(with_alternative(above, "Ores"), by=None)

    now = get(client, f"{address}expand=broader")
    asked = get(client, f"{address}expand=broader&as_of={quote(then)}")

    assert "Ores" in json.dumps(now)
    if "results" in before:
        assert [note["code"] for note in asked["notes"]] == ["as_of"]
        asked, before = asked["results"], before["results"]
    assert asked == before


def test_only_what_is_published_is_shown(client: Client) -> None:
    above = make_topic("metals", label="Metals")
    gold = make_topic("gold", broader=above)
    publish_whole(gold)

    with_alternative(above, "Secret")  # a draft of the next edition

    assert b"Secret" not in client.get("/api/v1/topics/?expand=broader").content


@pytest.mark.parametrize(
    ("asked", "suggestion"),
    [
        ("citation.source", "citations.source"),
        ("participations.participants", "participations.participant"),
        ("citations.source.publisher", "citations.source"),
        ("title", None),
    ],
)
@pytest.mark.parametrize("address", ["", "019a2b3c-0000-7000-8000-000000000000/"])
def test_a_path_that_leads_to_no_reference_is_refused(
    client: Client, address: str, asked: str, suggestion: str | None
) -> None:
    (fault,) = get(client, f"events/{address}?expand=type,{asked}", 400)["errors"]

    assert (fault["code"], fault["parameter"], fault.get("suggestion")) == (
        "invalid_choice",
        "expand",
        suggestion,
    )


def test_what_takes_no_expansion_says_so(client: Client) -> None:
    """Sources name nothing, and a revision shows nothing of today."""
    publish_whole(make_topic("gold", broader=make_topic("metals")))

    for address in ("sources/?expand=citations.source", "topics/gold/revisions/1/?expand=broader"):
        (fault,) = get(client, address, 400)["errors"]
        assert (fault["code"], fault["parameter"]) == ("unknown_parameter", "expand")


def test_more_than_one_answer_takes_is_refused(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish_whole(make_topic("gold", broader=make_topic("metals")))
    size = len(client.get("/api/v1/topics/metals/").content)

    for name, enough in (("MAX_REFERENCES", 1), ("MAX_CHARACTERS", size)):
        with monkeypatch.context() as patch:
            patch.setattr(expand, name, enough)
            get(client, "topics/gold/?expand=broader")
            patch.setattr(expand, name, enough - 1)
            for address in ("topics/gold/?expand=broader", "topics/?expand=broader"):
                problem = get(client, address, 400)
                assert problem["code"] == "expansion_too_large"
                assert [fault["parameter"] for fault in problem["errors"]] == ["expand"]
