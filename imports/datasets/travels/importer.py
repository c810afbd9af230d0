"""Journeys abroad of presidents and secretaries of state of the United States: the data set of the Office of the Historian.

| row | becomes |
|---|---|
| a trip: one country, with the days there | an event, a visit or a transit stop, of the traveller to the state as it was then |
| trips that follow each other | parts of an event for the whole tour |
| a line of the list of presidents | a person, and a tenure where the database knows none of that day |

The remarks, which are in the public domain, are the summary. A president's journey before the inauguration is one of a
President-elect. Who is named with an office as having been met takes part too (`met`). Trips of one traveller to one country on one day, and trips that overlap, are imported with a warning.

A secretary's trip that "accompanied President ..." would not have been made without the president's: it is linked to that
as caused by it. They are no counterparts, which answer each other, and not the same event, for each has its own talks.
"""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING, Any

from events.models import Attendance, EventStatus, Role
from events.models.participation import Presence
from imports.dataset import Dataset, register
from imports.datasets.earlier import Earlier, citation, slug_of
from imports.datasets.journeys.counterparts import Exchanges, Side
from imports.datasets.journeys.met import Meetings
from imports.datasets.journeys.places import Places
from imports.datasets.journeys.visit_classes import is_transit, visit_class
from imports.datasets.travels.accompaniments import Accompaniments
from imports.datasets.travels.files import FOLDERS, ROLES, ROOTS, read_files
from imports.datasets.travels.tours import Tour, in_order, tours_of
from imports.datasets.travels.travellers import ELECT, SCHEME, Travellers
from imports.files.tree import InputError
from imports.matching.persons import PersonIndex
from imports.matching.states import Crosswalk, UnknownStateError
from records.models import Evidence

if TYPE_CHECKING:
    from collections.abc import Iterator

    from imports.dataset import Document, NearMatch, Row
    from imports.datasets.travels.files import Files, Trip
    from imports.files.tree import File, Tree
    from imports.matching.states import StateMatch

NAME = "travels"
_HEAD = 4096
_TITLE = 300
#: Names of states that English gives an article.
_WITH_ARTICLE = re.compile(
    r"(?:United|Soviet|Ottoman|Two|Central African|Dominican|Holy|Czech|Federated|Democratic|German Democratic|Republic)\b.*"
    r"|.*\b(?:Islands|Republic|Empire|Kingdom|Union|States|Confederation|Emirates|Federation)|Netherlands.*|Bahamas|Gambia"
    r"|Philippines|Maldives|Seychelles|Comoros"
)


def recognises(tree: Tree) -> bool:
    """Return whether there are folders of travels, or a single file with one of its roots."""
    if any(tree.matching(folder) for folder in FOLDERS):
        return True
    return len(tree.files) == 1 and _has_root(tree.files[0])


def _has_root(file: File) -> bool:
    try:
        with file.open() as stream:
            head = stream.read(_HEAD)
    except InputError:
        return False
    return any(root in head for root in ROOTS)


def translate(tree: Tree, source: str) -> Iterator[Row | Document | NearMatch]:
    """Yield persons, places, tours and stops, then a row for each trip and each president.

    Raises `InputError` where not even the United States are among the states.
    """
    files = read_files(tree)
    yield from files.unread
    yield from _Travels(files, source).items()


