"""Faults of accessibility that axe-core finds, on each type of page, in each scheme of colours, wide and narrow.

Pages are rendered once, without a server, and handed to the browser with their style sheets and scripts. In the browser only the
scheme of colours and the width change, and then only the rules that depend on them are asked again.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders

from tests.clients.node import HERE
from tests.factories.browser import CHROMIUM, browser_page
from tests.factories.desk_pages import every_page

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.factories.imports import Capture

AXE = HERE / "node_modules" / "axe-core" / "axe.min.js"
SITE = "http://desk.test"
#: Colours of links change slowly.
SETTLED = "() => Promise.allSettled(document.getAnimations().map((each) => each.finished)).then(() => null)"
ASK = "(options) => axe.run(document, {resultTypes: ['violations'], ...options}).then((done) => done.violations)"
COLOURS = {"runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}}
#: Whether to look at all types of pages, which takes minutes, and not only at a page of each layout.
EVERY = bool(os.environ.get("EVERY_PAGE"))
CORE = {
    "log-in",
    "home",
    "form of a contributor",
    "history",
    "compare",
    "review",
    "conflict",
    "rejected import",
    "name in words",
    "not found",
}


@pytest.mark.skipif(
    CHROMIUM is None,
    reason="No Chromium on this machine: apt-get install chromium, and this test runs too.",
)
@pytest.mark.django_db
def test_no_page_has_a_serious_fault_of_accessibility(
    monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Capture
) -> None:
    pages: dict[str, str] = {}
    for name, ask in every_page(monkeypatch, django_capture_on_commit_callbacks):
        if name in CORE or EVERY:
            response = ask()
            pages[name] = response.content.decode()
            assert "</html>" in pages[name], (name, response.status_code, response.headers)
        if pages.keys() == CORE and not EVERY:
            break
    assert pages.keys() >= CORE
    complaints: list[str] = []
    faults: list[tuple[str, str, str]] = []

    with browser_page(complaints) as page:
        page.route(f"{SITE}/**", lambda route: answer(route, pages))
        for number, name in enumerate(pages):
            page.set_viewport_size({"width": 1440, "height": 900})
            page.goto(f"{SITE}/{number}")
            page.evaluate(AXE.read_text(encoding="utf-8"))
            for look, rules in looks(page):
                kept(page, f"{name} {look}")
                faults += [
                    (f"{name} {look}", each["id"], node["html"][:160])
                    for each in page.evaluate(ASK, rules)
                    if each["impact"] in {"critical", "serious"}
                    for node in each["nodes"]
                ]

    assert faults == []


def answer(route: Any, pages: dict[str, str]) -> None:
    """Answer a request of the browser: with a page, or a static file."""
    path = urlsplit(route.request.url).path
    if path.startswith(settings.STATIC_URL):
        found = finders.find(path.removeprefix(settings.STATIC_URL))
        route.fulfill(path=found) if found else route.fulfill(status=404)
    elif path[1:].isdigit():
        body = list(pages.values())[int(path[1:])]
        route.fulfill(body=body, content_type="text/html; charset=utf-8")
    else:
        route.fulfill(status=404)


def looks(page: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    """Give the page each width and scheme of colours; yield their name and the rules to ask."""
    for width in (1440, 390):
        page.set_viewport_size({"width": width, "height": 900})
        rules: dict[str, Any] = {}
        for scheme, forced in (("light", "none"), ("dark", "none"), ("dark", "active")):
            page.emulate_media(color_scheme=scheme, forced_colors=forced)
            page.evaluate(SETTLED)
            yield f"{width} {scheme} {forced}", rules
            rules = COLOURS


def kept(page: Any, name: str) -> None:
    """Keep a picture of the page in the folder that `SCREENSHOTS` names."""
    if folder := os.environ.get("SCREENSHOTS"):
        page.screenshot(path=Path(folder, f"{name}.png"), full_page=True)
