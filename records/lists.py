"""What the lists of the desk are asked: the filters of the API, over working records.

The same declarations read the same parameters. Their conditions are asked of editions, for records that are public as they are, and
of previews for all others (`records.at_desk`).
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache, partial
from math import inf, prod
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import connection
from django.db.models import BooleanField, Q
from django.db.models.expressions import RawSQL
from django.utils.http import urlencode

from config.api.filters.dates import days_asked
from config.api.pagination import Cursor, Ordering, Page
from config.api.problems import Problem
from config.api.query import Query
from config.api.sql import NOTHING, Clause, all_of, compiled, select, table_of
from config.dates.lengths import Length
from config.faults import Fault
from records.at_desk import at_desk, current, previewed, tables_in
from records.badges import CONDITIONS, Badge
from records.bulk import among
from records.desk_search import often_asked, words_of
from records.lookup.published import WrittenReferences
from records.models import CURRENT, EditorialState, WorkingWord
from records.registry import filters_of
from records.ways.frequencies import begun, share, worded
from records.ways.frequencies import rows as count_of
from records.ways.statement import Wanted, statement

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from django.db.models import QuerySet

    from config.api.notes import Note
    from records.models import Edition
    from records.registry import Kind

#: Records that are public as they are: their editions say what they say.
AS_PUBLISHED = CONDITIONS[Badge.PUBLISHED]
#: All others, but for those that lead to another record.
PREVIEWED = ~Q(editorial_state=EditorialState.MERGED) & ~AS_PUBLISHED
#: Rows that are read beyond those that are needed, for some share their day with the last one. Where they are more, it is read on.
SAME_DAY = 50
#: The share of editions from which on rows are read in pages of so many.
OFTEN, NEAR = 0.05, 300
#: Rows of a half that are read in whatever order: of no more, none is looked for again in order.
FOUND = 1_500
#: Rows that are read at once, and how many of them may be read for one that is found.
MOST_READ, IN_VAIN = 5_000, 25
#: A list counts up to this many rows: beyond it, a search is of more use than a page number.
COUNTED = 500
# What a row costs in microseconds: one that is read by its filters and then looked up for its words; an edition that an index finds by
# words and filters; a record that is read in order for its words, and its edition that is looked up.
LOOKED_UP, FOUND_AT_ONCE, READ_FOR_WORDS, EDITION_LOOKED_UP = 4.0, 2.0, 0.2, 4.0


@dataclass(frozen=True)
class Asked:
    """What a list is asked by the filters of the API."""

    kind: Kind
    clauses: Sequence[Clause] = ()
    faults: Sequence[Fault] = ()
    notes: Sequence[Note] = ()
    #: The record that each value names, by its parameter and as it was written.
    named: dict[tuple[str, str], UUID] = field(default_factory=dict)

    @property
    def is_understood(self) -> bool:
        """Whether everything was understood: else no row is meant, and nothing can be done to any by mistake."""
        return not self.faults and all(note.code != "unresolved_reference" for note in self.notes)

    def filtered(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """Return the rows that meet all conditions, for what works on all of them; `Halves` has the pages of a list."""
        if not self.is_understood:
            return rows.none()
        if not self.clauses:
            return rows
        as_published, previewed_ = (Q(pk__in=ids) for ids in self._found())
        return rows.filter((AS_PUBLISHED & as_published) | (PREVIEWED & previewed_))

    def halves(self, rows: QuerySet[Any], badge: str = "", groups: Sequence[Group] = ()) -> Halves:
        """Return the same rows, apart: those whose editions are asked, and those whose previews are.

        Of rows that all have a badge, one half is empty. Rows that are sorted in groups are those of one group after the other.
        """
        editions, previews = self._found()
        found = Halves(
            rows,
            rows.filter(AS_PUBLISHED, pk__in=editions),
            rows.filter(PREVIEWED, pk__in=previews),
            groups=[partial(self._halves_of_group, *group) for group in groups],
        )
        if badge in Badge.values and badge != Badge.PUBLISHED:
            return Halves(rows, found.halves[1])
        if not self._is_listed_as_public(rows):
            return found
        return ByDay(self.kind, self.clauses, found)

    def _halves_of_group(self, rows: QuerySet[Any], name: str, word: str) -> Halves:
        """Return the halves of a group. Where the API can be asked for it too, its index finds the group beside the filters."""
        of_group = ask(self.kind, [(name, word)]).clauses
        return Asked(self.kind, [*self.clauses, *of_group]).halves(rows)

    def _is_listed_as_public(self, rows: QuerySet[Any]) -> bool:
        """Whether editions are asked alone, for a list in an order that they have too."""
        if not self.kind.editions.listed_by or NOTHING in self.clauses:
            return False
        usual = tuple(rows.model._meta.ordering)  # its last is the key: what is behind says nothing
        as_usual = rows.query.order_by[: len(usual)] == usual
        return as_usual and not any(tables_in(one.sql) for one in self.clauses)

    def _found(self) -> tuple[RawSQL, RawSQL]:
        """Return the statements that give the ids of records that meet the conditions, as published and as previewed."""
        editions = self.kind.editions
        found = []
        for source in (current, previewed):
            where = all_of(self.clauses)
            found.append(_ids(editions, source(editions), where))
        first, second = found
        return first, second


def _ids(editions: type[Edition], rows: str, where: Clause) -> RawSQL:
    table = table_of(editions)
    tables = tables_in(where.sql)
    half = f"{editions._meta.db_table}_half"
    source, definitions = f"({rows})", ""
    if not tables and rows == current(editions):
        # By its own name, so that nothing stands between a question and the indexes.
        source, where = "", readable(editions) & where
    elif tables:
        # Before the others, so that within it the name still means the table.
        source = half
        every = {half: rows, **tables}
        definitions = "WITH " + ", ".join(
            f'"{name}" AS NOT MATERIALIZED ({query})' for name, query in every.items()
        )
    found = select(f"{table}.record_id", f"{source and f'{source} AS '}{table}", where)
    return RawSQL(f"{definitions} {found.sql}".strip(), found.values)  # noqa: S611 - statements of ours


#: Rows of a group in a sorted list, and what the API would be asked for them: a parameter and its value.
Group = tuple["QuerySet[Any]", str, str]


@cache
def readable(editions: type[Edition]) -> Clause:
    return compiled(editions, CURRENT)


class Halves:
    """The pages of a list of which some rows are found by their editions, and the others by their previews.

    Asked together, PostgreSQL would find all rows of both before it sorts them.
    """

    def __init__(
        self,
        rows: QuerySet[Any],
        *halves: QuerySet[Any],
        groups: Sequence[Callable[[], Halves]] = (),
    ) -> None:
        self.rows = rows
        self.halves = halves
        self.groups = groups
        self._some: list[list[Any]] = []  #: of the halves that were read
        self._most = 0

    def counted(self, most: int) -> int:
        """Return how many rows there are, up to `most`, read in whatever order is cheapest."""
        if most > self._most:
            # Of groups each says whether it has few rows.
            self._most = most if self.groups else max(most, FOUND)
            self._some = []
        for half in self.halves[len(self._some) :]:
            if sum(map(len, self._some)) < most:
                self._some.append(list(half.order_by().values_list("pk", flat=True)[: self._most]))
        return min(most, sum(map(len, self._some)))

    def keys(self, first: int, last: int) -> Sequence[Any]:
        """Return the keys of the rows from `first` on, up to `last`, in order."""
        self.counted(last)
        # Of few rows all are known already.
        known = [some if len(some) < self._most else None for some in self._some]
        known += [None] * (len(self.halves) - len(known))
        keys: list[Any] = []
        if self.groups and None in known:
            for group in self.groups:
                keys += group().keys(0, last - len(keys))
                if len(keys) >= last:
                    break
            return keys[first:last]
        for half, every in zip(self.halves, known, strict=True):
            keys += half.values_list("pk", flat=True)[:last] if every is None else every
        # All of them, or PostgreSQL would look for the first in an index of all rows.
        rows = self.rows.filter(among("pk", keys))
        return list(rows.values_list("pk", flat=True))[first:last]


class ByDay(Halves):
    """The same of a kind that the desk lists by the first day, as the API does: editions and previews have it too.

    Editions are found by the API's ways (`records.ways`). Both are read in order, and counted so.
    """

    def __init__(self, kind: Kind, clauses: Sequence[Clause], unordered: Halves) -> None:
        super().__init__(unordered.rows)
        self._unordered = unordered
        self._editions = as_published(kind, clauses, self.rows.filter(AS_PUBLISHED))
        previews = self.rows.filter(PREVIEWED)
        self._changed = partial(PreviewsByDay, kind.editions, clauses, previews)
        self._previews = self._changed(-inf)

    def counted(self, most: int) -> int:
        found = self._first(most)
        return self._unordered.counted(most) if found is None else len(found)

    def keys(self, first: int, last: int) -> Sequence[Any]:
        found = self._first(last)
        if found is None:
            return self._unordered.keys(first, last)
        return [key for _day, key in found[first:]]

    def _first(self, count: int) -> list[Place] | None:
        """Return the first so many rows; None where too few of those that are read meet what only the records are asked."""
        public = self._editions.first(count)
        if self._editions.is_in_vain:
            return None
        end = public[-1][0] if public and len(public) == count else inf
        if self._previews.end < end:
            self._previews = self._changed(end)
        changed = self._previews.first(count)
        if self._previews.is_in_vain:
            return None
        return sorted([*public, *changed])[:count]


#: How many days before the last of all the first one lies, those without one behind all others, and the key.
Place = tuple[float, Any]


def day_of(table: str) -> str:
    """Return the first day of an edition or a preview, as the desk lists it."""
    return f"CASE WHEN NOT {table}.starts_unknown THEN {table}.date END"


class RowsByDay:
    """Rows of one half in the order of the desk, read as far as they are needed."""

    #: Rows that are read in any case, however few of them are found.
    tried = 2 * SAME_DAY

    def __init__(
        self, editions: type[Edition], clauses: Sequence[Clause], rows: QuerySet[Any]
    ) -> None:
        self.editions = editions
        self.clauses = clauses
        self.rows = rows.order_by()
        self.found: list[Place] = []
        self.is_read = self.is_in_vain = False
        self._read = 0

    def first(self, count: int) -> list[Place]:
        """Return the first so many rows."""
        while len(self.found) < count and not self.is_read:
            wanted = count - len(self.found)
            if self._read:
                wanted = min(MOST_READ, wanted * self._read // max(1, len(self.found)))
            places = self.read(wanted)
            # What the list has is for the records to say: one may be changed since its edition was made.
            rows = self.rows.filter(among("pk", [key for _day, key in places]))
            there = set(rows.values_list("pk", flat=True))
            self.found += [each for each in places if each[1] in there]
            self._read += len(places)
            if self._read > self.tried and len(self.found) * IN_VAIN < self._read:
                self.is_read = self.is_in_vain = True
        return self.found[:count]

    def read(self, count: int) -> list[Place]:
        """Return the next rows of the half, some so many."""
        raise NotImplementedError

    def in_order(self, source: str, where: Clause, count: int, offset: int) -> Clause:
        """Return a statement for so many rows of a table that stands there as the editions do, behind those that were read."""
        table = table_of(self.editions)
        asked = select(f"{day_of(table)}, {table}.record_id::text", source, where)
        order = f"{day_of(table)} DESC NULLS LAST, {table}.record_id LIMIT {count} OFFSET {offset}"
        return Clause(f"{asked.sql} ORDER BY {order}", asked.values)

    def fetch(self, asked: Clause) -> list[Place]:
        with connection.cursor() as cursor:
            cursor.execute(asked.sql, asked.values)
            return [(-day.toordinal() if day else inf, UUID(row[0])) for day, *row in cursor]


class EditionsByDay(RowsByDay):
    """Records that are public as they are. What has no first day is read apart: the API may know days of it all the same."""

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        begins = Clause(f"NOT {table_of(self.editions)}.starts_unknown")
        asked = [*self.clauses, replace(begins, led=begins)]
        order = Ordering("date", descending=True, is_nullable=True)
        self._wanted = Wanted(self.editions, (), readable(self.editions), asked, order)
        # A walk that ends before the page is full is in vain: what is met often is read in short pages.
        self._is_met_often = prod(share(self.editions, one) for one in self.clauses) > OFTEN
        self._cursor: Cursor | None = None
        self._are_dated_read = False
        self._waiting: list[Place] = []  #: of a day of which there may be more

    def read(self, count: int) -> list[Place]:
        """Return the next rows of the half, and some more, for some were changed since."""
        if self._are_dated_read:
            return self._undated()
        size = count + count // 8 + SAME_DAY
        if self._is_met_often and size < 2 * NEAR + SAME_DAY:
            size = min(size, NEAR)
        found = self.fetch(statement(Page(size - 1, self._cursor, "none", b""), self._wanted))
        self._are_dated_read = len(found) < size
        found = self._waiting + found
        self._waiting = []
        if not self._are_dated_read:
            # Of equal days the API has the higher key first, and of the last one there may be more.
            last, key = found[-1]
            self._cursor = Cursor(">", date.fromordinal(-int(last)), str(key))
            self._waiting = [each for each in found if each[0] == last]
            found = found[: -len(self._waiting)]
        return sorted(found)

    def _undated(self) -> list[Place]:
        """Return all at once, for they are few: of these an index has those that may have lasted long."""
        table = table_of(self.editions)
        undated = Clause(f"{table}.starts_unknown AND {table}.length > {Length.DECADE:d}")
        where = all_of([readable(self.editions), undated, *self.clauses])
        self.is_read = True
        return sorted(self.fetch(select(f"NULL::date, {table}.record_id::text", table, where)))


class EditionsOfWords(RowsByDay):
    """The same of few that have some words in their labels: an index finds all of them, by words and filters."""

    def __init__(
        self,
        editions: type[Edition],
        clauses: Sequence[Clause],
        rows: QuerySet[Any],
        words: Sequence[Sequence[str]],
    ) -> None:
        super().__init__(editions, clauses, rows)
        self._words = words

    def read(self, count: int) -> list[Place]:
        """Return the next rows of the half, and some more, for some were changed since."""
        table = table_of(self.editions)
        label = words_of(f"chancery_folded({table}.label)")
        have = [Clause(f"{label} && %s::text[]", (list(those),)) for those in self._words]
        where = all_of([readable(self.editions), *self.clauses, *have])
        size = count + count // 8 + SAME_DAY
        found = self.fetch(self.in_order(table, where, size, self._read))
        self.is_read = len(found) < size
        return found


class RecordsOfWords(EditionsByDay):
    """The same read from the records, whose index in order has their words; the edition of each that has them is asked the rest."""

    def __init__(
        self,
        editions: type[Edition],
        clauses: Sequence[Clause],
        rows: QuerySet[Any],
        parts: Sequence[str],
    ) -> None:
        super().__init__(editions, clauses, rows)
        table, record = table_of(editions), table_of(rows.model)
        edition = Clause(f"{table}.record_id = {record}.id AND NOT {table}.starts_unknown")
        # With an OFFSET it is asked row by row, and none further than rows are taken.
        asked = select("", table, all_of([readable(editions), edition, *clauses]))
        day = editions.listed_by
        dated: QuerySet[Any] = rows.model._default_manager.filter(**{f"{day}__isnull": False})
        for part in parts:
            dated = dated.filter(**{f"{editions.named_by}__often_has_part": part})
        lasts = [span.last for clause in clauses for span in clause.spans]
        if lasts and None not in lasts:
            dated = dated.filter(**{f"{day}__lte": max(filter(None, lasts))})
        exists = RawSQL(f"EXISTS ({asked.sql} OFFSET 0)", asked.values, BooleanField())  # noqa: S611 - ours
        self._dated = dated.filter(exists).order_by(*rows.model._meta.ordering)

    def read(self, count: int) -> list[Place]:
        """Return the next rows of the half, and some more, for some were changed since."""
        if self._are_dated_read:
            return self._undated()
        size = count + count // 8 + SAME_DAY
        rows = self._dated.values_list(self.editions.listed_by, "pk")
        found = [(-day.toordinal(), key) for day, key in rows[self._read : self._read + size]]
        self._are_dated_read = len(found) < size
        return found


def as_published(kind: Kind, clauses: Sequence[Clause], rows: QuerySet[Any]) -> RowsByDay:
    """Return the half that is public as it is, read in the way that costs least, as far as statistics tell."""
    editions = kind.editions
    parts = often_asked(rows, editions.named_by) if editions.named_by else []
    words = [WorkingWord.with_part(kind.name, part) for part in parts]
    known = [those for those in words if those is not None]
    if not known or len(known) < len(words):
        return EditionsByDay(editions, clauses, rows)
    by_filters, by_words, by_records = prices(editions, clauses, known)
    if by_words <= min(by_filters, by_records):
        return EditionsOfWords(editions, clauses, rows, known)
    if by_records < by_filters:
        return RecordsOfWords(editions, clauses, rows, parts)
    return EditionsByDay(editions, clauses, rows)


def prices(
    editions: type[Edition], clauses: Sequence[Clause], words: Sequence[Sequence[str]]
) -> tuple[float, float, float]:
    """Return what it costs to read editions by filters, to find them by words and filters, and to read records for words."""
    every, have_words = count_of(editions), prod(worded(editions, those) for those in words)
    met, on_days = (prod(of(editions, one) for one in clauses) for of in (share, begun))
    indexed = prod(share(editions, one) for one in clauses if one.elements)

    def until_counted(rate: float, rows: float) -> float:
        """How many of so many rows are read until enough are met, of which this is the rate."""
        return min(rows, (COUNTED + 1) / rate) if rate else rows

    beside = met / on_days if on_days else 0.0
    return (
        LOOKED_UP * until_counted(have_words, every * met),
        FOUND_AT_ONCE * every * have_words * indexed,
        READ_FOR_WORDS * until_counted(have_words * beside, every * on_days)
        + EDITION_LOOKED_UP * until_counted(beside, every * on_days * have_words),
    )


class PreviewsByDay(RowsByDay):
    """All others, up to a day behind which no row is needed."""

    tried = 1_000

    def __init__(
        self,
        editions: type[Edition],
        clauses: Sequence[Clause],
        rows: QuerySet[Any],
        end: float,
    ) -> None:
        super().__init__(editions, clauses, rows)
        self.end = end
        self._count = 0

    def read(self, count: int) -> list[Place]:
        """Return the next rows of the half."""
        table = table_of(self.editions)
        where = all_of(self.clauses)
        if self.end < inf:
            last = date.fromordinal(-int(self.end))
            where &= Clause(f"{day_of(table)} >= %s::date", (last,))
        source = f"({previewed(self.editions)}) AS {table}"
        found = self.fetch(self.in_order(source, where, count, self._count))
        self._count += len(found)
        self.is_read = len(found) < count
        return found


def ask(kind: Kind, parameters: Iterable[tuple[str, str]], besides: Sequence[Clause] = ()) -> Asked:
    """Read the parameters of a list, and ask `besides`. What is at fault is said, and nothing else is done then."""
    given = [(name, text) for name, text in parameters if text.strip()]
    if not given:
        return Asked(kind, besides)
    filters = filters_of(kind)
    try:
        query = Query(urlencode(given))
        query.refuse_unknown(filters.known)
        references = WrittenReferences()
        conditions = filters.read(query, references)
        with at_desk():
            references.resolve(query, days_asked(filters.known, query))
        query.refuse_faults()
        clauses = [*besides, *(condition(kind.editions) for condition in conditions)]
    except Problem as problem:
        return Asked(kind, faults=problem.faults or [Fault(problem.type.code, problem.detail)])
    return Asked(kind, clauses, notes=references.notes, named=references.named)
