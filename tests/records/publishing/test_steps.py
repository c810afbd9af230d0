"""The order of the transactions that changed a record: that of the versions in each table, and the clock where these leave it open."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import permutations
from uuid import UUID

import pytest

from records.publishing.steps import Moment, in_order


def at(second: int, context: int = 0) -> Moment:
    return datetime(2026, 11, 28, 12, 0, second, tzinfo=UTC), UUID(int=context)


def test_transactions_that_share_no_table_come_by_the_clock() -> None:
    tables = [[(1, at(3))], [(1, at(1))], [(1, at(2))]]

    for order in permutations(tables):
        assert in_order(order) == [at(1), at(2), at(3)]


def test_a_table_is_believed_before_the_clock() -> None:
    """A long import began first, and wrote the record last."""
    records = [(1, at(2)), (2, at(1))]
    citations = [(7, at(1)), (8, at(1))]
    names = [(5, at(3))]

    assert in_order([records, citations, names]) == [at(2), at(1), at(3)]


def test_tables_that_contradict_each_other_end_with_the_clock() -> None:
    assert in_order([[(1, at(2)), (2, at(1))], [(1, at(1)), (2, at(2))]]) == [at(1), at(2)]


@pytest.mark.parametrize("tables", [[], [[]], [[], []]])
def test_nothing_has_no_steps(tables: list[list[tuple[int, Moment]]]) -> None:
    assert in_order(tables) == []
