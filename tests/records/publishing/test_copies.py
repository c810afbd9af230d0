"""A snapshot and the changes after it are what is public, whatever is published meanwhile."""

from __future__ import annotations

import os
import random
import time
from contextlib import suppress
from functools import partial
from threading import Event as Signal
from typing import TYPE_CHECKING, Any

import orjson
import pytest
from django.db import connection, transaction

from events.models import Event
from people.models import State
from records.models import Change
from records.publishing.labels import drain
from records.publishing.merge import merge
from records.publishing.publish import CurationRefused, publish, restore, withdraw
from tests.factories.copies import Copy, current, snapshot
from tests.factories.events import make_event, make_event_type, make_participation
from tests.factories.people import make_state
from tests.factories.races import at_once
from tests.factories.records import make_source, publish_whole
from tests.factories.thorough import times

if TYPE_CHECKING:
    from collections.abc import Sequence

    from records.models import Record

pytestmark = pytest.mark.django_db(transaction=True)

WRITERS = 16
#: For how long they write: longer where somebody wants to see it.
SECONDS = float(os.environ.get("CHANCERY_WRITING_SECONDS", "2"))


class Writer:
    """Somebody who makes, changes, withdraws, restores and merges events, and renames a state now and then."""

    def __init__(self, number: int, states: Sequence[State], beside: dict[str, Any]) -> None:
        self._random = random.Random(number)  # noqa: S311 - no secret
        self._is_slow = number == 0
        self._states = states
        self._beside = beside
        self._mine: list[Event] = []
        self.done = 0

    def write(self, until: float) -> None:
        while not self.done or time.monotonic() < until:
            self.act()

    def act(self) -> None:
        acts = [self.make, self.make, self.retitle, self.move, self.withdraw, self.restore]
        act = self._random.choice([*acts, self.merge, self.rename]) if self._mine else self.make
        with suppress(CurationRefused), transaction.atomic():
            act()
            if self._is_slow:
                time.sleep(0.2)  # the others wait
            self.done += 1

    def _one(self) -> Event:
        return Event.objects.get(pk=self._random.choice(self._mine).pk)

    def make(self) -> None:
        event = make_event(**self._beside)
        for state in self._random.sample(self._states, 2):
            make_participation(event, state)
        checked_and_published(event)
        self._mine.append(event)

    def retitle(self) -> None:
        event = self._one()
        event.title = f"Event {self._random.random()}"
        event.save()
        checked_and_published(event)

    def move(self) -> None:
        event = self._one()
        event.participations.all().delete()
        make_participation(event, self._random.choice(self._states))
        checked_and_published(event)

    def withdraw(self) -> None:
        withdraw(self._one(), by=None, reason="Not so.")

    def restore(self) -> None:
        restore(self._one(), by=None)

    def merge(self) -> None:
        gone, kept = self._one(), self._one()
        if gone != kept:
            merge(gone, kept, by=None, reason="The same.")
            self._mine.remove(gone)

    def rename(self) -> None:
        state = State.objects.select_for_update(no_key=True).get(
            pk=self._random.choice(self._states).pk
        )
        state.name = f"State {self._random.random()}"
        state.save()
        checked_and_published(state)


def checked_and_published(record: Record) -> None:
    """Publish what was just written, as the desk does: foreign keys first, which may wait, and then the feed, which others wait for."""
    connection.check_constraints()
    publish(record, by=None)


def follow_until(done: Signal, copy: Copy) -> None:
    """Read page by page; three of four readers are killed before they have stored what they read, and go on."""
    chance = random.Random(1)  # noqa: S311 - no secret
    while not done.is_set():
        copy.step(is_killed=chance.random() < 0.75)
        time.sleep(0.05)


def test_who_follows_the_feed_has_what_is_public_while_others_publish() -> None:
    states = [make_state(f"State {number}") for number in range(4)]
    beside = {"type": make_event_type(), "source": make_source()}
    publish_whole(*states, beside["type"], beside["source"])
    scope = str(states[0].pk)
    writers = [Writer(number, states, beside) for number in range(WRITERS)]
    whole, scoped = Copy(page_size=7), Copy(state=scope, page_size=3)
    from_snapshot: list[Copy] = []
    done = Signal()
    until = time.monotonic() + SECONDS

    def write_all() -> None:
        try:
            results = at_once(*[partial(writer.write, until) for writer in writers])
            assert results == [None] * WRITERS
        finally:
            done.set()

    def take_snapshots() -> None:
        time.sleep(SECONDS / 2)
        from_snapshot.append(Copy(*snapshot()))
        from_snapshot.append(Copy(*snapshot(scope), state=scope))

    results = at_once(
        write_all,
        take_snapshots,
        partial(follow_until, done, whole),
        partial(follow_until, done, scoped),
    )
    assert results == [None] * 4
    drain()
    for copy in (whole, scoped, *from_snapshot):
        copy.follow()

    assert all(writer.done for writer in writers)
    assert whole.seen == list(range(1, Change.objects.count() + 1))
    expected, of_scope = current(), current(scope)
    assert 0 < len(of_scope) < len(expected)
    assert orjson.dumps(
        [each.documents for each in (whole, from_snapshot[0])], option=orjson.OPT_SORT_KEYS
    ) == (orjson.dumps([expected] * 2, option=orjson.OPT_SORT_KEYS))
    assert [each.documents for each in (scoped, from_snapshot[1])] == [of_scope] * 2
    assert 0 < from_snapshot[0].seen[0] - 1 < len(whole.seen)
    print(
        f"{WRITERS} writers, {SECONDS:g} s: {sum(writer.done for writer in writers):,} acts, {len(whole.seen):,} changes,"
        f" {len(expected):,} documents, {len(of_scope):,} of them in the scope; snapshots at {from_snapshot[0].seen[0] - 1:,}"
    )


def test_a_copy_is_what_is_public_after_each_act() -> None:
    states = [make_state(f"State {number}") for number in range(4)]
    beside = {"type": make_event_type(), "source": make_source()}
    publish_whole(*states, beside["type"], beside["source"])
    scope = str(states[0].pk)
    writer = Writer(1, states, beside)
    whole, scoped = Copy(), Copy(state=scope)

    for _ in range(times(30)):
        writer.act()
        drain()
        whole.follow()
        scoped.follow()
        assert whole.documents == current()
        assert scoped.documents == current(scope)

    assert {change.action for change in Change.objects.all()} == {
        "published", "updated", "withdrawn", "restored", "merged",
    }  # fmt: skip
