"""Rules over several rows hold for writers that do not see each other yet."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TYPE_CHECKING

import pytest
from django.db import IntegrityError, connection, transaction

from people.models import Organization, State, StateSuccession, Tenure
from tests.factories.people import (
    make_office,
    make_organization,
    make_part,
    make_person,
    make_state,
)

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.django_db(transaction=True)


def refusals(*deeds: Callable[[], object]) -> list[str]:
    """Run the deeds side by side, each done before any is committed; return the rules that refused some."""
    done = Barrier(len(deeds), timeout=1)

    def run(deed: Callable[[], object]) -> str | None:
        try:
            with transaction.atomic():
                deed()
                try:
                    done.wait()
                except Exception:  # noqa: BLE001 - the other one waits in the database for this one's end
                    done.abort()
        except IntegrityError as error:
            name = error.__cause__.diag.constraint_name  # type: ignore[union-attr] # psycopg2's own error
            assert isinstance(name, str)
            return name
        finally:
            connection.close()
        return None

    with ThreadPoolExecutor(len(deeds)) as pool:
        return [name for name in pool.map(run, deeds) if name]


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
