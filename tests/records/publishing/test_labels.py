"""Labels that many documents show: propagated after the publish, in batches that can stop anywhere."""

from __future__ import annotations

import gc
import os
import signal
import threading
import time
from contextlib import contextmanager
from multiprocessing import get_context
from typing import TYPE_CHECKING, Any

import orjson
import pytest
from django.db import connection

from people.models import Person, TenureEdition
from records.models import Change, PendingLabel, Topic, TopicEdition
from records.publishing import feed, labels
from records.publishing.merge import merge
from records.publishing.publish import publish
from tests.factories.documents import document_of
from tests.factories.events import make_event, make_participation
from tests.factories.people import make_office, make_person, make_tenure
from tests.factories.races import at_once
from tests.factories.records import make_topic, publish_whole

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from uuid import UUID

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _few_are_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(labels, "AT_ONCE", 3)


def make_shown(count: int) -> tuple[Topic, list[Topic]]:
    """Return a published topic and so many narrower ones, in the order in which propagation comes to them."""
    broader = make_topic()
    topics = [make_topic(broader=broader) for _ in range(count)]
    publish(broader, *topics, by=None)
    return broader, sorted(topics, key=lambda topic: topic.pk)


def relabel(topic: Topic, label: str) -> None:
    """Publish a new label, without what would be propagated right after."""
    with another_drain_running():
        Topic.objects.filter(pk=topic.pk).update(label=label)
        publish(Topic.objects.get(pk=topic.pk), by=None)
        assert labels.drain() == 0


def labels_shown(topics: Sequence[Topic]) -> list[str]:
    return [document_of(topic)["broader"]["label"] for topic in topics]


def revisions(topics: Sequence[Topic]) -> list[int]:
    return [document_of(topic)["revision"] for topic in topics]


def place() -> UUID | None:
    return PendingLabel.objects.get().done_id


def test_batches_can_stop_anywhere() -> None:
    broader, topics = make_shown(7)
    relabel(broader, "New")
    assert PendingLabel.objects.count() == 1

    assert labels.drain(size=3, batches=1) == 3  # and here the process stops

    assert labels_shown(topics) == ["New"] * 3 + [broader.label] * 4
    assert place() == topics[2].pk
    assert labels.drain(size=3) == 4
    assert labels_shown(topics) == ["New"] * 7
    assert revisions(topics) == [2] * 7
    assert not PendingLabel.objects.exists()
    assert_feed_is_whole()


def test_reading_ahead_leaves_no_session() -> None:
    """The thread that reads closes its connection: a service that publishes all day would run out of them."""
    broader, _topics = make_shown(7)
    relabel(broader, "New")
    gc.disable()  # which would close it, sooner or later
    try:
        before = sessions()
        assert labels.drain(size=3) == 7

        until = time.monotonic() + 20
        while left := sessions() - before:
            assert time.monotonic() < until, left
            time.sleep(0.01)
    finally:
        gc.enable()


def sessions() -> set[int]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pid FROM pg_stat_activity"
            " WHERE datname = current_database() AND backend_type = 'client backend'"
        )
        return {pid for (pid,) in cursor.fetchall()}


def test_what_is_done_is_not_looked_at_again(monkeypatch: pytest.MonkeyPatch) -> None:
    broader, topics = make_shown(7)
    relabel(broader, "New")
    labels.drain(size=3, batches=1)

    seen = watch(monkeypatch)
    labels.drain(size=3)

    assert seen == [[("topic", topic.pk) for topic in batch] for batch in (topics[3:6], topics[6:])]


@pytest.mark.parametrize("step", ["feed.append", "Labels.leave", "feed.lock_feed"])
def test_an_error_leaves_whole_batches(step: str, monkeypatch: pytest.MonkeyPatch) -> None:
    broader, topics = make_shown(7)
    relabel(broader, "New")
    labels.drain(size=2, batches=1)

    with monkeypatch.context() as patch:
        patch.setattr(f"records.publishing.labels.{step}", failing_after(1, step))
        with pytest.raises(ZeroDivisionError):
            labels.drain(size=2)

    assert labels_shown(topics) == ["New"] * 4 + [broader.label] * 3
    assert place() == topics[3].pk
    assert labels.drain(size=2) == 3
    assert labels_shown(topics) == ["New"] * 7
    assert revisions(topics) == [2] * 7
    assert_feed_is_whole()


