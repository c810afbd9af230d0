"""Certain, possible and any: every answer is compared with trying all days, one by one, that the dates allow."""

import random
from datetime import date, timedelta

import pytest
from django.db import connection, models
from django.test.utils import isolate_apps

from config.api.filters.dates import MATCHES, ReachSql
from config.dates.columns import ReachColumns
from config.dates.reach import Match, Reach
from config.dates.values import UncertainDate

ORIGIN = date(2025, 5, 10)
#: Days that dates and questions are made of.
DAYS = range(6)
#: All days that are tried: those, and some before and after that stand for all others.
WORLD = range(-3, 9)
#: The day on which the questions are asked, and that on which something was recorded to go on.
TODAY, RECORDED = 4, 3
WINDOWS = [
    (after, before)
    for after in (None, *range(-1, 7))
    for before in (None, *range(-1, 7))
    if None in (after, before) or after <= before
]


def day(number):
    return None if number is None else ORIGIN + timedelta(days=number)


class Known:
    """One date of a document, and by itself the days that it may be: the tests' own reading of it."""

    def __init__(self, edtf, days, named, sides=None):
        self.edtf = edtf
        self.when = UncertainDate.parse(edtf).as_document()
        self.days = days  #: every day that it may be, of those tried
        self.named = named  #: those that it names, when it names any
        self.sides = sides  #: of an interval, the same of its start and of its end

    @classmethod
    def unknown(cls):
        return cls("", list(WORLD), [])

    @classmethod
    def random(cls, chance):
        low, high = sorted(chance.choices(DAYS, k=2))
        between = list(range(low, high + 1))
        form = chance.randrange(7)
        if form == 0:
            return cls.unknown()
        if form == 1:
            return cls(f"{day(low)}", [low], [low])
        if form == 2:
            return cls(f"[{day(low)}..{day(high)}]", between, between)
        if form == 3:
            return cls(f"[{day(low)}..]", [each for each in WORLD if each >= low], [low])
        if form == 4:
            return cls(f"[..{day(low)}]", [each for each in WORLD if each <= low], [low])
        start, end = cls(f"{day(low)}", [low], [low]), cls(f"{day(high)}", [high], [high])
        if form == 5:
            return cls(f"{day(low)}/{day(high)}", between, between, (start, end))
        if chance.randrange(2):
            later = [each for each in WORLD if each >= low]
            return cls(f"{day(low)}/..", later, [low], (start, cls.unknown()))
        earlier = [each for each in WORLD if each <= low]
        return cls(f"../{day(low)}", earlier, [low], (cls.unknown(), start))


def every_truth(start, end):
    """Each first and last day that an interval may really have."""
    return [(first, last) for first in start.days for last in end.days if first <= last]


def every_proven(start, end, facts, *, is_ongoing):
    """Each day that is possible because the known dates say so: any two of them, in order, and all days between."""
    truths = set(every_truth(start, end))
    latest = max((last for _, last in truths), default=None)
    proven = {each for known in (start, end, *facts) for each in known.named}
    if is_ongoing:
        proven = {each for each in proven if each <= RECORDED} | {RECORDED}
        # What goes on may do so until today.
        proven |= set(range(RECORDED, TODAY + 1))
    allowed = {each for first, last in truths for each in range(first, last + 1)}
    ends = {each for each in proven if each in allowed and (latest is None or each <= latest)}
    return {each for each in allowed if min(ends, default=99) <= each <= max(ends, default=-99)}


def lies(first, last, after, before):
    return (after is None or after <= last) and (before is None or first <= before)


def in_window(days, after, before):
    return any(lies(each, each, after, before) for each in days)


def expected(match, start, end, facts, after, before, *, is_ongoing):
    truths = [
        (first, last)
        for first, last in every_truth(start, end)
        if not is_ongoing or first <= RECORDED <= last
    ]
    if match == Match.CERTAIN:
        return all(lies(first, last, after, before) for first, last in truths)
    if match == Match.ANY:
        return any(lies(first, last, after, before) for first, last in every_truth(start, end))
    return in_window(every_proven(start, end, facts, is_ongoing=is_ongoing), after, before)


def random_interval(chance):
    """A start, an end, facts in between and whether it was recorded to go on; the start may be before the end."""
    while True:
        start, end = Known.random(chance), Known.random(chance)
        if not every_truth(start, end):
            continue  # the database refuses it
        facts = [Known.random(chance) for _ in range(chance.choice((0, 0, 1, 2)))]
        is_ongoing = not end.edtf and min(start.days) <= RECORDED and chance.randrange(3) == 0
        return start, end, facts, is_ongoing


def random_intervals(count, seed):
    chance = random.Random(seed)
    return [random_interval(chance) for _ in range(count)]


