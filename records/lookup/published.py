"""Looking records up in what is published only: for the filters and addresses of the API."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TYPE_CHECKING, Any
from uuid import UUID

import orjson
from anyascii import anyascii
from django.db import connection
from django.utils.text import slugify

from config.api.as_of import today
from config.api.notes import Note
from config.api.problems import Problem
from config.faults import Fault
from records.lookup.lives import Life, Lives, notes_of_lives
from records.lookup.names import Way, id_of, is_code, is_code_alone, is_well_formed, ways
from records.lookup.suggestions import likeliest, nearest_code
from records.lookup.words import ListedWord, not_listed, unlisted
from records.models import Reference, Standing
from records.registry import kind_named

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

    from config.api.query import Query

#: Candidates that a fault names at most.
SHOWN = 5

_TABLE = Reference._meta.db_table
_COLUMNS = "id, kind, slug, code, keys, standing, merged_into, code_terms, facts"

#: What other interfaces write between several values, for which it is a comma here.
_DIVIDERS = re.compile(r"[;|]")

#: The first and the last of some days.
Days = tuple[date, date]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A record that was ever published, by what it may be called."""

    id: UUID
    kind: str
    slug: str
    code: str
    keys: list[str]
    standing: str
    merged_into: UUID | None
    code_terms: str | None  #: JSON
    facts: str  #: JSON

    @property
    def leads_to(self) -> UUID | None:
        """The published record that it stands for; None when it was withdrawn."""
        if self.standing == Standing.WITHDRAWN:
            return None
        return self.merged_into or self.id

    def is_called(self, way: Way, value: str) -> bool:
        if way in (Way.KEY, Way.BARE_CODE):
            return value in self.keys
        if way == Way.ID:
            return value == str(self.id)
        return value == (self.code if way == Way.CODE else self.slug)

    def terms(self, code: str) -> list[Days]:
        """When it had a code: the first and the last possible day, each time."""
        terms = orjson.loads(self.code_terms).get(code, ()) if self.code_terms else ()
        return [
            (
                date.fromisoformat(first) if first else date.min,
                date.fromisoformat(last) if last else date.max,
            )
            for first, last in terms
        ]


@dataclass(slots=True)
class WrittenReference:
    """A reference as a caller writes it, and what it leads to once looked up."""

    kinds: tuple[str, ...]
    text: str
    parameter: str
    narrower: bool = False
    predecessors: bool = False
    lives: Lives = Lives.UNASKED
    is_closed: bool = True  #: a code of a closed list that is not there is a mistake, not a note
    every: bool = False  #: all records that have the key are meant, not one of them
    is_noted: bool = False  #: that a record was merged or withdrawn is said in a note
    ids: list[UUID] = field(default_factory=list)

    def ways(self) -> list[tuple[Way, str, str]]:
        """Each way, value and kind to look it up by, the best way first."""
        found = [
            (way, value, kind)
            for kind in self.kinds
            for way, value in ways(self.text, kind_named(kind))
        ]
        return sorted(found, key=lambda each: each[0])

    @property
    def codes(self) -> list[str]:
        """What it is as a code: as `keys` have it."""
        return [value for way, value, _kind in self.ways() if way in (Way.KEY, Way.BARE_CODE)]

    def candidates(self, found: Iterable[Candidate], on: Days | None = None) -> list[Candidate]:
        """Those of `found` that may be meant, by the best way in which any is.

        Of several that had the code at different times, the one that had it `on` those days comes first, else the one that
        has it today, else the last one.
        """
        of_way: dict[tuple[Way, str], list[Candidate]] = {}
        for way, value, kind in self.ways():
            called = [one for one in found if one.kind == kind and one.is_called(way, value)]
            of_way.setdefault((way, value), []).extend(called)
        best = next((each for each in of_way.items() if each[1]), None)
        if best is None:
            return []
        (_way, value), named = best
        if len(named) == 1:
            return named
        public = [one for one in named if one.leads_to] or named
        return _by_time(public, value, on)

    def leads(self, candidates: Sequence[Candidate]) -> dict[UUID, Candidate]:
        """The published records that candidates lead to; one alone where their codes say when each was meant."""
        leads = {one.leads_to: one for one in candidates if one.leads_to}
        if self.every or len(leads) < 2:
            return leads
        is_dated = any(one.terms(code) for one in candidates for code in self.codes)
        return dict([next(iter(leads.items()))]) if is_dated else leads

    @property
    def is_mistake(self) -> bool:
        """Whether it is refused when it names nothing: a word of a closed list."""
        if not self.is_closed:
            return False
        kinds = [kind_named(kind) for kind in self.kinds]
        if is_code_alone(self.text):
            return any(kind.codes and is_code(self.text, kind) for kind in kinds)
        return all(is_code(self.text, kind) for kind in kinds)


