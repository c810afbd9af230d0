"""The files of travels."""

from __future__ import annotations

from typing import TYPE_CHECKING

from config.dates.values import EdtfError, UncertainDate
from imports.datasets.journeys.rows import check_repeated, content_of
from imports.datasets.kit import facts_of, files_of, head_of, read_roots
from imports.datasets.travels.rows import ROLES, President, Trip
from imports.files.xml_files import text

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

    from imports.dataset import Row
    from imports.files.tree import Tree

#: Where the files lie. The code tables say what values mean; they are no rows.
_FOLDERS = ("president-travels/*.xml", "secretary-travels/*.xml", "presidents/presidents.xml")
_ROOTS = ("trips", "presidents")


def recognises(tree: Tree) -> bool:
    """Return whether there are folders of travels, or a single file with one of its roots."""
    if any(tree.matching(folder) for folder in _FOLDERS):
        return True
    head = head_of(tree.files[0]) if len(tree.files) == 1 else b""
    return any(f"<{root}".encode() in head for root in _ROOTS)


def read_files(tree: Tree) -> tuple[list[Trip], list[President], list[Row]]:
    """Return the trips, the presidents, and a rejected row for each file that cannot be read."""
    trips: list[Trip] = []
    presidents: list[President] = []
    unread: list[Row] = []
    for path, root in read_roots(files_of(tree, *_FOLDERS), _ROOTS, unread):
        if root.tag == "trips":
            trips += [_trip(element, path) for element in root.iter("trip")]
        else:
            presidents += [_president(element, path) for element in root.iter("president")]
    check_repeated(trips)
    check_repeated(presidents)
    return trips, presidents, unread


def _trip(element: Element, path: str) -> Trip:
    country = element.find("country")
    trip = Trip(
        **facts_of(element, path, content_of(element)),
        role=text(element, "role") or (element.get("role") or "").strip(),
        who=(element.get("who") or "").strip(),
        traveller=text(element, "name"),
        state_id=(country.get("id") or "").strip() if country is not None else "",
        label=text(element, "country"),
        locale=text(element, "locale"),
        words=text(element, "remarks"),
    )
    trip.demand(id=trip.id, country=trip.state_id, name=trip.traveller)
    if not trip.who:
        trip.reject("/@who", None, "It does not say whose trip it is.", "required")
    trip.demand_choice("/role", trip.role, "role of a traveller", ROLES)
    trip.read_dates(text(element, "start-date"), text(element, "end-date"))
    return trip


def _president(element: Element, path: str) -> President:
    died, left = element.find("death-year"), element.find("left-office-date")
    president = President(
        **(facts_of(element, path, content_of(element)) | {"id": (element.get("n") or "").strip()}),
        who=text(element, "id"),
        full_name=text(element, "name"),
        is_alive=died is not None and died.get("still-alive") == "true",
        is_in_office=left is not None and left.get("still-in-office") == "true",
    )
    president.demand(id=president.who, name=president.full_name)
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
