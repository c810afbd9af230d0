"""Visits of foreign leaders to the United States: the data set of the Office of the Historian.

| row | becomes |
|---|---|
| a visit | an event, of its visitors on behalf of the state as it was then, to the United States |
| a visitor with a name | a person, one for all the visits that are proved to be theirs (`visitors`) |

Title and name are separated; the title is the capacity, with the tenure where the database knows one of that day. The
description, which is in the public domain, is the summary, and its fixed words are the class of the visit. A trip to that
state on the same days that answers it is its counterpart (`journeys/counterparts.py`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from imports.dataset import Dataset, register
from imports.datasets.journeys.officials import Officials
from imports.datasets.kit import LastImport
from imports.datasets.visits.events import Events
from imports.datasets.visits.files import read_files, recognises
from imports.datasets.visits.guests import Guests
from imports.datasets.visits.visitors import visitors_of
from imports.matching.persons import PersonIndex
from imports.matching.states import Crosswalk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from imports.dataset import Document, NearMatch, Row
    from imports.files.tree import Tree

NAME = "visits"


def translate(tree: Tree, source: str) -> Iterator[Row | Document | NearMatch]:
    """Yield persons and visits, then a row for each visit.

    Raises `InputError` where not even the United States are among the states.
    """
    rows, unread = read_files(tree)
    yield from unread
    crosswalk = Crosswalk.read()
    home = crosswalk.home("united-states")
    for row in rows:
        row.find_state(crosswalk, "/from")
    visitors = {row: visitors_of(row) for row in rows if row.is_good}
    index = PersonIndex.read()
    named = [visitor for own in visitors.values() for visitor in own]
    guests = Guests(named, index, LastImport(NAME, "person"))
    events = Events(guests, index, Officials(index, home))
    visits = [events.visit(visit, own, source) for visit, own in visitors.items()]
    yield from guests.documents(source)
    yield from visits
    yield from (row.row() for row in rows)


DATASET = register(
    Dataset(
        name=NAME,
        title="Visits of foreign leaders to the United States",
        source={
            "slug": "us-visits-by-foreign-leaders",
            "kind": "dataset",
            "title": "Visits by Foreign Leaders",
            "publisher": "Office of the Historian, US Department of State",
            "web_address": "https://github.com/HistoryAtState/visits",
            "language": "en",
            "licence": "CC0-1.0",
        },
        recognises=recognises,
        translate=translate,
        after=("gsh", "pocom", "us-executive"),
    ),
)
