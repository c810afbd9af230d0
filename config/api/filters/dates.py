"""Filters of days, and of what has days: one parameter, `date_match`, says for all of them how much must be known."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

from config.api.as_of import Moment, moment, moment_of, today
from config.api.filters.base import Condition, Filter, as_clause
from config.api.notes import Note
from config.api.query import Parameter
from config.api.sql import EVERYTHING, Clause, Span, all_of, column, joined
from config.dates.lengths import AROUND, Length
from config.dates.reach import Match
from config.dates.values import EdtfError, parse_partial

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from django.db.models import Model, Q

    from config.api.query import Query

#: First and last day of what a parameter says.
Days = tuple[dt.date, dt.date]
#: The same of a window, None where it has no limit.
Window = tuple[dt.date | None, dt.date | None]

DATE_SCHEMA: dict[str, Any] = {
    "type": "string",
    "pattern": "^[0-9]{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12][0-9]|3[01]))?)?$",
    "examples": ["2025-05-10"],
}
DATE_MATCH = Parameter(
    "date_match",
    "How all dates of the request compare: `certain` finds what holds whichever of its possible days is true; `possible`, as"
    " by default, what holds for some possible day, where a bound that is unknown matches nothing but the days that known"
    " facts prove; `any` also what is only not excluded, because a bound or the whole date is unknown.",
    {"type": "string", "enum": [match.value for match in Match], "default": Match.POSSIBLE.value},
)

ON = Parameter(
    "on",
    "The day, month or year that is asked about (YYYY, YYYY-MM or YYYY-MM-DD); by default today, with `as_of` the day of that"
    " instant in UTC.",
    DATE_SCHEMA,
)

#: The member that says how well a row matches the days that it was asked with, and its words by the rank of the row.
MATCH = "match"
MATCHES = ("certain", "possible", "unknown")


def day_parameter(name: str, help_text: str) -> Parameter:
    """A parameter that takes a day, with which each row of the list says how well it matches."""
    return Parameter(name, help_text, DATE_SCHEMA, companion=DATE_MATCH, is_rated=True)


def match_of(query: Query) -> Match:
    """How the dates of a request compare. Faults of the parameter are left to the filter set."""
    text = query.values.get(DATE_MATCH.name)
    return Match(text) if text in list(Match) else Match.POSSIBLE


def read_days(name: str, query: Query) -> Days | None:
    text = query.text(name)
    if text is None:
        return None
    try:
        return parse_partial(text)
    except EdtfError as error:
        query.fault("invalid_date", str(error), name)
        return None


def read_on(query: Query) -> Days:
    """The days of `on`, or the day on which the question is asked."""
    return read_days(ON.name, query) or (today(), today())


def days_asked(known: Mapping[str, Parameter], query: Query) -> Days | None:
    """The days that a request is about: of the first day that it asks for, else of its first window; None without either.

    What is not understood is left out here, and its faults to those who read it.
    """
    dated = [name for name, parameter in known.items() if parameter.companion is DATE_MATCH]
    given: dict[str, Days] = {}
    for name in dated:
        with suppress(KeyError, EdtfError):
            given[name] = parse_partial(query.values[name])
    for name, days in given.items():
        if known[name].is_rated:
            return days
    for name in given:
        window, _, _end = name.rpartition("_")
        after, before = given.get(f"{window}_after"), given.get(f"{window}_before")
        return after[0] if after else dt.date.min, before[1] if before else dt.date.max
    return None


def read_window(name: str, query: Query) -> Window | None:
    """Read `NAME_after` and `NAME_before`; None when neither is there, or the one is later than the other."""
    after, before = (read_days(f"{name}_{end}", query) for end in ("after", "before"))
    if after and before and after[0] > before[1]:
        query.fault("reversed_range", f"{name}_after is later than {name}_before.", f"{name}_after")
        return None
    if not after and not before:
        return None
    return after[0] if after else None, before[1] if before else None


@dataclass(frozen=True, slots=True)
class ReachSql:
    """Where SQL finds the columns of a `Reach`, and the conditions that they make."""

    possible: str
    any: str
    begun_by: str
    goes_on_till: str

    @classmethod
    def of(cls, model: type[Model], prefix: str) -> ReachSql:
        """The columns of an edition, as `ReachColumns` names them."""
        return cls(*(column(model, f"{prefix}_{suffix}")[0] for suffix in cls.__slots__))

    @classmethod
    def named(cls, prefix: str) -> ReachSql:
        """Columns by their names in SQL before `possible`, `any` ..., such as `tenure.held_`."""
        return cls(*(f"{prefix}{suffix}" for suffix in cls.__slots__))

    def has_day(self, match: Match, after: dt.date | None, before: dt.date | None) -> Clause:
        """Has a day from `after` to `before`, None being no limit."""
        if match == Match.ANY:
            return self._overlaps(self.any, after, before)
        found = [self._overlaps(self.possible, after, before)]
        if match == Match.CERTAIN:
            found.append(self._certain(after, before))
        elif after is not None and after > today():
            # It goes on as far as is known: nobody knows that it will until then.
            found.append(Clause(f"upper({self.possible}) IS DISTINCT FROM 'infinity'::date"))
        return all_of(found)

    def rank(self, after: dt.date | None, before: dt.date | None) -> Clause:
        """How well a row that was found has such a day: its place among `MATCHES`."""
        certain = self._certain(after, before)
        possible = self.has_day(Match.POSSIBLE, after, before)
        return Clause(
            f"CASE WHEN {certain.sql} THEN 0 WHEN {possible.sql} THEN 1 ELSE 2 END",
            (*certain.values, *possible.values),
        )

    def _certain(self, after: dt.date | None, before: dt.date | None) -> Clause:
        limits = [
            Clause(f"{name} {operator} %s::date", (day,))
            for name, operator, day in (
                (self.begun_by, "<=", before),
                (self.goes_on_till, ">=", after),
            )
            if day is not None
        ]
        return all_of(limits)

    @staticmethod
    def _overlaps(days: str, after: dt.date | None, before: dt.date | None) -> Clause:
        if after is None and before is None:
            return EVERYTHING
        # The day after the last one of all exists in the database only.
        until = None if before == dt.date.max else before
        return Clause(f"{days} && daterange(%s::date, %s::date, '[]')", (after, until))


def classed(
    columns: Sequence[str], match: Match, after: dt.date | None, before: dt.date | None
) -> Clause:
    """Has a day from `after` to `before`, of what has a class of length.

    `columns` are its date, last day, begun by, goes on till, starts unknown and ends unknown, as SQL names them. What is of a class that reaches `after` began at most so many days before: each class is one closed range of an index in
    the order of days. Where what is unknown counts, those with an unknown bound are read whole.
    """
    date, last_day, begun_by, goes_on_till, starts_unknown, ends_unknown = columns
    begins, ends = {
        Match.CERTAIN: (f"{begun_by} <= %s::date", f"{goes_on_till} >= %s::date"),
        Match.POSSIBLE: (f"{date} <= %s::date", f"{last_day} >= %s::date"),
        Match.ANY: (
            f"({date} <= %s::date OR {starts_unknown})",
            f"({last_day} >= %s::date OR {ends_unknown})",
        ),
    }[match]
    found = all_of(
        Clause(condition, (day,)) for condition, day in ((begins, before), (ends, after)) if day
    )
    spans = []
    for length in Length:
        is_undated = length == Length.UNDATED
        if match == Match.ANY and length > Length.DECADE:
            spans.append(Span(length, is_undated=is_undated))
        elif not is_undated:
            reach = length.reach
            start = _days_before(after, reach - 1) if after and reach else None
            spans.append(Span(length, start, before))
    return replace(found, spans=tuple(spans))


def in_order(
    after: dt.date | None, before: dt.date | None, *, is_around: bool = False
) -> tuple[Span, ...]:
    """Where, by the day of a list and by `Length.after`, all rows lie that have one of their days from `after` to `before`.

    What is open or has no day there is read whole.
    """
    until = before
    if before is not None and is_around:
        until = before + min(dt.timedelta(days=AROUND), dt.date.max - before)
    spans = []
    for length in Length:
        if length in {Length.OPEN, Length.UNDATED}:
            spans.append(Span(length, is_undated=length == Length.UNDATED))
        else:
            reach = length.reach
            start = _days_before(after, reach - 1) if after and reach else None
            spans.append(Span(length, start, until))
    return tuple(spans)


def whole_spans(after: dt.date | None, before: dt.date | None) -> str:
    """Say what a window consists of as a whole: `year`s, or else `month`s; empty where it cuts one."""
    day = dt.timedelta(days=1)
    starts = [after] if after else []
    starts += [before + day] if before and before != dt.date.max else []
    if any(start.day != 1 for start in starts):
        return ""
    return "month" if any(start.month != 1 for start in starts) else "year"


def _days_before(day: dt.date, count: int) -> dt.date:
    return day - min(dt.timedelta(days=count), day - dt.date.min)


def weakest(ranks: Iterable[Clause]) -> Clause:
    """The rank of a row for several questions at once."""
    found = list(ranks)
    if len(found) == 1:
        return found[0]
    every = joined(", ", found)
    return Clause(f"GREATEST({every.sql})", every.values)


_INSTANT = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})(?:T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,6})?(?:Z|[+-][0-9]{2}:[0-9]{2}))?",
    re.ASCII,
)
INSTANT_SCHEMA: dict[str, Any] = {
    "type": "string",
    "pattern": f"^{_INSTANT.pattern}$",
    "examples": ["2026-05-01T00:00:00Z"],
}


def read_instant(name: str, query: Query, *, is_date_taken: bool = True) -> dt.datetime | None:
    """Read an instant with an offset from UTC, or a date, which stands for its first moment in UTC."""
    text = query.text(name)
    if text is None:
        return None
    try:
        found = dt.datetime.fromisoformat(text) if _INSTANT.fullmatch(text) else None
    except ValueError:
        found = None
    if found is not None and found.tzinfo is None:
        found = found.replace(tzinfo=dt.UTC) if is_date_taken else None
    if found is None:
        # A plus sign that is not percent-encoded arrives as a space.
        meant = text.replace(" ", "%2B")
        is_near = _INSTANT.fullmatch(text.replace(" ", "+")) is not None and meant != text
        detail = (
            f"“{text}” is neither an instant with an offset (2026-05-01T00:00:00Z) nor a date (2026-05-01)."
            if is_date_taken
            else f"“{text}” is no instant with an offset (2026-05-01T00:00:00Z)."
        )
        query.fault("invalid_instant", detail, name, meant if is_near else None)
    return found


AS_OF = Parameter(
    "as_of",
    "An instant with an offset (2026-05-01T00:00:00Z): the answer as it was then, from what was published at that instant, references"
    " and codes included. A record that was published later is not there; nothing is shown of one that was withdrawn since. What lies"
    " in the past does not change any more, so caches may keep it.",
    {
        "type": "string",
        "format": "date-time",
        "examples": ["2026-05-01T00:00:00Z"],
    },
)


def read_moment(query: Query) -> Moment | None:
    """Read `as_of`: an instant that is not in the future."""
    instant = read_instant(AS_OF.name, query, is_date_taken=False)
    if instant is None:
        return None
    if instant > dt.datetime.now(dt.UTC):
        query.fault("out_of_range", "The instant lies in the future.", AS_OF.name)
        return None
    return moment_of(instant)


def notes_of_then(query: Query) -> list[Note]:
    """What a reader must know of an answer as it was: the same whatever was withdrawn, for a number would reveal what it hides."""
    if moment() is None:
        return []
    detail = (
        "This is as it was published then, but for records that were withdrawn since: those are left out. What was so in the world on a"
        " day is asked for with other parameters: `on`, `date_before` and the like."
    )
    return [Note("as_of", AS_OF.name, query.values[AS_OF.name], detail)]


class InstantFilter(Filter):
    """Takes an instant: finds rows whose column is later."""

    def __init__(self, column: str, *, help_text: str) -> None:
        super().__init__(help_text=help_text)
        self.column = column

    def schema(self) -> dict[str, Any]:
        return INSTANT_SCHEMA

    def conditions(self, name: str, query: Query, references: Any) -> Iterator[Condition]:  # noqa: ARG002 - one signature
        instant = read_instant(name, query)
        if instant is not None:
            yield partial(self._is_later, instant)

    def _is_later(self, instant: dt.datetime, model: type[Model]) -> Clause:
        name, _kind = column(model, self.column)
        return Clause(f"{name} > %s::timestamptz", (instant.isoformat(),))


class _DaysFilter(Filter):
    """Base of filters that take days, with `match` for each.

    `reach` names the edition's `ReachColumns`; `is_in_order` says that its `length` counts these days from its `date` on
    (`Length.after`). Instead, `where(first, last, match)` makes the condition. A member of a `Group` needs none of them.
    """

    def __init__(
        self,
        reach: str = "",
        *,
        help_text: str,
        where: Callable[..., Q | Clause] | None = None,
        is_in_order: bool = False,
    ) -> None:
        super().__init__(help_text=help_text)
        self.reach = reach
        self.where = where
        self.is_in_order = is_in_order

    def _read(self, name: str, query: Query) -> tuple[Any, Any] | None:
        """Return the first and the last day that are asked for; None where nothing is asked."""
        raise NotImplementedError

    def reading(
        self,
        name: str,
        query: Query,
        references: Any,  # noqa: ARG002 - one signature
    ) -> Callable[[], tuple[Any, Any]] | None:
        days = self._read(name, query)
        return None if days is None else lambda: days

    def conditions(self, name: str, query: Query, references: Any) -> Iterator[Condition]:  # noqa: ARG002 - one signature
        days = self._read(name, query)
        if days is not None:
            yield partial(self._has_day, *days, match_of(query))

    def _has_day(
        self,
        first: dt.date | None,
        last: dt.date | None,
        match: Match,
        model: type[Model],
    ) -> Clause:
        if self.where is not None:
            return as_clause(model, self.where(first, last, match))
        found = ReachSql.of(model, self.reach).has_day(match, first, last)
        spans = in_order(first, last) if self.is_in_order else ()
        return replace(found, spans=spans, is_found=match != Match.ANY)


class DayFilter(_DaysFilter):
    """Takes a day, which may be a month or a year: rows with a day in it. The clause of `where` says the `rank` of a row."""

    def schema(self) -> dict[str, Any]:
        return DATE_SCHEMA

    def parameters(self, name: str) -> Iterator[Parameter]:
        yield day_parameter(name, self.help_text)

    def _read(self, name: str, query: Query) -> Days | None:
        return read_days(name, query)

    def _has_day(self, first: Any, last: Any, match: Match, model: type[Model]) -> Clause:
        found = super()._has_day(first, last, match, model)
        if self.where is not None:
            return found
        return replace(found, rank=ReachSql.of(model, self.reach).rank(first, last))


class WindowFilter(_DaysFilter):
    """Takes `NAME_after` and `NAME_before`: rows with a day between them, both included; one of the two may be left out.

    The attribute's name opens the parameters' names.
    """

    def parameters(self, name: str) -> Iterator[Parameter]:
        for end, word in (("after", "later"), ("before", "earlier")):
            yield Parameter(
                f"{name}_{end}",
                f"{self.help_text}: on this day or {word} (YYYY, YYYY-MM or YYYY-MM-DD).",
                DATE_SCHEMA,
                companion=DATE_MATCH,
            )

    def _read(self, name: str, query: Query) -> Window | None:
        return read_window(name, query)
