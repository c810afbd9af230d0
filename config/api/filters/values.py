"""Filters of a resource, declared: every parameter is documented, strictly read, and becomes a condition.

    class EventFilter(FilterSet):
        status = ChoiceFilter("status", choices=EventStatus, operators=("not",), help_text="How it stands.")
        state = ReferenceFilter("state", "state_ids", many=True, operators=("all",), help_text="A state involved.")
        participant = Group(
            person=ReferenceFilter("person", help_text="..."),
            role=ChoiceFilter(choices=Role, help_text="..."),
            where=participating,  # def participating(*, person=None, role=None) -> Q
        )
        date = UncertainDateFilter("date", help_text="When it happened")

Reading and applying are two steps, because references are looked up between them, all in one query.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any, ClassVar

from django.db.models import DateField, Model, Q

from config.api.filters.base import (
    OPERATORS,
    Condition,
    Filter,
    ValuesFilter,
    as_clause,
    asking,
    read_boolean,
)
from config.api.query import Parameter, choice_fault
from config.api.sql import NOTHING, Clause, Slot, all_of, column, compiled, filled
from config.dates.fields import (
    certainly_overlaps,
    certainly_within,
    is_dated,
    parse_partial,
    possibly_overlaps,
    possibly_within,
)
from config.dates.values import EdtfError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import date
    from enum import Enum

    from config.api.query import Query

__all__ = [
    "DATE_SCHEMA",
    "BooleanFilter",
    "ChoiceFilter",
    "Condition",
    "DayFilter",
    "Filter",
    "FilterSet",
    "Group",
    "NumberFilter",
    "TextFilter",
    "UncertainDateFilter",
    "ValuesFilter",
    "as_clause",
    "asking",
    "read_boolean",
    "read_days",
]

_COMPARISONS = {"gte": ">=", "lte": "<=", "exact": "="}
_NUMBER = re.compile(r"-?[0-9]{1,15}(?:\.[0-9]{1,6})?", re.ASCII)


class ChoiceFilter(ValuesFilter):
    """Takes words of a choice list."""

    def __init__(
        self, column: str = "", *, choices: type[Enum] | Iterable[str], **options: Any
    ) -> None:
        super().__init__(column, **options)
        self.choices = [str(getattr(choice, "value", choice)) for choice in choices]

    def schema(self) -> dict[str, Any]:
        """The words."""
        return {"type": "string", "enum": self.choices}

    def value(self, word: str, name: str, query: Query, references: Any) -> str | None:  # noqa: ARG002 - one signature
        """Take a word of the list, as it is written there."""
        if word in self.choices:
            return word
        query.faults.append(choice_fault(name, word, self.choices))
        return None


class TextFilter(ValuesFilter):
    """Takes text that must be there exactly, or as `normalise` makes it."""

    def __init__(
        self, column: str = "", *, normalise: Callable[[str], str] = str, **options: Any
    ) -> None:
        super().__init__(column, **options)
        self.normalise = normalise

    def value(self, word: str, name: str, query: Query, references: Any) -> str | None:  # noqa: ARG002 - one signature
        """Take any printable text."""
        if not word.isprintable():
            query.fault("invalid_text", "The text holds characters that cannot be printed.", name)
            return None
        return self.normalise(word)


class BooleanFilter(Filter):
    """Takes `true` or `false`; `where` may make the condition instead of a column."""

    def __init__(
        self, column: str = "", *, help_text: str, where: Callable[[bool], Q | Clause] | None = None
    ) -> None:
        super().__init__(help_text=help_text)
        self.column = column
        self.where = where

    def schema(self) -> dict[str, Any]:
        """A boolean."""
        return {"type": "boolean"}

    def reading(self, name: str, query: Query, references: Any) -> Callable[[], bool] | None:  # noqa: ARG002 - one signature
        """Read the parameter."""
        value = read_boolean(name, query)
        return None if value is None else lambda: value

    def conditions(self, name: str, query: Query, references: Any) -> Iterator[Condition]:
        """Compare the column."""
        value = self.reading(name, query, references)
        if value is not None:
            yield partial(self._equals, value())

    def _equals(self, value: bool, model: type[Model]) -> Clause:  # noqa: FBT001 - the value itself
        if self.where is not None:
            return as_clause(model, self.where(value))
        return Clause(f"{column(model, self.column)[0]} = %s", (value,))


class NumberFilter(Filter):
    """Takes a decimal number, at least or at most, or exactly with the operator "".

    `where` may make the condition from the bounds (`where(gte=Decimal | None, lte=Decimal | None)`).
    """

    def __init__(
        self,
        column: str = "",
        *,
        help_text: str,
        where: Callable[..., Q | Clause] | None = None,
        operators: Sequence[str] = ("gte", "lte"),
    ) -> None:
        super().__init__(help_text=help_text)
        self.column = column
        self.where = where
        self.operators = tuple(operators)

    def schema(self) -> dict[str, Any]:
        """A number."""
        return {"type": "number"}

    def parameters(self, name: str) -> Iterator[Parameter]:
        """Yield one parameter per operator."""
        for operator in self.operators:
            text = OPERATORS.get(operator, "{help}").format(name=name, help=self.help_text)
            yield Parameter(f"{name}__{operator}" if operator else name, text, self.schema())

    def reading(self, name: str, query: Query, references: Any) -> Callable[[], Decimal] | None:  # noqa: ARG002 - one signature
        """Read one number."""
        text = query.text(name)
        if text is None:
            return None
        if not _NUMBER.fullmatch(text):
            detail = f"“{text}” is not a number of at most 15 digits, with a point before at most 6 more."
            query.fault("invalid_number", detail, name)
            return None
        return partial(Decimal, text)

    def conditions(self, name: str, query: Query, references: Any) -> Iterator[Condition]:
        """Compare the column; an unknown amount is neither at least nor at most anything."""
        bounds = {}
        for operator in self.operators:
            value = self.reading(f"{name}__{operator}" if operator else name, query, references)
            if value is not None:
                bounds[operator or "exact"] = value()
        if {"gte", "lte"} <= bounds.keys() and bounds["gte"] > bounds["lte"]:
            query.fault(
                "reversed_range", f"The lower bound lies above {name}__lte.", f"{name}__gte"
            )
        elif bounds:
            yield partial(self._lies_within, bounds)

    def _lies_within(self, bounds: dict[str, Decimal], model: type[Model]) -> Clause:
        if self.where is not None:
            return as_clause(model, self.where(**bounds))
        name, _kind = column(model, self.column)
        return all_of(
            Clause(f"{name} {_COMPARISONS[bound]} %s", (value,)) for bound, value in bounds.items()
        )


class DayFilter(Filter):
    """Takes a date, which may be a month or a year: `where(first, last)` makes the condition from its days."""

    def __init__(
        self, *, help_text: str, where: Callable[[date, date], Q | Clause] | None = None
    ) -> None:
        super().__init__(help_text=help_text)
        self.where = where

    def schema(self) -> dict[str, Any]:
        """A plain date."""
        return DATE_SCHEMA

    def reading(
        self,
        name: str,
        query: Query,
        references: Any,  # noqa: ARG002 - one signature
    ) -> Callable[[], tuple[date, date]] | None:
        """Read the first and last day."""
        days = read_days(name, query)
        return None if days is None else lambda: days

    def conditions(self, name: str, query: Query, references: Any) -> Iterator[Condition]:  # noqa: ARG002 - one signature
        """Ask `where`."""
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
        """Yield the four."""
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
        """Read the four together."""
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


class Group(Filter):
    """Filters whose parameters, where given together, must hold of the *same* part of a record.

    The members' parameters are `group.member`, or the bare member names with `prefixed=False`. `where` is called with
    those that are given: a list of values, any of which may match, or what a member's `reading` gives.
    """

    def __init__(
        self, *, where: Callable[..., Q | Clause], prefixed: bool = True, **members: Filter
    ) -> None:
        super().__init__(help_text="")
        self.where = where
        self.prefixed = prefixed
        self.members = members

    def _name(self, group: str, member: str) -> str:
        return f"{group}.{member}" if self.prefixed else member

    def parameters(self, name: str) -> Iterator[Parameter]:
        """Yield the members' plain parameters."""
        for member, inner in self.members.items():
            parameter = next(iter(inner.parameters(self._name(name, member))))
            yield parameter

    def conditions(self, name: str, query: Query, references: Any) -> Iterator[Condition]:
        """Read the members, and join what is given."""
        given = {}
        for member, inner in self.members.items():
            value = inner.reading(self._name(name, member), query, references)
            if value is not None:
                given[member] = value
        if given:
            yield partial(self._joined, given)

    def _joined(self, given: dict[str, Callable[[], Any]], model: type[Model]) -> Clause:
        values = {member: value() for member, value in given.items()}
        if any(value == [] for value in values.values()):
            return NOTHING  # a reference that names nothing published
        return as_clause(model, self.where(**values))


