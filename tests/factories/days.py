"""Random uncertain dates, and a reading of them of the tests' own: by trying every day."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable
    from random import Random

ORIGIN = date(2025, 5, 10)
#: Days that dates and questions are made of, counted from the origin.
DAYS = range(6)
#: All days that are tried: those, and some before and after that stand for all others.
WORLD = range(-3, 9)

MATCHES = ("certain", "possible", "any")


def day(number: int | None) -> date | None:
    return None if number is None else ORIGIN + timedelta(days=number)


def random_edtf(chance: Random) -> str:
    """A day, one of several, half-open, an interval, or nothing."""
    low, high = (day(number) for number in sorted(chance.choices(DAYS, k=2)))
    forms = (
        "",
        f"{low}",
        f"[{low}..{high}]",
        f"[{low}..]",
        f"[..{low}]",
        f"{low}/{high}",
        f"{low}/..",
        f"../{low}",
    )
    return chance.choice(forms)


@dataclass(frozen=True)
class Tried:
    """What one date says, as days that are tried."""

    days: list[int]  #: every day that it may be
    named: list[int]  #: those that it names, when it names any
    sides: tuple[Tried, Tried] | None = None  #: of an interval, its start and its end

    @classmethod
    def of(cls, when: dict[str, Any] | str | None) -> Tried:
        """Read a date of a document, or its EDTF."""
        edtf = when if isinstance(when, str) else when["edtf"] if when else ""
        if not edtf:
            return cls(list(WORLD), [])
        if "/" in edtf:
            start, end = (cls.of("" if side == ".." else side) for side in edtf.split("/"))
            named = sorted([*start.named, *end.named])
            days = [
                each
                for each in WORLD
                if (not start.named or each >= start.named[0])
                and (not end.named or each <= end.named[-1])
            ]
            between = list(range(named[0], named[-1] + 1))
            return cls(days, between, (start, end))
        found = [_number(text) for text in re.findall(r"\d{4}-\d\d-\d\d", edtf)]
        if edtf.endswith("..]"):
            return cls([each for each in WORLD if each >= found[0]], found)
        if edtf.startswith("[.."):
            return cls([each for each in WORLD if each <= found[0]], found)
        days = list(range(found[0], found[-1] + 1))
        return cls(days, days)


def _number(text: str) -> int:
    return (date.fromisoformat(text) - ORIGIN).days


@dataclass(frozen=True)
class TriedInterval:
    """Every first and last day that an interval may really have, and the days that known dates prove."""

    truths: list[tuple[int, int]]
    proven: set[int]
    conceivable: set[int]

    @classmethod
    def of(
        cls,
        start: Tried,
        end: Tried,
        facts: Iterable[Tried] = (),
        ongoing: tuple[int, int] | None = None,
    ) -> TriedInterval:
        """`ongoing`: the day on which it was recorded to go on, which says nothing if it begins later, and that on which it is asked."""
        truths = [(first, last) for first in start.days for last in end.days if first <= last]
        conceivable = {each for first, last in truths for each in range(first, last + 1)}
        named = {each for known in (start, end, *facts) for each in known.named}
        if ongoing and any(first <= ongoing[0] <= last for first, last in truths):
            recorded, today = ongoing
            truths = [(first, last) for first, last in truths if first <= recorded <= last]
            named = {each for each in named if each <= recorded} | set(range(recorded, today + 1))
        known = named & conceivable
        proven = {
            each
            for each in conceivable
            if min(known, default=99) <= each <= max(known, default=-99)
        }
        return cls(truths, proven, conceivable)

    @classmethod
    def at(cls, when: Tried) -> TriedInterval:
        """One date: a single day, unless it is an interval."""
        if when.sides:
            return cls.of(*when.sides)
        return cls([(each, each) for each in when.days], set(when.named), set(when.days))

    def has_day(self, match: str, after: int | None, before: int | None) -> bool:
        """Whether it has a day from `after` to `before`."""
        if match == "certain":
            return all(
                (before is None or first <= before) and (after is None or last >= after)
                for first, last in self.truths
            )
        days = self.conceivable if match == "any" else self.proven
        return any(
            (after is None or each >= after) and (before is None or each <= before) for each in days
        )

    def match(self, after: int | None, before: int | None) -> str:
        """What a row says."""
        if self.has_day("certain", after, before):
            return "certain"
        return "possible" if self.has_day("possible", after, before) else "unknown"
