"""Tours: stops of one traveller that follow each other without a day between them, or overlap, are parts of one journey."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from typing import TYPE_CHECKING

from config.dates.values import UncertainDate

if TYPE_CHECKING:
    from collections.abc import Iterable

    from imports.datasets.travels.rows import Trip

SCHEME = "travels-tour"
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Tour:
    """Two stops or more, in their order."""

    stops: tuple[Trip, ...]

    @property
    def value(self) -> str:
        return self.stops[0].id

    @property
    def ref(self) -> str:
        return f"{SCHEME}:{self.value}"

    @property
    def start(self) -> UncertainDate:
        return self.stops[0].start

    @property
    def end(self) -> UncertainDate:
        """When the last stop ended; empty where that is the day on which it began."""
        last = max((stop.end or stop.start for stop in self.stops), key=_latest)
        return last if last != self.start else UncertainDate()

    @property
    def states(self) -> list[str]:
        return list(dict.fromkeys(stop.state.name for stop in self.stops if stop.state))


def tours_of(trips: Iterable[Trip]) -> list[Tour]:
    """Return the tours that stops make up. A stop without dates belongs to none."""
    dated = [trip for trip in trips if trip.first and trip.last]
    tours = []
    for _who, own in groupby(sorted(dated, key=lambda trip: trip.order), lambda trip: trip.who):
        stops: list[Trip] = []
        for trip in own:
            if stops and trip.order[1] - max(map(_last, stops)) > _DAY:
                tours.append(stops)
                stops = []
            stops.append(trip)
        tours.append(stops)
    return [Tour(tuple(stops)) for stops in tours if len(stops) > 1]


def _last(trip: Trip) -> date:
    return trip.last or date.min


def _latest(when: UncertainDate) -> date:
    return when.latest or date.min
