"""`as_of` just before and just after each change: the bytes of an answer stay."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from records.publishing.merge import merge
from records.publishing.publish import publish, restore, withdraw
from tests.factories.events import (
    make_event,
    make_participation,
)
from tests.factories.instants import MICROSECOND, as_of, last_instant
from tests.factories.people import make_state
from tests.factories.records import make_topic, publish_whole, saved_and_published

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.test import Client


pytestmark = pytest.mark.django_db


@dataclass
class Answers:
    """What some addresses answered, as of just before and just after each change, by the full address."""

    client: Client
    asked: Sequence[str]
    known: dict[str, bytes] = field(default_factory=dict)

    def ask(self) -> None:
        """Ask as of the last change and of the microsecond before it."""
        for instant in (last_instant() - MICROSECOND, last_instant()):
            for address in self.asked:
                full = as_of(f"/api/v1/{address}", instant)
                self.known[full] = self.client.get(full).content

    def changed(self) -> set[str]:
        """Return the addresses that answer otherwise now."""
        return {
            address
            for address, body in self.known.items()
            if _without_id(self.client.get(address).content) != _without_id(body)
        }


def _without_id(body: bytes) -> bytes:
    return re.sub(rb'"request_id":"[^"]*"', b"", body)


def test_as_of_just_before_and_just_after_each_change(client: Client) -> None:
    """The bytes of an answer as of an instant stay, through an edit, a merge and a withdrawal of another record."""
    gold, silver, tin = (
        saved_and_published(make_topic(code)) for code in ("gold", "silver", "tin")
    )
    asked = (
        "topics/?",
        "topics/?search=gold",
        "topics/gold/?",
        "topics/silver/?",
        "topics/?code=gold&",
    )
    answers = Answers(client, asked)

    def edit() -> None:
        gold.label = "Golden"
        gold.save()
        publish(gold, by=None)

    answers.ask()
    edit()
    answers.ask()
    merge(silver, gold, by=None, reason="The same.")
    answers.ask()
    assert answers.changed() == set()
    with_tin = {address for address, body in answers.known.items() if b'"slug":"tin"' in body}
    withdraw(tin, by=None, reason="No.")
    assert answers.changed() == with_tin
    restore(tin, by=None)
    assert answers.changed() == set()
    assert with_tin
    assert len(set(answers.known.values())) > 12


def test_counts_and_the_timeline_stay_through_an_edit_a_merge_and_a_withdrawal(
    client: Client,
) -> None:
    """Byte for byte, as of just before and just after each; and as they were without what is withdrawn while it is so."""
    grain, tin = make_topic("grain"), make_topic("tin")
    talks, visit, call = (
        make_event(title, when=when, topics=(topic,), slug=title.lower())
        for title, when, topic in (
            ("Talks", "2024-03", grain),
            ("Visit", "2025", tin),
            ("Call", None, grain),
        )
    )
    for event in (talks, visit, call):
        make_participation(event, make_state(event.title))
    publish_whole(talks, visit, call)
    asked = (
        "events/counts/?",
        "events/counts/?by=year,topic&",
        "events/counts/?by=month,state&topic=grain&date_after=2024&",
        "events/counts/?by=type&search=talks&",
        "topics/counts/?",
        "timeline/?",
        "timeline/?topic=grain&ordering=-date&",
        "timeline/?date_after=2024-02&date_before=2024-06&date_match=certain&",
        "timeline/counts/?by=year,state&",
        "timeline/counts/?by=kind&topic=tin&",
    )
    answers = Answers(client, asked)

    answers.ask()
    for when, topic in (("2024-05-01", tin), ("2025/..", grain)):
        talks.when = when
        talks.save()
        talks.event_topics.update(topic=topic)
        publish(talks, by=None)
        answers.ask()
    grain.refresh_from_db()
    grain.label = "Corn"
    grain.save()
    publish(grain, by=None)
    answers.ask()
    merge(call, talks, by=None, reason="The same.")
    answers.ask()
    assert answers.changed() == set()
    withdraw(visit, by=None, reason="It never was.")
    assert {
        b'"Visit' in answers.known[address]
        for address in answers.changed()
        if "timeline/?" in address
    } == {True}
    assert {address.partition("?")[0] for address in answers.changed()} == {
        f"/api/v1/{name}/" for name in ("events/counts", "timeline", "timeline/counts")
    }
    restore(visit, by=None)
    assert answers.changed() == set()
    # Answers differ from instant to instant.
    assert len(set(answers.known.values())) > 2 * len(asked)
