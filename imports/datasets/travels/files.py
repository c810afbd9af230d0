"""The files of travels: trips of presidents and secretaries of state, and the list of presidents."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from config.dates.values import EdtfError, UncertainDate
from config.faults import Fault, choose_from, nearest
from imports.dataset import Row
from imports.datasets.journeys.files import Journey, demand, facts_of, read_roots, tell_repeated
from imports.datasets.pocom.rows import Item
from imports.files.tree import InputError
from imports.files.xml_files import text

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

    from imports.files.tree import File, Tree

#: Where the files lie. The code tables say what values mean; they are no rows.
FOLDERS = ("president-travels/*.xml", "secretary-travels/*.xml", "presidents/presidents.xml")
ROOTS = (b"<trips", b"<presidents")
_CODE_TABLE = "code-table"
#: The roles of the code table, the office of each (`us-office`) and what the data set means by it.
ROLES = {"president": ("president", "President"), "secretary": ("secretary-of-state", "Secretary of State")}  # fmt: skip


@dataclass(kw_only=True)
class Trip(Journey):
    """One stop: a country, with the days there."""

    kind = "trip"

    role: str
    who: str
    traveller: str  #: the name
    locale: str

    @property
    def ref(self) -> str:
        """What documents call the event."""
        return f"travels:{self.id}"

    @property
    def office(self) -> str:
        """The `us-office` in which it was made, "" for a role that is not known."""
        return ROLES.get(self.role, ("", ""))[0]


@dataclass(kw_only=True)
class President(Item):
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


@dataclass
class Files:
    """All that the files say."""

    trips: list[Trip] = field(default_factory=list)
    presidents: list[President] = field(default_factory=list)
    unread: list[Row] = field(default_factory=list)


def files_of(tree: Tree) -> list[File]:
    """Return the files of the data set; one that comes by itself may lie anywhere."""
    found = {file.path: file for pattern in FOLDERS for file in tree.matching(pattern)}
    if not found and len(tree.files) == 1:
        found = {file.path: file for file in tree.matching("*.xml")}
    return [found[path] for path in sorted(found)]


def read_files(tree: Tree) -> Files:
    """Read all files. What cannot be read is a rejected row."""
    files = Files()
    for path, root in read_roots(files_of(tree), files.unread):
        if root.tag == "trips":
            files.trips += [_trip(element, path) for element in root.iter("trip")]
        elif root.tag == "presidents":
            files.presidents += [_president(element, path) for element in root.iter("president")]
        elif root.tag != _CODE_TABLE:
            reason = (
                f"“{root.tag}” is no file of this data set: {choose_from(('trips', 'presidents'))}."
            )
            files.unread.append(Row.unread(InputError("unknown_element", reason, path)))
    tell_repeated(files.trips)
    tell_repeated(files.presidents)
    return files


def _trip(element: Element, path: str) -> Trip:
    country = element.find("country")
    trip = Trip(
        **facts_of(element, path),
        role=text(element, "role") or (element.get("role") or "").strip(),
        who=(element.get("who") or "").strip(),
        traveller=text(element, "name"),
        state_id=(country.get("id") or "").strip() if country is not None else "",
        label=text(element, "country"),
        locale=text(element, "locale"),
        words=text(element, "remarks"),
    )
    demand(trip, id=trip.id, country=trip.state_id, name=trip.traveller)
    if not trip.who:
        trip.reject("/@who", None, "It does not say whose trip it is.", "required")
    if trip.role not in ROLES:
        reason = f"“{trip.role}” is no role of a traveller: {choose_from(ROLES)}."
        near = nearest(trip.role, ROLES)
        trip.faults.append(
            Fault("unknown_value", reason, pointer="/role", value=trip.role, suggestion=near)
        )
    trip.read_dates(text(element, "start-date"), text(element, "end-date"))
    return trip


def _president(element: Element, path: str) -> President:
    died, left = element.find("death-year"), element.find("left-office-date")
    president = President(
        **(facts_of(element, path) | {"id": (element.get("n") or "").strip()}),
        who=text(element, "id"),
        full_name=text(element, "name"),
        is_alive=died is not None and died.get("still-alive") == "true",
        is_in_office=left is not None and left.get("still-in-office") == "true",
    )
    demand(president, id=president.who, name=president.full_name)
    if not president.id:
        president.reject("/@n", None, "It does not say which president this is.", "required")
    president.birth = _date(president, element, "birth-year").edtf
    president.death = _date(president, element, "death-year").edtf
    born, dead = (
        UncertainDate.parse(given).earliest for given in (president.birth, president.death)
    )
    if born and dead and dead < born:
        reason = "The year of death lies before that of birth: it was left out."
        president.warn("/death-year", president.death, reason, "ends_before_start")
        president.death = ""
    president.took_office = _date(president, element, "took-office-date")
    president.left_office = _date(president, element, "left-office-date")
    took, gone = president.took_office.earliest, president.left_office.latest
    if took and gone and gone < took:
        reason = f"The term ends before it starts ({took}): the end was left out."
        president.warn("/left-office-date", gone.isoformat(), reason, "ends_before_start")
        president.left_office = UncertainDate()
    return president


def _date(president: President, element: Element, name: str) -> UncertainDate:
    given = text(element, name)
    try:
        return UncertainDate.parse(given)
    except EdtfError as error:
        president.warn(f"/{name}", given, f"{error} It was left out.", "bad_date")
        return UncertainDate()
