"""Periods against ranges that are counted day by day."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from config.dates.values import UncertainDate
from imports.datasets.us_missions.periods import States
from imports.datasets.us_missions.rows import LEVELS, Change
from imports.matching.states import Crosswalk, StateMatch, _NamedState
from people.models import EndStatus

# Against ranges that are counted day by day

HOME = StateMatch(UUID(int=1), "united-states", "United States")


OTHER = StateMatch(UUID(int=2), "ruritania", "Ruritania")


FIRST, LAST = date(1990, 1, 1), date(1994, 12, 31)


DAYS = [FIRST + timedelta(days=number) for number in range((LAST - FIRST).days + 1)]


@st.composite
def histories(draw):
    """Changes on different days in order, each written to the day, the month or the year, with the day that it was."""
    days = sorted(draw(st.sets(st.sampled_from(DAYS), min_size=1, max_size=8)))
    found = []
    for number, day in enumerate(days):
        parts = draw(st.integers(1, 3))
        level = draw(st.sampled_from(sorted(LEVELS.values())))
        text = "-".join(str(day).split("-")[:parts])
        found.append((day, UncertainDate.parse(text), level, number))
    return found


def ranges_by_hand(history) -> list[list[Any]]:
    """Count through all days, and return each stretch of one level as level, first and last day."""
    on = {day: level for day, _start, level, _number in history}
    found: list[list[Any]] = []
    level = None
    for day in DAYS:
        now = on.get(day, level)
        if now is not None and now == level:
            found[-1][2] = day
        elif now is not None:
            found.append([now, day, day])
        level = now
    return found


def allows(value, day):
    return value.earliest <= day <= value.latest


def before(one, other):
    return one < other


@given(histories())
def test_periods_are_those_that_one_counts_day_by_day(history):
    states = States(
        Crosswalk({match.id: _NamedState(match, None, None) for match in (HOME, OTHER)}, {}, ()),
        HOME,
        {},
    )
    changes = [
        Change(
            id=str(number),
            file="",
            line=number,
            state="Ruritania",
            level=level,
            start=start,
            verified_on=LAST,
        )
        for _day, start, level, number in history
    ]

    periods = states.periods(changes)

    by_hand = ranges_by_hand(history)
    assert [period.level for period in periods] == [level for level, _first, _last in by_hand]
    for period, (_level, first, last) in zip(periods, by_hand, strict=True):
        assert allows(period.start, first)
        if period is periods[-1]:
            assert (period.end, period.status) == (None, EndStatus.ONGOING)
            continue
        assert period.end is not None
        assert allows(period.end, last)
        assert period.status == EndStatus.ENDED
        assert not before(period.end.earliest, period.start.earliest)
    # Where all is known to the day, so are the periods.
    if all(start.precision == "day" for _day, start, _level, _number in history):
        assert [(period.start.earliest, period.end and period.end.edtf) for period in periods] == [
            (first, None if period is periods[-1] else str(last))
            for period, (_level, first, last) in zip(periods, by_hand, strict=True)
        ]
