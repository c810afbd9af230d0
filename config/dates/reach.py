"""Which days a dated thing may have, which it certainly has, and which only what is unknown leaves open.

`docs/uncertain-dates.md` says what each answer means. Everything here follows from documents alone: dates are as
`UncertainDate.as_document` writes them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from config.dates.edtf import read

#: An uncertain date as documents show it; None when nothing is known.
When = Mapping[str, Any] | None
#: First and last of some days.
Days = tuple[date, date]


class Match(StrEnum):
    """How a record must answer a question about days."""

    CERTAIN = "certain"  #: whichever of its possible days is true
    POSSIBLE = "possible"  #: some possible day; a bound that is unknown proves none
    ANY = "any"  #: unknown bounds may lie anywhere


@dataclass(frozen=True, slots=True)
class Bounds:
    """What is known of one date: its first and last possible day, None where unknown, and the days that it names."""

    earliest: date | None = None
    latest: date | None = None
    #: Those of its known side where the other is open or unknown; None when nothing is known.
    named: Days | None = None

    @classmethod
    def of(cls, when: When) -> Bounds:
        if not when or not when["edtf"]:
            return UNKNOWN
        reading = read(when["edtf"])
        return cls(reading.earliest, reading.latest, reading.named)

    @classmethod
    def within(cls, days: Days | None) -> Bounds:
        return UNKNOWN if days is None else cls(*days, days)


UNKNOWN = Bounds()


@dataclass(frozen=True, slots=True)
class Reach:
    """The days of one dated thing, for each of the three matches.

    A window runs from `after` to `before`, None being no limit. The thing has a day in it
    - `any`: if `first` is not after the window and `last` not before it (None: no limit);
    - `possible`: if `possible` has a day in it, and if it `goes_on`, up to the day on which that is asked;
    - `certain`: if `begun_by` is not after it and `goes_on_till` not before it (None: not certain for that limit).
    """

    first: date | None = None
    last: date | None = None
    possible: Days | None = None
    begun_by: date | None = None
    goes_on_till: date | None = None
    goes_on: bool = False

    @classmethod
    def at(cls, when: When) -> Reach:
        """Read one uncertain date: one day, or with a slash in its EDTF all days from a start to an end."""
        if when and when["edtf"] and (sides := read(when["edtf"]).sides):
            return cls.between(Bounds.within(sides[0]), Bounds.within(sides[1]))
        day = Bounds.of(when)
        return cls(day.earliest, day.latest, day.named, day.latest, day.earliest)

    @classmethod
    def of(
        cls,
        start: When,
        end: When,
        facts: Iterable[When] = (),
        ongoing_on: date | None = None,
    ) -> Reach:
        """Read an interval of two uncertain dates.

        `facts` are dates of what proves that it was under way; `ongoing_on` is a day on which it is recorded to be, which
        counts where nothing is known of the end.
        """
        return cls.between(Bounds.of(start), Bounds.of(end), map(Bounds.of, facts), ongoing_on)

    @classmethod
    def between(
        cls,
        start: Bounds,
        end: Bounds,
        facts: Iterable[Bounds] = (),
        ongoing_on: date | None = None,
    ) -> Reach:
        """Combine what is known of the start and of the end, which is no earlier."""
        first, last = start.earliest, end.latest
        proven = [start.named, end.named, *(fact.named for fact in facts)]
        starts, ends = [start.latest, end.latest], [start.earliest, end.earliest]
        until = last
        if ongoing_on and not end.named and _holds(first, ongoing_on, last):
            # Later facts are announcements: nobody knows yet that it lasts until then.
            until = ongoing_on
            proven.append((ongoing_on, ongoing_on))
            starts.append(ongoing_on)
            ends.append(ongoing_on)
        return cls(
            first,
            last,
            _hull([days for each in proven if (days := _clipped(each, first, until))]),
            min(filter(None, starts), default=None),
            max(filter(None, ends), default=None),
            goes_on=until != last,
        )

    def has_day(
        self, match: Match, after: date | None, before: date | None, *, today: date
    ) -> bool:
        """Whether it has a day from `after` to `before`; `today` is the day on which that is asked."""
        if match == Match.ANY:
            return _reaches((self.first, self.last), after, before)
        if match == Match.CERTAIN:
            is_begun = before is None or (self.begun_by is not None and self.begun_by <= before)
            return is_begun and (
                after is None or (self.goes_on_till is not None and self.goes_on_till >= after)
            )
        if self.possible is None:
            return False
        first, last = self.possible
        return _reaches((first, max(last, today) if self.goes_on else last), after, before)

    def columns(self, prefix: str) -> dict[str, str | date | None]:
        """The values of the edition's columns (`config.dates.columns.ReachColumns`)."""
        if self.first and self.last and self.last < self.first:
            any_day = "empty"
        else:
            any_day = f"[{self.first or ''},{_upper(self.last)}"
        possible = None
        if self.possible is not None:
            last = "infinity)" if self.goes_on else _upper(self.possible[1])
            possible = f"[{self.possible[0]},{last}"
        return {
            f"{prefix}_possible": possible,
            f"{prefix}_any": any_day,
            f"{prefix}_begun_by": self.begun_by,
            f"{prefix}_goes_on_till": self.goes_on_till,
        }


#: The days of what never was.
NEVER = Reach(first=date.max, last=date.min)


def _upper(last: date | None) -> str:
    # A range is kept with the day after its last one, which Python could not read back for the last day of all.
    return ")" if last in {None, date.max} else f"{last}]"


def _holds(first: date | None, day: date, last: date | None) -> bool:
    return (first is None or first <= day) and (last is None or day <= last)


def _clipped(days: Days | None, first: date | None, last: date | None) -> Days | None:
    """The days that lie from `first` to `last`."""
    if days is None:
        return None
    low, high = max(days[0], first or date.min), min(days[1], last or date.max)
    return (low, high) if low <= high else None


def _hull(found: list[Days]) -> Days | None:
    return (min(low for low, _ in found), max(high for _, high in found)) if found else None


def _reaches(
    days: tuple[date | None, date | None], after: date | None, before: date | None
) -> bool:
    first, last = days
    return (before is None or first is None or first <= before) and (
        after is None or last is None or last >= after
    )