class _Travels:
    """The data set as records."""

    def __init__(self, files: Files, source: str) -> None:
        self.files = files
        self.source = source
        crosswalk = Crosswalk.read()
        self.home = crosswalk.home("united-states")
        for trip in files.trips:
            _place(trip, crosswalk)
        self.trips = [trip for trip in files.trips if trip.is_good]
        earlier = Earlier(NAME, "person", "place")
        index = PersonIndex.read()
        self.travellers = Travellers(files, index, self.home, earlier)
        self._meetings = Meetings(index, self.travellers.officials)
        journeys = [(trip, trip.locale) for trip in self.trips]
        self.places = Places(NAME, crosswalk, earlier, journeys)
        self.tours = tours_of(self.trips)
        self._tour_of = {stop.id: tour for tour in self.tours for stop in tour.stops}
        self._exchanges = Exchanges(NAME)
        self._accompaniments = Accompaniments(self.trips, self.travellers.officials)

    def items(self) -> Iterator[Row | Document | NearMatch]:
        _warn(self.trips)
        stops = [self._stop(trip) for trip in self.trips]
        yield from self.travellers.documents(self.source)
        yield from self.places.documents()
        yield from (self._tour(tour) for tour in self.tours)
        yield from stops
        for trip in self.files.trips:
            yield trip.row()
        for president in self.files.presidents:
            if president.is_good:
                president.becomes += self.travellers.becomes(president)
            yield president.row()

    def _tour(self, tour: Tour) -> Document:
        first = tour.stops[0]
        days = " to ".join(filter(None, (tour.start.edtf, tour.end.edtf)))
        title = f"Tour of {first.traveller} ({days}): {', '.join(tour.states)}"
        ids = ", ".join(stop.id for stop in tour.stops)
        return {
            "object": "event",
            "slug": slug_of(first.who, "tour", tour.start.edtf),
            "type": "visit",
            "title": _cut(title),
            "when": tour.start.edtf,
            "end": tour.end.edtf or None,
            "status": EventStatus.OCCURRED.value,
            "attendance": Attendance.IN_PERSON.value,
            "participations": [self._visitor(first)],
            "identifiers": [{"scheme": tour.ref.partition(":")[0], "value": tour.value}],
            "citations": [citation(self.source, f"{first.file}, {ids}")],
        }

    def _stop(self, trip: Trip) -> Document:
        assert trip.state is not None  # noqa: S101 - for the type checker: without one it is rejected
        tour = self._tour_of.get(trip.id)
        places = self.places.stops(trip, trip.locale)
        traveller = self.travellers.traveller(trip)
        met = self._meetings.documents(
            trip.words, trip.first, trip.state, order=3, but=str(traveller.record or traveller.ref)
        )
        is_stop = is_transit(trip.words)
        what = "Transit stop" if is_stop else "Visit"
        where = f"{'in' if is_stop else 'to'} {with_article(trip.state.name)}"
        document: Document = {
            "object": "event",
            "slug": slug_of(trip.who, trip.state.slug, trip.start.edtf),
            "type": "transit_stop" if is_stop else "visit",
            "title": _cut(f"{what} of {trip.traveller} {where}"),
            "summary": trip.words,
            **trip.dates(),
            "status": EventStatus.OCCURRED.value,
            "attendance": Attendance.IN_PERSON.value,
            "parent": tour.ref if tour else None,
            "places": places,
            "participations": [self._visitor(trip), self._host(trip.state), *met],
            "identifiers": [{"scheme": NAME, "value": trip.id}],
            "citations": [citation(self.source, f"{trip.file}, {trip.id}")],
        }
        if found := visit_class(trip.words):
            document["visit_class"] = found.value
        side = Side(trip.ref, trip.first, trip.last, trip.words, {trip.state.id}, [trip.traveller])
        if links := self._accompaniments.links(trip) + self._exchanges.links(side):
            document["links"] = links
        trip.becomes.append(("event", trip.ref))
        if tour:
            trip.becomes.append(("event", tour.ref))
        trip.becomes.append(("person", f"{SCHEME}:{trip.who}"))
        trip.becomes += [
            ("place", stop["place"])
            for stop in places
            if "place" in stop and self.places.tells(stop["place"])
        ]
        return document

    def _visitor(self, trip: Trip) -> Document:
        words, tenure = self._capacity(trip)
        visitor: dict[str, Any] = {
            "participant": {"object": "person", "ref": f"{SCHEME}:{trip.who}"},
            "role": Role.VISITOR.value,
            "capacity_text": words,
            "on_behalf_of": {"object": "state", "ref": self.home.ref},
            "presence": Presence.PRESENT.value,
            "order": 1,
        }
        if tenure:
            visitor["capacities"] = [{"tenure": tenure, "evidence": Evidence.REPORTED.value}]
        return visitor

    def _capacity(self, trip: Trip) -> tuple[str, str]:
        """Return the capacity in words, and the tenure; "" where none is known for the day."""
        office, words = ROLES[trip.role]
        person = self.travellers.traveller(trip)
        officials = self.travellers.officials
        if office == "president":
            first = officials.first_day(office, person.record, person.ref)
            said = (
                ELECT.lower() in trip.words.lower()
                and "made as president-elect" in trip.words.lower()
            )
            if said or (first and trip.first and trip.first < first):
                return ELECT, ""
        if trip.first is None:
            return words, ""
        return words, officials.tenure(office, person.record, person.ref, trip.first)

    def _host(self, state: StateMatch) -> Document:
        return {
            "participant": {"object": "state", "ref": state.ref},
            "role": Role.HOST.value,
            "order": 2,
        }


def _place(trip: Trip, crosswalk: Crosswalk) -> None:
    """Say to which state a trip led, or reject it."""
    if not trip.is_good:
        return
    try:
        trip.state = crosswalk.state(NAME, trip.state_id, label=trip.label, on=trip.first)
    except UnknownStateError as error:
        trip.faults.append(error.at("/country"))


def _warn(trips: list[Trip]) -> None:
    """Warn of trips of one traveller that cannot all have been as they are told."""
    same: dict[tuple[str, Any, str], list[Trip]] = defaultdict(list)
    before: Trip | None = None
    for trip in sorted(trips, key=in_order):
        same[trip.who, trip.first, trip.state_id].append(trip)
        if (
            before
            and before.who == trip.who
            and (trip.first and before.last and trip.first < before.last)
            and trip.state_id != before.state_id
        ):
            reason = f"The trip {before.id} was not over yet ({before.last})."
            trip.warn("/start-date", trip.start.edtf, reason, "overlap")
        if before is None or before.who != trip.who or in_order(trip)[2] >= in_order(before)[2]:
            before = trip
    for found in same.values():
        for trip in found[1:]:
            reason = f"The trip {found[0].id} is one of the same traveller to the same country on that day."
            trip.warn("", trip.id, reason, "same_trip")


def with_article(state: str) -> str:
    """Return the name of a state as it stands in a sentence: `the Netherlands`."""
    return f"the {state}" if _WITH_ARTICLE.fullmatch(state) else state


def _cut(title: str) -> str:
    return title if len(title) <= _TITLE else f"{title[: _TITLE - 1]}…"


DATASET = register(
    Dataset(
        name=NAME,
        title="Travels abroad of presidents and secretaries of state of the United States",
        source={
            "slug": "us-presidents-and-secretaries-of-state-travels",
            "kind": "dataset",
            "title": "Travels of the President and the Secretary of State",
            "publisher": "Office of the Historian, US Department of State",
            "web_address": "https://github.com/HistoryAtState/travels",
            "language": "en",
            "licence": "CC0-1.0",
        },
        recognises=recognises,
        translate=translate,
        after=("gsh", "pocom", "us-executive", "visits"),
    ),
)
