"""Whole lists: their rows are found at one moment, and their documents read while they are sent.

One statement finds which editions are on the list, and in which order. Editions never change, so that their documents can be
read afterwards in short statements, however long that takes: the list is the one that there was when it was asked for, no row is
missing or there twice whatever is published meanwhile, and no transaction stays open. A row costs eight bytes until it is sent.
The database reads the next documents while those before them are written.
"""

from __future__ import annotations

from array import array
from dataclasses import dataclass, field
from itertools import chain
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import connection, transaction

from config.api.ahead import Ahead
from config.api.pagination import selected
from config.api.sql import Clause, select, table_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from config.api.pagination import Row
    from records.models import Edition

#: Rows that are taken from the database at once while they are found.
FETCHED = 20_000
#: Characters of documents that are read at once, as estimated from the size of those before.
READ = 2_000_000
#: Documents that are read first, before their size is known; at least; and at most.
FIRST, LEAST, MOST = 100, 10, 1_000


@dataclass(frozen=True, slots=True)
class Found:
    """The rows of a list as they were at one moment: the positions of their editions, in order."""

    positions: array[int] = field(default_factory=lambda: array("q"))
    #: What is not stored but was computed of each row; empty where nothing is.
    computed: list[Sequence[Any]] = field(default_factory=list)

    def add(self, rows: Iterable[Sequence[Any]], *, is_computed: bool) -> None:
        """Add rows of a position and what was computed."""
        for position, *computed in rows:
            self.positions.append(position)
            if is_computed:
                self.computed.append(computed)


def find(statement: Clause, *, is_computed: bool) -> Found:
    """Run a statement for positions and what is computed, to its end, without having all of its rows in memory.

    It takes as long as the list is, and has the time of those who write.
    """
    found = Found()
    with transaction.atomic():
        with connection.cursor() as cursor:
            # All rows are taken: the way to the last one counts, not that to the first.
            cursor.execute(
                "SET LOCAL cursor_tuple_fraction = 1; SET LOCAL statement_timeout = %s",
                [settings.STATEMENT_TIMEOUT * 1_000],
            )
        with connection.chunked_cursor() as cursor:
            cursor.execute(statement.sql, statement.values)
            while rows := cursor.fetchmany(FETCHED):
                found.add(rows, is_computed=is_computed)
    return found


def read(found: Found, editions: type[Edition], columns: Sequence[str | Clause]) -> Iterator[Row]:
    """Read the rows that were found, as pages have them, but for key and id, which only cursors need: position and columns."""
    table = table_of(editions)
    stored = [each for each in columns if isinstance(each, str)]
    chosen = selected(editions, ("position", *stored))

    def ask(positions: list[int]) -> None:
        if positions:
            wanted = select(chosen.sql, table, Clause("position = ANY(%s)", (positions,)))
            ahead.ask(Clause(wanted.sql, chosen.values + wanted.values))

    start, positions = 0, found.positions[:FIRST].tolist()
    with Ahead() as ahead:
        ask(positions)
        while positions:
            rows = {row[0]: row[1:] for row in ahead.rows()}
            length = sum(
                len(value) for value in chain.from_iterable(rows.values()) if isinstance(value, str)
            )
            size = max(LEAST, min(MOST, READ * len(positions) // max(1, length)))
            end = start + len(positions)
            following = found.positions[end : end + size].tolist()
            ask(following)
            for place, position in enumerate(positions, start):
                values = rows[position]
                if found.computed:
                    values = _merged(columns, values, found.computed[place])
                yield (None, None, None, position, *values)
            start, positions = end, following


def _merged(
    columns: Sequence[str | Clause], stored: Sequence[Any], computed: Sequence[Any]
) -> list[Any]:
    """Stored and computed values in the order of the columns."""
    values, others = iter(stored), iter(computed)
    return [next(values if isinstance(each, str) else others) for each in columns]
