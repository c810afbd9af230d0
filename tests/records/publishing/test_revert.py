"""Reverting the working record to what it was: exact for every kind, and nothing lost without a word."""

from __future__ import annotations

from typing import Any

import orjson
import pghistory
import pytest
from django.contrib.auth.models import User
from django.test import Client

from people.models import Person
from records.models import Topic
from records.publishing.drafts import draft_of, revisions_of
from records.publishing.merge import merge
from records.publishing.publish import CurationRefused, publish
from records.publishing.revert import revert, step_of
from records.publishing.steps import rows_now, steps_of
from tests.factories.every_kind import EVERY_KIND, Maker
from tests.factories.people import make_person, make_tenure
from tests.factories.records import make_topic, publish_whole
from tests.records.admin.filling import address

pytestmark = pytest.mark.django_db

#: What follows from the publication, not from the record's rows.
_OF_THE_EDITION = ("revision", "published_at", "known_on")


def content(text: str) -> dict[str, Any]:
    document: dict[str, Any] = orjson.loads(text)
    return {name: value for name, value in document.items() if name not in _OF_THE_EDITION}


def back_to(record: Any, revision: int, **changes: Any) -> Any:
    """Revert a record to one of its revisions."""
    record = type(record).objects.get(pk=record.pk)
    steps = steps_of(type(record), record.pk)
    step = step_of(record, revision, steps, revisions_of(record))
    assert step is not None
    said = {"by": None, "reason": "A mistake.", "seen": record.written_at} | changes
    return revert(record, step, **said)


@pytest.mark.parametrize("maker", EVERY_KIND.values(), ids=EVERY_KIND.keys())
def test_a_reverted_record_would_be_published_as_it_was(maker: Maker) -> None:
    with pghistory.context(why="made"):
        record = maker.with_parts(2)
    publish_whole(record)
    before = rows_now(type(record), record.pk)
    (first,) = revisions_of(record)
    with pghistory.context(why="a later change"):
        record = type(record).objects.get(pk=record.pk)
        record.contested, record.curators_note = True, "A note that stays."
        record.save()
        for table, rows in reversed(before.items()):
            if table is not type(record):
                table._default_manager.filter(pk__in=list(rows)[:1]).delete()
        record.identifiers.create(scheme="added", value="later")
    publish_whole(record)
    assert content(draft_of(record).text) != content(first.document)

    plan = back_to(record, 1)

    assert plan.conflicts == []
    assert content(draft_of(type(record).objects.get(pk=record.pk)).text) == content(first.document)
    after = rows_now(type(record), record.pk)
    row = after[type(record)][record.pk]
    assert row["curators_note"] == "A note that stays."
    kept = ("curators_note", "published_at")
    assert {name: row[name] for name in row if name not in kept} == {
        name: value for name, value in before[type(record)][record.pk].items() if name not in kept
    }
    del before[type(record)], after[type(record)]
    assert after == before
    assert type(record).objects.get(pk=record.pk).has_unpublished_changes

    back_to(record, 2)

    record = type(record).objects.get(pk=record.pk)
    assert content(draft_of(record).text) == content(revisions_of(record)[0].document)
    assert not record.has_unpublished_changes


def test_an_edition_that_only_shows_new_labels_is_the_one_before_it() -> None:
    broader = make_topic("mining")
    topic = make_topic("lithium", broader=broader)
    publish_whole(topic)
    with pghistory.context(why="renamed"):
        Topic.objects.filter(pk=broader.pk).update(label="Mines")
    publish(Topic.objects.get(pk=broader.pk), by=None)
    with pghistory.context(why="an edit"):
        Topic.objects.filter(pk=topic.pk).update(label="Lithium ore")

    back_to(topic, 2)

    assert Topic.objects.get(pk=topic.pk).label == "Lithium"


