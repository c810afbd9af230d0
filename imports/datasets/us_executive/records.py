"""The records that presidents, vice-presidents and their terms become.

- Somebody is the same as a person who has one of the ids, those of the file and those that `imports/matching/us-persons.csv` has
  beside them, unless the dates of birth are years apart: then the id is somebody else's; or as a person of that name who certainly
  held the office on the day on which a term began. Others of such a name are near matches. Where the ids lead to several records, the first is taken and the others are near matches: an
  import merges nothing.
- A term whose end is still to come goes on, and has that day as a milestone, for who resigns or dies leaves before it. A
  term that is still to begin is that of somebody elect.
- How somebody came into office is a milestone without a day, for the file has none for it. The party stands in its note.
- A term is left out where the person is known, from elsewhere, to hold the office all that time.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from imports.dataset import NearMatch
from imports.datasets.kit import aliases, citation, identifiers, slug_of
from imports.matching.persons import GONE, PersonIndex, near_matches
from imports.matching.united_states import OFFICE, OFFICES, identifiers_beside
from people.models import EndStatus, MilestoneKind, State, Tenure, TenureKind
from people.names import of_parts

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date
    from uuid import UUID

    from imports.dataset import Document
    from imports.datasets.us_executive.rows import PersonRow, TermRow
    from people.names.likeness import Match

TERM = "us-executive-term"
#: The slug of the state whose offices they are.
_COUNTRY = "united-states"
#: The offices that the data set is about.
HELD = ("president", "vice-president")
#: The milestone that `how` stands for; other words are kept as they are.
WAYS = {"election": MilestoneKind.ELECTED, "appointment": MilestoneKind.APPOINTED}
_NOTE = 300
#: The score of two records which the identifiers say are one.
_SAME = 0.99


@dataclass
class Records:
    """What the data set's records are, beside what the database knows."""

    source: str
    today: date
    index: PersonIndex
    #: by `us-office`, the office that is there
    offices: dict[str, UUID | None] = field(default_factory=dict)
    #: by person and office, tenures that are there from elsewhere
    tenures: dict[tuple[UUID, UUID], list[Tenure]] = field(
        default_factory=lambda: defaultdict(list)
    )
    persons: dict[str, UUID] = field(default_factory=dict)  #: by document, the person that is there

    @classmethod
    def read(cls, source: str, today: date) -> Records:
        """Read what the database knows of persons, and of who held the two offices."""
        records = cls(source, today, PersonIndex.read())
        country = State.objects.filter(slug=_COUNTRY).values_list("pk", flat=True).first()
        for office in HELD:
            title, _class = OFFICES[office]
            records.offices[office] = records.index.office(OFFICE, office, title, country)
        others = (
            Tenure.objects.in_office()
            .filter(office__in=[each for each in records.offices.values() if each])
            .exclude(identifiers__scheme=TERM)
            .exclude(editorial_state__in=GONE)
            .order_by("pk")
        )
        for tenure in others:
            records.tenures[tenure.person_id, tenure.office_id].append(tenure)
        return records

    def office(self, office: str) -> Document:
        title, kind = OFFICES[office]
        document: Document = {
            "object": "office",
            "slug": slug_of(title),
            "title": title,
            "state": _COUNTRY,
            "classification": kind.value,
            "seats": 1,
            "identifiers": identifiers((OFFICE, office)),
            "citations": [citation(self.source, title)],
        }
        there = self.offices[office]
        if there and not self.index.office_by_identifier(OFFICE, office):
            document["id"] = str(there)
        return document

    def person(self, person: PersonRow) -> Iterator[Document | NearMatch]:
        """Yield the document of a person, and whom of the database it may be."""
        ids = list(person.identifiers)
        for each in person.identifiers:
            ids += identifiers_beside(*each)
        ids = list(dict.fromkeys(ids))
        known = {each: record for each in ids if (record := self.index.by_identifier(*each))}
        days = [term.start for term in person.terms if term.is_good and term.start]
        for (scheme, value), record in list(known.items()):
            if life := self.index.contradiction(record, born=person.born, days=days):
                reason = f"{scheme}:{value} is the id of somebody else here, who was {life}: it is left out."
                person.warn("/id", f"{scheme}:{value}", reason, "other_person")
                ids.remove((scheme, value))
                del known[scheme, value]
        document: Document = {
            "object": "person",
            "slug": slug_of(person.full_name),
            "name": person.full_name,
            "given_name": person.given,
            "family_name": person.family,
            "sort_name": ", ".join(filter(None, (person.family, person.given, person.suffix))),
        }
        near: list[NearMatch] = []
        if known:
            record = next(iter(known.values()))
            self.persons[person.ref] = record
            others = {other: each for each, other in known.items() if other != record}
            for other, (scheme, value) in others.items():
                reason = f"This person is {scheme}:{value} too, which is another record."
                near.append(NearMatch("person", person.ref, str(other), _SAME, reason))
            ids = [each for each in ids if known.get(each, record) == record]
        else:
            match = self._match(person)
            near = near_matches(match, person.ref)
            if match.certain:
                self.persons[person.ref] = match.certain
                document["id"] = str(match.certain)
        document["identifiers"] = identifiers(*dict.fromkeys(ids))
        document |= aliases(person.other_names)
        if person.born:
            document["birth"] = person.born
        document["citations"] = [citation(self.source, person.ref)]
        yield document
        yield from near

    def _match(self, person: PersonRow) -> Match:
        """Return who of that name held an office on the day on which a term began, or may be meant otherwise."""
        name, born = (
            of_parts(person.given, person.family, suffix=person.suffix),
            person.born or None,
        )
        match = self.index.named(name, born=born)
        for term in person.terms:
            office = self.offices.get(term.office)
            if not term.is_good or term.start is None or office is None:
                continue
            match = self.index.same_person(name, on=term.start, office=office, born=born)
            if match.certain:
                break
        return match

    def tenure(self, person: PersonRow, term: TermRow) -> Document | None:
        """Return the document of a term; None, and the term is skipped, where the tenure is there from elsewhere."""
        assert term.start is not None  # noqa: S101 - a term without it is rejected
        document: Document = {
            "object": "tenure",
            "slug": slug_of(f"{person.full_name} {term.office} {term.start}"),
            "person": person.ref,
            "office": f"{OFFICE}:{term.office}",
            "start": term.start.isoformat(),
            "end": None,
            "end_status": EndStatus.UNKNOWN.value,
            "kind": TenureKind.SUBSTANTIVE.value,
            "milestones": [_way(term)] if term.how or term.party else [],
            "identifiers": identifiers((TERM, term.id)),
            "citations": [citation(self.source, term.id)],
        }
        if term.start > self.today:
            document |= {"start": None, "kind": TenureKind.ELECT.value}
            document["milestones"].append(_to_come(term.start, "Scheduled start of term"))
        if term.end and term.end > self.today:
            document["milestones"].append(_to_come(term.end, "Scheduled end of term"))
            if term.start <= self.today:
                document["end_status"] = EndStatus.ONGOING.value
        elif term.end:
            document |= {"end": term.end.isoformat(), "end_status": EndStatus.ENDED.value}
        there = self._there(person, term)
        if there and there.start.earliest == there.start.latest == term.start:
            document["id"] = str(there.pk)
        elif there:
            term.skipped = f"The tenure {there.slug} has the whole of this term already."
            return None
        return document

    def _there(self, person: PersonRow, term: TermRow) -> Tenure | None:
        """Return the tenure from elsewhere that begins with the term, or else one that certainly covers it."""
        record, office = self.persons.get(person.ref), self.offices.get(term.office)
        if record is None or office is None or term.start is None:
            return None
        found = self.tenures.get((record, office), [])
        same = [each for each in found if each.start.earliest == each.start.latest == term.start]
        return next(iter([*same, *(each for each in found if _covers(each, term))]), None)


def _covers(tenure: Tenure, term: TermRow) -> bool:
    started, ended = tenure.start.latest, tenure.end.earliest
    if term.start is None or started is None or started > term.start:
        return False
    if tenure.end_status == EndStatus.ONGOING:
        return True
    return bool(ended and term.end and term.end <= ended)


def _way(term: TermRow) -> Document:
    kind = WAYS.get(term.how, MilestoneKind.OTHER)
    words = [] if term.how in WAYS or not term.how else [f"Came into office by {term.how}."]
    if term.party:
        words.append(f"Party: {term.party}.")
    return {"kind": kind.value, "note": " ".join(words)[:_NOTE]}


def _to_come(day: date, note: str) -> Document:
    return {"kind": MilestoneKind.OTHER.value, "date": day.isoformat(), "note": note}
