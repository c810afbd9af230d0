"""One spelling for the many ways in which a name is written in Latin letters."""

from __future__ import annotations

import re
from collections import defaultdict
from functools import cache
from pathlib import Path

from anyascii import anyascii

_APART = re.compile(r"[^a-z0-9' -]+")


def phrases(text: str) -> frozenset[str]:
    """Return the phrases of a table, which commas separate."""
    return frozenset(" ".join(phrase.split()) for phrase in text.split(","))


#: Names whose spellings differ by more than the rules below say, a line of the table each: the first spelling stands for the
#: others.
VARIANTS = {
    spelling: line.split()[0]
    for line in (Path(__file__).parent / "spellings.txt").read_text(encoding="utf-8").splitlines()
    for spelling in line.split()
}

_SPELLINGS: defaultdict[str, list[str]] = defaultdict(list)
for _spelling, _first in VARIANTS.items():
    _SPELLINGS[_first].append(_spelling)

# Applied in this order to a word of four letters or more. Each is a difference between usual systems of transliteration or
# between the spelling of one name in several European languages.
_RULES = [
    (re.compile(pattern), replacement)
    for pattern, replacement in (
        (r"^mac(?=[^aeiouy])", "mc"),
        (r"(?:ow|off?)$", "ov"),
        (r"(?:yev|iev|eff?|ew)$", "ev"),
        (r"(?:skij|skyj|skiy|skii|skyi|sky)$", "ski"),
        (r"(?:iy|yi|ii|ij|yj|ey|ei|ie|ee|y)$", "i"),
        (r"tsch|tch", "ch"),
        (r"sch", "sh"),
        (r"kh|q|ck", "k"),
        (r"gh", "g"),
        (r"dh", "d"),
        (r"th", "t"),
        (r"ph", "f"),
        (r"dj", "j"),
        (r"c(?![eihy])", "k"),
        (r"x", "ks"),
        (r"w", "v"),
        (r"oe", "o"),
        (r"ou|oo|ue", "u"),
        (r"ae", "a"),
        (r"ay|ai|ei|ey", "ei"),
        (r"ee|ie", "i"),
        (r"yo|io", "o"),
        (r"y|j", "i"),
        (r"(.)\1+", r"\1"),
        (r"(?<=.{3})h$", ""),
    )
]
_VOWELS = re.compile(r"(?<=.)[aeiou']")


def fold(text: str) -> str:
    """Return a text in lower-case ASCII: transliterated, without accents; only apostrophes, hyphens and spaces are left."""
    plain = anyascii(text).lower().replace("`", "'")
    return " ".join(_APART.sub(" ", plain.replace(".", " ")).split())


@cache
def spelling(word: str) -> str:
    """Return what all usual spellings of a folded word have in common; two words with the same one are the same name."""
    known = VARIANTS.get(word)
    if known is not None:
        return known
    if len(word) < 4:
        return word
    for pattern, replacement in _RULES:
        word = pattern.sub(replacement, word)
    return word


def other_spellings(word: str) -> list[str]:
    """Return the other spellings of a folded word that the table has."""
    return [each for each in _SPELLINGS[VARIANTS.get(word, "")] if each != word]


@cache
def block(word: str) -> str:
    """Return the key under which a word is looked up: like words mostly have the same one. Its first letter and consonants."""
    return _VOWELS.sub("", spelling(word))[:4]
