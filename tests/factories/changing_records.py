"""Records of the kinds that have dates, terms, trees and parts, which change step by step."""

from __future__ import annotations

import random
from dataclasses import dataclass
from itertools import cycle
from typing import TYPE_CHECKING, Any

from agreements.models import Agreement
from events.models import Event, Relation
from people.models import Office, Person, State, StateCode, Tenure, TenureMilestone
from records.models import Topic
from records.publishing.merge import merge
from records.publishing.publish import CurationRefused, publish, restore, withdraw
from tests.factories.agreements import make_action, make_agreement, make_party
from tests.factories.events import (
    make_event,
    make_event_type,
    make_participation,
    make_period,
    make_relation,
)
from tests.factories.instants import last_instant
from tests.factories.people import make_office, make_part, make_person, make_state, make_tenure
from tests.factories.records import edition_of, make_topic, publish_whole, saved_and_published

if TYPE_CHECKING:
    from collections.abc import Callable

    from records.models import Record

#: Uncertain and unknown dates, as curators write them.
DAYS = [
    "2024-03-11",
    "2024-03",
    "2024",
    "2023/2025",
    "2023~",
    "202X",
    "../2024-05",
    "2024-02/..",
    None,
]


@dataclass
class ChangingRecords:
    """Records of the kinds that have dates, terms, trees and parts, and what may happen to them."""

    chance: random.Random
    is_merged_when_withdrawn: bool = True

    def __post_init__(self) -> None:
        deeds: list[Callable[[], Any]] = [
            self.rename, self.redate, self.redate, self.move, self.add_part, self.add_record, self.merge_two,
            self.withdraw_one, self.rename, self.redate, self.add_part, self.restore_one,
        ]  # fmt: skip
        self.deeds = cycle(deeds)
        root = make_topic("trade")
        self.topics = [root, make_topic("grain", broader=root), make_topic("tin", broader=root)]
        self.states = [make_state(alpha_2=code) for code in ("AA", "BB", "CC")]
        self.offices = [make_office(state=state) for state in self.states[:2]]
        self.persons = [make_person() for _ in range(5)]
        self.tenures = [
            make_tenure(self.chance.choice(self.persons), self.chance.choice(self.offices))
            for _ in range(6)
        ]
        types = [make_event_type("talk"), make_event_type("visit")]
        self.events = [
            make_event(type=self.chance.choice(types), when=self.day(), topics=(self.topic(),))
            for _ in range(9)
        ]
        for event in self.events:
            make_participation(event, self.chance.choice(self.persons), role="host")
            make_participation(event, self.chance.choice(self.states), role="visitor")
        self.relation = make_relation(*self.states[:2])
        self.agreements = [make_agreement() for _ in range(3)]
        for agreement in self.agreements:
            for state in self.chance.sample(self.states, 2):
                make_party(agreement, state)
            make_action(agreement, "signature", self.day())
        publish_whole(
            *self.events,
            *self.tenures,
            *self.persons,
            self.relation,
            *self.agreements,
            *self.topics,
        )

    def day(self) -> str | None:
        return self.chance.choice(DAYS)

    def topic(self) -> Topic:
        return self.chance.choice(self.topics)

    @property
    def all(self) -> list[Record]:
        return [
            *self.topics, *self.states, *self.offices, *self.persons, *self.tenures, *self.events,
            self.relation, *self.agreements,
        ]  # fmt: skip

    def step(self) -> str:
        """Let something happen that changes what is public, each sort of thing in its turn; return what it was."""
        while True:
            before = last_instant()
            deed = next(self.deeds)
            try:
                deed()
            except CurationRefused:
                continue
            if last_instant() != before:
                return deed.__name__

    def live(self, records: list[Any]) -> Any:
        """One of them as it is stored, published and not merged."""
        found = self.chance.choice(records)
        found = type(found)._default_manager.get(pk=found.pk)
        return found if found.is_published else self.live(self.all if len(records) < 2 else records)

    def rename(self) -> None:
        record = self.live(
            [*self.persons, *self.states, *self.topics, *self.events, *self.agreements]
        )
        name = {Person: "name", State: "name", Topic: "label", Event: "title", Agreement: "title"}
        field = name[type(record)]
        setattr(record, field, f"{record._meta.model_name} {self.chance.randint(1, 10**6)}")
        record.save()
        publish(record, by=None)

    def redate(self) -> None:
        record = self.live([*self.events, *self.tenures])
        if isinstance(record, Event):
            record.when = self.day()
        else:
            record.start = self.day()
        record.full_clean()
        record.save()
        publish(record, by=None)

    def move(self) -> None:
        """In a tree, from office to office, a code from state to state."""
        what = self.chance.randint(1, 3)
        if what == 1:
            topic = self.live(self.topics[1:])
            if not isinstance(topic, Topic):
                return
            topic.broader = self.chance.choice([None, self.topics[0]])
            topic.save()
            publish(topic, by=None)
        elif what == 2:
            office = self.live(self.offices)
            if isinstance(office, Office):
                office.state = self.chance.choice(self.states)
                office.save()
                publish_whole(office)
        else:
            one, other = self.chance.sample(self.states, 2)
            codes = StateCode.objects.filter(state=one)
            if one.is_published and other.is_published and codes:
                codes.update(state=other)
                publish(*list(State.objects.filter(pk__in=[one.pk, other.pk])), by=None)

    def add_part(self) -> None:
        record = self.live([*self.tenures, self.relation, *self.agreements])
        if isinstance(record, Tenure):
            make_part(TenureMilestone, tenure=record, kind="appointed", date=self.day())
        elif isinstance(record, Relation):
            make_period(record, start=self.day())
        elif isinstance(record, Agreement):
            make_action(
                record, self.chance.choice(["ratification", "entry_into_force"]), self.day()
            )
        else:
            return
        publish(record, by=None)

    def merge_two(self) -> None:
        records: list[Any] = self.chance.choice([self.persons, self.events, self.agreements])
        one, other = self.chance.sample([*records], 2)
        one, other = (type(each)._default_manager.get(pk=each.pk) for each in (one, other))
        if other.is_published and (one.is_published or self.is_merged_when_withdrawn):
            merge(one, other, by=None, reason="The same.")

    def withdraw_one(self) -> None:
        withdraw(self.live([*self.events, *self.agreements, *self.tenures]), by=None, reason="No.")

    @property
    def withdrawn(self) -> list[Record]:
        return [one for one in self.all if edition_of(one).action == "withdrawn"]

    def restore_one(self) -> None:
        if self.withdrawn:
            restore(self.chance.choice(self.withdrawn), by=None)

    def merge_withdrawn(self) -> None:
        """Withdraw a person, and merge it; and withdraw a person into which another one was merged."""
        first, second, third, fourth = (
            saved_and_published(make_person(f"Nobody {number}")) for number in range(4)
        )
        withdraw(first, by=None, reason="No.")
        merge(first, second, by=None, reason="The same.")
        merge(third, fourth, by=None, reason="The same.")
        withdraw(fourth, by=None, reason="No.")

    def add_record(self) -> None:
        event = make_event(type=self.events[0].type, when=self.day(), topics=(self.topic(),))
        make_participation(event, self.live(self.persons), role="host")
        self.events.append(event)
        publish_whole(event)
