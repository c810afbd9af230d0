"""Possible and certain: every question is compared with trying all days that the bounds allow."""

from datetime import date, timedelta
from itertools import product

import pytest

from config.dates.queries import (
    certainly_overlaps,
    certainly_within,
    is_dated,
    possibly_overlaps,
    possibly_within,
)
from tests.config.dates.spell import Spell, create_table

# Bounds lie on days 1 to 3 and questions on days 0 to 4, so two more days either side stand for "any day before/after".
BOUNDS = [None, 1, 2, 3]
ASKED = [None, 0, 1, 2, 3, 4]
FIRST, LAST = -2, 6


def day(number):
    return None if number is None else date(2025, 5, 10) + timedelta(days=number)


def edtf(earliest, latest):
    """EDTF that has just these bounds."""
    if earliest is None:
        return "" if latest is None else f"../{day(latest)}"
    return f"{day(earliest)}/.." if latest is None else f"[{day(earliest)}..{day(latest)}]"


def possible_days(earliest, latest):
    return range(FIRST if earliest is None else earliest, (LAST if latest is None else latest) + 1)


def in_order(first, last):
    return None in (first, last) or first <= last


UNCERTAIN = [pair for pair in product(BOUNDS, BOUNDS) if in_order(*pair)]
# Without what the database refuses: an end certainly before the start.
INTERVALS = [
    (start, end) for start, end in product(UNCERTAIN, UNCERTAIN) if in_order(start[0], end[1])
]
RANGES = [pair for pair in product(ASKED, ASKED) if in_order(*pair)]
every_range = pytest.mark.parametrize(("after", "before"), RANGES)


def true_intervals(start, end):
    """Every (first day, last day) that an interval with these bounds may really have."""
    return [(s, t) for s, t in product(possible_days(*start), possible_days(*end)) if s <= t]


def is_within(first, last, after, before):
    return (after is None or after <= first) and (before is None or last <= before)


def overlaps(first, last, after, before):
    return (before is None or first <= before) and (after is None or after <= last)


@pytest.fixture
def spells(db):
    create_table()
    Spell.objects.bulk_create(
        Spell(id=i, start=edtf(*start), end=edtf(*end)) for i, (start, end) in enumerate(INTERVALS)
    )
    return Spell.objects.order_by("id")


def found(spells, condition):
    return list(spells.filter(condition).values_list("id", flat=True))


def expected(rule):
    return [i for i, (start, end) in enumerate(INTERVALS) if rule(start, end)]


def test_the_rows_have_the_bounds_that_the_tests_assume(spells):
    rows = list(spells.values_list("start_earliest", "start_latest", "end_earliest", "end_latest"))

    assert rows == [tuple(map(day, (*start, *end))) for start, end in INTERVALS]


@every_range
def test_one_date_is_possibly_within_a_range(spells, after, before):
    assert found(spells, possibly_within("start", day(after), day(before))) == expected(
        lambda start, _: any(is_within(d, d, after, before) for d in possible_days(*start))
    )


@every_range
def test_one_date_is_certainly_within_a_range(spells, after, before):
    assert found(spells, certainly_within("start", day(after), day(before))) == expected(
        lambda start, _: all(is_within(d, d, after, before) for d in possible_days(*start))
    )


@every_range
def test_an_interval_possibly_overlaps_a_range(spells, after, before):
    assert found(spells, possibly_overlaps("start", "end", day(after), day(before))) == expected(
        lambda start, end: any(overlaps(s, t, after, before) for s, t in true_intervals(start, end))
    )


@every_range
def test_an_interval_certainly_overlaps_a_range(spells, after, before):
    assert found(spells, certainly_overlaps("start", "end", day(after), day(before))) == expected(
        lambda start, end: all(overlaps(s, t, after, before) for s, t in true_intervals(start, end))
    )


def test_a_date_with_neither_bound_is_undated(spells):
    assert found(spells, is_dated("start")) == expected(lambda start, _: start != (None, None))
    assert found(spells, ~is_dated("start")) == expected(lambda start, _: start == (None, None))
