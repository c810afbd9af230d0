"""The documentation is true: its requests get its answers, its Python runs, what it names exists."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import pytest
from django.core.management import get_commands
from django.db import connection
from django.test import Client

from records.registry import all_kinds
from tests.contract import run_page

ROOT = Path(__file__).parents[2]
PAGES = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md"))]

_REQUEST = re.compile(
    r"^\$ curl (?:-H 'Content-Type: application/json' -d '(?P<body>[^']*)' )?"
    r"'?http://127\.0\.0\.1:8000(?P<address>/[^'\s]*)'?$.*?^```json\n(?P<answer>.*?)^```",
    re.MULTILINE | re.DOTALL,
)
#: Stands in an answer for what differs from one installation to the next: ids, instants, addresses of pages.
_DIFFERS = "…"
_LINK = re.compile(r"\]\((?P<target>[^)#\s]+)(?:#[^)]*)?\)")


#: What backticks hold, if it looks like a path: `config/api/`, `records/registry.py`, `imports/datasets/<name>/`, `kinds.py`.
_FOLDERS = r"(?:[a-z_.<*-][a-z0-9_.<>*-]*/)"
_PATH = re.compile(
    rf"`(?P<path>{_FOLDERS}+|{_FOLDERS}+[\w<>*-]+\.[a-z]+|[\w<>*-]+\.(?:py|md|toml))`"
)
#: Made by a command, and in no checkout.
_MADE = (".venv/", "certificates/", "var/")
#: In no checkout, and thousands of files.
_LEFT_OUT = {".git", ".venv", "certificates", "var", "node_modules", "__pycache__"}


def _files(folder: Path = ROOT) -> Iterator[str]:
    """Every file and folder of the project, the folders with a last slash."""
    for path in folder.iterdir():
        if path.name not in _LEFT_OUT:
            yield f"/{path.relative_to(ROOT)}{'/' * path.is_dir()}"
            if path.is_dir():
                yield from _files(path)


FILES = list(_files())


def _name(page: Path) -> str:
    return str(page.relative_to(ROOT))


EACH_PAGE = pytest.mark.parametrize("page", [pytest.param(page, id=_name(page)) for page in PAGES])
WITH_PYTHON = [
    pytest.param(page, id=_name(page))
    for page in PAGES
    if run_page.blocks(page.read_text(encoding="utf-8"))
]


EXAMPLES = [
    pytest.param(
        match["address"],
        match["body"],
        match["answer"],
        id=f"{_name(page)}:{match['address'][:60]}",
    )
    for page in PAGES
    for match in _REQUEST.finditer(page.read_text(encoding="utf-8"))
]


def test_docs_show_a_request_with_its_answer() -> None:
    assert any(str(example.id).startswith("README.md") for example in EXAMPLES)


@pytest.mark.usefixtures("story")
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


@pytest.mark.usefixtures("story")
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


@pytest.fixture(scope="module")
def runner(django_db_setup: None) -> Iterator[subprocess.Popen[str]]:
    """What runs pages: one is named on its standard input, and a line of its output says what was raised."""
    at = connection.settings_dict
    server = f"{at['USER']}:{quote(at['PASSWORD'])}@{quote(at['HOST'], safe='')}:{at['PORT']}"
    with subprocess.Popen(
        [sys.executable, "-m", run_page.__name__],
        cwd=ROOT,
        env={**os.environ, "DATABASE_URL": f"postgres://{server}/{at['NAME']}"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        yield process


@pytest.mark.parametrize("page", WITH_PYTHON)
def test_docs_python_runs(page: Path, runner: subprocess.Popen[str]) -> None:
    assert runner.stdin
    assert runner.stdout

    print(page, file=runner.stdin, flush=True)

    if raised := json.loads(runner.stdout.readline()):
        pytest.fail(raised[-3_000:], pytrace=False)


@EACH_PAGE
def test_docs_links_lead_to_files_that_exist(page: Path) -> None:
    targets = [match["target"] for match in _LINK.finditer(page.read_text(encoding="utf-8"))]

    missing = [
        target
        for target in targets
        if not urlsplit(target).scheme and not (page.parent / target).exists()
    ]

    assert missing == []


@EACH_PAGE
def test_docs_name_verbs_and_commands_that_exist(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    verbs = set(
        re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    )

    assert set(re.findall(r"(?:`|^ *\$ .*?)make ([a-z-]+)", text, re.MULTILINE)) <= verbs
    assert set(re.findall(r"manage\.py ([a-z_]+)", text)) <= set(get_commands())


@EACH_PAGE
def test_docs_name_files_that_exist(page: Path) -> None:
    missing = []
    for match in _PATH.finditer(page.read_text(encoding="utf-8")):
        path = re.sub(r"<[^>]*>", "*", match["path"])
        if not path.startswith(_MADE) and not any(fnmatch(each, f"*/{path}") for each in FILES):
            missing.append(match["path"])

    assert missing == []


def test_docs_readme_maps_every_folder() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    folders = {path.name for path in ROOT.iterdir() if (path / "__init__.py").exists()}

    assert {folder for folder in folders if f"`{folder}/`" not in text} == set()
