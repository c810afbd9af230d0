"""The words of a search: as the database looks for them, and how often they probably occur.

Full text has names as they are and the stems of prose, which begin with a space (`records.bulk`): each word is looked for as both.
"""

from __future__ import annotations

import re
import unicodedata
from math import prod
from typing import TYPE_CHECKING

from config.api.sql import Clause, all_of, column
from records.bulk import NAMES, PROSE, as_stems
from records.ways.frequencies import elements

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from records.models import Edition

_HYPHENS = re.compile(r"[-‐‑–]+")  # noqa: RUF001 - the hyphens that people write
_PLAIN = re.compile(r"[A-Za-z0-9]+", re.ASCII)
_PARTS = re.compile(r"\w+")
#: Letters that a stem is shorter than a word, at most, and letters that it has at least.
_ENDING, _STEM = 5, 2


def question(words: str) -> Clause:
    """The words as the database searches for them, the last one also as a beginning."""
    *whole, last = _split(words)
    return _all_of([*map(_whole, whole), _begun(last)])


def matches(editions: type[Edition], words: str) -> Clause:
    """Which editions have all the words."""
    *whole, last = _split(words)
    return _has(editions, [*map(_whole, whole), _begun(last)], words)


def matches_whole(editions: type[Edition], words: str) -> Clause:
    """Which editions have all the words, the last one too as it is written."""
    return _has(editions, [*map(_whole, _split(words))], words)


def matches_before_last(editions: type[Edition], words: str) -> Clause:
    """Which editions have all the words but the last."""
    return _has(editions, [*map(_whole, _split(words)[:-1])], words)


def _split(words: str) -> list[str]:
    """Split into words, less signs that are none, unless there is nothing else."""
    every = words.split()
    return [word for word in every if _PARTS.search(word)] or every[:1]


def _has(editions: type[Edition], queries: Sequence[Clause], words: str) -> Clause:
    """Each word is a condition of its own: the index then meets them several times faster than one query of them all."""
    name, _kind = column(editions, "search")
    every = question(words)
    found = []
    for query, word in zip(queries, _split(words), strict=False):
        if _PLAIN.fullmatch(word):
            found.append(Clause(f"{name} @@ ({query.sql})", query.values))
        else:  # signs may be no word at all, and then ask for nothing
            asked = f"CASE WHEN numnode({query.sql}) > 0 THEN {query.sql} ELSE {every.sql} END"
            found.append(Clause(f"{name} @@ ({asked})", query.values * 2 + every.values))
    return all_of(found)


def _all_of(queries: Sequence[Clause]) -> Clause:
    return Clause(
        " && ".join(query.sql for query in queries),
        tuple(value for query in queries for value in query.values),
    )


def _whole(word: str) -> Clause:
    return _any_of([(_name, _quoted(word)), (_stem, _quoted(word)), *_compound(word, "")])


def _begun(word: str) -> Clause:
    beginning = f"{_quoted(word)}:*"
    ways = [(_name, beginning), (_stem, _quoted(word)), (_beginning_of_stem, beginning)]
    return _any_of([*ways, *_compound(word, ":*")])


def _compound(word: str, sign: str) -> Iterator[tuple[str, str]]:
    """A compound is also looked for by all of its parts."""
    parts = [part for part in _HYPHENS.split(word) if part]
    if len(parts) > 1:
        yield _name, " & ".join(f"{_quoted(part)}{sign}" for part in parts)


def _any_of(ways: Sequence[tuple[str, str]]) -> Clause:
    return Clause(f"({' || '.join(sql for sql, _ in ways)})", tuple(value for _, value in ways))


_name = f"to_tsquery('{NAMES}', %s)"
_stem = as_stems(f"to_tsquery('{PROSE}', %s)", "tsquery")
_beginning_of_stem = as_stems(_name, "tsquery")


def _quoted(word: str) -> str:
    escaped = word.replace("\\", "\\\\").replace("'", "''")
    return f"'{escaped}'"


def shares(editions: type[Edition], words: str) -> tuple[float, float, float]:
    """Return the shares of records that probably have all words but the last, the last one begun, and as it is written.

    All are 0 where nothing is known.

    As the statistics of full text say. Words are folded and cut here in a rough way, which spares a statement: a wrong guess
    costs time and changes no answer.
    """
    known = elements(editions, "search")
    if not known:
        return 0.0, 0.0, 0.0
    *whole, last = _split(words)
    before = prod(_share(known, word) for word in whole)
    return before, _share(known, last, is_begun=True), _share(known, last)


def _share(known: dict[str, float], word: str, *, is_begun: bool = False) -> float:
    bare = unicodedata.normalize("NFKD", word.lower())
    parts = _PARTS.findall("".join(sign for sign in bare if not unicodedata.combining(sign)))
    return min((_share_of_part(known, part, is_begun=is_begun) for part in parts), default=0.0)


def _share_of_part(known: dict[str, float], part: str, *, is_begun: bool) -> float:
    cut = [part[:size] for size in range(len(part), max(len(part) - _ENDING, _STEM), -1)]
    stems = (known[f" {stem}"] for stem in [*cut, f"{part[:-1]}i"] if f" {stem}" in known)
    as_stem, as_name = next(stems, 0.0), known.get(part, 0.0)
    if is_begun:
        begun = [each for each in known.items() if each[0].lstrip(" ").startswith(part)]
        as_stem = max(as_stem, _of_any(share for word, share in begun if word[0] == " "))
        as_name = _of_any(share for word, share in begun if word[0] != " ")
    # What is in no list occurs less often than all that is.
    return max(as_stem, as_name) or min(known.values())


def _of_any(found: Iterable[float]) -> float:
    return 1 - prod(1 - min(share, 1.0) for share in found)
