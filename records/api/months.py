"""Finds of a search in the order of their days, read month by month until there are enough (docs/decisions/0088).

An index of words gives its finds in no order, all of them or none. Full text holds the year and the month of each record, so that the
same index finds those of some months only: the newest first, then older ones, until a page is full and as many are found as are
counted. Each span of months is as long as the words are rare; the spans after it are never read.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from math import prod
from typing import TYPE_CHECKING

from config.api.pagination import Page
from config.api.sql import Clause, Span, all_of, column, joined, select, table_of
from records.api.words import matches, matches_before_last, matches_whole, shares
from records.publishing.documents import UNDATED
from records.ways.frequencies import days, found_by_lists, led, rows

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from config.api.pagination import Cursor, Ordering
    from records.models import Edition

#: Share of records from which on it is cheaper to ask each record of some months for a word that is only begun: an index reads all
#: words that begin so to the end before it has the first find.
BEGUN_OFTEN = 0.06
#: So many records at least: what fewer have is soon read.
BEGUN_MANY = 20_000
#: Share of records from which on a word is met in so many of them that they may as well be asked.
EVERYWHERE = 0.4
#: Share of all records, of whose months it is cheaper to look for none, and to find all that have the words.
PART = 0.2
#: Records that the first span has at least, and finds that it should have beyond those that are needed.
LEAST, MORE = 1_000, 1.25
#: How much longer than the first one the later spans become, in doublings: so that none costs more than a few pages.
DOUBLED = 3
#: Months from which on a span is made of whole years.
MONTHS = 18
#: Finds below which the words are the shorter way to events that lasted for years.
FEW = 5_000


@dataclass(frozen=True)
class Months:
    """What a search finds among the editions that meet all other conditions."""

    editions: type[Edition]
    asked: Sequence[Clause]  #: the first: that they are current
    words: str

    @cached_property
    def _shares(self) -> tuple[float, float, float]:
        """What statistics say of the words (`records.api.words.shares`)."""
        return shares(self.editions, self.words)

    @cached_property
    def _region(self) -> Region:
        return Region.of(self.asked)

    @property
    def is_often_begun(self) -> bool:
        """Whether so many records have a word that begins as the last one that an index had better not look for them."""
        begun = self._shares[1]
        return begun >= BEGUN_OFTEN and begun * rows(self.editions) >= BEGUN_MANY

    def many(
        self, ordering: Ordering, most: int, *, whole_first: bool = False
    ) -> tuple[Clause, str]:
        """The parts of a statement up to `every`, and a query of them: more than `most` finds, the first ones, or all there are.

        Those with the last word as it is written are looked for first, where that is cheaper or asked for (`whole_first`). If they
        are too few, all those in which it is begun.
        """
        first = Page(most, None, None, b"")
        if not whole_first and not self.counts_whole(ordering, most):
            return self.finds("every", first, ordering, most), "TABLE every"
        whole = self.finds("whole", first, ordering, most, is_whole=True)
        is_enough = f"(SELECT count(*) FROM whole) > {most}"  # noqa: S608 - parts of ours
        every = self.finds("every", first, ordering, most, unless=is_enough)
        parts = Clause(f"{whole.sql}, {every.sql}", whole.values + every.values)
        return parts, f"SELECT * FROM whole WHERE {is_enough} UNION ALL TABLE every"  # noqa: S608 - parts of ours

    def counts_whole(self, ordering: Ordering, most: int) -> bool:
        """Whether more than `most` finds probably have the last word as it is written, and are met before all others are."""
        if not BEGUN_OFTEN <= self._shares[2] < EVERYWHERE:
            return False
        size = self._size(most, is_whole=True)
        if not size or len(self._marks(Page(most, None, None, b""), ordering, size)) < 2:
            return False
        return self._region.share(days(self.editions)) * rows(self.editions) > size

    def _size(self, most: int, *, is_whole: bool) -> float:
        """How many records probably hold as many finds; 0 where those of all records are few, or nothing is known."""
        before, begun, whole = self._shares
        share = before * (whole if is_whole else begun)
        count = rows(self.editions)
        # What occurs rarely among lists counts as not at all. Of two states the postings say how often they occur together.
        share *= prod(
            led(self.editions, one) if one.lead else found_by_lists(self.editions, one) or 0.0
            for one in self.asked
            if one.elements
        )
        size = max(most * MORE / share, LEAST) if share else 0.0
        return size if size <= PART * count and days(self.editions) else 0.0

    def _marks(self, page: Page, ordering: Ordering, size: float) -> list[str]:
        """The marks of each span; none of size 0."""
        cursor = page.cursor
        if not size or (cursor is not None and cursor.key is None and not cursor.is_backward):
            return []  # behind the undated ones there is nothing that has a day
        is_down = page.way(ordering) == "DESC"
        part = size / rows(self.editions)
        spans = _spans(days(self.editions), part, is_down, cursor, self._region)
        return [_marks(*span) for span in spans]

    def finds(
        self,
        name: str,
        page: Page,
        ordering: Ordering,
        most: int,
        *,
        is_whole: bool = False,
        unless: str = "FALSE",
    ) -> Clause:
        """The parts of a statement up to the one of this name, which has `key` and `record_id` of finds from the page's place on.

        It has more than `most`, or all there are; the first ones in the order of reading are among them. To be written behind
        WITH RECURSIVE. `ordering` is by day. `is_whole`: those with the last word as it is written. Nothing is read if `unless`.
        """
        key = ordering.key(self.editions)
        beyond = self._beyond(page.cursor, ordering)
        size = self._size(most, is_whole=is_whole)
        if not size:
            # All at once, the index reads the words to their end but once.
            has_words = matches_whole if is_whole else matches
            every = has_words(self.editions, self.words)
            met = self._met(key, [*beyond, Clause(f"({unless}) IS NOT TRUE")], every)
            # The key is hidden from the index that has it in order: little is found.
            return Clause(
                f"{name} AS MATERIALIZED (SELECT key, record_id FROM ({met.sql}) AS met"  # noqa: S608 - parts of ours
                f" ORDER BY {ordering.hidden('key')} {page.way(ordering)}, record_id {page.way(ordering)} LIMIT {most + 1})",
                met.values,
            )
        text = self._text(is_whole=is_whole)
        before, behind = self._arms(page, ordering, text, self._is_few(is_whole=is_whole))
        marks = self._marks(page, ordering, size)
        walk = self._walk(
            f"{name}_walk", self._met(key, [*beyond, self._mark], text), marks, most, unless
        )
        found = [
            Clause(
                f"SELECT each.key, each.record_id FROM {name}_walk AS walk, unnest(walk.keys, walk.ids) AS each (key, record_id)"  # noqa: S608 - parts of ours
            )
        ]
        found += [
            self._met(key, [*beyond, Clause(f"({unless}) IS NOT TRUE")], arm) for arm in before
        ]
        # Those behind the spans are needed where the spans have too few.
        is_short = Clause(f"(SELECT max(met) FROM {name}_walk) <= {most}")  # noqa: S608 - parts of ours
        found += [self._met(key, [*beyond, is_short], arm) for arm in behind]
        every = joined(" UNION ALL ", found, "({})")
        return Clause(
            f"{walk.sql}, {name} AS MATERIALIZED ({every.sql})", walk.values + every.values
        )

    @staticmethod
    def _walk(name: str, met: Clause, marks: Sequence[str], most: int, unless: str) -> Clause:
        """Read span after span until more than `most` are found."""
        return Clause(
            f"{name} (step, met, keys, ids, marks) AS ("  # noqa: S608 - parts of ours
            f"SELECT 0, 0::bigint, NULL::date[], NULL::uuid[], %s::tsquery[] WHERE ({unless}) IS NOT TRUE UNION ALL"
            f" SELECT walk.step + 1, walk.met + span.met, span.keys, span.ids, walk.marks FROM {name} AS walk"
            f" CROSS JOIN LATERAL (SELECT count(*) AS met, array_agg(key) AS keys, array_agg(record_id) AS ids"
            f" FROM ({met.sql}) AS met) AS span WHERE walk.met <= {most} AND walk.step < cardinality(walk.marks))",
            (list(marks), *met.values),
        )

    @property
    def _mark(self) -> Clause:
        """What the records of a span have."""
        return Clause(f"{column(self.editions, 'search')[0]} @@ walk.marks[walk.step + 1]")

    def _met(self, key: Clause, needed: Sequence[Clause], text: Clause) -> Clause:
        table = table_of(self.editions)
        return select(
            f"{key.sql} AS key, {table}.record_id", table, all_of([*self.asked, *needed, text])
        )

    def _text(self, *, is_whole: bool) -> Clause:
        if is_whole:
            return matches_whole(self.editions, self.words)
        found = matches(self.editions, self.words)
        if self.is_often_begun:
            return all_of([matches_before_last(self.editions, self.words), self._of_each(found)])
        return found

    @staticmethod
    def _of_each(text: Clause) -> Clause:
        """The same as a condition that no index serves."""
        return Clause(f"({text.sql}) IS TRUE", text.values)

    def _is_few(self, *, is_whole: bool) -> bool:
        before, begun, whole = self._shares
        return before * (whole if is_whole else begun) * rows(self.editions) < FEW

    def _arms(
        self,
        page: Page,
        ordering: Ordering,
        text: Clause,
        is_few: bool,  # noqa: FBT001 - passed by position
    ) -> tuple[list[Clause], list[Clause]]:
        """What the spans leave out, each part as a condition: that which is read before them, and behind them.

        Few records lie beyond the days that are known; those that lasted for years may have begun before a range of days.
        """
        table, region, known = table_of(self.editions), self._region, days(self.editions)
        is_down, is_back = (
            page.way(ordering) == "DESC",
            page.cursor is not None and page.cursor.is_backward,
        )
        before: list[Clause] = []
        behind: list[Clause] = []
        if region.is_undated:
            search, _kind = column(self.editions, "search")
            undated = Clause(f"{search} @@ '{UNDATED}'::tsquery") & text
            (before if is_back else behind).append(undated)
        if page.cursor is not None and page.cursor.key is None and not is_back:
            return before, behind
        day = f"COALESCE({table}.date, '-infinity'::date)"  # as the index has it
        newest, oldest = date(known[-1].year, 12, 31), date(known[0].year, 1, 1)
        if region.last is None or region.last > newest:
            beyond = Clause(f"{day} > %s::date", (newest,)) & self._of_each(text)
            (before if is_down else behind).append(beyond)
        if region.first is None or region.first < oldest:
            beyond = Clause(
                f"{day} > '-infinity'::date AND {day} < %s::date", (oldest,)
            ) & self._of_each(text)
            (behind if is_down else before).append(beyond)
        if region.open:
            spanned = all_of(one for one in self.asked if one.spans)
            outside = region.outside(self.editions, oldest, newest)
            if not is_few:
                # An index has the days, but not the words: few of the rows that it gives are looked at.
                ids = select("record_id", table, all_of([self.asked[0], spanned, outside]))
                outside = Clause(f"{table}.record_id = ANY(ARRAY({ids.sql}))", ids.values)
                text = self._of_each(text)
            is_first = region.is_open_after if is_down else region.is_open_before
            (before if is_first else behind).append(outside & text)
        return before, behind

    def _beyond(self, cursor: Cursor | None, ordering: Ordering) -> list[Clause]:
        if cursor is None:
            return []
        key, unique = ordering.key(self.editions), f"{table_of(self.editions)}.record_id"
        return [cursor.condition(self.editions, ordering, key, unique, "uuid")]


@dataclass(frozen=True)
class Region:
    """Where the days of a list lie, as far as its conditions bound them."""

    first: date | None  #: no class of length with a bound begins before
    last: date | None
    latest_first: date | None  #: where what lasts for one day begins
    open: tuple[Span, ...]  #: classes of length that also begin outside
    is_undated: bool

    @classmethod
    def of(cls, asked: Sequence[Clause]) -> Region:
        spans = next((one.spans for one in asked if one.spans), ())
        dated = [span for span in spans if not span.is_undated]
        first = min((span.first for span in dated if span.first), default=None)
        last = max((span.last for span in dated if span.last), default=None)
        latest_first = max((span.first for span in dated if span.first), default=None)
        is_open = [span for span in dated if (first and not span.first) or (last and not span.last)]
        is_undated = len(dated) < len(spans) or not spans
        return cls(first, last, latest_first, tuple(is_open), is_undated)

    def share(self, known: Sequence[date]) -> float:
        """The share of records of a day that lie there, as the statistics say."""
        low = _place(known, _month(self.latest_first)) if self.latest_first else 0.0
        high = _place(known, _month(self.last) + 1) if self.last else len(known) - 1.0
        return max(high - low, 0.0) / (len(known) - 1)

    @property
    def is_open_before(self) -> bool:
        return bool(self.first) and not all(span.first for span in self.open)

    @property
    def is_open_after(self) -> bool:
        return bool(self.last) and not all(span.last for span in self.open)

    def outside(self, editions: type[Edition], oldest: date, newest: date) -> Clause:
        """The records that begin outside, from the oldest to the newest day."""
        table = table_of(editions)
        sides = []
        if self.first:
            sides.append(Clause(f"{table}.date < %s::date", (self.first.replace(day=1),)))
        if self.last and self.last < newest:
            year, month = divmod(_month(self.last) + 1, 12)
            sides.append(Clause(f"{table}.date >= %s::date", (date(year, month + 1, 1),)))
        outside = joined(" OR ", sides) if sides else Clause("FALSE")
        lengths = [span.length for span in self.open]
        between = Clause(f"{table}.date BETWEEN %s::date AND %s::date", (oldest, newest))
        return all_of([Clause(f"{table}.length = ANY(%s)", (lengths,)), between, outside])


def _month(day: date) -> int:
    return day.year * 12 + day.month - 1


def _spans(
    known: Sequence[date],
    share: float,
    is_down: bool,  # noqa: FBT001 - passed by position
    cursor: Cursor | None,
    region: Region,
) -> Iterator[tuple[int, int]]:
    """Spans of months of the known years in the order of reading, each from a month to before another.

    The first has some such share of the records, the later ones more, as the statistics say.
    """
    first, end = known[0].year * 12, known[-1].year * 12 + 12
    if region.first:
        first = max(first, _month(region.first))
    if region.last:
        end = min(end, _month(region.last) + 1)
    if cursor is not None and cursor.key is not None:
        month = _month(date.fromisoformat(cursor.key))
        if is_down:
            end = min(end, month + 1)
        else:
            first = max(first, month)
    if first >= end:
        return
    start, stop = (end, first) if is_down else (first, end)
    for cut in _cuts(known, share * (len(known) - 1), start, is_down=is_down):
        month = cut
        if abs(month - start) > MONTHS:  # whole years are fewer words to look for
            month = month // 12 * 12 if is_down else -(-month // 12) * 12
        if month <= stop if is_down else month >= stop:
            break
        if month >= start if is_down else month <= start:
            continue
        yield (month, start) if is_down else (start, month)
        start = month
    yield (stop, start) if is_down else (start, stop)


def _cuts(known: Sequence[date], size: float, start: int, *, is_down: bool) -> Iterator[int]:
    """Months at which spans end; `size` is the share of the records between two known days that the first has."""
    place = _place(known, start)
    for step in range(1_000_000):
        place += -size if is_down else size
        if not 0 < place < len(known) - 1:
            return
        before = int(place)
        day = known[before] + (known[before + 1] - known[before]) * (place - before)
        yield _month(day) + (0 if is_down else 1)
        if step < DOUBLED:
            size *= 2


def _place(known: Sequence[date], month: int) -> float:
    """Where a month lies among known days."""
    after = bisect_left([_month(day) for day in known], month)
    if after in {0, len(known)}:
        return float(min(after, len(known) - 1))
    before, behind = _month(known[after - 1]), _month(known[after])
    return after - 1 + (month - before) / (behind - before)


def _marks(first: int, end: int) -> str:
    """The query for a span of months: whole years as one mark."""
    found = []
    month = first
    while month < end:
        year, of_year = divmod(month, 12)
        if of_year == 0 and month + 12 <= end:
            found.append(f"'@{year:04}'")
            month += 12
        else:
            found.append(f"'@{year:04}-{of_year + 1:02}'")
            month += 1
    return " | ".join(found)
