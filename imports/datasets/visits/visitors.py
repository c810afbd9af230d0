"""Visitors: who stands in one string with a title, and which visits were those of one person.

`President Stjepan Mesic and Prime Minister Ivica Racan` are two, `Premier and Prince Sihanouk` is one. Words that do not come
apart into one name stay as they were given.

Visitors from one state are one person where nothing in their names differs, and

- the full name is the same to the letter, or spelt otherwise and at most eight years after the visit before; or
- a family name alone comes with the same title at most four years from one, and only one, visit of a full name,
  or at most eight years after that family name alone.

All else are two persons, however alike: there were two of the name of Karamanlis.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from imports.datasets.journeys.met import office_of
from people.names import compare, parse, strip_titles

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date
    from uuid import UUID

    from imports.datasets.visits.rows import Visit
    from people.names import PersonName

SCHEME = "visits-person"
_YEAR = timedelta(days=366)
#: How long after a visit the next one of the same name may be.
_SAME_NAME, _LIKE_NAME, _SHORT_NAME = 25 * _YEAR, 8 * _YEAR, 4 * _YEAR
_SEVERAL = re.compile(r"\s+(?:and|&)\s+|\s*;\s*")
#: Names begin with a capital letter, `al-Sisi` with an article before that.
_NAME = re.compile(
    r"\W*(?:(?:al|el|ul|as|ad|ar|an|de|da|di|du|van|von|bin|ben|ibn|der|den)\b[-\s\u2019'])*[^\W\d_a-z]"
)
#: What no name has: it means several, or nobody in particular.
_NO_NAME = re.compile(
    r"(?:\band\b|&|;|\d{2}|\bothers?\b|\bdelegations?\b|\bmembers?\b)", re.IGNORECASE
)


@dataclass(frozen=True)
class Visitor:
    """One of those who came."""

    visit: Visit
    number: int  #: the first, the second ... of the visit
    given: str  #: as it stands there
    title: str = ""  #: what somebody was; "" for none
    name: str = ""  #: "" where the words name nobody

    @property
    def key(self) -> tuple[str, str]:
        """What the data set's persons are identified by: scheme and value."""
        return SCHEME, self.visit.id + (f"-{self.number}" if self.number > 1 else "")

    @property
    def parsed(self) -> PersonName:
        """The name with its title, by which monarchs are known."""
        return parse(f"{self.title} {self.name}")

    @property
    def office(self) -> str:
        """The title without what says that it was not quite held: `president` of a President-elect."""
        return office_of(self.title)

    @property
    def is_full(self) -> bool:
        return len(self.parsed.words) > 1 or bool(self.parsed.regnal)

    @property
    def day(self) -> date | None:
        return self.visit.first


def visitors_of(visit: Visit) -> list[Visitor]:
    return [
        Visitor(visit, number, given, *_taken_apart(given))
        for number, given in enumerate(_split(visit.visitor), start=1)
    ]


def _taken_apart(given: str) -> tuple[str, str]:
    title, name = strip_titles(given)
    if not _NAME.match(name) or not parse(given).words or _NO_NAME.search(name):
        return "", ""
    return title, name


def _split(text: str) -> list[str]:
    """Return the visitors as given; where a part lacks a title or a name, it belongs to its neighbour."""
    parts: list[str] = []
    joints = [*(found[0] for found in _SEVERAL.finditer(text)), ""]
    before = ""
    for part, joint in zip(_SEVERAL.split(text), joints, strict=True):
        title, name = strip_titles(part)
        is_whole = bool(title and name)
        if parts and not (is_whole and all(strip_titles(parts[-1]))):
            parts[-1] += before + part
        else:
            parts.append(part)
        before = joint
    return [part.strip() for part in parts if part.strip()]


@dataclass
class Guest:
    """A person who came once or more often."""

    visits: list[Visitor] = field(default_factory=list)
    record: UUID | None = None  #: the person of the database

    @property
    def ref(self) -> str:
        return ":".join(self.visits[0].key)

    @property
    def names(self) -> list[str]:
        spelt = list(dict.fromkeys(visitor.name for visitor in self.visits))
        return sorted(spelt, key=lambda name: -len(parse(name).words))

    def has(self, visitor: Visitor) -> bool:
        """Return whether the full name of a visitor is one of its own."""
        words = visitor.parsed.words
        return visitor.is_full and any(each.parsed.words == words for each in self.visits)

    def takes(self, visitor: Visitor) -> bool:
        """Return whether it is proved that a visitor is this person."""
        if not all(compare(each.parsed, visitor.parsed).is_compatible for each in self.visits):
            return False
        return any(_is_proof(each, visitor) for each in self.visits)


def guests_of(visitors: Iterable[Visitor]) -> list[Guest]:
    """Return the persons whom visitors are, each with the visits in their order."""
    by_state: dict[UUID, list[Visitor]] = {}
    for visitor in visitors:
        if visitor.name and visitor.visit.state:
            by_state.setdefault(visitor.visit.state.id, []).append(visitor)
    guests: list[Guest] = []
    for own in by_state.values():
        there: list[Guest] = []
        # Full names first: a family name alone may be anybody's of that family.
        for visitor in sorted(own, key=lambda each: (not each.is_full, _in_order(each))):
            fits = [guest for guest in there if guest.takes(visitor)]
            # Of several, the one that has this very name.
            fits = [guest for guest in fits if guest.has(visitor)][:1] or fits
            if len(fits) == 1:
                fits[0].visits.append(visitor)
            else:
                there.append(Guest([visitor]))
        guests += there
    for guest in guests:
        guest.visits.sort(key=_in_order)
    return guests


def _is_proof(one: Visitor, other: Visitor) -> bool:
    same = one.parsed.words == other.parsed.words
    if one.is_full and other.is_full:
        return _apart(one, other, _SAME_NAME if same else _LIKE_NAME, undated=same)
    limit = _LIKE_NAME if same and one.is_full == other.is_full else _SHORT_NAME
    return one.office == other.office and _apart(one, other, limit, undated=False)


def _apart(one: Visitor, other: Visitor, limit: timedelta, *, undated: bool) -> bool:
    if one.day is None or other.day is None:
        return undated
    return abs(one.day - other.day) <= limit


def _in_order(visitor: Visitor) -> tuple[str, int, str, int]:
    key = visitor.visit.id
    number = int(key) if key.isdecimal() else 0
    return str(visitor.day or "9999"), number, key, visitor.number
