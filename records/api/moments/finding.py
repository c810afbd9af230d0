"""How the moments of a question are found: at once by an index, or read off the postings in the order of days (docs/decisions/0112)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from config.api.as_of import as_it_is, moment
from config.api.filters.dates import classed
from config.api.sql import EVERYTHING, Clause, all_of, joined, select
from config.dates.lengths import Length
from config.dates.reach import Match
from records.api.moments.question import AnyTerm, Lead, Question
from records.api.moments.steps import Steps
from records.api.moments.tables import DAYS, MOMENT, MOMENTS, POSTED, POSTED_DAYS, POSTINGS, still
from records.api.pages import fetch
from records.bulk import as_array
from records.models import Stream
from records.models.moment import EVERY
from records.ways.frequencies import posted

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

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
            f"(SELECT count(*) FROM (SELECT FROM {POSTINGS} WHERE term = ANY(%s::bigint[]) LIMIT {FEW + 1}) AS first_of)"
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
        often = posted(POSTINGS, (lead.term for lead in leading.leads), among=EVERY)
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

        None where the postings do not say, or would be read in vain.
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
            tables.append(f"{POSTINGS} AS posting{place}{using}")
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
            columns = POSTED_DAYS if self._is_posted else DAYS
            days = classed(columns, question.match, *question.window)
        joined = f"JOIN {MOMENTS} AS moment USING (record_id, place)" if self.reads_moments else ""
        return f"{POSTINGS} AS posting {joined}", all_of(
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
        return Clause(f"SELECT DISTINCT {POSTED} FROM {source} WHERE {asked.sql}", asked.values)

    def _gathered_by_lists(self, listed: Clause) -> Clause:
        question = self.question
        streams = Clause(
            "moment.stream = ANY(%s::smallint[])", (as_array(map(int, question.streams)),)
        )
        days = EVERYTHING
        if question.window is not None:
            days = classed(DAYS, question.match, *question.window)
        kinds = (one.check for one in question.conditions if one.is_checked)
        rows = _by_lists(MOMENT, all_of([listed, streams, days, *kinds]))
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
            f" CROSS JOIN LATERAL (SELECT {POSTED} FROM {source} WHERE posting.term = lead.term AND posting.stream = step.stream"
            " AND posting.length = step.length AND posting.date >= step.first AND posting.date <= step.last"
            f" AND (posting.date, posting.record_id, posting.place) {steps.operator} (step.at, step.at_record, step.at_place)"
            f" AND {checks.sql} {limited}) AS walked",
            (
                as_array(lead.term for lead in self.leads),
                as_array(streams),
                *steps.arrays(self.ranges()),
                *checks.values,
            ),
        )

    def each(self, most: int) -> Clause:
        """Every moment, each once, in no order; no more than so many."""
        rows = self._each(most)
        if moment() is None:
            return rows
        both = joined(" UNION ALL ", [still(rows), self.question.replaced])
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
                for span in classed(DAYS, question.match, *question.window).spans
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
    return max(leads, key=lambda lead: posted(POSTINGS, (lead.term,), among=EVERY))


def more_than(most: int, rows: Clause) -> bool:
    """Whether a statement gives more than so many rows."""
    counted = Clause(f"SELECT count(*) FROM ({rows.sql} LIMIT {most + 1}) AS first_of", rows.values)
    return bool(fetch(counted)[0][0] > most)
