"""The history page of a record: who changed what and when, field by field."""

from __future__ import annotations

import pytest
from django.test import Client

from records.publishing.publish import publish
from tests.factories.people import make_person, make_tenure
from tests.factories.records import make_topic, publish_whole
from tests.records.admin.filling import address, filled, merge_at_desk

# The time of a change is that of its transaction: each request has its own here.
pytestmark = pytest.mark.django_db(transaction=True)


def test_each_change_set_says_who_changed_what(publisher: Client) -> None:
    person = make_person("Marco Rubio")
    data = filled(publisher.get(address(person))) | {
        "birth_edtf": "1971-05-28",
        "living": "living",
        "citations-0-locator": "para 2",
    }
    assert publisher.post(address(person), data).status_code == 302

    change_set, *_earlier = publisher.get(address(person, "history")).context["change_sets"]

    assert (change_set.who, change_set.action) == ("publisher", "")
    assert [
        (row.verb, row.what, [(each.name, each.before, each.after) for each in row.fields])
        for row in change_set.rows
    ] == [
        ("changed", "", [("birth", "", "1971-05-28"), ("living", "Unknown", "Living")]),
        ("changed", "person citation", [("locator", "", "para 2")]),
    ]


def test_actions_have_their_reasons(publisher: Client) -> None:
    topic = make_topic("mining")
    publish(topic, by=None)
    publisher.post(address(topic, "withdraw"), {"_confirm": "1", "reason": "An error."})

    withdrawn, published, made = publisher.get(address(topic, "history")).context["change_sets"]

    assert (withdrawn.who, withdrawn.action, withdrawn.reason) == (
        "publisher",
        "withdraw",
        "An error.",
    )
    assert [(each.before, each.after) for each in withdrawn.rows[0].fields] == [
        ("Published", "Withdrawn")
    ]
    assert (published.who, published.action) == ("a command", "publish")
    assert made.rows[0].verb == "added"


def test_records_are_shown_by_name(publisher: Client) -> None:
    held, other = make_tenure(), make_person("Somebody Else")
    former = held.person
    data = filled(publisher.get(address(held))) | {"person": str(other.pk)}
    assert publisher.post(address(held), data).status_code == 302

    change_set, *_earlier = publisher.get(address(held, "history")).context["change_sets"]

    assert [(each.name, each.before, each.after) for each in change_set.rows[0].fields] == [
        ("person", str(former), "Somebody Else")
    ]


def test_parts_that_a_merge_took_away_stay_in_the_history(publisher: Client) -> None:
    kept, gone = make_person("Ishaq Dar"), make_person("Mohammad Ishaq Dar")
    gone.names.create(name="Dar")
    publish_whole(kept)
    data = {"reason": "The same man.", "survivor": str(kept.pk)}
    assert merge_at_desk(publisher, gone, **data).status_code == 302

    for person in (kept, gone):
        change_sets = publisher.get(address(person, "history")).context["change_sets"]
        shown = {
            (row.verb, row.name)
            for change_set in change_sets
            for row in change_set.rows
            if row.what == "person name"
        }
        assert ("added", "Dar, Alias") in shown


def test_removed_parts_are_shown(publisher: Client) -> None:
    person = make_person("Marco Rubio")
    person.names.create(name="Little Marco")
    data = filled(publisher.get(address(person))) | {"names-0-DELETE": "on"}
    assert publisher.post(address(person), data).status_code == 302

    change_set, *_earlier = publisher.get(address(person, "history")).context["change_sets"]

    assert [(row.verb, row.what, row.name) for row in change_set.rows] == [
        ("removed", "person name", "Little Marco, Alias")
    ]
