"""Appointments that outlast the state to which they were made: a tenure to that state, and one to the state after it.

Nobody is accredited to a state that is gone, and who stays at the post is accredited to what comes after it, often without
new credentials. So the tenure to the first state ends with it, by the last day that the table of states has for the territory
(`imports.matching.states`), and the next one begins the day after. A milestone of each says so, and a warning of the row.

Where the person has another appointment to the first state at that time, the two tell one tenure, which has the ids of both, and only the
later parts are made of this one. Where the table has no state after it, the tenure is left as its row has it, with a warning.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from config.dates.values import UncertainDate
from imports.datasets.pocom.checks import certainly_held
from imports.datasets.pocom.dates import Reading
from imports.datasets.pocom.milestones import milestone
from imports.datasets.pocom.tenures import is_in_office
from people.models import EndReason, MilestoneKind

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from imports.datasets.pocom.offices import Offices
    from imports.datasets.pocom.rows import Appointment, Group
    from imports.matching.states import Crosswalk, Span


def with_later_parts(
    appointments: Iterable[Appointment],
    groups: Iterable[Group],
    offices: Offices,
    crosswalk: Crosswalk,
) -> list[Appointment]:
    """Return the appointments, each of which is one tenure then: those that outlast their state end with it, their later parts follow."""
    held: defaultdict[tuple[str, str], list[Appointment]] = defaultdict(list)
    parts = list(appointments)
    for appointment in parts:
        if is_in_office(appointment):
            held[appointment.person, appointment.office].append(appointment)
    found: list[Appointment] = []
    for appointment in parts:
        spans = _spans(appointment, offices, crosswalk)
        if len(spans) < 2:
            found.append(appointment)
            continue
        later = [_later_part(appointment, *pair) for pair in pairwise(spans)]
        others = held[appointment.person, appointment.office]
        twins = [
            other for other in others if other is not appointment and _overlap(appointment, other)
        ]
        if twins:
            others.remove(appointment)
            _leave_to(twins[0], appointment, offices)
            for group in groups:
                group.becomes = [
                    ("tenure", twins[0].identifier)
                    if each == ("tenure", appointment.identifier)
                    else each
                    for each in group.becomes
                ]
        else:
            _end_with(appointment, *spans[:2])
            found.append(appointment)
        for part in later:
            offices.place(part)
            found.append(part)
    return found


def _spans(appointment: Appointment, offices: Offices, crosswalk: Crosswalk) -> list[Span]:
    """Return the states to which it was, one after the other; none where it does not certainly outlast the first."""
    state, last = offices.state_of(appointment), appointment.end.bounds[0]
    ended = crosswalk.end_of(state) if state else None
    if (
        state is None
        or ended is None
        or last is None
        or last <= ended
        or not is_in_office(appointment)
    ):
        return []
    first = next(iter(appointment.days), None)
    spans = crosswalk.spans("pocom", appointment.territory, start=first, end=last)
    if spans[0].state != state or len(spans) < 2:
        reason = f"{state.name} ended ({ended}) before the appointment did ({last}): which state came after it is not known."
        appointment.warn("/ended/date", appointment.end.edtf, reason, "outlives_state")
        return []
    after = " and ".join(f"to {span.state.name} from {span.start}" for span in spans[1:])
    reason = f"{state.name} ended on {spans[0].end}, before the appointment did: the tenure goes on in one {after}."
    appointment.warn("/ended/date", appointment.end.edtf, reason, "outlives_state")
    return spans


def _end_with(appointment: Appointment, own: Span, after: Span) -> None:
    """End the tenure with its state."""
    assert own.end  # noqa: S101 - for the type checker: only the last span may lack it
    kept = [each for each in appointment.milestones if not _is_after(each, own.end)]
    words = f"{own.state.name} ended; the appointment went on as one to {after.state.name}."
    end = Reading(own.end.isoformat())
    appointment.milestones = [*kept, milestone(MilestoneKind.OTHER, end, words)]
    appointment.end, appointment.end_reason = end, EndReason.OFFICE_ABOLISHED


def _later_part(appointment: Appointment, before: Span, own: Span) -> Appointment:
    """Return the part of an appointment to a later state."""
    assert own.start  # noqa: S101 - for the type checker: only the first span may lack it
    start = Reading(own.start.isoformat())
    words = f"The appointment went on from one to {before.state.name}, which had ended."
    of_days = [
        each
        for each in appointment.milestones
        if _day_of(each) is None
        or (_is_after(each, own.start, or_on=True) and not (own.end and _is_after(each, own.end)))
    ]
    is_last = own.end is None or own.end == appointment.end.bounds[0]
    return replace(
        appointment,
        part=own.state.slug,
        also=[],
        dates={name: Reading() for name in appointment.dates} | {"started": start},
        start=start,
        end=appointment.end if is_last or own.end is None else Reading(own.end.isoformat()),
        end_reason=appointment.end_reason if is_last else EndReason.OFFICE_ABOLISHED,
        milestones=[milestone(MilestoneKind.OTHER, start, words), *of_days],
    )


def _leave_to(other: Appointment, appointment: Appointment, offices: Offices) -> None:
    """Make one tenure of two appointments to the first state: that of the other."""
    other.also.append(appointment.value)
    offices.leave(appointment)
    appointment.becomes += [("office", other.office), ("tenure", other.identifier)]


def _day_of(dated: dict[str, Any]) -> date | None:
    when = UncertainDate.coerce(dated.get("date"))
    return when.earliest or when.latest


def _is_after(dated: dict[str, Any], day: date, *, or_on: bool = False) -> bool:
    known = _day_of(dated)
    return known is not None and (known > day or (or_on and known == day))


def _overlap(one: Appointment, other: Appointment) -> bool:
    (first, last), (other_first, other_last) = (
        certainly_held(each.start, each.end) for each in (one, other)
    )
    return max(first, other_first) < min(last, other_last)
