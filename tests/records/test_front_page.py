"""The front page: records are found in its box, with a script or without, and nothing unpublished is."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from pytest_django.live_server_helper import LiveServer

from tests.factories.browser import browser_page
from tests.factories.people import make_office, make_person, make_state, make_tenure
from tests.factories.records import make_source, publish_whole

pytestmark = pytest.mark.django_db


def published() -> Any:
    """A foreign minister of Pakistan, and a person of whom there is only a draft."""
    source = make_source(title="Dawn")
    dar = make_person("Ishaq Dar", source=source)
    pakistan = make_state("Pakistan", alpha_2="PK", start="1947-08-14")
    minister = make_office("Foreign Minister", state=pakistan, source=source)
    tenure = make_tenure(dar, minister, start="2024-03-11", end_status="ongoing", source=source)
    publish_whole(dar, tenure)
    make_person("Ishaq Sekretdraft", source=source)
    return dar


def test_the_form_shows_what_it_finds_without_a_script(client: Client) -> None:
    dar = published()

    page = client.get("/", {"q": "ishaq"}).content.decode()

    assert f'<a href="/api/v1/people/{dar.pk}/">Ishaq Dar</a>' in page
    assert "person · Foreign Minister, Pakistan (since 2024)" in page
    assert "Sekretdraft" not in page
    assert 'value="ishaq"' in page


@pytest.mark.parametrize("typed", ["zzyzx", "a\0b", "x" * 500, "%", "\\", '"><script>', " "])
def test_whatever_is_typed_gets_a_page(client: Client, typed: str) -> None:
    published()

    answer = client.get("/", {"q": typed})

    assert answer.status_code == 200
    assert b"<script>" not in answer.content
    assert (b"Nothing that is published is called so" in answer.content) == bool(typed.strip())


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_the_box_is_used_with_the_keyboard(live_server: LiveServer) -> None:
    dar = published()
    complaints: list[str] = []
    with browser_page(complaints) as page:
        page.goto(f"{live_server.url}/")
        box = page.get_by_role("combobox")
        box.press_sequentially("pak")
        options = page.get_by_role("option")
        options.first.wait_for()
        found = options.locator("a").all_inner_texts()
        box.press("Escape")
        after_escape = (options.count(), box.input_value())
        box.fill("ishaq")
        options.first.wait_for()
        box.press("ArrowDown")
        marked = page.locator("[aria-selected=true]").get_attribute("id")
        active = box.get_attribute("aria-activedescendant")
        box.press("ArrowUp")  # back in the box: Enter sends the form
        box.press("Enter")
        page.wait_for_url("**/?q=ishaq")
        shown = page.locator(".found a").all_inner_texts()
        box = page.get_by_role("combobox")
        box.press("ArrowDown")
        options.first.wait_for()
        box.press("ArrowDown")
        seen = [*complaints]
        box.press("Enter")
        page.wait_for_url(f"**/api/v1/people/{dar.pk}/")

    assert found[0].split("\n")[0] == "Pakistan"
    assert after_escape == (0, "pak")
    assert marked == active == "suggestion-0"
    assert shown[0] == "Ishaq Dar"
    assert seen == []


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("/api/v1/", "/api/v1/events/"),
        ("/api/v1/problems/", "cursor_mismatch"),
        ("/api/v1/problems/withdrawn/", "Copies of it should go too."),
    ],
)
def test_index_and_problems_are_pages_for_browsers_and_json_for_programs(
    client: Client, address: str, words: str
) -> None:
    browser = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}

    page = client.get(address, headers=browser)
    asked = client.get(f"{address}?format=html")
    plain = [client.get(address, headers=headers) for headers in ({}, {"Accept": "*/*"})]
    plain.append(client.get(f"{address}?format=json", headers=browser))

    assert page.headers["Content-Type"] == "text/html; charset=utf-8"
    assert page.content == asked.content
    assert words in page.content.decode()
    assert "Accept" in page.headers["Vary"].split(", ")
    assert {answer.headers["Content-Type"] for answer in plain} == {"application/json"}
    assert all(words in answer.content.decode() for answer in plain)
    assert page.headers["ETag"] != plain[0].headers["ETag"]
    again = client.get(address, headers={**browser, "If-None-Match": page.headers["ETag"]})
    assert again.status_code == 304


def test_records_are_no_pages(client: Client) -> None:
    published()

    assert client.get("/api/v1/people/?format=html").status_code == 406
    assert client.get("/api/v1/people/", headers={"Accept": "text/html"}).status_code == 406


def test_the_index_says_under_which_licence_the_data_may_be_used(
    client: Client, settings: Any
) -> None:
    licence = {"name": "CC BY 4.0", "url": "https://creativecommons.org/licenses/by/4.0/"}
    settings.SPECTACULAR_SETTINGS = {**settings.SPECTACULAR_SETTINGS, "LICENSE": licence}

    assert client.get("/api/v1/").json()["licence"] == licence
    assert licence["url"] in client.get("/api/v1/?format=html").content.decode()
