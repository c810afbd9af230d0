"""The requests of the documentation get its answers from the sample story, which is loaded once for all of them."""

from __future__ import annotations

import json
import re
import tomllib
from typing import Any

import pytest
from django.test import Client

from records.registry import all_kinds
from tests.contract.run_page import PAGES, ROOT
from tests.factories.story import load_story

_REQUEST = re.compile(
    r"^\$ curl (?:-H 'Content-Type: application/json' -d '(?P<body>[^']*)' )?"
    r"'?http://127\.0\.0\.1:8000(?P<address>/[^'\s]*)'?$.*?^```json\n(?P<answer>.*?)^```",
    re.MULTILINE | re.DOTALL,
)
#: Stands in an answer for what differs from one installation to the next: ids, instants, addresses of pages.
_DIFFERS = "…"


EXAMPLES = [
    pytest.param(
        match["address"],
        match["body"],
        match["answer"],
        id=f"{page.relative_to(ROOT)}:{match['address'][:60]}",
    )
    for page in PAGES
    for match in _REQUEST.finditer(page.read_text(encoding="utf-8"))
]


def test_docs_show_a_request_with_its_answer() -> None:
    assert any(str(example.id).startswith("README.md") for example in EXAMPLES)


@pytest.fixture(scope="module")
def story_told(module_transaction: None) -> None:
    """The sample story. It is not loaded beside the Python of the pages, whose processes load it too, and would wait for this transaction."""
    load_story()


@pytest.mark.django_db
@pytest.mark.usefixtures("story_told")
@pytest.mark.parametrize(("address", "body", "answer"), EXAMPLES)
def test_docs_requests_get_the_answers_shown(address: str, body: str | None, answer: str) -> None:
    client, shown = Client(), json.loads(answer)
    if body is None:
        response = client.get(address)
    else:
        response = client.post(address, body, content_type="application/json")

    assert as_shown(json.loads(response.content), shown) == shown


def as_shown(answer: Any, shown: Any) -> Any:
    """The answer, less what the page leaves open where something is there."""
    if shown == _DIFFERS and answer:
        return _DIFFERS
    if isinstance(answer, dict) and isinstance(shown, dict):
        return {name: as_shown(value, shown.get(name)) for name, value in answer.items()}
    if isinstance(answer, list) and isinstance(shown, list) and len(answer) == len(shown):
        return [as_shown(*pair) for pair in zip(answer, shown, strict=True)]
    return answer


@pytest.mark.django_db
@pytest.mark.usefixtures("story_told")
def test_what_schemathesis_asks_for_is_there() -> None:
    names = tomllib.loads((ROOT / "schemathesis.toml").read_text(encoding="utf-8"))["dictionaries"]
    resources = Client().get("/api/v1/").json()["resources"]
    of_records = {name: values for name, values in names.items() if name in resources}
    asked = [
        f"{resources[resource]}{ref}/"
        for resource, each in of_records.items()
        if resource != "snapshots"
        for ref in each["values"]
    ]

    assert len(asked) == len([*all_kinds()])
    assert {address: Client().get(address).status_code for address in asked} == dict.fromkeys(
        asked, 200
    )


def test_docs_answer_twenty_five_questions() -> None:
    text = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
    sections = re.findall(r"^### (\d+)\. ([^\n]+\?)$(.*?)(?=^##)", text, re.MULTILINE | re.DOTALL)

    requests = {
        int(number): len(_REQUEST.findall(section)) for number, _question, section in sections
    }

    assert list(requests) == list(range(1, 26))
    assert set(requests.values()) <= {1, 2, 3}
