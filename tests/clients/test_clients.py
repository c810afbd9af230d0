"""The clients that generators make of the schema get from the running service what a plain request gets."""

from __future__ import annotations

import json
import shutil
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.clients.node import HERE, NODE, node, run
from tests.factories.servers import copied, data_folder, free_port, serving

# Generators and compilers of others compute it, a second and more each.
pytestmark = pytest.mark.long

#: What the programs ask, as anybody would write it.
QUESTIONS = {
    "list": "events/",
    "two_values": "events/?state=PK,IN",
    "two_words": "events/?status=occurred,alleged",
    "one": "states/PK/",
    "revisions": "events/rubio-dar-call/revisions/",
    "days": "events/?date_after=2025-05-01&date_before=2025-05-31",
    "first_page": "people/?page_size=2&ordering=label",
    "second_page": "",  # where `next` of the first one leads
    "fields": "statements/?fields=id,label&page_size=3",
    "without_total": "agreements/?count=none",
    "problem": "events/?page_size=0",
    "missing": "people/nobody/",
}

Answers = dict[str, dict[str, Any]]


@pytest.fixture(scope="module")
def service(prepared: Path) -> Iterator[str]:
    """The address of the service as `make run` starts it, with the sample story."""
    port = free_port()
    with data_folder() as folder:
        copied(prepared, folder)
        with serving(port, CHANCERY_VAR=str(folder)) as service:
            service.wait_until_ready()
            # On a machine at work the first answer takes longer than the service lets it.
            service.wait_for("/api/v1/openapi.json")
            yield f"http://127.0.0.1:{port}"


@pytest.fixture(scope="module")
def expected(service: str) -> Answers:
    """What plain requests are answered."""
    answers: Answers = {}
    for name, question in QUESTIONS.items():
        address = f"{service}/api/v1/{question}"
        if name == "second_page":
            address = answers["first_page"]["body"]["next"]
        try:
            with urllib.request.urlopen(address) as answer:  # noqa: S310 - our own address
                answers[name] = {"status": answer.status, "body": json.load(answer)}
        except urllib.error.HTTPError as error:
            answers[name] = {"status": error.code, "body": json.load(error)}
    return answers


@pytest.fixture
def workshop(tmp_path: Path) -> Path:
    """A folder with the programs, where packages of Node are found."""
    shutil.copytree(HERE / "programs", tmp_path, dirs_exist_ok=True)
    (tmp_path / "node_modules").symlink_to(HERE / "node_modules")
    return tmp_path


#: What the Python client says with every request.
DEFAULTS = {("include_predecessors", "false"), ("date_match", "possible")}


def compared(answers: Answers) -> Answers:
    """Answers without what differs from request to request; instants and addresses as all clients write them."""
    text = json.dumps(answers)
    known = json.loads(text, object_hook=_steady)
    return dict(known)


def _steady(document: dict[str, Any]) -> dict[str, Any]:
    steady = {name: value for name, value in document.items() if name != "request_id"}
    if "instance" in steady:  # some clients send defaults, too
        steady["instance"] = steady["instance"].partition("?")[0]
    if "published_at" in steady:
        steady["published_at"] = str(steady["published_at"]).replace("Z", "+00:00")
    for name in steady.keys() & {"next", "previous"}:
        if steady[name]:
            steady[name] = _parts(steady[name])
    return steady


def _parts(address: str) -> list[Any]:
    """What an address says, whatever the order of its parameters and however a list is written; defaults say nothing."""
    parts = urlsplit(address)
    parameters = {name: ",".join(each) for name, each in parse_qs(parts.query).items()}
    return [parts.netloc, parts.path, sorted(parameters.items() - DEFAULTS)]


def typed(expected: Answers) -> dict[str, Any]:
    """What a program reads of the answers by their types."""
    return {
        "events": [
            {
                "title": event["title"],
                "status": event["status"],
                "earliest": event["when"] and event["when"]["earliest"],
                "participants": [
                    each["participant"] and each["participant"]["label"]
                    for each in event["participations"]
                ],
            }
            for event in expected["list"]["body"]["results"]
        ],
        "total": expected["first_page"]["body"]["total"]["value"],
        "faults": [["out_of_range", "page_size"]],
        "problems": ["invalid_parameters", "not_found"],
    }


def check(printed: str, expected: Answers) -> None:
    found = json.loads(printed)
    assert found["answers"].keys() == expected.keys()
    for name, answer in compared(expected).items():
        assert compared(found["answers"])[name] == answer, name
    assert found["typed"] == typed(expected)


def test_the_questions_say_something(expected: Answers) -> None:
    statuses = {name: answer["status"] for name, answer in expected.items()}
    assert statuses == {**dict.fromkeys(QUESTIONS, 200), "problem": 400, "missing": 404}
    found = {
        name: [document.get("id") for document in answer["body"]["results"]]
        for name, answer in expected.items()
        if "results" in answer["body"]
    }
    assert 0 < len(found["days"]) < len(found["list"])
    assert not set(found["first_page"]) & set(found["second_page"])
    assert len(found["first_page"]) == len(found["second_page"]) == 2
    assert expected["without_total"]["body"]["total"] is None


def test_openapi_python_client(service: str, expected: Answers, workshop: Path) -> None:
    generator = Path(sys.executable).with_name("openapi-python-client")
    settings = workshop / "settings.json"
    settings.write_text('{"post_hooks": []}')
    run(
        workshop, generator, "generate", "--url", f"{service}/api/v1/openapi.json", "--meta", "none",
        "--output-path", workshop / "chancery_client", "--config", settings, "--fail-on-warning",
    )  # fmt: skip

    check(run(workshop, sys.executable, "python_client.py", service), expected)


def test_clients_in_typescript(service: str, expected: Answers, workshop: Path) -> None:
    schema = f"{service}/api/v1/openapi.json"
    node(workshop, "openapi-typescript", schema, "--output", "generated/openapi_fetch.ts")
    node(workshop, "openapi-ts", "--input", schema)
    node(workshop, "tsc", "--project", ".")

    for program in ("openapi_fetch", "hey_api"):
        check(run(workshop, NODE, f"compiled/{program}.js", service), expected)
