"""What each role may do, on every path that leads there."""

from __future__ import annotations

from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth.models import Group, User
from django.test import Client
from django.urls import reverse

from records.models import Change, Topic
from records.publishing.publish import publish, withdraw
from records.roles import ADMINISTRATOR, CONTRIBUTOR, PUBLISHER, REVIEWER, keep_roles
from tests.factories.every_kind import EVERY_KIND
from tests.factories.records import make_topic
from tests.records.admin.filling import address, filled


def rights(role: str) -> set[str]:
    rows = Group.objects.get(name=role).permissions.values_list(
        "content_type__app_label", "codename"
    )
    return {f"{app}.{codename}" for app, codename in rows}


@pytest.mark.django_db
def test_each_role_has_the_rights_of_the_one_before_and_more() -> None:
    edits, reviews, publishes, administers = map(
        rights, (CONTRIBUTOR, REVIEWER, PUBLISHER, ADMINISTRATOR)
    )

    assert {right.partition(".")[2].partition("_")[0] for right in edits} == {
        "add",
        "change",
        "delete",
        "view",
    }
    for verb, more in (("review", reviews - edits), ("publish", publishes - reviews)):
        assert {right.partition(".")[2].partition("_")[0] for right in more} == {verb}
        assert len(more) == len(EVERY_KIND)
    others = administers - publishes
    assert {right for right in others if right.startswith("records.")} == {
        "records.view_apikey",
        "records.add_apikey",
        "records.change_apikey",
        "records.delete_savedlist",
    }
    assert {right.partition(".")[0] for right in others} == {"auth", "axes", "records"}
    assert edits < reviews < publishes < administers


@pytest.mark.django_db
def test_migrating_again_gives_the_roles_back_what_they_had() -> None:
    before = rights(CONTRIBUTOR)
    group = Group.objects.get(name=CONTRIBUTOR)
    group.permissions.clear()

    keep_roles(apps=apps)

    assert rights(CONTRIBUTOR) == before


def nothing_happened(topic: Topic) -> bool:
    state = topic.editorial_state
    changes = Change.objects.count()
    topic.refresh_from_db()
    return topic.editorial_state == state and Change.objects.count() == changes


