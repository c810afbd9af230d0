"""One field of many records: previewed, changed with one act, listed and undone as one."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from typing import Any

import pytest
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from config.dates.values import UncertainDate
from events.models import Event, EventTopic
from records.admin import change_field
from records.models import BulkEdit, Record, Topic
from records.publishing.merge import merge
from records.publishing.review import submit
from records.roles import CONTRIBUTOR, PUBLISHER
from tests.factories.events import make_event, make_event_type, make_participation
from tests.factories.every_kind import EVERY_KIND
from tests.factories.people import make_person
from tests.factories.races import overtaken
from tests.factories.records import make_source, make_topic, publish_whole, warnings_of
from tests.factories.staff import client_of, member_of_staff
from tests.records.admin.filling import address

pytestmark = pytest.mark.django_db


def looked_at(client: Client, records: Iterable[Record], field: str, value: Any = "") -> Any:
    """Return the page that shows what would become of the records."""
    keys = [record.pk for record in records]
    data = {"_keys": " ".join(map(str, keys)), "field": field, "value": value, "_preview": "1"}
    return client.post(address(type(next(iter(records))), "change_field"), data)


def confirmed(client: Client, page: Any, value: Any = "", **more: str) -> Any:
    """Confirm what a page shows."""
    data = {
        "_keys": page.context["keys"],
        "field": page.context["choice"].key,
        "value": value,
        "_shown": page.context["planned"].fingerprint,
        "_confirm": "1",
    }
    return client.post(page.wsgi_request.path, data | more)


def lines(page: Any) -> list[tuple[str, str, str, str]]:
    """Return what the preview says of each record."""
    return [
        (str(line.record), before, after, line.refusal)
        for line, before, after in page.context["lines"]
    ]


def undone(client: Client, model: type[Record]) -> str:
    """Undo the latest act on a kind; return what is said."""
    there = address(model, "together") + f"{BulkEdit.objects.latest('pk').pk}/undo/"
    *_before, said = client.post(there, follow=True).context["messages"]
    return str(said)


def statuses() -> dict[str, str]:
    return dict(Event.objects.order_by("title").values_list("title", "status"))


@pytest.fixture
def events(db: None) -> list[Event]:
    return [make_event(f"Talks {number}", status="planned") for number in range(3)]


def test_a_field_is_chosen_previewed_changed_listed_and_undone(
    events: list[Event], contributor: Client
) -> None:
    events.append(make_event("Talks 3", status="occurred"))
    selected = {"action": "change_selected", ACTION_CHECKBOX_NAME: [each.pk for each in events]}
    first = contributor.post(address(Event, "changelist"), selected)
    assert first.context["title"] == "Change a field of 4 events"
    assert [choice.key for choice in first.context["choices"]] == [
        "set:type",
        "set:status",
        "set:when",
        "set:end",
        "set:attendance",
        "set:visit_class",
        "set:parent",
        "set:summary",
        "set:contested",
        "add:source",
        "remove:source",
        "add:topic",
        "remove:topic",
    ]

    # Enter in the value presses the first button of the page, and shows what would change as well.
    chosen = {"_keys": first.context["keys"], "field": "set:status", "_choose": "1"}
    there = address(Event, "change_field")
    assert contributor.post(there, chosen).context["planned"] is None
    entered = contributor.post(there, chosen | {"_asked": "set:status", "value": "occurred"})
    assert len(entered.context["planned"].changed) == 3
    page = looked_at(contributor, events, "set:status", "occurred")

    assert lines(page) == [
        *((f"Talks {number}", "Planned", "Occurred", "") for number in range(3)),
        ("Talks 3", "Occurred", "Occurred", ""),
    ]
    assert statuses() == {f"Talks {n}": "planned" for n in range(3)} | {"Talks 3": "occurred"}
    assert not BulkEdit.objects.exists()

    response = confirmed(contributor, page, "occurred", reason="They took place")

    assert response.url == address(Event, "together")
    assert statuses() == {f"Talks {number}": "occurred" for number in range(4)}
    edit = BulkEdit.objects.get()
    assert (edit.kind, edit.what, edit.count, str(edit.by)) == (
        "event", "Status: Occurred", 3, "contributor",
    )  # fmt: skip
    history = contributor.get(address(events[0], "history")).content.decode()
    assert "They took place" in history
    assert "Status: Occurred" in contributor.get(response.url).content.decode()

    assert undone(contributor, Event) == "“Status: Occurred” is undone: 3 changed back."
    assert statuses() == {f"Talks {n}": "planned" for n in range(3)} | {"Talks 3": "occurred"}
    assert undone(contributor, Event) == "This was undone already."


def test_a_date_is_changed_with_its_meaning_and_keeps_the_rules(contributor: Client) -> None:
    events = [
        make_event("Talks 0", when=UncertainDate.parse("2024", "that year")),
        make_event("Talks 1", when="2025-05", end="2025-06"),
        make_event("Talks 2", when="2023", end="2024"),
    ]

    refused = looked_at(contributor, events, "set:when", "10 May 2025")
    assert refused.context["form"].errors["value"] == [
        "“10 May 2025” is not EDTF: write 2025-05-10 (10 May 2025)."
    ]
    assert "data-edtf-meaning-url" in refused.content.decode()
    page = looked_at(contributor, events, "set:when", "2025-05")
    assert lines(page) == [
        ("Talks 0", "2024: some day in 2024, “that year”", "2025-05: some day in May 2025", ""),
        (
            "Talks 2",
            "2023: some day in 2023",
            "2025-05: some day in May 2025",
            "An event cannot end before it starts.",
        ),
        ("Talks 1", *["2025-05: some day in May 2025"] * 2, ""),
    ]
    again = confirmed(contributor, page, "2025-05", value_text="that spring")
    assert again.context["refusals"] != []  # other words were not shown
    confirmed(contributor, again, "2025-05", value_text="that spring")

    def dates() -> list[tuple[str, str, Any, Any, str]]:
        rows = Event.objects.order_by("title")
        return [(each.when.edtf, each.when.text, each.when.earliest, each.when.latest, each.when.precision) for each in rows]  # fmt: skip

    spring = ("2025-05", "that spring", date(2025, 5, 1), date(2025, 5, 31), "month")
    last = ("2023", "", date(2023, 1, 1), date(2023, 12, 31), "year")
    assert dates() == [spring, spring, last]
    assert BulkEdit.objects.get().what == "When: 2025-05: some day in May 2025, “that spring”"
    undone(contributor, Event)
    assert dates() == [
        ("2024", "that year", date(2024, 1, 1), date(2024, 12, 31), "year"),
        ("2025-05", "", date(2025, 5, 1), date(2025, 5, 31), "month"),
        last,
    ]
    confirmed(contributor, looked_at(contributor, events[:1], "set:when"))
    assert dates()[0] == ("", "", None, None, "")


def test_what_cannot_be_changed_stays_and_says_why(contributor: Client) -> None:
    parent = make_topic("Trade")
    below, waiting, survivor, merged = (
        make_topic(label) for label in ("Oil", "Gas", "Coal", "Peat")
    )
    ama = member_of_staff(CONTRIBUTOR, "ama")
    submit(waiting, by=ama)
    publish_whole(survivor, merged)
    merge(merged, survivor, by=None, reason="The same")
    topics = [parent, below, waiting, merged]

    page = looked_at(contributor, topics, "set:broader", parent.pk)

    reasons = {label: refusal for label, _before, _after, refusal in lines(page)}
    assert reasons == {
        "Oil": "",
        "Trade": "A topic cannot lie below itself.",
        "Gas": "It is under review since ama submitted it: it can be changed when that is over.",
        "Peat": "It was merged into another record: change that one.",
    }
    confirmed(contributor, page, parent.pk)
    assert set(Topic.objects.filter(broader=parent)) == {below}


@pytest.mark.parametrize(("name", "make"), [("topic", make_topic), ("source", make_source)])
def test_topics_and_sources_are_added_and_removed(
    events: list[Event], contributor: Client, name: str, make: Callable[[], Record]
) -> None:
    other = make()
    before = parts_of(events, name)
    page = looked_at(contributor, events[:1], f"add:{name}", other.pk)
    confirmed(contributor, page, other.pk)

    page = looked_at(contributor, events, f"add:{name}", other.pk)
    assert [line.is_changed for line, _before, _after in page.context["lines"]] == [
        True,
        True,
        False,
    ]
    confirmed(contributor, page, other.pk)
    assert parts_of(events, name) == [{*those, other.pk} for those in before]

    page = looked_at(contributor, events[1:], f"remove:{name}", other.pk)
    confirmed(contributor, page, other.pk)
    assert parts_of(events, name) == [{*before[0], other.pk}, *before[1:]]

    assert undone(contributor, Event) == f"“Remove a {name}: {other}” is undone: 2 changed back."
    assert parts_of(events, name) == [{*those, other.pk} for those in before]


def parts_of(events: list[Event], name: str) -> list[set[Any]]:
    rows = {"topic": "event_topics", "source": "citations"}[name]
    return [set(getattr(each, rows).values_list(name, flat=True)) for each in events]


def test_what_a_colleague_changes_after_the_preview_is_shown_anew(
    events: list[Event], contributor: Client
) -> None:
    page = looked_at(contributor, events, "set:status", "occurred")
    Event.objects.filter(pk=events[1].pk).update(status="cancelled")

    again = confirmed(contributor, page, "occurred")

    assert again.context["refusals"] == [
        "Some of it was changed after it was shown to you: look at it again. Nothing is changed yet."
    ]
    assert ("Talks 1", "Cancelled", "Occurred", "") in lines(again)
    assert set(statuses().values()) == {"planned", "cancelled"}
    assert confirmed(contributor, again, "occurred").status_code == 302
    assert set(statuses().values()) == {"occurred"}


def test_another_value_than_the_one_that_was_shown_is_shown_first(
    events: list[Event], contributor: Client
) -> None:
    page = looked_at(contributor, events, "set:status", "occurred")

    assert confirmed(contributor, page, "cancelled").context["refusals"] != []
    assert set(statuses().values()) == {"planned"}


@pytest.mark.django_db(transaction=True)
def test_a_save_under_way_is_waited_for_and_not_overwritten(contributor: Client) -> None:
    talks = make_event("Talks", status="planned")
    page = looked_at(contributor, [talks], "set:status", "occurred")

    response = overtaken(
        lambda: Event.objects.filter(pk=talks.pk).update(status="cancelled"),
        lambda: confirmed(contributor, page, "occurred"),
    )

    assert lines(response) == [("Talks", "Cancelled", "Occurred", "")]
    assert statuses() == {"Talks": "cancelled"}


# An act is known by its context in the history, which a transaction has to its end.
@pytest.mark.django_db(transaction=True)
def test_what_was_changed_since_stays_when_an_act_is_undone(contributor: Client) -> None:
    topic, events = make_topic(), [make_event(f"Talks {n}", status="planned") for n in range(3)]
    for event in events:
        EventTopic.objects.create(event=event, topic=topic)
    confirmed(contributor, looked_at(contributor, events, "set:status", "occurred"), "occurred")
    Event.objects.filter(pk=events[0].pk).update(status="cancelled")
    Event.objects.filter(pk=events[1].pk).update(summary="Worked on.")
    publish_whole(events[2])

    assert undone(contributor, Event) == (
        "“Status: Occurred” is undone: 1 changed back."
        " 2 left as they are, for they were changed since: “Talks 0”, “Talks 1”."
    )
    assert statuses() == {"Talks 0": "cancelled", "Talks 1": "occurred", "Talks 2": "planned"}

    confirmed(contributor, looked_at(contributor, events, "remove:topic", topic.pk), topic.pk)
    EventTopic.objects.create(event=events[0], topic=topic)

    assert undone(contributor, Event) == (
        f"“Remove a topic: {topic}” is undone: 2 changed back."
        " 1 left as they are, for they were changed since: “Talks 0”."
    )
    assert [each.event_topics.count() for each in events] == [1, 1, 1]


def test_published_records_are_changed_and_somebody_else_publishes_them(
    events: list[Event], settings: Any
) -> None:
    publish_whole(*events)
    settings.SECOND_PERSON = True
    ama, bo = (member_of_staff(PUBLISHER, name) for name in ("ama", "bo"))
    page = looked_at(client_of(ama), events, "set:status", "occurred")
    confirmed(client_of(ama), page, "occurred")

    for event in events:
        event.refresh_from_db()
    assert [event.has_unpublished_changes for event in events] == [True] * 3
    assert [event.writers for event in events] == [[ama.pk]] * 3
    public = f"/api/v1/events/{events[0].pk}/"
    assert Client().get(public).json()["status"] == "planned"
    publish_as(ama, events)
    assert Client().get(public).json()["status"] == "planned"
    publish_as(bo, events)
    assert Client().get(public).json()["status"] == "occurred"


def test_what_an_act_gives_rise_to_is_said_at_once(contributor: Client) -> None:
    person, meeting = make_person(), make_event("Meeting", when="1995-05-10")
    talks = make_event("Talks", type=make_event_type(), when="1995-05-10")
    for event in (meeting, talks):
        make_participation(event, person)
    page = looked_at(contributor, [talks], "set:type", str(meeting.type_id))

    done = confirmed(contributor, page, str(meeting.type_id))

    _done, said = contributor.get(done["Location"]).context["messages"]
    (warning,) = warnings_of(talks)
    assert warning.startswith("“Meeting” (1995-05-10) is like this event")
    assert str(said) == f'{warning} <a href="{address(talks)}">Open it</a>'


def test_published_records_are_as_published_again_when_an_act_is_undone(
    events: list[Event], contributor: Client
) -> None:
    publish_whole(*events)
    page = looked_at(contributor, events, "set:status", "occurred")
    confirmed(contributor, page, "occurred")
    assert {event.has_unpublished_changes for event in Event.objects.all()} == {True}

    undone(contributor, Event)

    for event in Event.objects.all():
        assert (event.status, event.has_unpublished_changes, event.writers) == (
            "planned", False, [],
        )  # fmt: skip


def publish_as(user: User, events: list[Event]) -> None:
    """Publish from the list, having looked at it."""
    client, there = client_of(user), address(Event, "changelist")
    data: dict[str, Any] = {
        "action": "publish_selected", ACTION_CHECKBOX_NAME: [each.pk for each in events],
    }  # fmt: skip
    shown = client.post(there, data).context["dependencies"]
    data |= {"_shown": shown["fingerprints"], "nature": "correction", "_confirm": "1"}
    client.post(there, data)


def test_only_who_may_change_the_kind_may_do_it(events: list[Event], contributor: Client) -> None:
    page = looked_at(contributor, events, "set:status", "occurred")
    reader = User.objects.create_user("reader", is_staff=True)
    client = client_of(reader)

    assert looked_at(client, events, "set:status", "occurred").status_code == 403
    assert confirmed(client, page, "occurred").status_code == 403
    assert client.get(address(Event, "together")).status_code == 403
    confirmed(contributor, page, "occurred")
    there = address(Event, "together") + f"{BulkEdit.objects.get().pk}/undo/"
    assert client.post(there).status_code == 403
    assert contributor.get(there).status_code == 405
    topics = address(Topic, "together") + f"{BulkEdit.objects.get().pk}/undo/"
    assert contributor.post(topics).status_code == 404


def test_an_act_is_bounded_and_bad_input_is_answered(
    events: list[Event], contributor: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = address(Event, "change_field")
    assert contributor.get(there).headers["Location"] == address(Event, "changelist")
    for field, value in (("set:slug", "x"), ("set:title", "x"), ("nothing", "x"), ("", "")):
        assert looked_at(contributor, events, field, value).context["planned"] is None
    for field, value in (
        ("set:status", "x"),
        ("set:parent", "x"),
        ("add:topic", ""),
        ("add:topic", "\0"),
    ):
        assert looked_at(contributor, events, field, value).context["form"].errors["value"]
    page = contributor.post(there, {"_keys": "x", "field": "set:contested", "_preview": "1"})
    assert lines(page) == []
    empty = contributor.post(there, {"_keys": "", "field": "set:contested", "_confirm": "1"})
    assert empty.context["refusals"] == ["None of them is there any more."]

    monkeypatch.setattr(change_field, "MOST", 2)
    selected = {"action": "change_selected", ACTION_CHECKBOX_NAME: [each.pk for each in events]}
    response = contributor.post(address(Event, "changelist"), selected, follow=True)
    assert [str(each) for each in response.context["messages"]] == ["Choose at most 2 records."]


@pytest.mark.parametrize("kind", EVERY_KIND)
def test_a_preview_costs_the_same_however_many_there_are(kind: str, publisher: Client) -> None:
    counts = []
    for number in (1, 3):
        records = [EVERY_KIND[kind].make() for _each in range(number)]
        looked_at(publisher, records, "set:contested", "on")
        with CaptureQueriesContext(connection) as captured:
            page = looked_at(publisher, records, "set:contested", "on")
            page.content.decode()
        assert len(page.context["planned"].changed) == number
        counts.append(len(captured))
    assert counts == [counts[0]] * 2
    assert counts[0] <= 20
