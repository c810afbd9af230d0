"""The page that compares a record with what it was: in words, with what differs marked."""

from __future__ import annotations

from typing import Any

import pghistory
import pytest
from django.test import Client

from people.models import Person
from records.publishing.publish import publish
from records.publishing.steps import steps_of
from tests.factories.events import make_event, make_participation
from tests.factories.every_kind import EVERY_KIND, Maker
from tests.factories.people import make_person, make_state
from tests.factories.records import make_topic, publish_whole
from tests.records.admin.filling import address

pytestmark = pytest.mark.django_db


def rows(response: Any) -> list[tuple[str, str, str, str]]:
    """The rows that differ: the member, both sides, and the mark."""
    return [
        (group.name, _text(row.left), _text(row.right), row.mark)
        for group in response.context["groups"]
        for row in group.rows
        if row.mark
    ]


def _text(values: Any) -> str:
    return "; ".join(f"{value.name} {value.text}".strip() for value in values)


def edited(person: Person) -> None:
    with pghistory.context(why="an edit"):
        person.birth, person.living = "1951-05~", "living"
        person.save()


def test_the_public_edition_stands_beside_the_working_record(publisher: Client) -> None:
    person = make_person("Ishaq Dar", birth="1950")
    publish_whole(person)
    edited(person)

    page = publisher.get(address(person, "compare"))

    assert rows(page) == [
        (
            "Birth",
            "1950: some day in 1950",
            "1951-05~: some day in May 1951 (approximate)",
            "changed",
        ),
        ("Living", "Unknown", "Living", "changed"),
    ]
    assert page.context["left"].title == "Revision 1, public now"
    assert page.context["right"].title == "Working record"
    content = page.content.decode()
    assert "2 differences." in content
    assert '<span aria-hidden="true">≠</span> changed' in content


def test_a_draft_is_shown_as_it_would_be_published(contributor: Client) -> None:
    topic = make_topic("lithium", broader=make_topic("mining"))

    page = contributor.get(address(topic, "compare"))

    assert (page.context["left"], page.context["is_pair"]) == (None, False)
    assert [(group.name, _text(group.rows[0].right)) for group in page.context["groups"]] == [
        ("Slug", "lithium"),
        ("Label", "Lithium"),
        ("Contested", "no"),
        ("Code", "lithium"),
        ("Broader", "Mining (mining)"),
    ]
    assert "would be published with it: Mining." in page.content.decode()


def test_items_of_a_list_are_paired_by_what_they_say(publisher: Client) -> None:
    one, two, three = (make_state(name) for name in ("Pakistan", "China", "Iran"))
    event = make_event("A call")
    first = make_participation(event, one, role="caller")
    make_participation(event, two, role="participant")
    publish_whole(event)
    with pghistory.context(why="an edit"):
        first.role = "observer"
        first.save()
        event.participations.filter(state=two).delete()
        make_participation(event, three, role="callee")
    publish_whole(three)

    page = publisher.get(address(event, "compare"))

    marks = [row for row in rows(page) if row[0] == "Participations"]
    assert [mark for *_texts, mark in marks] == ["changed", "added", "removed"]
    assert "role Caller" in marks[0][1]
    assert "role Observer" in marks[0][2]
    assert ("Iran" in marks[1][2], "China" in marks[2][1]) == (True, True)
    changed = page.context["groups"]
    (row,) = [each for group in changed for each in group.rows if each.mark == "changed"]
    assert [
        value.name for value in row.left if any(differs for _text, differs in value.pieces)
    ] == ["role"]


def test_any_two_of_revisions_and_steps_are_compared(publisher: Client) -> None:
    with pghistory.context(why="made"):
        person = make_person("Ishaq Dar")
    publish_whole(person)
    edited(person)
    publish(person, by=None)
    made, _published, changed, _again = steps_of(Person, person.pk)
    there = address(person, "compare")
    differing = [
        ("Birth", "", "1951-05~: some day in May 1951 (approximate)", "added"),
        ("Living", "Unknown", "Living", "changed"),
    ]

    assert rows(publisher.get(there, {"left": "r1", "right": "r2"})) == differing
    assert rows(publisher.get(there, {"left": made.token, "right": changed.token})) == differing
    assert rows(publisher.get(there, {"left": made.token, "right": "r2"})) == differing
    assert rows(publisher.get(there, {"left": "r2", "right": changed.token})) == []
    assert rows(publisher.get(there, {"left": "r2", "right": "working"})) == []
    with_changes = publisher.get(there, {"left": "r1", "right": "r2", "show": "changes"})
    assert with_changes.content.count(b'<th scope="row">') == 2


@pytest.mark.parametrize(
    "wrong", ["r9", "r0", "r99999999999999999999", "nonsense", "2026-01-01T00:00:00+00:00~", "\x00"]
)
def test_what_is_not_there_is_not_found(publisher: Client, wrong: str) -> None:
    topic = make_topic()
    for side in ("left", "right"):
        response = publisher.get(address(topic, "compare"), {side: wrong}, follow=True)
        assert response.status_code == (404 if wrong != "\x00" else 200)


@pytest.mark.parametrize("maker", EVERY_KIND.values(), ids=EVERY_KIND.keys())
def test_every_kind_is_compared_without_a_difference_to_itself(
    maker: Maker, publisher: Client
) -> None:
    with pghistory.context(why="made"):
        record = maker.with_parts(1)
    publish_whole(record)
    made, published, *_later = steps_of(type(record), record.pk)
    there = address(record, "compare")

    for left, right in (("r1", "working"), (made.token, published.token)):
        page = publisher.get(there, {"left": left, "right": right})
        assert page.status_code == 200
        assert rows(page) == []
        assert len(page.context["groups"]) > 3
        assert not {"{", "}", "None", "True"} & set(
            "".join(_text(row.right) for group in page.context["groups"] for row in group.rows)
        )


def test_the_preview_is_the_document(contributor: Client) -> None:
    topic = make_topic("lithium")

    response = contributor.get(address(topic, "preview"))

    assert response.headers["Content-Type"] == "application/json"
    assert response.json()["label"] == "Lithium"


def test_who_may_not_see_a_kind_compares_nothing(client: Client) -> None:
    topic = make_topic()
    for page in ("compare", "preview"):
        assert client.get(address(topic, page)).status_code == 302
