"""Appointments that contradict themselves. All of them are imported as they stand, with a warning.

Two contradictions the database does not keep: a tenure that certainly ends before it starts, and one person certainly twice
in one office. There the bound in question is kept as words, which exclude nothing; the milestones keep it as a date. In
question is the bound that does not go with the appointment's other dates; where these do not say which, both are.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from typing import TYPE_CHECKING

from imports.datasets.pocom.rows import EVENTS
from imports.datasets.pocom.tenures import is_in_office

if TYPE_CHECKING:
    from collections.abc import Iterable

    from imports.datasets.pocom.dates import Reading
    from imports.datasets.pocom.rows import Appointment, PersonRow

#: Days after which a start is not the one of that appointment, or was mistyped: crossing an ocean took months, not years.
_LATE_DAYS = 3 * 366
_VERBS = {
    "appointed": "was appointed",
    "arrived": "arrived",
    "started": "started",
    "ended": "ended",
}


def check(appointments: Iterable[Appointment], people: Iterable[PersonRow]) -> None:
    """Note what contradicts itself, and keep as words an interval that the database would refuse."""
    lives = {person.id: (person.birth, person.death) for person in people if person.is_good}
    for appointment in appointments:
        _check_order(appointment)
        _check_interval(appointment)
        if appointment.person in lives:
            _check_life(appointment, *lives[appointment.person])


def check_overlaps(appointments: Iterable[Appointment]) -> None:
    """Note who held an office twice at a time, and keep as words what the database would refuse."""
    by_office: dict[tuple[str, str], list[Appointment]] = defaultdict(list)
    for appointment in appointments:
        if is_in_office(appointment):
            by_office[appointment.person, appointment.office].append(appointment)
    for own in by_office.values():
        _check_overlaps(own)


def _is_before(one: Reading, other: Reading) -> bool:
    last, first = one.bounds[1], other.bounds[0]
    return last is not None and first is not None and last < first


def _check_order(appointment: Appointment) -> None:
    dates = appointment.dates
    for number, name in enumerate(EVENTS):
        for later in EVENTS[number + 1 :]:
            if (name, later) != ("started", "ended") and _is_before(dates[later], dates[name]):
                reason = (
                    f"The person {_VERBS[later]} ({_words(dates[later])}) before the person "
                    f"{_VERBS[name]} ({_words(dates[name])})."
                )
                _warn(appointment, later, reason, "out_of_order")
    last, first = dates["appointed"].bounds[1], appointment.start.bounds[0]
    if last and first and (first - last).days > _LATE_DAYS:
        years = (first - last).days // 365
        at = "started" if dates["started"] else "arrived"
        reason = f"It started {years} years after the appointment."
        _warn(appointment, at, reason, "late_start")


def _check_interval(appointment: Appointment) -> None:
    start, end = appointment.start, appointment.end
    if not _is_before(end, start):
        return
    before = [
        appointment.dates[name]
        for name in ("appointed", "arrived")
        if appointment.dates[name].day and appointment.dates[name] != start
    ]
    # It begins after the appointment and ends before it: the end is wrong, unless nothing goes with the start either.
    is_end_wrong = any(_is_before(end, known) for known in before)
    is_start_wrong = not is_end_wrong and bool(before)
    reason = f"It ended ({_words(end)}) before it started ({_words(start)})"
    if not is_start_wrong:
        appointment.end = end.in_words()
        _warn(appointment, "ended", f"{reason}: the end is kept as words.", "ends_before_start")
    if not is_end_wrong:
        appointment.start = start.in_words()
        at = "started" if appointment.dates["started"] else "arrived"
        _warn(appointment, at, f"{reason}: the start is kept as words.", "ends_before_start")


def _check_life(appointment: Appointment, birth: Reading, death: Reading) -> None:
    for name in EVENTS:
        reading = appointment.dates[name]
        if _is_before(reading, birth):
            reason = f"The person was born in {birth.edtf}."
            _warn(appointment, name, reason, "before_birth")
        if _is_before(death, reading):
            reason = f"The person died in {death.edtf}."
            _warn(appointment, name, reason, "after_death")


def _check_overlaps(own: list[Appointment]) -> None:
    """Keep the start of the later one as words where two tenures of one person in one office certainly overlap."""
    own.sort(key=lambda each: (each.start.day or date.max, each.name))
    for number, appointment in enumerate(own):
        for other in own[:number]:
            (first, last), (other_first, other_last) = (
                certainly_held(appointment.start, appointment.end),
                certainly_held(other.start, other.end),
            )
            if max(first, other_first) < min(last, other_last):
                reason = (
                    f"The same person held the same office then by {other.id}: "
                    "the start is kept as words."
                )
                at = "started" if appointment.dates["started"] else "arrived"
                _warn(appointment, at, reason, "held_twice")
                appointment.start = appointment.start.in_words()


def certainly_held(start: Reading, end: Reading) -> tuple[date, date]:
    """Return from when and to before when a tenure certainly lasted, as `people.models.holding` counts it."""
    (earliest, latest), until = start.bounds, end.bounds[0]
    if until is None and (earliest or latest):
        until = max(each for each in (earliest and _next(earliest), latest) if each)
    until = until or date.max
    return min(latest or date.max, until), until


def _next(day: date) -> date:
    return day + timedelta(days=1) if day < date.max else day


def _words(reading: Reading) -> str:
    return reading.text or reading.edtf


def _warn(appointment: Appointment, name: str, reason: str, code: str) -> None:
    appointment.warn(f"/{name}/date", appointment.dates[name].edtf, reason, code)