def test_a_killed_process_leaves_whole_batches() -> None:
    broader, topics = make_shown(40)
    relabel(broader, "New")
    connection.close()

    child = get_context("fork").Process(target=labels.drain, kwargs={"size": 1})
    child.start()
    deadline = time.monotonic() + 30
    while Change.objects.count() < 41 + 3:
        assert time.monotonic() < deadline
        time.sleep(0.001)
    os.kill(child.pid or 0, signal.SIGKILL)
    child.join()

    while (
        PendingLabel.objects.exists()
    ):  # the server comes to the killed one's locks in its own time
        assert time.monotonic() < deadline
        labels.drain(size=7)
    assert labels_shown(topics) == ["New"] * 40
    assert revisions(topics) == [2] * 40
    assert_feed_is_whole()


def test_a_label_that_changes_again_reaches_all_documents() -> None:
    broader, topics = make_shown(7)
    relabel(broader, "New")
    labels.drain(size=3, batches=1)

    relabel(broader, "Newer")

    assert place() is None
    assert labels.drain(size=3) == 7
    assert labels_shown(topics) == ["Newer"] * 7
    assert revisions(topics) == [3] * 3 + [2] * 4
    assert not PendingLabel.objects.exists()


def test_two_labels_in_one_document_make_one_edition() -> None:
    topics = [make_topic() for _ in range(2)]
    events = [make_event(topics=tuple(topics)) for _ in range(5)]
    publish_whole(*events)
    relabel(topics[0], "New")
    relabel(topics[1], "Newer")

    assert labels.drain(size=3) == 5

    for event in events:
        assert {topic["label"] for topic in document_of(event)["topics"]} == {"New", "Newer"}
        assert document_of(event)["revision"] == 2
    assert not PendingLabel.objects.exists()


@pytest.mark.parametrize("whose", ["the document", "its reference"])
def test_what_is_published_between_reading_and_storing_is_kept(
    whose: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    broader, topics = make_shown(5)
    relabel(broader, "New")
    other = topics[1] if whose == "the document" else broader

    with another_publishing_first(monkeypatch, other):
        # A document that was published meanwhile shows the new label already.
        assert labels.drain(size=3, batches=1) == (2 if whose == "the document" else 3)

    labels.drain(size=3)
    shown = "New" if whose == "the document" else "Meanwhile"
    assert labels_shown(topics) == [shown] * 5
    assert document_of(other)["label"] == "Meanwhile"
    assert not PendingLabel.objects.exists()
    assert_feed_is_whole()


def test_a_document_published_meanwhile_is_left_alone() -> None:
    broader, topics = make_shown(5)
    relabel(broader, "New")
    labels.drain(size=2, batches=1)
    Topic.objects.filter(pk=topics[4].pk).update(label="Own")
    late = make_topic(broader=broader)
    with another_drain_running():
        publish(Topic.objects.get(pk=topics[4].pk), late, by=None)

    assert labels.drain(size=2) == 2

    assert labels_shown([*topics, late]) == ["New"] * 6
    assert revisions([*topics, late]) == [2, 2, 2, 2, 2, 1]


def test_documents_that_name_a_merged_record_name_the_survivor() -> None:
    loser, topics = make_shown(5)
    survivor = make_topic("survivor")
    publish(survivor, by=None)
    with another_drain_running():
        merge(loser, survivor, by=None, reason="Same thing.")
    labels.drain(size=2, batches=1)
    relabel(survivor, "Renamed")

    labels.drain(size=2)

    assert labels_shown(topics) == ["Renamed"] * 5
    assert {document_of(topic)["broader"]["id"] for topic in topics} == {str(survivor.pk)}
    assert not PendingLabel.objects.exists()


def test_a_label_made_of_others_is_propagated_in_turn() -> None:
    person = make_person("Old Name")
    tenures = [make_tenure(person, make_office()) for _ in range(5)]
    events = [make_event() for _ in tenures]
    for event, tenure in zip(events, tenures, strict=True):
        make_participation(event, person, tenures=(tenure,))
    publish_whole(*events)
    with another_drain_running():
        Person.objects.filter(pk=person.pk).update(name="New Name")
        publish(Person.objects.get(pk=person.pk), by=None)

    labels.drain(size=3)

    assert not PendingLabel.objects.exists()
    for event, tenure in zip(events, tenures, strict=True):
        label = document_of(tenure)["label"]
        assert label.startswith("New Name")
        (participation,) = document_of(event)["participations"]
        assert participation["participant"]["label"] == "New Name"
        assert [one["tenure"]["label"] for one in participation["capacities"]] == [label]
    texts = TenureEdition.objects.current().values_list("document", flat=True)
    assert not [text for text in texts if "Old Name" in text]
    assert_feed_is_whole()


def test_nobody_waits_while_documents_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    broader, _topics = make_shown(7)
    relabel(broader, "New")
    was_free: list[object] = []
    patch_documents = labels._patch

    def look(places: Any, seen: int) -> labels.Patches:
        (free,) = at_once(feed_is_free)
        was_free.append(free)
        return patch_documents(places, seen)

    monkeypatch.setattr(labels, "_patch", look)
    monkeypatch.setattr(
        labels, "_reader", no_reader
    )  # or it would look while another batch is stored

    labels.drain(size=3)

    assert was_free == [True] * 3


def feed_is_free() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [feed.FEED_LOCK])
        return bool(cursor.fetchone()[0])


