"""Full text: which editions have the words, and the best of them first.

What is ranked is bounded: a word that a third of a million events have cannot be ranked over all of them in the time that a
page may take. Up to `RANKED` finds all are ranked; of more, the newest `RANKED` and those whose label or code is exactly what was
searched for. Of events and statements, where more than `RANKED` have the last word as it is written, those in which it is only
begun are not ranked. The bounded set depends on nothing but the finds, so that pages follow one another without gaps.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from django.contrib.postgres.fields import ArrayField

from config.api.notes import Note
from config.api.pagination import COUNTED, Ordering, selected
from config.api.query import Parameter
from config.api.sql import EVERYTHING, NOTHING, Clause, all_of, column, select, table_of
from records.api.months import Months
from records.api.pages import Listing, fetch
from records.api.whole import Found
from records.api.words import matches, question
from records.publishing.documents import sort_label
from records.ways.page import in_order, shown

if TYPE_CHECKING:
    from collections.abc import Sequence

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
    f" first, then labels that begin with the text, then the best matches, unless `ordering` is given. Of more than {RANKED:,} finds"
    " the newest are ranked, first those with the last word whole, and a note says so; ask with `ordering` to page through all of them.",
    {"type": "string", "maxLength": MAX_SEARCH_LENGTH},
    cost=4,
)

#: What an exact label or code counts, and a label that begins with what was searched for. No rank counts beside them.
EXACT, BEGINNING = 10, 5
#: Records with exactly the label are ranked up to here, where all finds are too many.
MOST_EXACT = 100
#: What a word counts: of prose, among other names, in the label.
WEIGHTS = "{0.2, 0.2, 0.4, 1}"


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


#: What other interfaces read as more than words: what stands in quotation marks, what joins and what excludes.
_SIGNS = re.compile(r"""["“”«»][^"“”«»]*\s[^"“”«»]*["“”«»]|\b(?:AND|OR|NOT)\b|(?<!\S)-\w""")


def notes_of_words(words: str | None) -> list[Note]:
    """Say that a search looks for words and nothing else, where it is written as if it did. A text in capitals has no such words."""
    if words is None or not _SIGNS.search(words if words != words.upper() else words.lower()):
        return []
    detail = (
        "Words are looked for, wherever they stand, and all of them must be there: quotation marks and a minus sign before a word are"
        " not read, and AND, OR and NOT are words like any other. For one or the other ask twice; to leave something out there are"
        " parameters with `__not`."
    )
    return [Note("search_words", SEARCH.name, words, detail)]


def begins(editions: type[Edition], words: str) -> Clause:
    """Whether the label begins with what was searched for."""
    label, _kind = column(editions, "sort_label")
    return Clause(f"starts_with({label}, %s)", (sort_label(words),))


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
class FoundListing(Listing):
    """A list of what a search finds, in any order but that of the best."""

    words: str = ""

    @property
    def filters(self) -> list[Clause]:
        """What is asked for beside the words."""
        return [self.readable, *self.asked]

    @property
    def where(self) -> Clause:
        """All that the rows must meet."""
        return all_of([*self.filters, matches(self.editions, self.words)])

    @property
    def _sums(self) -> None:
        """None: words are not summed up."""

    def rows(self, page: Page, *, are_bare: bool = False) -> list[Row]:
        """The rows of a page, and one more when there is another; bare ones lack `columns`."""
        if NOTHING in self.asked:
            return []
        columns = ("position",) if are_bare else ("position", *self.columns)
        if not self.editions.is_searched_by_date or self.ordering.rank is not None:
            return fetch(page.select(self.editions, columns, self.where, self.ordering))
        is_by_day = self.ordering.column == BY_DAY.column
        parts, counted = self._by_day(page) if is_by_day else self._otherwise(page)
        total = Clause("NULL")
        if page.count is None:
            total = Clause(f"SELECT LEAST(count(*), {COUNTED + 1}) FROM ({counted}) AS counted")  # noqa: S608 - parts of ours
        of_page = shown(
            page, parts, total, editions=self.editions, columns=columns, ordering=self.ordering
        )
        return fetch(of_page)

    def _by_day(self, page: Page) -> tuple[Clause, str]:
        """The parts of the statement for a page, and a query of them for the finds to be counted."""
        months = Months(self.editions, self.filters, self.words)
        if (
            page.count is None
            and page.cursor is None
            and not months.counts_whole(self.ordering, COUNTED)
        ):
            enough = max(COUNTED, page.size)
            finds, counted = months.finds("finds", page, self.ordering, enough), "TABLE finds"
        else:
            finds, counted = months.finds("finds", page, self.ordering, page.size), ""
            if page.count is None:
                many, counted = months.many(self.ordering, COUNTED)
                finds = Clause(f"{finds.sql}, {many.sql}", finds.values + many.values)
        order = in_order(page, self.ordering, "key", "record_id")
        first = f"SELECT key, record_id FROM finds {order} LIMIT {page.size + 1}"  # noqa: S608 - a part of ours
        return Clause(f"{finds.sql}, page AS MATERIALIZED ({first})", finds.values), counted

    def _otherwise(self, page: Page) -> tuple[Clause, str]:
        """The same: sort the finds if they are few enough to count, else read the list in its order and look for the words."""
        many, counted = Months(self.editions, self.filters, self.words).many(BY_DAY, COUNTED)
        table, key = table_of(self.editions), self.ordering.key(self.editions)
        side = EVERYTHING
        if page.cursor is not None:
            unique, kind = column(self.editions, "record_id")
            side = page.cursor.condition(self.editions, self.ordering, key, unique, kind)
        order = in_order(page, self.ordering, "key", "record_id")
        columns = f"{key.sql} AS key, {table}.record_id"
        joined = f"finds JOIN {table} ON {table}.record_id = finds.record_id AND {table}.superseded_at IS NULL"
        is_few = Clause(f"(SELECT count(*) FROM finds) <= {COUNTED}")  # noqa: S608 - parts of ours
        few = select(columns, joined, all_of([is_few, side]))
        read = select(columns, table, all_of([~is_few, self.where, side]))
        limit = f"{order} LIMIT {page.size + 1}"
        parts = Clause(
            f"{many.sql}, finds AS MATERIALIZED ({counted}),"
            f" page AS MATERIALIZED (({few.sql} {limit}) UNION ALL ({read.sql} {limit}))",
            many.values + few.values + read.values,
        )
        return parts, "TABLE finds"


@dataclass(frozen=True, slots=True)
class RankedListing(FoundListing):
    """A list of what a search finds, the best first."""

    def rows(self, page: Page, *, are_bare: bool = False) -> list[Row]:
        """The rows of a page, and one more when there is another. Each has the number of finds, up to one more than are ranked."""
        if NOTHING in self.asked:
            return []
        return fetch(self._page(page, () if are_bare else self.columns))

    def find_all(self, page: Page) -> Found:
        """All rows: of more finds than are ranked, in the order of publication, for a download leaves none out."""
        bare = replace(self, columns=self.computed)
        rows = bare.rows(replace(page, size=RANKED + MOST_EXACT, cursor=self._first_of(page)))
        if not self._is_bounded(rows) or page.cursor is not None:
            found = Found()
            found.add((row[3:] for row in rows), is_computed=bool(self.computed))
            return found
        plain = FoundListing(
            self.editions,
            self.columns,
            self.readable,
            self.asked,
            NEWEST_FIRST,
            self.document,
            self.shape,
            self.words,
        )
        return plain.find_all(page)

    def notes(self, found: Sequence[Row]) -> list[Note]:
        """What the reader must know: that not all finds are ranked."""
        if not self._is_bounded(found):
            return []
        what, whole = "last published", ""
        if self.editions.is_searched_by_date:
            what = "newest"
            whole = " Where so many have the last word as it is written, those in which it is only begun are left out."
        detail = (
            f"More than {RANKED:,} records have these words: the {what} {RANKED:,} are listed, with those whose label or code"
            f" is exactly this.{whole} Add words or filters, or ask with `ordering` to page through all."
        )
        return [Note("search_bounded", "search", self.words, detail)]

    @staticmethod
    def _is_bounded(found: Sequence[Row]) -> bool:
        return bool(found) and found[0][2] > RANKED

    def _newest(self) -> Clause:
        """The newest finds, one more than are ranked."""
        table, first = table_of(self.editions), self._first()
        columns = f"{table}.id, {table}.record_id, position, search, {first.sql} AS first"
        if not self.editions.is_searched_by_date:
            newest = select(f"{columns}, {table}.id AS age", table, self.where)
            return Clause(
                f"newest AS MATERIALIZED ({newest.sql} ORDER BY {table}.id DESC LIMIT {RANKED + 1})",
                first.values + newest.values,
            )
        many, found = Months(self.editions, self.filters, self.words).many(
            BY_DAY, RANKED, whole_first=True
        )
        joined = (
            f"(SELECT key, record_id FROM ({found}) AS found ORDER BY key DESC, record_id DESC LIMIT {RANKED + 1}) AS found"  # noqa: S608 - parts of ours
            f" JOIN {table} ON {table}.record_id = found.record_id AND {table}.superseded_at IS NULL"
        )
        newest = select(f"{columns}, found.key AS age", joined, EVERYTHING)
        return Clause(
            f"{many.sql}, newest AS MATERIALIZED ({newest.sql})", many.values + first.values
        )

    def _first(self) -> Clause:
        """What a find counts before its rank."""
        exact, beginning = is_exact(self.editions, self.words), begins(self.editions, self.words)
        return Clause(
            f"CASE WHEN {exact.sql} THEN {EXACT} WHEN {beginning.sql} THEN {BEGINNING} ELSE 0 END",
            exact.values + beginning.values,
        )

    def _page(self, page: Page, columns: Sequence[str | Clause]) -> Clause:
        newest = self._newest()
        asked, exact = question(self.words), is_exact(self.editions, self.words)
        cursor = page.cursor
        side = Clause("TRUE")
        if cursor is not None:
            side = cursor.condition(
                self.editions, self.ordering, Clause("rank"), "record_id", "uuid"
            )
        way = "ASC" if cursor is not None and cursor.is_backward else "DESC"
        chosen = selected(self.editions, columns)
        ranked = f"ts_rank('{WEIGHTS}', search, {asked.sql})::float8 + first"
        found = "(SELECT count(*) FROM newest)"
        exactly = select(
            f"id, record_id, position, search, {EXACT}",
            table_of(self.editions),
            all_of([Clause(f"{found} > {RANKED}"), self.where, exact]),
        )
        # Ranks are float8, which a cursor can carry without loss.
        steps = {
            "best": f"TABLE newest ORDER BY age DESC, record_id DESC LIMIT {RANKED}",
            "exact": f"{exactly.sql} ORDER BY id DESC LIMIT {MOST_EXACT}",
            "finds": "SELECT id, record_id, position, search, first FROM best UNION ALL "
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
            f"WITH RECURSIVE {newest.sql}, {', '.join(f'{name} AS MATERIALIZED ({step})' for name, step in steps.items())}"
            f" {whole.sql} ORDER BY page.rank {way}, page.record_id {way}"
        )
        return Clause(
            sql,
            (
                *newest.values,
                *exactly.values,
                *asked.values,
                *side.values,
                *chosen.values,
            ),
        )


NEWEST_FIRST = Ordering("published_at", descending=True)
BY_DAY = Ordering("date", descending=True, is_nullable=True)
BY_RANK = Ordering("", descending=True, rank=Clause("rank"))
