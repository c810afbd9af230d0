"""Presidents and secretaries of state who travelled: the persons, and the presidents' tenures where there are none.

Somebody is the same as a person who has the id in pocom, whose ids these are, unless that one was born or died at another time; as a
person who has another id of the same president (`imports.matching.united_states`); or as a person of that name who certainly held the office on the day on which a president took it, or on
which a secretary's trip began. Where ids and offices lead to two persons, that is a near match: an import merges nothing.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from imports.datasets.journeys.officials import TERM, ListedTerm, Officials
from imports.datasets.journeys.persons import JourneyPerson, same_person
from imports.datasets.kit import citation, identifiers, slug_of
from imports.matching.persons import near_matches
from imports.matching.united_states import OFFICE, OFFICES, identifiers_beside
from people.models import EndStatus, Living, Person, TenureKind

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date
    from uuid import UUID

    from imports.dataset import Document, NearMatch
    from imports.datasets.kit import LastImport
    from imports.datasets.travels.rows import President, Trip
    from imports.matching.persons import PersonIndex
    from imports.matching.states import StateMatch

SCHEME = "pocom"
#: The ids of those of whom pocom's are not: it means somebody else by them.
OWN_SCHEME = "travels-person"
#: The score of two records which an id and an office say are one.
_SAME = 0.99


@dataclass
class Traveller:
    """A person as the data set knows it."""

    who: str
    row: President | Trip  #: the first that is about the person
    locator: str
    names: list[str] = field(default_factory=list)
    held: list[tuple[str, date]] = field(default_factory=list)  #: an office, and a day in it
    facts: dict[str, Any] = field(default_factory=dict)  #: life dates
    days: list[date] = field(default_factory=list)  #: in an office or on a journey
    scheme: str = SCHEME  #: of the id
    record: UUID | None = None  #: the person of the database

    @property
    def key(self) -> tuple[str, str]:
        return self.scheme, self.who

    @property
    def ref(self) -> str:
        return ":".join(self.key)


class Travellers:
    """All persons of the data set. Two queries, beside those of the index and of `Officials`."""

    def __init__(
        self,
        trips: Sequence[Trip],
        presidents: Sequence[President],
        index: PersonIndex,
        home: StateMatch,
        last: LastImport,
    ) -> None:
        self._index = index
        self._last = last
        self._presidents = presidents
        self._all: dict[str, Traveller] = {}
        for president in self._presidents:
            self._add_president(president)
        for trip in trips:
            self._add_traveller(trip)
        for traveller in self._all.values():
            self._choose_scheme(traveller)
        self.officials = Officials(index, home, self._listed())
        self._near: dict[str, list[NearMatch]] = defaultdict(list)
        self._proved: set[str] = set()
        for traveller in self._all.values():
            traveller.record = self._find(traveller)
        self._current: dict[UUID, dict[str, Any]] = {
            row["pk"]: dict(row)
            for row in Person.objects.filter(
                pk__in=[each.record for each in self._all.values() if each.record]
            ).values("pk", "name", "birth_edtf", "death_edtf", "living")
        }

    def traveller(self, trip: Trip) -> Traveller:
        return self._all[trip.who]

    def _person(
        self, row: President | Trip, locator: str, name: str, day: date | None
    ) -> Traveller:
        person = self._all.setdefault(row.who, Traveller(row.who, row, locator))
        if name not in person.names:
            person.names.append(name)
        if day:
            person.days.append(day)
        return person

    def _add_president(self, president: President) -> None:
        locator = f"{president.file}, {president.who}"
        day = president.took_office.earliest
        person = self._person(president, locator, president.full_name, day)
        if day:
            person.held.append(("president", day))
        if president.birth:
            person.facts["birth"] = president.birth
        if president.death:
            person.facts |= {"death": president.death, "living": Living.DEAD.value}
        elif president.is_alive:
            person.facts["living"] = Living.LIVING.value

    def _add_traveller(self, trip: Trip) -> None:
        person = self._person(trip, f"{trip.file}, {trip.id}", trip.traveller, trip.first)
        if trip.first and trip.office != "president":
            person.held.append((trip.office, trip.first))

    def _listed(self) -> Iterator[ListedTerm]:
        for president in self._presidents:
            start = president.took_office.earliest
            if start:
                yield ListedTerm(
                    self._all[president.who].ref,
                    f"{TERM}:{president.id}",
                    president.full_name,
                    start,
                    president.left_office.latest,
                )

    # Persons

    def _identifiers(self, traveller: Traveller) -> list[tuple[str, str]]:
        return list(dict.fromkeys((traveller.key, *identifiers_beside(*traveller.key))))

    def _choose_scheme(self, traveller: Traveller) -> None:
        """Leave pocom's id to whom pocom means by it, where that is somebody else, and say so."""
        own = (OWN_SCHEME, traveller.who)
        if identifiers_beside(*own) or self._index.by_identifier(*own):
            traveller.scheme = OWN_SCHEME
            return
        other = self._index.by_identifier(*traveller.key)
        life = other and self._index.contradiction(
            other,
            born=traveller.facts.get("birth"),
            died=traveller.facts.get("death"),
            days=traveller.days,
        )
        if life:
            reason = f"In pocom this is the id of somebody else, who was {life}: taken as another person."
            traveller.row.warn("/@who", traveller.who, reason, "other_person")
            traveller.scheme = OWN_SCHEME

    def _find(self, traveller: Traveller) -> UUID | None:
        """Return the person that is there, and keep who else it may be."""
        name, born = traveller.names[0], traveller.facts.get("birth")
        known = [
            found
            for each in self._identifiers(traveller)
            if (found := self._index.by_identifier(*each))
        ]
        proved = None
        # One day is enough beside an id; without one, any day may prove it.
        for office, day in traveller.held[: 1 if known else None]:
            key = self.officials.offices.get(office)
            match = self._index.same_person(name, on=day, office=key, born=born) if key else None
            if match and match.certain:
                proved = match.certain
                break
        if known:
            reason = "An id, or the name with the office and a day, says that they are one person; they are two records."
            others = dict.fromkeys([*known, *([proved] if proved else [])])
            self._near[traveller.who] += same_person(
                traveller.ref, (other for other in others if other != known[0]), _SAME, reason
            )
            return known[0]
        if proved:
            self._proved.add(traveller.who)
            return proved
        near = self._index.named(name, born=born, on=next(iter(traveller.days), None))
        self._near[traveller.who] += near_matches(near, traveller.ref)
        return None

    def documents(self, source: str) -> Iterator[Document | NearMatch]:
        """Yield the persons with who else they may be, then the office and the tenures of presidents."""
        for traveller in self._all.values():
            yield self._document(traveller, source)
            yield from self._near[traveller.who]
        tenures = [
            (president, document)
            for president in self._presidents
            if (document := self._tenure(president, source))
        ]
        if tenures:
            yield from self._office(source, tenures[0][0])
        yield from (document for _president, document in tenures)

    def _document(self, traveller: Traveller, source: str) -> Document:
        current = self._current.get(traveller.record) if traveller.record else None
        person = JourneyPerson(
            ref=traveller.ref,
            names=traveller.names,
            identifiers=self._identifiers(traveller),
            locator=traveller.locator,
            record=traveller.record,
            is_proved=traveller.who in self._proved,
            facts=traveller.facts,
            current=current and _facts(current),
        )
        return person.document(source, self._index, self._last)

    # Presidents

    def becomes(self, president: President) -> Sequence[tuple[str, str]]:
        found = [("person", self._all[president.who].ref)]
        if self._is_own(president):
            found.append(("tenure", f"{TERM}:{president.id}"))
        return found

    def _is_own(self, president: President) -> bool:
        """Whether the tenure comes from this data set: the database knows none of that person and day from elsewhere."""
        day, person = president.took_office.earliest, self._all[president.who]
        if day is None:
            return False
        own = f"{TERM}:{president.id}"
        return self.officials.tenure("president", person.record, person.ref, day) == own

    def _tenure(self, president: President, source: str) -> Document | None:
        if not self._is_own(president):
            return None
        left = president.left_office.edtf or None
        status = EndStatus.ENDED if left else EndStatus.UNKNOWN
        return {
            "object": "tenure",
            "slug": slug_of(president.full_name, "president", president.took_office.edtf),
            "person": self._all[president.who].ref,
            "office": f"{OFFICE}:president",
            "start": president.took_office.edtf,
            "end": left,
            "end_status": (EndStatus.ONGOING if president.is_in_office else status).value,
            "kind": TenureKind.SUBSTANTIVE.value,
            "identifiers": identifiers((TERM, president.id)),
            "citations": [citation(source, president.locator)],
        }

    def _office(self, source: str, president: President) -> Iterator[Document]:
        """Yield the office where it is not there, or not known by its identifier."""
        if self._index.office_by_identifier(OFFICE, "president"):
            return
        (title, kind), there = OFFICES["president"], self.officials.offices["president"]
        document: Document = {"object": "office", "slug": slug_of(title)}
        if there:
            document["id"] = str(there)
        else:
            document |= {
                "title": title,
                "state": self.officials.home.ref,
                "classification": kind.value,
                "seats": 1,
            }
        document["identifiers"] = identifiers((OFFICE, "president"))
        document["citations"] = [citation(source, president.locator)]
        yield document


def _facts(there: dict[str, Any]) -> dict[str, Any]:
    """Return what the database has of a person, empty where it has nothing."""
    return {
        "name": there["name"],
        "birth": there["birth_edtf"],
        "death": there["death_edtf"],
        "living": "" if there["living"] == Living.UNKNOWN else there["living"],
    }
