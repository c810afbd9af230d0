"""Finding records by their names: exact, then by whole words, then by beginnings, then with slips, then by likeness.

One engine for the API, which finds what is published while somebody types and for references that name nothing, and for the
desk, which finds what is being worked on. Each gives the tables that have the names; all of them hold folded text (`chancery_folded`).

Each step reads a bounded number of names, so that the answer costs the same among a thousand names and a million.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import IntEnum, auto
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db import connection

from config.api.sql import EVERYTHING, Clause, all_of, select
from records.models import NameSort, PublishedName, PublishedWord

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date

    #: The first and the last.
    Days = tuple[date, date]

#: What is typed is cut to this many letters and words.
MAX_LENGTH, MAX_WORDS = 100, 8
#: Names that one step reads, and those of one kind where it reads kind by kind.
READ, READ_BEGINNINGS = 200, 20
#: Records that are called exactly like one text, and read for it.
READ_EXACT = 500
#: Names that are compared letter by letter in one step.
READ_ALIKE = 100
#: Words of two letters begin or are a word of too many names to look for anywhere but at the beginning, and are like too many.
SHORTEST = 3
#: Words of published names that a typed word may begin: so many are read, and the shortest of them taken.
READ_WORDS, BEGUN_WORDS = 1000, 200
#: Words of published names that are most like a typed one.
LIKE_WORDS = 8
#: Longer words are not looked for with slips: each letter is some more looks at the index.
LONGEST_SLIP = 16
#: Records with better names that are enough not to look for names that look alike.
ENOUGH = 10
#: How alike a name and what was typed are at least (the word similarity of pg_trgm, 0 to 1).
LIKENESS = 0.5

_WORDS = PublishedWord._meta.db_table
_NAMED = "record, kind, name, folded, sort, since, until, tier"
#: Sorts behind every text that begins with what stands before it.
_LAST = "\U0010ffff"


class Tier(IntEnum):
    """In which way a name was found, the best first."""

    EXACT = auto()
    WORDS = auto()  #: has all words that were typed
    BEGINNING = auto()  #: has words that begin with all that were typed
    SLIP = auto()  #: has all words that were typed, but for one letter
    SIMILAR = auto()  #: has words that look like what was typed


@dataclass(frozen=True, slots=True)
class Names:
    """A table with names, as SQL names its parts. They are ours; what is typed travels as a value."""

    table: str
    record: str  #: the key of the record
    name: str
    folded: str  #: as the indexes have it
    #: The words of `folded` as the index has them, all of them in `PublishedWord`. Without, names are found by trigrams, and in
    #: place of those that look alike those with slips of one letter.
    words: str = ""
    kind: str = "''"
    sort: str = str(NameSort.LABEL.value)
    since: str = "NULL::date"
    until: str = "NULL::date"
    where: Clause = EVERYTHING
    kinds: tuple[str, ...] = ()  #: to look for, where the table has several
    is_searched: bool = True  #: by words and likeness; otherwise only by how a name begins
    at_most: int = READ  #: names that one step reads
    #: Whether an index of `folded` reads names in order: those that begin with what was typed are one step then, the exact ones first.
    is_in_order: bool = False


@dataclass(frozen=True, slots=True)
class Beginnings:
    """A table of which only the beginning of a sorted name is indexed."""

    table: str
    kind: str
    where: Clause
    typed: str  #: what was typed, as the sorted name is written
    record: str = "record_id"
    name: str = "label"
    sorted_by: str = "sort_label"
    since: str = "NULL::date"
    until: str = "NULL::date"
    is_compared: bool = False  #: whether names that stand near in the alphabet are compared too


@dataclass(frozen=True, slots=True)
class Search:
    """What somebody wrote, and where to look for it."""

    text: str
    tables: Sequence[Names]
    beginnings: Sequence[Beginnings] = ()


@dataclass(slots=True)
class _Typed:
    """What was written, folded, with the words of published names that begin with each of its words."""

    folded: str
    words: list[str] = field(default_factory=list)
    begun: list[list[str]] = field(default_factory=list)

    @property
    def begins(self) -> str:
        """What a folded name begins with that begins with it."""
        return self.folded.rstrip()

    @property
    def is_long_enough(self) -> bool:
        return any(len(word) >= SHORTEST for word in self.words)


class _Step(NamedTuple):
    """Names to read; none where steps before it found enough names of a tier up to `enough_of`."""

    rows: Clause
    at_most: int
    enough_of: Tier | None = None


class FoundName(NamedTuple):
    """A name that was found."""

    record: str
    kind: str
    name: str
    tier: int


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


def published_names(kinds: Sequence[str]) -> Names:
    """The names of published records of these kinds, all of them kinds whose editions are found by words."""
    return Names(
        PublishedName._meta.db_table,
        record="record_id",
        name="name",
        folded="folded",
        words="string_to_array(btrim(folded), ' ')",
        kind="kind",
        sort="sort",
        since="since",
        until="until",
        kinds=tuple(kinds),
    )


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
    search = Search(text, tables, beginnings)
    return find_each([search], on=on, only_possible=only_possible, limit=limit)[0]


def find_each(
    searches: Sequence[Search], *, on: Days, only_possible: bool = False, limit: int
) -> list[list[FoundName]]:
    """Return what `find` returns for each of several searches. Four statements at most, however many there are."""
    found: list[list[FoundName]] = [[] for _each in searches]
    order = _Order(on, only_possible=only_possible, limit=limit)
    typed = _fold([search.text[:MAX_LENGTH] for search in searches])
    asked = [place for place, each in enumerate(typed) if each.words]
    read = [(place, typed[place], _steps(searches[place], typed[place])) for place in asked]
    _read(read, order, found)
    few = [
        place
        for place in asked
        if len(found[place]) < min(limit, ENOUGH) and typed[place].is_long_enough
    ]
    alike = _alike([(typed[place], searches[place]) for place in few])
    read = [
        (place, typed[place], _like(searches[place], typed[place], words))
        for place, words in zip(few, alike, strict=True)
    ]
    _read(read, order, found)
    return found


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
        steps.append((texts, "chancery_folded(typed)", _rows(table, Tier.EXACT, *kinds, is_it)))
    as_labels = [as_sorted(text) for text in texts]
    for one in beginnings:
        is_it = Clause(f"{one.sorted_by} = asked.folded")
        steps.append((as_labels, "typed", _sorted_rows(one, str(Tier.EXACT.value), is_it)))
    if not steps or not texts:
        return found
    parts, values = [], []
    for typed, folded, rows in steps:
        parts.append(
            f"SELECT asked.place, each.* FROM (SELECT place, {folded} AS folded"  # noqa: S608 - names of ours
            " FROM unnest(%s::text[]) WITH ORDINALITY AS written(typed, place)) AS asked,"
            f" LATERAL ({rows.sql} LIMIT {READ_EXACT}) AS each({_NAMED})"
        )
        values += [list(typed), *rows.values]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT place, record::text, kind, name, sort, since, until"  # noqa: S608 - as above
            f" FROM ({' UNION ALL '.join(parts)}) AS found(place, {_NAMED})",
            values,
        )
        for place, *name in cursor.fetchall():
            found[place - 1].append(ExactName(*name))
    return found


def _fold(texts: Sequence[str]) -> list[_Typed]:
    """Fold the texts, and read the words of published names that begin with theirs."""
    typed = [_Typed("") for _text in texts]
    begun = (
        f"SELECT word FROM {_WORDS} WHERE word ~>=~ typed.word AND word ~<~ (typed.word || %s)"  # noqa: S608 - a name of ours
        f" ORDER BY word USING ~<~ LIMIT {READ_WORDS}"
    )
    statement = (
        "SELECT text.place, folded, typed.word, CASE WHEN length(typed.word) >= %s THEN"  # noqa: S608 - as above
        f' ARRAY(SELECT word FROM ({begun}) AS begun ORDER BY length(word), word COLLATE "C" LIMIT {BEGUN_WORDS}) END'
        " FROM unnest(%s::text[]) WITH ORDINALITY AS text(text, place), chancery_folded(text.text) AS folded,"
        " unnest(string_to_array(btrim(folded), ' ')) WITH ORDINALITY AS typed(word, place)"
        " ORDER BY text.place, typed.place"
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, [SHORTEST, _LAST, list(texts)])
        for place, folded, word, words in cursor.fetchall():
            of_text = typed[place - 1]
            of_text.folded = folded
            if any(map(str.isalnum, word)) and len(of_text.words) < MAX_WORDS:
                of_text.words.append(word)
                of_text.begun.append(list(dict.fromkeys([word, *(words or ())])))
    return typed


@dataclass(frozen=True, slots=True)
class _Order:
    """The order of answers, and how many there are."""

    on: Days
    only_possible: bool
    limit: int

    def best(self, typed: _Typed, steps: Sequence[_Step], place: int) -> Clause:
        """The best name of each record. An exact code counts more than an exact name; what is there on the day comes before what is not.

        What takes long to read is not read where better names are enough for an answer.
        """
        first, last = self.on
        possible = "(coalesce(since <= %s, TRUE) AND coalesce(%s <= until, TRUE))"
        usable = possible if self.only_possible else "TRUE"
        days = (last, first) if self.only_possible else ()
        tables: list[str] = []
        read: list[str] = []
        values: list[Any] = []
        for number, step in enumerate(steps):
            sql = step.rows.sql
            values += step.rows.values
            if step.enough_of and read:
                better = " UNION ALL ".join(f"SELECT * FROM {name}" for name in read)  # noqa: S608 - names of ours
                counted = f"count(DISTINCT record) FILTER (WHERE tier <= {step.enough_of.value} AND {usable})"
                sql += f" LIMIT (SELECT CASE WHEN {counted} < {self.limit} THEN {step.at_most} ELSE 0 END FROM ({better}) AS better)"  # noqa: S608
                values += days
            else:
                sql += f" LIMIT {step.at_most}"
            tables.append(f"step{number}({_NAMED}) AS MATERIALIZED ({sql})")
            read.append(f"step{number}")
        united = " UNION ALL ".join(f"SELECT * FROM {name}" for name in read)  # noqa: S608
        rank = (
            f"tier, CASE WHEN tier = {Tier.EXACT.value} THEN sort ELSE 0 END, round(likeness::numeric, 3) DESC,"
            f' is_possible DESC, sort = {NameSort.PAST.value}, folded NOT LIKE %s, length(folded), name COLLATE "C", record'
        )
        likeness = (
            f"CASE WHEN tier = {Tier.SIMILAR.value}"
            " THEN word_similarity(%s, folded) + similarity(%s, folded) / 10 ELSE 1 END"
        )
        named = (
            f"SELECT *, {possible} AS is_possible, {likeness} AS likeness"  # noqa: S608 - names of ours
            f" FROM ({united}) AS read"
        )
        # Kept, so that likeness is computed once for each.
        tables.append(f"named AS MATERIALIZED ({named})")
        where = f"likeness >= {LIKENESS}" + (" AND is_possible" if self.only_possible else "")
        ranked = f"SELECT *, row_number() OVER (ORDER BY {rank}) AS rank FROM named WHERE {where}"  # noqa: S608
        one_each = f"SELECT DISTINCT ON (record) * FROM ({ranked}) AS ranked ORDER BY record, rank"  # noqa: S608
        return Clause(
            f"WITH {', '.join(tables)} SELECT {place}, record::text, kind, name, tier, rank"  # noqa: S608
            f" FROM ({one_each}) AS best ORDER BY rank LIMIT {self.limit}",
            (*values, last, first, typed.folded, typed.folded, f"{typed.begins}%"),
        )


def _read(
    searches: Sequence[tuple[int, _Typed, Sequence[_Step]]],
    order: _Order,
    found: list[list[FoundName]],
) -> None:
    """Read the names of all steps in one statement, and put what each search finds behind what it found before."""
    wanted = [order.best(typed, steps, place) for place, typed, steps in searches if steps]
    if not wanted:
        return
    statement = " UNION ALL ".join(f"({each.sql})" for each in wanted)
    with connection.cursor() as cursor:
        cursor.execute(statement, [value for each in wanted for value in each.values])
        rows = sorted(cursor.fetchall(), key=lambda row: (row[0], row[-1]))
    for place, *name, _rank in rows:
        of_search = found[place]
        if len(of_search) < order.limit and name[0] not in {each.record for each in of_search}:
            of_search.append(FoundName(*name))


def _rows(table: Names, tier: Tier, *conditions: Clause) -> Clause:
    return _rows_of_tiers(table, str(tier.value), *conditions)


def _rows_of_tiers(table: Names, tier: str, *conditions: Clause) -> Clause:
    columns = (
        f"{table.record}, {table.kind}, {table.name}, {table.folded}, {table.sort},"
        f" {table.since}, {table.until}, {tier}"
    )
    return select(columns, table.table, all_of([table.where, *conditions]))


def _in_order(table: Names, typed: _Typed, begins: Clause) -> _Step:
    """The first names that begin with what was typed: exact ones, those with the whole words, the others. One step costs less to plan than three."""
    has_words = (
        f"WHEN {table.folded} LIKE %s THEN {Tier.WORDS.value} " if typed.is_long_enough else ""
    )
    tier = f"CASE WHEN {table.folded} = %s THEN {Tier.EXACT.value} {has_words}ELSE {Tier.BEGINNING.value} END"
    rows = _rows_of_tiers(table, tier, begins)
    values = (typed.folded, *([f"{typed.folded}%"] if has_words else []), *rows.values)
    return _Step(Clause(f"{rows.sql} ORDER BY {table.folded} USING ~<~", values), table.at_most)


def _step(table: Names, tier: Tier, enough_of: Tier | None, *conditions: Clause) -> _Step:
    """Any names that meet the conditions, as many as a step reads.

    The planner does not see how many those are where better names may be enough: to find a few of many, it would read the
    table from its beginning, though they may stand at its end.
    """
    of_kinds = (
        Clause(f"{table.kind} = ANY(%s)", (list(table.kinds),)) if table.kinds else EVERYTHING
    )
    at_most = min(table.at_most, READ_ALIKE) if tier >= Tier.SLIP else table.at_most
    return _Step(_rows(table, tier, of_kinds, *conditions), at_most, enough_of)


def _steps(search: Search, typed: _Typed) -> list[_Step]:
    """Exact names, names with the words, and names with words that begin so: the quick steps first."""
    steps = [_of_beginning(table) for table in search.beginnings]
    for table in search.tables:
        is_it = Clause(f"{table.folded} = %s", (typed.folded,))
        begins = Clause(f"{table.folded} LIKE %s", (f"{typed.begins}%",))
        if table.is_in_order:
            steps.append(_in_order(table, typed, begins))
            continue
        for tier, condition in ((Tier.EXACT, is_it), (Tier.BEGINNING, begins)):
            if table.kinds:
                steps.append(_of_each_kind(table, tier, condition))
            else:
                steps.append(_step(table, tier, None, condition))
    if not typed.is_long_enough:
        return steps
    searched = [table for table in search.tables if table.is_searched]
    for table in searched:
        whole = [_has_word(table, word) for word in typed.words]
        enough_of = Tier.EXACT
        if not table.words:  # trigrams collect all names with a frequent word before the first is read: often these begin with it
            begins = Clause(f"{table.folded} LIKE %s", (f"{typed.folded}%",))
            if not table.is_in_order:
                steps.append(_step(table, Tier.WORDS, Tier.EXACT, begins))
            enough_of = Tier.WORDS
        steps.append(_step(table, Tier.WORDS, enough_of, *whole))
    return steps + [
        _step(table, Tier.BEGINNING, Tier.WORDS, *_begun(table, typed)) for table in searched
    ]


def _has_word(table: Names, word: str) -> Clause:
    if table.words:
        return Clause(f"{table.words} @> ARRAY[%s]", (word,))
    return Clause(f"{table.folded} LIKE %s", (f"% {word} %",))


def _begun(table: Names, typed: _Typed) -> list[Clause]:
    return [
        Clause(f"{table.words} && %s", (words,))
        if table.words and len(word) >= SHORTEST
        else _has_beginning(table, word)
        for word, words in zip(typed.words, typed.begun, strict=True)
    ]


def _of_each_kind(table: Names, tier: Tier, condition: Clause) -> _Step:
    """The first names of each kind, kind by kind: of all at once, the planner reads every name with those trigrams."""
    rows = _rows(table, tier, Clause(f"{table.kind} = of.kind"), condition)
    each = f"{rows.sql} ORDER BY {table.folded} USING ~<~ LIMIT {READ_BEGINNINGS}"
    kinds = f"unnest(%s::text[]) AS of(kind), LATERAL ({each}) AS each"
    all_kinds = select("each.*", kinds, EVERYTHING)
    return _Step(Clause(all_kinds.sql, (list(table.kinds), *rows.values)), READ)


def _of_beginning(table: Beginnings) -> _Step:
    pattern = re.sub(r"([\\%_])", r"\\\1", table.typed) + "%"
    tier = (
        f"CASE WHEN {table.sorted_by} = %s THEN {Tier.EXACT.value} ELSE {Tier.BEGINNING.value} END"
    )
    rows = _sorted_rows(table, tier, Clause(f"{table.sorted_by} LIKE %s", (pattern,)))
    in_order = f"{rows.sql} ORDER BY {table.sorted_by}, {table.record}"
    return _Step(Clause(in_order, (table.typed, *rows.values)), READ_BEGINNINGS)


def _sorted_rows(table: Beginnings, tier: str, condition: Clause) -> Clause:
    return select(
        f"{table.record}, '{table.kind}', {table.name}, ' ' || {table.sorted_by} || ' ', {NameSort.LABEL.value},"
        f" {table.since}, {table.until}, {tier}",
        table.table,
        all_of([table.where, condition]),
    )


def _alike(searches: Sequence[tuple[_Typed, Search]]) -> list[list[list[str]]]:
    """Read, for each word of each search, the words of published names that look like it or begin with it."""
    found = [
        [list(begun) if len(word) >= SHORTEST else [] for word, begun in _words(typed)]
        for typed, _search in searches
    ]
    statements, values = [], []
    for place, (typed, search) in enumerate(searches):
        if not any(table.words and table.is_searched for table in search.tables):
            continue
        for number, word in enumerate(typed.words):
            if len(word) >= SHORTEST:
                statements.append(
                    f"(SELECT {place}, {number}, word FROM {_WORDS} WHERE word %% %s"  # noqa: S608 - a name of ours
                    f' ORDER BY similarity(word, %s) DESC, word COLLATE "C" LIMIT {LIKE_WORDS})'
                )
                values += [word, word]
    if statements:
        with connection.cursor() as cursor:
            cursor.execute(" UNION ALL ".join(statements), values)
            for place, number, word in cursor.fetchall():
                found[place][number].append(word)
    return found


def _words(typed: _Typed) -> list[tuple[str, list[str]]]:
    return list(zip(typed.words, typed.begun, strict=True))


def _like(search: Search, typed: _Typed, words: Sequence[list[str]]) -> list[_Step]:
    """Names that look like what was typed: with words that look like all of its words, else like the longest."""
    steps = []
    longest = max(range(len(words)), key=lambda number: len(typed.words[number]))
    for table in search.tables:
        if not table.is_searched:
            continue
        if not table.words:
            steps += _slips(table, typed)
            continue
        each = [Clause(f"{table.words} && %s", (those,)) for those in words if those]
        steps.append(_step(table, Tier.SIMILAR, None, *each))
        if len(each) > 1:
            one = Clause(f"{table.words} && %s", (words[longest],))
            steps.append(_step(table, Tier.SIMILAR, Tier.SIMILAR, one))
    compared = [table for table in search.beginnings if table.is_compared]
    return steps + [step for table in compared for step in _nearby(table)]


def _slips(table: Names, typed: _Typed) -> list[_Step]:
    """Names with one of the words misspelt, whichever it is. Two at once would be as many looks at the index as both have slips."""
    spelt = [_has_beginning(table, word) for word in typed.words]
    return [
        # As an array, so that a name which the index proposes is folded once.
        _step(
            table,
            Tier.SLIP,
            None,
            *spelt[:place],
            Clause(f"{table.folded} LIKE ANY(%s)", (slips,)),
            *spelt[place + 1 :],
        )
        for place, slips in enumerate(map(_slips_of, typed.words))
        if slips
    ]


def _has_beginning(table: Names, word: str) -> Clause:
    return Clause(f"{table.folded} LIKE %s", (f"% {word}%",))


def _slips_of(word: str) -> list[str]:
    """Patterns of names with the word as it is with one letter wrong, left out or too many, or two letters swapped.

    Of a word of three letters only the swapped ones: what is left of it begins or ends too many words. Likewise the first
    of four letters is taken to be right.
    """
    if not SHORTEST <= len(word) <= LONGEST_SLIP or not word.isalpha():
        return []
    slips = []
    for place in range(len(word)):
        before, letter, after = word[:place], word[place], word[place + 1 :]
        slips.append(f"{before}{after[:1]}{letter}{after[1:]}")
        if len(word) > SHORTEST:
            slips += [f"{before}_{letter}{after}", f"{before}{after}"]
            if place or len(word) > SHORTEST + 1:
                slips.append(f"{before}_{after}")
    return [f"% {slip} %" for slip in dict.fromkeys(slips) if slip != word]


def _nearby(table: Beginnings) -> list[_Step]:
    """What stands next to it in the alphabet."""
    steps = []
    for comparison, direction in ((">=", ""), ("<", " DESC")):
        condition = Clause(f"{table.sorted_by} {comparison} %s", (table.typed,))
        rows = _sorted_rows(table, str(Tier.SIMILAR.value), condition)
        in_order = f"{rows.sql} ORDER BY {table.sorted_by}{direction}"
        steps.append(_Step(Clause(in_order, rows.values), READ_BEGINNINGS))
    return steps
