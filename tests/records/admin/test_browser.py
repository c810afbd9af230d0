"""Passes in a real browser: a curator publishes a draft, and the public reads it; is warned, and resolves a name."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import Group, User

from records.models import BulkEdit, RecordWarning
from records.roles import PUBLISHER
from tests.factories.browser import browser_page
from tests.factories.events import make_event, make_participation
from tests.factories.people import make_person
from tests.factories.staff import logged_in

#: The buttons that the lower bar of a form shows, as far as a finger can press them: 24 pixels at least.
BUTTONS = """[...[...document.querySelectorAll(".submit-row")].at(-1).querySelectorAll(":not(.no-delete)")]
    .filter((each) => each.offsetWidth >= 24 && each.offsetHeight >= 24).map((each) => each.value || each.textContent)"""
#: What can be scrolled sideways, of the page and its bars.
SCROLLED = """[document.scrollingElement, ...document.querySelectorAll(".submit-row")]
    .filter((each) => each.scrollWidth > each.clientWidth).map((each) => each.className || each.tagName)"""


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_a_draft_is_published_in_the_browser_and_read_by_the_public(live_server: Any) -> None:
    user = User.objects.create_user("ada", password="a long pass phrase", is_staff=True)
    user.groups.add(Group.objects.get(name=PUBLISHER))
    person = make_person("Marco Rubio")
    source = str(person.citations.get().source)
    public = f"{live_server.url}/api/v1/people/{person.pk}/"
    complaints: list[str] = []

    with browser_page(complaints) as page:
        assert page.request.get(public).status == 404
        page.goto(f"{live_server.url}/admin/")
        page.fill("#id_username", "ada")
        page.fill("#id_password", "a long pass phrase")
        page.click("input[type=submit]")
        page.click("#waiting >> text=People")
        page.click("text=Marco Rubio")

        # On a narrow screen the main buttons stay in sight, and one unfolds the others: nothing moves sideways.
        page.set_viewport_size({"width": 390, "height": 844})
        page.wait_for_selector(".more-acts >> nth=-1")
        assert page.evaluate(BUTTONS) == ["Save", "Save and publish", "More…"]
        page.click(".more-acts >> nth=-1")
        assert page.evaluate(BUTTONS) == [
            "Save", "Save and publish", "More…", "Save and submit…", "Save and continue editing", "Delete",
        ]  # fmt: skip
        assert page.evaluate(SCROLLED) == []
        page.set_viewport_size({"width": 1280, "height": 720})

        # Its meaning shows while the date is typed.
        page.locator("#id_birth_edtf").press_sequentially("1971~")
        page.wait_for_selector(".field-birth_edtf .edtf-meaning:has-text('1971')")
        # The attribution is searched for.
        page.locator("#id_citations-0-attributed_to_person_box").press_sequentially("rubi")
        page.click("#record-options >> text=Marco Rubio")

        page.click("input[name=_publish] >> nth=0")
        page.wait_for_selector(".dependencies li a")
        assert page.locator(".dependencies li a").all_text_contents() == [source]
        page.click("text=Save, and publish all of these")
        assert "is published as revision 1" in page.inner_text(".messagelist")

        answer = page.request.get(public)
        assert answer.status == 200
        document = answer.json()
        page.click("text=History")
        assert "publish" in page.inner_text(".change-set >> nth=0")

    assert (document["label"], document["birth"]["edtf"]) == ("Marco Rubio", "1971~")
    assert document["citations"][0]["attributed_to"]["label"] == "Marco Rubio"
    assert complaints == []


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_a_warning_stands_beside_its_field_and_one_key_resolves_a_name(live_server: Any) -> None:
    client = logged_in("contributor")
    there = make_person("Antony John Blinken")
    make_participation(make_event("Talks"), "Mr Blinken")
    complaints: list[str] = []

    with browser_page(complaints) as page:
        page.context.add_cookies(
            [
                {"name": name, "value": each.value, "url": live_server.url}
                for name, each in client.cookies.items()
            ]
        )
        page.goto(f"{live_server.url}/admin/people/person/add/")
        page.fill("#id_name", "Antony J. Blinken")
        page.click("input[name=_save] >> nth=0")
        page.wait_for_selector(".field-name .field-warning")
        described = page.get_attribute("#id_name", "aria-describedby") or ""
        assert "may be the same person" in page.inner_text(f"#{described.split()[-1]}")
        page.click("input[name=_save] >> nth=0")
        page.wait_for_selector(".messagelist .warning")

        page.goto(f"{live_server.url}/admin/events/event/unresolved-names/name/?name=mr+blinken")
        page.wait_for_selector("button[data-key='1']")
        page.keyboard.press("1")
        page.wait_for_selector(".messagelist .success")

    assert complaints == []
    assert RecordWarning.objects.get().other_id == there.pk
    assert BulkEdit.objects.get().count == 1