@contextmanager
def no_reader() -> Iterator[None]:
    yield None


def watch(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Return the batches that are read from now on."""
    seen: list[Any] = []
    patch_documents = labels._patch

    def look(places: Any, position: int) -> labels.Patches:
        seen.append(list(places))
        return patch_documents(places, position)

    monkeypatch.setattr(labels, "_patch", look)
    return seen


def failing_after(calls: int, step: str) -> Callable[..., Any]:
    """Return what a step of propagation does, but for an error after so many calls."""
    owner: Any = labels
    for name in step.split("."):
        owner = getattr(owner, name)
    original = owner
    left = [calls]

    def call(*arguments: Any) -> Any:
        if not left[0]:
            raise ZeroDivisionError
        left[0] -= 1
        return original(*arguments)

    return call


@contextmanager
def another_publishing_first(monkeypatch: pytest.MonkeyPatch, topic: Topic) -> Iterator[None]:
    """Let another connection publish a topic when the first batch has been read, and is about to be stored."""
    lock_feed = feed.lock_feed
    has_published = threading.Event()

    def publish_first() -> feed.Turn:
        if not has_published.is_set():
            has_published.set()
            monkeypatch.setattr(feed, "lock_feed", lock_feed)
            (result,) = at_once(lambda: publish(Topic.objects.get(pk=topic.pk), by=None))
            assert result is None
        return lock_feed()

    Topic.objects.filter(pk=topic.pk).update(label="Meanwhile")
    monkeypatch.setattr(labels, "drain_aside", lambda: None)
    monkeypatch.setattr(feed, "lock_feed", publish_first)
    yield
    assert has_published.is_set()


def assert_feed_is_whole() -> None:
    """Positions have no gaps, and each document is the last of its revisions."""
    positions = list(Change.objects.values_list("position", flat=True))
    assert positions == list(range(1, len(positions) + 1))
    for edition in TopicEdition.objects.current():
        assert orjson.loads(edition.document or "")["revision"] == edition.revision
        assert TopicEdition.objects.filter(record_id=edition.record_id).count() == edition.revision


@contextmanager
def another_drain_running() -> Iterator[None]:
    """Hold the lock that a drain holds, on another connection."""
    other = connection.copy()
    with other.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [labels.DRAIN_LOCK])
    try:
        yield
        wait_for_threads()
        # Closing alone lets go of the lock only when the server comes to it.
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [labels.DRAIN_LOCK])
    finally:
        other.close()


def wait_for_threads() -> None:
    for thread in threading.enumerate():
        if thread.name == "propagate-labels":
            thread.join()
