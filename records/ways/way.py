"""A walk in the order of the list, and what the index of lists finds where the walk ends too early."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from config.api.pagination import COUNTED, counted
from config.api.sql import (
    EVERYTHING,
    Clause,
    Span,
    all_of,
    in_classes,
    is_in_class,
    joined,
    select,
    table_of,
)
from records.ways import bounds
from records.ways.frequencies import led
from records.ways.known import Known
from records.ways.page import in_order, shown

if TYPE_CHECKING:
    from collections.abc import Sequence

    from config.api.pagination import Cursor, Ordering, Page
    from config.api.sql import Lead
    from records.models import Edition


def _first_of(ranges: Sequence[Clause], end: str) -> Clause:
    """The first rows of several statements together; `end` says their order and how many."""
    if len(ranges) == 1:
        return Clause(f"{ranges[0].sql} {end}", ranges[0].values)
    every = joined(" UNION ALL ", ranges, f"({{}} {end})")
    return Clause(f"SELECT * FROM ({every.sql}) AS ranges {end}", every.values)


#: Stands for the class of length of the row that a range is asked for.
EACH = Span(0)


@dataclass(frozen=True)
class Way:
    """A table to walk in the order of the list: the editions, or one that leads to them."""

    known: Known
    ordering: Ordering
    rest: Clause  #: what the editions must be asked, row by row
    decided: Clause  #: what the table decides by itself
    leading: Clause | None = None  #: the condition that has a table of its own

    @property
    def editions(self) -> type[Edition]:
        """The editions of which the list is made."""
        return self.known.editions

    @property
    def spans(self) -> Sequence[Span]:
        """The ranges of days in which all rows lie."""
        return self.known.spans

    @property
    def where(self) -> Clause:
        """All conditions, on the editions."""
        return self.known.where

    @property
    def price(self) -> float:
        """What it costs, the index of lists included where the walk ends too early."""
        if self.rest == EVERYTHING:
            one = bounds.PROBED if "EXISTS" in self.decided.sql else bounds.READ
            return one * (self._steps(self.known.size) + self._steps(COUNTED))
        one = bounds.MERGED if self._is_covered else 1.0
        if self._counts_on_the_way:
            return one * self._steps(COUNTED if self.known.is_counted else self.known.size)
        steps = self._steps(self.known.size)
        if steps < self._bound:
            return one * steps + self.known.price_of_count
        return one * self._bound + self.known.price

    def _steps(self, wanted: int) -> float:
        """How many rows are walked until so many are met, or all."""
        met = self.known.rows * self.known.share
        return min(self._walkable, wanted * self._walkable / max(1.0, met))

    @property
    def _walkable(self) -> float:
        """How many rows there are to be walked."""
        share_led = led(self.editions, self.leading) if self.leading else 1.0
        return self.known.rows * share_led * (self.known.begun if self.spans else 1.0)

    @property
    def _is_covered(self) -> bool:
        """Whether the walk is one along an index that has what is asked of each row."""
        is_by_day = self.lead is None and self.ordering.is_nullable
        return is_by_day and self.editions.covered.issuperset(self._columns_asked)

    @property
    def _columns_asked(self) -> set[str]:
        """The columns of the editions that the conditions compare."""
        return set(re.findall(rf'{table_of(self.editions)}\."?(\w+)', self.rest.sql))

    def page(self, page: Page, columns: Sequence[str | Clause]) -> Clause:
        """The statement of the page by this way."""
        if self.rest == EVERYTHING and self.leading is not None:
            return self.whole(page, columns)
        return self.bounded(page, columns)

    def whole(self, page: Page, columns: Sequence[str | Clause]) -> Clause:
        """Every row that is walked is one of the list."""
        shown = self._read(page, page.cursor, page.size + 1)
        total = Clause("NULL")
        if page.count is None:
            every = self._read(page, None, COUNTED + 1, in_order=False)
            total = Clause(f"SELECT count(*) FROM ({every.sql}) AS counted", every.values)
        return self._page(
            page, columns, Clause(f"page AS MATERIALIZED ({shown.sql})", shown.values), total
        )

    def few_or_whole(self, page: Page, columns: Sequence[str | Clause]) -> Clause:
        """All rows are found in no order: if they are no more than are counted, the list is made of them, else it is walked."""
        key = self.ordering.key(self.editions)
        if any(one.is_found for one in self.known.asked):
            named = f"{key.sql} AS key, {table_of(self.editions)}.record_id"
            found = select(named, table_of(self.editions), self.where)
            found = Clause(f"{found.sql} LIMIT {COUNTED + 1}", found.values)
        else:
            found = self._read(page, None, COUNTED + 1, in_order=False)
        size = page.size + 1
        order = self._order(page, "key", "record_id")
        few = select(
            "key, record_id",
            "found",
            all_of(self._beyond(page.cursor, Clause("found.key"), "found.record_id")),
        )
        # Merged as far as they are taken: of one class there may be none for long.
        walked = self._walked(page, page.cursor, size)
        parts = Clause(
            f"found AS MATERIALIZED ({found.sql}),"
            f" counts AS MATERIALIZED (SELECT count(*) AS total, count(*) <= {bounds.SORTED} AS are_few FROM found),"
            f" page AS MATERIALIZED ((SELECT * FROM ({few.sql}) AS few WHERE (SELECT are_few FROM counts) {order} LIMIT {size})"
            f" UNION ALL (SELECT * FROM ({walked.sql}) AS walked WHERE NOT (SELECT are_few FROM counts)))",
            (*found.values, *few.values, *walked.values),
        )
        total = Clause("SELECT total FROM counts" if page.count is None else "NULL")
        return self._page(page, columns, parts, total)

    def found_once(self, page: Page, columns: Sequence[str | Clause]) -> Clause:
        """All rows of the list are found by index, and then sorted and counted."""
        key = self.ordering.key(self.editions)
        found = select(
            f"{key.sql} AS key, {table_of(self.editions)}.record_id",
            table_of(self.editions),
            self.where,
        )
        shown = select(
            "key, record_id",
            "found",
            all_of(self._beyond(page.cursor, Clause("found.key"), "found.record_id")),
        )
        parts = Clause(
            f"found AS MATERIALIZED ({found.sql}), page AS MATERIALIZED"
            f" ({shown.sql} {self._order(page, 'key', 'record_id')} LIMIT {page.size + 1})",
            found.values + shown.values,
        )
        total = Clause("NULL")
        if page.count is None:
            total = Clause(f"SELECT LEAST(count(*), {COUNTED + 1}) FROM found")
        return self._page(page, columns, parts, total)

    def bounded(self, page: Page, columns: Sequence[str | Clause]) -> Clause:
        """Walk so far, and find by index what was not met on the way."""
        order = self._order(page, "key", "record_id")
        parts = []
        size = page.size + 1
        counts_here = page.count is None and page.cursor is None and self._counts_on_the_way
        near = self._met(page, page.cursor, max(size, COUNTED + 1) if counts_here else size)
        end = self._ends(page, page.cursor)
        far = self._found(page)
        parts.append(Clause(f"near AS MATERIALIZED ({near.sql})", near.values))
        parts.append(Clause(f"ended AS MATERIALIZED ({end.sql})", end.values))
        parts.append(
            Clause(
                f"walk AS MATERIALIZED (SELECT CASE WHEN (SELECT count(*) FROM near) >= {size} THEN true"
                " ELSE (SELECT it FROM ended) END AS is_enough)"
            )
        )
        parts.append(
            Clause(
                f"page AS MATERIALIZED ((SELECT key, record_id FROM near WHERE (SELECT is_enough FROM walk) {order} LIMIT {size})"
                f" UNION ALL (SELECT key, record_id FROM ({far.sql}) AS far WHERE NOT (SELECT is_enough FROM walk)))",
                far.values,
            )
        )
        total = Clause("NULL")
        if page.count is None and not self._counts_on_the_way:
            total = self._counted()
        elif page.count is None:
            counted_near, start = "near", Clause("SELECT it FROM ended")
            if not counts_here:
                first = self._met(page, None, COUNTED + 1)
                parts.append(Clause(f"first AS MATERIALIZED ({first.sql})", first.values))
                counted_near, start = "first", self._ends(page, None)
            every = self._counted()
            total = Clause(
                f"SELECT CASE WHEN (SELECT count(*) FROM {counted_near}) > {COUNTED}"
                f" OR ({start.sql})"
                f" THEN (SELECT count(*) FROM {counted_near}) ELSE {every.sql} END",
                start.values + every.values,
            )
        return self._page(page, columns, joined(", ", parts), total)

    def _ends(self, page: Page, cursor: Cursor | None) -> Clause:
        """Whether the walk met every row there is; of a long list from its start that is known beforehand."""
        if cursor is None and not self.spans and self._walkable > 2 * self._bound:
            return Clause("SELECT false AS it")
        end = self._read(page, cursor, self._bound, in_order=False)
        return Clause(
            f"SELECT count(*) < {self._bound} AS it FROM ({end.sql}) AS walked", end.values
        )

    @property
    def _counts_on_the_way(self) -> bool:
        """Whether the walk meets as many as are counted; else the index counts them by itself."""
        return not self.known.has_lists or self._steps(COUNTED) < self._bound

    @property
    def lead(self) -> Lead | None:
        """The table that leads to the editions."""
        return self.leading.lead if self.leading else None

    @property
    def _bound(self) -> int:
        if self.spans and self._is_covered and bounds.MERGED * self._walkable < self.known.price:
            # The days have fewer rows than the lists: they are walked to their end, if they have about as many as statistics say.
            return max(bounds.WALKED, int(2 * self._walkable))
        if self._is_covered:
            # Twice as many as statistics say, where that is cheaper than to look through lists of frequent values.
            needed = int(2 * self._steps(COUNTED))
            is_cheaper = bounds.MERGED * needed < self.known.price_of_count
            return (
                needed
                if is_cheaper and bounds.WALKED < needed <= bounds.WALKED_TO_COUNT
                else bounds.WALKED
            )
        # Where the index of lists would look at more rows still, it is worth to follow more.
        return bounds.FOLLOWED * (2 if self.known.price_of_count > 2 * bounds.FOLLOWED else 1)

    def _joined(self, ids: str, where: Clause, more: str = "") -> Clause:
        """Rows of the list among the current editions with these ids."""
        table = table_of(self.editions)
        join = f"{ids} JOIN {table} ON {table}.record_id = {ids}.record_id AND {table}.superseded_at IS NULL"
        return select(f"{more}{table}.record_id", join, where)

    def _page(
        self, page: Page, columns: Sequence[str | Clause], parts: Clause, total: Clause
    ) -> Clause:
        return shown(
            page, parts, total, editions=self.editions, columns=columns, ordering=self.ordering
        )

    def _order(self, page: Page, key: str, unique: str) -> str:
        return in_order(page, self.ordering, key, unique)

    def _met(self, page: Page, cursor: Cursor | None, limit: int) -> Clause:
        """Rows of the list among those of the bounded walk."""
        table = table_of(self.editions)
        if self.lead is None:
            asked = sorted({"record_id", *self._columns_asked})
            names = ", ".join(f'{table}."{name}"' for name in asked)
            walked = self._walked(page, cursor, self._bound, names)
            found = select("key, record_id", f"({walked.sql}) AS {table}", self.rest)
            order = self._order(page, "key", "record_id")
        else:
            walked = self._walked(page, cursor, self._bound)
            join = f"{table}.record_id = walked.record_id AND {table}.superseded_at IS NULL"
            found = select(
                "walked.key, walked.record_id",
                f"({walked.sql}) AS walked JOIN {table} ON {join}",
                self.rest,
            )
            order = self._order(page, "walked.key", "walked.record_id")
        return Clause(f"{found.sql} {order} LIMIT {limit}", walked.values + found.values)

    def _counted(self) -> Clause:
        """How many rows the list has, up to one more than are counted, by the index of lists.

        The position is read, which the indexes in order do not have: values that seldom go together are not known to PostgreSQL.
        """
        return counted(table_of(self.editions), self.where, "position")

    def _found(self, page: Page) -> Clause:
        """Rows of the list by the index of lists, sorted afterwards: the key is hidden from the index that has it in order."""
        key = self.ordering.key(self.editions)
        table = table_of(self.editions)
        where = all_of([self.where, *self._beyond(page.cursor, key, f"{table}.record_id")])
        # The position for the same reason as in `_counted`.
        found = select(f"{key.sql} AS key, {table}.record_id, {table}.position", table, where)
        order = self._order(page, "hidden", "record_id")
        return Clause(
            f"SELECT key, record_id FROM (SELECT key, record_id, position, {self.ordering.hidden('key')} AS hidden"
            f" FROM ({found.sql}) AS found) AS hidden {order}, position LIMIT {page.size + 1}",
            found.values,
        )

    def _walked(
        self,
        page: Page,
        cursor: Cursor | None,
        limit: int,
        columns: str = "",
    ) -> Clause:
        """Rows of the table, each range read off an index in order, and no further than they are taken."""
        order = self._order(page, "key", "record_id")
        ranges = [self._range(span, cursor, columns) for span in self._ranges]
        return _first_of(ranges, f"{order} LIMIT {limit}")

    def _read(
        self, page: Page, cursor: Cursor | None, limit: int, *, in_order: bool = True
    ) -> Clause:
        """Rows of the table, of all ranges at once: PostgreSQL plans that once, and asks it of each class of length."""
        order = self._order(page, "key", "record_id") if in_order else ""
        spans = [span for span in self._ranges if span and not self._is_beyond(span)]
        rest = [span for span in self._ranges if span not in spans]
        found = [self._range(span, cursor, "") for span in rest]
        if spans:
            classes = in_classes(spans)
            one = self._range(EACH, cursor, "")
            found.append(
                Clause(
                    f"SELECT walked.key, walked.record_id FROM {classes.sql}"
                    f" CROSS JOIN LATERAL ({one.sql} {order} LIMIT {limit}) AS walked",
                    classes.values + one.values,
                )
            )
        return _first_of(found, f"{order} LIMIT {limit}")

    def _is_beyond(self, span: Span) -> bool:
        """Upwards, what has no day comes last too, though its index has it before all days."""
        return span.is_undated and not self.ordering.descending

    @property
    def _ranges(self) -> Sequence[Span | None]:
        is_by_day = self.ordering.is_nullable
        return self.spans or (is_by_day and self.editions.lengths) or [None]

    def _range(self, span: Span | None, cursor: Cursor | None, columns: str) -> Clause:
        table = table_of(self.editions)
        key, unique = self.ordering.key(self.editions), f"{table}.record_id"
        needed = [self.decided]
        source = table
        if self.lead is not None:
            # Named as the editions are, so that conditions on their columns can be asked of it.
            source = f'"{self.lead.table}" AS {table}'
            needed.append(self.lead.where)
        if span is not None:
            day = self._day()
            is_beyond = self._is_beyond(span)
            key = Clause(f"'{self.ordering.unknown}'::date" if is_beyond else day)
            if span is EACH:
                needed.append(is_in_class(table, day))
            else:
                needed.append(Clause(f"{table}.length = {span.length:d}"))
            needed += [Clause(f"{day} >= %s::date", (span.first,))] if span.first else []
            needed += [Clause(f"{day} <= %s::date", (span.last,))] if span.last else []
            if is_beyond:
                # One day for all, so that the index has them in the order of their ids.
                needed.append(Clause(f"{day} = '-infinity'::date"))
                needed += [cursor.among_unknown(self.ordering, unique, "uuid")] if cursor else []
                cursor = None
        needed += self._beyond(cursor, key, unique)
        return select(f"{key.sql} AS key, {columns or unique}", source, all_of(needed))

    def _day(self) -> str:
        """The day as the index of a class of length has it."""
        day = f"{table_of(self.editions)}.date"
        return day if self.lead else f"COALESCE({day}, '-infinity'::date)"

    def _beyond(self, cursor: Cursor | None, key: Clause, unique: str) -> list[Clause]:
        if cursor is None:
            return []
        return [cursor.condition(self.editions, self.ordering, key, unique, "uuid")]
