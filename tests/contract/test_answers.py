"""Every answer is what the schema says, and every list costs the same whatever is on it."""

from __future__ import annotations

import json
import re
from typing import Any

import jsonschema
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from records.registry import Kind, all_kinds
from tests.contract.addresses import addresses
from tests.factories.every_kind import EVERY_KIND
from tests.factories.records import publish_whole

pytestmark = pytest.mark.django_db

KINDS = [pytest.param(kind, id=kind.resource) for kind in all_kinds()]


def test_every_answer_is_what_the_schema_says(story: None) -> None:
    client = Client()
    schema = client.get("/api/v1/openapi.json").json()
    templates = [
        (re.compile(re.sub(r"\\?\{[a-z_]+\\?\}", "[^/]+", template) + r"\Z"), operations["get"])
        for template, operations in schema["paths"].items()
        if "get" in operations
    ]
    wrong = {}
    checked = 0
    seen = set[tuple[int, bytes]]()  # many addresses are of one document
    for address in addresses():
        path = address.partition("?")[0]
        if not path.startswith("/api/v1/") or "fields=" in address or "omit=" in address:
            continue  # a choice of fields is not the whole document
        operations = [operation for template, operation in templates if template.match(path)]
        response = client.get(address)
        if not operations or "json" not in response["Content-Type"]:
            continue
        described = operations[0]["responses"].get(str(response.status_code))
        if described is None:
            wrong[address] = f"{response.status_code} is not documented"
            continue
        content = described["content"][response["Content-Type"].partition(";")[0]]["schema"]
        checked += 1
        if (id(content), response.content) in seen:
            continue
        faults = list(_validator(schema, content).iter_errors(json.loads(response.content)))
        seen.add((id(content), response.content))
        if faults:
            wrong[address] = f"{faults[0].json_path}: {faults[0].message[:200]}"
    assert wrong == {}
    assert checked > 300


def _validator(schema: dict[str, Any], content: dict[str, Any]) -> jsonschema.Draft202012Validator:
    whole = {**content, "components": schema["components"]}
    return jsonschema.Draft202012Validator(whole)


@pytest.mark.parametrize("kind", KINDS)
def test_a_list_costs_one_query_at_one_record_and_at_three(kind: Kind) -> None:
    publish_whole(*(EVERY_KIND[kind.name].with_parts(1) for _ in range(3)))
    client = Client()

    queries = {}
    for size in (1, 3):
        with CaptureQueriesContext(connection) as captured:
            response = client.get(f"/api/v1/{kind.resource}/?page_size={size}")
        assert len(response.json()["results"]) == size
        queries[size] = len(captured)

    assert queries == {1: 1, 3: 1}
