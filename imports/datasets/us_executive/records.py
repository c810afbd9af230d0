"""The records that presidents, vice-presidents and their terms become.

- Somebody is one person with whoever has one of the ids, those of the file and those that `imports/matching/us-persons.csv` has
  beside them; or with whoever of that name certainly held the office on the day on which a term began. Others of such a
  name are near matches. Where the ids lead to several records, the first is taken and the others are near matches: an
  import merges nothing.
- A term whose end is still to come goes on, and has that day as a milestone, for who resigns or dies leaves before it. A
  term that is still to begin is that of somebody elect.
- How somebody came into office is a milestone without a day, for the file has none for it. The party stands in its note.
- A term is not told again where the person is known, from elsewhere, to hold the office all that time.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from anyascii import anyascii
from django.utils.text import slugify

from imports.dataset import NearMatch
from imports.matching.persons import PersonIndex, near_matches
from imports.matching.us_presidents import identifiers_beside
from people.models import EndStatus, MilestoneKind, OfficeClass, State, Tenure, TenureKind
from people.names import of_parts
from records.identity import SLUG_LENGTH
from records.models import EditorialState, Evidence, NameKind

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date
    from uuid import UUID

    from imports.dataset import Document
    from imports.datasets.us_executive.files import Entry, Term
    from people.names.likeness import Match

NAME = "us-executive"
TERM = "us-executive-term"
OFFICE = "us-office"
#: The slug of the state whose offices they are.
COUNTRY = "united-states"
#: By `us-office`: title and class.
TITLES = {
    "president": ("President of the United States", OfficeClass.HEAD_OF_STATE),
    "vice-president": (
        "Vice President of the United States",
        OfficeClass.DEPUTY_HEAD_OF_GOVERNMENT,
    ),
}
#: The milestone that `how` stands for; other words are kept as they are.
WAYS = {"election": MilestoneKind.ELECTED, "appointment": MilestoneKind.APPOINTED}
_NOTE = 300
_LOCATOR = 200
#: The score of two records which the identifiers say are one.
_TOLD_SAME = 0.99


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
        country = State.objects.filter(slug=COUNTRY).values_list("pk", flat=True).first()
        for office, (title, _class) in TITLES.items():
            there = records.index.office_by_identifier(OFFICE, office)
            records.offices[office] = there or records.index.office_named(title, country)
        others = (
            Tenure.objects.in_office()
            .filter(office__in=[each for each in records.offices.values() if each])
            .exclude(identifiers__scheme=TERM)
            .exclude(editorial_state__in=(EditorialState.MERGED, EditorialState.WITHDRAWN))
            .order_by("pk")
        )
        for tenure in others:
            records.tenures[tenure.person_id, tenure.office_id].append(tenure)
        return records

    def office(self, office: str) -> Document:
        """Return the document of an office."""
        title, kind = TITLES[office]
        document: Document = {
            "object": "office",
            "slug": _slug(title),
            "title": title,
            "state": COUNTRY,
            "classification": kind.value,
            "seats": 1,
            "identifiers": [{"scheme": OFFICE, "value": office}],
            "citations": [self._citation(title)],
        }
        there = self.offices[office]
        if there and not self.index.office_by_identifier(OFFICE, office):
            document["id"] = str(there)
        return document

    def person(self, entry: Entry) -> Iterator[Document | NearMatch]:
        """Yield the document of a person, and whom of the database it may be."""
        identifiers = list(entry.identifiers)
        for each in entry.identifiers:
            identifiers += identifiers_beside(*each)
        known = {
            each: person
            for each in dict.fromkeys(identifiers)
            if (person := self.index.by_identifier(*each))
        }
        document: Document = {
            "object": "person",
            "slug": _slug(entry.name),
            "name": entry.name,
            "given_name": entry.given,
            "family_name": entry.family,
            "sort_name": ", ".join(filter(None, (entry.family, entry.given, entry.suffix))),
        }
        near: list[NearMatch] = []
        if known:
            person = next(iter(known.values()))
            self.persons[entry.ref] = person
            others = {other: each for each, other in known.items() if other != person}
            for other, (scheme, value) in others.items():
                reason = f"This person is {scheme}:{value} too, which is another record."
                near.append(NearMatch("person", entry.ref, str(other), _TOLD_SAME, reason))
            identifiers = [each for each in identifiers if known.get(each, person) == person]
        else:
            match = self._match(entry)
            near = near_matches(match, entry.ref)
            if match.certain:
                self.persons[entry.ref] = match.certain
                document["id"] = str(match.certain)
        document["identifiers"] = [
            {"scheme": scheme, "value": value} for scheme, value in dict.fromkeys(identifiers)
        ]
        if entry.other_names:
            document["names"] = [
                {"name": name, "kind": NameKind.ALIAS.value, "language": "en"}
                for name in entry.other_names
            ]
        if entry.born:
            document["birth"] = entry.born
        document["citations"] = [self._citation(entry.ref)]
        yield document
        yield from near

    def _match(self, entry: Entry) -> Match:
        """Return who of that name held an office on the day on which a term began, or may be meant otherwise."""
        name, born = of_parts(entry.given, entry.family, suffix=entry.suffix), entry.born or None
        match = self.index.named(name, born=born)
        for term in entry.terms:
            office = self.offices.get(term.office)
            if not term.is_good or term.start is None or office is None:
                continue
            match = self.index.same_person(name, on=term.start, office=office, born=born)
            if match.certain:
                break
        return match

    def tenure(self, entry: Entry, term: Term) -> Document | None:
        """Return the document of a term; None, and the term is skipped, where the tenure is there from elsewhere."""
        assert term.start is not None  # noqa: S101 - a term without it is rejected
        document: Document = {
            "object": "tenure",
            "slug": _slug(f"{entry.name} {term.office} {term.start}"),
            "person": entry.ref,
            "office": f"{OFFICE}:{term.office}",
            "start": term.start.isoformat(),
            "end": None,
            "end_status": EndStatus.UNKNOWN.value,
            "kind": TenureKind.SUBSTANTIVE.value,
            "milestones": [_way(term)] if term.how or term.party else [],
            "identifiers": [{"scheme": TERM, "value": term.id}],
            "citations": [self._citation(term.id)],
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
        there = self._there(entry, term)
        if there and there.start.earliest == there.start.latest == term.start:
            document["id"] = str(there.pk)
        elif there:
            term.skipped = f"The tenure {there.slug} has the whole of this term already."
            return None
        return document

    def _there(self, entry: Entry, term: Term) -> Tenure | None:
        """Return the tenure from elsewhere that begins with the term, or else one that certainly covers it."""
        person, office = self.persons.get(entry.ref), self.offices.get(term.office)
        if person is None or office is None or term.start is None:
            return None
        found = self.tenures.get((person, office), [])
        same = [each for each in found if each.start.earliest == each.start.latest == term.start]
        return next(iter([*same, *(each for each in found if _covers(each, term))]), None)

    def _citation(self, locator: str) -> Document:
        return {
            "source": self.source,
            "locator": locator[:_LOCATOR],
            "evidence": Evidence.REPORTED.value,
        }


def _covers(tenure: Tenure, term: Term) -> bool:
    started, ended = tenure.start.latest, tenure.end.earliest
    if term.start is None or started is None or started > term.start:
        return False
    if tenure.end_status == EndStatus.ONGOING:
        return True
    return bool(ended and term.end and term.end <= ended)


def _way(term: Term) -> Document:
    kind = WAYS.get(term.how, MilestoneKind.OTHER)
    words = [] if term.how in WAYS or not term.how else [f"Came into office by {term.how}."]
    if term.party:
        words.append(f"Party: {term.party}.")
    return {"kind": kind.value, "note": " ".join(words)[:_NOTE]}


def _to_come(day: date, note: str) -> Document:
    return {"kind": MilestoneKind.OTHER.value, "date": day.isoformat(), "note": note}


def _slug(name: str) -> str:
    return slugify(anyascii(name))[:SLUG_LENGTH].strip("-")
