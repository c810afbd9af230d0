"""What somebody may not do, or what is not there, is said in the desk's frame, with who can and how to hand over."""

from __future__ import annotations

import html
import re
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from people.models import Person
from records.models import Topic
from records.publishing.publish import publish
from tests.factories.people import make_person
from tests.factories.records import make_topic, publish_whole
from tests.factories.staff import client_of
from tests.records.admin.filling import address

pytestmark = pytest.mark.django_db

NEEDS = "Publishing, withdrawing and merging need the role publisher or administrator"


def text_of(response: Any) -> str:
    """Return the words of a page's content."""
    content = response.content.decode().partition('<div id="content"')[2]
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]*>", " ", content)))


def in_frame(response: Any) -> bool:
    return b'id="site-name"' in response.content


def test_a_form_and_a_list_say_which_buttons_are_missing_and_who_has_them(
    contributor: Client, publisher: Client
) -> None:
    person = make_person("Marco Rubio")

    assert f"{NEEDS}: submit it for review." in text_of(contributor.get(address(person)))
    assert f"--------- {NEEDS}" in text_of(contributor.get(address(Person, "changelist")))
    assert NEEDS not in text_of(publisher.get(address(person)))
    assert NEEDS not in text_of(publisher.get(address(Person, "changelist")))


def test_somebody_without_a_role_is_told_which_one_it_needs() -> None:
    person = make_person("Marco Rubio")
    nobody = client_of(User.objects.create_user("no", is_staff=True))

    page = nobody.get(address(person))

    assert (page.status_code, in_frame(page)) == (403, True)
    assert (
        "It needs the role contributor or reviewer or publisher or administrator. You have no role yet. "
        "An administrator of the desk gives roles."
    ) in text_of(page)
    assert "Marco Rubio" not in page.content.decode()


def test_a_contributor_who_publishes_by_hand_is_led_to_the_review(contributor: Client) -> None:
    topic = make_topic("mining")

    page = contributor.post(address(topic, "publish"), {"_confirm": "1"})

    assert (page.status_code, in_frame(page)) == (403, True)
    assert (
        "It needs the role publisher or administrator. You have the role contributor. You can hand it over:"
    ) in text_of(page)
    assert f'href="{address(topic, "review")}"' in page.content.decode()


def test_accounts_and_keys_are_an_administrators(publisher: Client) -> None:
    for name in ("auth_user_changelist", "records_apikey_add"):
        page = publisher.get(reverse(f"admin:{name}"))
        assert page.status_code == 403
        assert "It needs the role administrator. You have the role publisher." in text_of(page)


def test_the_page_that_deletes_says_why_a_published_record_is_not_deleted(
    administrator: Client,
) -> None:
    topic = make_topic("mining")
    publish(topic, by=None)

    page = administrator.get(address(topic, "delete"))

    assert (page.status_code, in_frame(page)) == (403, True)
    assert "“Mining” was published, and what was ever published is never deleted." in text_of(page)
    assert "needs the role" not in text_of(page)


def test_what_is_not_there_is_said_in_the_frame_with_the_way_to_the_list(
    contributor: Client, client: Client
) -> None:
    gone = f"/admin/people/person/{uuid4()}/"
    for path, listed in (
        (f"{gone}change/", False),  # Django leads to the work list, and says so
        (f"{gone}compare/", True),
        (f"{gone}publish/", True),
        (f"{gone}review/", True),
        ("/admin/nowhere/", False),
        ("/admin/people/nothing/", False),
    ):
        page = contributor.get(path)
        if path.endswith("change/"):
            assert (page.status_code, page["Location"]) == (302, "/admin/")
            continue
        assert (page.status_code, in_frame(page)) == (404, True), path
        assert ("To the list" in text_of(page)) is listed, path
        assert client.get(path).status_code == 302  # to the log-in


@pytest.mark.parametrize("model", [Topic, Person])
def test_help_on_a_page_that_is_only_read_has_no_raw_backticks(
    model: Any, contributor: Client, publisher: Client
) -> None:
    record = make_topic("mining") if model is Topic else make_person("Marco Rubio")
    reader = User.objects.get(username="contributor")
    reader.groups.clear()
    reader.user_permissions.set(
        [
            each
            for each in publisher.get("/admin/").wsgi_request.user.groups.get().permissions.all()
            if each.codename.startswith("view_")
        ]
    )
    publish_whole(record)

    page = contributor.get(address(record))

    assert page.status_code == 200
    assert "You may look at this record. Changing it needs the role contributor" in text_of(page)
    assert "`" not in text_of(page)
    assert "<code>" in page.content.decode()
