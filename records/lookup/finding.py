"""Finding records by their names: exact, then by whole words, then by beginnings, then with slips, then by likeness.

One engine for the API, which finds what is published while somebody types and for references that name nothing, and for the
desk, which finds what is being worked on. Each gives the tables that have the names; all of them hold folded text (`chancery_folded`).

Each step reads a bounded number of names, so that the answer costs the same among a thousand names and a million.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from django.db import connection

from config.api.sql import Clause
from records.lookup.name_tables import working_words
from records.lookup.reading import FoundName, Order, read
from records.lookup.steps import (
    NAMED,
    Search,
    Tier,
    first_steps,
    last_steps,
    rows_of,
    sorted_rows,
    steps_within,
)
from records.lookup.typed import MAX_LENGTH, fold, read_alike

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import date

    from records.lookup.name_tables import Beginnings, Names, Words
    from records.lookup.reading import Days
    from records.registry import Kind

#: Records that are called exactly like one text, and read for it.
READ_EXACT = 500
#: Records with better names that are enough not to look for names that look alike.
ENOUGH = 10


class ExactName(NamedTuple):
    """A name that is written exactly so, but for accents and capitals."""

    record: str
    kind: str
    name: str
    sort: int
    since: date | None
    until: date | None

    def is_possible(self, on: Days) -> bool:
        """Whether it may have named something on one of the days."""
        first, last = on
        return (self.since is None or self.since <= last) and (
            self.until is None or first <= self.until
        )

    def rank(self, on: Days) -> tuple[object, ...]:
        """The order of exact names, as `find` has it."""
        return (
            self.sort,
            not self.is_possible(on),
            len(self.name),
            self.name,
            self.record,
        )


def find(
    text: str,
    tables: Sequence[Names],
    beginnings: Sequence[Beginnings] = (),
    *,
    kinds: Iterable[Kind] = (),
    on: Days,
    only_possible: bool = False,
    limit: int,
) -> list[FoundName]:
    """Return the best name of each record that is found, the best first: of records of these kinds, which spell names in several ways.

    With `only_possible`, names that certainly named nothing `on` those days are left out; without, they come later.
    """
    search = Search(text, tables, beginnings, spellings_of(kinds))
    return find_each([search], on=on, only_possible=only_possible, limit=limit)[0]


def find_each(
    searches: Sequence[Search],
    *,
    on: Days,
    only_possible: bool = False,
    limit: int,
    enough: int | None = None,
) -> list[list[FoundName]]:
    """Return what `find` returns for each of several searches. Five statements at most, however many there are.

    What takes long to read is not read where there are `enough` better names, if that is fewer than `limit`.
    """
    found: list[list[FoundName]] = [[] for _each in searches]
    order = Order(on, only_possible=only_possible, limit=limit, enough=enough or limit)
    known = _known(searches)
    typed = fold([search.text[:MAX_LENGTH] for search in searches], known)
    asked = [place for place, each in enumerate(typed) if each.words]
    first = [(place, typed[place], first_steps(searches[place], typed[place])) for place in asked]
    # Several searches are as many statements as there are lists of searches; LIKE keeps no plan.
    planned = len(searches) == 1 and not any(each.is_compared for each in searches[0].beginnings)
    read(first, order, found, planned=planned)
    few = [
        place
        for place in asked
        if len(found[place]) < min(limit, ENOUGH) and typed[place].is_long_enough
    ]
    if known and few:
        read_alike([typed[place] for place in few], known)
    for place in few:
        typed[place].add_spellings(searches[place].spellings)
    last = [(place, typed[place], last_steps(searches[place], typed[place])) for place in few]
    read(last, order, found, planned=planned)
    none = [place for place in asked if not found[place]]
    within = [(place, typed[place], steps_within(searches[place], typed[place])) for place in none]
    read(within, order, found, planned=planned)
    return found


def spellings_of(kinds: Iterable[Kind]) -> list[Callable[[str], Sequence[str]]]:
    """Return what gives other spellings of the words in names of these kinds."""
    return [kind.spellings for kind in kinds if kind.spellings is not None]


def _known(searches: Sequence[Search]) -> Words | None:
    """Return where the words of the names are that are searched: all at the desk, or all published."""
    known = {table.known for search in searches for table in search.tables if table.known}
    if len(known) < 2:
        return next(iter(known), None)
    return working_words(*sorted({kind for words in known for kind in words.kinds}))


def find_exact(
    texts: Sequence[str],
    tables: Sequence[Names],
    beginnings: Sequence[Beginnings],
    as_sorted: Callable[[str], str],
) -> list[list[ExactName]]:
    """Return for each text the names that are written exactly so, up to `READ_EXACT` for each table. One statement for all texts.

    `as_sorted` writes a text as the sorted names of `beginnings` are; what is `typed` in these is not looked at.
    """
    found: list[list[ExactName]] = [[] for _text in texts]
    steps = []
    for table in tables:
        of_kinds = Clause(f"{table.kind} = ANY(%s)", (list(table.kinds),))
        is_it = Clause(f"{table.folded} = asked.folded")
        kinds = [of_kinds] if table.kinds else []
        steps.append((texts, "chancery_folded(typed)", rows_of(table, Tier.EXACT, *kinds, is_it)))
    as_labels = [as_sorted(text) for text in texts]
    for one in beginnings:
        is_it = Clause(f"{one.sorted_by} = asked.folded")
        steps.append((as_labels, "typed", sorted_rows(one, str(Tier.EXACT.value), is_it)))
    if not steps or not texts:
        return found
    parts, values = [], []
    for typed, folded, rows in steps:
        parts.append(
            f"SELECT asked.place, each.* FROM (SELECT place, {folded} AS folded"  # noqa: S608 - names of ours
            " FROM unnest(%s::text[]) WITH ORDINALITY AS written(typed, place)) AS asked,"
            f" LATERAL ({rows.sql} LIMIT {READ_EXACT}) AS each({NAMED})"
        )
        values += [list(typed), *rows.values]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT place, record::text, kind, name, sort, since, until"  # noqa: S608 - as above
            f" FROM ({' UNION ALL '.join(parts)}) AS found(place, {NAMED})",
            values,
        )
        for place, *name in cursor.fetchall():
            found[place - 1].append(ExactName(*name))
    return found
