"""A real browser, one for all tests of a process."""

from __future__ import annotations

import asyncio
import atexit
import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from playwright.sync_api import sync_playwright

from tests.factories.staff import client_of

CHROMIUM = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)


@dataclass
class Shared:
    """Chromium, and the event loop in which Playwright speaks with it."""

    browser: Any
    loop: asyncio.AbstractEventLoop

    @contextmanager
    def at_work(self) -> Iterator[Any]:
        """Let the loop be the running one of this thread. Other tests, and Django, find none afterwards."""
        asyncio._set_running_loop(self.loop)
        try:
            yield self.browser
        finally:
            asyncio._set_running_loop(None)


@cache
def shared() -> Shared:
    """Start Playwright and Chromium: that takes as long as a test does."""
    hooks = sys.get_asyncgen_hooks()
    playwright = sync_playwright().start()
    # As root there is no sandbox; the only pages opened are our own.
    flags = ["--no-sandbox"] if os.geteuid() == 0 else []
    browser = playwright.chromium.launch(executable_path=CHROMIUM, args=flags)
    kept = Shared(browser, asyncio.get_running_loop())
    asyncio._set_running_loop(None)
    sys.set_asyncgen_hooks(*hooks)

    def stop() -> None:
        with kept.at_work():
            browser.close()
            playwright.stop()

    atexit.register(stop)
    return kept


@contextmanager
def browser_page(complaints: list[str]) -> Iterator[Any]:
    """Open a page in headless Chromium, with cookies and a store of its own, and collect the browser's errors.

    While it is open, Playwright runs an event loop in this thread, and Django refuses to query the database: query it
    before or after.
    """
    with shared().at_work() as browser:
        try:
            page = browser.new_page()
            page.on(
                "console",
                lambda message: (
                    complaints.append(message.text) if message.type == "error" else None
                ),
            )
            page.on("pageerror", lambda error: complaints.append(str(error)))
            yield page
        finally:
            for context in browser.contexts:
                context.close()


def session_of(user: User, live_server: Any) -> dict[str, str]:
    """Return the cookie of a new session of somebody, for the browser."""
    name = settings.SESSION_COOKIE_NAME
    return {"name": name, "value": client_of(user).cookies[name].value, "url": live_server.url}
