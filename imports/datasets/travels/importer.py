"""Journeys abroad of presidents and secretaries of state of the United States: the data set of the Office of the Historian.

| row | becomes |
|---|---|
| a trip: one country, with the days there | an event, a visit or a transit stop, of the traveller to the state as it was then |
| trips that follow each other | parts of an event of type `tour` |
| a line of the list of presidents | a person, and a tenure where the database knows none of that day |

The remarks, which are in the public domain, are the summary. A president's journey before the inauguration is one of a
President-elect. Who is named with an office as having been met takes part too (`journeys/met.py`). Trips of one traveller to one country on one day, and trips that overlap, are imported with a warning.

A secretary's trip that "accompanied President ..." would not have been made without the president's: it is linked to that
as caused by it. They are no counterparts, which answer each other, and not the same event, for each has its own talks.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from imports.dataset import Dataset, register
from imports.datasets.journeys.places import Places
from imports.datasets.kit import LastImport
from imports.datasets.travels.events import Events, warn_of_overlaps
from imports.datasets.travels.files import read_files, recognises
from imports.datasets.travels.tours import tours_of
from imports.datasets.travels.travellers import Travellers
from imports.matching.persons import PersonIndex
from imports.matching.states import Crosswalk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from imports.dataset import Document, NearMatch, Row
    from imports.files.tree import Tree

NAME = "travels"


def translate(tree: Tree, source: str) -> Iterator[Row | Document | NearMatch]:
    """Yield persons, places, tours and stops, then a row for each trip and each president.

    Raises `InputError` where not even the United States are among the states.
    """
    rows, list_of_presidents, unread = read_files(tree)
    yield from unread
    crosswalk = Crosswalk.read()
    home = crosswalk.home("united-states")
    for row in rows:
        row.find_state(crosswalk, "/country")
    trips = [row for row in rows if row.is_good]
    presidents = [president for president in list_of_presidents if president.is_good]
    last, index = LastImport(NAME, "person", "place"), PersonIndex.read()
    travellers = Travellers(trips, presidents, index, home, last)
    places = Places(NAME, crosswalk, last, [(trip, trip.locale) for trip in trips])
    tours = tours_of(trips)
    events = Events(trips, tours, travellers, places, index)
    warn_of_overlaps(trips)
    stops = [events.stop(trip, source) for trip in trips]
    yield from travellers.documents(source)
    yield from places.documents()
    yield from (events.tour(tour, source) for tour in tours)
    yield from stops
    for president in presidents:
        president.becomes += travellers.becomes(president)
    yield from (row.row() for row in (*rows, *list_of_presidents))


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
