"""What may be deleted at the desk, and what is said of the rest."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client

from events.models import Event
from people.models import Person
from records.models import Topic
from records.publishing.publish import publish
from tests.factories.events import make_event
from tests.factories.every_kind import EVERY_KIND
from tests.factories.people import make_person, make_tenure
from tests.factories.races import overtaken
from tests.factories.records import make_topic
from tests.records.admin.filling import address


def test_what_was_never_published_can_be_deleted(contributor: Client) -> None:
    record = EVERY_KIND["event"].with_parts(1)

    assert contributor.post(address(record, "delete"), {"post": "yes"}).status_code == 302
    assert not Event.objects.filter(pk=record.pk).exists()


def test_chosen_drafts_can_be_deleted(contributor: Client) -> None:
    topic = make_topic("mining")
    action = {"action": "delete_selected", "_selected_action": [str(topic.pk)], "post": "yes"}

    assert contributor.post(address(Topic, "changelist"), action).status_code == 302

    assert not Topic.objects.exists()


def test_what_others_name_is_not_deleted_and_said_so(contributor: Client) -> None:
    held = make_tenure()

    response = contributor.post(address(held.person, "delete"), {"post": "yes"})

    assert response.status_code == 200
    assert response.context["protected"]
    assert Person.objects.filter(pk=held.person.pk).exists()


def test_what_was_published_cannot_be_deleted_by_anybody(
    publisher: Client, administrator: Client
) -> None:
    topic = make_topic("mining")
    publish(topic, by=None)

    for client in (publisher, administrator):
        page = client.get(address(topic)).content.decode()
        assert "deletelink" not in page
        assert "can never be deleted" in page
        assert client.post(address(topic, "delete"), {"post": "yes"}).status_code == 403
        action = {"action": "delete_selected", "_selected_action": [str(topic.pk)], "post": "yes"}
        response = client.post(address(Topic, "changelist"), action, follow=True)
        assert [str(each) for each in response.context["messages"]] == [
            (
                "Nothing is deleted: “Mining” was published, and what was ever published is never deleted. "
                "A publisher can withdraw it, or merge it into another record."
            )
        ]
    assert Topic.objects.filter(pk=topic.pk).exists()


@pytest.mark.django_db(transaction=True)
def test_what_somebody_names_at_that_moment_is_not_said_to_be_deleted(contributor: Client) -> None:
    event, person = make_event("Talks"), make_person("Ishaq Dar")

    def name() -> None:
        event.participations.create(person=person, role="visitor")
        connection.check_constraints()

    response = overtaken(
        name,
        lambda: contributor.post(address(person, "delete"), {"post": "yes"}, follow=True),
    )

    (said,) = map(str, response.context["messages"])
    assert said.startswith("This conflicts with something that somebody else has just saved")
    assert Person.objects.get() == person
