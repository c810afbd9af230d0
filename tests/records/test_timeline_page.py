"""The timeline as a page: what the API says of a pair or a person, drawn and listed."""

from __future__ import annotations

import re
from html import unescape

import pytest
from django.test import Client

from tests.factories.answers import get
from tests.factories.browser import browser_page
from tests.factories.events import make_event, make_participation
from tests.factories.people import make_person, make_state
from tests.factories.records import publish_whole

pytestmark = pytest.mark.django_db


def page(client: Client, query: str = "", status: int = 200) -> str:
    response = client.get(f"/timeline/{query}")
    assert response.status_code == status
    return unescape(response.content.decode())


def listed(html: str) -> list[str]:
    return re.findall(r'<a href="/api/v1/[a-z-]+/[0-9a-f-]{36}/">([^<]*)</a>', html)


def test_a_page_lists_what_the_api_lists(story: None, client: Client) -> None:
    for query in ("?between=US&between=PK", "?person=ishaq-dar"):
        html = page(client, query)

        answer = get(client, f"timeline/{query}")
        assert listed(html) == [entry["label"] for entry in answer["results"]]
        assert len(answer["results"]) > 3
        counted = get(client, f"timeline/counts/{query}&by=year")
        bars = re.findall(r"<title>(\d{4}): (\d+)</title>", html)
        known = [row for row in counted["results"] if row["year"] not in (None, "uncertain")]
        assert [(year, int(count)) for year, count in bars] == [
            (row["year"], row["count"]) for row in known
        ]
        assert f"{counted['total']['value']} facts" in html


def test_a_page_leads_to_the_next_and_to_a_year(client: Client) -> None:
    person = make_person("Somebody")
    for number in range(51):
        make_participation(event := make_event(f"Event {number}", when=f"{1950 + number}"), person)
        publish_whole(event)
    address = f"?person={person.slug}"

    html = page(client, address)
    assert len(listed(html)) == 50
    (following,) = re.findall(r'href="([^"]+)" rel="next"', html)
    assert listed(page(client, following)) == ["Event 50"]
    (year,) = re.findall(r'<a href="([^"]+)"><title>1960: 1<', html)
    assert listed(page(client, year)) == ["Event 10"]
    assert f'href="{address}">All years</a>' in page(client, year)


def test_what_is_asked_wrongly_is_said_on_the_page(client: Client) -> None:
    make_person("A draft", slug="a-draft")
    assert "name exactly two" in page(client, "?between=PK", 400)
    assert "The cursor was not made by this service" in page(client, "?person=x&cursor=x", 400)
    assert "percent-encoded" in page(client, "?person=%00", 400)
    for name in ("a-draft", "nobody-known"):
        assert "Nothing is on record." in page(client, f"?person={name}")
    assert "Nothing is on record." not in page(client)


def test_what_was_written_is_never_markup(client: Client) -> None:
    make_participation(event := make_event("<script>alert(1)</script>"), state := make_state("X"))
    make_participation(event, other := make_state("Y"))
    publish_whole(event)

    answer = client.get(f"/timeline/?between={state.slug},{other.slug}&person=%22%3E%3Cb%3E")
    assert b"<b>" not in answer.content
    answer = client.get(f"/timeline/?between={state.slug},{other.slug}")
    assert b"<script>" not in answer.content
    assert b"&lt;script&gt;alert(1)" in answer.content


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_a_browser_draws_it_without_complaint(story: None, live_server: object) -> None:
    complaints: list[str] = []
    with browser_page(complaints) as tab:
        for width in (360, 1200):
            tab.set_viewport_size({"width": width, "height": 800})
            tab.goto(f"{live_server}/timeline/?between=US,PK")
            assert tab.locator("svg rect").count() >= 1
            assert tab.locator("svg rect").first.bounding_box()["height"] > 2
            assert tab.evaluate("document.documentElement.scrollWidth") <= width
    assert complaints == []
