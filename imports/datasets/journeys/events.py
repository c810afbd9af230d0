"""Journeys as events: their documents, with the participations of visitors and hosts.

Fixed words of remarks and descriptions say which rank in protocol a journey had, and that it was only a stop.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from events.models import Attendance, EventStatus, Role, VisitClass
from events.models.participation import Presence
from imports.datasets.kit import citation, cut, identifiers
from records.models import Evidence

if TYPE_CHECKING:
    from imports.dataset import Document
    from imports.datasets.journeys.rows import Journey

#: Characters of a title, of a capacity and of a name as given.
TEXT = 300
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


def event_of(
    journey: Journey, source: str, *, slug: str, who: str, where: str, **members: Any
) -> Document:
    """Return the event of a journey; `where` is the destination in a sentence, `members` come in addition."""
    is_stop = bool(_TRANSIT.match(journey.words.lower()))
    what = "Transit stop" if is_stop else "Visit"
    document: Document = {
        "object": "event",
        "slug": slug,
        "type": "transit_stop" if is_stop else "visit",
        "title": cut(f"{what} of {who} {'in' if is_stop else 'to'} {where}", TEXT),
        "summary": journey.words,
        **journey.dates(),
        "status": EventStatus.OCCURRED.value,
        "attendance": Attendance.IN_PERSON.value,
        **members,
        "identifiers": identifiers((journey.dataset, journey.id)),
        "citations": [citation(source, journey.locator)],
    }
    if found := _visit_class(journey.words):
        document["visit_class"] = found.value
    return document


def visitor(state: str, *, capacity: str, tenure: str = "", order: int = 1, **who: Any) -> Document:
    """Return the participation of a visitor on behalf of a state; `who` is a participant, a name as given or both."""
    document = who | {
        "role": Role.VISITOR.value,
        "capacity_text": capacity[:TEXT],
        "on_behalf_of": {"object": "state", "ref": state},
        "presence": Presence.PRESENT.value,
        "order": order,
    }
    return document | capacities(tenure)


def host(state: str, order: int) -> Document:
    participant = {"object": "state", "ref": state}
    return {"participant": participant, "role": Role.HOST.value, "order": order}


def capacities(tenure: str) -> Document:
    """Return the member for the tenure in which somebody takes part; no member where none is known."""
    known = [{"tenure": tenure, "evidence": Evidence.REPORTED.value}]
    return {"capacities": known} if tenure else {}


def _visit_class(words: str) -> VisitClass | None:
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
