"""What all filters have in common: how they are read, and how their values become conditions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from django.db.models import Model

from config.api.query import Parameter
from config.api.sql import (
    EVERYTHING,
    NOTHING,
    Clause,
    all_of,
    compiled,
    has_all,
    has_any,
    is_one_of,
    is_unknown,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from django.db.models import Q

    from config.api.query import Query

#: Made when a parameter is read, called with the model of the editions when the references are known.
Condition = Callable[[type[Model]], Clause]

#: What the operators mean, for the docs.
OPERATORS = {
    "all": "Like `{name}`, but every value must be there at once.",
    "not": "Leaves out what `{name}` with the same values would find; what is unknown stays in.",
    "isnull": "`true` for records in which it is unknown or absent, `false` for the others.",
    "gte": "{help} At least this.",
    "lte": "{help} At most this.",
}


class Filter:
    """Base of all filters. `help_text` says what a value means, in a sentence."""

    def __init__(self, *, help_text: str) -> None:
        self.help_text = help_text

    def parameters(self, name: str) -> Iterator[Parameter]:
        """Every query parameter that the filter takes."""
        yield Parameter(name, self.help_text, self.schema)

    def schema(self) -> dict[str, Any]:
        """The JSON Schema of one value. It is asked for when all apps are loaded."""
        return {"type": "string"}

    def reading(self, name: str, query: Query, references: Any) -> Callable[[], Any] | None:
        """Read the plain parameter: a callable that gives its value later, or None when it is absent or at fault."""
        raise NotImplementedError

    def conditions(self, name: str, query: Query, references: Any) -> Iterator[Condition]:
        """Read all of the filter's parameters into conditions that must all hold."""
        raise NotImplementedError


class ValuesFilter(Filter):
    """Base of filters that take values divided by commas and find any of them.

    `column` is the edition's column; `many` says that it is an array, and `element` what it holds for a value, if not the
    value itself. Instead of it, `where` may make the condition from a list of values, of which any may match. `operators`
    adds parameters: `all` (for arrays), `not`, `isnull`. A member of a `Group` whose condition demands all values says so
    with `takes_all`.
    """

    def __init__(
        self,
        column: str = "",
        *,
        help_text: str,
        many: bool = False,
        element: Callable[[Any], Any] | None = None,
        where: Callable[[list[Any]], Q | Clause] | None = None,
        operators: Sequence[str] = (),
        takes_all: bool = False,
    ) -> None:
        super().__init__(help_text=help_text)
        self.column = column
        self.many = many
        self.element = element
        self.where = where
        self.operators = tuple(operators)
        self.takes_all = takes_all

    def parameters(self, name: str) -> Iterator[Parameter]:
        text = (
            self.help_text if self.takes_all else f"{self.help_text} Several values: any of them."
        )
        yield Parameter(name, text, self.schema, is_list=True)
        for operator in self.operators:
            text = OPERATORS[operator].format(name=name, help=self.help_text)
            if operator == "isnull":
                yield Parameter(f"{name}__{operator}", text, {"type": "boolean"})
            else:
                yield Parameter(f"{name}__{operator}", text, self.schema, is_list=True)

    def value(self, word: str, name: str, query: Query, references: Any) -> Any:
        """Read one value, or report its fault and return None."""
        raise NotImplementedError

    def alternatives(self, value: Any) -> list[Any]:
        """What one value stands for, when references are known (itself, or also all narrower records)."""
        return [value]

    def matches(self, model: type[Model], values: list[Any]) -> Clause:
        if not values:
            return NOTHING
        if self.where is not None:
            return as_clause(model, self.where(values))
        if not self.many:
            return is_one_of(model, self.column, values)
        return has_any(model, self.column, self._elements(values))

    def reading(self, name: str, query: Query, references: Any) -> Callable[[], list[Any]] | None:
        values = self._values(name, query, references)
        return partial(self._any, values) if values else None

    def conditions(self, name: str, query: Query, references: Any) -> Iterator[Condition]:
        for operator in ("", *self.operators):
            parameter = f"{name}__{operator}" if operator else name
            if parameter not in query.values:
                continue
            if operator == "isnull":
                is_null = read_boolean(parameter, query)
                if is_null is not None:
                    yield partial(self._unknown, is_null=is_null)
            elif values := self._values(parameter, query, references):
                yield partial(self._condition, operator, values)

    def _values(self, name: str, query: Query, references: Any) -> list[Any]:
        values = [self.value(word, name, query, references) for word in query.words(name)]
        return [value for value in values if value is not None]

    def _any(self, values: list[Any]) -> list[Any]:
        return list(dict.fromkeys(one for value in values for one in self.alternatives(value)))

    def _condition(self, operator: str, values: list[Any], model: type[Model]) -> Clause:
        if operator == "all":
            return self._all(model, [self.alternatives(value) for value in values])
        found = self._any(values)
        if operator == "not":
            return ~self.matches(model, found) if found else EVERYTHING
        return self.matches(model, found)

    def _all(self, model: type[Model], needed: list[list[Any]]) -> Clause:
        if self.where is None and all(len(alternatives) == 1 for alternatives in needed):
            # One condition, so that the index is asked once for all values together.
            values = [alternatives[0] for alternatives in needed]
            return has_all(model, self.column, self._elements(values))
        parts = tuple(self.matches(model, alternatives) for alternatives in needed)
        return replace(all_of(parts), parts=parts)

    def _elements(self, values: list[Any]) -> list[Any]:
        return [self.element(value) for value in values] if self.element else values

    def _unknown(self, model: type[Model], *, is_null: bool) -> Clause:
        unknown = is_unknown(model, self.column)
        return unknown if is_null else ~unknown


def as_clause(model: type[Model], condition: Q | Clause) -> Clause:
    """What a `where` gave: mostly a condition of Django's."""
    return condition if isinstance(condition, Clause) else compiled(model, condition)


def asking(where: Callable[..., Q | Clause], *args: Any, **options: Any) -> Condition:
    """The condition that `where` makes of these arguments, when it is asked."""
    return lambda model: as_clause(model, where(*args, **options))


def read_boolean(name: str, query: Query) -> bool | None:
    text = query.text(name)
    if text in {None, "true", "false"}:
        return None if text is None else text == "true"
    suggestion = {"1": "true", "yes": "true", "0": "false", "no": "false"}.get(str(text).lower())
    if str(text).lower() in {"true", "false"}:
        suggestion = str(text).lower()
    query.fault("invalid_boolean", f"“{text}” is neither true nor false.", name, suggestion)
    return None
