"""Conditions as SQL. Making a page through the ORM costs several times what the database takes to answer it.

A clause is text with `%s` for each value, as it stands behind WHERE over one table of editions. Names in it come from our own
declarations; whatever a caller wrote travels as a value.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import EmptyResultSet, FullResultSet
from django.db import connection
from django.db.models.sql import Query

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from django.db.models import Model, Q


@dataclass(frozen=True, slots=True)
class Clause:
    """A condition and its values, and what helps to find its rows."""

    sql: str
    values: tuple[Any, ...] = ()
    elements: Elements | None = (
        None  #: it asks whether a list has these: an index finds the rows, in no order
    )
    spans: tuple[Span, ...] = ()  #: all its rows lie in these ranges of days
    is_found: bool = False  #: an index finds its rows by their days, in no order
    parts: tuple[Clause, ...] = ()  #: conditions that must all hold, of which it is made
    excluded: Elements | None = None  #: it asks that a list has none of these
    implied: tuple[Elements, ...] = ()  #: what its rows have besides, of each of these any
    lead: Lead | None = None  #: a table that has all its rows in the order of their days
    led: Clause | None = None  #: the same condition on the columns of the leading tables
    one_by_one: Clause | None = (
        None  #: the same condition where no index serves it, cheaper to ask of each row
    )
    summed: Summed | None = None  #: the same condition on the table of sums
    #: A statement that gives the ids of its rows, some of them several times: they are found by what another table has of them.
    related: Clause | None = None
    #: Of a question about a day: how well a row that is found meets it, a place among `config.api.filters.dates.MATCHES`.
    rank: Clause | None = None

    def __and__(self, other: Clause) -> Clause:
        return Clause(f"({self.sql}) AND ({other.sql})", self.values + other.values)

    def __invert__(self) -> Clause:
        # What is unknown (NULL) is not what was asked to be left out.
        without = self.elements if self.elements and not self.elements.are_all else None
        return Clause(
            f"({self.sql}) IS NOT TRUE",
            self.values,
            excluded=without,
            led=~self.led if self.led else None,
            summed=~self.summed if self.summed else None,
        )


@dataclass(frozen=True, slots=True)
class Summed:
    """A condition as a table of sums has it, called as the editions are in `where`."""

    #: What it asks for: a `term`, a `type`, or days that are whole months or years (`month`, `year`).
    axis: str
    where: Clause
    grains: frozenset[int] = frozenset()  #: of a term, how fine it is summed up

    def __invert__(self) -> Summed | None:
        # What has a term may have others.
        return Summed(self.axis, ~self.where) if self.axis == "type" else None


@dataclass(frozen=True, slots=True)
class Elements:
    """Elements of which a column that holds a list must have any, or all."""

    column: str
    values: tuple[Any, ...]
    are_all: bool = False


@dataclass(frozen=True, slots=True)
class Span:
    """Rows of one class of length that begin from one day to another; None sets no limit."""

    length: int
    first: date | None = None
    last: date | None = None
    is_undated: bool = False


def within_all(ranges: Iterable[Sequence[Span]]) -> Sequence[Span]:
    """Of several conditions, each with a range of days for every class of length: the ranges that lie in all of theirs."""
    found = [each for each in ranges if each]
    if len(found) < 2:
        return found[0] if found else ()
    return [
        replace(
            of_class[0],
            first=max((one.first for one in of_class if one.first), default=None),
            last=min((one.last for one in of_class if one.last), default=None),
        )
        for of_class in zip(*found, strict=True)
    ]


def in_classes(spans: Sequence[Span]) -> Clause:
    """Classes of length, each with the range of days in which its rows lie, as a table `class`."""
    ranges = ", ".join(["(%s::smallint, %s::date, %s::date)"] * len(spans))
    values = ((one.length, one.first or "-infinity", one.last or "infinity") for one in spans)
    return Clause(
        f"(VALUES {ranges}) AS class (length, first, last)",
        tuple(value for each in values for value in each),
    )


def is_in_class(table: str, day: str) -> Clause:
    """The condition that a row is of the class at hand, on one of its days."""
    return Clause(f"{table}.length = class.length AND {day} BETWEEN class.first AND class.last")


@dataclass(frozen=True, slots=True)
class Lead:
    """A table with the rows of a condition by class of length and date, called as the editions are in `where`.

    It has them under `term`, whose frequency its statistics say.
    """

    table: str
    term: int
    where: Clause


#: Matches no row. A list that needs it is empty without asking the database.
NOTHING = Clause("FALSE")
#: Matches every row.
EVERYTHING = Clause("TRUE")


def select(columns: str, table: str, where: Clause) -> Clause:
    """A statement over one table. Columns and table are names of ours."""
    return Clause(f"SELECT {columns} FROM {table} WHERE {where.sql}", where.values)  # noqa: S608


def all_of(clauses: Iterable[Clause]) -> Clause:
    """The condition that all hold; NOTHING if one of them is that."""
    # By their SQL: comparing whole clauses takes a good part of the time in which a statement is made.
    found = [clause for clause in clauses if clause.sql != EVERYTHING.sql]
    if any(clause.sql == NOTHING.sql for clause in found):
        return NOTHING
    if not found:
        return EVERYTHING
    return joined(" AND ", found, "({})")


def joined(separator: str, clauses: Iterable[Clause], form: str = "{}") -> Clause:
    """Several pieces of SQL as one, each as `form` has it, with their values in order."""
    found = list(clauses)
    return Clause(
        separator.join(form.format(clause.sql) for clause in found),
        tuple(value for clause in found for value in clause.values),
    )


def with_related(record_id: str, named: str, source: str, where: Clause) -> Clause:
    """Rows to which something of another table belongs: in `named` of the rows of `source` that meet the condition.

    Asked row by row, the other table is looked at for each: OFFSET keeps the planner from reading all of it instead.
    """
    among = select(named, source, where)
    one = select("1", source, all_of([where, Clause(f"{named} = {record_id}")]))
    return Clause(
        f"{record_id} IN ({among.sql})",
        among.values,
        related=among,
        one_by_one=Clause(f"EXISTS ({one.sql} OFFSET 0)", one.values),
    )


def contradict(clauses: Sequence[Clause]) -> bool:
    """Whether a list is asked to have what it is asked not to have."""
    excluded = {
        (one.excluded.column, value)
        for one in clauses
        if one.excluded
        for value in one.excluded.values
    }
    if not excluded:
        return False
    for one in clauses:
        for elements in (one.elements, *one.implied) if one.elements else one.implied:
            left_out = [(elements.column, value) in excluded for value in elements.values]
            if (any if elements.are_all else all)(left_out):
                return True
    return False


def without_implied(clauses: Iterable[Clause]) -> list[Clause]:
    """The conditions without those that follow from another one: who took part as a host took part."""
    found: list[Clause] = []
    for one in clauses:
        if not any(_follows(one, other) for other in found):
            found = [other for other in found if not _follows(other, one)] + [one]
    return found


def _follows(one: Clause, other: Clause) -> bool:
    """Whether every row of the other condition has what the one asks for."""
    asked = one.elements
    if asked is None or one.implied:
        return False
    had = [*other.implied, *([other.elements] if other.elements else [])]
    needed = [{value} for value in asked.values] if asked.are_all else [set(asked.values)]
    return all(any(_has(each, asked.column, any_of) for each in had) for any_of in needed)


def _has(elements: Elements, column: str, any_of: set[Any]) -> bool:
    """Whether what has these elements has any of those."""
    those = set(elements.values)
    return elements.column == column and bool(
        those & any_of if elements.are_all else those <= any_of
    )


def compiled(model: type[Model], condition: Q) -> Clause:
    if not condition:
        return EVERYTHING
    query = Query(model)
    try:
        sql, values = query.build_where(condition).as_sql(
            query.get_compiler(connection=connection), connection
        )
    except EmptyResultSet:
        return NOTHING
    except FullResultSet:
        return EVERYTHING
    return Clause(sql, tuple(values))


def table_of(model: type[Model]) -> str:
    """The table of a model as SQL names it."""
    return f'"{model._meta.db_table}"'


@lru_cache(maxsize=512)
def column(model: type[Model], name: str) -> tuple[str, str]:
    """A column as SQL names it, and its type without a length (a cast to `varchar(10)` would cut values to fit)."""
    field = model._meta.get_field(name)
    kind = str(
        (field.base_field if isinstance(field, ArrayField) else field).db_type(connection)
    ).partition("(")[0]
    return f'{table_of(model)}."{field.column}"', kind  # type: ignore[union-attr]


def is_one_of(model: type[Model], name: str, values: Sequence[Any]) -> Clause:
    sql, kind = column(model, name)
    if len(values) == 1:  # the plain comparison lets an index give the rows in order
        return Clause(f"{sql} = %s::{kind}", (values[0],))
    return Clause(f"{sql} = ANY(%s::{kind}[])", (list(values),))


def has_any(model: type[Model], name: str, values: Sequence[Any]) -> Clause:
    sql, kind = column(model, name)
    # One value is asked for as contained: the index then needs no recheck of other keys.
    operator = "@>" if len(values) == 1 else "&&"
    elements = Elements(name, tuple(values))
    return Clause(f"{sql} {operator} %s::{kind}[]", (list(values),), elements)


def has_all(model: type[Model], name: str, values: Sequence[Any]) -> Clause:
    sql, kind = column(model, name)
    elements = Elements(name, tuple(values), are_all=True)
    return Clause(f"{sql} @> %s::{kind}[]", (list(values),), elements)


def is_unknown(model: type[Model], name: str) -> Clause:
    sql, kind = column(model, name)
    if isinstance(model._meta.get_field(name), ArrayField):
        return Clause(f"{sql} = '{{}}'::{kind}[]")
    return Clause(f"{sql} IS NULL")
