"""The statement of a list page: its rows and their number by the shortest way (docs/decisions/0095).

What finds little is found by an index and sorted; what finds much is walked in the order of the list until the page is full.
PostgreSQL tells the one from the other by how often each value occurs. Of several values that each occur often it does not
know how often they occur together, and such a walk may be endless. So it has a bound here, and where it ends without a full
page, the index of lists finds the rows that have them all.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cached_property
from math import prod
from typing import TYPE_CHECKING

from config.api.as_of import moment
from config.api.pagination import COUNTED, counted, selected
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
    within_all,
)
from records.api.frequencies import begun, found_by_lists, led, rows, share
from records.as_of import halves

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from config.api.pagination import Cursor, Ordering, Page
    from config.api.sql import Lead
    from records.models import Edition

#: Rows that are walked in order before the index is asked.
WALKED = 8_000
#: The same where as many are met as are counted.
WALKED_TO_COUNT = 30_000
#: The same where each row means a look at another table, or at the table of an index.
FOLLOWED = 3_000
#: The same where each row is asked what another table has of it.
ASKED = 1_000
#: Rows found by their days of which the list is made at once; of more it is walked.
SORTED = COUNTED
#: Rows of such a table that are read before all others: they are few, or enough to count.
READ_FIRST = 2_000

#: So many of the first one's are read to count the list: of these there may be enough, or they may be all.
READ_TO_COUNT = 10_000

#: Rows that probably lie in the ranges of days asked and have the words asked: one by one, a page of them is soon met.
MANY = 5_000

#: Rows that the index of lists is expected to find at most, so that all are found once, for the page and for their number.
FEW = 3_000

# What rows cost, beside one that is followed to another table, which takes some 3 microseconds.
#: One that the index of lists finds: it is looked at in its place, and sorted.
FOUND = 1.0
#: One that the index of lists has for the rarest value, and compares with those of the others.
COMPARED = 0.15
#: One that is read off an index, all conditions being decided there.
READ = 0.15
#: The same where something is looked up in another index for each.
PROBED = 0.5
#: One of several ranges that are merged, with lists to be compared.
MERGED = 0.35


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a list has of which editions, and in which order."""

    editions: type[Edition]
    columns: Sequence[str | Clause]
    readable: Clause
    asked: Sequence[Clause]
    ordering: Ordering

    @property
    def where(self) -> Clause:
        """All conditions."""
        return all_of([self.readable, *self.asked])


def statement(page: Page, wanted: Wanted) -> Clause:
    """Return the statement for a page and one row more: its rows have key, id as text, count, and then the columns."""
    if moment() is None:
        return _statement(page, wanted)
    wanted = replace(wanted, asked=without_leads(wanted.asked))
    if not are_apart(wanted.editions, wanted.asked):
        return _statement(page, wanted)
    return _merged(page, wanted)


def without_leads(asked: Iterable[Clause]) -> list[Clause]:
    """Conditions as of an instant: only the editions tell of then, and the tables that lead to them tell of now."""
    return [replace(one, lead=None) if one.lead else one for one in asked]


def are_apart(editions: type[Edition], asked: Iterable[Clause]) -> bool:
    """Whether each half of what was public can be asked by itself: no condition reads editions of the same kind again."""
    names = re.compile(rf'(FROM|JOIN) "?{editions._meta.db_table}\b')
    return not any(names.search(one.sql) for one in asked)


def in_half(editions: type[Edition], half: str) -> str:
    """What stands before a statement over the editions, so that it reads one of `halves`."""
    return f"WITH {table_of(editions)} AS NOT MATERIALIZED (SELECT * FROM {half})"


