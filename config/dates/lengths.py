"""Classes of length: rows of one class that have a day in a range begin in a range, so that an index in their order finds them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    #: The first and the last of some days, None without a limit.
    Ends = tuple[date | None, date | None]


#: Days by which something may lie before the day of the list and still be found from it on: an appointment before an arrival.
AROUND = 184


class Length(models.IntegerChoices):
    """For how many days something may have gone on, in classes: a range of days reaches back as far as the class is long.

    The days are those that are possible. Where a bound is unknown they are those that known facts prove, and the thing has a
    class of its own, which a question that takes the unknown for possible reads whole.
    """

    WEEK = 7, "a week at most"
    MONTH = 31, "a month at most"
    YEAR = 366, "a year at most"
    DECADE = 3_653, "ten years at most"
    LONG = 9_997, "longer"
    OPEN = 9_998, "ten years at most as far as is known, from or to an unknown day"
    UNDATED = 9_999, "no day is known"

    @classmethod
    def of(cls, first: date | None, last: date | None, *, is_open: bool) -> Length:
        """Return the class of what may have gone on from one day to another."""
        if first is None or last is None:
            return cls.UNDATED
        days = (last - first).days + 1
        if days > cls.DECADE:
            return cls.LONG
        return cls.OPEN if is_open else next(length for length in cls if days <= length)

    @classmethod
    def after(cls, day: date | None, spans: Iterable[Ends], around: Iterable[Ends] = ()) -> Length:
        """Return the class of what a list has under a day of its own, from which on all its days are counted.

        `spans` are its first and last days, None without a limit; those `around` may also lie up to `AROUND` days before that day.
        What has a day still earlier, or without a limit, is open. Of what may have no end nobody knows the length: it is long.
        """
        if day is None:
            return cls.UNDATED
        known, others = list(spans), list(around)
        if any(first is None or first < day for first, _ in known) or any(
            first is None or (day - first).days > AROUND for first, _ in others
        ):
            return cls.OPEN
        lasts = [last for _, last in (*known, *others)]
        last = max((last for last in lasts if last), default=day)
        return cls.LONG if None in lasts else cls.of(day, max(day, last), is_open=False)

    @property
    def reach(self) -> int | None:
        """How many days its longest event has; None where they have no limit."""
        return {Length.OPEN: int(Length.DECADE), Length.LONG: None, Length.UNDATED: None}.get(
            self, int(self)
        )