def _by_time(candidates: Sequence[Candidate], code: str, on: Days | None) -> list[Candidate]:
    day = today()
    always = [(date.min, date.max)]

    def standing(one: Candidate) -> tuple[bool, bool, date, date]:
        terms = one.terms(code) or always
        last, first = max((last, first) for first, last in terms)
        return (
            _had(terms, on),
            _had(terms, (day, day)),
            *((first, last) if _had(terms, on or (day, day)) else (last, first)),
        )

    return sorted(sorted(candidates, key=lambda one: one.slug), key=standing, reverse=True)


def _had(terms: Iterable[Days], days: Days | None) -> bool:
    return days is not None and any(first <= days[1] and last >= days[0] for first, last in terms)


class WrittenReferences:
    """All references in the filters of one request: collected while reading, looked up in one statement."""

    def __init__(self) -> None:
        self._all: list[WrittenReference] = []
        #: Those that say which records to list, in order.
        self.listed: list[WrittenReference] = []
        #: Names that are no references: the place of each among the faults, its kinds, and the name as a slug.
        self._unreadable: list[tuple[int, tuple[str, ...], str]] = []
        #: Words of closed lists, which name no record but must be there.
        self.words: list[ListedWord] = []
        #: What was not understood of them; filled by `resolve`.
        self.notes: list[Note] = []

    def add(
        self,
        kinds: Sequence[str],
        text: str,
        parameter: str,
        query: Query,
        *,
        narrower: bool = False,
        predecessors: bool = False,
        lives: Lives = Lives.UNASKED,
        is_closed: bool = True,
        every: bool = False,
        is_noted: bool = False,
    ) -> WrittenReference | None:
        """Take up a reference; report it and return None when the text cannot be one."""
        if not is_well_formed(text):
            detail = f"“{text}” is not an id, a slug or scheme:value."
            parts = [part.strip() for part in _DIVIDERS.split(text)]
            suggestion = ",".join(parts) if all(map(is_well_formed, parts)) else None
            if suggestion is None and (slug := slugify(anyascii(text))):
                self._unreadable.append((len(query.faults), tuple(kinds), slug))
            query.fault("invalid_reference", detail, parameter, suggestion)
            return None
        written = WrittenReference(
            tuple(kinds), text, parameter, narrower, predecessors, lives, is_closed, every, is_noted
        )
        self._all.append(written)
        return written

    @property
    def named(self) -> dict[tuple[str, str], UUID]:
        """The record that each reference led to, by its parameter and text."""
        return {(one.parameter, one.text): one.ids[0] for one in self._all if one.ids}

    @property
    def states(self) -> list[tuple[str, str]]:
        """The parameter and text of each that names a published record of which it matters when it was there."""
        return [(one.parameter, one.text) for one in self._all if one.lives and one.ids]

    def resolve(self, query: Query, on: Days | None = None) -> None:
        """Look all of them up; report what may mean several records and words that are in no list, note what names nothing.

        A code that several records had at different times means the one that had it `on` those days; where they do not tell,
        a note names the others.
        """
        if self._unreadable:
            likely = likeliest([(kinds, slug) for _place, kinds, slug in self._unreadable])
            for (place, _kinds, _slug), slugs in zip(self._unreadable, likely, strict=True):
                fault = query.faults[place]
                query.faults[place] = replace(fault, suggestion=next(iter(slugs), None))
        query.faults += unlisted(self.words)
        if not self._all:
            return
        found = lookup(self._all)
        unresolved = []
        lived: list[Life] = []
        for written in self._all:
            candidates = written.candidates(found, on)
            leads = written.leads(candidates)
            if written.is_noted:
                self.notes += _fates(written, candidates, found)
            if len(leads) > 1 and not written.every:
                query.faults.append(ambiguity(written, leads.values()))
            elif leads:
                written.ids = list(leads)
                self.notes += _other_bearers(written, candidates, on)
                if on and written.lives and not written.predecessors:
                    lived += _life(written, next(iter(leads.values())))
            elif not (written.is_noted and candidates):
                unresolved.append(written)
        self._report(unresolved, query)
        if on and lived:
            self.notes += notes_of_lives(lived, on)
        for walk, walked in (
            (narrower_than, [one for one in self._all if one.narrower and one.ids]),
            (with_predecessors, [one for one in self._all if one.predecessors and one.ids]),
        ):
            if not walked:
                continue
            found_from = walk({key for written in walked for key in written.ids})
            for written in walked:
                written.ids = list(
                    dict.fromkeys(one for key in written.ids for one in found_from[key])
                )

    def _report(self, unresolved: Sequence[WrittenReference], query: Query) -> None:
        """A word of a closed list that is not in it is a fault; any other reference that names nothing is noted."""
        if not unresolved:
            return
        suggestions = likeliest([(written.kinds, written.text) for written in unresolved])
        for written, likely in zip(unresolved, suggestions, strict=True):
            if written.is_mistake:
                query.faults.append(_unlisted(written, likely))
            else:
                self.notes.append(
                    Note(
                        "unresolved_reference",
                        written.parameter,
                        written.text,
                        f"“{written.text}” names no published record.",
                        likely,
                    )
                )


