"""Filters of days and of uncertain dates."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any

from django.db.models import DateField, Model, Q

from config.api.filters.base import Condition, Filter, as_clause, asking, read_boolean
from config.api.query import Parameter
from config.api.sql import Clause, Slot, column, compiled, filled
from config.dates.queries import (
    certainly_overlaps,
    certainly_within,
    is_dated,
    possibly_overlaps,
    possibly_within,
)
from config.dates.values import EdtfError, parse_partial

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from config.api.query import Query

DATE_SCHEMA: dict[str, Any] = {
    "type": "string",
    "pattern": "^[0-9]{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12][0-9]|3[01]))?)?$",
    "examples": ["2025-05-10"],
}


def read_days(name: str, query: Query) -> tuple[date, date] | None:
    text = query.text(name)
    if text is None:
        return None
    try:
        return parse_partial(text)
    except EdtfError as error:
        query.fault("invalid_date", str(error), name)
        return None


_INSTANT = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})(?:T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,6})?(?:Z|[+-][0-9]{2}:[0-9]{2}))?",
    re.ASCII,
)
INSTANT_SCHEMA: dict[str, Any] = {
    "type": "string",
    "pattern": f"^{_INSTANT.pattern}$",
    "examples": ["2026-05-01T00:00:00Z"],
}


def read_instant(name: str, query: Query) -> datetime | None:
    """Read an instant with an offset from UTC, or a date, which stands for its first moment in UTC."""
    text = query.text(name)
    if text is None:
        return None
    try:
        found = datetime.fromisoformat(text) if _INSTANT.fullmatch(text) else None
    except ValueError:
        found = None
    if found is None:
        # A plus sign that is not percent-encoded arrives as a space.
        meant = text.replace(" ", "%2B")
        is_near = _INSTANT.fullmatch(text.replace(" ", "+")) is not None and meant != text
        query.fault(
            "invalid_instant",
            f"“{text}” is neither an instant with an offset (2026-05-01T00:00:00Z) nor a date (2026-05-01).",
            name,
            meant if is_near else None,
        )
        return None
    return found if found.tzinfo is not None else found.replace(tzinfo=UTC)


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

    def _is_later(self, instant: datetime, model: type[Model]) -> Clause:
        name, _kind = column(model, self.column)
        return Clause(f"{name} > %s::timestamptz", (instant.isoformat(),))


class DayFilter(Filter):
    """Takes a date, which may be a month or a year: `where(first, last)` makes the condition from its days."""

    def __init__(
        self, *, help_text: str, where: Callable[[date, date], Q | Clause] | None = None
    ) -> None:
        super().__init__(help_text=help_text)
        self.where = where

    def schema(self) -> dict[str, Any]:
        return DATE_SCHEMA

    def reading(
        self,
        name: str,
        query: Query,
        references: Any,  # noqa: ARG002 - one signature
    ) -> Callable[[], tuple[date, date]] | None:
        days = read_days(name, query)
        return None if days is None else lambda: days

    def conditions(self, name: str, query: Query, references: Any) -> Iterator[Condition]:  # noqa: ARG002 - one signature
        days = read_days(name, query)
        if days is not None:
            if self.where is None:
                raise TypeError(f"The filter {name} says no condition.")
            yield asking(self.where, *days)


class UncertainDateFilter(Filter):
    """The four parameters of an uncertain date, or of an interval of two: `date_after`, `date_before`, `date_match`, `include_undated`.

    `start` (and `end`) name the columns before `_earliest` and `_latest`. The attribute's name opens the parameters'
    names. `where` may make the condition instead: `where(after, before, is_certain=, include_undated=)`.
    """

    def __init__(
        self,
        start: str = "",
        end: str = "",
        *,
        help_text: str,
        where: Callable[..., Q | Clause] | None = None,
    ) -> None:
        super().__init__(help_text=help_text)
        self.start = start
        self.end = end
        self.where = where

    def parameters(self, name: str) -> Iterator[Parameter]:
        yield Parameter(
            f"{name}_after",
            f"{self.help_text}: on this day or later (YYYY, YYYY-MM or YYYY-MM-DD).",
            DATE_SCHEMA,
        )
        yield Parameter(
            f"{name}_before",
            f"{self.help_text}: on this day or earlier (YYYY, YYYY-MM or YYYY-MM-DD).",
            DATE_SCHEMA,
        )
        yield Parameter(
            f"{name}_match",
            f"How `{name}_after` and `{name}_before` compare: `possible` finds what may lie in the range,"
            " `certain` what lies in it whichever of its possible days is true.",
            {"type": "string", "enum": ["possible", "certain"], "default": "possible"},
        )
        yield Parameter(
            self._undated(name),
            f"Whether `{name}_after` and `{name}_before` keep records without any date.",
            {"type": "boolean", "default": False},
        )

    @staticmethod
    def _undated(name: str) -> str:
        return "include_undated" if name == "date" else f"{name}_include_undated"

    def conditions(self, name: str, query: Query, references: Any) -> Iterator[Condition]:  # noqa: ARG002 - one signature
        after = read_days(f"{name}_after", query)
        before = read_days(f"{name}_before", query)
        match = query.choice(f"{name}_match", ("possible", "certain"))
        include_undated = read_boolean(self._undated(name), query) or False
        if after and before and after[0] > before[1]:
            query.fault(
                "reversed_range", f"{name}_after is later than {name}_before.", f"{name}_after"
            )
        elif after or before:
            yield partial(
                self._lies_in,
                after[0] if after else None,
                before[1] if before else None,
                is_certain=match == "certain",
                include_undated=include_undated,
            )

    def _lies_in(
        self,
        after: date | None,
        before: date | None,
        model: type[Model],
        *,
        is_certain: bool,
        include_undated: bool,
    ) -> Clause:
        if self.where is not None:
            found = self.where(
                after, before, is_certain=is_certain, include_undated=include_undated
            )
            return as_clause(model, found)
        template = _range(
            model,
            (self.start, self.end),
            (after is not None, before is not None),
            is_certain=is_certain,
            include_undated=include_undated,
        )
        return filled(template, after=after, before=before)


@lru_cache(maxsize=256)
def _range(
    model: type[Model],
    fields: tuple[str, str],
    given: tuple[bool, bool],
    *,
    is_certain: bool,
    include_undated: bool,
) -> Clause:
    """The condition of an `UncertainDateFilter` with slots for its days: compiled once, for it costs more than asking."""
    start, end = fields
    # The functions only hand the days on, so slots may stand for them.
    after: Any = Slot("after", DateField()) if given[0] else None
    before: Any = Slot("before", DateField()) if given[1] else None
    dated = is_dated(start)
    if end:
        dated |= is_dated(end)
        found = (certainly_overlaps if is_certain else possibly_overlaps)(start, end, after, before)
    else:
        found = (certainly_within if is_certain else possibly_within)(start, after, before)
    return compiled(model, (dated & found) | ~dated if include_undated else dated & found)
