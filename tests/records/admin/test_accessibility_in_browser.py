"""Faults of accessibility that axe-core finds, on each type of page, in each scheme of colours, wide and narrow.

Pages are rendered once, without a server, and handed to the browser with their style sheets and scripts. In the browser only the
scheme of colours and the width change, and then only the rules that depend on them are asked again.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.urls import reverse
from django.views.i18n import JavaScriptCatalog

from tests.clients.node import HERE
from tests.factories.browser import CHROMIUM, browser_page
from tests.factories.desk_pages import every_page

if TYPE_CHECKING:
    from django.test import RequestFactory

    from tests.factories.imports import Capture

AXE = HERE / "node_modules" / "axe-core" / "axe.min.js"
SITE = "http://desk.test"
#: Colours of links change slowly.
SETTLED = "() => Promise.allSettled(document.getAnimations().map((each) => each.finished)).then(() => null)"
ASK = "(options) => axe.run(document, {resultTypes: ['violations'], ...options}).then((done) => done.violations)"
COLOURS = {"runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}}
#: A width, a scheme of colours, colours forced or not, and the rules that are asked there. The others do not depend on colours.
Look: TypeAlias = "tuple[int, str, str, dict[str, Any]]"
#: In each run of the tests.
FEW: tuple[Look, ...] = (
    (1440, "light", "none", {}),
    (1440, "dark", "none", COLOURS),
    (390, "dark", "none", {}),
)
ALL: tuple[Look, ...] = (
    (1440, "light", "none", {}),
    (1440, "dark", "none", COLOURS),
    (1440, "dark", "active", COLOURS),
    (390, "dark", "active", COLOURS),
    (390, "dark", "none", COLOURS),
    (390, "light", "none", {}),
)
#: Whether to look at all types of pages, which takes minutes, and not only at a page of each layout.
EVERY = bool(os.environ.get("EVERY_PAGE"))
#: Processes that share all types of pages among them (`-n 2`).
SHARES = 2 if EVERY else 1
CORE = {"log-in", "home", "form of a contributor", "compare", "conflict", "not found"}


@pytest.mark.skipif(
    CHROMIUM is None,
    reason="No Chromium on this machine: apt-get install chromium, and this test runs too.",
)
@pytest.mark.django_db
@pytest.mark.parametrize("share", range(SHARES))
def test_no_page_has_a_serious_fault_of_accessibility(
    rf: RequestFactory,
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: Capture,
    share: int,
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
    catalog: Any = JavaScriptCatalog.as_view(packages=["django.contrib.admin"])
    words = catalog(rf.get("/")).content
    complaints: list[str] = []
    faults: dict[tuple[str, str], list[str]] = {}

    with browser_page(complaints) as page:
        page.route(f"{SITE}/**", lambda route: answer(route, pages, words))
        for number, name in list(enumerate(pages))[share::SHARES]:
            show(page, *(ALL if EVERY else FEW)[0])
            page.goto(f"{SITE}/{number}")
            page.evaluate(AXE.read_text(encoding="utf-8"))
            for look in ALL if EVERY else FEW:
                seen = f"{name} {show(page, *look)}"
                kept(page, seen)
                for each in page.evaluate(ASK, look[-1]):
                    if each["impact"] in {"critical", "serious"}:
                        for node in each["nodes"]:
                            faults.setdefault((each["id"], node["html"][:160]), []).append(seen)

    assert not faults, "\n".join(
        f"{rule}: {html} ({len(where)} times, first: {where[0]})"
        for (rule, html), where in faults.items()
    )


def answer(route: Any, pages: dict[str, str], words: bytes) -> None:
    """Answer a request of the browser: with a page, a static file, or the words of Django's scripts."""
    path = urlsplit(route.request.url).path
    if path.startswith(settings.STATIC_URL):
        found = finders.find(path.removeprefix(settings.STATIC_URL))
        route.fulfill(path=found) if found else route.fulfill(status=404)
    elif path == reverse("admin:jsi18n"):
        route.fulfill(body=words, content_type="text/javascript")
    elif path[1:].isdigit():
        body = list(pages.values())[int(path[1:])]
        route.fulfill(body=body, content_type="text/html; charset=utf-8")
    else:
        route.fulfill(status=404)


def show(page: Any, width: int, scheme: str, forced: str, _rules: dict[str, Any]) -> str:
    """Give the page a width and a scheme of colours; return their names."""
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme=scheme, forced_colors=forced)
    page.evaluate(SETTLED)
    return f"{width} {scheme} {forced}"


def kept(page: Any, name: str) -> None:
    """Keep a picture of the page in the folder that `SCREENSHOTS` names."""
    if folder := os.environ.get("SCREENSHOTS"):
        page.screenshot(path=Path(folder, f"{name}.png"), full_page=True)
