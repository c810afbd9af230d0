"""Thirty parties with two days each, pasted from a spreadsheet in a real browser."""

from __future__ import annotations

from typing import Any

import pytest

from agreements.models import Agreement
from tests.factories.agreements import make_agreement, make_party
from tests.factories.browser import CHROMIUM, browser_page
from tests.factories.people import make_state
from tests.records.admin.filling import address
from tests.records.admin.test_boxes_in_browser import cookie_of

SHOTS = "/tmp/grid/shots"


@pytest.mark.skipif(CHROMIUM is None, reason="no chromium")
@pytest.mark.django_db(transaction=True)
def test_shots(live_server: Any) -> None:
    states = [make_state(f"State number {n}") for n in range(30)]
    agreement = make_agreement("A treaty of many")
    for n in range(15):
        make_party(agreement, make_state(f"Former state {n}"))
    cookie = cookie_of(live_server)
    complaints: list[str] = []
    text = "State\tSigned\tRatified\tRemarks\n" + "\n".join(
        f"{s.name}\t22 April 2016\t{n % 28 + 1} Nov 2016\tx" for n, s in enumerate(states)
    ).replace("State number 7", "State numbr 7")
    with browser_page(complaints) as page:
        page.context.add_cookies([cookie])
        page.context.set_default_timeout(60000)
        page.set_viewport_size({"width": 1440, "height": 1000})
        page.goto(live_server.url + address(agreement))
        page.locator("#parties-group").screenshot(path=f"{SHOTS}/lines.png")
        page.click("#parties-group table.lines tbody tr:nth-child(3) a")
        page.wait_for_selector("#parties-group .inline-related.dynamic-parties")
        page.locator("#parties-group").screenshot(path=f"{SHOTS}/opened.png")
        page.click("#parties-group .paste-open")
        page.evaluate("(text) => navigator.clipboard && 0", text)
        page.locator("#parties-group .paste textarea").fill(text)
        page.click("#parties-group .paste >> text=Preview")
        page.wait_for_selector("#parties-group .paste-scrolled")
        page.locator("#parties-group .paste").screenshot(path=f"{SHOTS}/preview.png")
        page.emulate_media(color_scheme="dark")
        page.locator("#parties-group").screenshot(path=f"{SHOTS}/preview-dark.png")
        page.set_viewport_size({"width": 390, "height": 900})
        page.locator("#parties-group").screenshot(path=f"{SHOTS}/preview-390.png")
        page.emulate_media(color_scheme="light")
        page.locator("#parties-group .paste").screenshot(path=f"{SHOTS}/preview-390-light.png")
        page.set_viewport_size({"width": 1440, "height": 1000})
        page.click(".paste-offer")
        page.wait_for_selector(".paste-said:has-text('30 of 30')")
        page.click(".paste-add")
        page.locator("#parties-group").screenshot(path=f"{SHOTS}/added.png")
        page.locator("input[name=_continue]").first.click()
        page.wait_for_selector(".messagelist, .errornote")
        page.screenshot(path=f"{SHOTS}/saved.png")
        print(page.inner_text("#content")[:1500])
    agreement.refresh_from_db()
    print(agreement.parties.count(), agreement.actions.count(), complaints)
