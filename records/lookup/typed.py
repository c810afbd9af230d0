"""What somebody typed: its words as names have them, and the words of names that it may mean."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.db import connection
from rapidfuzz.distance import OSA

from config.db.planned import execute_planned
from records.models.word import SHORTEST_WORD

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from records.lookup.name_tables import Words

#: What is typed is cut to this many letters and words.
MAX_LENGTH, MAX_WORDS = 100, 8
#: Words that a typed word may begin: so many are read, and the shortest of them taken.
READ_WORDS, BEGUN_WORDS = 1000, 200
#: Words with a slip that are read for a typed word, and the best of them that are taken: of several words, each with each is looked for.
READ_SLIPS, SLIPS, SLIPS_OF_SEVERAL = 500, 40, 6
#: Words that are most like a typed one.
LIKE_WORDS = 8
#: Longer words are not looked for with slips; in words that are as long as this, two are forgiven.
LONGEST_SLIP, TWO_SLIPS = 24, 8
#: Sorts behind every text that begins with what stands before it.
LAST = "\U0010ffff"


@dataclass(slots=True)
class TypedWord:
    """A word that was typed, folded, and words of names that it may mean."""

    word: str
    begun: list[str] = field(default_factory=list)  #: that begin with it, itself first
    #: That it is but for one letter, the likeliest first.
    slips: list[str] = field(default_factory=list)
    alike: list[str] = field(default_factory=list)  #: that look like it
    is_known: bool = False  #: whether names have it as it is

    @property
    def is_long_enough(self) -> bool:
        return len(self.word) >= SHORTEST_WORD


@dataclass(slots=True)
class Typed:
    """What was written, folded."""

    folded: str = ""
    words: list[TypedWord] = field(default_factory=list)

    @property
    def begins(self) -> str:
        """What a folded name begins with that begins with it."""
        return self.folded.rstrip()

    @property
    def is_long_enough(self) -> bool:
        return any(word.is_long_enough for word in self.words)

    def add_spellings(self, spellings: Iterable[Callable[[str], Sequence[str]]]) -> None:
        """Put other spellings of the words before the words that they may have been typed for."""
        for word in self.words:
            others = [other for each in spellings for other in each(word.word)]
            word.slips = list(dict.fromkeys([*others, *word.slips]))

    def slips_of(self, word: TypedWord) -> list[str]:
        """The words that one of the typed words may be. Where names have some of them as they are, the others are wrong."""
        if len(self.words) == 1:
            return word.slips[:SLIPS]
        unknown = [each for each in self.words if each.slips and not each.is_known]
        if unknown and word.is_known:
            return []
        return word.slips[: SLIPS if len(unknown) == 1 else SLIPS_OF_SEVERAL]


def fold(texts: Sequence[str], known: Words | None) -> list[Typed]:
    """Fold the texts, and read the known words that begin with theirs."""
    typed = [Typed() for _text in texts]
    begun, values = _begun(known) if known else ("NULL::text[]", ())
    statement = (
        f"SELECT text.place, folded, typed.word, {begun}"  # noqa: S608 - statements of ours
        " FROM unnest(%s::text[]) WITH ORDINALITY AS text(text, place), chancery_folded(text.text) AS folded,"
        " unnest(string_to_array(btrim(folded), ' ')) WITH ORDINALITY AS typed(word, place)"
        " ORDER BY text.place, typed.place"
    )
    with connection.cursor() as cursor:
        execute_planned(cursor, statement, [*values, list(texts)])
        for place, folded, word, words in cursor.fetchall():
            of_text = typed[place - 1]
            of_text.folded = folded
            is_new = word not in {each.word for each in of_text.words}
            if is_new and any(map(str.isalnum, word)) and len(of_text.words) < MAX_WORDS:
                of_text.words.append(TypedWord(word, list(dict.fromkeys([word, *(words or ())]))))
    return typed


def _begun(known: Words) -> tuple[str, tuple[object, ...]]:
    begun = (
        f"SELECT word FROM {known.table} WHERE {known.where.sql}"  # noqa: S608 - names of ours
        " AND word ~>=~ typed.word AND word ~<~ (typed.word || %s)"
        f" ORDER BY word USING ~<~ LIMIT {READ_WORDS}"
    )
    shortest = (
        f"CASE WHEN length(typed.word) >= {SHORTEST_WORD} THEN ARRAY(SELECT word FROM ({begun}) AS begun"  # noqa: S608 - as above
        f' ORDER BY length(word), word COLLATE "C" LIMIT {BEGUN_WORDS}) END'
    )
    return shortest, (*known.where.values, LAST)


def read_alike(typed: Iterable[Typed], known: Words) -> None:
    """Read the known words that the words of some texts are but for a slip, and that look like them, in one statement."""
    words = [word for text in typed for word in text.words if word.is_long_enough]
    if not words:
        return
    condition = known.where.sql
    # All words are compared where names are; else only long ones, for two slips.
    shortest = 0 if known.are_compared else TWO_SLIPS
    statement = (
        "SELECT place, found.word, found.is_alike FROM unnest(%s::text[]) WITH ORDINALITY AS asked (word, place),"  # noqa: S608 - names of ours
        f" LATERAL ((SELECT word, FALSE FROM {known.table} WHERE {condition}"
        f" AND length(asked.word) <= {LONGEST_SLIP} AND chancery_slips(word) && chancery_slips(asked.word)"
        f" LIMIT {READ_SLIPS})"
        f" UNION ALL (SELECT word, TRUE FROM {known.table} WHERE {condition}"
        f" AND length(asked.word) >= {shortest} AND word %% asked.word"
        f' ORDER BY similarity(word, asked.word) DESC, word COLLATE "C" LIMIT {LIKE_WORDS})'
        ") AS found (word, is_alike)"
    )
    with connection.cursor() as cursor:
        values = [[word.word for word in words], *known.where.values, *known.where.values]
        execute_planned(cursor, statement, values)
        for place, word, is_alike in cursor.fetchall():
            of_word = words[place - 1]
            if is_alike:
                of_word.alike.append(word)
            if word == of_word.word:
                of_word.is_known = True
            elif word not in of_word.slips and is_slip(of_word.word, word):
                of_word.slips.append(word)
    for of_word in words:
        of_word.slips.sort(key=lambda word, typed=of_word.word: _rank(typed, word))  # type: ignore[misc] # mypy cannot infer it


def is_slip(typed: str, word: str) -> bool:
    """Whether somebody may have typed this for the word, with one letter wrong, left out or too many, or two neighbours swapped; two of these in long words.

    Of three typed letters the first is taken to be right, unless one was left out before it: too many words are like them.
    """
    if typed == word or not (typed.isalpha() and word.isalpha()):
        return False
    allowed = 2 if min(len(typed), len(word)) >= TWO_SLIPS else 1
    if OSA.distance(typed, word, score_cutoff=allowed) > allowed:
        return False
    return (
        len(typed) > SHORTEST_WORD
        or typed[0] == word[0]
        or sorted(typed) == sorted(word)
        or word.endswith(typed)
    )


def _rank(typed: str, word: str) -> tuple[object, ...]:
    """Order the words for which this may have been typed: one slip before two; people seldom mistake the first letter, and swap or double more than they mistake."""
    is_same_letters = sorted(typed) == sorted(word) or set(typed) == set(word)
    return (OSA.distance(typed, word), typed[0] != word[0], not is_same_letters, len(word), word)
