"""The list of moments that a question finds, and the entries made of them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cache
from typing import TYPE_CHECKING, Any

import orjson

from config.api.ahead import Ahead
from config.api.as_of import moment
from config.api.filters.dates import MATCHES
from config.api.pagination import COUNTED
from config.api.sql import Clause, joined
from records.api.moments.finding import Finding
from records.api.moments.question import Question
from records.api.moments.steps import Steps
from records.api.moments.tables import still, with_moments
from records.api.pages import Pages, fetch, fetch_in_time
from records.api.whole import Found, find
from records.as_of import halves
from records.bulk import as_array
from records.models import Stream
from records.publishing.documents import reference_row
from records.registry import all_kinds, kind_named

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from uuid import UUID

    from config.api.fields import Selection, Shape
    from config.api.pagination import Ordering, Page, Row
    from records.models import Edition, Fact

#: Entries of whole lists whose documents are read at once.
READ_AT_ONCE = 500
#: More than there will be.
_ALL = 2**40


@dataclass(frozen=True, slots=True)
class MomentListing(Pages):
    """A list of moments, as `serve_page` asks for its rows: key, id, count, position, and the entry as JSON."""

    question: Question
    ordering: Ordering
    selection: Selection | None
    shape: Shape
    _found: list[Finding] = field(default_factory=list)

    @property
    def found(self) -> Finding:
        """How its moments are found."""
        if not self._found:
            self._found.append(Finding.of(self.question))
        return self._found[0]

    def rows(self, page: Page, *, are_bare: bool = False) -> list[Row]:  # noqa: ARG002 - entries are made in any case
        """The rows of a page, and one more when there is another."""
        if self.question.is_vain:
            return []
        return list(self._entries(fetch(self._page(page))))

    def completed(self, rows: Sequence[Row]) -> Sequence[Row]:
        return rows

    def document(self, row: Row) -> str:
        text: str = row[4]
        return self.selection.apply(text) if self.selection else text

    def count(self, how: str | None) -> int:
        """Count all, within a time limit, or up to a thousand and one."""
        if self.question.is_vain:
            return 0
        if how != "exact":
            return int(fetch(self._counted())[0][0])
        each = self.found.each(_ALL)
        return int(
            fetch_in_time(Clause(f"SELECT count(*) FROM ({each.sql}) AS counted", each.values))[0][
                0
            ]
        )

    def _counted(self) -> Clause:
        """How many there are, counted up to one more than is shown."""
        most, found = COUNTED + 1, self.found
        # So many as are met often are sooner met than found.
        each = (replace(found, listed=None) if found.is_often else found).each(most)
        every = Clause(f"SELECT count(*) FROM ({each.sql}) AS counted", each.values)
        if (proven := found.proven) is None:
            return every
        return Clause(
            f"SELECT CASE WHEN (SELECT count(*) FROM ({proven.sql} LIMIT {most}) AS proven) = {most} THEN {most} ELSE ({every.sql}) END",
            proven.values + every.values,
        )

    def find_all(self, page: Page) -> Found:
        """The moments of a page and of all that follow it, as they are now: each with the edition that states it, and its place there."""
        if self.question.is_vain:
            return Found()
        steps = Steps(self.ordering.descending, self._first_of(page))
        rows, rank, order = self._ordered(steps, None), self.question.rank, self._order(steps)
        statement = Clause(
            f"SELECT edition.position, chosen.stream, place, {rank.sql} FROM ({rows.sql}) AS chosen"
            f" {with_moments('chosen')}"
            f" JOIN LATERAL ({_editions('position')}) AS edition ON TRUE"
            f" ORDER BY {order.replace('date', 'chosen.date')}",
            (*rank.values, *rows.values),
        )
        return find(statement, is_computed=True)

    def read(self, found: Found) -> Iterator[Row]:
        """Entries of moments that were found. Editions never change, so they are those that stated them."""

        def ask(start: int) -> None:
            if start < len(found.positions):
                part = slice(start, start + READ_AT_ONCE)
                streams = {stream for stream, _place, _rank in found.computed[part]}
                ahead.ask(_documents(found.positions[part], streams))

        with Ahead() as ahead:
            ask(0)
            for start in range(0, len(found.positions), READ_AT_ONCE):
                end = start + READ_AT_ONCE
                documents = {
                    position: orjson.loads(document) for position, document in ahead.rows()
                }
                ask(end)
                facts: dict[int, list[Fact]] = {}
                for position, (stream, place, rank) in zip(
                    found.positions[start:end], found.computed[start:end], strict=True
                ):
                    name, document = Stream(stream).label, documents[position]
                    if position not in facts:
                        facts[position] = list(kind_named(name).editions.moments(document))
                    entry = entry_of(name, document, facts[position][place], rank)
                    yield (None, "", None, position, orjson.dumps(entry).decode())

    def _ordered(self, steps: Steps, size: int | None) -> Clause:
        """Moments on the cursor's side, each once: those that come first up to a size from each range of the index, or all."""
        rows = self._ordered_now(steps, size)
        if moment() is None:
            return rows
        then = self.question.replaced
        if steps.cursor is not None:
            then = self._behind(then, steps)
        return joined(" UNION ALL ", [still(rows), then])

    def _ordered_now(self, steps: Steps, size: int | None) -> Clause:
        if self.found.are_few or (size is None and self.found.listed is not None):
            rows = self.found.gathered()
            return rows if steps.cursor is None else self._behind(rows, steps)
        rows = self.found.walked(size, steps)
        if aside := self.found.aside:
            aside = aside if steps.cursor is None else self._behind(aside, steps)
            rows = joined(" UNION ALL ", [rows, aside])
        if self.found.most_times > 1:
            rows = Clause(f"SELECT DISTINCT * FROM ({rows.sql}) AS each_of", rows.values)
        return rows

    @property
    def _key(self) -> str:
        """The day that moments are sorted by; what has none comes last either way."""
        if self.ordering.descending:
            return "COALESCE(NULLIF(date, 'infinity'), '-infinity')"
        return "date"

    def _order(self, steps: Steps) -> str:
        return f"{self._key} {steps.way}, record_id {steps.way}, place {steps.way}"

    def _page(self, page: Page) -> Clause:
        """The statement for a page: moments in order, each with the document that states it, once for each record."""
        steps = Steps(self.ordering.descending, page.cursor)
        size = page.size + 1
        rows, order = self._ordered(steps, size), self._order(steps)
        total = Clause("NULL") if page.count is not None else self._counted()
        rank = self.question.rank
        documents = _editions("position, document", "chosen.nth = 1 AND ")
        return Clause(
            f"WITH chosen AS (SELECT *, row_number() OVER (PARTITION BY record_id ORDER BY place) AS nth FROM"
            f" (SELECT * FROM ({rows.sql}) AS found ORDER BY {order} LIMIT {size}) AS first_of)"
            f" SELECT NULLIF(chosen.date, 'infinity'), chosen.record_id || '.' || chosen.place, ({total.sql}), edition.position,"
            f" chosen.record_id, chosen.place, chosen.stream, {rank.sql}, edition.document FROM chosen"
            f" {with_moments('chosen')} LEFT JOIN LATERAL ({documents}) AS edition ON TRUE"
            f" ORDER BY {order.replace('date', 'chosen.date')}",
            (*rows.values, *total.values, *rank.values),
        )

    def _behind(self, rows: Clause, steps: Steps) -> Clause:
        """Those of rows that lie on the cursor's side."""
        cursor = steps.cursor
        assert cursor is not None, "a cursor is asked for"  # noqa: S101 - for the type
        record, _, place = cursor.id.partition(".")
        at = cursor.key or self.ordering.unknown
        return Clause(
            f"SELECT * FROM ({rows.sql}) AS gathered WHERE ({self._key}, record_id, place) {steps.operator} (%s::date, %s::uuid, %s::smallint)",
            (*rows.values, at, record, int(place)),
        )

    def _entries(self, rows: Sequence[Any]) -> Iterator[Row]:
        documents = {
            record: (position, orjson.loads(document), Stream(stream).label)
            for _key, _id, _total, position, record, _place, stream, _rank, document in rows
            if document is not None
        }
        facts: dict[UUID, list[Fact]] = {}
        for key, row_id, total, _position, record, place, _stream, rank, _document in rows:
            position, document, name = documents[record]
            if record not in facts:
                facts[record] = list(kind_named(name).editions.moments(document))
            entry = entry_of(name, document, facts[record][place], rank)
            yield (key, row_id, total, position, orjson.dumps(entry).decode())


