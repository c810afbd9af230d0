"""Random records that name each other, and what happens to them."""

from __future__ import annotations

from itertools import cycle, permutations
from random import Random
from typing import TYPE_CHECKING, Any, TypeVar

import pghistory
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from agreements.models import Agreement
from events.models import Event, Statement
from people.models import Tenure, TenureMilestone
from records.models import Change, Record
from records.publishing.merge import merge
from records.publishing.publish import CurationRefused, publish, restore, withdraw
from records.publishing.unmerge import unmerge
from tests.factories.agreements import make_action, make_agreement, make_party
from tests.factories.days import random_edtf
from tests.factories.events import (
    make_event,
    make_participation,
    make_period,
    make_relation,
    make_statement,
)
from tests.factories.people import (
    make_office,
    make_organization,
    make_part,
    make_person,
    make_state,
    make_tenure,
)
from tests.factories.records import edition_of, make_topic, publish_whole

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

R = TypeVar("R", bound=Record)


class World:
    """Random records that name each other, published, corrected, merged and withdrawn."""

    def __init__(self, seed: int) -> None:
        self.chance = Random(seed)  # noqa: S311 - no secret
        self.states = [make_state(start=self.edtf(), end="") for _ in range(4)]
        self.organizations = [make_organization() for _ in range(2)]
        self.persons = [make_person() for _ in range(5)]
        broad = make_topic()
        self.topics = [broad, make_topic(broader=broad), make_topic()]
        self.offices = [
            make_office(state=self.states[0]),
            make_office(state=self.states[1]),
            make_office(state=None),
        ]
        self.offices[0].accreditations.create(state=self.states[1])
        self.offices[1].accreditations.create(state=self.states[2])
        self.tenures: list[Tenure] = []
        self.merged: list[Any] = []
        self.made: list[Record] = []
        for make, count in (
            (self.tenure, 8),
            (self.event, 10),
            (self.agreement, 6),
            (self.relation, 3),
            (self.statement, 8),
        ):
            for _ in range(count):
                self.attempt(make)
        publish_whole(*self.states, *self.topics, *self.offices, *self.persons, *self.organizations)
        publish_whole(*self.made)

    def attempt(self, make: Callable[[], object]) -> None:
        """Do what rules may refuse: dates that contradict each other, the same pair twice."""
        try:
            # Each in a context of its own, as requests have it: what the history keeps of one is not taken for another's.
            with transaction.atomic(), pghistory.context(deed="made"):
                make()
        except (ValidationError, IntegrityError, CurationRefused):
            pass

    def edtf(self) -> str:
        return random_edtf(self.chance)

    def some(self, of: Sequence[Any], most: int = 2) -> list[Any]:
        return self.chance.sample(of, self.chance.randint(0, min(most, len(of))))

    def tenure(self) -> None:
        tenure = make_tenure(
            self.chance.choice(self.persons),
            self.chance.choice(self.offices),
            kind=self.chance.choice(["substantive", "acting", "designate", "did_not_serve"]),
            start=self.edtf(),
            end=self.edtf(),
            end_status=self.chance.choice(["unknown", "ended"]),
        )
        for kind in self.some(["appointed", "credentials_presented", "recalled"]):
            make_part(TenureMilestone, tenure=tenure, kind=kind, date=self.edtf())
        self.tenures.append(tenure)
        self.made.append(tenure)

    def event(self) -> None:
        event = make_event(
            when=self.edtf(),
            end=self.edtf() if self.chance.random() < 0.4 else "",
            status=self.chance.choice(["occurred", "planned", "cancelled"]),
            topics=tuple(self.some(self.topics)),
        )
        for one in self.some([*self.states, *self.organizations], 3):
            make_participation(event, one)
        for person in self.some(self.persons):
            held = tuple(one for one in self.tenures if one.person == person)[:1]
            behalf = self.chance.choice([None, *self.states])
            make_participation(event, person, tenures=held, on_behalf_of_state=behalf)
        self.made.append(event)

    def agreement(self) -> None:
        agreement = make_agreement(
            laterality=self.chance.choice(["bilateral", "multilateral", "undetermined"]),
            topics=tuple(self.some(self.topics)),
        )
        actors: list[Any] = self.chance.sample([*self.states, *self.organizations], 3)
        parties = [
            make_party(
                agreement,
                actor,
                represented_by=tuple(self.some(self.persons[:3])),
                role=self.chance.choice(["contracting", "observer"]),
            )
            for actor in actors
        ]
        for kind in self.some(["signature", "ratification", "entry_into_force", "denunciation"], 4):
            make_action(
                agreement,
                kind,
                self.edtf(),
                effective_date=self.edtf(),
                party=self.chance.choice([None, *parties]),
            )
        self.made.append(agreement)

    def relation(self) -> None:
        relation = make_relation(*self.chance.sample(self.states, 2))
        for _ in range(2):
            make_period(
                relation,
                topics=tuple(self.some(self.topics)),
                start=self.edtf(),
                end=self.edtf(),
                end_status=self.chance.choice(["unknown", "ended"]),
            )
        self.made.append(relation)

    def statement(self) -> None:
        relations = [one for one in self.made if one.object_kind == "relation"]
        speaker = self.chance.choice(self.persons)
        statement = make_statement(
            date=self.edtf(),
            speaker_person=speaker,
            about=tuple(self.some([*self.states, *self.persons, *relations], 3)),
            tenures=tuple(one for one in self.tenures if one.person == speaker)[:1],
            topics=tuple(self.some(self.topics)),
        )
        self.made.append(statement)

    def change(self) -> None:
        """Correct, withdraw, restore and merge some of it; leave drafts."""
        for record in self.chance.sample(self.made, 6):
            if isinstance(record, Event):
                record.refresh_from_db()
                record.when = self.edtf()
                record.end = ""
                record.save()
                publish(record, by=None)
            elif isinstance(record, Statement):
                record.refresh_from_db()
                record.date = self.edtf()
                record.save()  # a draft of it
        for record in self.chance.sample(self.made, 4):
            self.attempt(lambda record=record: withdraw(record, by=None, reason="Wrong."))  # type: ignore[misc]
        gone = self.chance.choice(self.made)
        self.attempt(lambda: withdraw(gone, by=None, reason="Wrong."))
        self.attempt(lambda: restore(gone, by=None))
        for loser, survivor in permutations(self.persons, 2):
            # Refused where both signed for the same party.
            self.attempt(lambda: merge(loser, survivor, by=None, reason="The same."))  # noqa: B023 - done at once
            loser.refresh_from_db()
            if loser.merged_into_id:
                self.persons.remove(loser)
                break
        else:
            raise AssertionError("Nobody was merged.")
        self.tenures = list(Tenure.objects.filter(pk__in=[one.pk for one in self.tenures]))
        self.event()
        self.statement()


