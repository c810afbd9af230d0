"""The JSON Schema of the exchange form takes what an export writes, and refuses what an import refuses."""

from __future__ import annotations

import io
import json
from copy import deepcopy
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from django.core.management import call_command
from jsonschema import Draft202012Validator

from records.exchange.export import export
from records.exchange.load import load
from records.exchange.schema import exchange_schema
from records.exchange.shapes import declared

if TYPE_CHECKING:
    from django.test import Client

FILE = Path(__file__).parents[3] / "docs" / "exchange.schema.json"

PERSON = {"object": "person", "slug": "ann", "name": "Ann"}
CITED = {"citations": [{"source": "diary"}]}
SOURCE = {"object": "source", "slug": "diary", "kind": "book", "title": "Diary"}


@pytest.fixture(scope="module")
def validator() -> Draft202012Validator:
    schema = exchange_schema()
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER)


def test_the_published_schema_is_what_the_declarations_say() -> None:
    printed = io.StringIO()
    call_command("exchange_schema", stdout=printed)

    assert FILE.read_text(encoding="utf-8") == printed.getvalue()
    assert json.loads(printed.getvalue()) == exchange_schema()


def test_it_is_served_beside_the_schema_of_the_api(client: Client) -> None:
    assert client.get("/api/v1/exchange.schema.json").json() == exchange_schema()


def test_every_kind_has_its_members() -> None:
    schema = exchange_schema()
    assert {
        exchange.kind: list(schema["$defs"][exchange.kind]["properties"]) for exchange in declared()
    } == {exchange.kind: list(exchange.members) for exchange in declared()}


@pytest.mark.usefixtures("story")
def test_every_line_of_an_export_is_valid(validator: Draft202012Validator) -> None:
    file = io.BytesIO()
    export(file, with_notes=True)
    lines = [json.loads(line) for line in file.getvalue().splitlines()]

    assert {line["object"] for line in lines} >= {"event", "agreement", "statement", "tenure"}
    assert [
        (line["slug"], error.message) for line in lines for error in validator.iter_errors(line)
    ] == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    "wrong",
    [
        {"object": "persona"},
        {"object": None},
        {"slug": None},
        {"slug": "Ann Smith"},
        {"id": "1"},
        {"nmae": "Ann"},
        {"url": "/x"},
        {"name": None},
        {"name": 1},
        {"name": "x" * 5_000},
        {"living": "perhaps"},
        {"birth": 1891},
        {"contested": "no"},
        {"citations": [{"source": None}]},
        {"citations": [{"page": "1"}]},
        {"citations": "diary"},
        {"names": [{"kind": "alias"}]},
        {"identifiers": [{"scheme": "x"}]},
    ],
)
def test_what_the_schema_refuses_is_rejected(
    validator: Draft202012Validator, wrong: dict[str, Any]
) -> None:
    good = PERSON | CITED
    bad = {
        name: value for name, value in (deepcopy(good) | wrong).items() if value is not None
    } | {name: None for name, value in wrong.items() if value is None and name not in ("slug", "object")}  # fmt: skip

    assert validator.is_valid(good)
    assert not validator.is_valid(bad)
    assert not rejections(SOURCE, good)
    assert rejections(SOURCE, bad)


def rejections(*documents: dict[str, Any]) -> list[Any]:
    file = io.BytesIO(b"\n".join(json.dumps(document).encode() for document in documents))
    return load(file, by=None, dry_run=True).rejections
