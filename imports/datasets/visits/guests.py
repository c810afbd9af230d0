"""The persons who visited, as documents.

Somebody is the same as a person who was led to the same visit before; or as a person of that name who certainly was head of state
or of government, or foreign minister, of the state on the day of a visit.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from imports.datasets.journeys.persons import JourneyPerson, same_person
from imports.datasets.visits.visitors import Guest, guests_of
from imports.matching.persons import near_matches
from people.models import OfficeClass, Person
from people.names import parse

if TYPE_CHECKING:
    from collections.abc import Iterator
    from uuid import UUID

    from imports.dataset import Document, NearMatch
    from imports.datasets.kit import LastImport
    from imports.datasets.visits.visitors import Visitor
    from imports.matching.persons import PersonIndex

#: Offices in which one visits.
LEADERS = (
    OfficeClass.HEAD_OF_STATE,
    OfficeClass.HEAD_OF_GOVERNMENT,
    OfficeClass.DEPUTY_HEAD_OF_GOVERNMENT,
    OfficeClass.FOREIGN_MINISTER,
)
#: The score of two records that one person's visits led to.
_SAME = 0.95


class Guests:
    """All persons of the data set. One query, beside those of the index."""

    def __init__(self, visitors: list[Visitor], index: PersonIndex, last: LastImport) -> None:
        self._index = index
        self._last = last
        self._guests = guests_of(visitors)
        self._of = {visitor.key: guest for guest in self._guests for visitor in guest.visits}
        self._near: dict[str, list[NearMatch]] = defaultdict(list)
        self._proved: set[str] = set()
        for guest in self._guests:
            guest.record = self._find(guest)
        self._join_shared()
        found = [guest.record for guest in self._guests if guest.record]
        self._names: dict[UUID, str] = dict(
            Person.objects.filter(pk__in=found).values_list("pk", "name")
        )

    def guest(self, visitor: Visitor) -> Guest | None:
        """Return the person whom a visitor is; None where the words name nobody."""
        return self._of.get(visitor.key)

    def tenure(self, visitor: Visitor) -> str:
        """Return what documents call the tenure in which somebody came; "" where none is known for the day."""
        guest, state, day = self.guest(visitor), visitor.visit.state, visitor.day
        if not (guest and guest.record and state and day):
            return ""
        held = [
            holder
            for holder in self._index.holders(on=day, classification=LEADERS, state=state.id)
            if holder.person == guest.record and holder.is_certain
        ]
        return str(held[0].tenure) if len(held) == 1 else ""

    def documents(self, source: str) -> Iterator[Document | NearMatch]:
        for guest in self._guests:
            yield self._document(guest, source)
            yield from self._near[guest.ref]

    def _document(self, guest: Guest, source: str) -> Document:
        names, first = guest.names, guest.visits[0].visit
        is_short = len(parse(names[0]).words) < 2
        is_there = guest.record in self._names
        person = JourneyPerson(
            ref=guest.ref,
            names=names,
            identifiers=[each.key for each in guest.visits],
            locator=first.locator,
            record=guest.record,
            is_proved=guest.ref in self._proved,
            facts={},
            current={"name": self._names[guest.record]} if guest.record and is_there else None,
            beside=first.state.slug if first.state and is_short else "",
        )
        return person.document(source, self._index, self._last)

    def _find(self, guest: Guest) -> UUID | None:
        """Return the person that is there, and keep who else it may be."""
        known = [self._index.by_identifier(*each.key) for each in guest.visits]
        found = list(dict.fromkeys(each for each in known if each))
        if found:
            # What documents call the person is an identifier of the record.
            guest.visits.sort(key=lambda each: self._index.by_identifier(*each.key) != found[0])
            reason = "The names and the days of visits say that they are one person; they are two records."
            self._near[guest.ref] += same_person(guest.ref, found[1:], _SAME, reason)
            return found[0]
        for each in guest.visits:
            if each.day and each.visit.state:
                match = self._index.same_person(
                    each.parsed, on=each.day, classification=LEADERS, state=each.visit.state.id
                )
                if match.certain:
                    self._proved.add(guest.ref)
                    return match.certain
        self._near[guest.ref] += near_matches(
            self._index.named(guest.names[0], on=guest.visits[0].day), guest.ref
        )
        return None

    def _join_shared(self) -> None:
        """Make guests who are one record of the database one guest: each record has one document."""
        first: dict[UUID, Guest] = {}
        for guest in list(self._guests):
            before = first.setdefault(guest.record, guest) if guest.record else guest
            if before is guest:
                continue
            before.visits += guest.visits
            self._guests.remove(guest)
            for visitor in guest.visits:
                self._of[visitor.key] = before
