"""Rows of travels: trips of presidents and secretaries of state, and lines of the list of presidents."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from config.dates.values import UncertainDate
from imports.datasets.journeys.rows import Journey
from imports.datasets.kit import SourceRow

#: The roles of the code table, the office of each (`us-office`) and what the data set means by it.
ROLES = {"president": ("president", "President"), "secretary": ("secretary-of-state", "Secretary of State")}  # fmt: skip


@dataclass(kw_only=True, eq=False)
class Trip(Journey):
    """One stop: a country, with the days there."""

    kind = "trip"
    dataset = "travels"

    role: str
    who: str
    traveller: str  #: the name
    locale: str

    @property
    def office(self) -> str:
        """The `us-office` in which it was made, "" for a role that is not known."""
        return ROLES.get(self.role, ("", ""))[0]

    @property
    def order(self) -> tuple[str, date, date, int, str]:
        number = int(self.id) if self.id.isdecimal() else 0
        return self.who, self.first or date.max, self.last or date.max, number, self.id


@dataclass(kw_only=True, eq=False)
class President(SourceRow):
    """A line of the list of presidents: somebody who comes back has two."""

    kind = "president"

    who: str
    full_name: str
    birth: str = ""  #: EDTF
    death: str = ""
    is_alive: bool = False
    took_office: UncertainDate = field(default_factory=UncertainDate)
    left_office: UncertainDate = field(default_factory=UncertainDate)
    is_in_office: bool = False
