"""What the engine reads for one search: steps of a bounded number of names each, from the best way to be found to the last."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import IntEnum, auto
from typing import TYPE_CHECKING, NamedTuple

from config.api.sql import EVERYTHING, Clause, all_of, select
from records.lookup.name_tables import READ, READ_BEGINNINGS, READ_JOINED
from records.lookup.typed import LAST
from records.models import NameSort

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from records.lookup.name_tables import Beginnings, Names
    from records.lookup.typed import Typed, TypedWord

#: What a step reads of a name. The folded name is NULL where it would have to be made: the name does not begin with what was typed then.
NAMED = "record, kind, name, folded, sort, since, until, tier"
#: Names that are compared letter by letter in one step.
READ_ALIKE = 100
#: Names that are read for each word that may have been meant.
READ_SLIPS = 40
#: Shorter words are within too many others.
SHORTEST_WITHIN = 4


class Tier(IntEnum):
    """In which way a name was found, the best first."""

    EXACT = auto()
    WORDS = auto()  #: has all words that were typed
    BEGINNING = auto()  #: has words that begin with all that were typed
    SLIP = auto()  #: has all words that were typed, but for a letter in some of them
    SIMILAR = auto()  #: has words that look like what was typed
    WITHIN = auto()  #: has what was typed within its words


@dataclass(frozen=True, slots=True)
class Search:
    """What somebody wrote, and where to look for it."""

    text: str
    tables: Sequence[Names]
    beginnings: Sequence[Beginnings] = ()
    #: Give other spellings of a word of a name.
    spellings: Sequence[Callable[[str], Sequence[str]]] = ()
    #: Tables with names that are looked at where nothing else is found: whole, as they are written.
    whole: Sequence[Names] = ()
    #: Whether the typed words are looked for within others where nothing else is found.
    within: bool = False


class Step(NamedTuple):
    """Names to read; none where steps before it found enough names of a tier up to `enough_of`."""

    rows: Clause
    at_most: int
    enough_of: Tier | None = None


def rows_of(table: Names, tier: Tier, *conditions: Clause, in_order: bool = False) -> Clause:
    return _names(table, str(tier.value), *conditions, in_order=in_order)


def sorted_rows(table: Beginnings, tier: str, condition: Clause) -> Clause:
    return select(
        f"{table.record}, '{table.kind}', {table.name}, ' ' || {table.sorted_by} || ' ', {NameSort.LABEL.value},"
        f" {table.since}, {table.until}, {tier}",
        table.table,
        all_of([table.where, condition]),
    )


def first_steps(search: Search, typed: Typed) -> list[Step]:
    """Exact names, names with the words, and names with words that begin so: the quick steps first."""
    steps = [_of_beginning(table) for table in search.beginnings]
    for table in search.tables:
        is_it = Clause(f"{table.folded} = %s", (typed.folded,))
        begins = _begins(table.folded, typed.begins)
        if table.is_in_order:
            steps.append(_in_order(table, typed, begins))
            continue
        if table.kinds:
            steps.append(_of_each_kind(table, Tier.EXACT, is_it))
            steps.append(_of_each_kind(table, Tier.BEGINNING, begins))
    if not typed.is_long_enough:
        return steps
    searched = [table for table in search.tables if table.is_searched]
    for table in searched:
        whole = [_has_word(table, word.word) for word in typed.words]
        # An index of words collects all names with a frequent one before the first is read: often these begin with it.
        enough_of = Tier.WORDS if table.is_in_order else Tier.EXACT
        steps.append(_step(table, Tier.WORDS, enough_of, *whole))
    if all(word.is_long_enough and word.begun == [word.word] for word in typed.words):
        searched = [table for table in searched if not table.words]  # that was all
    for table in searched:
        enough_of = Tier.BEGINNING if table.is_in_order else Tier.WORDS
        begun = [_begun(table, word) for word in typed.words]
        steps.append(_step(table, Tier.BEGINNING, enough_of, *begun))
    return steps


def last_steps(search: Search, typed: Typed) -> list[Step]:
    """Names with slips in their words, and names that look like what was typed: with words that look like all of its words, else like the longest."""
    steps = []
    longest = max(typed.words, key=lambda word: len(word.word))
    for table in search.tables:
        if not table.is_searched:
            continue
        if table.words and any(word.slips for word in typed.words):
            steps += _slips(table, typed)
        if not (table.known and table.known.are_compared):
            continue
        alike = {
            word.word: list(dict.fromkeys([*_meant(typed, word), *word.alike]))
            for word in typed.words
            if word.is_long_enough
        }
        each = [_has_any(table, words) for words in alike.values()]
        steps.append(_step(table, Tier.SIMILAR, Tier.SLIP, *each))
        if len(each) > 1:
            one = _has_any(table, alike[longest.word])
            steps.append(_step(table, Tier.SIMILAR, Tier.SIMILAR, one))
    compared = [table for table in search.beginnings if table.is_compared]
    return steps + [step for table in compared for step in _nearby(table)]


def steps_within(search: Search, typed: Typed) -> list[Step]:
    """What is written exactly so, and names with the typed words within theirs."""
    text = search.text.strip()
    steps = [
        Step(rows_of(table, Tier.EXACT, Clause(f"{table.name} = %s", (text,))), table.at_most)
        for table in search.whole
    ]
    if (
        not search.within
        or all(word.is_known for word in typed.words)
        or any(len(word.word) < SHORTEST_WITHIN for word in typed.words)
    ):
        return steps  # every name with a letter would be read
    return steps + [
        _step(table, Tier.WITHIN, None, *[_is_within(table, word) for word in typed.words])
        for table in search.tables
        if table.is_searched
    ]


def _names(
    table: Names, tier: str, *conditions: Clause, folded: str = "", in_order: bool = False
) -> Clause:
    folded = folded or (table.folded if table.is_stored else "NULL::text")
    columns = (
        f"{table.record}, {table.kind}, {table.name}, {folded}, {table.sort},"
        f" {table.since}, {table.until}, {tier}"
    )
    order = f" ORDER BY {table.folded} USING ~<~" if in_order else ""
    if not table.joined:
        rows = select(columns, table.table, all_of([table.where, *conditions]))
        return Clause(rows.sql + order, rows.values)
    alias = table.table.split()[-1]
    names = select("*", table.table, all_of(conditions))
    joined = f"({names.sql}{order} LIMIT {READ_JOINED}) AS {alias} {table.joined}"
    rows = select(columns, joined, table.where)
    return Clause(rows.sql + order, (*names.values, *rows.values))


def _begins(folded: str, with_: str) -> Clause:
    """As a range, which an index finds whatever the planner knows of the text."""
    return Clause(f"{folded} ~>=~ %s AND {folded} ~<~ %s", (with_, with_ + LAST))


def _in_order(table: Names, typed: Typed, begins: Clause) -> Step:
    """The first names that begin with what was typed: exact ones, those with the whole words, the others. One step costs less to plan than three."""
    rows = _names(table, "0", begins, folded=table.folded, in_order=True)
    has_words = f"WHEN folded LIKE %s THEN {Tier.WORDS.value} " if typed.is_long_enough else ""
    tier = (
        f"CASE WHEN folded = %s THEN {Tier.EXACT.value} {has_words}ELSE {Tier.BEGINNING.value} END"
    )
    columns = NAMED.removesuffix("tier") + tier
    first = f"({rows.sql} LIMIT {table.first}) AS begun({NAMED})"
    typed_so = (typed.folded, *([f"{typed.folded}%"] if has_words else []))
    return Step(
        Clause(select(columns, first, EVERYTHING).sql, (*typed_so, *rows.values)), table.first
    )


def _step(table: Names, tier: Tier, enough_of: Tier | None, *conditions: Clause) -> Step:
    """Any names that meet the conditions, as many as a step reads.

    The planner does not see how many those are where better names may be enough: to find a few of many, it would read the
    table from its beginning, though they may stand at its end.
    """
    of_kinds = (
        Clause(f"{table.kind} = ANY(%s)", (list(table.kinds),)) if table.kinds else EVERYTHING
    )
    at_most = min(table.at_most, READ_ALIKE) if tier >= Tier.SLIP else table.at_most
    return Step(rows_of(table, tier, of_kinds, *conditions), at_most, enough_of)


def _has_word(table: Names, word: str) -> Clause:
    if table.words:
        return Clause(f"{table.words} @> ARRAY[%s]", (word,))
    return Clause(f"{table.folded} LIKE %s", (f"% {word} %",))


def _has_any(table: Names, words: Sequence[str]) -> Clause:
    return Clause(f"{table.words} && %s", (list(words),))


def _begun(table: Names, word: TypedWord) -> Clause:
    if table.words and word.is_long_enough:
        return _has_any(table, word.begun)
    return Clause(f"{table.folded} LIKE %s", (f"% {word.word}%",))


def _is_within(table: Names, word: TypedWord) -> Clause:
    if table.words and word.is_known:
        return _has_any(table, word.begun)
    return Clause(f"{table.folded} LIKE %s", (f"%{word.word}%",))


def _meant(typed: Typed, word: TypedWord) -> list[str]:
    """The words that a typed one may be or begin, misspelt or not."""
    return list(dict.fromkeys([*word.begun, *typed.slips_of(word)]))


def _slips(table: Names, typed: Typed) -> list[Step]:
    """Names with words that somebody may have mistyped."""
    if len(typed.words) > 1 or not table.is_in_order:
        may_be = [_may_be(table, typed, word) for word in typed.words]
        return [_step(table, Tier.SLIP, None, *may_be)]
    # Word by word, the likeliest first. An index of words collects all names with a frequent one before the first is read: often
    # enough names begin with it.
    begins = Clause(
        f"{table.folded} ~>=~ (' ' || asked.word || ' ') AND {table.folded} ~<~ (' ' || asked.word || ' ' || %s)",
        (LAST,),
    )
    first = rows_of(table, Tier.SLIP, begins, in_order=True)
    others = rows_of(table, Tier.SLIP, Clause(f"{table.words} @> ARRAY[asked.word]"))
    each = (
        f"WITH first({NAMED}) AS MATERIALIZED ({first.sql} LIMIT {READ_SLIPS})"  # noqa: S608 - statements of ours
        f" SELECT * FROM first UNION ALL ({others.sql}"
        f" LIMIT (SELECT CASE WHEN count(*) < {READ_SLIPS} THEN {READ_SLIPS} ELSE 0 END FROM first))"
    )
    words = f"unnest(%s::text[]) AS asked (word), LATERAL ({each}) AS each"
    slips = typed.slips_of(typed.words[0])
    rows = select("each.*", words, EVERYTHING)
    return [Step(Clause(rows.sql, (slips, *first.values, *others.values)), table.at_most)]


def _may_be(table: Names, typed: Typed, word: TypedWord) -> Clause:
    if word.is_long_enough:
        return _has_any(table, _meant(typed, word))
    return _begun(table, word)


def _of_each_kind(table: Names, tier: Tier, condition: Clause) -> Step:
    """The first names of each kind, kind by kind: of all at once, the planner reads every name with those trigrams."""
    of_kind = Clause(f"{table.kind} = of.kind")
    rows = rows_of(table, tier, of_kind, condition, in_order=True)
    each = f"{rows.sql} LIMIT {READ_BEGINNINGS}"
    kinds = f"unnest(%s::text[]) AS of(kind), LATERAL ({each}) AS each"
    all_kinds = select("each.*", kinds, EVERYTHING)
    return Step(Clause(all_kinds.sql, (list(table.kinds), *rows.values)), READ)


def _of_beginning(table: Beginnings) -> Step:
    tier = (
        f"CASE WHEN {table.sorted_by} = %s THEN {Tier.EXACT.value} ELSE {Tier.BEGINNING.value} END"
    )
    if table.is_compared:  # not sorted by its bytes in every database
        pattern = re.sub(r"([\\%_])", r"\\\1", table.typed) + "%"
        begins = Clause(f"{table.sorted_by} LIKE %s", (pattern,))
    else:
        begins = Clause(
            f"{table.sorted_by} >= %s AND {table.sorted_by} < %s",
            (table.typed, table.typed + LAST),
        )
    rows = sorted_rows(table, tier, begins)
    in_order = f"{rows.sql} ORDER BY {table.sorted_by}, {table.record}"
    return Step(Clause(in_order, (table.typed, *rows.values)), READ_BEGINNINGS)


def _nearby(table: Beginnings) -> list[Step]:
    """What stands next to it in the alphabet."""
    steps = []
    for comparison, direction in ((">=", ""), ("<", " DESC")):
        condition = Clause(f"{table.sorted_by} {comparison} %s", (table.typed,))
        rows = sorted_rows(table, str(Tier.SIMILAR.value), condition)
        in_order = f"{rows.sql} ORDER BY {table.sorted_by}{direction}"
        steps.append(Step(Clause(in_order, rows.values), READ_BEGINNINGS))
    return steps
