"""Persons of journeys as documents: what the data set says of them, and what the database has already."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from imports.dataset import NearMatch
from imports.datasets.kit import aliases, citation, identifiers, slug_of

if TYPE_CHECKING:
    from collections.abc import Iterable
    from uuid import UUID

    from imports.dataset import Document
    from imports.datasets.kit import LastImport
    from imports.matching.persons import PersonIndex


@dataclass(kw_only=True)
class JourneyPerson:
    """A person of a data set of journeys, as it becomes a document."""

    ref: str  #: what documents call the person
    names: list[str]  #: the one to use first
    identifiers: Iterable[tuple[str, str]]  #: scheme and value
    locator: str
    record: UUID | None  #: the person of the database
    is_proved: bool  #: whether name, office and day led to the record, and no identifier
    facts: dict[str, Any]  #: life dates
    current: dict[str, Any] | None  #: name and life dates of the record, empty where it has none
    beside: str = ""  #: for the slug, where the name alone would say too little

    def document(self, source: str, index: PersonIndex, last: LastImport) -> Document:
        """Return the document. An identifier that another record has is left out."""
        document: Document = {"object": "person", "slug": slug_of(self.names[0], self.beside)}
        if self.is_proved:
            document["id"] = str(self.record)
        own = (None, self.record)
        document["identifiers"] = identifiers(
            *(each for each in self.identifiers if index.by_identifier(*each) in own)
        )
        members = last.own("person", self.ref, {"name": self.names[0], **self.facts}, self.current)
        used = members.get("name") or (self.current or {}).get("name")
        others = aliases(name for name in self.names if name != used)
        return document | members | others | {"citations": [citation(source, self.locator)]}


def same_person(ref: str, records: Iterable[UUID], score: float, reason: str) -> list[NearMatch]:
    """Return near matches with other records of a person that the data set says is one."""
    return [NearMatch("person", ref, str(record), score, reason) for record in records]
