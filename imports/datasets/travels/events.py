"""Trips and tours as events."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from events.models import Attendance, EventStatus
from imports.datasets.journeys.counterparts import TRAVELS, Exchanges, Side
from imports.datasets.journeys.events import TEXT, event_of, host, visitor
from imports.datasets.journeys.met import Meetings
from imports.datasets.kit import citation, cut, identifiers, slug_of, with_article
from imports.datasets.travels.accompaniments import Accompaniments
from imports.datasets.travels.rows import ROLES
from imports.datasets.travels.tours import SCHEME as TOUR

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from imports.dataset import Document
    from imports.datasets.journeys.places import Places
    from imports.datasets.travels.rows import Trip
    from imports.datasets.travels.tours import Tour
    from imports.datasets.travels.travellers import Travellers
    from imports.matching.persons import PersonIndex

_ELECT = "President-elect"


class Events:
    """The events of trips and tours."""

    def __init__(
        self,
        trips: Sequence[Trip],
        tours: Iterable[Tour],
        travellers: Travellers,
        places: Places,
        index: PersonIndex,
    ) -> None:
        self._travellers = travellers
        self._places = places
        self._tour_of = {stop.id: tour for tour in tours for stop in tour.stops}
        self._meetings = Meetings(index, travellers.officials)
        self._exchanges = Exchanges(TRAVELS)
        self._accompaniments = Accompaniments(trips)

    def tour(self, tour: Tour, source: str) -> Document:
        first = tour.stops[0]
        days = " to ".join(filter(None, (tour.start.edtf, tour.end.edtf)))
        ids = ", ".join(stop.id for stop in tour.stops)
        return {
            "object": "event",
            "slug": slug_of(first.who, "tour", tour.start.edtf),
            "type": "tour",
            "title": cut(f"Tour of {first.traveller} ({days}): {', '.join(tour.states)}", TEXT),
            "when": tour.start.edtf,
            "end": tour.end.edtf or None,
            "status": EventStatus.OCCURRED.value,
            "attendance": Attendance.IN_PERSON.value,
            "participations": [self._visitor(first)],
            "identifiers": identifiers((TOUR, tour.value)),
            "citations": [citation(source, f"{first.file}, {ids}")],
        }

    def stop(self, trip: Trip, source: str) -> Document:
        """Return the event of a trip, and note which records the row becomes."""
        assert trip.state is not None  # noqa: S101 - for the type checker: without one it is rejected
        tour = self._tour_of.get(trip.id)
        places = self._places.stops(trip, trip.locale)
        person = self._travellers.traveller(trip)
        met = self._meetings.documents(
            trip.words, trip.first, trip.state, order=3, but=str(person.record or person.ref)
        )
        document = event_of(
            trip,
            source,
            slug=slug_of(trip.who, trip.state.slug, trip.start.edtf),
            who=trip.traveller,
            where=with_article(trip.state.name),
            parent=tour.ref if tour else None,
            places=places,
            participations=[self._visitor(trip), host(trip.state.ref, 2), *met],
        )
        side = Side(trip.ref, trip.first, trip.last, trip.words, {trip.state.id}, [trip.traveller])
        if links := self._accompaniments.links(trip) + self._exchanges.links(side):
            document["links"] = links
        trip.becomes += [("event", each.ref) for each in (trip, tour) if each]
        trip.becomes.append(("person", person.ref))
        named = (stop["place"] for stop in places if "place" in stop)
        trip.becomes += [("place", place) for place in named if self._places.is_own(place)]
        return document

    def _visitor(self, trip: Trip) -> Document:
        words, tenure = self._capacity(trip)
        participant = {"object": "person", "ref": self._travellers.traveller(trip).ref}
        home = self._travellers.officials.home.ref
        return visitor(home, capacity=words, tenure=tenure, participant=participant)

    def _capacity(self, trip: Trip) -> tuple[str, str]:
        """Return the capacity in words, and the tenure; "" where none is known for the day."""
        office, words = ROLES[trip.role]
        person = self._travellers.traveller(trip)
        officials = self._travellers.officials
        if office == "president":
            first = officials.first_day(office, person.record, person.ref)
            if "made as president-elect" in trip.words.lower() or (
                first and trip.first and trip.first < first
            ):
                return _ELECT, ""
        if trip.first is None:
            return words, ""
        return words, officials.tenure(office, person.record, person.ref, trip.first)


def warn_of_overlaps(trips: list[Trip]) -> None:
    same: dict[tuple[str, Any, str], list[Trip]] = defaultdict(list)
    before: Trip | None = None
    for trip in sorted(trips, key=lambda trip: trip.order):
        same[trip.who, trip.first, trip.state_id].append(trip)
        if (
            before
            and before.who == trip.who
            and (trip.first and before.last and trip.first < before.last)
            and trip.state_id != before.state_id
        ):
            reason = f"The trip {before.id} was not over yet ({before.last})."
            trip.warn("/start-date", trip.start.edtf, reason, "overlap")
        if before is None or before.who != trip.who or trip.order[2] >= before.order[2]:
            before = trip
    for found in same.values():
        for trip in found[1:]:
            reason = f"The trip {found[0].id} is one of the same traveller to the same country on that day."
            trip.warn("", trip.id, reason, "same_trip")