class TestContributor:
    """May not publish, withdraw, restore or merge: neither with a button nor without one."""

    def test_is_offered_nothing(self, contributor: Client) -> None:
        topic = make_topic("mining")
        publish(topic, by=None)

        page = contributor.get(address(topic)).content.decode()
        listing = contributor.get(address(Topic, "changelist")).content.decode()

        for word in ("_publish", "Publish…", "Withdraw…", "Merge…", "Merge into"):
            assert word not in page
            assert word not in listing

    def test_cannot_send_the_button_that_is_not_there(self, contributor: Client) -> None:
        topic = make_topic("mining")
        data = filled(contributor.get(address(topic)))

        assert (
            contributor.post(
                address(topic), data | {"_publish": "1", "label": "Changed"}
            ).status_code
            == 403
        )
        new = {"code": "new", "label": "New", "editorial_state": "draft", "_publish": "1"}
        page = filled(contributor.get(address(Topic, "add")))
        assert contributor.post(address(Topic, "add"), page | new).status_code == 403

        assert nothing_happened(topic)
        assert topic.label == "Mining"
        assert not Topic.objects.filter(code="new").exists()

    @pytest.mark.parametrize("action", ["publish", "withdraw", "restore", "merge", "unmerge"])
    def test_cannot_open_or_send_the_page_of_an_action(
        self, contributor: Client, action: str
    ) -> None:
        topic, other = make_topic("mining"), make_topic("other")
        publish(topic, by=None) if action != "publish" else None
        withdraw(topic, by=None, reason="Wrong.") if action == "restore" else None
        data = {"_confirm": "1", "reason": "Because.", "survivor": str(other.pk)}

        assert contributor.get(address(topic, action)).status_code == 403
        assert contributor.post(address(topic, action), data).status_code == 403
        assert nothing_happened(topic)

    @pytest.mark.parametrize("action", ["publish", "withdraw", "restore", "merge"])
    def test_cannot_run_the_action_of_a_list(self, contributor: Client, action: str) -> None:
        topic, other = make_topic("mining"), make_topic("other")
        data = {
            "action": f"{action}_selected",
            "_selected_action": [str(topic.pk), str(other.pk)],
            "_confirm": "1",
            "reason": "Because.",
            "survivor": str(other.pk),
        }

        contributor.post(address(Topic, "changelist"), data)

        assert nothing_happened(topic)

    @pytest.mark.parametrize(
        "crafted",
        [
            {"editorial_state": "published"},
            {
                "editorial_state": "published",
                "published_at": "2025-01-01",
                "published_at_0": "2025-01-01",
            },
            {"editorial_state": "withdrawn"},
            {"editorial_state": "merged", "merged_into": "x"},
            {"published_at": "2025-01-01"},
            {"is_published": "on", "badge": "published", "changed_at": "2025-01-01"},
        ],
    )
    def test_cannot_send_fields_that_are_not_in_the_form(
        self, contributor: Client, crafted: Any
    ) -> None:
        topic = make_topic("mining")
        data = filled(contributor.get(address(topic)))

        contributor.post(address(topic), data | crafted)

        assert nothing_happened(topic)
        assert (topic.published_at, topic.merged_into) == (None, None)

    @pytest.mark.parametrize("kind", EVERY_KIND)
    def test_cannot_publish_any_kind(self, contributor: Client, kind: str) -> None:
        record = EVERY_KIND[kind].with_parts(0)

        assert contributor.post(address(record, "publish"), {"_confirm": "1"}).status_code == 403
        assert (
            contributor.post(
                address(record), filled(contributor.get(address(record))) | {"_publish": "1"}
            ).status_code
            == 403
        )
        assert not Change.objects.exists()

    def test_cannot_see_accounts(self, contributor: Client) -> None:
        assert contributor.get(reverse("admin:auth_user_changelist")).status_code == 403
        assert contributor.get(reverse("admin:auth_group_changelist")).status_code == 403


def test_nobody_skips_the_check_by_sending_several_buttons(contributor: Client) -> None:
    topic = make_topic("mining")
    data = filled(contributor.get(address(topic)))
    for buttons in (
        {"_save": "1", "_publish": "1"},
        {"_continue": "1", "_publish": ""},
        {"_addanother": "1", "_publish": "x"},
    ):
        assert contributor.post(address(topic), data | buttons).status_code == 403
    assert nothing_happened(topic)


class TestAdministrator:
    """Looks after accounts, but does not become a superuser."""

    def test_gives_somebody_a_role(self, administrator: Client) -> None:
        user = User.objects.create_user("newcomer", is_staff=True)
        page = administrator.get(address(user))
        data = {
            "username": "newcomer",
            "is_active": "on",
            "is_staff": "on",
            "groups": [str(Group.objects.get(name=PUBLISHER).pk)],
        }
        assert {"is_superuser", "user_permissions"} & set(
            page.context["adminform"].form.fields
        ) == set()

        response = administrator.post(address(user), data | {"is_superuser": "on"})

        assert response.status_code == 302
        user = User.objects.get(pk=user.pk)
        assert user.has_perm("records.publish_topic")
        assert not user.is_superuser

    def test_cannot_touch_a_superuser(self, administrator: Client) -> None:
        root = User.objects.create_superuser("root", password="x")

        assert administrator.post(address(root), {"username": "mine"}).status_code == 403
        assert administrator.get(f"/admin/auth/user/{root.pk}/password/").status_code == 403
        assert administrator.post(address(root, "delete"), {"post": "yes"}).status_code == 403
        root.refresh_from_db()
        assert root.username == "root"

    def test_list_of_accounts_costs_the_same_whatever_it_shows(
        self, administrator: Client, django_assert_num_queries: Any
    ) -> None:
        for name in ("one", "two", "three"):
            User.objects.create_user(name).groups.add(Group.objects.get(name=PUBLISHER))
        with django_assert_num_queries(9):
            administrator.get(reverse("admin:auth_user_changelist"))