def fresh(record: R) -> R:
    """The record as it is stored now."""
    found: R = type(record)._default_manager.get(pk=record.pk)
    return found


class History(World):
    """The same world, in which one thing happens after another."""

    def __init__(self, seed: int) -> None:
        super().__init__(seed)
        #: Named by an event, until it is not any more and is withdrawn.
        self.passing = make_topic("passing")
        self.naming = make_event("Talks", when=self.edtf(), topics=(self.passing,))
        publish_whole(self.naming)
        deeds: list[Callable[[], object]] = [
            self.correct, self.rename, self.add, self.rename_passing, self.merge_persons, self.withdraw_one,
            self.correct, self.revise, self.let_pass, self.merge_events, self.restore_one, self.separate,
        ]  # fmt: skip
        self.deeds = cycle(deeds)

    def step(self) -> str:
        """Let something happen that changes what is public, each sort of thing in its turn; return what it was."""
        while True:
            before = Change.objects.count()
            deed = next(self.deeds)
            self.attempt(deed)
            if Change.objects.count() > before:
                return deed.__name__

    def one_of(self, *kinds: type[Record]) -> Any:
        """A published record of these kinds, as it is stored now."""
        found = [
            one for one in map(fresh, self.made) if isinstance(one, kinds) and one.is_published
        ]
        return self.chance.choice(found)

    def correct(self) -> None:
        """Give something another date."""
        record = self.one_of(Event, Statement, Tenure)
        if isinstance(record, Event):
            record.when, record.end = self.edtf(), ""
        elif isinstance(record, Statement):
            record.date = self.edtf()
        else:
            record.start, record.end = self.edtf(), ""
        record.full_clean()
        record.save()
        publish(record, by=None)

    def rename(self) -> None:
        record = fresh(
            self.chance.choice([*self.states, *self.persons, *self.organizations, *self.topics])
        )
        name = "label" if record.object_kind == "topic" else "name"
        setattr(record, name, f"{record.object_kind} {self.chance.randint(1, 10**6)}")
        record.save()
        publish(record, by=None)

    def revise(self) -> None:
        """State more facts of something."""
        record = self.one_of(Event, Agreement, Tenure)
        if isinstance(record, Event):
            make_participation(record, self.chance.choice(self.states))
        elif isinstance(record, Agreement):
            make_action(record, "ratification", self.edtf())
        else:
            make_part(TenureMilestone, tenure=record, kind="recalled", date=self.edtf())
        publish(record, by=None)

    def add(self) -> None:
        self.chance.choice([self.event, self.statement, self.agreement])()
        publish_whole(self.made[-1])

    def merge_persons(self) -> None:
        loser, survivor = self.chance.sample(self.persons, 2)
        merge(fresh(loser), fresh(survivor), by=None, reason="The same.")
        self.persons.remove(loser)
        self.merged.append(loser)
        self.tenures = [fresh(tenure) for tenure in self.tenures]

    def separate(self) -> None:
        """Undo a merge of persons."""
        if self.merged:
            person = self.merged[-1]
            unmerge(fresh(person), by=None, reason="Two after all.")
            self.persons.append(self.merged.pop())
            self.tenures = [fresh(tenure) for tenure in self.tenures]

    def merge_events(self) -> None:
        merge(self.one_of(Event), self.one_of(Event), by=None, reason="The same.")

    def withdraw_one(self) -> None:
        withdraw(self.one_of(Event, Statement, Agreement, Tenure), by=None, reason="Wrong.")

    def restore_one(self) -> None:
        gone = [one for one in self.made if edition_of(one).action == "withdrawn"]
        if gone:
            restore(fresh(self.chance.choice(gone)), by=None)

    def rename_passing(self) -> None:
        self.passing.label = f"Passing {self.chance.randint(1, 10**6)}"
        self.passing.save()
        publish(self.passing, by=None)

    def let_pass(self) -> None:
        if edition_of(self.passing).action != "withdrawn":
            self.naming.event_topics.all().delete()
            publish(self.naming, by=None)
            withdraw(self.passing, by=None, reason="Never used.")
