"""Rules over several rows hold for writers that do not see each other yet."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

import pytest
from django.db import OperationalError, transaction

from events.models import Event, EventPosting, Participation, ParticipationCapacity, Relation
from people.models import State, Tenure
from records.models import Record
from records.publishing.merge import merge
from records.publishing.publish import publish
from records.terms import pair, term
from tests.factories.events import make_event, make_participation, make_statement
from tests.factories.people import make_person, make_state, make_tenure
from tests.factories.races import at_once, refusals
from tests.factories.records import publish_whole

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_capacity_and_a_new_holder_of_its_tenure_do_not_pass_each_other() -> None:
    tenure, other = make_tenure(), make_person()
    participation = make_participation(participant=tenure.person)

    def act() -> None:
        ParticipationCapacity.objects.create(participation=participation, tenure=tenure)

    def correct() -> None:
        Tenure.objects.filter(pk=tenure.pk).update(person=other)

    assert refusals(act, correct) == ["participation_capacity_belongs_to_the_participant"]
    _capacities_are_of_the_participants()


def test_a_capacity_and_another_participant_do_not_pass_each_other() -> None:
    tenure, other = make_tenure(), make_person()
    participation = make_participation(participant=tenure.person)

    def act() -> None:
        ParticipationCapacity.objects.create(participation=participation, tenure=tenure)

    def correct() -> None:
        Participation.objects.filter(pk=participation.pk).update(person=other)

    # Depending on who is first, one is refused by the rule, or ended by PostgreSQL because each waits for the other.
    with suppress(OperationalError):
        assert refusals(act, correct) == ["participation_capacity_belongs_to_the_participant"]
    _capacities_are_of_the_participants()
    participation.refresh_from_db()
    assert ParticipationCapacity.objects.exists() != (participation.person == other)


def _capacities_are_of_the_participants() -> None:
    for capacity in ParticipationCapacity.objects.select_related("participation", "tenure"):
        assert capacity.participation.person_id == capacity.tenure.person_id


def test_a_person_merges_with_all_tenures_and_capacities() -> None:
    tenure = make_tenure()
    participation = make_participation(participant=tenure.person, tenures=(tenure,))
    statement = make_statement(speaker_person=tenure.person, tenures=(tenure,))
    survivor = make_person()

    merge(tenure.person, survivor, by=None, reason="One person.")

    participation.refresh_from_db()
    statement.refresh_from_db()
    tenure.refresh_from_db()
    assert {participation.person, statement.speaker_person, tenure.person} == {survivor}


def test_the_same_participation_entered_twice_at_once_is_taken_once() -> None:
    event, person = make_event(), make_person()

    def enter() -> None:
        Participation.objects.create(event=event, person=person, role="host")

    assert refusals(enter, enter) == ["participation_is_not_listed_twice"]
    assert Participation.objects.count() == 1


def test_the_same_pair_entered_from_both_sides_at_once_is_one_relation() -> None:
    first, second = make_state(), make_state()

    def enter(one: State, other: State, slug: str) -> None:
        relation = Relation(state_a=one, state_b=other, slug=slug)
        relation.clean_fields()
        relation.save()

    assert refusals(
        lambda: enter(first, second, "one-way"),
        lambda: enter(second, first, "other-way"),
    ) == ["relation_pair_is_unique"]
    assert Relation.objects.count() == 1


def test_two_events_do_not_become_part_of_each_other() -> None:
    first, second = make_event(), make_event()

    def put(part: Event, whole: Event) -> None:
        Event.objects.filter(pk=part.pk).update(parent=whole)

    assert refusals(lambda: put(first, second), lambda: put(second, first)) == [
        "event_is_not_part_of_itself"
    ]
    assert Event.objects.filter(parent=None).count() == 1


def test_postings_are_those_of_the_last_edition_however_many_publish_at_once() -> None:
    states = [make_state() for _each in range(4)]
    event = make_event(when="2001")
    participation = make_participation(event, states[0])
    make_participation(event, states[1])
    publish_whole(event, *states)

    def edit_and_publish(state: Record) -> Callable[[], object]:
        def action() -> None:
            with transaction.atomic():
                Participation.objects.select_for_update().get(pk=participation.pk)
                Participation.objects.filter(pk=participation.pk).update(state=state)
            publish(Event.objects.get(pk=event.pk), by=None)

        return action

    results = at_once(
        *[edit_and_publish(state) for state in (states[2], states[3], states[0], states[2])]
    )

    assert results == [None] * 4
    participation.refresh_from_db()
    involved = sorted(str(state.pk) for state in (participation.state, states[1]) if state)
    assert sorted(EventPosting.objects.values_list("term", flat=True)) == sorted(
        {term("state", involved[0]), term("state", involved[1]), pair(*involved)}
    )
