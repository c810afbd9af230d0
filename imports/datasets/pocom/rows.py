"""Rows of pocom."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from imports.datasets.kit import SourceRow
from imports.datasets.pocom.dates import Reading, dates_in

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from imports.dataset import Row

#: The code table `still-living-code`.
LIVING_CODES = ("still-living", "known", "unknown")
#: Steps of an appointment, in the order in which they happen.
EVENTS = ("appointed", "arrived", "started", "ended")


@dataclass(kw_only=True, eq=False)
class PersonRow(SourceRow):
    """A person's file."""

    kind = "person"

    given: str
    family: str
    generation: str  #: Jr., III
    other_names: list[str]
    old_ids: list[str]
    birth: Reading
    death: Reading
    death_code: str  #: what stands for a date of death (`LIVING_CODES`), "" for nothing
    scheme: str = "pocom"  #: of the id, by which documents refer to the person

    @property
    def ref(self) -> str:
        return f"{self.scheme}:{self.id}"


@dataclass(kw_only=True, eq=False)
class Mission(SourceRow):
    """A mission to a country or an organization, or a position of a principal officer."""

    kind = "mission"

    form: str  #: country, organization or position
    singular: str
    category: str
    starts: list[str]
    ends: list[str]
    is_ongoing: bool

    @property
    def name(self) -> str:
        """What the row is called; countries, organizations and positions have ids of their own."""
        return super().name.replace(self.kind, self.form, 1)


@dataclass(kw_only=True, eq=False)
class Appointment(SourceRow):
    """Somebody's appointment as chief of a mission or as a principal officer."""

    kind = "appointment"

    mission: Mission
    is_listed: bool  #: whether it stands in the list of holders, and not among those who did not come to serve
    person: str
    role: str
    territory: str  #: what the country was called then, for chiefs of missions to countries
    dates: dict[str, Reading]
    notes: dict[str, str]  #: what leads up to the dates
    note: str

    #: The state of this part of an appointment that outlasted its first state, for the later ones.
    part: str = ""
    also: list[str] = field(
        default_factory=list
    )  #: ids of other appointments that tell the same tenure
    office: str = ""  #: the identifier of its office
    kind_of_tenure: str = ""
    start: Reading = field(default_factory=Reading)
    end: Reading = field(default_factory=Reading)
    end_reason: str = ""
    milestones: list[dict[str, Any]] = field(default_factory=list)

    @property
    def identifier(self) -> str:
        return f"pocom-appointment:{self.value}"

    @property
    def value(self) -> str:
        """What its tenure is called: the id, of a later part with the state."""
        return f"{self.id}~{self.part}" if self.part else self.id

    @property
    def days(self) -> tuple[date, ...]:
        """Days at which to ask what the state was then, the best first: of its dates, else of its note."""
        readings = [self.dates[name] for name in ("started", "arrived", "appointed", "ended")]
        if not any(reading.day for reading in readings):
            readings = [reading for _begin, _end, reading in dates_in(self.note)]
        return tuple(reading.day for reading in readings if reading.day)

    @property
    def year(self) -> str:
        """Its year: of its first day, else the one in its id (`pk-1959-roun-01`); "" where neither is there."""
        if self.days:
            return f"{self.days[0].year:04}"
        found = re.search(r"-(\d{4})-", self.id, re.ASCII)
        return found[1] if found else ""


@dataclass(kw_only=True, eq=False)
class Role(SourceRow):
    """A title of chiefs of missions to countries."""

    kind = "role"

    singular: str


@dataclass(kw_only=True, eq=False)
class Group(SourceRow):
    """Appointments that one person held at the same time."""

    kind = "concurrent"

    person: str
    appointments: list[str]
    locale: str
    territory: str


@dataclass(kw_only=True, eq=False)
class Note(SourceRow):
    """A note in a mission's file between its chiefs, on the relations mostly."""

    kind = "note"

    mission: Mission
    text: str
    after: Appointment | None  #: the appointment before it


@dataclass
class Files:
    """All that was read, in the order of the files."""

    people: list[PersonRow] = field(default_factory=list)
    missions: list[Mission] = field(default_factory=list)
    appointments: list[Appointment] = field(default_factory=list)
    roles: list[Role] = field(default_factory=list)
    groups: list[Group] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    unread: list[Row] = field(default_factory=list)

    def rows(self) -> Iterable[SourceRow]:
        yield from self.people
        yield from self.roles
        yield from self.missions
        yield from self.appointments
        yield from self.groups
        yield from self.notes
