"""Full text: which editions have the words, and the best of them first.

What is ranked is bounded: a word that a third of a million events have cannot be ranked over all of them in the time that a
page may take. Up to `RANKED` finds all are ranked; of more, the newest `RANKED` and those whose label or code is exactly what was
searched for. The bounded set depends on nothing but the finds, so that pages follow one another without gaps.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from math import ceil
from typing import TYPE_CHECKING

import orjson
from django.contrib.postgres.fields import ArrayField

from config.api.notes import Note
from config.api.pagination import COUNTED, Ordering, selected
from config.api.query import Parameter
from config.api.sql import EVERYTHING, NOTHING, Clause, all_of, column, select, table_of
from records.api.pages import Listing, fetch, readable
from records.bulk import NAMES, PROSE
from records.publishing.documents import sort_label

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

    from config.api.pagination import Page, Row
    from config.api.query import Query
    from records.models import Edition

MAX_SEARCH_WORDS = 16
MAX_SEARCH_LENGTH = 200
#: Finds that are ranked. As many as totals count, so that a bounded list needs no other count.
RANKED = COUNTED

SEARCH = Parameter(
    "search",
    f"Full text, unaccented; all of up to {MAX_SEARCH_WORDS} words must be there, the last one perhaps only begun. Names are"
    " compared as they are, in every script; titles and summaries also by their English stems. An exact label or code comes"
    f" first, then the best matches, unless `ordering` is given. Of more than {RANKED:,} finds the newest are ranked, and a note"
    " says so; ask with `ordering` to page through all of them.",
    {"type": "string", "maxLength": MAX_SEARCH_LENGTH},
    cost=4,
)

#: What an exact label or code counts, beside which no rank counts.
EXACT = 10
#: Records with exactly the label are ranked up to here, where all finds are too many.
MOST_EXACT = 100
#: Finds in a share of events that is read off the index of dates without looking for the words first.
FREQUENT = 0.1
#: Months that the events of a busy archive lie within, to guess how many of them hold enough finds.
USUAL_MONTHS = 480

_HYPHENS = re.compile(r"[-‐‑–]+")  # noqa: RUF001 - the hyphens that people write


def read_search(query: Query) -> str | None:
    text = query.text("search", at_most=MAX_SEARCH_LENGTH)
    if text is None:
        return None
    words = text.split()
    if len(words) > MAX_SEARCH_WORDS:
        query.fault(
            "too_many_values",
            f"There are {len(words)} words; at most {MAX_SEARCH_WORDS} are searched.",
            "search",
        )
        return None
    return " ".join(words)


def question(words: str) -> Clause:
    """The words as the database searches for them: each as a name or as the stem of prose, the last one also as a beginning."""
    *whole, last = words.split()
    each = [_either(word, "AB") for word in whole]
    each.append(_either(last, "*"))
    return Clause(
        " && ".join(clause.sql for clause in each),
        tuple(value for clause in each for value in clause.values),
    )


def _either(word: str, weights: str) -> Clause:
    """A word among names (of these weights), or among prose. A compound is also looked for by all of its parts."""
    found = [
        (f"to_tsquery('{NAMES}', %s)", f"{_quoted(word)}:{weights}"),
        (f"to_tsquery('{PROSE}', %s)", f"{_quoted(word)}:C"),
    ]
    parts = [part for part in _HYPHENS.split(word) if part]
    if len(parts) > 1:
        found.append(
            (
                f"to_tsquery('{NAMES}', %s)",
                " & ".join(f"{_quoted(part)}:{weights}" for part in parts),
            )
        )
    return Clause(
        f"({' || '.join(sql for sql, _value in found)})", tuple(value for _sql, value in found)
    )


def _quoted(word: str) -> str:
    escaped = word.replace("\\", "\\\\").replace("'", "''")
    return f"'{escaped}'"


def matches(editions: type[Edition], words: str) -> Clause:
    name, _kind = column(editions, "search")
    asked = question(words)
    return Clause(f"{name} @@ ({asked.sql})", asked.values)


def is_exact(editions: type[Edition], words: str) -> Clause:
    """Whether the label, or a code, is what was searched for."""
    label, _kind = column(editions, "sort_label")
    conditions, values = [f"{label} = %s"], [sort_label(words)]
    if editions.code_column:
        code, _kind = column(editions, editions.code_column)
        if isinstance(editions._meta.get_field(editions.code_column), ArrayField):
            conditions.append(f"{code} @> ARRAY[%s]")
            values.append(words.upper())
        else:
            conditions.append(f"lower({code}) = %s")
            values.append(words.lower())
    return Clause(f"({' OR '.join(conditions)})", tuple(values))


@dataclass(frozen=True, slots=True)
class Newest:
    """A statement for the newest finds, one more than are ranked; or for all of them, as long as they are not more."""

    sql: Clause
    is_whole: bool = False
    is_last: bool = False  #: it reads as far as it must

    def answers(self, count: int) -> bool:
        """Whether these are the finds to be ranked, if it found so many."""
        return self.is_last or (count <= RANKED if self.is_whole else count > RANKED)


@dataclass(frozen=True, slots=True)
class RankedListing(Listing):
    """A list of what a search finds, the best first."""

    words: str = ""

    @property
    def filters(self) -> Clause:
        """What is asked for beside the words."""
        return all_of([self.readable, *self.asked])

    @property
    def where(self) -> Clause:
        """All that the rows must meet."""
        return all_of([self.filters, matches(self.editions, self.words)])

    def rows(self, page: Page, *, are_bare: bool = False) -> list[Row]:
        """The rows of a page, and one more when there is another. Each has the number of finds, up to one more than are ranked."""
        if NOTHING in self.asked:
            return []
        found: list[Row] = []
        for newest in self._ways():
            found = fetch(self._page(page, newest, () if are_bare else self.columns))
            if newest.is_whole and not found and page.cursor is None:
                return []
            if found and newest.answers(found[0][2]):
                return found
        return found

    def rows_on(self, page: Page, found: list[Row]) -> Iterator[Row]:
        """All rows: of more finds than are ranked, in the order of publication, for a download leaves none out."""
        if not self._is_bounded(found) or page.cursor is not None:
            return super(RankedListing, self).rows_on(page, found)
        plain = Listing(
            self.editions,
            self.columns,
            self.readable,
            [*self.asked, matches(self.editions, self.words)],
            NEWEST_FIRST,
            self.document,
            self.shape,
        )
        return plain.rows_on(page, plain.rows(page))

    def notes(self, found: Sequence[Row]) -> list[Note]:
        """What the reader must know: that not all finds are ranked."""
        if not self._is_bounded(found):
            return []
        what = "newest" if self.editions.is_searched_by_date else "last published"
        detail = (
            f"More than {RANKED:,} records have these words: the {what} {RANKED:,} are listed, with those whose label or code"
            " is exactly this. Add words or filters, or ask with `ordering` to page through all."
        )
        return [Note("search_bounded", "search", self.words, detail)]

    @staticmethod
    def _is_bounded(found: Sequence[Row]) -> bool:
        return bool(found) and found[0][2] > RANKED

    def _ways(self) -> Iterator[Newest]:
        """Ways to the finds, the likely one first: by what the planner expects of the words."""
        expected, editions = self._expected()
        if expected <= RANKED * 3:
            yield Newest(self._finds(self.where), is_whole=True)
        if self.editions.is_searched_by_date and expected < editions * FREQUENT:
            newest = fetch(self._newest_days())
            days = [day for (day,) in newest if day is not None]
            months = ceil(USUAL_MONTHS * min(1.0, RANKED * 1.5 / max(expected, 1)))
            while days and months < USUAL_MONTHS:
                marks = " | ".join(f"'{mark}'" for mark in marks_since(months, days[-1], days[0]))
                name, _kind = column(self.editions, "search")
                asked = question(self.words)
                # One query of words and months, so that the index meets both before any row is read.
                recent = Clause(f"{name} @@ (({asked.sql}) && %s::tsquery)", (*asked.values, marks))
                yield Newest(self._finds(all_of([self.filters, recent]), newest_first=True))
                months *= 4
        yield Newest(self._finds(self.where, newest_first=True), is_last=True)

    def _expected(self) -> tuple[float, float]:
        """How many finds, and how many editions, the planner expects."""
        public = readable(self.editions)
        finds, editions = (
            select("", table_of(self.editions), each) for each in (self.where, public)
        )
        ((found,),) = fetch(
            Clause(
                f"EXPLAIN (FORMAT JSON) {finds.sql} UNION ALL {editions.sql}",
                finds.values + editions.values,
            )
        )
        plan = (found if isinstance(found, list) else orjson.loads(found))[0]["Plan"]
        rows = [each["Plan Rows"] for each in plan.get("Plans", ())]
        return (rows[0], rows[1]) if len(rows) == 2 else (0, 0)

    def _newest_days(self) -> Clause:
        """The days of the newest records, last first: the hundredth tells where "now" is, whatever lies in the future."""
        day = BY_DAY.key(self.editions).sql
        unique, _kind = column(self.editions, "record_id")
        public = readable(self.editions)
        return Clause(
            f"{select('date', table_of(self.editions), public).sql} ORDER BY {day} DESC, {unique} DESC LIMIT 100",
            public.values,
        )

    def _finds(self, where: Clause, *, newest_first: bool = False) -> Clause:
        exact = is_exact(self.editions, self.words)
        key = self._by_age()
        order = f" ORDER BY {key} DESC, record_id DESC" if newest_first else ""
        columns = f"id, record_id, position, search, {key} AS age, {exact.sql} AS is_exact"
        statement = select(columns, table_of(self.editions), where)
        return Clause(f"{statement.sql}{order} LIMIT {RANKED + 1}", exact.values + statement.values)

    def _by_age(self) -> str:
        return BY_DAY.key(self.editions).sql if self.editions.is_searched_by_date else "id"

    def _page(self, page: Page, newest: Newest, columns: Sequence[str | Clause]) -> Clause:
        asked, exact = question(self.words), is_exact(self.editions, self.words)
        cursor = page.cursor
        side = Clause("TRUE")
        if cursor is not None:
            side = cursor.condition(
                self.editions, self.ordering, Clause("rank"), "record_id", "uuid"
            )
        way = "ASC" if cursor is not None and cursor.is_backward else "DESC"
        chosen = selected(self.editions, columns)
        ranked = (
            f"ts_rank(search, {asked.sql})::float8 + CASE WHEN is_exact THEN {EXACT} ELSE 0 END"
        )
        found = "(SELECT count(*) FROM newest)"
        exactly = select(
            "id, record_id, position, search, TRUE",
            table_of(self.editions),
            all_of([Clause(f"{found} > {RANKED}"), self.where, exact]),
        )
        # Ranks are float8, which a cursor can carry without loss.
        steps = {
            "newest": newest.sql.sql,
            "best": f"TABLE newest ORDER BY age DESC, record_id DESC LIMIT {RANKED}",
            "exact": f"{exactly.sql} ORDER BY id DESC LIMIT {MOST_EXACT}",
            "finds": "SELECT id, record_id, position, search, is_exact FROM best UNION ALL "
            "SELECT * FROM exact WHERE id NOT IN (SELECT id FROM best)",
            "ranked": select(f"id, record_id, position, {ranked} AS rank", "finds", EVERYTHING).sql,
            "page": f"{select('*', 'ranked', side).sql} ORDER BY rank {way}, record_id {way} LIMIT {page.size + 1}",
        }
        whole = select(
            f"page.rank, page.record_id::text, {found}, page.position{', ' if columns else ''}{chosen.sql}",
            f"page JOIN {table_of(self.editions)} ON {table_of(self.editions)}.id = page.id",
            EVERYTHING,
        )
        sql = (
            f"WITH {', '.join(f'{name} AS MATERIALIZED ({step})' for name, step in steps.items())}"
            f" {whole.sql} ORDER BY page.rank {way}, page.record_id {way}"
        )
        return Clause(
            sql,
            (
                *newest.sql.values,
                *exactly.values,
                *asked.values,
                *side.values,
                *chosen.values,
            ),
        )


NEWEST_FIRST = Ordering("published_at", descending=True)
BY_DAY = Ordering("date", descending=True, is_nullable=True)
BY_RANK = Ordering("", descending=True, rank=Clause("rank"))


def marks_since(months: int, now: date, last: date) -> Iterator[str]:
    """The marks of the months up to `now` and of all that follows until `last`: whole years as one mark."""
    begin = now.year * 12 + now.month - months
    end = last.year * 12 + last.month - 1
    month = max(begin, 12)
    while month <= end:
        year, of_year = divmod(month, 12)
        if of_year == 0:
            yield f"year {year:04}"
            month += 12
        else:
            yield f"month {year:04}-{of_year + 1:02}"
            month += 1
