"""Persons, from their files.

What the data set says of careers (career diplomat or not) and of the states of the union that persons came from has no place in
a person's record: it is left out.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from imports.dataset import NearMatch
from imports.datasets.kit import LastImport, aliases, citation, identifiers, slug_of
from imports.matching.persons import near_matches
from people.models import Living
from people.names import of_parts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from imports.dataset import Document
    from imports.datasets.pocom.offices import Offices
    from imports.datasets.pocom.rows import Appointment, Files, PersonRow
    from imports.matching.persons import PersonIndex
    from people.names.likeness import Match

SCHEME = "pocom"
#: The ids of those whose id of pocom a record of somebody else has.
OWN_SCHEME = "pocom-person"


class People:
    """The persons of the files, with those of the database that they are or may be."""

    def __init__(self, files: Files, index: PersonIndex, offices: Offices) -> None:
        self._people = [person for person in files.people if person.is_good]
        self._index = index
        self._offices = offices
        self._held: dict[str, list[Appointment]] = {}
        for appointment in files.appointments:
            if appointment.is_good and appointment.office.startswith("us-office:"):
                self._held.setdefault(appointment.person, []).append(appointment)
        self._ids = Counter(
            each for person in self._people for each in {person.id, *person.old_ids}
        )
        last = LastImport(SCHEME, "person")
        for person in self._people:
            # A record that this data set wrote is its person, also when a date has been corrected since.
            if not last.has("person", person.ref):
                self._choose_scheme(person)
        self._refs = {person.id: person.ref for person in self._people}

    def documents(self, source: str) -> Iterator[Document | NearMatch]:
        """Yield the persons, and whom of the database they may be."""
        for person in self._people:
            document = self._document(person, source)
            if self._index.by_identifier(person.scheme, person.id) is None:
                match = self._match(person)
                if match.certain:
                    document["id"] = str(match.certain)
                yield from near_matches(match, person.ref)
            person.becomes.append(("person", person.ref))
            yield document

    def ref(self, person: str) -> str:
        """Return what documents call the person with an id."""
        return self._refs.get(person, f"{SCHEME}:{person}")

    def _choose_scheme(self, person: PersonRow) -> None:
        """Leave the id to the record that has it, where that is of somebody else, and say so."""
        other = self._index.by_identifier(SCHEME, person.id)
        born, died = person.birth.edtf or None, person.death.edtf or None
        life = other and self._index.contradiction(other, born=born, died=died)
        if life:
            reason = f"The record with this id is of somebody else, who was {life}: taken as another person."
            person.warn("/id", person.id, reason, "other_person")
            person.scheme = OWN_SCHEME

    def _document(self, person: PersonRow, source: str) -> Document:
        name = full_name(person)
        document: Document = {
            "object": "person",
            "slug": slug_of(person.id, otherwise=name),
            "identifiers": identifiers(*((person.scheme, each) for each in self._ids_of(person))),
            "name": name,
        }
        parts = {
            "given_name": person.given,
            "family_name": person.family,
            "sort_name": sort_name(person),
        }
        document |= {member: value for member, value in parts.items() if value}
        document |= _life(person)
        document |= aliases(other for other in dict.fromkeys(person.other_names) if other != name)
        document["citations"] = [citation(source, person.locator)]
        return document

    def _ids_of(self, person: PersonRow) -> list[str]:
        """Return the person's id and those of old, which other data sets may still name."""
        old = []
        for each in dict.fromkeys(person.old_ids):
            if each == person.id:
                continue
            known = self._index.by_identifier(SCHEME, person.id)
            other = self._index.by_identifier(SCHEME, each)
            if self._ids[each] > 1 or (known and other and known != other):
                reason = "Somebody else has this id too: left out."
                person.warn("/old-ids/old-id", each, reason, "duplicate_id")
            else:
                old.append(each)
        return [person.id, *old]

    def _match(self, person: PersonRow) -> Match:
        name = of_parts(person.given, person.family, suffix=person.generation)
        born, died = person.birth.edtf or None, person.death.edtf or None
        for appointment in self._held.get(person.id, ()):
            first = appointment.start.day
            office = self._offices.record_of(appointment)
            if first and office:
                return self._index.same_person(name, on=first, office=office, born=born, died=died)
        return self._index.named(name, born=born, died=died)


def _life(person: PersonRow) -> Document:
    """Return birth and death as far as they are known: what is empty says nothing, and others may know more."""
    birth, death = person.birth, person.death
    born, died = birth.bounds[0], death.bounds[1]
    if born and died and died < born:
        reason = f"The person died ({death.edtf}) before being born ({birth.edtf}): the death is kept as words."
        person.warn("/death", death.edtf, reason, "dies_before_birth")
        death = death.in_words()
    # The code "unknown" is: no longer living, and it is not known since when.
    codes = {"still-living": Living.LIVING, "unknown": Living.DEAD}
    living = Living.DEAD if death else codes.get(person.death_code)
    life = {"birth": birth.document(), "death": death.document(), "living": living and str(living)}
    return {member: value for member, value in life.items() if value}


def full_name(person: PersonRow) -> str:
    """Return the name as the Office of the Historian shows it: "Ollie Palmer Anderson, Jr.", "Wilson Beale III"."""
    name = " ".join(part for part in (person.given, person.family) if part)
    if not person.generation:
        return name
    comma = "" if re.fullmatch(r"[IVX]+", person.generation) else ","
    return f"{name}{comma} {person.generation}"


def sort_name(person: PersonRow) -> str:
    """Return the name as an index lists it: "Anderson, Ollie Palmer, Jr."."""
    parts = (person.family, person.given, person.generation)
    return ", ".join(part for part in parts if part)