class FilterSet:
    """The filters of one resource, declared as class attributes and inherited."""

    filters: ClassVar[dict[str, Filter]] = {}
    known: ClassVar[dict[str, Parameter]] = {}

    def __init_subclass__(cls) -> None:
        own = {name: value for name, value in vars(cls).items() if isinstance(value, Filter)}
        cls.filters = {**cls.filters, **own}
        parameters = [
            parameter for name, inner in cls.filters.items() for parameter in inner.parameters(name)
        ]
        cls.known = {parameter.name: parameter for parameter in parameters}
        if len(cls.known) != len(parameters):
            msg = f"Two filters of {cls.__name__} take the same parameter."
            raise TypeError(msg)

    @classmethod
    def read(cls, query: Query, references: Any) -> list[Condition]:
        """Read all filters of a request; faults are left in `query`, references asked for from `references`."""
        if not query.values:
            return []
        return [
            condition
            for name, inner in cls.filters.items()
            for condition in inner.conditions(name, query, references)
        ]


DATE_SCHEMA: dict[str, Any] = {
    "type": "string",
    "pattern": "^[0-9]{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12][0-9]|3[01]))?)?$",
    "examples": ["2025-05-10"],
}


def read_days(name: str, query: Query) -> tuple[date, date] | None:
    """First and last day of a plain date."""
    text = query.text(name)
    if text is None:
        return None
    try:
        return parse_partial(text)
    except EdtfError as error:
        query.fault("invalid_date", str(error), name)
        return None