def _merged(page: Page, wanted: Wanted) -> Clause:
    """The same as of an instant: a page of what is current still, found by its indexes, and one of what was replaced since."""
    half = _statement(replace(page, count="none"), wanted)
    table, ordering = table_of(wanted.editions), wanted.ordering
    columns = (f"c{place}" for place, _ in enumerate(wanted.columns))
    named = ", ".join(["key", "id", "total", *columns])
    parts = [in_half(wanted.editions, part) for part in halves(wanted.editions)]
    found = " UNION ALL ".join(
        f"SELECT * FROM ({part} SELECT * FROM ({half.sql}) AS rows) AS half({named})"
        for part in parts
    )
    total, values = "NULL", half.values * 2
    if page.count is None:
        every = counted(table, wanted.where)
        total = " + ".join(f"({part} SELECT {every.sql})" for part in parts)
        total = f"SELECT LEAST({COUNTED + 1}, {total})"
        values = every.values * 2 + values
    key = f"COALESCE(key, '{ordering.unknown}'::date)" if ordering.is_nullable else "key"
    shown = named.replace("total", f"({total})")
    order = in_order(page, ordering, key, "id::uuid")
    return Clause(f"SELECT {shown} FROM ({found}) AS halves {order} LIMIT {page.size + 1}", values)


def _statement(page: Page, wanted: Wanted) -> Clause:
    """The statement over one table of editions."""
    editions, columns, ordering = wanted.editions, wanted.columns, wanted.ordering
    readable, asked, where = wanted.readable, wanted.asked, wanted.where
    if ordering.rank is not None:
        return page.select(editions, columns, where, ordering)
    is_by_day = ordering.column == "date"
    spans = within_all(one.spans for one in asked) if is_by_day else ()
    known = Known(editions, asked, where, spans, page)
    related = [one for one in asked if one.related]
    if related:
        each = all_of(one.one_by_one or one for one in asked)
        if known.are_few:
            return page.select(editions, columns, all_of([readable, each]), ordering)
        if spans and known.rows * known.share > MANY:
            return Way(known, ordering, each, readable).bounded(page, columns)
        beside = [one.one_by_one or one for one in asked if one is not related[0]]
        walk = Related(known, ordering, each, readable & UNLESS_FEW)
        return walk.listed(page, columns, related, all_of([readable, *beside]))
    ways = [*_led(known, ordering)] if is_by_day else []
    if known.has_lists:
        each = all_of(one.one_by_one or one for one in asked)
        ways.append(Way(known, ordering, each, readable))
    way = min(ways, key=lambda one: one.price, default=None)
    if way is not None and (not known.has_lists or way.price <= known.price):
        return way.page(page, columns)
    if not known.has_lists and (
        spans or (is_by_day and editions.lengths and not ordering.descending)
    ):
        # The oldest first has no index of its own: it is read class by class, upwards.
        way = Way(known, ordering, EVERYTHING, where)
        return way.whole(page, columns) if editions.lengths else way.few_or_whole(page, columns)
    if known.are_few or (is_by_day and known.has_lists):
        # Left to itself, PostgreSQL would walk the order of days where it expects to meet what is asked soon.
        return Way(known, ordering, EVERYTHING, where).found_once(page, columns)
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
    total = page.total_of(total)
    return Clause(
        f"WITH RECURSIVE {parts.sql} SELECT {key.sql}, {table}.record_id::text, ({total.sql}), {chosen.sql}"
        f" FROM page JOIN {table} ON {table}.record_id = page.record_id AND {table}.superseded_at IS NULL"
        f" {in_order(page, ordering, 'page.key', 'page.record_id')}",
        (*parts.values, *key.values, *total.values, *chosen.values),
    )


def in_order(page: Page, ordering: Ordering, key: str, unique: str) -> str:
    way = page.way(ordering)
    return f"ORDER BY {key} {way}, {unique} {way}"


def _first_of(ranges: Sequence[Clause], end: str) -> Clause:
    """The first rows of several statements together; `end` says their order and how many."""
    if len(ranges) == 1:
        return Clause(f"{ranges[0].sql} {end}", ranges[0].values)
    every = joined(" UNION ALL ", ranges, f"({{}} {end})")
    return Clause(f"SELECT * FROM ({every.sql}) AS ranges {end}", every.values)


def _led(known: Known, ordering: Ordering) -> Iterator[Way]:
    """The ways by each of the tables that have the rows of a condition in order, and decide what they can of the others."""
    for leading in known.asked:
        if leading.lead is None:
            continue
        others = [one for one in known.asked if one is not leading]
        decided = all_of(one.led for one in others if one.led)
        rest = all_of(one.one_by_one or one for one in others if not one.led)
        yield Way(known, ordering, rest, decided, leading)


#: Stands for the class of length of the row that a range is asked for.
EACH = Span(0)