def _unlisted(written: WrittenReference, likely: Sequence[str]) -> Fault:
    """Say that a word is in no list: a code that no published record has."""
    coded = next((kind for kind in map(kind_named, written.kinds) if kind.codes), None)
    suggestion = nearest_code(coded, written.text) if coded else next(iter(likely), None)
    kinds = (coded.name,) if coded else written.kinds
    return not_listed(written.text, "code", kinds, written.parameter, suggestion)


def _fates(
    written: WrittenReference, candidates: Iterable[Candidate], found: Iterable[Candidate]
) -> list[Note]:
    """Say of records that are asked for by name which of them were merged or withdrawn."""
    notes = []
    for one in candidates:
        if one.standing == Standing.MERGED:
            survivor = next((other.slug for other in found if other.id == one.merged_into), None)
            notes.append(
                Note(
                    "merged",
                    written.parameter,
                    written.text,
                    f"“{written.text}” was merged into another record, which is listed instead.",
                    [survivor] if survivor else [],
                )
            )
        elif one.standing == Standing.WITHDRAWN:
            detail = f"“{written.text}” was withdrawn; its address says why."
            notes.append(Note("withdrawn", written.parameter, written.text, detail))
    return notes


def _life(written: WrittenReference, one: Candidate) -> Iterator[Life]:
    """When the record was, unless it was merged: then it is the survivor that is asked for."""
    facts = orjson.loads(one.facts)
    if "began" in facts and one.merged_into is None:
        yield Life(str(one.id), written.parameter, written.text, written.lives, facts)


def _other_bearers(
    written: WrittenReference, candidates: Sequence[Candidate], on: Days | None
) -> list[Note]:
    """Say which records had the code that was read as that of the first, unless the days tell which of them is meant."""
    others = {one.leads_to: one for one in candidates if one.leads_to not in {None, *written.ids}}
    if written.every or not others:
        return []
    day = today()
    bearers = {
        one.leads_to
        for one in candidates
        for code in written.codes
        if one.leads_to and _had(one.terms(code), on or (day, day))
    }
    if len(bearers) == 1:
        return []
    slugs = sorted(one.slug for one in others.values())[:SHOWN]
    detail = (
        f"“{written.text}” was the code of several at different times: {candidates[0].slug} is meant here, not"
        f" {', '.join(slugs)}."
    )
    return [Note("several_bearers", written.parameter, written.text, detail, slugs)]


@dataclass(frozen=True, slots=True)
class Address:
    """The record that an address means, and those that had the same code at other times."""

    record_id: UUID
    others: Collection[UUID] = ()


def resolve_address(kind: str, ref: str) -> UUID:
    """The record that an address means. Raises Problem as `find_address` does."""
    return find_address(kind, ref).record_id


def find_address(kind: str, ref: str, on: Days | None = None) -> Address:
    """The record that an address means: one that was merged or withdrawn only if no published one has the name.

    Raises Problem `not_found`, or `ambiguous_reference` when the name is that of several records.
    """
    if not is_well_formed(ref):
        raise Problem("not_found")
    if (key := id_of(ref)) is not None:
        return Address(key)
    written = WrittenReference((kind,), ref, "ref")
    candidates = written.candidates(lookup([written]), on)
    if not candidates:
        codes = kind_named(kind).codes
        usual = codes.mistaken.get(ref.upper()) if codes else None
        raise Problem(
            "not_found", f"“{ref}” is the code of no {kind}: {usual} is." if usual else ""
        )
    leads = written.leads(candidates)
    if len(leads) > 1:
        fault = ambiguity(written, leads.values())
        raise Problem("ambiguous_reference", fault.detail, faults=[fault])
    first = candidates[0]
    others = {one.leads_to: None for one in candidates if one.leads_to} if first.leads_to else {}
    return Address(first.id, [key for key in others if key != first.leads_to])


