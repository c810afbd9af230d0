"""How often values occur, as PostgreSQL's own statistics say: to tell questions that find much from those that find little."""

from __future__ import annotations

import time
from dataclasses import dataclass
from math import prod
from typing import TYPE_CHECKING

from django.db import connection

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from config.api.sql import Clause, Elements
    from records.models import Edition

#: Seconds for which statistics are kept in a process. They only choose the way, never the answer.
KEPT = 600.0


@dataclass(frozen=True, slots=True)
class Frequencies:
    """Of one table: its rows, and by column the share of rows that have each frequent element."""

    rows: float
    shares: dict[str, dict[str, float]]
    days: list[date]  #: of `date`: between each two of them lie equally many rows
    read_at: float

    def share(self, elements: Elements) -> float:
        """The share of rows that have any, or all, of the elements, as if they occurred independently."""
        known = self.shares.get(elements.column, {})
        found = [known.get(str(value), 0.0) for value in elements.values]
        return prod(found) if elements.are_all else min(1.0, sum(found))


_KNOWN: dict[str, Frequencies] = {}


def rows(editions: type[Edition]) -> float:
    """Return how many rows the table has, roughly; 0 where nothing is known."""
    return _of(editions._meta.db_table).rows


def elements(editions: type[Edition], name: str) -> dict[str, float]:
    """Return the frequent elements of a column of lists or of full text, each with the share of rows that have it."""
    return _of(editions._meta.db_table).shares.get(name, {})


def days(editions: type[Edition]) -> list[date]:
    """Return days between each two of which lie equally many rows, the first first; none where nothing is known."""
    return _of(editions._meta.db_table).days


def share(editions: type[Edition], one: Clause) -> float:
    """Return the share of rows that a condition finds; what is in no list of a column counts as rare."""
    return _of(editions._meta.db_table).share(one.elements) if one.elements else 0.0


def expected(editions: type[Edition], asked: Iterable[Clause]) -> float:
    """Return how many rows are expected to meet all conditions on lists; what occurs rarely counts as not at all."""
    shares = (share(editions, one) for one in asked if one.elements)
    return _of(editions._meta.db_table).rows * prod(shares)


def _of(table: str) -> Frequencies:
    known = _KNOWN.get(table)
    if known is None or time.monotonic() - known.read_at > KEPT:
        known = _KNOWN[table] = _read(table)
    return known


def _read(table: str) -> Frequencies:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT attname, most_common_elems::text::text[], most_common_elem_freqs::float8[],"
            " CASE WHEN attname = 'date' THEN histogram_bounds::text::date[] END,"
            " (SELECT reltuples FROM pg_class WHERE oid = %s::regclass)"
            " FROM pg_stats WHERE schemaname = current_schema() AND tablename = %s"
            " AND (most_common_elems IS NOT NULL OR attname = 'date')",
            [table, table],
        )
        found = cursor.fetchall()
    # Behind the shares of the elements stand the least and the greatest of them, and that of rows without any.
    shares = {
        name: dict(zip(elements, frequencies, strict=False))
        for name, elements, frequencies, *_rest in found
        if elements
    }
    known: list[date] = next((row[3] for row in found if row[3]), [])
    return Frequencies(max((row[4] for row in found), default=0.0), shares, known, time.monotonic())
