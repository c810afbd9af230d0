"""Titles: the words before or after a name that say what somebody is, not who."""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

from anyascii import anyascii
from rapidfuzz.fuzz import ratio

from people.names.title_words import (
    BODIES,
    GIVEN_NAMES,
    MODIFIERS,
    PORTFOLIOS,
    SURNAMES,
    TITLES,
)

#: Abbreviations that are words without their full stops, and initials where no other title follows ("H.E. Peck").
_DOTTED = {"h.e.": "excellency", "h.m.": "his majesty", "h.h.": "his highness"}

_LONGEST = max(len(line.split()) for line in TITLES | BODIES | PORTFOLIOS)
_TITLES_BY_LENGTH = {
    length: sorted(title for title in TITLES if len(title) == length)
    for length in {len(title) for title in TITLES}
}
#: A title of this many letters is recognised with a slip in it ("Prime Minster", "Prime Ministere").
_LONG_TITLE = 10
#: How alike it must then be, of 100: one letter more, less or swapped in `prime minister` leaves 92.9 or more. A title that
#: is in the table goes before one that is only like it, so that titles that are like each other are not mixed up.
_SLIP = 92.5
_GLUED = re.compile(r"\b(Minister|President|Chancellor|Premier|Secretary|King|Queen)([A-Z])")
_ELECT = re.compile(r"\s*-\s*(elect|designate)\b", re.IGNORECASE)
_AFTER = frozenset({"elect", "designate", "ad-interim"})
_JOINERS = frozenset({"and", "&"})


class Titled(NamedTuple):
    """A text taken apart: what somebody is, and who."""

    title: str  #: as written; "" when there is none
    name: str  #: as written; "" when there is none


def strip_titles(text: str) -> Titled:
    """Take titles off a name, in front of it or after a comma.

        strip_titles("President-elect Felipe Calderon")  # ("President-elect", "Felipe Calderon")
        strip_titles("Anwar Sadat, President of Egypt")  # ("President of Egypt", "Anwar Sadat")
        strip_titles("Marshall, Gen. George C.")         # ("Gen.", "Marshall, George C.")

    A text that is nothing but one title has no name; a title that is a surname too stays where nothing else is left
    ("Prime Minister Major"). Words that a table does not know are never taken for a title.
    """
    text = " ".join(text.split())
    text = _GLUED.sub(r"\1 \2", _ELECT.sub(r"-\1", text))
    head, comma, tail = text.partition(",")
    titles, name = _take_front(head.strip())
    if comma and not name and titles.lower() in SURNAMES:
        titles, name = "", titles
    if not comma:
        return Titled(titles, name)
    kept = []
    behind = []
    for part in (part.strip() for part in tail.split(",")):
        title, rest = _take_front(part)
        if title and (not rest or rest.lower().startswith(("of ", "for ", "to "))):
            behind.append(part)
        elif behind and not title:
            behind[-1] = f"{behind[-1]}, {part}"  # "Minister of Trade, Industry and Tourism"
        else:
            if title:
                behind.append(title)
            kept.append(rest)
    return Titled(
        ", ".join(part for part in (titles, *behind) if part),
        ", ".join(part for part in (name, *kept) if part),
    )


@cache
def _folded(word: str) -> str:
    word = anyascii(word).lower().strip(',;:"()[]')
    if word in _DOTTED:
        return _DOTTED[word]
    return word.replace(".", "")


def _take_front(text: str) -> Titled:
    words = text.split()
    folded = [_folded(word) for word in words]
    ends = [0]  # where the name could begin, after no title, one, two ...
    while (end := _title_end(folded, ends[-1])) > ends[-1]:
        ends.append(end)
    is_doubtful = folded and (folded[0] in GIVEN_NAMES or words[0].lower() in _DOTTED)
    if len(ends) == 2 and ends[-1] == 1 < len(words) and is_doubtful:
        return Titled("", " ".join(words))
    if ends[-1] == len(words) and len(ends) > 1:
        last = " ".join(folded[ends[-2] : ends[-1]])
        if len(ends) > 2 and last in SURNAMES:
            ends.pop()
    end = ends[-1]
    return Titled(" ".join(words[:end]), " ".join(words[end:]))


def _title_end(folded: list[str], start: int) -> int:
    """Return where the title that begins at `start` ends; `start` when none does."""
    at = start
    if start and at < len(folded) and folded[at] in _JOINERS:
        at += 1
    while at < len(folded) and _is_modifier(folded[at]):
        at += 1
    for first in range(at, start - 1, -1):
        # A word that is a modifier here may begin a title elsewhere: "first secretary", "vice admiral".
        end = _table_end(folded, first)
        if end:
            return _tail_end(folded, end)
    return start


def _is_modifier(word: str) -> bool:
    return all(part in MODIFIERS for part in word.split("-") if part)


def _table_end(folded: list[str], start: int) -> int:
    for length in range(min(_LONGEST, len(folded) - start), 0, -1):
        phrase = " ".join(folded[start : start + length])
        bare = phrase.removesuffix("-elect").removesuffix("-designate").replace("-", " ")
        if bare in TITLES or _is_slip(bare):
            return start + length
    return 0


@cache
def _is_slip(phrase: str) -> bool:
    if len(phrase) < _LONG_TITLE:
        return False
    near = range(max(_LONG_TITLE, len(phrase) - 1), len(phrase) + 2)
    words = phrase.count(" ")
    return any(
        ratio(phrase, title) >= _SLIP
        for length in near
        for title in _TITLES_BY_LENGTH.get(length, ())
        if title.count(" ") == words
    )


def _tail_end(folded: list[str], end: int) -> int:
    """Return where the title ends with what it is of: `of the Council of Ministers`, `for Foreign Affairs and Trade`."""
    while end < len(folded) and folded[end] in _AFTER:
        end += 1
    while end < len(folded) and folded[end] in ("of", "for", "in"):
        at = end + 1
        if at < len(folded) and folded[at] == "the":
            at += 1
        reached = _phrase_end(folded, at)
        if reached == at:
            return end
        while reached < len(folded) and folded[reached] in _JOINERS:
            further = _phrase_end(folded, reached + 1)
            if further == reached + 1:
                break
            reached = further
        end = reached
    return end


def _phrase_end(folded: list[str], start: int) -> int:
    for length in range(min(_LONGEST, len(folded) - start), 0, -1):
        phrase = " ".join(folded[start : start + length]).replace("-", " ")
        if phrase in BODIES or phrase in PORTFOLIOS:
            return start + length
    return start
