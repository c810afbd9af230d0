"""The example client of the documentation runs against a server, as a user would run it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.factories.story import load_reference, load_story

CLIENT = Path(__file__).parents[2] / "docs" / "examples" / "client.py"


@pytest.mark.django_db(transaction=True)
def test_the_example_client_answers_its_questions(live_server: Any) -> None:
    load_story()

    ran = subprocess.run(
        [sys.executable, CLIENT, live_server.url], capture_output=True, text=True, check=False
    )

    assert (ran.stderr, ran.returncode) == ("", 0)
    assert ran.stdout.splitlines() == [
        "Licence: As stated by each source, in `licence`",
        "Telephone call between Marco Rubio and Ishaq Dar - Marco Rubio, Ishaq Dar",
        "  Source: News story on a telephone call between the US Secretary of State and Pakistan's deputy prime minister",
        "Refused: 1 parameter in the query string is not right. country: There is no such parameter here.",
    ]


@pytest.mark.django_db(transaction=True)
def test_the_example_client_follows_pages_and_asks_for_changes_only(live_server: Any) -> None:
    load_reference()
    asked = (
        f"from client import Api; api = Api('{live_server.url}');"
        "count = lambda: len({one['id'] for one in api.records('topics/', page_size='20')});"
        "first = count(); kept = dict(api.kept); again = count();"
        "print(first, again, len(kept), kept == api.kept)"
    )

    ran = subprocess.run(
        [sys.executable, "-c", asked],
        cwd=CLIENT.parent,
        capture_output=True,
        text=True,
        check=False,
    )

    assert (ran.stderr, ran.stdout) == ("", "63 63 4 True\n")
