"""Finding records by their names while somebody types: exact, then by whole words, then by beginnings, then by likeness.

One engine for the API, which finds what is published, and the desk, which finds what is being worked on. Each gives the tables that
have the names; all of them hold folded text (`chancery_folded`) with an index for beginnings and one for trigrams.

Each step reads a bounded number of names, so that the answer costs the same among a thousand names and a million.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import IntEnum, auto
from typing import TYPE_CHECKING, NamedTuple

from django.db import connection

from config.api.sql import EVERYTHING, Clause, all_of, select
from records.models import NameSort

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import date

    #: The first and the last.
    Days = tuple[date, date]

#: What is typed is cut to this many letters and words.
MAX_LENGTH, MAX_WORDS = 100, 8
#: Names that one step reads, and those of one kind where it reads kind by kind.
READ, READ_BEGINNINGS = 200, 20
#: Records that are called exactly like one text, and read for it.
READ_EXACT = 500
#: Words of two letters begin or are a word of too many names to look for anywhere but at the beginning, and are like too many.
SHORTEST = 3

_FOLDED = "chancery_folded(%s)"
_TYPED = f"rtrim({_FOLDED})"
_NAMED = "record, kind, name, folded, sort, since, until, tier"


class Tier(IntEnum):
    """In which way a name was found, the best first."""

    EXACT = auto()
    WORDS = auto()  #: has all words that were typed
    BEGINNING = auto()  #: has words that begin with all that were typed
    SIMILAR = auto()  #: has words that look like what was typed


@dataclass(frozen=True, slots=True)
class Names:
    """A table with names, as SQL names its parts. They are ours; what is typed travels as a value."""

    table: str
    record: str  #: the key of the record
    name: str
    folded: str  #: as the indexes have it
    kind: str = "''"
    sort: str = str(NameSort.LABEL.value)
    since: str = "NULL::date"
    until: str = "NULL::date"
    where: Clause = EVERYTHING
    kinds: tuple[str, ...] = ()  #: to look for, where the table has several
    is_searched: bool = True  #: by words and likeness; otherwise only by how a name begins
    at_most: int = READ  #: names that one step reads


@dataclass(frozen=True, slots=True)
class Beginnings:
    """A table of which only the beginning of a sorted label is indexed."""

    table: str
    kind: str
    where: Clause
    fold: Callable[[str], str]  #: folds what is typed as the label is
    since: str = "NULL::date"
    until: str = "NULL::date"


class FoundName(NamedTuple):
    """A name that was found."""

    record: str
    kind: str
    name: str
    sort: int
    since: date | None
    until: date | None
    tier: int
    likeness: float
    is_beginning: bool  #: begins with what was typed
    length: int

    def is_possible(self, on: Days) -> bool:
        """Whether it may have named something on one of the days."""
        first, last = on
        return (self.since is None or self.since <= last) and (
            self.until is None or first <= self.until
        )

    def rank(self, on: Days) -> tuple[object, ...]:
        """The order of answers. An exact code counts more than an exact name; what is there on the day comes before what is not."""
        exact = self.tier == Tier.EXACT
        return (
            self.tier,
            self.sort if exact else 0,
            round(-self.likeness, 3),
            not self.is_possible(on),
            self.sort == NameSort.PAST,
            not self.is_beginning,
            self.length,
            self.name,
            self.record,
        )


def find_exact(
    texts: Sequence[str], tables: Sequence[Names], beginnings: Sequence[Beginnings] = ()
) -> list[list[FoundName]]:
    """Return for each text the records that are called exactly so, up to `READ_EXACT` for each table. One statement for all texts."""
    steps = []
    asked = "unnest(%s::text[]) WITH ORDINALITY AS asked(typed, place)"
    for table in tables:
        is_it = Clause(f"{table.folded} = {_FOLDED.replace('%s', 'asked.typed')}", ())
        rows = _rows(table, Tier.EXACT, _of_kinds(table), is_it)
        steps.append((list(texts), Clause(f"{rows.sql} LIMIT {READ_EXACT}", rows.values)))
    for one in beginnings:
        columns = (
            f"record_id, '{one.kind}', label, sort_label, {NameSort.LABEL.value}, {one.since}, {one.until},"
            f" {Tier.EXACT.value}"
        )
        is_it = Clause("sort_label = asked.typed", ())
        rows = select(columns, one.table, all_of([one.where, is_it]))
        steps.append(
            (list(map(one.fold, texts)), Clause(f"{rows.sql} LIMIT {READ_EXACT}", rows.values))
        )
    found: list[list[FoundName]] = [[] for _text in texts]
    if not steps or not texts:
        return found
    parts = [
        f"SELECT asked.place, each.* FROM {asked}, LATERAL ({step.sql}) AS each({_NAMED})"  # noqa: S608
        for _texts, step in steps
    ]
    values = [value for typed, step in steps for value in (typed, *step.values)]
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT place, record::text, kind, name, sort, since, until, tier, 0::float8, true, length(folded)"  # noqa: S608
            f" FROM ({' UNION ALL '.join(parts)}) AS found(place, {_NAMED})",
            values,
        )
        for place, *row in cursor.fetchall():
            found[place - 1].append(FoundName(*row))
    return found


def find_alike(texts: Sequence[str], table: Names) -> list[list[FoundName]]:
    """Return for each text the names that look like it, in no order. One statement; each text costs a search by trigrams."""
    found: list[list[FoundName]] = [[] for _text in texts]
    if not texts:
        return found
    typed = _FOLDED.replace("%s", "asked.typed")
    like = Clause(f"{table.folded} %%> {typed}", ())
    rows = _rows(table, Tier.SIMILAR, _of_kinds(table), like)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT asked.place, record::text, kind, name, sort, since, until, tier, {_likeness(typed)}, false, length(folded)"  # noqa: S608
            " FROM unnest(%s::text[]) WITH ORDINALITY AS asked(typed, place),"
            f" LATERAL ({rows.sql} LIMIT {table.at_most}) AS each({_NAMED})",
            [list(texts), *rows.values],
        )
        for place, *row in cursor.fetchall():
            found[place - 1].append(FoundName(*row))
    return found


def find(
    text: str,
    tables: Sequence[Names],
    beginnings: Sequence[Beginnings] = (),
    *,
    on: Days,
    only_possible: bool = False,
    limit: int,
) -> list[FoundName]:
    """Return the best name of each record that is found, the best first.

    With `only_possible`, names that certainly named nothing `on` those days are left out; without, they come later.
    """
    typed = text[:MAX_LENGTH]
    words = [word for word in re.split(r"\s+", typed) if any(map(str.isalnum, word))][:MAX_WORDS]
    if not words:
        return []
    steps = [step for table in tables for step in _steps(table, typed, words)]
    steps += [_of_beginning(table, table.fold(text)) for table in beginnings]
    best = _best(_read(steps, typed), on, only_possible=only_possible)
    if len(best) < limit and max(map(len, words)) >= SHORTEST:
        like = [_like(table, typed) for table in tables if table.is_searched]
        best = _best([*best, *_read(like, typed)], on, only_possible=only_possible)
    return best[:limit]


def _best(found: Iterable[FoundName], on: Days, *, only_possible: bool) -> list[FoundName]:
    best: dict[str, FoundName] = {}
    for name in sorted(found, key=lambda each: each.rank(on)):
        if name.is_possible(on) or not only_possible:
            best.setdefault(name.record, name)
    return list(best.values())


def _read(steps: Sequence[Clause], typed: str) -> list[FoundName]:
    """Read the names of all steps in one statement, with what their order follows from: folded once, compared once."""
    if not steps:
        return []
    likeness = f"CASE WHEN tier = {Tier.SIMILAR.value} THEN {_likeness(_FOLDED)} ELSE 0 END::float8"
    rows = select(
        f"record::text, kind, name, sort, since, until, tier, {likeness}, folded LIKE {_TYPED} || '%%', length(folded)",
        f"({' UNION ALL '.join(f'({step.sql})' for step in steps)}) AS found({_NAMED})",
        EVERYTHING,
    )
    values = [typed, typed, typed, *(value for step in steps for value in step.values)]
    with connection.cursor() as cursor:
        cursor.execute(rows.sql, values)
        return [FoundName(*row) for row in cursor.fetchall()]


def _likeness(typed: str) -> str:
    return f"(word_similarity({typed}, folded) + similarity({typed}, folded) / 10)::float8"


def _rows(table: Names, tier: Tier, *conditions: Clause) -> Clause:
    columns = (
        f"{table.record}, {table.kind}, {table.name}, {table.folded}, {table.sort},"
        f" {table.since}, {table.until}, {tier.value}"
    )
    return select(columns, table.table, all_of([table.where, *conditions]))


def _of_kinds(table: Names) -> Clause:
    return Clause(f"{table.kind} = ANY(%s)", (list(table.kinds),)) if table.kinds else EVERYTHING


def _steps(table: Names, typed: str, words: Sequence[str]) -> list[Clause]:
    def step(tier: Tier, *conditions: Clause) -> Clause:
        rows = _rows(table, tier, _of_kinds(table), *conditions)
        return Clause(f"{rows.sql} LIMIT {table.at_most}", rows.values)

    is_it = Clause(f"{table.folded} = {_FOLDED}", (typed,))
    begins = Clause(f"{table.folded} LIKE {_TYPED} || '%%'", (typed,))
    found = [
        _of_each_kind(table, tier, condition) if table.kinds else step(tier, condition)
        for tier, condition in ((Tier.EXACT, is_it), (Tier.BEGINNING, begins))
    ]
    if table.is_searched and max(map(len, words)) >= SHORTEST:
        whole = [
            Clause(f"{table.folded} LIKE '%%' || {_FOLDED} || '%%'", (word,)) for word in words
        ]
        begun = [Clause(f"{table.folded} LIKE '%%' || {_TYPED} || '%%'", (word,)) for word in words]
        found += [step(Tier.WORDS, *whole), step(Tier.BEGINNING, *begun)]
    return found


def _of_each_kind(table: Names, tier: Tier, condition: Clause) -> Clause:
    """The first names of each kind, kind by kind: of all at once, the planner reads every name with those trigrams."""
    rows = _rows(table, tier, Clause(f"{table.kind} = of.kind"), condition)
    each = f"{rows.sql} ORDER BY {table.folded} USING ~<~ LIMIT {READ_BEGINNINGS}"
    kinds = f"unnest(%s::text[]) AS of(kind), LATERAL ({each}) AS each"
    return Clause(select("each.*", kinds, EVERYTHING).sql, (list(table.kinds), *rows.values))


def _of_beginning(table: Beginnings, typed: str) -> Clause:
    pattern = re.sub(r"([\\%_])", r"\\\1", typed) + "%"
    rows = select(
        f"record_id, '{table.kind}', label, ' ' || sort_label || ' ', {NameSort.LABEL.value}, {table.since}, {table.until},"
        f" CASE WHEN sort_label = %s THEN {Tier.EXACT.value} ELSE {Tier.BEGINNING.value} END",
        table.table,
        all_of([table.where, Clause("sort_label LIKE %s", (pattern,))]),
    )
    return Clause(
        f"{rows.sql} ORDER BY sort_label, record_id LIMIT {READ_BEGINNINGS}",
        (typed, *rows.values),
    )


def _like(table: Names, typed: str) -> Clause:
    like = Clause(f"{table.folded} %%> {_FOLDED}", (typed,))
    rows = _rows(table, Tier.SIMILAR, _of_kinds(table), like)
    return Clause(f"{rows.sql} LIMIT {table.at_most}", rows.values)
