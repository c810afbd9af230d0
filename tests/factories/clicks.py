"""What a task costs a desk officer: clicks, keys and page loads, counted in the browser and kept in a table of the guide."""

from __future__ import annotations

import fcntl
import os
import re
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings

from tests.factories.browser import PATIENCE, browser_page

if TYPE_CHECKING:
    from collections.abc import Iterator

#: The guide, whose table has a row for each task: number, words, clicks, keys, page loads.
GUIDE = Path(settings.BASE_DIR, "docs", "curating.md")

#: Reports what a hand does, before the page has it. Clicks that a script or a key makes have no `detail`.
LISTENING = """
addEventListener("click", (event) => event.isTrusted && event.detail && window.didByHand("clicks"), true);
addEventListener("keydown", (event) => event.isTrusted && window.didByHand("keys"), true);
"""


@dataclass
class Count:
    """What was done by hand since it began, and the pages that were loaded."""

    clicks: int = 0
    keys: int = 0
    loads: int = 0

    def restart(self) -> None:
        self.clicks = self.keys = self.loads = 0

    def __str__(self) -> str:
        return f"{self.clicks} | {self.keys} | {self.loads}"


def counted(page: Any) -> Count:
    """Count, from the next page that is loaded, what is done in a page of the browser and in the windows that it opens.

    `fill`, `select_option` and `check` are no deeds of a hand: where a task is counted, `click`, `press` and
    `press_sequentially` are used. One choice in a list of the browser's own, which is not part of the page, is a
    click and a key.
    """
    count = Count()
    context = page.context

    def asked(request: Any) -> None:
        # A redirection belongs to what it answers; the desk has no frames.
        count.loads += request.is_navigation_request() and request.redirected_from is None

    def did(_source: Any, what: str) -> None:
        setattr(count, what, getattr(count, what) + 1)

    context.expose_binding("didByHand", did)
    context.add_init_script(LISTENING)
    context.on("request", asked)
    return count


@contextmanager
def at_home(site: str, *cookies: Any) -> Iterator[list[tuple[Any, Count]]]:
    """Open the home page for each of these sessions, in a browser of its own; yield the pages and what is counted from then on."""
    complaints: list[str] = []
    with browser_page(complaints) as first:
        opened = []
        for number, cookie in enumerate(cookies):
            page = first if number == 0 else first.context.browser.new_context().new_page()
            page.set_default_timeout(PATIENCE)
            page.context.add_cookies([cookie])
            count = counted(page)
            page.goto(f"{site}/admin/")
            # It has the focus when the page is first drawn: what is typed before that is lost.
            page.wait_for_selector("#find:focus")
            count.restart()
            opened.append((page, count))
        yield opened
    assert complaints == []


def tab_to(page: Any, selector: str, *, back: bool = False) -> None:
    """Press Tab until the focus is there."""
    for _ in range(150):
        page.keyboard.press("Shift+Tab" if back else "Tab")
        if page.evaluate("(there) => document.activeElement.matches(there)", selector):
            return
    msg = f"The focus does not reach {selector}."
    raise AssertionError(msg)


def choose(page: Any, typed: str) -> None:
    """Type into the box that has the focus, and take the first record that it finds."""
    page.keyboard.type(typed)
    page.wait_for_selector("#record-options [role=option][aria-selected=true]")
    page.keyboard.press("Enter")
    page.wait_for_selector("#record-options", state="hidden")


def demand_row(number: int, count: Count, *, at_most: int | None = None) -> None:
    """Demand that the guide's row of a task says what was counted. `WRITE_CLICKS=on` writes it."""
    assert at_most is None or count.clicks <= at_most, count
    if os.environ.get("WRITE_CLICKS"):
        with GUIDE.open("r+", encoding="utf-8") as guide:
            fcntl.flock(guide, fcntl.LOCK_EX)
            text = guide.read()
            guide.seek(0)
            guide.truncate()
            guide.write(_row_of(number).sub(rf"\g<1>{count} |", text))
    found = _row_of(number).search(GUIDE.read_text(encoding="utf-8"))
    assert found, f"The guide has no row {number}."
    kept = " | ".join(part.strip() for part in found[2].split("|")[:3])
    assert kept == str(count), "Write it anew with WRITE_CLICKS=on."


def _row_of(number: int) -> re.Pattern[str]:
    """Return what finds the row: its number and words, then its figures."""
    return re.compile(rf"^(\| {number} \| [^|\n]+ \| )([^\n]*)$", re.MULTILINE)
