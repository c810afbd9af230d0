"""Reading moments: which of them a question asks for, in the order of their days, and the entries made of them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

import orjson

from config.api.ahead import Ahead
from config.api.as_of import as_it_is, moment
from config.api.filters.dates import MATCHES, classed
from config.api.pagination import COUNTED
from config.api.sql import EVERYTHING, Clause, all_of, joined, select
from config.dates.lengths import Length
from config.dates.reach import Match
from records.api.frequencies import posted
from records.api.pages import Pages, fetch, fetch_in_time
from records.api.whole import Found, find
from records.as_of import halves
from records.bulk import as_array
from records.models import Moment, MomentPosting, Stream
from records.models.moment import EVERY, about, of_kind
from records.publishing.documents import reference_row
from records.registry import all_kinds, kind_named
from records.terms import pair

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from uuid import UUID

    from config.api.fields import Selection, Shape
    from config.api.filters.dates import Window
    from config.api.pagination import Cursor, Ordering, Page, Row
    from records.models import Edition, Fact

MOMENTS = Moment._meta.db_table
_POSTINGS = MomentPosting._meta.db_table
_DAYS = [
    f"moment.{name}"
    for name in ("date", "last_day", "begun_by", "goes_on_till", "starts_unknown", "ends_unknown")
]
#: What the postings have of the days: enough for what is possible.
_POSTED_DAYS = ["posting.date", "posting.last_day", "", "", "", ""]

#: What is read of a posting.
_POSTED = ", ".join(
    f"posting.{name}" for name in ("date", "record_id", "place", "stream", "length", "last_day")
)

#: The same of a moment.
_MOMENT = (
    "COALESCE(moment.date, 'infinity'::date) AS date, moment.record_id, moment.place, moment.stream, moment.length,"
    " COALESCE(moment.last_day, 'infinity'::date) AS last_day"
)

#: A condition that finds no more is asked first, whatever its place in the order of days; all others are asked of what it finds.
FEW = 2_000

#: Frequent conditions that no more moments meet together: these are found by the index of lists of terms. More are met soon in order.
TOGETHER = 5_000

#: Postings of one condition of which it is tried whether they meet the others.
TRIED = 500

#: Shares of moments: of those of one condition that meet the others, and of all that have one of many terms, from which on they are
#: met soon in order.
OFTEN_MET, OFTEN = 0.1, 0.3

#: So many terms are read in order without asking how many moments have them; and so many of all kinds of record at once.
FEW_LEADS = 3
MOST_LEADS = 5

_FIRST_ID, _LAST_ID = (
    f"{digit * 8}-{digit * 4}-{digit * 4}-{digit * 4}-{digit * 12}" for digit in "0f"
)
_LAST_PLACE = 32_767
#: Entries of whole lists whose documents are read at once.
READ_AT_ONCE = 500
#: More than there will be.
_ALL = 2**40


class Lead(NamedTuple):
    """A term under which moments are posted, of one kind of record or of all."""

    term: int
    stream: Stream | None = None


@dataclass(frozen=True, slots=True)
class AnyTerm:
    """One condition: the terms of which a moment must have any, and the same as asked of the moment itself."""

    leads: tuple[Lead, ...]
    check: Clause
    is_checked: bool = (
        False  #: whether moments that are found by the terms must be checked all the same
    )
    #: Terms that do as well, under which tenures only are posted: hundreds of offices, each of few holders.
    beside: tuple[int, ...] = ()

    @property
    def terms(self) -> str:
        """All its terms, as an array."""
        return as_array((*(lead.term for lead in self.leads), *self.beside))

    @property
    def listed(self) -> Clause | None:
        """The same, but for what is beside, as the index of lists of terms finds it; None where it is what every moment has."""
        if any(lead.term == EVERY for lead in self.leads):
            return None
        return Clause("moment.terms && %s::bigint[]", (as_array(lead.term for lead in self.leads),))

    @classmethod
    def of_terms(cls, terms: Iterable[int], beside: Iterable[Lead] = ()) -> AnyTerm:
        """Ask for any of some terms."""
        known = dict.fromkeys((*terms, *(one.term for one in beside if one.stream is None)))
        offices = tuple({one.term for one in beside if one.stream is not None} - set(known))
        check = Clause("moment.terms && %s::bigint[]", (as_array(known),))
        if offices:
            # Asked of tenures only: comparing with so many takes its time.
            check = Clause(
                f"({check.sql} OR (moment.stream = %s AND moment.terms && %s::bigint[]))",
                (*check.values, Stream.TENURE.value, as_array(offices)),
            )
        return cls(tuple(map(Lead, known)), check, beside=offices)

    @classmethod
    def of_kinds(cls, kinds: Sequence[str]) -> AnyTerm:
        """Ask for any of some kinds. One that a kind of record has alone has no term of its own."""
        alone = {stream.label: stream for stream in Stream}
        leads = tuple(
            Lead(EVERY, alone[kind]) if kind in alone else Lead(of_kind(kind)) for kind in kinds
        )
        return cls(leads, Clause("moment.kind = ANY(%s)", (list(kinds),)), is_checked=True)


@dataclass(frozen=True, slots=True)
class Question:
    """Which moments are asked for."""

    conditions: tuple[AnyTerm, ...] = ()
    streams: tuple[Stream, ...] = tuple(Stream)
    window: Window | None = None
    match: Match = Match.POSSIBLE
    is_vain: bool = False  #: a reference names nothing published, so that nothing is found

    @classmethod
    def of(cls, given: Mapping[str, Any], match: Match) -> Question:
        """Make it of the values of the filters that are given, in the order in which they lead."""
        if any(value == [] for value in given.values()):
            return cls(is_vain=True)
        streams = set(Stream)
        conditions = []
        beside = _beside(given)
        for name, value in given.items():
            if name == "between":
                terms = [pair(*map(str, value))]
                conditions.append(AnyTerm.of_terms(terms, beside[name]))
            elif name == "kind":
                conditions.append(AnyTerm.of_kinds(value))
                streams &= _streams_of(value)
            elif name == "object":
                streams &= {Stream[one.upper()] for one in value}
            elif name != "date":
                terms = [about(str(one)) for one in value]
                conditions.append(AnyTerm.of_terms(terms, beside.get(name, ())))
        return cls(tuple(conditions), tuple(sorted(streams)), given.get("date"), match, not streams)

    @property
    def replaced(self) -> Clause:
        """As of an instant: every moment that was replaced since, each once, in no order."""
        days = EVERYTHING
        if self.window is not None:
            days = classed(_DAYS, self.match, *self.window)
        streams = Clause("moment.stream = ANY(%s::smallint[])", (as_array(map(int, self.streams)),))
        checks = [streams, days, *(one.check for one in self.conditions)]
        return select(_MOMENT, f"{halves(Moment)[1]} AS moment", all_of(checks))

    @property
    def rank(self) -> Clause:
        """How well a moment has a day in the window: its place among `MATCHES`; NULL without one."""
        if self.window is None:
            return Clause("NULL")
        certain, possible = (
            classed(_DAYS, match, *self.window) for match in (Match.CERTAIN, Match.POSSIBLE)
        )
        return Clause(
            f"CASE WHEN {certain.sql} THEN 0 WHEN {possible.sql} THEN 1 ELSE 2 END",
            certain.values + possible.values,
        )


def _beside(given: Mapping[str, Any]) -> dict[str, list[Lead]]:
    """Records by which moments concern the states asked for, though their documents do not name them: offices of envoys."""
    asked = []
    for kind in all_kinds():
        editions = kind.editions
        if "between" in given:
            asked.append(("between", kind.name, editions.beside_pair(*given["between"])))
        if "state" in given:
            asked.append(("state", kind.name, editions.beside_states(given["state"])))
    statements = [
        Clause(f"SELECT '{name}', '{kind}', found.* FROM ({one.sql}) AS found", one.values)
        for name, kind, one in asked
        if one
    ]
    found: dict[str, list[Lead]] = {"between": [], "state": []}
    if statements:
        for name, kind, key in fetch(joined(" UNION ALL ", statements)):
            # Only tenures name offices.
            stream = Stream.TENURE if kind == "office" else None
            found[name].append(Lead(about(str(key)), stream))
    return found


@cache
def _kinds_by_stream() -> dict[Stream, frozenset[str]]:
    return {
        kind.editions.stream: frozenset(kind.editions.moment_kinds)
        for kind in all_kinds()
        if kind.editions.stream
    }


def _streams_of(kinds: Iterable[str]) -> set[Stream]:
    wanted = set(kinds)
    return {stream for stream, known in _kinds_by_stream().items() if known & wanted}


@dataclass(frozen=True, slots=True)
class Finding:
    """How the moments of a question are found: the condition that is asked first, and those asked of what it finds."""

    question: Question
    leads: tuple[Lead, ...]
    others: tuple[AnyTerm, ...]
    are_few: bool  #: they are found at once; else read off the postings in order
    #: What the index of lists of terms finds, where it is asked: all of them if they are few, else how many there are.
    listed: Clause | None = None
    beside: tuple[int, ...] = ()  #: as those of the condition that is read in order
    is_often: bool = (
        False  #: whether many of the postings of the one that is asked first meet the others
    )

    @classmethod
    @as_it_is()
    def of(cls, question: Question) -> Finding:
        """Ask how many there are for each condition, as far as that matters."""
        conditions = question.conditions
        if not conditions:
            return cls(question, (Lead(EVERY),), (), are_few=False)
        if len(conditions) == 1 and len(conditions[0].leads) <= FEW_LEADS:
            (alone,) = conditions
            return cls(question, alone.leads, (), are_few=False, beside=alone.beside)
        counts = [
            f"(SELECT count(*) FROM (SELECT FROM {_POSTINGS} WHERE term = ANY(%s::bigint[]) LIMIT {FEW + 1}) AS first_of)"
            for _ in conditions
        ]
        terms = tuple(one.terms for one in conditions)
        ((*found,),) = fetch(Clause(f"SELECT {', '.join(counts)}", terms))
        least = min(range(len(found)), key=lambda place: (found[place], place))
        others = conditions[:least] + conditions[least + 1 :]
        leading = conditions[least]
        are_few = found[least] <= FEW
        if are_few and leading.is_checked:
            others = conditions
        whole = cls(question, leading.leads, others, are_few=are_few, beside=leading.beside)
        if are_few:
            return whole
        listed = [clause for each in conditions if (clause := each.listed)]
        if len(listed) > 1 and not whole.is_near:
            together = all_of(listed)
            is_often = whole.is_met_often
            if not is_often and not more_than(TOGETHER, _by_lists("", together)):
                return cls(question, (), conditions, are_few=True, listed=together)
            whole = replace(whole, listed=together, is_often=is_often)
        often = posted(_POSTINGS, (lead.term for lead in leading.leads), among=EVERY)
        if len(leading.leads) > MOST_LEADS and often >= OFTEN:
            # Moments with one of so many are met soon on the way through all.
            return replace(whole, leads=(Lead(EVERY),), others=conditions, beside=())
        return whole

    @property
    def is_near(self) -> bool:
        """Whether a few postings only of the leading condition have a day in the window."""
        if self.question.window is None or len(self.leads) > MOST_LEADS:
            return False
        return not more_than(FEW, self._alone)

    @property
    def is_met_often(self) -> bool:
        """Whether many of the postings of the leading condition, of those that come first, meet the others too."""
        checks = all_of(one.check for one in self.others)
        tried = self._alone
        ((count, met),) = fetch(
            Clause(
                f"SELECT count(*), count(*) FILTER (WHERE {checks.sql}) FROM ({tried.sql} LIMIT {TRIED}) AS tried"
                f" JOIN {MOMENTS} AS moment USING (record_id, place)",
                (*checks.values, *tried.values),
            )
        )
        return bool(met >= OFTEN_MET * count)

    @property
    def proven(self) -> Clause | None:
        """Moments that are surely among them, by the postings of one frequent term of each condition, which all have the same order.

        None where the postings do not tell, or would be read in vain.
        """
        conditions = self.question.conditions
        is_soon_met = self.is_often or (len(conditions) == 1 and len(conditions[0].leads) > 1)
        if not is_soon_met or any(one.is_checked for one in conditions):
            return None
        if self.question.window:
            return self._proven_in_window if self.is_often and self.most_times > 1 else None
        asked = [
            Clause("stream = ANY(%s::smallint[])", (as_array(map(int, self.question.streams)),))
        ]
        tables = []
        for place, one in enumerate(conditions):
            asked.append(Clause(f"posting{place}.term = %s", (_most_frequent(one.leads).term,)))
            using = " USING (stream, length, date, record_id, place)" if place else ""
            tables.append(f"{_POSTINGS} AS posting{place}{using}")
        return select("", " JOIN ".join(tables), all_of(asked))

    @property
    def _proven_in_window(self) -> Clause:
        """The same among days: those of one term, each of which comes once."""
        one = replace(self, leads=(_most_frequent(self.leads),), beside=())
        return one.walked(None, Steps(is_descending=False))

    @property
    def _alone(self) -> Clause:
        """What the leading condition finds by itself."""
        return replace(self, others=()).walked(None, Steps(is_descending=False))

    @property
    def most_times(self) -> int:
        """How often a moment may come: for each of its terms. A tenure names one office, of however many."""
        return len(self.leads) + bool(self.beside)

    @property
    def reads_moments(self) -> bool:
        """Whether the postings alone do not say which they are."""
        return bool(self.others) or not self._is_posted or moment() is not None

    @property
    def _is_posted(self) -> bool:
        """Whether the postings say which have a day in the window."""
        return self.question.window is None or self.question.match == Match.POSSIBLE

    @property
    def _posted(self) -> tuple[str, Clause]:
        """The postings, joined with moments where these are asked, and what is asked of both."""
        question = self.question
        days = EVERYTHING
        if question.window is not None:
            columns = _POSTED_DAYS if self._is_posted else _DAYS
            days = classed(columns, question.match, *question.window)
        joined = f"JOIN {MOMENTS} AS moment USING (record_id, place)" if self.reads_moments else ""
        return f"{_POSTINGS} AS posting {joined}", all_of(
            [days, *(one.check for one in self.others)]
        )

    def gathered(self) -> Clause:
        """Every moment, each once, in no order."""
        if self.listed is not None:
            return self._gathered_by_lists(self.listed)
        terms = as_array((*(lead.term for lead in self.leads), *self.beside))
        return self._at_once(terms, self.question.streams)

    @property
    def aside(self) -> Clause | None:
        """The moments that are found beside those that are read in order, each once; None without any."""
        if not self.beside or Stream.TENURE not in self.question.streams:
            return None
        return self._at_once(as_array(self.beside), (Stream.TENURE,))

    def _at_once(self, terms: str, streams: Iterable[Stream]) -> Clause:
        source, checks = self._posted
        asked = all_of(
            [
                Clause("posting.term = ANY(%s::bigint[])", (terms,)),
                Clause("posting.stream = ANY(%s::smallint[])", (as_array(map(int, streams)),)),
                checks,
                # What has no day is in no window, unless it may have any.
                EVERYTHING
                if self.question.window is None or not self._is_posted
                else Clause("posting.date < 'infinity'"),
            ]
        )
        return Clause(f"SELECT DISTINCT {_POSTED} FROM {source} WHERE {asked.sql}", asked.values)

    def _gathered_by_lists(self, listed: Clause) -> Clause:
        question = self.question
        streams = Clause(
            "moment.stream = ANY(%s::smallint[])", (as_array(map(int, question.streams)),)
        )
        days = EVERYTHING
        if question.window is not None:
            days = classed(_DAYS, question.match, *question.window)
        kinds = (one.check for one in question.conditions if one.is_checked)
        rows = _by_lists(_MOMENT, all_of([listed, streams, days, *kinds]))
        beside = tuple(number for one in question.conditions for number in one.beside)
        aside = replace(self, beside=beside, others=question.conditions).aside
        if aside is None:
            return rows
        return Clause(f"{rows.sql} UNION {aside.sql}", rows.values + aside.values)

    def walked(self, limit: int | None, steps: Steps) -> Clause:
        """Moments in the order of their days, up to a limit from each range of the index; once for each term that they have."""
        source, checks = self._posted
        order = ", ".join(f"posting.{name} {steps.way}" for name in ("date", "record_id", "place"))
        limited = f"ORDER BY {order} LIMIT {limit}" if limit else ""
        streams = ["NULL" if lead.stream is None else int(lead.stream) for lead in self.leads]
        return Clause(
            "SELECT walked.* FROM unnest(%s::bigint[], %s::smallint[]) AS lead (term, stream) JOIN unnest(%s::smallint[],"
            " %s::smallint[], %s::date[], %s::date[], %s::date[], %s::uuid[], %s::smallint[])"
            " AS step (stream, length, first, last, at, at_record, at_place) ON lead.stream IS NULL OR lead.stream = step.stream"
            f" CROSS JOIN LATERAL (SELECT {_POSTED} FROM {source} WHERE posting.term = lead.term AND posting.stream = step.stream"
            " AND posting.length = step.length AND posting.date >= step.first AND posting.date <= step.last"
            f" AND (posting.date, posting.record_id, posting.place) {steps.operator} (step.at, step.at_record, step.at_place)"
            f" AND {checks.sql} {limited}) AS walked",
            (
                as_array(lead.term for lead in self.leads),
                as_array(streams),
                *steps.arrays(self),
                *checks.values,
            ),
        )

    def each(self, most: int) -> Clause:
        """Every moment, each once, in no order; no more than so many."""
        rows = self._each(most)
        if moment() is None:
            return rows
        both = joined(" UNION ALL ", [_still(rows), self.question.replaced])
        return Clause(f"{both.sql} LIMIT {most}", both.values)

    def _each(self, most: int) -> Clause:
        if self.are_few or self.listed is not None:
            rows = self.gathered()
        else:
            rows = self.walked(None, Steps(is_descending=False))
            if aside := self.aside:
                rows = joined(" UNION ALL ", [rows, aside])
            if self.most_times > 1:
                # A moment comes once for each of its terms: among so many are as many as are wanted.
                enough = most * self.most_times
                rows = Clause(
                    f"SELECT DISTINCT * FROM ({rows.sql} LIMIT {enough}) AS each_of", rows.values
                )
        return Clause(f"{rows.sql} LIMIT {most}", rows.values)

    def ranges(self) -> Iterator[tuple[Stream, Length, str, str]]:
        """The ranges of the index in which they lie under each term: first and last day of each."""
        question = self.question
        spans = [(length, "-infinity", "infinity") for length in Length]
        if question.window is not None:
            spans = [
                (
                    Length(span.length),
                    span.first.isoformat() if span.first else "-infinity",
                    span.last.isoformat() if span.last else "infinity",
                )
                for span in classed(_DAYS, question.match, *question.window).spans
            ]
        for stream in question.streams:
            for span in spans:
                yield (stream, *span)


def _by_lists(columns: str, where: Clause) -> Clause:
    """A statement for moments that the index of lists of terms finds: it asks for all of them, of which no more are read than wanted."""
    found = select(columns, f"{MOMENTS} AS moment", where)
    return Clause(
        f"SELECT * FROM (WITH met AS MATERIALIZED ({found.sql}) TABLE met) AS listed", found.values
    )


def _most_frequent(leads: Iterable[Lead]) -> Lead:
    return max(leads, key=lambda lead: posted(_POSTINGS, (lead.term,), among=EVERY))


def more_than(most: int, rows: Clause) -> bool:
    """Whether a statement gives more than so many rows."""
    counted = Clause(f"SELECT count(*) FROM ({rows.sql} LIMIT {most + 1}) AS first_of", rows.values)
    return bool(fetch(counted)[0][0] > most)


def _still(rows: Clause) -> Clause:
    """As of an instant: a statement for moments, of those that are there still."""
    tables = ", ".join(
        f"{model._meta.db_table} AS NOT MATERIALIZED (SELECT * FROM {halves(model)[0]})"
        for model in (Moment, MomentPosting)
    )
    return Clause(f"SELECT * FROM (WITH {tables} {rows.sql}) AS still", rows.values)


@dataclass(frozen=True, slots=True)
class Steps:
    """From where, and which way, ranges of the index are read."""

    is_descending: bool  #: the order of the list
    cursor: Cursor | None = None

    @property
    def is_upward(self) -> bool:
        """Whether days are read upwards."""
        return self.is_descending == (self.cursor is not None and self.cursor.is_backward)

    @property
    def way(self) -> str:
        return "ASC" if self.is_upward else "DESC"

    @property
    def operator(self) -> str:
        """How rows compare with the place that they are read from."""
        is_included = self.cursor is None or self.cursor.direction.endswith("=")
        return (">" if self.is_upward else "<") + ("=" if is_included else "")

    def arrays(self, found: Finding) -> tuple[str, ...]:
        """The ranges to read, as a column each."""
        rows = [
            (int(stream), int(length), first, last, *place)
            for stream, length, first, last in found.ranges()
            if (place := self._place(is_undated=length == Length.UNDATED)) is not None
        ]
        # As texts: the database reads a literal in one go, and a list of casts one by one.
        return tuple(map(as_array, zip(*rows, strict=True))) if rows else ("{}",) * 7

    def _place(self, *, is_undated: bool) -> tuple[str, str, int] | None:
        """Where a range is read from; None when all of it lies on the other side of the cursor."""
        cursor = self.cursor
        all_of_it = (
            ("-infinity", _FIRST_ID, 0) if self.is_upward else ("infinity", _LAST_ID, _LAST_PLACE)
        )
        if cursor is None:
            return all_of_it
        if is_undated != (cursor.key is None):
            # What has no day comes last either way.
            return all_of_it if is_undated != cursor.is_backward else None
        record, _, place = cursor.id.partition(".")
        return cursor.key or "infinity", record, int(place)


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
        return joined(" UNION ALL ", [_still(rows), then])

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


def with_moments(rows: str) -> str:
    """The join of rows that have `record_id` and `place` with their moments."""
    if moment() is None:
        return f"JOIN {MOMENTS} AS moment USING (record_id, place)"
    columns = ", ".join([*_DAYS, "moment.kind", "moment.terms"])
    # As of an instant the table is a union, which would be read whole to be joined: each is asked for by itself.
    return (
        f"JOIN LATERAL (SELECT {columns} FROM {MOMENTS} AS moment WHERE moment.record_id = {rows}.record_id"
        f" AND moment.place = {rows}.place OFFSET 0) AS moment ON TRUE"
    )


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
