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
from django.urls import reverse
from django.views.i18n import JavaScriptCatalog

from tests.factories.axe import EVERY, LOOKS, prepare, serious_faults, show
from tests.factories.browser import browser_page
from tests.factories.desk_pages import every_page

if TYPE_CHECKING:
    from django.test import RequestFactory

    from tests.factories.imports import Capture

SITE = "http://desk.test"
#: Processes that share all types of pages among them (`-n 2`).
SHARES = 2 if EVERY else 1
CORE = {"log-in", "home", "form of a contributor", "compare", "conflict", "not found"}


@pytest.mark.browser
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
            # Few: each page in one of the looks, the next one in the other.
            looks = LOOKS if EVERY else [LOOKS[number % len(LOOKS)]]
            show(page, looks[0])
            page.goto(f"{SITE}/{number}")
            prepare(page)
            for look in looks:
                seen = f"{name} {show(page, look)}"
                kept(page, seen)
                for fault in serious_faults(page, look[-1]):
                    faults.setdefault(fault, []).append(seen)

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


def kept(page: Any, name: str) -> None:
    """Keep a picture of the page in the folder that `SCREENSHOTS` names."""
    if folder := os.environ.get("SCREENSHOTS"):
        page.screenshot(path=Path(folder, f"{name}.png"), full_page=True)
