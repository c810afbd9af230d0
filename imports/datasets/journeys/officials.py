"""Presidents and secretaries of state of the United States: who held the office on a day, and by which tenure.

The database is asked first; the list of presidents that comes with the trips stands in for what is not there.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from imports.matching.united_states import OFFICE, OFFICES
from people.models import Tenure, TenureIdentifier
from people.names import compare, parse

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date
    from uuid import UUID

    from imports.matching.persons import Holder, PersonIndex
    from imports.matching.states import StateMatch

TERM = "travels-president"
#: The offices whose holders travel and meet visitors.
_OFFICES = ("president", "secretary-of-state")


@dataclass(frozen=True)
class ListedTerm:
    """A term in the list of presidents, which its import makes a tenure where there is none."""

    person: str  #: what documents call the person
    tenure: str
    name: str
    start: date
    end: date | None

    def had(self, day: date) -> bool:
        """Return whether the day lies in it; both ends count."""
        return self.start <= day and (self.end is None or day <= self.end)


@dataclass(frozen=True)
class Official:
    """Somebody who held one of the offices on a day."""

    person: str  #: what documents call the person
    tenure: str  #: what documents call the tenure


class Officials:
    """Who held the two offices. Two queries, beside those of the index."""

    def __init__(
        self, index: PersonIndex, home: StateMatch, listed: Iterable[ListedTerm] = ()
    ) -> None:
        self.index = index
        self.home = home
        self.offices: dict[str, UUID | None] = {
            office: index.office(OFFICE, office, OFFICES[office][0], home.id) for office in _OFFICES
        }
        self._listed = list(listed)
        self._terms: dict[UUID, str] = {
            tenure: f"{TERM}:{value}"
            for tenure, value in TenureIdentifier.objects.filter(scheme=TERM).values_list(
                "record_id", "value"
            )
        }
        self._first: dict[tuple[UUID, UUID], date] = {}
        starts = Tenure.objects.in_office().filter(
            office__in=[office for office in self.offices.values() if office],
            start_earliest__isnull=False,
        )
        for person, office, start in starts.order_by("-start_earliest").values_list(
            "person_id", "office_id", "start_earliest"
        ):
            self._first[person, office] = start

    def first_day(self, office: str, person: UUID | None, ref: str) -> date | None:
        """Return the first day on which a person, who is there or only listed, may have held the office."""
        known = self.offices[office]
        starts = [
            term.start for term in self._listed if office == "president" and term.person == ref
        ]
        if person and known and (person, known) in self._first:
            starts.append(self._first[person, known])
        return min(starts, default=None)

    def tenure(self, office: str, person: UUID | None, ref: str, day: date) -> str:
        """Return what documents call the tenure by which a person held the office that day; "" where none is known."""
        held = [holder for holder in self._holders(office, day) if holder.person == person]
        if held:
            return self._ref(min(held, key=lambda holder: not holder.is_certain))
        if office != "president":
            return ""
        return next(
            (term.tenure for term in self._listed if term.person == ref and term.had(day)), ""
        )

    def named(self, office: str, name: str, day: date) -> Official | None:
        """Return who of that name certainly held the office that day; None where nobody did, or several."""
        parsed = parse(name)
        found = {
            holder.person: Official(str(holder.person), self._ref(holder))
            for holder in self._holders(office, day, name)
            if holder.is_certain and holder.comparison.is_compatible
        }
        if not found and office == "president":
            listed = {
                term.person: Official(term.person, term.tenure)
                for term in self._listed
                if term.had(day) and compare(parsed, parse(term.name)).is_compatible
            }
            return next(iter(listed.values())) if len(listed) == 1 else None
        return next(iter(found.values())) if len(found) == 1 else None

    def _holders(self, office: str, day: date, name: str = "") -> list[Holder]:
        known = self.offices[office]
        return self.index.holders(on=day, office=known, name=name) if known else []

    def _ref(self, holder: Holder) -> str:
        return self._terms.get(holder.tenure, str(holder.tenure))
