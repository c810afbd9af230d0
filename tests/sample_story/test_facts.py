"""Every fact of the sample story can be read through the API, with its citation."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from tests.sample_story.background import BACKGROUND_FACTS
from tests.sample_story.call import CALL_FACTS
from tests.sample_story.package import PACKAGE_FACTS
from tests.sample_story.telling import SOURCE, Fact

FACTS = (*CALL_FACTS, *PACKAGE_FACTS, *BACKGROUND_FACTS)

pytestmark = pytest.mark.django_db

_PICK = re.compile(r"(\w+)\[(\w+)=(.+)\]")


def answer(client: Client, address: str) -> Any:
    response = client.get(f"/api/v1/{address}")
    assert response.status_code == 200, response.content
    return response.json()


def short(node: Any) -> Any:
    """Write references as labels, uncertain dates as EDTF or words."""
    if isinstance(node, list):
        return [short(item) for item in node]
    if not isinstance(node, dict):
        return node
    if "label" in node and "revision" not in node:
        return node["label"]
    if "edtf" in node:
        return node["edtf"] or f"“{node['text']}” ({node['precision']})"
    return {name: short(value) for name, value in node.items()}


def as_told(document: Any, says: Any) -> Any:
    """Keep the members that are given."""
    if isinstance(says, dict):
        return {name: as_told(member(document, name), value) for name, value in says.items()}
    if isinstance(says, list) and len(says) == len(document):
        return [as_told(item, value) for item, value in zip(document, says, strict=True)]
    return document


def member(document: dict[str, Any], name: str) -> Any:
    pick = _PICK.fullmatch(name)
    if pick is None:
        return document[name]
    return [item for item in document[pick[1]] if item[pick[2]] == pick[3]]


def citations(document: dict[str, Any], field: str) -> list[str]:
    cited = []
    for citation in short(document["citations"]):
        assert citation["source"] == SOURCE
        if citation["field"] == (field or None):
            to = citation["attributed_to"] or citation["attribution_text"]
            cited.append(f"{citation['evidence']}: {to}" if to else citation["evidence"])
    return cited


@pytest.mark.parametrize(
    "fact", FACTS, ids=[f"{'-'.join(map(str, f.numbers))}:{f.address}" for f in FACTS]
)
def test_fact_is_told_and_cited(story: Client, fact: Fact) -> None:
    found = answer(story, fact.address)
    documents = found.get("results", [found])
    says = fact.says if isinstance(fact.says, list) else [fact.says]

    assert as_told(short(documents), says) == says
    for field, cites in fact.cites.items():
        assert [citations(document, field) for document in documents] == [cites] * len(documents)


def test_all_46_facts_are_told() -> None:
    assert {number for fact in FACTS for number in fact.numbers} == set(range(1, 47))


def test_undated_events_come_last_in_either_direction(story: Client) -> None:
    latest = [event["slug"] for event in answer(story, "events/")["results"]]
    oldest = [event["slug"] for event in answer(story, "events/?ordering=date")["results"]]

    assert latest[0] == oldest[0] == "india-pakistan-ceasefire"
    undated = {
        "rubio-dar-call",
        "sharif-meeting-with-us-delegation",
        "trump-luncheon-for-munir",
        "us-withdrawal-from-afghanistan",
    }
    assert set(latest[1:]) == set(oldest[1:]) == undated


def test_undated_events_are_in_no_range_of_dates(story: Client) -> None:
    for day in ("1970-01-01", "2026-11-23"):
        assert answer(story, f"events/?date_after={day}&date_before={day}")["results"] == []
    found = answer(story, "events/?date_after=2025-05-10&date_before=2025-05-10")["results"]
    assert [event["slug"] for event in found] == ["india-pakistan-ceasefire"]


def test_every_record_of_the_story_is_cited_to_its_source(story: Client) -> None:
    for resource in (
        "organizations",
        "people",
        "offices",
        "tenures",
        "events",
        "relations",
        "statements",
        "agreements",
    ):
        for document in answer(story, f"{resource}/?page_size=200")["results"]:
            assert citations(document, ""), document["slug"]