class Known:
    """All conditions of a list, and what is known of the rows that meet them: how many they are, what finding them by lists costs.

    Costs are those of following one row, times so many.
    """

    def __init__(
        self,
        editions: type[Edition],
        asked: Sequence[Clause],
        where: Clause,
        spans: Sequence[Span],
        page: Page,
    ) -> None:
        self.editions = editions
        self.asked = asked
        self.where = where
        self.spans = spans
        self.size = page.size + 1
        self.is_counted = page.count is None
        self.lists = [
            found for one in asked if (found := found_by_lists(editions, one)) is not None
        ]

    @property
    def has_lists(self) -> bool:
        """Whether the index of lists finds something of what is asked."""
        return bool(self.lists)

    # Asked for only where there is a choice: a plain list costs no look at statistics.

    @cached_property
    def rows(self) -> float:
        """How many rows the table has."""
        return rows(self.editions)

    @cached_property
    def begun(self) -> float:
        """The share of rows that lie on the days asked."""
        return prod(begun(self.editions, one) for one in self.asked)

    @cached_property
    def share(self) -> float:
        """The share of rows that meet all conditions."""
        return prod(share(self.editions, one) for one in self.asked)

    @property
    def found(self) -> float:
        """How many rows the index of lists finds, of all days."""
        return self.rows * prod(self.lists)

    @property
    def compared(self) -> float:
        """How many rows it compares: those that have the rarest value."""
        return self.rows * min(self.lists, default=1.0)

    @property
    def are_few(self) -> bool:
        """Whether the index of lists finds few rows, as far as is known."""
        return self.has_lists and self.rows > 0 and self.found < FEW

    @property
    def price(self) -> float:
        """What it costs to find all rows by the index of lists and to sort them; and to count them."""
        found = FOUND * self.found + COMPARED * self.compared
        return found if self.are_few else found + self.price_of_count

    @property
    def price_of_count(self) -> float:
        """What it costs to count so many as are counted by the index of lists."""
        if not self.is_counted:
            return 0.0
        # Those that are found on other days are looked at too.
        looked_at = COUNTED * self.found / max(1.0, self.rows * self.share)
        return FOUND * min(self.found, looked_at) + COMPARED * self.compared


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
            one = PROBED if "EXISTS" in self.decided.sql else READ
            return one * (self._steps(self.known.size) + self._steps(COUNTED))
        one = MERGED if self._is_covered else 1.0
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
            f" counts AS MATERIALIZED (SELECT count(*) AS total, count(*) <= {SORTED} AS are_few FROM found),"
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
        if self.spans and self._is_covered and MERGED * self._walkable < self.known.price:
            # The days have fewer rows than the lists: they are walked to their end, if they have about as many as statistics say.
            return max(WALKED, int(2 * self._walkable))
        if self._is_covered:
            # Twice as many as statistics say, where that is cheaper than to look through lists of frequent values.
            needed = int(2 * self._steps(COUNTED))
            is_cheaper = MERGED * needed < self.known.price_of_count
            return needed if is_cheaper and WALKED < needed <= WALKED_TO_COUNT else WALKED
        # Where the index of lists would look at more rows still, it is worth to follow more.
        return FOLLOWED * (2 if self.known.price_of_count > 2 * FOLLOWED else 1)

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


#: The walk is left out where the rows of another table that were read are all there are.
UNLESS_FEW = Clause("NOT (SELECT are_few FROM counts)")


