"""Publishing from several connections at once."""

from __future__ import annotations

import time
from functools import partial
from threading import Barrier, Event

import orjson
import pytest
from django.db import OperationalError, connection, transaction

from records.kinds import TOPIC as TOPIC_KIND
from records.models import Change, Topic, TopicEdition
from records.publishing import deeds
from records.publishing.batches import publish_in_batches
from records.publishing.deeds import ContentionError, deed
from records.publishing.merge import merge
from records.publishing.publish import CurationRefused, publish, withdraw
from tests.factories.races import at_once, overtaken
from tests.factories.records import make_topic

pytestmark = pytest.mark.django_db(transaction=True)


def publish_as_it_is(topic: Topic) -> None:
    publish(Topic.objects.get(pk=topic.pk), by=None)


def withdraw_as_it_is(topic: Topic) -> None:
    withdraw(Topic.objects.get(pk=topic.pk), by=None, reason="Too wide.")


def test_simultaneous_publishes_of_one_record_give_one_revision_each_or_none() -> None:
    topic = make_topic("mining")

    def edit_and_publish(label: str) -> None:
        with transaction.atomic():
            mine = Topic.objects.select_for_update().get(pk=topic.pk)
            mine.label = label
            mine.save()
        publish(Topic.objects.get(pk=topic.pk), by=None)

    results = at_once(
        *[lambda label=f"Label {number}": edit_and_publish(label) for number in range(6)]
    )

    assert not [result for result in results if isinstance(result, Exception)]
    editions = list(TopicEdition.objects.order_by("revision"))
    assert [edition.revision for edition in editions] == list(range(1, len(editions) + 1))
    assert [edition.superseded_at for edition in editions[:-1]] == [
        edition.published_at for edition in editions[1:]
    ]
    assert editions[-1].superseded_at is None
    topic.refresh_from_db()
    assert orjson.loads(editions[-1].document or "")["label"] == topic.label
    assert not topic.has_unpublished_changes
    assert list(Change.objects.values_list("position", "revision")) == [
        (edition.position, edition.revision) for edition in editions
    ]


def test_a_record_is_first_published_once_however_many_try() -> None:
    topic = make_topic("mining")

    results = at_once(*[lambda: publish(Topic.objects.get(pk=topic.pk), by=None) for _ in range(6)])

    assert results == [None] * 6
    assert list(Change.objects.values_list("revision", flat=True)) == [1]


def test_groups_that_share_records_in_other_orders_do_not_deadlock() -> None:
    topics = [make_topic() for _ in range(6)]
    publish(*topics, by=None)

    def republish(order: list[Topic], label: str) -> None:
        Topic.objects.filter(pk=order[0].pk).update(label=label)
        publish(*[Topic.objects.get(pk=topic.pk) for topic in order], by=None)

    results = at_once(
        *[
            lambda order=order, number=number: republish(order, f"Label {number}")
            for number, order in enumerate(
                [topics, topics[::-1], topics[3:] + topics[:3], topics[::2] + topics[1::2]]
            )
        ],
    )

    assert results == [None] * 4


def test_positions_become_visible_in_order_and_without_gaps() -> None:
    writers, each = 4, 12
    topics = [[make_topic() for _ in range(each)] for _ in range(writers)]
    done = Event()
    seen: list[int] = []

    def write(mine: list[Topic]) -> None:
        for topic in mine:
            publish(topic, by=None)

    def read() -> None:
        last = 0
        while True:
            finished = done.is_set()
            rows = list(Change.objects.filter(position__gt=last).values_list("position", flat=True))
            seen.extend(rows)
            last = rows[-1] if rows else last
            if finished:
                return

    def write_all() -> None:
        try:
            results = at_once(*[lambda mine=mine: write(mine) for mine in topics])
            assert results == [None] * writers
        finally:
            done.set()

    results = at_once(read, write_all)

    assert results == [None, None]
    assert seen == list(range(1, writers * each + 1))


def test_publish_and_withdraw_at_once_leave_a_whole_state() -> None:
    for _ in range(5):
        broader = make_topic()
        publish(broader, by=None)
        topic = make_topic(broader=broader)

        published, withdrawn = at_once(
            partial(publish_as_it_is, topic),
            partial(withdraw_as_it_is, broader),
        )

        # Either the topic was first, and its broader one is named and stays; or it was second, and is refused.
        assert isinstance(published, CurationRefused) != isinstance(withdrawn, CurationRefused)


def test_a_label_published_beside_a_document_that_names_it_is_never_stale() -> None:
    for number in range(5):
        broader = make_topic()
        publish(broader, by=None)
        topic = make_topic(broader=broader)
        Topic.objects.filter(pk=broader.pk).update(label=f"New {number}")

        results = at_once(
            partial(publish_as_it_is, topic),
            partial(publish_as_it_is, broader),
        )

        assert not [result for result in results if isinstance(result, Exception)]
        document = orjson.loads(
            TopicEdition.objects.current().get(record_id=topic.pk).document or ""
        )
        assert document["broader"]["label"] == f"New {number}"