def reach_of(start, end, facts, is_ongoing):
    ongoing = day(RECORDED) if is_ongoing else None
    return Reach.of(start.when, end.when, [fact.when for fact in facts], ongoing)


@pytest.mark.parametrize("match", Match)
def test_an_interval_has_the_days_that_trying_all_of_them_finds(match):
    for start, end, facts, is_ongoing in random_intervals(1500, 8):
        reach = reach_of(start, end, facts, is_ongoing)
        for after, before in WINDOWS:
            found = reach.has_day(match, day(after), day(before), today=day(TODAY))

            assert found == expected(
                match, start, end, facts, after, before, is_ongoing=is_ongoing
            ), (start.edtf, end.edtf, [fact.edtf for fact in facts], is_ongoing, after, before)


@pytest.mark.parametrize("match", Match)
def test_one_date_has_the_days_that_trying_all_of_them_finds(match):
    chance = random.Random(88)
    for _ in range(800):
        known = Known.random(chance)
        reach = Reach.at(known.when)
        for after, before in WINDOWS:
            found = reach.has_day(match, day(after), day(before), today=day(TODAY))
            if known.sides:
                start, end = known.sides
                sought = expected(match, start, end, [], after, before, is_ongoing=False)
            elif match == Match.CERTAIN:
                sought = all(lies(each, each, after, before) for each in known.days)
            else:
                days = known.days if match == Match.ANY else known.named
                sought = in_window(days, after, before)

            assert found == sought, (known.edtf, after, before)


with isolate_apps():

    class Held(models.Model):
        """The columns of a reach."""

        days = ReachColumns("the tenure")

        class Meta:
            app_label = "tests"

        def __str__(self):
            return f"{self.pk}"


@pytest.fixture
def held(db):
    """A row per interval, as an edition would keep it."""
    intervals = random_intervals(120, 888)
    with connection.schema_editor() as editor:
        editor.create_model(Held)
    with connection.cursor() as cursor:
        for number, interval in enumerate(intervals):
            columns = reach_of(*interval).columns("days")
            cursor.execute(
                f"INSERT INTO tests_held (id, {', '.join(columns)}) VALUES (%s, %s, %s, %s, %s)",
                [number, *columns.values()],
            )
    return intervals


def rows(clause, columns="id"):
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {columns} FROM tests_held WHERE {clause.sql} ORDER BY id", clause.values
        )
        return cursor.fetchall()


@pytest.mark.parametrize("match", Match)
def test_the_columns_answer_as_the_dates_do(held, monkeypatch, match):
    monkeypatch.setattr("config.api.filters.dates.today", lambda: day(TODAY))
    sql = ReachSql.of(Held, "days")

    for after, before in WINDOWS:
        if after is None and before is None:
            continue
        found = [each for (each,) in rows(sql.has_day(match, day(after), day(before)))]

        assert found == [
            number
            for number, interval in enumerate(held)
            if reach_of(*interval).has_day(match, day(after), day(before), today=day(TODAY))
        ], (after, before)


def test_a_row_says_how_well_it_matches(held, monkeypatch):
    monkeypatch.setattr("config.api.filters.dates.today", lambda: day(TODAY))
    sql = ReachSql.of(Held, "days")

    for number in range(-1, 7):
        asked = day(number)
        rank = sql.rank(asked, asked)
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {rank.sql} FROM tests_held ORDER BY id", rank.values)
            ranks = [MATCHES[each] for (each,) in cursor.fetchall()]

        for interval, found in zip(held, ranks, strict=True):
            reach = reach_of(*interval)
            by_match = {
                match: reach.has_day(match, asked, asked, today=day(TODAY)) for match in Match
            }
            assert found == (
                "certain"
                if by_match[Match.CERTAIN]
                else "possible"
                if by_match[Match.POSSIBLE]
                else "unknown"
            )


def test_the_last_of_all_days_is_kept_and_asked_for(held):
    with connection.cursor() as cursor:
        for number, edtf in ((900, "9999-12-31"), (901, "0001-01-01")):
            columns = Reach.at(UncertainDate.parse(edtf).as_document()).columns("days")
            cursor.execute(
                f"INSERT INTO tests_held (id, {', '.join(columns)}) VALUES (%s, %s, %s, %s, %s)",
                [number, *columns.values()],
            )
    sql = ReachSql.of(Held, "days")

    for match in (Match.POSSIBLE, Match.CERTAIN):
        last, first = date(9999, 12, 31), date(1, 1, 1)
        assert rows(sql.has_day(match, last, last)) == [(900,)]
        assert rows(sql.has_day(match, first, first)) == [(901,)]
    assert Held._base_manager.get(pk=900).days_possible.lower == date(9999, 12, 31)
