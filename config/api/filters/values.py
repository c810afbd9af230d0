"""Filters of words, text, booleans and numbers."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING, Any

from django.db.models import Model, Q

from config.api.filters.base import (
    OPERATORS,
    Condition,
    Filter,
    ValuesFilter,
    as_clause,
)
from config.api.query import Parameter, choice_fault
from config.api.sql import Clause, all_of, column

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from enum import Enum

    from config.api.query import Query

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
        return {"type": "string", "enum": self.choices}

    def value(self, word: str, name: str, query: Query, references: Any) -> str | None:  # noqa: ARG002 - one signature
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
        if not word.isprintable():
            query.fault("invalid_text", "The text holds characters that cannot be printed.", name)
            return None
        return self.normalise(word)


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
        return {"type": "number"}

    def parameters(self, name: str) -> Iterator[Parameter]:
        for operator in self.operators:
            text = OPERATORS.get(operator, "{help}").format(name=name, help=self.help_text)
            yield Parameter(f"{name}__{operator}" if operator else name, text, self.schema)

    def reading(self, name: str, query: Query, references: Any) -> Callable[[], Decimal] | None:  # noqa: ARG002 - one signature
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
