"""A real browser."""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import sync_playwright

#: Without windows where there is such a one: that computes a third less, most of it what windows would show.
CHROMIUM = next(
    filter(
        None,
        map(
            shutil.which,
            ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome"),
        ),
    ),
    None,
)


@dataclass
class _Browser:
    """Chromium, and what drives it: an event loop of this thread, which runs on until it is stopped."""

    playwright: Any
    chromium: Any
    loop: asyncio.AbstractEventLoop


#: Milliseconds that a page may take to become what a test waits for, on a machine that has much else to do.
PATIENCE = 45_000

#: Started by the first test of this process that needs one: a start takes as long as a test.
_started: list[_Browser] = []


@contextmanager
def browser_page(complaints: list[str]) -> Iterator[Any]:
    """Open a page in headless Chromium, with nothing kept of pages before it, and collect the browser's errors.

    While it is open, Playwright's event loop is that of this thread, and Django refuses to query the database: query it
    before or after.
    """
    if _started and not _started[0].chromium.is_connected():
        stop_browser()
    if not _started:
        _started.append(_start())
    with _driving(_started[0]) as chromium:
        page = chromium.new_page()
        page.context.set_default_timeout(PATIENCE)
        page.on(
            "console",
            lambda message: complaints.append(message.text) if message.type == "error" else None,
        )
        page.on("pageerror", lambda error: complaints.append(str(error)))
        try:
            yield page
        finally:
            for context in chromium.contexts:
                context.close()


def stop_browser() -> None:
    """Stop the browser of this process, if there is one."""
    while _started:
        browser = _started.pop()
        with _driving(browser):
            browser.playwright.stop()


def _start() -> _Browser:
    playwright = sync_playwright().start()
    loop = asyncio.get_running_loop()
    asyncio._set_running_loop(None)
    browser = _Browser(playwright, None, loop)
    with _driving(browser):
        # As root there is no sandbox; the only pages opened are our own.
        flags = ["--no-sandbox"] if os.geteuid() == 0 else []
        browser.chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=flags)
    return browser


@contextmanager
def _driving(browser: _Browser) -> Iterator[Any]:
    """Let the browser's event loop be the one that runs in this thread.

    It goes on only while Playwright waits for the browser. In between nothing of it runs, and so Django may do as if there were none.
    """
    asyncio._set_running_loop(browser.loop)
    try:
        yield browser.chromium
    finally:
        asyncio._set_running_loop(None)
