"""Certain, possible and any: every answer is compared with trying all days, one by one, that the dates allow."""

import random
from datetime import date, timedelta

import pytest
from django.db import connection, models
from django.test.utils import isolate_apps

from config.api.filters.dates import MATCHES, ReachSql
from config.dates.columns import ReachColumns
from config.dates.reach import Bounds, Match, Reach
from config.dates.values import UncertainDate
from records.bulk import insert
from tests.factories.days import ORIGIN, Tried, TriedInterval, day, random_edtf

#: The day on which the questions are asked, and that on which something was recorded to go on.
TODAY, RECORDED = 4, 3
ASKED_ON = ORIGIN + timedelta(days=TODAY)
WINDOWS = [
    (after, before)
    for after in (None, *range(-1, 7))
    for before in (None, *range(-1, 7))
    if None in {after, before} or after <= before
]


def when(edtf):
    return UncertainDate.parse(edtf).as_document()


def random_interval(chance):
    """EDTF of a start, an end and of facts in between, and whether it was recorded to go on."""
    while True:
        start, end = random_edtf(chance), random_edtf(chance)
        if not TriedInterval.of(Tried.of(start), Tried.of(end)).truths:
            continue  # the database refuses it
        facts = [random_edtf(chance) for _ in range(chance.choice((0, 0, 1, 2)))]
        is_open = not end and min(Tried.of(start).days) <= RECORDED
        return start, end, facts, is_open and chance.randrange(3) == 0


def random_intervals(count, seed):
    chance = random.Random(seed)  # noqa: S311 - reproducible data
    return [random_interval(chance) for _ in range(count)]


def reach_of(start, end, facts, is_ongoing):
    return Reach.of(when(start), when(end), map(when, facts), day(RECORDED) if is_ongoing else None)


def tried(start, end, facts, is_ongoing):
    ongoing = (RECORDED, TODAY) if is_ongoing else None
    return TriedInterval.of(Tried.of(start), Tried.of(end), map(Tried.of, facts), ongoing)


@pytest.mark.parametrize("match", Match)
def test_an_interval_has_the_days_that_trying_all_of_them_finds(match):
    for interval in random_intervals(400, 8):
        reach, expected = reach_of(*interval), tried(*interval)
        for after, before in WINDOWS:
            found = reach.has_day(match, day(after), day(before), today=ASKED_ON)

            assert found == expected.has_day(match, after, before), (interval, after, before)


@pytest.mark.parametrize("match", Match)
def test_one_date_has_the_days_that_trying_all_of_them_finds(match):
    chance = random.Random(88)  # noqa: S311 - reproducible data
    for _ in range(300):
        edtf = random_edtf(chance)
        reach, expected = Reach.at(when(edtf)), TriedInterval.at(Tried.of(edtf))
        for after, before in WINDOWS:
            found = reach.has_day(match, day(after), day(before), today=ASKED_ON)

            assert found == expected.has_day(match, after, before), (edtf, after, before)


def test_months_and_years_are_read_as_wide_as_they_are():
    assert Reach.at(when("2025-05/..")) == Reach.between(
        start=_bounds("2025-05-01", "2025-05-31"), end=_bounds()
    )
    assert Reach.at(when("../1961")).possible == (date(1961, 1, 1), date(1961, 12, 31))
    assert Reach.at(when("[..1984]")).possible == (date(1984, 1, 1), date(1984, 12, 31))
    assert Reach.at(when("1960/1961")).begun_by == date(1960, 12, 31)
    assert Reach.at(when("1960/1961")).goes_on_till == date(1961, 1, 1)
    assert Reach.at(UncertainDate.parse("", "Saturday night").as_document()) == Reach()


def _bounds(first="", last=""):
    days = (date.fromisoformat(first), date.fromisoformat(last)) if first else None
    return Bounds.within(days)


with isolate_apps():

    class Held(models.Model):
        """The columns of a reach."""

        days = ReachColumns("the tenure")

        class Meta:
            app_label = "tests"

        def __str__(self):
            return f"{self.pk}"


@pytest.fixture
def held(db, monkeypatch):
    """A row per interval, as an edition would keep it."""
    monkeypatch.setattr("config.api.filters.dates.today", lambda: day(TODAY))
    intervals = random_intervals(120, 888)
    with connection.schema_editor() as editor:
        editor.create_model(Held)
    keep({number: reach_of(*interval) for number, interval in enumerate(intervals)})
    return intervals


def keep(reaches):
    insert(Held, [{"id": number, **reach.columns("days")} for number, reach in reaches.items()])


def found_by(clause):
    where, values = clause.sql, list(clause.values)
    rows = Held._base_manager.extra(where=[where], params=values).order_by("id")  # noqa: S610 - SQL of ours
    return list(rows.values_list("id", flat=True))


@pytest.mark.parametrize("match", Match)
def test_the_columns_answer_as_the_dates_do(held, match):
    sql = ReachSql.of(Held, "days")

    for after, before in WINDOWS:
        found = found_by(sql.has_day(match, day(after), day(before)))

        assert found == [
            number
            for number, interval in enumerate(held)
            if (after is before is None) or tried(*interval).has_day(match, after, before)
        ], (after, before)


def test_a_row_says_how_well_it_matches(held):
    sql = ReachSql.of(Held, "days")

    for number in range(-1, 7):
        rank = sql.rank(day(number), day(number))
        rows = Held._base_manager.extra(  # noqa: S610 - SQL of ours
            select={"found": rank.sql}, select_params=rank.values
        ).order_by("id")

        assert [MATCHES[row.found] for row in rows] == [
            tried(*interval).match(number, number) for interval in held
        ]


def test_the_first_and_the_last_of_all_days_are_kept_and_asked_for(held):
    keep({900: Reach.at(when("9999-12-31")), 901: Reach.at(when("0001-01-01"))})
    sql = ReachSql.of(Held, "days")

    for match in (Match.POSSIBLE, Match.CERTAIN):
        assert found_by(sql.has_day(match, date.max, date.max)) == [900]
        assert found_by(sql.has_day(match, date.min, date.min)) == [901]
    (kept,) = Held._base_manager.filter(pk=900).values_list("days_possible", flat=True)
    assert kept.lower == date.max
