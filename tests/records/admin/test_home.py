"""The front page of the desk: what waits, for whom and since when."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.admin.models import CHANGE, DELETION, LogEntry
from django.contrib.auth.models import Group, User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from imports.models import ImportBatch
from people.models import Person
from records import home
from records.guide import as_html
from records.models import Change, PossibleDuplicate
from records.publishing.publish import publish
from records.publishing.warnings import renew
from tests.factories.events import make_event, make_participation
from tests.factories.people import make_person
from tests.factories.records import make_topic, publish_whole
from tests.factories.staff import client_of
from tests.records.admin.filling import address, filled

pytestmark = pytest.mark.django_db


def sections(client: Client) -> dict[str, list[str]]:
    page = client.get("/admin/")
    return {each.title: [line.text for line in each.lines] for each in page.context["sections"]}


def test_nothing_waits(contributor: Client) -> None:
    assert sections(contributor) == {"Mine, not published yet": [], "To be looked at": []}


def test_what_waits_is_listed(contributor: Client) -> None:
    one, other = make_person("Jane Doe"), make_person("Jane Doe")
    renew({"person": [one.pk, other.pk]})
    low, high = sorted((one.pk, other.pk))
    PossibleDuplicate.objects.create(kind="person", record_id=low, other_id=high, score=1)
    make_participation(make_event(), "several ministers")
    ImportBatch.objects.create(file_name="visits.csv", status="rejected", message="3 rows rejected")
    today = datetime.now(UTC).date()
    meeting = make_event("Summit", when=today.isoformat())
    publish_whole(meeting)

    assert sections(contributor) == {
        "Mine, not published yet": [],
        "To be looked at": ["2 warnings that nobody has seen", "1 possible duplicate to decide"],
        "Unresolved names": ["1 participant has an unresolved name"],
        "Imports that wrote nothing": ["visits.csv"],
        "Around today": ["Summit"],
    }


def test_an_account_without_a_role_is_told_which_role_opens_what(administrator: Client) -> None:
    client = client_of(User.objects.create_user("newcomer", is_staff=True))

    page = client.get("/admin/")

    closed = page.context["closed"]
    shown = {name: roles for roles, names in closed["groups"] for name in names.split(", ")}
    groups = {
        model._meta.verbose_name_plural: Group.objects.filter(
            permissions__codename=f"view_{model._meta.model_name}",
            permissions__content_type__app_label=model._meta.app_label,
        ).order_by("pk")
        for model in admin.site._registry
    }
    assert shown == {
        name: f"the role {' or '.join(group.name for group in those)}"
        for name, those in groups.items()
        if those
    }
    assert shown["imports"] == "the role contributor or reviewer or publisher or administrator"
    assert (shown["possible duplicates"], shown["users"]) == (
        shown["imports"], "the role administrator",
    )  # fmt: skip
    assert closed["roles"] == "You have no role yet."
    # Of what cannot be seen it is not said that nothing waits.
    text = page.content.decode()
    assert "Every record is published as it stands." not in text
    assert "No warnings, and no possible duplicates." not in text
    for path in ("/admin/search/?q=rubio", "/admin/reviews/"):
        assert client.get(path).context["closed"] == closed
    assert administrator.get("/admin/").context["closed"] == {"groups": []}


def test_those_who_have_a_role_are_not_told_of_others(contributor: Client) -> None:
    for path in ("/admin/", "/admin/search/", "/admin/reviews/"):
        assert contributor.get(path).context["closed"] == {"groups": []}


def test_the_page_of_an_app_says_which_role_opens_it(contributor: Client) -> None:
    client = client_of(User.objects.create_user("newcomer", is_staff=True))

    refused = client.get("/admin/imports/")

    assert (refused.status_code, refused.context["reason"]) == (
        403,
        "Looking at imports needs the role contributor or reviewer or publisher or administrator. You have no role yet.",
    )
    assert contributor.get("/admin/imports/").status_code == 200
    accounts = contributor.get("/admin/auth/")
    assert accounts.context["reason"] == (
        "Looking at groups, users needs the role administrator. You have the role contributor."
    )
    assert client.get("/admin/nowhere/").status_code == 404


def test_mine_are_those_that_i_changed_and_that_are_not_public(
    contributor: Client, publisher: Client
) -> None:
    data = filled(contributor.get(address(Person, "add"))) | {"name": "Mine"}
    contributor.post(address(Person, "add"), data)
    data = filled(publisher.get(address(Person, "add"))) | {"name": "Another's"}
    publisher.post(address(Person, "add"), data)

    assert sections(contributor)["Mine, not published yet"] == ["Mine"]


def test_mine_are_of_any_kind_and_the_latest_change_comes_first(publisher: Client) -> None:
    account = User.objects.get(username="publisher")
    drafts = [make_person("Jane Doe"), make_topic(), make_event("A call")]
    published = make_person("Published")
    publish_whole(published)
    for record in (drafts[1], published, drafts[0], drafts[2], drafts[0]):
        LogEntry.objects.log_actions(account.pk, [record], CHANGE, single_object=True)
    gone = make_topic()
    LogEntry.objects.log_actions(account.pk, [gone], DELETION, single_object=True)
    for record, day in zip(drafts, (2, 3, 1), strict=True):
        rows = type(record)._default_manager.filter(pk=record.pk)
        rows.update(changed_at=datetime(2026, 1, day, tzinfo=UTC))

    page: Any = publisher.get("/admin/")

    assert sections(publisher)["Mine, not published yet"] == [
        str(drafts[place]) for place in (1, 0, 2)
    ]
    assert [entry.object_repr for entry in page.context["my_changes"]] == [
        str(record) for record in (gone, drafts[0], drafts[2], drafts[0], published, drafts[1])
    ]


def test_events_around_today_are_read_in_the_order_of_their_days(contributor: Client) -> None:
    today = datetime.now(UTC).date()
    days = (30, 22, 21, 1, 0, 0, 0, -7, -8, -400)
    events = [make_event(f"Visit {ago}", when=(today + timedelta(ago)).isoformat()) for ago in days]
    events += [make_event("Undated"), make_event("Draft", when=today.isoformat())]
    for event in events[:-1]:
        publish_whole(event)
    shown = sorted(events[2:8], key=lambda each: (each.when.edtf, each.pk))

    with CaptureQueriesContext(connection) as asked:
        (section,) = [
            each
            for each in contributor.get("/admin/").context["sections"]
            if each.title == "Around today"
        ]

    assert [line.address for line in section.lines] == [address(event) for event in shown]
    (statement,) = [each["sql"] for each in asked if "events_eventedition" in each["sql"]]
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(f"EXPLAIN {statement}")
        plan = "".join(line for (line,) in cursor.fetchall())
    assert "eventedition_latest_first" in plan, plan
    assert "Filter" not in plan, plan


def test_counts_end_where_they_are_of_no_more_use(
    contributor: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(home, "MOST", 2)
    for number in range(3):
        make_topic(f"topic-of-{number}")

    (topics,) = contributor.get("/admin/").context["waiting"]

    assert [cell[0] for cell in topics["cells"]] == ["", "", "2+"]


def test_publications_are_counted_by_day() -> None:
    today = date(2026, 3, 31)
    topics = [make_topic() for _ in range(5)]
    for topic in topics:
        publish(topic, by=None)
    for position, ago in enumerate((40, 29, 2, 2, 0), start=1):
        at = datetime(2026, 3, 31, 12, tzinfo=UTC) - timedelta(days=ago)
        Change.objects.filter(position=position).update(at=at)

    chart = home.publications(today=today)

    assert [(day, number) for day, number in chart.days if number] == [
        (date(2026, 3, 2), 1),
        (date(2026, 3, 29), 2),
        (date(2026, 3, 31), 1),
    ]
    assert (len(chart.days), chart.most) == (30, 2)


def test_one_box_finds_records_of_any_kind(contributor: Client) -> None:
    make_event("Visit to Tashkent")
    make_person("Tashkent Kim")

    page: Any = contributor.get(reverse("admin:search"), {"q": "tashkent"})

    assert [
        (group["name"], [line.text for line in group["lines"]]) for group in page.context["found"]
    ] == [("people", ["Tashkent Kim"]), ("events", ["Visit to Tashkent (undated)"])]
    assert contributor.get(reverse("admin:search")).context["found"] == []


def test_the_guide_is_a_page_and_not_its_source(contributor: Client) -> None:
    page = contributor.get(reverse("admin:guide"))

    text = page.content.decode()
    assert re.findall(r'href="#(lists|review)"', text) == ["lists", "review"]
    assert re.findall(r'<h2 id="(lists|review)">', text) == ["lists", "review"]
    shown = re.sub(r"<[^>]+>", "", text[text.index('<nav aria-label="Sections') :])
    assert not re.search(r"\*\*|`|^#|^\||\]\(", shown, re.MULTILINE)
    html = as_html(
        "# Title\n\n## A part\n\nSome `<b>` and\n**bold** [words](x.md).\n- one\n  more\n- two\n\n| A | B |\n|---|---|\n| 1 | `2` |\n"
    )
    assert " ".join(html.split()).replace("> <", "><") == (
        '<h2 id="a-part">A part</h2>'
        "<p>Some <code>&lt;b&gt;</code> and <strong>bold</strong> words.</p>"
        "<ul><li>one more</li><li>two</li></ul>"
        '<div class="module scrolled"><table><thead><tr><th scope="col">A</th><th scope="col">B</th></tr></thead>'
        "<tbody><tr><td>1</td><td><code>2</code></td></tr></tbody></table></div>"
    )
