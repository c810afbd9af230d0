"""What a list or a count of moments asks for: terms, kinds of record and days."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from config.api.filters.dates import classed
from config.api.sql import EVERYTHING, Clause, all_of, joined, select
from config.dates.reach import Match
from records.api.moments.tables import DAYS, MOMENT
from records.api.pages import fetch
from records.as_of import halves
from records.bulk import as_array
from records.models import Moment, Stream
from records.models.moment import EVERY, about, of_kind
from records.registry import all_kinds
from records.terms import pair

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from config.api.filters.dates import Window


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
            days = classed(DAYS, self.match, *self.window)
        streams = Clause("moment.stream = ANY(%s::smallint[])", (as_array(map(int, self.streams)),))
        checks = [streams, days, *(one.check for one in self.conditions)]
        return select(MOMENT, f"{halves(Moment)[1]} AS moment", all_of(checks))

    @property
    def rank(self) -> Clause:
        """How well a moment has a day in the window: its place among `MATCHES`; NULL without one."""
        if self.window is None:
            return Clause("NULL")
        certain, possible = (
            classed(DAYS, match, *self.window) for match in (Match.CERTAIN, Match.POSSIBLE)
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
