"""Trips of secretaries of state that say whom they accompanied: "Accompanied President Carter on a State visit."."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING

from events.models import EventLinkKind
from people.names import compare, parse

if TYPE_CHECKING:
    from collections.abc import Iterable

    from imports.dataset import Document
    from imports.datasets.travels.rows import Trip

#: The name ends where a word begins with a small letter, or a sentence ends; initials have a full stop.
_ACCOMPANIED = re.compile(
    r"\b[Aa]ccompanied (?:the )?President(?P<elect>[- ][Ee]lect)? (?P<name>(?:(?:[A-Z]\.|[A-Z][\w'\u2019-]*)\s?)+)"
)


class Accompaniments:
    """Presidents' trips, to which those of others are linked."""

    def __init__(self, trips: Iterable[Trip]) -> None:
        self._trips: dict[object, list[Trip]] = defaultdict(list)
        for trip in trips:
            if trip.office == "president" and trip.state:
                self._trips[trip.state.id].append(trip)

    def links(self, trip: Trip) -> list[Document]:
        """Return the links of a trip to those of the president who was accompanied; warn where there are none."""
        name = accompanied(trip.words)
        if not name or trip.office == "president" or trip.state is None:
            return []
        found = self._stops(trip, name)
        if not found:
            reason = f"There is no trip of President {name} to {trip.state.name} on these days, so that it is linked to none."
            trip.warn("/remarks", trip.words, reason, "no_such_trip")
        return [{"kind": EventLinkKind.CAUSED_BY.value, "event": other.ref} for other in found]

    def _stops(self, trip: Trip, name: str) -> list[Trip]:
        """Return the trips of the president to the same state with a day in common, those of one president only."""
        parsed = parse(name)
        assert trip.state is not None  # noqa: S101 - for the type checker
        found = [
            other
            for other in self._trips[trip.state.id]
            if other.meets(trip) and compare(parsed, parse(other.traveller)).is_compatible
        ]
        return found if len({other.who for other in found}) == 1 else []


def accompanied(words: str) -> str:
    """Return the name of the president whom remarks say that the traveller accompanied; "" for none."""
    found = _ACCOMPANIED.search(words)
    return found["name"].strip() if found else ""
