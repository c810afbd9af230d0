"""Names of places, as records of journeys write them: what they are called now, where they lie, and what sort of place they are.

To teach another one, add a line to `place-names.csv`; what is not there is taken for a city of the state that was visited.
"""

from __future__ import annotations

import csv
import re
from pathlib import Path

from events.models.place import PlaceKind

#: Facts of ours. Each line is about a folded name: the usual name of a former or other spelling; its kind, where that is no
#: city; or, by slugs, the power that ruled it and does not now, and the state in which it lies.
TABLE = Path(__file__).parent / "place-names.csv"
#: States that are called by the name of their city.
CITY_STATES = frozenset({"djibouti", "luxembourg", "monaco", "san-marino", "singapore"})
_KINDS = (
    (re.compile(r"\b(?:U\.?S\.?S|H\.?M\.?S)\.? |\bat sea\b|\bocean\b", re.IGNORECASE), PlaceKind.AT_SEA),
    (re.compile(r"\b(?:air (?:force )?base|naval base|military base|military city|barracks)\b|\ACamp\b", re.IGNORECASE), PlaceKind.BASE),
    (re.compile(r"\b(?:castle|palace|schloss|abbey|airport|embassy|cemetery)\b", re.IGNORECASE), PlaceKind.VENUE),
    (re.compile(r"\b(?:islands?|province|region|peninsula|valley|desert|sound|pole|zone)\b|\bdead sea\b", re.IGNORECASE), PlaceKind.REGION),
)  # fmt: skip
_NO_NAME = re.compile(r"(?:various|several|unknown|other|unspecified)\b|.*[?!:]", re.IGNORECASE)


def _read() -> tuple[dict[str, str], dict[str, PlaceKind], dict[tuple[str, str], str]]:
    with TABLE.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return (
        {row["name"]: row["usual_name"] for row in rows if row["usual_name"]},
        {row["name"]: PlaceKind(row["kind"]) for row in rows if row["kind"]},
        {(row["ruled_by"], row["name"]): row["lies_in"] for row in rows if row["lies_in"]},
    )


#: `ELSEWHERE` is by the slug of the power and the name.
USUAL_NAMES, _KIND_OF, ELSEWHERE = _read()


def kind_of(name: str, folded: str) -> PlaceKind:
    """Return what sort of place a name means; a city where nothing in it says otherwise."""
    by_words = next((kind for pattern, kind in _KINDS if pattern.search(name)), PlaceKind.CITY)
    return _KIND_OF.get(folded, by_words)


def is_name(text: str) -> bool:
    """Return whether words can be the name of a place: `various cities` are none."""
    return bool(text) and not text[0].islower() and not _NO_NAME.match(text)