def test_a_survivor_takes_the_place_of_a_merged_record() -> None:
    held = make_tenure(make_person("Mohammad Ishaq Dar"))
    publish_whole(held)
    first, kept = held.person, make_person("Ishaq Dar")
    with pghistory.context(why="an edit"):
        held.person = make_person("Somebody Else")
        held.save()
    publish_whole(kept)
    merge(Person.objects.get(pk=first.pk), kept, by=None, reason="The same man.")

    plan = back_to(held, 1)

    held.refresh_from_db()
    assert held.person == kept
    assert plan.conflicts == [
        "Its person named a record that was merged since: “Ishaq Dar” takes its place."
    ]


def test_what_named_a_deleted_record_is_left_out_and_said() -> None:
    with pghistory.context(why="made"):
        broader = make_topic("mining")
        topic = make_topic("lithium", broader=broader)
    with pghistory.context(why="an edit"):
        Topic.objects.filter(pk=topic.pk).update(broader=None, label="Lithium ore")
        broader.delete()
    first, _second = steps_of(Topic, topic.pk)
    topic.refresh_from_db()

    plan = revert(topic, first, by=None, reason="A mistake.", seen=topic.written_at)

    topic.refresh_from_db()
    assert (topic.label, topic.broader) == ("Lithium", None)
    assert plan.conflicts == ["Its broader was a record that was deleted since: left empty."]


def test_what_changed_after_it_was_shown_is_not_overwritten() -> None:
    topic = make_topic("lithium")
    publish_whole(topic)
    topic.refresh_from_db()
    seen = topic.written_at
    Topic.objects.filter(pk=topic.pk).update(label="Lithium ore")

    with pytest.raises(CurationRefused, match="look at it again"):
        back_to(topic, 1, seen=seen)

    assert Topic.objects.get(pk=topic.pk).label == "Lithium ore"


class TestThePage:
    """The page shows what would change, asks why, and reverts."""

    def test_reverts_what_it_showed(self, contributor: Client) -> None:
        topic = make_topic("lithium")
        publish_whole(topic)
        with pghistory.context(why="an edit"):
            Topic.objects.filter(pk=topic.pk).update(label="Lithium ore")
        there = f"{address(topic, 'revert')}?to=r1"
        page: Any = contributor.get(there)
        (row,) = [row for group in page.context["groups"] for row in group.changed]
        assert (row.left[0].text, row.right[0].text) == ("Lithium ore", "Lithium")
        seen = page.context["original"].written_at.isoformat()

        assert contributor.post(there, {"_seen": seen, "reason": ""}).status_code == 200
        assert Topic.objects.get(pk=topic.pk).label == "Lithium ore"
        answer = contributor.post(there, {"_seen": seen, "reason": "It was right."})

        assert (answer.status_code, answer.headers["Location"]) == (302, address(topic))
        assert Topic.objects.get(pk=topic.pk).label == "Lithium"
        history: Any = contributor.get(address(topic, "history"))
        said = [(each.action, each.reason) for each in history.context["change_sets"]]
        assert ("revert", "It was right.") in said

    def test_shows_again_what_was_changed_meanwhile(self, contributor: Client) -> None:
        topic = make_topic("lithium")
        publish_whole(topic)
        there = f"{address(topic, 'revert')}?to=r1"
        shown: Any = contributor.get(there)
        seen = shown.context["original"].written_at.isoformat()
        Topic.objects.filter(pk=topic.pk).update(label="Lithium ore")

        page: Any = contributor.post(there, {"_seen": seen, "reason": "It was right."})

        assert page.context["refused"] == [
            "Lithium ore was changed after it was shown to you: look at it again. Nothing is reverted yet."
        ]
        assert page.context["original"].written_at.isoformat() != seen
        assert Topic.objects.get(pk=topic.pk).label == "Lithium ore"

    def test_answers_nonsense_with_404_and_others_with_403(self, contributor: Client) -> None:
        topic = make_topic("lithium")
        for to in ("", "working", "r1", "nonsense"):
            response = contributor.get(address(topic, "revert"), {"to": to})
            assert response.status_code == 404
        User.objects.update(is_superuser=False)
        for user in User.objects.all():
            user.groups.clear()
        assert contributor.get(address(topic, "revert"), {"to": "r1"}).status_code == 403
