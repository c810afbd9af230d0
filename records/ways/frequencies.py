"""How often values occur, as PostgreSQL's own statistics say: to distinguish questions that find much from those that find little."""

from __future__ import annotations

import time
from bisect import bisect_left
from dataclasses import dataclass
from math import prod
from typing import TYPE_CHECKING

from django.db import connection

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from config.api.sql import Clause, Elements, Span
    from records.models import Edition

#: Seconds for which statistics are kept in a process. They only choose the way, never the answer.
KEPT = 600.0


@dataclass(frozen=True, slots=True)
class Frequencies:
    """Of one table: its rows, by column the share of rows that have each frequent value or element, and how days are spread."""

    rows: float
    shares: dict[str, dict[str, float]]
    days: list[date]  #: of `date`: between each two of them lie equally many rows
    read_at: float

    def share(self, elements: Elements) -> float:
        """The share of rows that have any, or all, of the elements, as if they occurred independently."""
        known = self.shares.get(elements.column, {})
        found = [known.get(str(value), 0.0) for value in elements.values]
        return prod(found) if elements.are_all else min(1.0, sum(found))

    def begun(self, span: Span) -> float:
        """The share of rows whose days begin in a range; all of them where nothing is known."""
        if not self.days:
            return 1.0
        first = bisect_left(self.days, span.first) if span.first else 0
        last = bisect_left(self.days, span.last) if span.last else len(self.days)
        return min(1.0, (last - first + 1) / len(self.days))


_KNOWN: dict[str, Frequencies] = {}


def rows(editions: type[Edition]) -> float:
    """Return how many rows the table has, roughly; 0 where nothing is known."""
    return _of(editions._meta.db_table).rows


def found_by_lists(editions: type[Edition], one: Clause) -> float | None:
    """Return the share of rows that the index of lists finds for a condition, 0 for what is rare; None where it finds none."""
    return _of(editions._meta.db_table).share(one.elements) if one.elements else None


def led(editions: type[Edition], one: Clause) -> float:
    """Return the share of rows that a condition has in a table of its own."""
    if one.lead is None:
        return 1.0
    table = _of(one.lead.table)
    share = table.shares.get("term", {}).get(str(one.lead.term), 0.0)
    return min(1.0, share * table.rows / max(1.0, rows(editions)))


def posted(table: str, terms: Iterable[int], *, among: int) -> float:
    """Return how many rows of a table have one of some terms, as a share of those that have another one; 0 where nothing is known."""
    shares = _of(table).shares.get("term", {})
    found = sum(shares.get(str(number), 0.0) for number in terms)
    return found / shares[str(among)] if str(among) in shares else 0.0


def elements(editions: type[Edition], name: str) -> dict[str, float]:
    """Return the frequent elements of a column of lists or of full text, each with the share of rows that have it."""
    return _of(editions._meta.db_table).shares.get(name, {})


def worded(editions: type[Edition], words: Iterable[str]) -> float:
    """Return the share of rows whose label has one of some words, as far as is known: 0 where nothing is."""
    known = _of(editions.words_index).shares.get("string_to_array", {})
    return min(1.0, sum(known.get(word, 0.0) for word in words))


def days(editions: type[Edition]) -> list[date]:
    """Return days between each two of which lie equally many rows, the first first; none where nothing is known."""
    return _of(editions._meta.db_table).days


def share(editions: type[Edition], one: Clause) -> float:
    """Return the share of rows that meet a condition, as far as is known: all of them where nothing is."""
    known = _of(editions._meta.db_table)
    if one.elements:
        return known.share(one.elements)
    if one.lead:
        return led(editions, one)
    return 1.0 - known.share(one.excluded) if one.excluded else begun(editions, one)


def begun(editions: type[Edition], one: Clause) -> float:
    """Return the share of rows that lie in the ranges of days of a condition, by those of the shortest class."""
    return _of(editions._meta.db_table).begun(one.spans[0]) if one.spans else 1.0


def _of(table: str) -> Frequencies:
    known = _KNOWN.get(table)
    if known is None or time.monotonic() - known.read_at > KEPT:
        known = _KNOWN[table] = _read(table)
    return known


def _read(table: str) -> Frequencies:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT attname, COALESCE(most_common_elems, CASE WHEN attname = 'term' THEN most_common_vals END)::text::text[],"
            " COALESCE(most_common_elem_freqs, most_common_freqs)::float8[],"
            " CASE WHEN attname = 'date' THEN array_remove(histogram_bounds::text::date[], '-infinity') END,"
            " (SELECT reltuples FROM pg_class WHERE oid = %s::regclass)"
            " FROM pg_stats WHERE schemaname = current_schema() AND tablename = %s"
            " AND (most_common_elems IS NOT NULL OR attname IN ('date', 'term'))",
            [table, table],
        )
        found = cursor.fetchall()
    # Behind the shares of the elements stand the least and the greatest of them, and that of rows without any.
    shares = {
        name: dict(zip(values, frequencies, strict=False))
        for name, values, frequencies, *_rest in found
        if values
    }
    known: list[date] = next((row[3] for row in found if row[3]), [])
    return Frequencies(max((row[4] for row in found), default=0.0), shares, known, time.monotonic())
