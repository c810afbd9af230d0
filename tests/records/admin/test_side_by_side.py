"""Publishers who work at the same moment do not fail each other."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from records.models import Topic, TopicEdition
from tests.factories.people import make_person
from tests.factories.races import at_once, overtaken
from tests.factories.records import make_topic
from tests.factories.staff import client_of, member_of_staff
from tests.factories.thorough import times
from tests.records.admin.filling import address, agreed, filled

if TYPE_CHECKING:
    from django.contrib.auth.models import User
    from django.test import Client

pytestmark = pytest.mark.django_db(transaction=True)

SAVES = times(6)
#: How often a form is sent at most.
MOST = 20


@pytest.fixture
def publishers(db: None) -> list[User]:
    return [member_of_staff("publisher", f"publisher {number}") for number in range(4)]


def saving(
    user: User, topics: list[Topic], also: dict[Topic, list[Topic]]
) -> Callable[[], list[int]]:
    """Open the forms of topics; return what saves and publishes them, with others, and returns the answers' statuses."""
    client = client_of(user)
    # Read before anybody writes: Django's test client mixes up pages that are made side by side.
    opened = [(address(topic), filled(client.get(address(topic))), also[topic]) for topic in topics]
    forms = [
        (
            page,
            data
            | {"label": f"{data['label']} anew", "_also": _keys(others)}
            # Somebody else may have published it meanwhile.
            | {"_publish": "1", "_nature": "correction"},
        )
        for page, data, others in opened
    ]

    def save_all() -> list[int]:
        return [_send(client, page, data) for page, data in forms]

    return save_all


def _send(client: Client, page: str, data: dict[str, Any]) -> int:
    """Send a form; where others are published with it, send it again for what is shown of them, until they stay as shown."""
    for _ in range(MOST):
        response = client.post(page, data)
        shown = re.search(r'name="_shown" value="([^"]*)"', response.content.decode())
        if response.status_code != 200 or not shown:
            break
        data = data | {"_shown": shown[1]}
    return response.status_code


def _keys(topics: list[Topic]) -> list[str]:
    return [str(topic.pk) for topic in topics]


def test_publishers_of_topics_in_one_tree_all_succeed(publishers: list[User]) -> None:
    # Each publisher's topics lie below drafts that another one saves at the same moment.
    own: list[list[Topic]] = [[] for _publisher in publishers]
    above: dict[Topic, list[Topic]] = {}
    for number in range(SAVES):
        chain: list[Topic] = []
        for place in range(len(publishers)):
            topic = make_topic(f"topic-{number}-{place}", broader=chain[-1] if chain else None)
            above[topic] = list(chain)
            chain.append(topic)
            own[(number + place) % len(publishers)].append(topic)

    answers = at_once(
        *(saving(user, topics, above) for user, topics in zip(publishers, own, strict=True))
    )

    assert answers == [[302] * SAVES] * len(publishers)
    assert not [topic for topic in Topic.objects.all() if topic.has_unpublished_changes]
    assert {topic.label.endswith("anew") for topic in Topic.objects.all()} == {True}
    assert TopicEdition.objects.current().count() == SAVES * len(publishers)


def looks_for_deadlocks_after(seconds: int) -> None:
    """Say how long this connection waits before it looks whether another one waits for it too, and is ended then."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('deadlock_timeout', %s, %s)",
            [f"{seconds}s", connection.in_atomic_block],  # until the end of a transaction
        )


def test_a_save_that_was_ended_for_somebody_else_is_done_again(publishers: list[User]) -> None:
    topic, broader = make_topic("gold"), make_topic("mining")
    Topic.objects.filter(pk=topic.pk).update(broader=broader)
    client = client_of(publishers[0])
    data = filled(client.get(address(topic))) | {"label": "Gold ore", "_publish": "1"}
    data |= agreed(client.post(address(topic), data))

    def check() -> None:
        looks_for_deadlocks_after(60)
        Topic.objects.filter(pk=broader.pk).update(curators_note="Checked.")

    def save() -> int:
        looks_for_deadlocks_after(3)  # once: by then we wait, on a machine at work too
        return client.post(address(topic), data).status_code

    status = overtaken(
        check,
        # It holds the topic and waits for the broader one, as we wait for the topic: it looks first, so it is ended.
        save,
        lambda: Topic.objects.select_for_update().get(pk=topic.pk),
    )

    assert status == 302
    assert TopicEdition.objects.count() == 2
    topic.refresh_from_db()
    assert topic.label == "Gold ore"


def test_a_form_writes_only_what_it_changed(publishers: list[User]) -> None:
    person = make_person("Marco Rubio")
    person.names.create(name="Little Marco")
    client = client_of(publishers[0])
    data = filled(client.get(address(person)))
    (name,) = [each for each in data if data[each] == "Little Marco"]

    with CaptureQueriesContext(connection) as queries:
        data |= {"given_name": "Marco", name: "Young Marco"}
        assert client.post(address(person), data).status_code == 302

    written = [
        found[1]
        for query in queries
        if (found := re.search(r'(UPDATE "people_person(?:name)?" .*) WHERE ', query["sql"]))
    ]
    assert written == [
        """UPDATE "people_person" SET "given_name" = 'Marco'""",
        """UPDATE "people_personname" SET "name" = 'Young Marco'""",
    ]
