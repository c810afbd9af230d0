"""What is typed survives a crash of the browser and the end of the session."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.contrib.auth.models import Group, User

from people.models import Person
from records.roles import CONTRIBUTOR
from tests.factories.browser import PATIENCE, browser_page
from tests.factories.people import make_person
from tests.factories.staff import member_of_staff, session_of
from tests.records.admin.filling import address


def kept(page: Any) -> str:
    """Return all that the browser keeps for the site."""
    return str(page.evaluate("JSON.stringify(localStorage)"))


pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def until_kept(page: Any, text: str) -> None:
    """Wait until the browser keeps a text."""
    for _try in range(200):
        if text in kept(page):
            return
        page.wait_for_timeout(50)
    pytest.fail(f"Never kept: {text}")


def test_nothing_typed_is_lost_by_a_crash_or_an_ended_session(live_server: Any) -> None:
    user = User.objects.create_user("ada", password="a long pass phrase", is_staff=True)
    user.groups.add(Group.objects.get(name=CONTRIBUTOR))
    person = make_person("Marco Rubio")
    form = f"{live_server.url}{address(person)}"
    renewed = session_of(user, live_server)
    another = session_of(member_of_staff(CONTRIBUTOR, "bo"), live_server)
    complaints: list[str] = []

    with browser_page(complaints) as first:
        context = first.context.browser.new_context()
        context.set_default_timeout(PATIENCE)
        page = context.new_page()
        page.goto(form)
        page.fill("#id_username", "ada")
        page.fill("#id_password", "a long pass phrase")
        page.click("input[type=submit]")
        page.wait_for_selector("#id_name:focus")
        page.fill("#id_given_name", "Marco Antonio")
        page.click("#names-group .add-row a")
        page.fill("#id_names-0-name", "Little Marco")
        until_kept(page, "Little Marco")

        # The page is gone without a farewell; another one offers what was kept, and restores nothing by itself.
        page.close()
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(form)
        assert page.input_value("#id_given_name") == ""
        assert re.match(
            r"What you typed here until \d{1,2} [A-Z][a-z]{2} \d{4}, \d\d:\d\d UTC was not saved\.",
            page.inner_text(".kept"),
        )
        page.click("text=Bring it back")
        assert page.input_value("#id_given_name") == "Marco Antonio"
        assert page.input_value("#id_names-0-name") == "Little Marco"

        # The session ends; the keyboard saves, and the log-in is renewed where one is.
        context.clear_cookies(name="sessionid")
        page.keyboard.press("Control+s")
        page.fill("dialog.log-in input[type=password]", "wrong")
        page.keyboard.press("Enter")
        page.wait_for_selector("dialog .errornote:has-text('not the password')")
        page.fill("dialog.log-in input[type=password]", "a long pass phrase")
        page.keyboard.press("Enter")
        page.wait_for_selector(".messagelist .success")
        page.wait_for_load_state()
        assert page.url == form
        assert "Little Marco" not in kept(page)

        # In another tab the log-in was renewed: the forms of this page have the token of the session before.
        context.add_cookies([renewed, {**renewed, "name": "csrftoken", "value": "a" * 32}])
        page.fill("#id_family_name", "Rubio")
        with page.expect_navigation():
            page.keyboard.press("Control+s")
        assert page.locator(".messagelist .success").count() == 1

        # In another tab somebody else logged in: nothing is saved in their name.
        context.add_cookies([another])
        page.fill("#id_sort_name", "Rubio, Marco")
        page.keyboard.press("Control+s")
        page.wait_for_selector("dialog.log-in h2:has-text('Somebody else')")
        page.fill("dialog.log-in input[type=password]", "a long pass phrase")
        with page.expect_navigation():
            page.keyboard.press("Enter")
        assert page.locator(".messagelist .success").count() == 1

    person.refresh_from_db()
    assert (person.given_name, person.family_name) == ("Marco Antonio", "Rubio")
    assert person.writers == [user.pk]
    assert list(person.names.values_list("name", flat=True)) == ["Little Marco"]
    assert complaints == []


def test_each_tab_keeps_what_is_typed_in_it(live_server: Any) -> None:
    cookie = session_of(member_of_staff(CONTRIBUTOR), live_server)
    form = f"{live_server.url}{address(Person, 'add')}"
    complaints: list[str] = []

    with browser_page(complaints) as first:
        context = first.context.browser.new_context()
        context.set_default_timeout(PATIENCE)
        context.add_cookies([cookie])
        page, other = context.new_page(), context.new_page()
        for tab, name in ((page, "Ada Byron"), (other, "Benazir Bhutto")):
            tab.goto(form)
            tab.fill("#id_name", name)
            until_kept(tab, name)
        with page.expect_navigation():
            page.keyboard.press("Control+s")
        page.wait_for_load_state()
        assert ("Ada Byron" in kept(page), "Benazir Bhutto" in kept(page)) == (False, True)
        other.close()

        page.goto(form)
        page.fill("#id_name", "Cemal")
        until_kept(page, "Cemal")
        page.click("text=Bring it back")
        until_kept(page, "Benazir Bhutto")
        assert page.input_value("#id_name") == "Benazir Bhutto"
        assert page.locator(".kept").count() == 0
        with page.expect_navigation():
            page.keyboard.press("Control+s")
        page.wait_for_load_state()
        assert "chancery:draft" not in kept(page)

    assert list(Person.objects.order_by("pk").values_list("name", flat=True)) == [
        "Ada Byron",
        "Benazir Bhutto",
    ]
    assert complaints == []
