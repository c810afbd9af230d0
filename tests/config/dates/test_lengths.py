"""Classes of length: whatever has a day in a window lies in the ranges that are read for it."""

from __future__ import annotations

import random
from datetime import date, timedelta

import pytest

from config.api.filters.dates import in_order
from config.api.sql import Span, within_all
from config.dates.lengths import AROUND, Length

ZERO = date(2000, 1, 1)


def _at(number: int) -> date:
    return ZERO + timedelta(days=number)


def _overlaps(
    first: date | None, last: date | None, after: date | None, before: date | None
) -> bool:
    return (before is None or first is None or first <= before) and (
        after is None or last is None or last >= after
    )


def _lies_within(spans: tuple[Span, ...], length: Length, day: date | None) -> bool:
    span = next(one for one in spans if one.length == length)
    key = day or date.min
    return (span.first is None or key >= span.first) and (span.last is None or key <= span.last)


@pytest.mark.parametrize("is_around", [False, True])
def test_what_has_a_day_in_a_window_lies_in_a_range_of_its_class(*, is_around: bool) -> None:
    chance = random.Random(1814)  # noqa: S311 - reproducible, not secret
    left_out, classes = 0, set[Length]()
    for _ in range(4_000):
        start = chance.randint(0, 9_000)
        day = None if chance.random() < 0.05 else _at(start)
        begun = start + chance.choice([0, 0, 0, 3, 40, -1, -AROUND, -AROUND - 1])
        long = chance.choice([0, 3, 6, 7, 30, 31, 365, 366, 3_652, 3_653, 8_000])
        first = None if chance.random() < 0.05 else _at(begun)
        last = None if chance.random() < 0.1 else _at(begun + long)
        length = (
            Length.after(day, [], [(first, last)])
            if is_around
            else Length.after(day, [(first, last)])
        )
        low = chance.randint(-500, 13_000)
        after = None if chance.random() < 0.3 else _at(low)
        before = None if chance.random() < 0.3 else _at(low + chance.choice([0, 1, 30, 4_000]))
        is_in = _lies_within(in_order(after, before, is_around=is_around), length, day)

        if _overlaps(first, last, after, before):
            assert is_in, (day, first, last, length, after, before)
        left_out += not is_in
        classes.add(length)

    assert classes == set(Length)
    assert left_out > 500


def test_the_class_is_of_all_days_from_that_of_the_list_on() -> None:
    day = _at(0)

    assert Length.after(None, [(day, day)]) == Length.UNDATED
    assert Length.after(day, [(day, day)]) == Length.WEEK
    assert Length.after(day, [(day, _at(6))]) == Length.WEEK
    assert Length.after(day, [(day, _at(7))]) == Length.MONTH
    assert Length.after(day, [(day, day)], [(_at(30), _at(365))]) == Length.YEAR
    assert Length.after(day, [(day, day)], [(_at(-AROUND), _at(-1))]) == Length.WEEK
    assert Length.after(day, [(day, day)], [(_at(-AROUND - 1), day)]) == Length.OPEN
    assert Length.after(day, [(_at(-1), day)]) == Length.OPEN
    assert Length.after(day, [(None, day)]) == Length.OPEN
    assert Length.after(day, [(day, None)]) == Length.LONG


def test_of_several_windows_what_lies_in_all_is_read() -> None:
    one, other = in_order(_at(100), None), in_order(_at(50), _at(200))

    found = {span.length: (span.first, span.last) for span in within_all([one, (), other])}

    assert found[Length.WEEK] == (_at(94), _at(200))
    assert found[Length.LONG] == (None, _at(200))
    assert found[Length.OPEN] == found[Length.UNDATED] == (None, None)
    assert within_all([]) == ()
