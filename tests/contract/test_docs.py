"""The documentation is true: its requests get its answers, its links lead somewhere, its verbs exist."""

from __future__ import annotations

import json
import re
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.core.management import call_command, get_commands
from django.test import Client

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]

_REQUEST = re.compile(
    r"^\$ curl '?http://127\.0\.0\.1:8000(?P<address>/[^'\s]*)'?$.*?^```json\n(?P<answer>.*?)^```",
    re.MULTILINE | re.DOTALL,
)
_LINK = re.compile(r"\]\((?P<target>[^)#\s]+)(?:#[^)]*)?\)")


def _name(page: Path) -> str:
    return str(page.relative_to(ROOT))


EXAMPLES = [
    pytest.param(match["address"], match["answer"], id=f"{_name(page)}:{match['address'][:60]}")
    for page in PAGES
    for match in _REQUEST.finditer(page.read_text(encoding="utf-8"))
]


def test_docs_show_a_request_with_its_answer() -> None:
    assert any(str(example.id).startswith("README.md") for example in EXAMPLES)


@pytest.mark.django_db
@pytest.mark.parametrize(("address", "answer"), EXAMPLES)
def test_docs_requests_get_the_answers_shown(address: str, answer: str) -> None:
    call_command("load_reference", verbosity=0)
    call_command("load_sample_story", verbosity=0)

    response = Client().get(address)

    assert json.loads(response.content) == json.loads(answer)


@pytest.mark.parametrize("page", [pytest.param(page, id=_name(page)) for page in PAGES])
def test_docs_links_lead_to_files_that_exist(page: Path) -> None:
    targets = [match["target"] for match in _LINK.finditer(page.read_text(encoding="utf-8"))]

    missing = [
        target
        for target in targets
        if not urlsplit(target).scheme and not (page.parent / target).exists()
    ]

    assert missing == []


@pytest.mark.parametrize("page", [pytest.param(page, id=_name(page)) for page in PAGES])
def test_docs_name_verbs_and_commands_that_exist(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    verbs = set(
        re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    )

    assert set(re.findall(r"(?:`|\$ )make ([a-z-]+)", text)) <= verbs
    assert set(re.findall(r"manage\.py ([a-z_]+)", text)) <= set(get_commands())


def test_docs_readme_maps_every_folder() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    folders = {path.name for path in ROOT.iterdir() if (path / "__init__.py").exists()}

    assert {folder for folder in folders if f"`{folder}/`" not in text} == set()
