"""Persons whom remarks say that somebody met: "Met with President Ayub Khan and British Foreign Secretary Straw".

A name with an office is taken, and nothing else. It is resolved where it can mean one person only: who certainly held that
office of the state on the day; or, of those who visited on behalf of the state in that office, the only one of that name,
by the full name at most eight years from such a visit, by a family name alone between two or at most one year from one.
All others stay as they were given, and so does who comes from elsewhere: `British` is no name of a state.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from events.models import Participation, Role
from events.models.participation import Presence
from imports.datasets.journeys.events import TEXT, capacities
from imports.matching.persons import GONE
from people.models import OfficeClass
from people.names import fold, parse, strip_titles

if TYPE_CHECKING:
    from collections.abc import Iterator
    from uuid import UUID

    from imports.dataset import Document
    from imports.datasets.journeys.officials import Officials
    from imports.matching.persons import PersonIndex
    from imports.matching.states import StateMatch

_YEAR = timedelta(days=366)
_FULL, _SHORT = 8 * _YEAR, _YEAR
_MOST = 40
_MODIFIERS = re.compile(r"\b(?:acting|deposed|federal|former|interim|provisional)\b|-\s*(?:elect|designate)\b", re.IGNORECASE)  # fmt: skip
_SENTENCE = re.compile(r"(?<=[a-z0-9)\]][.;])(?<!\bSt\.)(?<!\bDr\.)(?<!\bGen\.)(?<!\bMrs\.)\s+")
_MET = re.compile(
    r"\b(?:met|meetings?|talks|conferred|conferences?|consulted|consultations|discussed|discussions|negotiations)\b"
    r"[^.]*?\bwith\b\s+(?P<whom>.+)",
    re.IGNORECASE,
)
_APART = re.compile(r",\s+(?:and\s+)?|;\s*|\s+and\s+|\s+with\s+")
_MONTH = re.compile(r"(?:January|February|March|April|May|June|July|August|September|October|November|December)\Z")  # fmt: skip
_PARTICLES = frozenset({"al", "bin", "ben", "ibn", "de", "da", "del", "della", "der", "den", "di", "dos", "du", "el", "la", "van", "von", "ul"})  # fmt: skip
#: Several share such a title: "Prime Ministers Ben and Dan".
_PLURAL = re.compile(r"(?:ministers|presidents|leaders)\Z", re.IGNORECASE)
#: Words before a title: `South Korean`, `United Nations`.
_PREFIX = 3
_CLASSES = {
    **dict.fromkeys(
        ("president", "king", "queen", "emperor", "sultan", "amir", "emir", "shah", "pope", "grand duke"),
        OfficeClass.HEAD_OF_STATE,
    ),
    **dict.fromkeys(("prime minister", "premier", "chancellor"), OfficeClass.HEAD_OF_GOVERNMENT),
    **dict.fromkeys(
        ("foreign minister", "foreign secretary", "minister of foreign affairs"), OfficeClass.FOREIGN_MINISTER
    ),
}  # fmt: skip
_US = {"president": "president", "secretary of state": "secretary-of-state"}


@dataclass(frozen=True)
class Met:
    """Somebody who was met."""

    given: str
    title: str
    name: str
    is_from_elsewhere: bool  #: whether something stands before the title: `British`


def office_of(title: str) -> str:
    """Return the office of a title, folded: `president` of an Acting President."""
    return fold(_MODIFIERS.sub("", title))


def people_met(words: str) -> list[Met]:
    """Return who is named with an office, each once, in the order of the words."""
    people = dict.fromkeys(
        met
        for sentence in _SENTENCE.split(words)
        for found in _MET.finditer(sentence)
        for part in _APART.split(found["whom"])
        if (met := _somebody(part))
    )
    return list(people)[:_MOST]


def _somebody(text: str) -> Met | None:
    words = text.split()
    while words and not words[0][0].isupper():
        words.pop(0)
    for start in range(min(_PREFIX, len(words))):
        title, name = strip_titles(" ".join(words[start:]))
        kept = _name_of(name.split()) if title else ""
        if kept and not _PLURAL.search(title):
            given = " ".join([*words[:start], title, kept])
            if "/" in given:  # two offices in one: where the title ends is not clear
                return Met(given[:TEXT], "", "", is_from_elsewhere=True)
            return Met(given[:TEXT], title[:TEXT], kept, start > 0)
    return None


def _name_of(words: list[str]) -> str:
    """Return the words of a name with which others begin."""
    kept: list[str] = []
    for word in words:
        bare = word.strip(".,()")
        is_particle = bare.split("-")[0].lower() in _PARTICLES
        if _MONTH.match(bare) or not bare or not (bare[0].isupper() or is_particle):
            break
        kept.append(word)
        if re.search(r"[a-z]{2}[.:]\Z", word):
            break
    while kept and kept[-1].lower() in _PARTICLES:
        kept.pop()
    return re.sub(r"(?<=\w\w)[.:,]\Z", "", " ".join(kept)).strip("(")


@dataclass(frozen=True)
class _EarlierVisitor:
    person: UUID
    office: str
    day: date


class Meetings:
    """Who those are whom remarks name. One query, beside those of the index."""

    def __init__(self, index: PersonIndex, officials: Officials) -> None:
        self._index = index
        self._officials = officials
        self._visitors: dict[UUID, list[_EarlierVisitor]] = defaultdict(list)
        rows = Participation.objects.filter(
            event__identifiers__scheme="visits",
            role=Role.VISITOR,
            person__isnull=False,
            on_behalf_of_state__isnull=False,
            event__when_earliest__isnull=False,
        ).exclude(event__editorial_state__in=GONE)
        for person, title, state, day in rows.order_by("pk").values_list(
            "person_id", "capacity_text", "on_behalf_of_state_id", "event__when_earliest"
        ):
            if day and person in index.persons:
                self._visitors[state].append(_EarlierVisitor(person, office_of(title), day))

    def documents(
        self, words: str, day: date | None, state: StateMatch | None, *, order: int, but: str = ""
    ) -> Iterator[Document]:
        """Yield the participations of those who were met in a state, from this order on.

        `but` is somebody who takes part already. Without a state nobody but those of the United States is resolved.
        """
        seen = {but}
        for met in people_met(words):
            document: Document = {"name_as_given": met.given}
            found = self._found(met, day, state) if day else None
            if found:
                person, tenure, on_behalf_of = found
                if person in seen:
                    continue
                seen.add(person)
                document["participant"] = {"object": "person", "ref": person}
                document["on_behalf_of"] = {"object": "state", "ref": on_behalf_of}
                document |= capacities(tenure)
            yield document | {
                "role": Role.PARTICIPANT.value,
                "capacity_text": met.title,
                "presence": Presence.PRESENT.value,
                "order": order,
            }
            order += 1

    def _found(self, met: Met, day: date, state: StateMatch | None) -> tuple[str, str, str] | None:
        """Return the person, the tenure or "", and the state; None for several, or nobody."""
        if met.is_from_elsewhere:
            return None
        office, found = office_of(met.title), []
        official = self._officials.named(_US[office], met.name, day) if office in _US else None
        is_held = met.title.lower() == office  # not by a President-elect
        if official and is_held:
            found.append((official.person, official.tenure, self._officials.home.ref))
        if state:
            own = self._holder(met, office, day, state) if is_held else None
            own = own or self._visitor(met, office, day, state)
            if own:
                found.append((*own, state.ref))
        return found[0] if len(found) == 1 else None

    def _holder(
        self, met: Met, office: str, day: date, state: StateMatch
    ) -> tuple[str, str] | None:
        kind = _CLASSES.get(office)
        if kind is None:
            return None
        holders = [
            holder
            for holder in self._index.holders(
                on=day, classification=kind, state=state.id, name=met.name
            )
            if holder.is_certain and holder.comparison.is_compatible
        ]
        if len({holder.person for holder in holders}) != 1:
            return None
        return str(holders[0].person), str(holders[0].tenure)

    def _visitor(
        self, met: Met, office: str, day: date, state: StateMatch
    ) -> tuple[str, str] | None:
        parsed = parse(f"{met.title} {met.name}")
        days: dict[UUID, list[date]] = defaultdict(list)
        for known in self._visitors[state.id]:
            if known.office == office and abs(known.day - day) <= _FULL:
                days[known.person].append(known.day)
        fits = [
            person
            for person in days
            if (one := self._index.persons[person]).likeness(parsed).is_compatible
            and one.may_act(day)
        ]
        if len(fits) != 1:
            return None
        own = days[fits[0]]
        is_full = len(parsed.words) > 1 or bool(parsed.regnal)
        is_near = min(own) <= day <= max(own) or any(abs(day - each) <= _SHORT for each in own)
        return (str(fits[0]), "") if is_full or is_near else None
