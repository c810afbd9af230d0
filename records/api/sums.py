"""Plain counts, and totals of lists, from a table of sums: those that need no look at the records (docs/decisions/0120)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from config.api.as_of import moment
from config.api.sql import Clause, Summed, all_of, joined, select, table_of
from records.api.dimensions import NO_SPAN
from records.bulk import as_array
from records.models import ANY_TYPE, Grain

#: As many sums are added up in the time of one step to the next month.
STEP = 10

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from records.api.dimensions import Dimension
    from records.models import Edition, SumTable


@dataclass(frozen=True, slots=True)
class FromSums:
    """A question that a table of sums answers: of one term, asked for or counted by, of types, and of whole months or years."""

    editions: type[Edition]
    table: type[SumTable]
    conditions: Sequence[Summed]
    dimensions: Mapping[str, Dimension]
    grain: Grain

    @classmethod
    def of(
        cls,
        editions: type[Edition],
        asked: Sequence[Clause],
        dimensions: Mapping[str, Dimension] | None = None,
    ) -> FromSums | None:
        """Return how the sums answer a question; None where they do not."""
        # The sums are of now.
        if editions.sums is None or moment() is not None:
            return None
        dimensions = dimensions or {}
        conditions = [one.summed for one in asked if one.summed]
        asked_of = [one.axis for one in conditions]
        axes = [*asked_of, *(one.axis for one in dimensions.values())]
        if len(conditions) < len(asked):
            return None
        if "" in axes or axes.count("term") > 1:
            return None
        kept = [one.grains for one in conditions if one.axis == "term"]
        kept += [one.terms.grains for one in dimensions.values() if one.terms]
        able = [
            grain for grain in Grain.distinguishing(axes) if all(grain in each for each in kept)
        ]
        if not able:
            return None
        grain = able[0]
        is_wide = "term" in axes and "term" not in asked_of
        if is_wide and (grain.has_month or (grain.has_type and "type" not in asked_of)):
            return None  # all months, or types, of all terms are many sums
        return cls(editions, editions.sums, conditions, dimensions, grain)

    @property
    def _table(self) -> Clause:
        """The sums, called as the editions are in conditions."""
        return Clause(f'"{self.table._meta.db_table}" AS {table_of(self.editions)}')

    @property
    def _where(self) -> list[Clause]:
        """What is asked of the sums, but for the term where none is asked for."""
        name = table_of(self.editions)
        where = [Clause(f"{name}.grain = {self.grain:d}"), *(one.where for one in self.conditions)]
        if not self.grain.has_type:
            where.append(Clause(f"{name}.type_id = '{ANY_TYPE}'::uuid"))
        return where

    @property
    def _of_every(self) -> Clause:
        """The term of all records."""
        return Clause(f"{table_of(self.editions)}.term = {self.table.every}")

    def total(self, most: int | None = None) -> Clause:
        """A statement for how many records there are; with `most`, up to so many."""
        where = self._where
        if all(one.axis != "term" for one in self.conditions):
            where.append(self._of_every)
        total, end = "COALESCE(sum(count), 0)::bigint", ""
        if most is not None:
            # Each sum that is not empty has one record at least.
            where.append(Clause("count > 0"))
            total, end = f"LEAST({total}, {most})", f" LIMIT {most}"
        found = select("count", self._table.sql, all_of(where))
        return Clause(f"SELECT {total} FROM ({found.sql}{end}) AS sums", found.values)  # noqa: S608 - parts of ours

    def statement(self, most_rows: int, most_sums: int) -> Clause:
        """Add up to so many sums, to no more than so many rows.

        The last columns are the number of sums that were added up, one more than those where there are more, and that of records.
        """
        if self._is_of_all_months:
            return self._of_all_months(most_rows, most_sums)
        name, where, table = table_of(self.editions), self._where, self._table
        total = Clause("COALESCE(sum(sum(count)) OVER (), 0)::bigint")
        columns = [Clause("count")]
        for by, dimension in self.dimensions.items():
            if dimension.terms is None:
                value = dimension.value(self.editions)
                columns.append(Clause(f"{value.sql} AS {by}", value.values))
                continue
            # Records that have several of the terms are under each: all together they are counted for themselves.
            every = select("sum(count)", table.sql, all_of([self._of_every, *where]))
            total = Clause(f"(SELECT COALESCE(({every.sql}), 0))::bigint", every.values)
            terms, values = zip(*dimension.terms.all_of_them(), strict=True)
            kind = "uuid" if dimension.kinds else "text"
            table = Clause(
                f"{table.sql} JOIN unnest(%s::bigint[], %s::{kind}[]) AS known (term, value) ON known.term = {name}.term",
                (as_array(terms), as_array("NULL" if each is None else each for each in values)),
            )
            # Said of the table too, so that its index finds them.
            where.append(Clause(f"{name}.term = ANY(%s::bigint[])", (as_array(terms),)))
            columns.append(Clause(f"known.value AS {by}"))
        axes = [one.axis for one in self.conditions]
        axes += [one.axis for one in self.dimensions.values()]
        if "term" not in axes:
            where.append(self._of_every)
        found = all_of(where)
        read = joined(", ", columns)
        groups = ", ".join(self.dimensions)
        grouped = f" GROUP BY {groups} HAVING sum(count) > 0" if groups else ""
        return Clause(
            f"SELECT {f'{groups}, ' if groups else ''}COALESCE(sum(count), 0)::bigint, (sum(count(*)) OVER ())::bigint, {total.sql} FROM"  # noqa: S608 - parts of ours
            f" (SELECT {read.sql} FROM {table.sql} WHERE {found.sql} LIMIT {most_sums + 1}) AS sums{grouped} LIMIT {most_rows}",
            (*total.values, *read.values, *table.values, *found.values),
        )

    @property
    def _is_of_all_months(self) -> bool:
        """Whether all records there are shall be counted by month."""
        axes = [one.axis for one in self.dimensions.values()]
        return self.grain == Grain.MONTH and axes == ["month"] and not self.conditions

    def _of_all_months(self, most_rows: int, most_sums: int) -> Clause:
        """The same by month, without a look at the sums of several months, which are most: those are what is left of all.

        The sum of one month comes first of those that begin with it, and each step leads to the first one of the next.
        """
        ((by, dimension),) = self.dimensions.items()
        name, sums, of_all = (
            table_of(self.editions),
            self._table.sql,
            [*self._where, self._of_every],
        )
        in_order = "date, last_day, starts_unknown, ends_unknown"
        first, following, unknown = (
            all_of([*of_all, Clause(f"{name}.date {which}")])
            for which in ("> '-infinity'::date", "> step.date", "= '-infinity'::date")
        )
        every = replace(self, dimensions={}, grain=Grain.ALL).total()
        month = dimension.value(self.editions)
        return Clause(
            f"WITH RECURSIVE step AS ((SELECT 1 AS number, {in_order}, count FROM {sums} WHERE {first.sql} ORDER BY {in_order} LIMIT 1)"  # noqa: S608 - parts of ours
            f" UNION ALL SELECT step.number + 1, following.* FROM step CROSS JOIN LATERAL (SELECT {in_order}, count FROM {sums}"
            f" WHERE {following.sql} ORDER BY {in_order} LIMIT 1) AS following WHERE step.number <= {most_sums // STEP}),"
            f" apart AS (SELECT {by}, count FROM (SELECT {month.sql} AS {by}, count FROM step AS {name}) AS one WHERE {by} <> {NO_SPAN}"
            f" UNION ALL SELECT NULL, COALESCE(sum(count), 0) FROM {sums} WHERE {unknown.sql}),"
            f" every AS (SELECT ({every.sql}) AS count, COALESCE((SELECT max(number) FROM step), 0) * {STEP} AS price)"
            f" SELECT {by}, counted.count::bigint, every.price::bigint, every.count FROM every CROSS JOIN (SELECT {by}, count FROM apart"
            f" UNION ALL SELECT {NO_SPAN}, (SELECT count FROM every) - (SELECT sum(count) FROM apart)) AS counted"
            f" WHERE counted.count > 0 LIMIT {most_rows}",
            (
                *first.values,
                *following.values,
                *month.values,
                *unknown.values,
                *every.values,
            ),
        )
