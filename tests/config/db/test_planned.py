"""Statements that are planned once for each connection: what they answer, which plans are kept, and what they leave behind."""

from __future__ import annotations

import re

import pghistory
import pytest
from django.db import DataError, connection, transaction
from django.test.utils import CaptureQueriesContext

from config.db import planned
from config.db.planned import execute_planned, planned_once
from people.models import Person
from tests.factories.people import make_person

pytestmark = pytest.mark.django_db

ASKED = "SELECT %s::int + 1, '%%' || %s"


def answer(statement: str, *values: object) -> list[tuple[object, ...]]:
    with connection.cursor() as cursor:
        execute_planned(cursor, statement, values)
        return list(cursor.fetchall())


def kept() -> list[str]:
    """Return the statements that the server has plans of, the newest last."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT statement FROM pg_prepared_statements ORDER BY prepare_time")
        return [statement for (statement,) in cursor.fetchall()]


@pytest.fixture(autouse=True)
def _forget() -> None:
    """Begin without plans, though the connection is that of other tests."""
    assert connection.connection is not None
    planned._plans.pop(connection.connection, None)
    with connection.cursor() as cursor:
        cursor.execute("DEALLOCATE ALL")


def test_a_statement_is_planned_once_and_counts_as_one(db: None) -> None:
    with CaptureQueriesContext(connection) as queries:
        answers = [answer(ASKED, number, f"{number}") for number in range(8)]

    assert answers == [[(number + 1, f"%{number}")] for number in range(8)]
    assert len(queries) == 8
    (statement,) = kept()
    assert "SELECT $1::int + 1, '%' || $2" in statement
    with connection.cursor() as cursor:
        cursor.execute("SELECT generic_plans, custom_plans FROM pg_prepared_statements")
        assert cursor.fetchone() == (8, 0)


def test_so_many_plans_are_kept_and_those_used_last(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(planned, "KEPT", 3)
    texts = [f"SELECT %s::int + {number}" for number in range(5)]

    for text in (*texts[:3], texts[0], *texts[3:]):
        assert answer(text, 1) == [(1 + texts.index(text),)]

    added = {found[1] for each in kept() if (found := re.search(r"int \+ (\d)", each))}
    assert added == {"0", "3", "4"}
    assert answer(texts[1], 1) == [(2,)]
    assert len(kept()) == 3


def test_what_fails_is_tried_anew_and_the_planner_is_as_before() -> None:
    with pytest.raises(DataError), transaction.atomic():
        answer("SELECT 1 / %s::int", 0)

    assert answer("SELECT 1 / %s::int", 1) == [(1,)]
    with connection.cursor() as cursor:
        cursor.execute("SHOW plan_cache_mode")
        assert cursor.fetchone() == ("auto",)


def test_what_is_asked_while_history_is_written_is_answered_without_a_plan() -> None:
    with pghistory.context(user=1):
        assert [answer(f"({ASKED})", 1, "a"), answer(f"({ASKED})", 2, "b")] == [
            [(2, "%a")],
            [(3, "%b")],
        ]
    assert kept() == []


def test_a_queryset_asks_the_same_however_many_keys_there_are() -> None:
    people = [make_person(name) for name in ("Ishaq Dar", "John Kerry", "Marco Rubio")]

    found = []
    with planned_once():
        for number in range(4):
            keys = [str(person.pk) for person in people[:number]]
            found.append({person.pk for person in Person.objects.filter(pk__any_of=keys)})

    assert found == [{person.pk for person in people[:number]} for number in range(4)]
    assert len(kept()) == 1
