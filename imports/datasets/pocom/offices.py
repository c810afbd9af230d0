"""Offices, from missions, positions and roles; and the organizations that they belong to.

- A chief of mission to a country holds one office for each state and title: the ambassador to Pakistan, the chargé to Pakistan.
  The state is the one that received the chief then, whatever the file calls it.
- A chief of mission to an organization holds an office that belongs to the organization, whose name is in the title.
- A principal officer holds a position of the Department of State, or of a foreign assistance agency, which the data set
  does not name apart from the title.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from imports.datasets.kit import citation, identifiers, slug_of, with_article
from imports.datasets.pocom.positions import SHARED, facts_of, position_title
from imports.matching.states import UnknownStateError
from imports.matching.united_states import OFFICE
from people.models import MissionClass, OfficeClass

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from uuid import UUID

    from imports.dataset import Document
    from imports.datasets.pocom.known import KnownRecords, Organization
    from imports.datasets.pocom.rows import Appointment, Files, Mission, Role
    from imports.matching.states import Crosswalk, StateMatch

SCHEME = "pocom-office"
#: VCDR 1961, art. 14(1). Ministers resident are ministers accredited to heads of state. Chargés ad interim have no class: art. 19.
_CLASSES = (
    (re.compile(r"ambassador"), MissionClass.AMBASSADOR),
    (re.compile(r"(?:envoy|minister)(?:-|\Z)"), MissionClass.ENVOY),
    (re.compile(r"charge-daffaires(?!.*(?:ad-interim|pro-tem))"), MissionClass.CHARGE),
)


@dataclass
class Office:
    """An office with what is known of it."""

    value: str  #: its id of the scheme
    title: str
    classification: str
    locator: str
    has_title: bool = (
        True  #: whether the title is what the data set calls it, and not made from an id
    )
    mission_class: str = ""
    state: StateMatch | None = None  #: the receiving state
    organization: str = ""  #: what documents call it
    position: Mission | None = None
    held: list[Appointment] = field(default_factory=list)

    @property
    def shared(self) -> str:
        """Its id among the offices that several data sets name; "" for others."""
        return SHARED.get(self.position.id, "") if self.position else ""

    @property
    def identifiers(self) -> list[dict[str, str]]:
        """Its identifiers, the one by which documents refer to it first."""
        shared = [(OFFICE, self.shared)] if self.shared else []
        return identifiers(*shared, (SCHEME, self.value))

    @property
    def ref(self) -> str:
        first = self.identifiers[0]
        return f"{first['scheme']}:{first['value']}"


class Offices:
    """The offices of the appointments, each made when it is first asked for."""

    def __init__(self, files: Files, crosswalk: Crosswalk, known: KnownRecords) -> None:
        self._crosswalk = crosswalk
        self._known = known
        self._found: dict[str, Office] = {}
        self._by_ref: dict[str, Office] = {}
        self._roles: dict[str, Role] = {role.id: role for role in files.roles if role.is_good}
        self._positions = {
            mission.id: mission
            for mission in files.missions
            if mission.form == "position" and mission.is_good
        }
        self._organizations: dict[str, Organization] = {}
        for position in self._positions.values():
            self._of_position(position)

    def place(self, appointment: Appointment) -> None:
        """Say which office an appointment is to, or reject it."""
        form = appointment.mission.form
        if form == "country":
            office = self._of_country(appointment)
        elif form == "organization":
            office = self._of_organization(appointment)
        else:
            office = self._of_role(appointment)
        if office is None:
            return
        office.held.append(appointment)
        self._by_ref[office.ref] = office
        appointment.office = office.ref
        appointment.becomes.append(("office", office.ref))

    def leave(self, appointment: Appointment) -> None:
        """Take an appointment out of its office: no tenure is made of it there."""
        self._by_ref[appointment.office].held.remove(appointment)
        appointment.becomes.remove(("office", appointment.office))

    def state_of(self, appointment: Appointment) -> StateMatch | None:
        """Return the state that received a chief of mission; None for other offices."""
        return self._by_ref[appointment.office].state

    @property
    def home(self) -> StateMatch:
        return self._known.home

    def place_of(self, appointment: Appointment) -> str:
        office = self._by_ref[appointment.office]
        if office.state:
            return office.state.name
        organization = self._organizations.get(appointment.mission.id)
        return organization.name if organization else office.title

    def organization_of(self, mission: Mission) -> str:
        """Return what documents call the organization of a mission; "" where it has none."""
        organization = self._organizations.get(mission.id)
        return organization.ref if organization else ""

    def record_of(self, appointment: Appointment) -> UUID | None:
        """Return the record of an office that several data sets name, where it is there already."""
        office = self._by_ref[appointment.office]
        return self._known.shared_office(office.shared, office.title)

    def state(self, territory: str, days: Iterable[date], identifier: str = "") -> StateMatch:
        """Return the state that was called so on the first of the days, else in the year in an id.

        Raises `UnknownStateError`.
        """
        for day in days:
            return self._crosswalk.state("pocom", territory, on=day)
        year = re.search(r"-(\d{4})-", identifier, re.ASCII)
        if year and 0 < int(year[1]) < 9999:
            first, last = date(int(year[1]), 1, 1), date(int(year[1]), 12, 31)
            found = {self._crosswalk.state("pocom", territory, on=day) for day in (first, last)}
            if len(found) == 1:
                return found.pop()
        return self._crosswalk.state("pocom", territory)

    def _of_country(self, appointment: Appointment) -> Office | None:
        at = "/contemporary-territory-id"
        try:
            state = self.state(appointment.territory, appointment.days, appointment.id)
        except UnknownStateError as error:
            appointment.faults.append(error.at(at))
            return None
        value = f"{state.slug}/{appointment.role}"
        if value not in self._found:
            title = self._role_title(appointment)
            self._found[value] = Office(
                value,
                f"{title} of the United States to {with_article(state.name)}",
                OfficeClass.HEAD_OF_MISSION,
                f"{appointment.file}, {appointment.role}",
                has_title=appointment.role in self._roles,
                mission_class=mission_class(appointment.role),
                state=state,
            )
        return self._found[value]

    def _of_organization(self, appointment: Appointment) -> Office | None:
        mission = appointment.mission
        is_own = appointment.role == mission.id
        value = mission.id if is_own else f"{mission.id}/{appointment.role}"
        if value not in self._found:
            organization = self._organization(mission)
            title = mission.singular
            if not is_own:
                name = organization.name if organization else mission.singular
                title = f"{self._role_title(appointment)} of the United States to the {name}"
            self._found[value] = Office(
                value,
                title,
                OfficeClass.HEAD_OF_MISSION,
                f"{appointment.file}, {appointment.role}",
                has_title=is_own or appointment.role in self._roles,
                mission_class=mission_class(appointment.role),
                organization=organization.ref if organization else "",
            )
        return self._found[value]

    def _organization(self, mission: Mission) -> Organization | None:
        """Return the organization to which a mission is accredited, by its name in the title."""
        name = organization_name(mission.singular)
        if not name:
            reason = "The title names no organization: its office belongs to none."
            mission.warn("/names/singular", mission.singular, reason, "no_organization")
            return None
        if mission.id not in self._organizations:
            locator = f"{mission.file}, {mission.id}"
            self._organizations[mission.id] = self._known.organization(mission.id, name, locator)
        organization = self._organizations[mission.id]
        mission.becomes.append(("organization", organization.ref))
        return organization

    def _of_role(self, appointment: Appointment) -> Office | None:
        position = self._positions.get(appointment.role)
        if position is None:
            position = appointment.mission
            reason = f"There is no position of this name here: taken as {position.id}, whose file it stands in."
            appointment.warn("/role-title-id", appointment.role, reason, "unknown_role")
        elif position is not appointment.mission:
            reason = f"It stands in the file of {appointment.mission.id}; the role was believed."
            appointment.warn("/role-title-id", appointment.role, reason, "role_elsewhere")
        return self._of_position(position)

    def _of_position(self, position: Mission) -> Office:
        if position.id not in self._found:
            is_minister = position.category == "secretary"
            classification = OfficeClass.FOREIGN_MINISTER if is_minister else OfficeClass.OTHER
            locator = f"{position.file}, {position.id}"
            office = self._found[position.id] = Office(
                position.id, position_title(position), classification, locator, position=position
            )
            if position.category != "foreign-assistance-agencies":
                department = self._organizations.setdefault("", self._known.department(locator))
                office.organization = department.ref
            position.becomes.append(("office", office.ref))
        return self._found[position.id]

    def _role_title(self, appointment: Appointment) -> str:
        role = self._roles.get(appointment.role)
        if role is not None:
            return role.singular
        reason = "There is no file for this role: the office is called after its id."
        appointment.warn("/role-title-id", appointment.role, reason, "unknown_role")
        return appointment.role.replace("-", " ").capitalize()

    def documents(self, source: str) -> Iterator[Document]:
        """Yield the organizations and then the offices that anybody was appointed to, and all positions."""
        for organization in self._organizations.values():
            yield organization.document(source)
        for office in sorted(self._found.values(), key=lambda office: office.value):
            yield self._document(office, source)

    def _document(self, office: Office, source: str) -> Document:
        home = self._known.home
        document: Document = {"object": "office"}
        if found := self._known.unidentified_office(office.shared, office.title):
            document["id"] = str(found)
        document |= {
            "slug": slug_of(office.title, otherwise=office.value),
            "identifiers": office.identifiers,
            "state": home.ref,
            "classification": str(office.classification),
        }
        if office.has_title or not self._known.has_office(SCHEME, office.value):
            document["title"] = office.title
        if office.organization:
            document["organization"] = office.organization
        if office.mission_class:
            document["mission_class"] = str(office.mission_class)
        if office.state:
            document["accredited_to"] = [office.state.ref]
        if office.position:
            document |= facts_of(office.position, office.held)
        document["citations"] = [citation(source, office.locator)]
        return document

    def note_use(self, files: Files) -> None:
        """Note which offices missions and roles become; those that nobody was appointed to are skipped."""
        uses: dict[tuple[str, str], list[str]] = defaultdict(list)
        for office in self._found.values():
            for appointment in office.held:
                if appointment.is_good:
                    uses["role", appointment.role].append(office.ref)
                    uses["mission", appointment.mission.name].append(office.ref)
        for role in files.roles:
            role.becomes += [("office", ref) for ref in uses["role", role.id]]
            if not role.becomes:
                role.skipped = "No appointment under this title was imported."
        for mission in files.missions:
            mission.becomes += [("office", ref) for ref in uses["mission", mission.name]]
            if not mission.becomes:
                mission.skipped = "No appointment of this mission was imported."


def mission_class(role: str) -> str:
    """Return the class of a head of mission by the id of the role; "" where the role is of none."""
    return next((str(found) for pattern, found in _CLASSES if pattern.match(role)), "")


def organization_name(title: str) -> str:
    """Return the organization in a title; "" where it names none, or an office of the United States.

    "Representative of the U.S.A. on the Council of the International Civil Aviation Organization (Montreal)"
    """
    bare = re.sub(r",\s+with the .*|\s*\([^()]*\)\s*$", "", title)
    found = re.search(r"\s(?:on the Council of|to|at|near) (?:the )?(.+)", bare)
    return found[1].strip() if found and not found[1].startswith("U.S.") else ""
