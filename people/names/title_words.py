"""The words of titles: what heads of state and government, ministers, royalty, clergy, officers and others are called.

To teach the project another title, add it to `title-words.csv` and a case to tests/people/test_titles.py. Each is as it is
folded: lower case, no accents, no full stops.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from pathlib import Path

TABLE = Path(__file__).parent / "title-words.csv"


def _read() -> dict[str, frozenset[str]]:
    words: dict[str, set[str]] = defaultdict(set)
    with TABLE.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            words[row["kind"]].add(row["words"])
    return {kind: frozenset(found) for kind, found in words.items()}


_WORDS = _read()
#: Words that say in what way a title is held. They are part of it only where a title follows.
MODIFIERS = _WORDS["modifier"]
#: The longest that fits is taken.
TITLES = _WORDS["title"]
#: What a title may be of or for; `president of the ...` ends where these words do.
BODIES = _WORDS["body"]
#: What a minister may be for. Several may be joined by commas and `and`.
PORTFOLIOS = _WORDS["portfolio"]
#: Titles that are surnames too: where nothing else is left, they are the name.
SURNAMES = _WORDS["surname"]
#: Titles that are given names too: taken for one only beside another title, or with what it is of.
GIVEN_NAMES = _WORDS["given_name"]