def ambiguity(written: WrittenReference, candidates: Iterable[Candidate]) -> Fault:
    """Say which records a reference may mean."""
    slugs = sorted(one.slug for one in candidates)[:SHOWN]
    return Fault(
        "ambiguous_reference",
        f"“{written.text}” names several records: {', '.join(slugs)}.",
        written.parameter,
        suggestion=slugs[0],
    )


def lookup(written: Iterable[WrittenReference]) -> list[Candidate]:
    """Find everything that may be meant, in one statement over all kinds."""
    ids: set[str] = set()
    keys: set[str] = set()
    words: dict[tuple[str, str], set[str]] = defaultdict(set)  #: by kind and column
    for one in written:
        for way, value, kind in one.ways():
            if way == Way.ID:
                ids.add(value)
            elif way in (Way.KEY, Way.BARE_CODE):
                keys.add(value)
            else:
                words[kind, "code" if way == Way.CODE else "slug"].add(value)
    conditions: list[str] = []
    values: list[Any] = []
    if ids:
        conditions.append("id = ANY(%s::uuid[])")
        values.append(list(ids))
    for (kind, column), texts in words.items():
        conditions.append(f"(kind = %s AND {column} = ANY(%s))")
        values += [kind, list(texts)]
    # Names of columns and a table only; what callers wrote goes as values.
    parts = [f"SELECT {_COLUMNS} FROM {_TABLE} WHERE {' OR '.join(conditions)}"] * bool(conditions)  # noqa: S608
    if keys:
        # One look into the index for each: of many at once the planner expects so many rows that it reads the whole table.
        parts.append(
            f"SELECT named.* FROM unnest(%s::text[]) AS wanted(key), {_each('keys @> ARRAY[wanted.key]')} AS named"  # noqa: S608
        )
        values.append(list(keys))
    if not parts:
        return []
    statement = " UNION ".join(parts)
    if any(one.is_noted for one in written):  # survivors too, by their names
        statement = (
            f"WITH named AS MATERIALIZED ({statement}) SELECT * FROM named UNION"  # noqa: S608
            f" SELECT {_COLUMNS} FROM {_TABLE} WHERE id = ANY(ARRAY(SELECT merged_into FROM named))"
        )
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return [Candidate(*row) for row in cursor.fetchall()]


def _each(condition: str, columns: str = _COLUMNS) -> str:
    """References found by something that stands before them in the statement, each by an index.

    OFFSET keeps it a question for each: as of an instant the table is a union, which would be read whole to be joined.
    """
    return f"LATERAL (SELECT {columns} FROM {_TABLE} WHERE {condition} OFFSET 0)"  # noqa: S608 - names of ours


def narrower_than(roots: Iterable[UUID]) -> dict[UUID, list[UUID]]:
    """Each record with all that lie below it in its tree, itself first."""
    return _walked(
        roots,
        f"SELECT below.root, next.id FROM below, {_each('broader_id = below.id', 'id')} AS next",  # noqa: S608 - names of ours
    )


def with_predecessors(states: Iterable[UUID]) -> dict[UUID, list[UUID]]:
    """Each state with all that were before it, as published, itself first: a predecessor's predecessors too."""
    return _walked(
        states,
        f"SELECT below.root, former::uuid FROM below, {_each('id = below.id', 'facts, standing')} AS state"  # noqa: S608 - names of ours
        " CROSS JOIN LATERAL jsonb_array_elements_text(state.facts -> 'predecessors') AS former"
        f" WHERE state.standing = '{Standing.PUBLISHED.value}'",
    )


def _walked(roots: Iterable[UUID], step: str) -> dict[UUID, list[UUID]]:
    """Follow `step`, which selects root and id from `below`, from each of the records."""
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH RECURSIVE below(root, id) AS ("  # noqa: S608 - the name of a table only
            f" SELECT id, id FROM unnest(%s::uuid[]) AS id UNION {step}"
            ") SELECT root, id FROM below",
            [list(roots)],
        )
        found: dict[UUID, list[UUID]] = defaultdict(list)
        for root, key in cursor.fetchall():
            found[root].append(key)
    return found
