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
from records.api.dimensions import PART
from records.api.pages import fetch, fetch_in_time, readable, send_whole
from records.api.sums import FromSums
from records.as_of import halves, shown_references
from records.models.reference import in_order
from records.publishing.feed import last_position
from records.ways import bounds
from records.ways.frequencies import begun, found_by_lists, led, rows
from records.ways.statement import are_apart, in_half, without_leads

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from uuid import UUID

    from django.http.response import HttpResponseBase

    from config.api.notes import Note
    from config.api.query import Query
    from config.api.sql import Lead
    from config.api.views import ReadView
    from records.api.dimensions import Dimension, Parts
    from records.models import Edition

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


#: How an answer reads, for the schema.
COUNTS = (
    "How many records of the list there are, by at most two dimensions, with every filter of the list. Rows come in the order of"
    " `by`: dates upwards, words as their list has them, records by their labels; `uncertain` and null last. A date that"
    " may lie in several of the spans counts under `uncertain`, and what is not known under null. `total` has each record once."
    f" More than {MOST_ROWS:,} rows, or too many records to be counted at once, are refused."
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
    when_empty: Callable[[], Sequence[Note]] = tuple

    def serve(self, view: ReadView, others: str) -> HttpResponseBase:
        """Answer in the envelope of lists. Raises Problem `too_many_groups` or `too_many_records`."""
        names = [*self.dimensions, *(self.summed.sorts if self.summed else ()), "count"]
        return serve_counts(
            view,
            others,
            [*names, *self._sums],
            self._rows,
            self.notes,
            when_empty=self.when_empty,
        )

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
        price += sum(parts.price(names) for parts, names in self._parts)
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
        joins = [
            (f"part{number}", parts.rows(own, found))
            for number, (parts, own) in enumerate(self._parts)
        ]
        if self.summed:
            joins.append(("amounts", self.summed.rows()))
        written = [("found", found), *joins]
        joined = "".join(
            f" LEFT JOIN {name} ON {name}.record_id = found.record_id" for name, _part in joins
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
    def _parts(self) -> list[tuple[Parts, list[str]]]:
        """The parts that have values, each with its dimensions: those of one part are asked of the same one."""
        found: list[tuple[Parts, list[str]]] = []
        for name, dimension in self.dimensions.items():
            if dimension.parts is None:
                continue
            known = next((names for one, names in found if one is dimension.parts), None)
            if known is None:
                found.append((dimension.parts, [name]))
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
            if dimension.parts is None:
                value = dimension.value(self.editions)
                chosen.append(Clause(f"{value.sql} AS {name}", value.values))
        read: list[Any] = [parts for parts, _names in self._parts]
        read += [self.summed] if self.summed else []
        columns = sorted({name for one in read for name in one.columns})
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
        return rows(self.editions) * (prod(shares) + bounds.COMPARED * min(shares))

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
    detail: str = f"There are more than {MOST_ROWS:,} rows: count by one dimension, by years in place of months, or ask for less"
    " with a filter. A download of the list (`format=ndjson`) has all of it, to be counted elsewhere.",
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
    *,
    when_empty: Callable[[], Sequence[Note]],
) -> HttpResponseBase:
    """Answer with rows of these members, and with how many there are in all, in the envelope of lists."""
    # Before anything is counted, as for lists.
    at = {"position": last_position()} if view.format.is_whole else {}
    rows, total = count()
    envelope: dict[str, Any] = {
        "next": None,
        "previous": None,
        "total": {"value": total, "relation": "eq"},
        "notes": [*notes, *(() if total else when_empty())],
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
    of_parts: dict[int, list[str]] = {}
    for name, dimension in found.items():
        if dimension.parts is not None:
            of_parts.setdefault(id(dimension.parts), []).append(name)
    for names in of_parts.values():
        parts = found[names[0]].parts
        refusal = parts.refusal(names) if parts and len(names) > 1 else None
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
