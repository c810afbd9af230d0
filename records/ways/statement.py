"""The statement of a list page: the way is chosen, now or as of an instant."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from config.api.as_of import moment
from config.api.pagination import COUNTED, counted
from config.api.sql import EVERYTHING, Clause, all_of, table_of, within_all
from records.as_of import halves
from records.ways import bounds
from records.ways.known import Known
from records.ways.page import in_order
from records.ways.related import UNLESS_FEW, Related
from records.ways.way import Way

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from config.api.pagination import Ordering, Page
    from records.models import Edition


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
    """Return the statement for a page and one row more: its rows have key, id as text, count, and then the columns.

    Where no columns are wanted and nothing is counted, they have key and id alone.
    """
    if moment() is None:
        return _statement(page, wanted)
    wanted = replace(wanted, asked=without_leads(wanted.asked))
    if not are_apart(wanted.editions, wanted.asked):
        return _statement(page, wanted)
    return _merged(page, wanted)


def without_leads(asked: Iterable[Clause]) -> list[Clause]:
    """Conditions as of an instant: only the editions are of then, and the tables that lead to them are of now."""
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
        if spans and known.rows * known.share > bounds.MANY:
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


def _led(known: Known, ordering: Ordering) -> Iterator[Way]:
    """The ways by each of the tables that have the rows of a condition in order, and decide what they can of the others."""
    for leading in known.asked:
        if leading.lead is None:
            continue
        others = [one for one in known.asked if one is not leading]
        decided = all_of(one.led for one in others if one.led)
        rest = all_of(one.one_by_one or one for one in others if not one.led)
        yield Way(known, ordering, rest, decided, leading)
