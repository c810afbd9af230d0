"""Rows as lines, and rows pasted from a spreadsheet, in a real browser."""

from __future__ import annotations

from typing import Any

import pytest

from records.roles import PUBLISHER
from tests.factories.agreements import make_agreement, make_party
from tests.factories.axe import EVERY, prepare, serious_faults
from tests.factories.browser import PATIENCE, browser_page
from tests.factories.clicks import counted, demand_row
from tests.factories.people import make_state
from tests.factories.staff import member_of_staff, session_of
from tests.records.admin.filling import address

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def until(page: Any, expression: str) -> None:
    """Wait until an expression is true; the policy of our pages forbids Playwright's way."""
    for _try in range(1200):
        if page.evaluate(expression):
            return
        page.wait_for_timeout(50)
    pytest.fail(f"Never true: {expression}")


def sheet() -> str:
    """Return thirty parties with two days each, as a spreadsheet copies them; the name of one is wrong."""
    rows = [f"State {number:02}\t22 April 2016\t{number + 1} Nov 2016" for number in range(30)]
    rows[7] = rows[7].replace("State 07", "Stte 07")
    return "\n".join(["State\tSigned\tRatified", *rows])


def test_thirty_parties_with_two_days_are_pasted(live_server: Any) -> None:
    for number in range(30):
        make_state(f"State {number:02}")
    agreement = make_agreement("A treaty")
    cookie = session_of(member_of_staff(PUBLISHER), live_server)
    complaints: list[str] = []

    with browser_page(complaints) as page:
        page.context.add_cookies([cookie])
        page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        count = counted(page)
        page.goto(live_server.url + "/admin/")
        count.restart()
        page.click(".model-agreement th a")
        page.click("#result_list tbody th a")
        page.click("#parties-group .paste-open")
        page.evaluate("(text) => navigator.clipboard.writeText(text)", sheet())
        page.keyboard.press("Control+v")

        # The focus is on the wrong cell, which says why.
        wrong = page.locator(".paste-scrolled [aria-invalid]:focus")
        wrong.wait_for()
        assert page.inner_text(".paste-said") == "29 of 30 rows understood. 1 cell to mend."
        assert wrong.input_value() == "Stte 07"
        assert wrong.get_attribute("aria-label") == "Party of line 9"
        reason = page.locator(f"[id='{wrong.get_attribute('aria-describedby')}']")
        assert reason.inner_text() == "No state or organization is called “Stte 07”."
        prepare(page)
        assert serious_faults(page) == []

        page.click(".paste-offer >> text=State 07")
        page.wait_for_selector(".paste-said:has-text('30 of 30 rows understood.')")
        page.click(".paste-add:focus")
        assert page.locator("#parties-group tr.packed").count() == 30
        assert page.locator("#actions-group tr.packed").count() == 60
        if EVERY:
            assert serious_faults(page) == []
        complaints.clear()  # axe-core writes inline styles, which the policy refuses
        page.click("input[name=_save] >> nth=0")
        page.wait_for_selector(".messagelist .success")

    demand_row(3, count, at_most=25)
    assert complaints == []
    assert agreement.parties.count() == 30
    days = agreement.actions.filter(party__state__name="State 07").order_by("pk")
    assert list(days.values_list("kind", "date_edtf")) == [
        ("signature", "2016-04-22"),
        ("ratification", "2016-11-08"),
    ]
    assert agreement.actions.count() == 60


def test_a_row_is_opened_by_keyboard_and_what_was_typed_there_comes_back(live_server: Any) -> None:
    agreement = make_agreement("A treaty")
    parties = [make_party(agreement, make_state(f"State {number:02}")) for number in range(12)]
    make_state("Zambia")
    cookie = session_of(member_of_staff(PUBLISHER), live_server)
    complaints: list[str] = []
    there = live_server.url + address(agreement)
    opened = f"#parties-row-{parties[4].pk}"

    with browser_page(complaints) as first:
        context = first.context.browser.new_context()
        context.add_cookies([cookie])
        context.set_default_timeout(PATIENCE)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(there)
        page.press(f"{opened} a", "Enter")
        page.wait_for_selector("#id_parties-0-state_box:focus")
        assert page.get_attribute(f"{opened} a", "aria-expanded") == "true"
        assert "chancery:draft" not in page.evaluate("JSON.stringify(localStorage)")
        page.fill("#id_parties-0-side", "north")
        # A pasted row, and the opened row closed: both are sent.
        page.click("#parties-group .paste-open")
        page.fill("#parties-group textarea", "Zambia\t2016-04-22")
        page.click("#parties-group .paste-panel >> text=Preview")
        # The party would fit, and its action would not.
        most = "document.getElementById('id_actions-MAX_NUM_FORMS').value"
        page.evaluate(f"{most} = 0")
        page.click(".paste-add:focus")
        assert page.inner_text("#parties-group .paste-said") == (
            "1 line is left here: a form takes at most 1,000 rows of a kind. "
            "Save it and paste the rest then, or bring all of them in a file, as an import."
        )
        assert page.locator("tr.packed").count() == 0
        page.evaluate(f"{most} = 1000")
        page.click(".paste-add:focus")
        page.press(f"{opened} a", "Enter")
        assert page.get_attribute(f"{opened} a", "aria-expanded") == "false"
        until(page, "JSON.stringify(localStorage).includes('2016-04-22')")

        # The page is gone without a farewell.
        page.close()
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(there)
        page.click("text=Bring it back")
        until(page, "document.getElementById('id_parties-0-side')?.value === 'north'")
        page.wait_for_selector("#actions-group tr.packed:has-text('2016-04-22')")
        assert page.inner_text("#parties-group tr.packed .line-open") == "Zambia · draft"
        page.keyboard.press("Control+s")
        page.wait_for_selector(".messagelist .success")

        # Without the script a link opens the row in the page.
        plain = context.browser.new_context(java_script_enabled=False)
        plain.add_cookies([cookie])
        page = plain.new_page()
        page.goto(there)
        page.click(f"{opened} a")
        page.wait_for_selector("#id_parties-0-side")
        page.fill("#id_parties-0-side", "south")
        page.click("input[name=_continue] >> nth=0")
        page.wait_for_selector(".messagelist .success")

    assert complaints == []
    assert list(agreement.parties.exclude(side="").values_list("pk", "side")) == [
        (parties[4].pk, "south")
    ]
    action: Any = agreement.actions.get()
    assert (str(action.party), action.date_edtf) == ("Zambia, contracting party", "2016-04-22")
