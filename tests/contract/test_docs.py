"""The documentation is true: its requests get its answers, its Python runs, what it names exists."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path
from urllib.parse import quote, urlsplit

import pytest
from django.core.management import get_commands
from django.db import connection

from tests.contract import run_page
from tests.contract.run_page import PAGES, ROOT

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


@pytest.mark.django_db  # so that there is a database, although none of its connections is used here
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
