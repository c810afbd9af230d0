"""The statement of a list page: its rows and their number by the shortest way (docs/decisions/0095).

What finds little is found by an index and sorted; what finds much is walked in the order of the list until the page is full.
PostgreSQL tells the one from the other by how often each value occurs. Of several values that each occur often it does not
know how often they occur together, and such a walk may be endless. So it has a bound here, and where it ends without a full
page, the index of lists finds the rows that have them all.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from config.api.pagination import COUNTED, counted, selected
from config.api.sql import EVERYTHING, Clause, all_of, select, table_of
from records.api.frequencies import expected, rows, share

if TYPE_CHECKING:
    from collections.abc import Sequence

    from config.api.pagination import Cursor, Ordering, Page
    from config.api.sql import Lead, Span
    from records.models import Edition

#: Rows that are walked in order before the index is asked.
WALKED = 30_000
#: The same where each row means a look at another table.
FOLLOWED = 4_000
#: The share of rows from which on it is cheaper to walk all rows than to follow those of a leading table.
FREQUENT = 0.15
#: Expected finds below which the index alone is the shorter way.
FEW = 3_000


def statement(
    page: Page,
    *,
    editions: type[Edition],
    columns: Sequence[str | Clause],
    readable: Clause,
    asked: Sequence[Clause],
    ordering: Ordering,
) -> Clause:
    """Return the statement for a page and one row more: its rows have key, id as text, count, and then the columns."""
    where = all_of([readable, *asked])
    if ordering.rank is not None:
        return page.select(editions, columns, where, ordering)
    is_by_day = ordering.column == "date"
    spans = next((one.spans for one in asked if one.spans), ()) if is_by_day else ()
    leading = _rarest(editions, [one for one in asked if one.lead]) if is_by_day else None
    led, rest = EVERYTHING, EVERYTHING
    if leading is not None:
        others = [one for one in asked if one is not leading]
        led = all_of(one.led for one in others if one.led)
        rest = all_of(one.one_by_one or one for one in others if not one.led)
        if rest == EVERYTHING:
            way = Way(editions, ordering, EVERYTHING, led, spans, leading=leading)
            return way.whole(page, columns)
    has_elements = any(one.elements for one in asked)
    found = expected(editions, asked) if has_elements else 0.0
    if found >= FEW:
        if leading is not None and share(editions, leading) < FREQUENT:
            way = Way(editions, ordering, rest, led, spans, where, leading, found)
        else:
            each = all_of(one.one_by_one or one for one in asked)
            way = Way(editions, ordering, each, readable, spans, where, found=found)
        return way.bounded(page, columns)
    if not has_elements and (spans or (is_by_day and editions.lengths and not ordering.descending)):
        # The oldest first has no index of its own: it is read class by class, upwards.
        return Way(editions, ordering, EVERYTHING, where, spans).whole(page, columns)
    return page.select(editions, columns, where, ordering)


def shown(
    page: Page,
    parts: Clause,
    total: Clause,
    *,
    editions: type[Edition],
    columns: Sequence[str | Clause],
    ordering: Ordering,
) -> Clause:
    """The rows of the part `page`, which has `key` and `record_id`, with their columns."""
    table = table_of(editions)
    key = ordering.shown(editions)
    chosen = selected(editions, columns)
    return Clause(
        f"WITH RECURSIVE {parts.sql} SELECT {key.sql}, {table}.record_id::text, ({total.sql}), {chosen.sql}"
        f" FROM page JOIN {table} ON {table}.record_id = page.record_id AND {table}.superseded_at IS NULL"
        f" {in_order(page, ordering, 'page.key', 'page.record_id')}",
        (*parts.values, *key.values, *total.values, *chosen.values),
    )


def in_order(page: Page, ordering: Ordering, key: str, unique: str) -> str:
    way = page.way(ordering)
    return f"ORDER BY {key} {way}, {unique} {way}"


def _rarest(editions: type[Edition], leads: Sequence[Clause]) -> Clause | None:
    """Of conditions that have tables of their own, the one that finds least. One alone needs no statistics."""
    if len(leads) < 2:
        return next(iter(leads), None)
    return min(leads, key=lambda one: share(editions, one))


@dataclass(frozen=True)
class Way:
    """A table to walk in the order of the list: the editions, or one that leads to them."""

    editions: type[Edition]
    ordering: Ordering
    rest: Clause  #: what the editions must be asked, row by row
    decided: Clause  #: what the table decides by itself
    spans: Sequence[Span] = ()
    where: Clause = EVERYTHING  #: all conditions, on the editions
    leading: Clause | None = None  #: the condition that has a table of its own
    found: float = 0.0  #: how many rows are expected to meet all conditions

    def whole(self, page: Page, columns: Sequence[str | Clause]) -> Clause:
        """Every row that is walked is one of the list."""
        shown = self._walked(page, page.cursor, page.size + 1)
        total = Clause("NULL")
        if page.count is None:
            every = self._walked(page, None, COUNTED + 1, in_order=False)
            total = Clause(f"SELECT count(*) FROM ({every.sql}) AS counted", every.values)
        return self._page(
            page, columns, Clause(f"page AS MATERIALIZED ({shown.sql})", shown.values), total
        )

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
        parts.append(
            Clause(
                f"walk AS MATERIALIZED (SELECT CASE WHEN (SELECT count(*) FROM near) >= {size} THEN true"
                f" ELSE ({end.sql}) END AS is_enough)",
                end.values,
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
            total = counted(table_of(self.editions), self.where)
        elif page.count is None:
            counted_near = "near"
            if not counts_here:
                first = self._met(page, None, COUNTED + 1)
                parts.append(Clause(f"first AS MATERIALIZED ({first.sql})", first.values))
                counted_near = "first"
            start = self._ends(page, None)
            every = counted(table_of(self.editions), self.where)
            total = Clause(
                f"SELECT CASE WHEN (SELECT count(*) FROM {counted_near}) > {COUNTED}"
                f" OR ({start.sql})"
                f" THEN (SELECT count(*) FROM {counted_near}) ELSE {every.sql} END",
                start.values + every.values,
            )
        with_parts = Clause(
            ", ".join(part.sql for part in parts),
            tuple(value for part in parts for value in part.values),
        )
        return self._page(page, columns, with_parts, total)

    def _ends(self, page: Page, cursor: Cursor | None) -> Clause:
        """Whether the walk met every row there is; of a long list from its start that is known beforehand."""
        walked = share(self.editions, self.leading) if self.leading else 1.0
        if cursor is None and not self.spans and walked * rows(self.editions) > 2 * self._bound:
            return Clause("SELECT false")
        end = self._walked(page, cursor, self._bound, in_order=False)
        return Clause(f"SELECT count(*) < {self._bound} FROM ({end.sql}) AS walked", end.values)

    @property
    def _counts_on_the_way(self) -> bool:
        """Whether so much is expected that the walk meets as many as are counted; else the index counts them by itself."""
        walked = rows(self.editions) * (share(self.editions, self.leading) if self.leading else 1.0)
        return self.found * self._bound >= walked * COUNTED

    @property
    def lead(self) -> Lead | None:
        """The table that leads to the editions."""
        return self.leading.lead if self.leading else None

    @property
    def _bound(self) -> int:
        if self.lead:
            return FOLLOWED
        # Those that may have gone on for long are all walked where a range of days has no end.
        return 2 * WALKED if self.spans else WALKED

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
            asked = sorted({"record_id", *re.findall(rf'{table}\."(\w+)"', self.rest.sql)})
            names = ", ".join(f'{table}."{name}"' for name in asked)
            walked = self._walked(page, cursor, self._bound, columns=names)
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

    def _found(self, page: Page) -> Clause:
        """Rows of the list by index, sorted afterwards: the key is hidden from the index that has it in order."""
        key = self.ordering.key(self.editions)
        unique = f"{table_of(self.editions)}.record_id"
        where = all_of([self.where, *self._beyond(page.cursor, key, unique)])
        found = select(f"{key.sql} AS key, {unique}", table_of(self.editions), where)
        order = self._order(page, "hidden", "record_id")
        return Clause(
            f"SELECT key, record_id FROM (SELECT key, record_id, {self.ordering.hidden('key')} AS hidden"
            f" FROM ({found.sql}) AS found) AS hidden {order} LIMIT {page.size + 1}",
            found.values,
        )

    def _walked(
        self,
        page: Page,
        cursor: Cursor | None,
        limit: int,
        *,
        columns: str = "",
        in_order: bool = True,
    ) -> Clause:
        """Rows of the table, each range read off an index in order."""
        order = self._order(page, "key", "record_id") if in_order else ""
        ranges = [self._range(span, cursor, columns) for span in self._ranges]
        if len(ranges) == 1:
            return Clause(f"{ranges[0].sql} {order} LIMIT {limit}", ranges[0].values)
        sql = " UNION ALL ".join(f"({one.sql} {order} LIMIT {limit})" for one in ranges)
        return Clause(
            f"SELECT * FROM ({sql}) AS ranges {order} LIMIT {limit}",
            tuple(value for one in ranges for value in one.values),
        )

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
            source = f"{self.lead.table} AS {table}"
            needed.append(self.lead.where)
        if span is not None:
            day = self._day()
            # Upwards, what has no day comes last too, though its index has it before all days.
            is_beyond = span.is_undated and not self.ordering.descending
            key = Clause(f"'{self.ordering.unknown}'::date" if is_beyond else day)
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
