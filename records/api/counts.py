"""Counts of a list by one or two dimensions: how many events of each type there are in each year (docs/decisions/0113).

A question is answered from the records that its filters find, each read once. It is bounded, and more records than that are
refused: no answer takes long, and none is a guess.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import partial
from hashlib import blake2b
from math import prod
from typing import TYPE_CHECKING, Any, ClassVar

import orjson
from django.conf import settings

from config.api.as_of import moment
from config.api.caching import answer
from config.api.filters.dates import AS_OF
from config.api.problems import Problem
from config.api.query import Parameter, choice_fault
from config.api.sql import (
    NOTHING,
    Clause,
    all_of,
    column,
    in_classes,
    is_in_class,
    joined,
    select,
    table_of,
)
from config.faults import Fault
from records.api.frequencies import begun, found_by_lists, led, rows
from records.api.pages import fetch, fetch_in_time, readable, send_whole
from records.api.sums import FromSums
from records.api.ways import COMPARED, are_apart, in_half, without_leads
from records.as_of import every_reference, halves, shown_references
from records.models.reference import in_order
from records.publishing.documents import sort_label
from records.publishing.feed import last_position

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from enum import Enum
    from uuid import UUID

    from django.http.response import HttpResponseBase

    from config.api.notes import Note
    from config.api.query import Query
    from config.api.sql import Lead
    from config.api.views import ReadView
    from records.models import Edition, Grain

#: Dimensions of one question, and rows of an answer.
MOST_DIMENSIONS = 2
MOST_ROWS = 1_000
# Microseconds that reading a record takes, as measured: the setting COUNTS_MILLISECONDS says how many are read at most.
#: One sum of many records.
ADDED = 0.7
#: One whose postings have all that is asked.
READ = 0.33
#: One of all records, read as they lie.
PASSED = 0.6
#: One that an index finds, each somewhere else in the table.
FOUND = 1.8
#: One that a posting leads to.
FOLLOWED = 5.0
#: Its parts: they are read, compared with what there is, and joined to it again.
PART = 4.0

#: What a row says of records whose date may lie in several of the spans that are counted.
UNCERTAIN = "uncertain"
#: The same among the numbers of spans.
NO_SPAN = -1


#: How an answer reads, for the schema.
COUNTS = (
    "How many records of the list there are, by at most two dimensions, with every filter of the list. Rows come in the order of"
    " `by`: dates upwards, words as their list has them, records by their labels; `uncertain` and null last. A date that"
    " may lie in several of the spans counts under `uncertain`, and what is not known under null. `total` has each record once."
    f" More than {MOST_ROWS:,} rows, or too many records to be counted at once, are refused."
)


class Related:
    """A part of records, of which each may have several, with values of one or more dimensions."""

    #: The columns of the editions from which it is read.
    columns: tuple[str, ...] = ()

    def price(self, names: Sequence[str]) -> float:  # noqa: ARG002 - for parts that cost more
        """Microseconds that the parts of one record take."""
        return PART

    def refusal(self, names: Sequence[str]) -> str | None:  # noqa: ARG002 - for parts that have limits
        """Say why these dimensions cannot be asked of the same part; None where they can."""
        return None

    def rows(self, names: Sequence[str], found: Clause) -> Clause:
        """A statement that gives `record_id` and the values of these dimensions, each combination of a record once.

        It may read `found`, which has `record_id` and `columns` of the records; the argument is the statement of that.
        """
        raise NotImplementedError


@dataclass(frozen=True, slots=True)
class Terms:
    """The terms by which sums tell the values of a dimension apart, each with its value, and how fine they are summed up."""

    all_of_them: Callable[[], Iterable[tuple[int, Any]]]
    grains: frozenset[Grain]


class Dimension:
    """Base of what records are counted by. `help_text` says what it means, without a full stop."""

    #: Kinds of record that its values name.
    kinds: tuple[str, ...] = ()
    #: Where a record has several values: the part that has them.
    related: Related | None = None
    #: Whether the tables that lead to editions have its columns too.
    is_led = False

    #: What it is in the table of sums (`config.api.sql.Summed`), if it is there: `term`, `type`, `month` or `year`.
    axis = ""

    def __init__(self, help_text: str, terms: Terms | None = None) -> None:
        self.help_text = help_text
        self.terms = terms
        if terms:
            self.axis = "term"

    def value(self, editions: type[Edition]) -> Clause:
        """The value of a row of the editions, where it has one at most; NULL when it is unknown."""
        raise NotImplementedError

    def schema(self) -> dict[str, Any]:
        """The JSON Schema of what `shown` gives."""
        raise NotImplementedError

    def shown(self, value: Any, references: Mapping[UUID, dict[str, Any]]) -> Any:  # noqa: ARG002 - one signature
        """The value as rows show it."""
        return value

    def place(self, shown: Any) -> Any:
        """What rows are sorted by; unknown ones come last of all."""
        return shown


@dataclass(frozen=True, slots=True)
class DaysSql:
    """Where SQL finds the first and the last day that a record may have, and whether they are known."""

    first: str
    last: str
    is_known: str  #: something is known of them
    is_open: str  #: it may lie before the first or after the last one


class Span(Dimension):
    """The year, month or decade in which something was: the span of days in which all its possible days lie."""

    #: Of each span, the number of the one in which a day lies, and the text of a number.
    STEPS: ClassVar[dict[str, tuple[str, Callable[[int], str]]]] = {
        "year": ("date_part('year', {day})::int", "{:04}".format),
        "month": (
            "(date_part('year', {day}) * 12 + date_part('month', {day}) - 1)::int",
            lambda number: f"{number // 12:04}-{number % 12 + 1:02}",
        ),
        "decade": ("(date_part('year', {day})::int / 10)", "{:03}X".format),
    }
    #: The days of the longest one.
    LONGEST: ClassVar[dict[str, int]] = {"year": 366, "month": 31, "decade": 3_653}
    PATTERNS: ClassVar[dict[str, str]] = {
        "year": "[0-9]{4}",
        "month": "[0-9]{4}-[0-9]{2}",
        "decade": "[0-9]{3}X",
    }

    def __init__(
        self,
        step: str,
        days: Callable[[type[Edition]], DaysSql],
        help_text: str,
        *,
        is_led: bool = False,
    ) -> None:
        super().__init__(help_text)
        self.step = step
        self.days = days
        self.is_led = is_led
        # A decade is made of whole years.
        self.axis = ("month" if step == "month" else "year") if is_led else ""

    def value(self, editions: type[Edition]) -> Clause:
        days = self.days(editions)
        number, _text = self.STEPS[self.step]
        first, last = number.format(day=days.first), number.format(day=days.last)
        return Clause(
            f"CASE WHEN NOT ({days.is_known}) THEN NULL WHEN {days.is_open} THEN {NO_SPAN}"
            # Most are of one day: what span that lies in is found once. What is too long for any needs no look.
            f" WHEN {days.last} - {days.first} >= {self.LONGEST[self.step]} THEN {NO_SPAN} WHEN {days.first} = {days.last} OR {first} = {last} THEN {first} ELSE {NO_SPAN} END"
        )

    def schema(self) -> dict[str, Any]:
        return {
            "type": ["string", "null"],
            "pattern": f"^({self.PATTERNS[self.step]}|{UNCERTAIN})$",
            "description": f"{self.help_text}, as in EDTF; `{UNCERTAIN}` where that may be several, null when nothing is known of it.",
        }

    def shown(self, value: int | None, references: Mapping[UUID, dict[str, Any]]) -> str | None:  # noqa: ARG002 - one signature
        """The span as EDTF writes it."""
        if value is None or value == NO_SPAN:
            return None if value is None else UNCERTAIN
        return self.STEPS[self.step][1](value)

    def place(self, shown: str) -> Any:
        return shown == UNCERTAIN, shown


def spans(
    days: Callable[[type[Edition]], DaysSql], help_text: str, *, is_led: bool = False
) -> dict[str, Dimension]:
    """Year, month and decade of the same days."""
    return {step: Span(step, days, f"The {step} {help_text}", is_led=is_led) for step in Span.STEPS}


def days_of(prefix: str) -> Callable[[type[Edition]], DaysSql]:
    """The days of `ReachColumns`."""

    def days(editions: type[Edition]) -> DaysSql:
        any_day = column(editions, f"{prefix}_any")[0]
        return DaysSql(
            f"lower({any_day})",
            f"(upper({any_day}) - 1)",
            f"{column(editions, f'{prefix}_possible')[0]} IS NOT NULL",
            f"lower_inf({any_day}) OR upper_inf({any_day})",
        )

    return days


class Word(Dimension):
    """A word of a choice list, in a column of its own or given by `value`."""

    def __init__(
        self,
        help_text: str,
        choices: type[Enum] | Iterable[str] = (),
        *,
        column: str = "",
        value: Callable[[type[Edition]], Clause] | None = None,
        related: Related | None = None,
        terms: Terms | None = None,
    ) -> None:
        super().__init__(help_text, terms)
        self.choices = [str(getattr(choice, "value", choice)) for choice in choices]
        self.column = column
        self.related = related
        self._value = value

    def value(self, editions: type[Edition]) -> Clause:
        if self._value is not None:
            return self._value(editions)
        return Clause(f"NULLIF({column(editions, self.column)[0]}, '')")

    def schema(self) -> dict[str, Any]:
        listed = {"enum": [*self.choices, None]} if self.choices else {}
        text = f"{self.help_text}; null when unknown."
        return {"type": ["string", "null"], **listed, "description": text}

    def place(self, shown: str) -> Any:
        """Words of a list come as the list has them."""
        return self.choices.index(shown) if shown in self.choices else len(self.choices), shown


class Named(Dimension):
    """A record that is named: in a column, or by a part of which there may be several."""

    def __init__(
        self,
        help_text: str,
        kinds: str | tuple[str, ...],
        *,
        column: str = "",
        value: Callable[[type[Edition]], Clause] | None = None,
        related: Related | None = None,
        is_led: bool = False,
        axis: str = "",
        terms: Terms | None = None,
    ) -> None:
        super().__init__(help_text, terms)
        self.axis = axis or self.axis
        self.kinds = (kinds,) if isinstance(kinds, str) else kinds
        self.column = column
        self.related = related
        self.is_led = is_led
        self._value = value

    def value(self, editions: type[Edition]) -> Clause:
        if self._value is not None:
            return self._value(editions)
        return Clause(column(editions, self.column)[0])

    def schema(self) -> dict[str, Any]:
        shapes = [{"$ref": f"#/components/schemas/{_shape(kind)}"} for kind in self.kinds]
        text = f"{self.help_text}; null where there is none on record."
        return {"oneOf": [*shapes, {"type": "null"}], "description": text}

    def shown(self, value: UUID | None, references: Mapping[UUID, dict[str, Any]]) -> Any:
        return None if value is None else references[value]

    def place(self, shown: dict[str, Any]) -> Any:
        return sort_label(shown["label"]), shown["id"]


def _shape(kind: str) -> str:
    """The schema component of references to a kind."""
    return "".join(word.capitalize() for word in kind.split("_")) + "Reference"


class Listed(Related):
    """What a column has a list of, ids of records all."""

    def __init__(self, column: str) -> None:
        self.columns = (column,)

    def rows(self, names: Sequence[str], found: Clause) -> Clause:  # noqa: ARG002 - one signature
        (name,) = names
        return Clause(f"SELECT DISTINCT record_id, unnest({self.columns[0]}) AS {name} FROM found")  # noqa: S608 - names of ours


class NamedAnywhere(Related):
    """Records of a kind that the document names, where it names them in one field only."""

    columns = ("refs",)

    def __init__(self, kind: str) -> None:
        self.kind = kind

    def rows(self, names: Sequence[str], found: Clause) -> Clause:  # noqa: ARG002 - one signature
        (name,) = names
        return Clause(
            f"SELECT found.record_id, reference.id AS {name} FROM found CROSS JOIN unnest(found.refs) AS named (id)"  # noqa: S608 - names of ours
            f" JOIN {every_reference()} AS reference ON reference.id = named.id AND reference.kind = %s",
            (self.kind,),
        )


class Sum:
    """What can be summed up beside the number of records: amounts, never those together that are not of one sort."""

    columns: tuple[str, ...]
    help_text: str
    #: Members of a row that say of what sort the amounts are, with their JSON Schema.
    sorts: ClassVar[Mapping[str, dict[str, Any]]]
    #: Members that say the sums, with their JSON Schema; null where there is nothing to sum up.
    sums: ClassVar[Mapping[str, dict[str, Any]]]
    #: SQL for each sum, over the rows of one sort.
    totals: ClassVar[Mapping[str, str]]

    def rows(self) -> Clause:
        """A statement that gives from `found` the `record_id`, its sorts and what is summed up, each sort of a record once."""
        raise NotImplementedError


@dataclass(frozen=True, slots=True)
class Counting:
    """A question: which records are counted, and by what."""

    editions: type[Edition]
    asked: Sequence[Clause]
    dimensions: Mapping[str, Dimension]
    summed: Sum | None = None
    notes: Sequence[Note] = field(default_factory=list)

    def serve(self, view: ReadView, others: str) -> HttpResponseBase:
        """Answer in the envelope of lists. Raises Problem `too_many_groups` or `too_many_records`."""
        names = [*self.dimensions, *(self.summed.sorts if self.summed else ()), "count"]
        return serve_counts(view, others, [*names, *self._sums], self._rows, self.notes)

    def _rows(self) -> tuple[list[dict[str, Any]], int]:
        """The rows as they are sent, and how many records there are."""
        counted, total = self._counted()
        return self._shown(counted), total

    @property
    def _sums(self) -> Sequence[str]:
        return list(self.summed.sums) if self.summed else []

    def _counted(self) -> tuple[list[Sequence[Any]], int]:
        """The rows, values first, and how many records there are."""
        if NOTHING in self.asked:
            return ([] if self.dimensions or self.summed else [(0,)]), 0
        sums = None if self.summed else FromSums.of(self.editions, self.asked, self.dimensions)
        if sums is not None:
            most = int(settings.COUNTS_MILLISECONDS * 1_000 / ADDED)
            counted = fetch(sums.statement(MOST_ROWS + 1, most))
            if len(counted) > MOST_ROWS:
                raise too_many_groups()
            if counted and counted[0][-2] > most:
                raise too_many_records(
                    "There is too much to be added up: ask for less, such as some years, or by one dimension."
                )
            return [row[:-2] for row in counted], counted[0][-1] if counted else 0
        source, price = self._source() if moment() is None else self._source_then()
        price += sum(related.price(names) for related, names in self._parts)
        price += PART if self.summed else 0
        most = int(settings.COUNTS_MILLISECONDS * 1_000 / price)
        statement = self._statement(source, most)
        # What an index has is soon read; how long it takes to find records by several, nobody knows beforehand.
        counted = fetch(statement) if price == READ else _fetch_in_time(statement)
        if len(counted) > MOST_ROWS:
            raise too_many_groups()
        total = counted[0][-1] if counted else 0
        if total > most:
            raise too_many_records(
                f"There are more than {most:,} records, as many as this question counts at most: ask for less, such as those"
                " of a state, or of some years."
            )
        return [row[:-1] for row in counted], total

    def _statement(self, source: Clause, most: int) -> Clause:
        """Count what the source gives. The last column is the number of records."""
        sorts = list(self.summed.sorts) if self.summed else []
        names = [*self.dimensions, *sorts]
        groups = f" GROUP BY {', '.join(names)}" if names else ""
        if not self._parts and not self.summed:
            # The number of records is the sum of the rows, before any are cut off.
            columns = "".join(f"{name}, " for name in names)
            return Clause(
                f"SELECT {columns}count(*), (sum(count(*)) OVER ())::bigint FROM ({source.sql} LIMIT {most + 1}) AS found{groups}"  # noqa: S608 - parts of ours
                f" LIMIT {MOST_ROWS + 1}",
                source.values,
            )
        found = Clause(f"{source.sql} LIMIT {most + 1}", source.values)
        parts = [
            (f"part{number}", related.rows(own, found))
            for number, (related, own) in enumerate(self._parts)
        ]
        if self.summed:
            parts.append(("amounts", self.summed.rows()))
        written = [("found", found), *parts]
        joined = "".join(
            f" LEFT JOIN {name} ON {name}.record_id = found.record_id" for name, _part in parts
        )
        sums = (
            "".join(f", {self.summed.totals[name]}" for name in self._sums) if self.summed else ""
        )
        return Clause(
            f"WITH {', '.join(f'{name} AS MATERIALIZED ({part.sql})' for name, part in written)}"  # noqa: S608 - parts of ours
            f" SELECT {''.join(f'{name}, ' for name in names)}count(*){sums}, (SELECT count(*) FROM found)"
            f" FROM found{joined}{groups} LIMIT {MOST_ROWS + 1}",
            tuple(value for _name, part in written for value in part.values),
        )

    @property
    def _parts(self) -> list[tuple[Related, list[str]]]:
        """The parts that have values, each with its dimensions: those of one part are asked of the same one."""
        found: list[tuple[Related, list[str]]] = []
        for name, dimension in self.dimensions.items():
            if dimension.related is None:
                continue
            known = next((names for one, names in found if one is dimension.related), None)
            if known is None:
                found.append((dimension.related, [name]))
            else:
                known.append(name)
        return found

    def _source(self) -> tuple[Clause, float]:
        """The records to be counted, each with its values and the columns of its parts; and the price of one."""
        table = table_of(self.editions)
        leads = [(one, one.lead) for one in self.asked if one.lead]
        if self._is_led:
            for leading, lead in leads:
                others = [one.led for one in self.asked if one is not leading]
                if all(others):
                    where = all_of([lead.where, *(one for one in others if one)])
                    named = f'"{lead.table}" AS {table}'
                    return self._in_days(named, f"{table}.date", where), READ
        leads = [each for each in leads if self._is_led_best(each[0])]
        if leads:
            return self._followed(*min(leads, key=lambda each: led(self.editions, each[0])))
        where = all_of([readable(self.editions), *self.asked])
        if self._ranges and not self._is_found_by_lists:
            day = f"COALESCE({table}.date, '-infinity'::date)"  # as the index has it
            return self._in_days(table, day, where), FOUND
        found = select(self._chosen.sql, table, where)
        price = FOUND if self.asked else PASSED
        return Clause(found.sql, self._chosen.values + found.values), price

    def _source_then(self) -> tuple[Clause, float]:
        """The same as of an instant: what is current still, found by its indexes, and what was replaced since, looked through."""
        editions = self.editions
        counting = replace(self, asked=without_leads(self.asked))
        found, price = counting._source()  # noqa: SLF001 - of its own class
        if are_apart(editions, counting.asked):
            then = select(
                self._chosen.sql, table_of(editions), all_of([readable(editions), *counting.asked])
            )
            both = (found, Clause(then.sql, self._chosen.values + then.values))
            apart = [
                Clause(f"({in_half(editions, half)} {part.sql})", part.values)
                for half, part in zip(halves(editions), both, strict=True)
            ]
            found = joined(" UNION ALL ", apart)
        return joined("", [found], "SELECT * FROM ({}) AS public"), max(price, PASSED)

    @property
    def _is_led(self) -> bool:
        """Whether a table that leads to the editions has all that is counted."""
        return not self.summed and all(one.is_led for one in self.dimensions.values())

    def _followed(self, leading: Clause, lead: Lead) -> tuple[Clause, float]:
        """The records that a table leads to, each looked at."""
        table = table_of(self.editions)
        others = [one for one in self.asked if one is not leading]
        decided = all_of([lead.where, *(one.led for one in others if one.led)])
        rest = all_of(one.one_by_one or one for one in others if not one.led)
        walked = select("record_id", f'"{lead.table}" AS {table}', decided)
        chosen = self._chosen
        found = select(
            chosen.sql,
            f"({walked.sql}) AS walked JOIN {table} ON {table}.record_id = walked.record_id AND {table}.superseded_at IS NULL",
            rest,
        )
        return Clause(found.sql, (*chosen.values, *walked.values, *found.values)), FOLLOWED

    @property
    def _chosen(self) -> Clause:
        """What is read of a record."""
        table = table_of(self.editions)
        chosen = [Clause(f"{table}.record_id")]
        for name, dimension in self.dimensions.items():
            if dimension.related is None:
                value = dimension.value(self.editions)
                chosen.append(Clause(f"{value.sql} AS {name}", value.values))
        parts: list[Any] = [related for related, _names in self._parts]
        parts += [self.summed] if self.summed else []
        columns = sorted({name for part in parts for name in part.columns})
        chosen += [Clause(column(self.editions, name)[0]) for name in columns]
        return joined(", ", chosen)

    @property
    def _ranges(self) -> Sequence[Any]:
        """The ranges of days in which all the records lie."""
        return next((one.spans for one in self.asked if one.spans), ())

    def _in_days(self, table: str, day: str, where: Clause) -> Clause:
        """Rows of a table that has them by class of length and day: each class is read where its days lie."""
        name = table_of(self.editions)
        chosen = self._chosen
        if not self._ranges:
            found = select(chosen.sql, table, where)
            return Clause(found.sql, chosen.values + where.values)
        classes = in_classes(self._ranges)
        one = select(chosen.sql, table, where & is_in_class(name, day))
        return Clause(
            # OFFSET keeps it a question to the index for each class.
            f"SELECT each.* FROM {classes.sql} CROSS JOIN LATERAL ({one.sql} OFFSET 0) AS each",  # noqa: S608 - parts of ours
            (*classes.values, *chosen.values, *where.values),
        )

    @property
    def _is_found_by_lists(self) -> bool:
        """Whether an index of what lists have finds the records sooner than their days do."""
        within = min(begun(self.editions, one) for one in self.asked if one.spans)
        return self._price_of_lists < rows(self.editions) * within

    @property
    def _price_of_lists(self) -> float:
        """How many records are looked at where the index of lists finds them, and a part of those that it compares."""
        shares = [
            share for one in self.asked if (share := found_by_lists(self.editions, one)) is not None
        ]
        if not shares:
            return float("inf")
        return rows(self.editions) * (prod(shares) + COMPARED * min(shares))

    def _is_led_best(self, leading: Clause) -> bool:
        """Whether fewer rows are followed from the table that leads than the index of lists finds."""
        followed = rows(self.editions) * led(self.editions, leading)
        return followed <= max(self._price_of_lists, 1.0) or not any(
            one.elements for one in self.asked if one is not leading
        )

    def _shown(self, counted: Sequence[Sequence[Any]]) -> list[dict[str, Any]]:
        """The rows as they are sent, in their order."""
        by = list(self.dimensions.items())
        references = self._references(counted)
        sorts = list(self.summed.sorts) if self.summed else []
        places = []
        for row in counted:
            values = [
                dimension.shown(value, references)
                for (_name, dimension), value in zip(by, row, strict=False)
            ]
            rest = list(row[len(by) : len(by) + len(sorts)])
            place = [
                (value is None, None if value is None else dimension.place(value))
                for (_name, dimension), value in zip(by, values, strict=True)
            ]
            place += [(value is None, value) for value in rest]
            figures = row[len(by) + len(sorts) :]
            names = [*self.dimensions, *sorts, "count", *self._sums]
            places.append((place, dict(zip(names, [*values, *rest, *figures], strict=True))))
        return [row for _place, row in sorted(places, key=lambda each: each[0])]

    def _references(self, counted: Sequence[Sequence[Any]]) -> dict[UUID, dict[str, Any]]:
        """The records that rows name, as published: in one statement."""
        ids = {
            row[number]
            for number, dimension in enumerate(self.dimensions.values())
            if dimension.kinds
            for row in counted
            if row[number] is not None
        }
        if not ids:
            return {}
        found = select("id, body", shown_references(), Clause("id = ANY(%s::uuid[])", (list(ids),)))
        return {
            key: in_order(orjson.loads(body) if isinstance(body, str) else body)
            for key, body in fetch(found)
        }


def _fetch_in_time(statement: Clause) -> list[Any]:
    """Fetch what may take long. As of an instant, what is refused for that will not be answered later either."""
    try:
        return fetch_in_time(statement)
    except Problem as problem:
        if moment() is None:
            raise
        raise too_many_records(
            "Too many records were replaced since that instant to be looked through: ask as of a later one, or for less.",
            AS_OF.name,
        ) from problem


def too_many_groups(
    detail: str = f"There are more than {MOST_ROWS:,} rows: ask by less, or for less.",
) -> Problem:
    """Say that an answer would have more rows than one has."""
    return _uncounted(Fault("too_many_groups", detail, "by"))


def too_many_records(detail: str, parameter: str = "by") -> Problem:
    """Say that there is more than is counted at once."""
    return _uncounted(Fault("too_many_records", detail, parameter))


def _uncounted(fault: Fault) -> Problem:
    return Problem(fault.code, fault.detail, faults=[fault])


def serve_counts(
    view: ReadView,
    others: str,
    names: Sequence[str],
    count: Callable[[], tuple[list[dict[str, Any]], int]],
    notes: Sequence[Note],
) -> HttpResponseBase:
    """Answer with rows of these members, and with how many there are in all, in the envelope of lists."""
    # Before anything is counted, as for lists.
    at = {"position": last_position()} if view.format.is_whole else {}
    rows, total = count()
    envelope: dict[str, Any] = {
        "next": None,
        "previous": None,
        "total": {"value": total, "relation": "eq"},
        "notes": list(notes),
        **at,
    }
    documents = [orjson.dumps(row).decode() for row in rows]
    if view.format.is_whole:
        return send_whole(view, documents, envelope, {name: {} for name in names})
    version = orjson.dumps([documents, envelope, others, view.format.tag])
    return answer(
        view.http,
        partial(view.format.page, documents, envelope, {name: {} for name in names}),
        f'W/"{blake2b(version, digest_size=12).hexdigest()}"',
        media_type=view.format.content_type,
    )


def parameters(
    dimensions: Mapping[str, Dimension], sums: Mapping[str, Sum]
) -> dict[str, Parameter]:
    """What a question of counts takes beside the filters of the list."""
    meanings = "".join(f"\n* `{name}`: {one.help_text}." for name, one in dimensions.items())
    by = Parameter(
        "by",
        f"What is counted apart, one or two of these; without it all are counted together. A record that has several values"
        f" counts under each of them, so that rows may add up to more than `total`.{meanings}"
        "\n\nEach record counts as its own document says: under its own type or topic, not under those above it.",
        {"type": "string", "enum": list(dimensions)},
        is_list=True,
        most=MOST_DIMENSIONS,
    )
    found = {by.name: by} if dimensions else {}
    if sums:
        meanings = " ".join(one.help_text for one in sums.values())
        found["sum"] = Parameter("sum", meanings, {"type": "string", "enum": list(sums)})
    return found


def read_by(query: Query, dimensions: Mapping[str, Dimension]) -> dict[str, Dimension]:
    """Read `by`; faults are left in the query."""
    words = query.words("by")
    if len(words) > MOST_DIMENSIONS:
        detail = f"There are {len(words)} dimensions; at most {MOST_DIMENSIONS} are taken."
        query.fault("too_many_values", detail, "by")
        return {}
    query.faults += [
        choice_fault("by", word, dimensions) for word in words if word not in dimensions
    ]
    found = {word: dimensions[word] for word in words if word in dimensions}
    parts: dict[int, list[str]] = {}
    for name, dimension in found.items():
        if dimension.related is not None:
            parts.setdefault(id(dimension.related), []).append(name)
    for names in parts.values():
        related = found[names[0]].related
        refusal = related.refusal(names) if related and len(names) > 1 else None
        if refusal:
            query.fault("invalid_combination", refusal, "by")
    return found


def row_schema(dimensions: Mapping[str, Dimension], sums: Mapping[str, Sum]) -> dict[str, Any]:
    """The JSON Schema of a row."""
    members = {name: dimension.schema() for name, dimension in dimensions.items()}
    for one in sums.values():
        members |= {**one.sorts, **one.sums}
    members["count"] = {
        "type": "integer",
        "minimum": 0,
        "description": "How many records there are.",
    }
    return {
        "type": "object",
        "description": "How many records have these values: of `by` the members that were asked for.",
        "properties": members,
        "required": ["count"],
        "additionalProperties": False,
    }
