"""Choosing records and writing dates in a real browser: by keyboard alone, in rows added later, and for screen readers."""

from __future__ import annotations

from typing import Any

import pytest

from people.models import Tenure
from records.roles import PUBLISHER
from tests.factories.axe import LOOKS, prepare, serious_faults, show
from tests.factories.browser import browser_page
from tests.factories.events import make_event, make_participation
from tests.factories.people import make_office, make_person, make_state, make_tenure
from tests.factories.staff import member_of_staff, session_of
from tests.records.admin.filling import address

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_participant_is_described_by_keyboard_alone(live_server: Any) -> None:
    states = {
        "US": make_state("United States", alpha_2="US", start="1776-07-04"),
        "SU": make_state("Soviet Union", alpha_2="SU", start="1922", end="1991-12-26"),
    }
    blinken = make_person("Antony Blinken")
    secretary = make_office("Secretary of State", state=states["US"])
    deputy = make_office("Deputy Secretary of State", state=states["US"])
    now = make_tenure(blinken, secretary, start="2021-01-26", end="2025-01-20")
    before = make_tenure(blinken, deputy, start="2015-01-09", end="2017-01-20")
    adviser = make_office("National Security Adviser", state=states["US"])
    event = make_event("Meeting in Washington", when="2024-05-18")
    make_participation(event, make_person("Marco Rubio"))
    cookie = session_of(member_of_staff(PUBLISHER), live_server)
    complaints: list[str] = []

    with browser_page(complaints) as page:
        page.context.add_cookies([cookie])
        page.goto(live_server.url + address(event))
        row = "#id_participations-1-"
        page.locator("#participations-group .add-row a").press("Enter")

        def texts(selector: str) -> list[str]:
            found: list[str] = page.locator(selector).all_text_contents()
            return found

        def held(name: str) -> list[str]:
            found: list[str] = page.eval_on_selector(
                row + name, "select => [...select.selectedOptions].map((each) => each.value)"
            )
            return found

        # A slip finds the person; the first result is active, and Enter takes it.
        person = page.get_by_role("combobox", name="Person:").nth(1)
        person.press_sequentially("Blinkn")
        page.wait_for_selector("#record-options [role=option][aria-selected=true]")
        assert texts("#record-options [role=option]") == [
            "Antony Blinken · draftSecretary of State, United States (2021–2025)",  # noqa: RUF001 - as years are written
            "Make a new person “Blinkn”…",
        ]
        assert page.inner_text("[role=status].record-said") == "1 result"
        assert person.get_attribute("aria-expanded") == "true"
        assert person.get_attribute("aria-activedescendant") == "record-option-0"
        person.press("Enter")
        assert held("person") == [str(blinken.pk)]
        assert person.input_value() == "Antony Blinken · draft"
        assert page.inner_text("[role=status].record-said") == "Antony Blinken · draft chosen"

        # Their capacities, those of the day first.
        offices = page.locator(f"{row}offices_box")
        offices.press("ArrowDown")
        page.wait_for_selector("#record-options [role=option]")
        assert texts("#record-options .record-mark") == ["not on that day"]
        offices.press("ArrowDown")
        offices.press("Enter")
        offices.press("ArrowDown")
        page.wait_for_selector("#record-options [role=option]")
        offices.press("ArrowDown")
        offices.press("ArrowDown")
        offices.press("Enter")
        assert held("offices") == [str(now.pk), str(before.pk)]
        offices.press("Backspace")
        assert held("offices") == [str(now.pk)]

        # What is not there is made in a window of its own, which knows the person and the day.
        offices.press_sequentially("security adviser")
        page.wait_for_selector("#record-options .record-new")
        offices.press("ArrowUp")
        with page.expect_popup() as opened:
            offices.press("Enter")
        popup = opened.value
        popup.wait_for_selector("#id_office_box")
        assert popup.input_value("#id_person_box") == "Antony Blinken · draft"
        assert (
            popup.input_value("#id_office_box")
            == "National Security Adviser (United States) · draft"
        )
        assert popup.input_value("#id_start_edtf") == "../2024-05-18"
        popup.locator("input[name=_save]").first.click()
        page.wait_for_selector(f"{row}offices ~ record-box li >> text=National Security Adviser")
        made = held("offices")[1]

        # Nothing is chosen by going on, and what was chosen stays until the box is emptied.
        state = page.locator(f"{row}on_behalf_of_state_box")
        state.press_sequentially("su")
        page.wait_for_selector("#record-options [role=option]")
        assert texts("#record-options .record-mark") == ["not on that day"]
        state.press("Tab")
        assert held("on_behalf_of_state") == [""]
        assert "“su” was not chosen from the list." in texts("record-box .record-wrong")
        # Nor is it lost by saving: it is asked for first, and the form is as it was.
        page.keyboard.press("Control+s")
        assert page.evaluate("document.activeElement.id") == state.get_attribute("id")
        assert state.input_value() == "su"
        assert texts("record-box .record-wrong") == [
            "“su” was not chosen from the list: choose a result, or press Escape to leave the box as it was. Nothing was sent."
        ]
        state.press("Escape")
        assert texts("record-box .record-wrong") == []
        state.press_sequentially("us")
        page.wait_for_selector("#record-options [role=option][aria-selected=true]")
        state.press("Enter")
        assert held("on_behalf_of_state") == [str(states["US"].pk)]
        state.press_sequentially("sov")
        state.press("Escape")
        assert state.input_value() == "United States (US) · draft"
        state.fill("")
        state.press("Tab")
        assert held("on_behalf_of_state") == [""]

        # A date as people write it is offered, and taken with a key.
        when = page.locator("#id_when_edtf")
        when.fill("18 May 2024")
        page.wait_for_selector(".edtf-offers button")
        when.press("Enter")
        assert when.input_value() == "2024-05-18"
        when.fill("5/10/2024")
        page.wait_for_selector(".edtf-offers button >> nth=1")
        when.press("Enter")
        assert when.input_value() == "5/10/2024"
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Enter")
        assert when.input_value() == "2024-05-10"

        # Saved before the offer is there, the form comes back with it: the field has the focus, and a key takes it.
        when.fill("2024-09-20/21")
        page.keyboard.press("Control+s")
        page.wait_for_selector(".errorlist:has-text('Perhaps meant: 2024-09-20/2024-09-21')")
        page.wait_for_selector(".edtf-offers button")
        assert when.input_value() == "2024-09-20/21"
        page.keyboard.press("Enter")
        assert when.input_value() == "2024-09-20/2024-09-21"

    tenure = Tenure.objects.get(pk=made)
    assert (tenure.person, tenure.office, tenure.start.edtf) == (blinken, adviser, "../2024-05-18")
    assert complaints == []


def test_a_list_of_results_has_no_serious_fault_of_accessibility(live_server: Any) -> None:
    """Opened, with a result that is active. Boxes that are closed are on other pages, which `make accessible` looks at."""
    rubio = make_person("Marco Rubio")
    tenure = make_tenure(rubio, make_office("Secretary of State"), start="2025-01-21")
    event = make_event("Meeting in Washington", when="2025-05-18")
    make_participation(event, rubio, tenures=(tenure,))
    cookie = session_of(member_of_staff(PUBLISHER), live_server)
    complaints: list[str] = []

    with browser_page(complaints) as page:
        page.context.add_cookies([cookie])
        page.goto(live_server.url + address(event))
        page.locator("#id_participations-0-offices_box").click()
        page.wait_for_selector("#record-options [role=option]")
        page.locator("#id_participations-0-offices_box").press("ArrowDown")
        assert complaints == []
        prepare(page)
        faults = {show(page, look): serious_faults(page, look[-1]) for look in LOOKS}
        assert page.locator("#record-options [role=option][aria-selected=true]").is_visible()

    assert faults == {look: [] for look in faults}
