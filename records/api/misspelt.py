"""What may be meant by a search that finds nothing: its words as names that are published have them."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING

from config.api.notes import Note
from config.api.sql import NOTHING, Clause, all_of, select, table_of
from records.api.pages import fetch, readable
from records.api.search import SEARCH
from records.api.words import matches_whole
from records.lookup.name_tables import Words
from records.lookup.typed import MAX_LENGTH, fold, read_alike
from records.models import PublishedWord

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from records.lookup.typed import Typed
    from records.models import Edition

#: Words of a search that are spelt otherwise, and spellings of each.
WORDS, SPELLINGS = 3, 3
#: Texts that are looked for, and those of them that are suggested at most.
TRIED, SUGGESTED = 6, 3
#: Words that merely look alike are not read: they cost more, and are seldom meant.
_WORDS = Words(PublishedWord._meta.db_table)


def notes_of_spelling(
    editions: type[Edition], asked: Sequence[Clause], words: str | None
) -> list[Note]:
    """Say with which spellings of its words a search that found nothing would find something, all else `asked` as it is.

    Three statements: what is suggested was looked for, and found.
    """
    if words is None or len(words) > MAX_LENGTH or NOTHING in asked:
        return []
    (typed,) = fold([words], None)
    read_alike([typed], _WORDS)
    found = _found(editions, asked, list(_otherwise(typed))[:TRIED])[:SUGGESTED]
    if not found:
        return []
    others = " and ".join(f"“{text}”" for text in found)
    detail = f"Nothing has all of the words “{words}” as they are written; something is found for {others}."
    return [Note("search_misspelt", SEARCH.name, words, detail, found)]


def _otherwise(typed: Typed) -> Iterator[str]:
    """Yield the text with words spelt otherwise, the likeliest first: words that no name has, else any, as few as there are."""
    wrong = [word for word in typed.words if word.slips and not word.is_known]
    # A word that no name has may still be one of a title; of words that names have, one at a time is taken to be wrong.
    as_it_is = 1.5 if wrong else -1
    wrong = (wrong or [word for word in typed.words if word.slips])[:WORDS]
    ways = [[*enumerate(word.slips[:SPELLINGS]), (as_it_is, word.word)] for word in wrong]
    for way in sorted(product(*ways), key=lambda way: sum(cost for cost, _text in way)):
        spelt = {word.word: text for word, (_cost, text) in zip(wrong, way, strict=True)}
        if any(word != text for word, text in spelt.items()):
            yield " ".join(spelt.get(word, word) for word in typed.folded.split())


def _found(editions: type[Edition], asked: Sequence[Clause], texts: Sequence[str]) -> list[str]:
    """Return those of some texts for which the list has a row, the last word whole: a beginning costs as much as all words that begin so."""
    if not texts:
        return []
    statements = [
        select(
            f"{place}",
            table_of(editions),
            all_of([readable(editions), *asked, matches_whole(editions, text)]),
        )
        for place, text in enumerate(texts)
    ]
    rows = fetch(
        Clause(
            " UNION ALL ".join(f"({each.sql} LIMIT 1)" for each in statements),
            tuple(value for each in statements for value in each.values),
        )
    )
    return [texts[place] for place in sorted(place for (place,) in rows)]