class Related(Way):
    """A walk of the editions where what another table has of them is asked of each: if that is not much, it is read first."""

    def listed(
        self,
        page: Page,
        columns: Sequence[str | Clause],
        related: Sequence[Clause],
        beside: Clause,
    ) -> Clause:
        """Read so many of the other table's rows: if these are all, the list is among them, else the walk soon meets it.

        `beside` are the conditions beside the first related one, asked row by row.
        """
        size = page.size + 1
        order = self._order(page, "key", "record_id")
        read = [f"read{number}" for number, _ in enumerate(related)]
        parts = [
            Clause(
                f"{name}(record_id) AS MATERIALIZED (SELECT * FROM ({one.related.sql}) AS related LIMIT {READ_FIRST + 1})",
                one.related.values,
            )
            for name, one in zip(read, related, strict=True)
            if one.related
        ]
        counts = ", ".join(f"(SELECT count(*) FROM {name}) AS {name}" for name in read)
        least = f"LEAST({', '.join(read)})"
        parts.append(
            Clause(
                f"counts AS MATERIALIZED (SELECT {least} <= {READ_FIRST} AS are_few, {least} AS least, * FROM (SELECT {counts}) AS counts)"
            )
        )
        # Of several, the one with the fewest rows leads.
        fewest = " UNION ".join(
            f"SELECT DISTINCT record_id FROM {name} WHERE (SELECT are_few AND {name} = least FROM counts)"
            for name in read
        )
        key = self.ordering.key(self.editions)
        each = beside if len(related) == 1 else beside & self.rest
        every = self._joined("fewest", each, f"{key.sql} AS key, ")
        parts += [
            Clause(f"fewest AS MATERIALIZED ({fewest})"),
            Clause(f"few AS MATERIALIZED ({every.sql})", every.values),
        ]
        near = self._met(page, page.cursor, size)
        end = self._ends(page, page.cursor)
        far = self._found(page)
        parts += [
            Clause(f"near AS MATERIALIZED ({near.sql})", near.values),
            Clause(
                f"walk AS MATERIALIZED (SELECT CASE WHEN (SELECT are_few FROM counts)"
                f" OR (SELECT count(*) FROM near) >= {size} THEN true ELSE ({end.sql}) END AS is_enough)",
                end.values,
            ),
        ]
        beyond = all_of(self._beyond(page.cursor, Clause("key"), "record_id"))
        parts.append(
            Clause(
                f"page AS MATERIALIZED ((SELECT key, record_id FROM few WHERE {beyond.sql} {order} LIMIT {size})"
                f" UNION ALL (SELECT key, record_id FROM near WHERE (SELECT is_enough FROM walk) {order} LIMIT {size})"
                f" UNION ALL (SELECT key, record_id FROM ({far.sql}) AS far WHERE NOT (SELECT is_enough FROM walk)))",
                beyond.values + far.values,
            )
        )
        total = Clause("NULL")
        if page.count is None:
            total = self._total_of_many(parts, related[0], read[0], each)
        return self._page(page, columns, joined(", ", parts), total)

    def _total_of_many(
        self, parts: list[Clause], related: Clause, read: str, each: Clause
    ) -> Clause:
        """How many rows the list has, where it is not of few: what it reads is added to the parts.

        Whatever was `read` of a related condition may be enough to count; or more of it, which may be all there is.
        """
        assert related.related is not None, "only such conditions have this way"  # noqa: S101 - for the type
        first, second = self._joined("sampled", each), self._joined("sampled_more", each)
        whole = self._counted()
        # Of fewer among those that were read, more would not find as many as are counted.
        enough = COUNTED * READ_FIRST // READ_TO_COUNT // 2
        parts.append(
            Clause(
                f"sampled AS MATERIALIZED (SELECT DISTINCT record_id FROM {read} WHERE NOT (SELECT are_few FROM counts)),"
                f" first AS MATERIALIZED ({first.sql} LIMIT {COUNTED + 1}),"
                f" more(record_id) AS MATERIALIZED (SELECT * FROM ({related.related.sql}) AS related"
                f" WHERE (SELECT count(*) FROM first) >= {enough} LIMIT {READ_TO_COUNT + 1}),"
                " sampled_more AS MATERIALIZED (SELECT DISTINCT record_id FROM more),"
                f" second AS MATERIALIZED ({second.sql} LIMIT {COUNTED + 1})",
                (*first.values, *related.related.values, *second.values),
            )
        )
        return Clause(
            "SELECT CASE WHEN (SELECT are_few FROM counts) THEN (SELECT count(*) FROM few)"
            f" WHEN (SELECT count(*) FROM first) > {COUNTED} THEN (SELECT count(*) FROM first)"
            f" WHEN (SELECT count(*) FROM second) > {COUNTED} OR (SELECT count(*) FROM more) BETWEEN 1 AND {READ_TO_COUNT}"
            f" THEN (SELECT count(*) FROM second) ELSE {whole.sql} END",
            whole.values,
        )

    @property
    def _bound(self) -> int:
        # Where a range of days begins, most are of the list.
        return 2 * ASKED if self.spans else ASKED