def test_batches_in_two_processes_publish_everything_once_and_in_order() -> None:
    topics = [make_topic() for _ in range(23)]
    bad = make_topic(broader=make_topic())

    keys = [topic.pk for topic in topics] + [bad.pk]
    batches = list(publish_in_batches(TOPIC_KIND, keys, by=None, size=4, processes=2))

    assert [key for batch in batches for key in batch.published] == [topic.pk for topic in topics]
    assert [refusal.record.pk for batch in batches for refusal in batch.refusals] == [bad.pk]
    assert list(Change.objects.values_list("position", flat=True)) == list(range(1, 24))
    assert set(TopicEdition.objects.values_list("record_id", flat=True)) == {
        topic.pk for topic in topics
    }


def test_processes_that_published_leave_no_connection_open() -> None:
    topics = [make_topic() for _ in range(8)]
    before = sessions()  # threads of other tests may have left some

    list(
        publish_in_batches(TOPIC_KIND, [topic.pk for topic in topics], by=None, size=2, processes=2)
    )

    # A connection that was just closed has a moment to go.
    deadline = time.monotonic() + 5
    while (left := sessions() - before) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert left == set()


def sessions() -> set[int]:
    """The processes of PostgreSQL that serve other connections to this database."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pid FROM pg_stat_activity"
            " WHERE datname = current_database() AND backend_type = 'client backend'"
            " AND pid <> pg_backend_pid()"
        )
        return {pid for (pid,) in cursor.fetchall()}


@pytest.fixture
def one_try(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is done again: who waits for whom must be right the first time."""
    monkeypatch.setattr(deeds, "TRIES", 1)


@pytest.mark.usefixtures("one_try")
def test_a_merge_waits_for_records_that_name_the_loser_before_it_holds_the_feed() -> None:
    loser, survivor = make_topic(), make_topic()
    topic = make_topic(broader=loser)
    publish(loser, survivor, topic, by=None)

    overtaken(
        lambda: Topic.objects.filter(pk=topic.pk).update(label="Another"),
        lambda: merge(loser, survivor, by=None, reason="One."),
        lambda: publish_as_it_is(topic),
    )

    topic.refresh_from_db()
    assert topic.broader == survivor
    document = orjson.loads(TopicEdition.objects.current().get(record_id=topic.pk).document or "")
    assert (document["label"], document["broader"]["id"]) == ("Another", str(survivor.pk))


@pytest.mark.usefixtures("one_try")
def test_what_a_publisher_names_is_checked_before_the_feed_is_held() -> None:
    broader = make_topic("mining")
    publish(broader, by=None)

    @transaction.atomic
    def add_below() -> Topic:
        topic = make_topic("gold", broader=Topic.objects.get(pk=broader.pk))
        publish(topic, by=None)
        return topic

    topic = overtaken(
        # Another code is another key: a write that refers to the topic waits.
        lambda: Topic.objects.filter(pk=broader.pk).update(code="mines", label="Mines"),
        add_below,
        lambda: publish_as_it_is(broader),
    )

    document = orjson.loads(TopicEdition.objects.current().get(record_id=topic.pk).document or "")
    assert document["broader"]["label"] == "Mines"


def test_a_save_that_leaves_a_topic_where_it_is_waits_for_no_other() -> None:
    moved, other = make_topic(broader=make_topic()), make_topic(broader=make_topic())
    root = make_topic()
    done = Event()

    def save() -> None:
        topic = Topic.objects.get(pk=other.pk)
        topic.label = "Another"
        topic.save()
        make_topic(broader=topic)
        done.set()

    overtaken(
        lambda: Topic.objects.filter(pk=moved.pk).update(broader=root),
        save,
        lambda: done.is_set() or pytest.fail("It waits for the lock of the tree."),
    )


def test_of_two_that_wait_for_each_other_the_one_that_was_ended_is_done_again() -> None:
    topics = [make_topic(), make_topic()]
    together = Barrier(2)

    def rename(first: Topic, second: Topic) -> None:
        tries = []

        @deed
        @transaction.atomic
        def act() -> None:
            tries.append(1)
            Topic.objects.filter(pk=first.pk).update(label=f"By the one from {first.code}")
            if len(tries) == 1:
                together.wait()
            Topic.objects.filter(pk=second.pk).update(label=f"By the one from {first.code}")

        act()

    results = at_once(lambda: rename(*topics), lambda: rename(*topics[::-1]))

    assert results == [None, None]
    assert len(set(Topic.objects.values_list("label", flat=True))) == 1


def test_a_deed_is_given_up_after_some_tries_and_inside_a_transaction_at_once() -> None:
    tries = []

    @deed
    def end() -> None:
        tries.append(1)
        with connection.cursor() as cursor:
            cursor.execute(
                "DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = 'serialization_failure'; END $$"
            )

    with pytest.raises(ContentionError):
        end()
    assert len(tries) == deeds.TRIES

    tries.clear()
    with pytest.raises(OperationalError), transaction.atomic():
        end()
    assert len(tries) == 1


def test_a_rolled_back_publication_leaves_nothing() -> None:
    topic = make_topic("mining")

    @transaction.atomic
    def publish_then_fail() -> None:
        publish(topic, by=None)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        publish_then_fail()

    assert not TopicEdition.objects.exists()
    assert not Change.objects.exists()
    topic.refresh_from_db()
    assert topic.editorial_state == "draft"
    publish(topic, by=None)
    assert list(Change.objects.values_list("position", flat=True)) == [1]