@cache
def _stating() -> dict[int, type[Edition]]:
    """The editions that state facts, by stream."""
    return {
        int(kind.editions.stream): kind.editions for kind in all_kinds() if kind.editions.stream
    }


def _documents(positions: Iterable[int], streams: Iterable[int]) -> Clause:
    """Editions by their positions, of what is in these streams: position and document."""
    wanted = as_array(dict.fromkeys(positions))
    tables = [_stating()[stream]._meta.db_table for stream in streams]
    each = [
        f"SELECT position, document FROM {table} WHERE position = ANY(%s::bigint[])"
        for table in tables
    ]
    return Clause(" UNION ALL ".join(each), (wanted,) * len(each))


def _editions(columns: str, condition: str = "") -> str:
    """The current edition of the record of a `chosen` moment."""
    return " UNION ALL ".join(
        f"SELECT {columns} FROM {table} WHERE {condition}chosen.stream = {stream}"
        " AND record_id = chosen.record_id AND superseded_at IS NULL"
        for stream, editions in _stating().items()
        # As of an instant a moment is of no tombstone, so that the halves have them all.
        for table in (halves(editions) if moment() else [editions._meta.db_table])
    )


def entry_of(name: str, document: dict[str, Any], fact: Fact, rank: int | None) -> dict[str, Any]:
    """Return the entry of a fact in the document of a record of some kind."""
    kind = kind_named(name)
    return {
        "date": fact.date,
        "end": fact.end,
        "kind": fact.kind,
        "match": None if rank is None else MATCHES[rank],
        "object": name,
        "record": reference_row(kind, document)["body"],
        "states": fact.states,
        "persons": fact.persons,
        "label": fact.label,
        "url": kind.path(document["id"]),
    }
