"""What is costly to the gate is what the rate limit charges for, over all addresses and parameters."""

from __future__ import annotations

import pytest
import yaml
from django.urls import get_resolver

from config.db.embedded import PROJECT
from config.gate.questions import Questions, questions_of


@pytest.fixture(scope="module")
def questions() -> Questions:
    return questions_of(get_resolver().url_patterns)


def test_costs_and_bodies_are_those_of_the_schema(questions: Questions) -> None:
    paths = yaml.safe_load((PROJECT / "docs" / "openapi.yaml").read_text())["paths"]
    by_cost: dict[bool, set[str]] = {True: set(), False: set()}
    for path, operations in paths.items():
        address = path.replace("{", "").replace("}", "")
        for slash in (address, address.rstrip("/")):
            assert questions.takes_body(slash) is ("post" in operations), slash
            if "get" not in operations:
                continue
            costs = "units of the rate limit" in operations["get"].get("description", "")
            assert questions.is_costly(slash, "", "application/json") is costs, slash
            by_cost[costs].add(path)
            for parameter in operations["get"].get("parameters", []):
                if parameter["in"] != "query":
                    continue
                charged = " units more" in parameter.get("description", "")
                name = parameter["name"]
                values = {"count": "exact", "format": "csv"}
                query = f"x=1&{name}={values.get(name, 'a')}"
                assert questions.is_costly(slash, query, "") is (
                    costs or charged or name == "format"
                )
    assert min(len(found) for found in by_cost.values()) > 10


@pytest.mark.parametrize(
    ("query", "accept", "is_costly"),
    [
        ("", "", False),
        ("state=PK", "*/*", False),
        ("search=talks", "", True),
        ("state=PK&search=talks", "", True),
        ("s%65arch=talks", "", True),
        ("research=talks", "", False),
        ("count=exact", "", True),
        ("count=exact&page_size=1", "", True),
        ("count=none", "", False),
        ("count=exactly", "", False),
        ("format=ndjson", "", True),
        ("format=json", "", False),
        ("", "text/csv, application/json;q=0.5", True),
        ("", "application/x-ndjson", True),
        ("", "application/json", False),
    ],
)
def test_a_query_is_read_as_the_api_reads_it(
    questions: Questions, query: str, accept: str, *, is_costly: bool
) -> None:
    assert questions.is_costly("/api/v1/events/", query, accept) is is_costly
    is_whole = "ndjson" in query + accept or "csv" in accept
    assert questions.is_whole(query, accept) is is_whole
