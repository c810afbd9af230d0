"""What remarks and descriptions say of a journey by fixed words: its rank in protocol, and that it was only a stop."""

from __future__ import annotations

import re

from events.models import VisitClass

#: What a sentence begins with; the first that fits is taken.
_CLASSES = (
    (re.compile(r"official working (?:visit|lunch|luncheon)\b"), VisitClass.OFFICIAL_WORKING),
    (re.compile(r"(?:official )?state visit\b"), VisitClass.STATE),
    (re.compile(r"(?:official(?: select)?|official good ?will) visit\b"), VisitClass.OFFICIAL),
    (re.compile(r"working visit\b"), VisitClass.WORKING),
    (re.compile(r"private visit\b"), VisitClass.PRIVATE),
    (re.compile(r"informal(?:, unofficial)? visit\b"), VisitClass.INFORMAL),
    (re.compile(r"(?:transit|stopover)\b"), VisitClass.TRANSIT),
)
_SENTENCE = re.compile(r"(?<=[a-z0-9)\]][.;])\s+")
#: A stop of the traveller's own: "met with marines who were en route" is none.
_TRANSIT = re.compile(
    r"(?:stopped\b(?! (?:fighting|hostilities))|stopover\b|disembarked en route|(?:overnight|rest|brief|technical) stop\b)"
    r"|.*\b(?:refuell?ing|fuel) stop\b|.*; rested en route"
)


def visit_class(words: str) -> VisitClass | None:
    """Return the class that the sentences name; None where they name none, or several."""
    found = {
        kind
        for sentence in _SENTENCE.split(words)
        if (kind := _class_of(" ".join(sentence.lower().replace("-", " ").split())))
    }
    return found.pop() if len(found) == 1 else None


def _class_of(sentence: str) -> VisitClass | None:
    # "Met with President Ford during a private visit" names it as well.
    _before, _during, rest = sentence.rpartition(" during a ")
    return next((kind for pattern, kind in _CLASSES if pattern.match(rest)), None)


def is_transit(words: str) -> bool:
    """Return whether remarks say that the traveller only stopped on the way elsewhere."""
    return bool(_TRANSIT.match(words.lower()))
