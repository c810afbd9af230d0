"""Short forms of given names: facts of English usage, and of a few other languages that the data sets know."""

from __future__ import annotations

from collections import defaultdict
from functools import cache
from pathlib import Path

from people.names.folding import VARIANTS

#: On each line a full name, then the forms that stand for it. One form may stand for several names.
_TABLE = Path(__file__).parent / "short-forms.txt"


def _read() -> dict[str, frozenset[str]]:
    found: dict[str, frozenset[str]] = defaultdict(frozenset)
    for line in _TABLE.read_text(encoding="utf-8").splitlines():
        full, *forms = line.split()
        for form in forms:
            found[form] |= {full}
    return dict(found)


_FULL_NAMES = _read()


@cache
def one_may_be_short_for_the_other(one: str, other: str) -> bool:
    """Whether two different folded given names may be one: `bill` and `william`, `bill` and `will`."""
    return not _every_spelling(one).isdisjoint(_every_spelling(other))


@cache
def _every_spelling(word: str) -> frozenset[str]:
    names = _FULL_NAMES.get(word, frozenset()) | {word}
    return names | {VARIANTS.get(name, name) for name in names}
