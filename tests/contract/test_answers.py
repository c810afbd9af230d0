"""Every answer is what the schema says, and every list costs the same whatever is on it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import jsonschema
import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from records.models import Record
from records.publishing.dependencies import gather
from records.publishing.publish import publish
from records.registry import Kind, all_kinds
from tests.contract.addresses import addresses
from tests.factories.agreements import make_agreement
from tests.factories.events import make_place, make_relation
from tests.factories.records import make_source

pytestmark = pytest.mark.django_db

KINDS = [pytest.param(kind, id=kind.resource) for kind in all_kinds()]


@pytest.fixture
def story() -> None:
    call_command("load_reference", verbosity=0)
    call_command("load_sample_story", verbosity=0)


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
        faults = list(_validator(schema, content).iter_errors(json.loads(response.content)))
        checked += 1
        if faults:
            wrong[address] = f"{faults[0].json_path}: {faults[0].message[:200]}"
    assert wrong == {}
    assert checked > 300


def _validator(schema: dict[str, Any], content: dict[str, Any]) -> jsonschema.Draft202012Validator:
    whole = {**content, "components": schema["components"]}
    return jsonschema.Draft202012Validator(whole)


@pytest.mark.parametrize("kind", KINDS)
def test_a_list_costs_one_query_at_one_record_and_at_three(story: None, kind: Kind) -> None:
    # The story has at least three records of every other kind.
    makers: dict[str, Callable[[], Record]] = {
        "agreement": make_agreement,
        "place": make_place,
        "relation": make_relation,
        "source": make_source,
    }
    if make := makers.get(kind.name):
        publish(*gather(*(make() for _ in range(3))).together, by=None)
    client = Client()

    queries = {}
    for size in (1, 3):
        with CaptureQueriesContext(connection) as captured:
            response = client.get(f"/api/v1/{kind.resource}/?page_size={size}")
        assert len(response.json()["results"]) == size
        queries[size] = len(captured)

    assert queries == {1: 1, 3: 1}
