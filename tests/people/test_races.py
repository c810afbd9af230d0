"""Rules over several rows hold for writers that do not see each other yet."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from people.models import Organization, State, StateSuccession, Tenure
from tests.factories.people import (
    make_office,
    make_organization,
    make_part,
    make_person,
    make_state,
)
from tests.factories.races import refusals

if TYPE_CHECKING:
    pass

pytestmark = pytest.mark.django_db(transaction=True)


def test_same_tenure_entered_twice_at_once_is_taken_once() -> None:
    person, office = make_person(), make_office()

    def enter(slug: str) -> None:
        fields = {"slug": slug, "start": "2025-01-21", "end_status": "ongoing"}
        Tenure(person=person, office=office, **fields).save()

    assert refusals(lambda: enter("first"), lambda: enter("second")) == [
        "same_person_does_not_certainly_hold_an_office_twice"
    ]
    assert Tenure.objects.count() == 1


def test_two_halves_of_a_cycle_do_not_pass_each_other() -> None:
    ministry, department = make_organization(), make_organization()

    def put(part: Organization, whole: Organization) -> None:
        Organization.objects.filter(pk=part.pk).update(parent=whole)

    assert refusals(lambda: put(department, ministry), lambda: put(ministry, department)) == [
        "organization_is_not_part_of_itself"
    ]
    assert Organization.objects.filter(parent=None).count() == 1


def test_two_states_do_not_become_each_others_predecessors() -> None:
    first, second = make_state(), make_state()

    def succeed(successor: State, predecessor: State) -> None:
        make_part(StateSuccession, successor=successor, predecessor=predecessor, kind="union")

    assert refusals(lambda: succeed(first, second), lambda: succeed(second, first)) == [
        "a_state_does_not_succeed_itself"
    ]
    assert StateSuccession.objects.count() == 1
