"""Appointments that one person held at the same time, and notes in missions' files between their chiefs."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from imports.datasets.kit import citation, identifiers, slug_of
from imports.datasets.pocom.dates import Reading, dates_in
from imports.datasets.pocom.milestones import milestone
from imports.matching.states import UnknownStateError
from people.models import MilestoneKind

if TYPE_CHECKING:
    from collections.abc import Iterable

    from imports.dataset import Document
    from imports.datasets.pocom.offices import Offices
    from imports.datasets.pocom.rows import Appointment, Group, Note
    from imports.matching.states import StateMatch

SPEAKER = "Office of the Historian, US Department of State"


def join(groups: Iterable[Group], appointments: Iterable[Appointment], offices: Offices) -> None:
    """Add to each appointment of a group with which others it was held, and from where."""
    by_id: dict[str, list[Appointment]] = defaultdict(list)
    for appointment in appointments:
        by_id[appointment.id.partition("~")[0]].append(appointment)
    for group in groups:
        if group.is_good:
            _join(group, by_id, offices)


def _join(group: Group, by_id: dict[str, list[Appointment]], offices: Offices) -> None:
    members: list[Appointment] = []
    missing: list[str] = []
    for given in group.appointments:
        found = by_id.get(given, [])
        # Of several with the id, the person's own; none is somebody else's.
        member = next((each for each in found if each.person == group.person), None)
        member = member or (found[0] if found else None)
        if member is None:
            missing.append(given)
            group.warn(
                "/chief-id", given, "There is no such appointment here.", "unknown_reference"
            )
        elif not member.is_good:
            missing.append(given)
            reason = "This appointment was not imported."
            group.warn("/chief-id", given, reason, "rejected_reference")
        else:
            if group.person and member.person != group.person:
                reason = f"{given} is the appointment of {member.person}."
                group.warn("/person-id", group.person, reason, "contradiction")
            members.append(member)
    if not members:
        group.skipped = "None of its appointments is here."
        return
    residence = _residence(group, members, offices)
    for member in members:
        others = [offices.place_of(other) for other in members if other is not member]
        others += [f"another by {given}, which is not here" for given in missing]
        also = f"Also accredited to {_listed(others)}" if others else ""
        words = "; ".join(part for part in (also, residence) if part)
        if words:
            words = f"{words[0].upper()}{words[1:]}."
            member.milestones.append(milestone(MilestoneKind.OTHER, Reading(), words))
        group.becomes.append(("tenure", member.identifier))


def _residence(group: Group, members: list[Appointment], offices: Offices) -> str:
    """Return where the person resided; the id of a place is written as its name (`san-jose_cr`: San Jose)."""
    where = " ".join(word.capitalize() for word in group.locale.partition("_")[0].split("-"))
    days = [day for member in members for day in member.days]
    try:
        state = offices.state(group.territory, days).name if group.territory else ""
    except UnknownStateError as error:
        group.warnings.append(error.at("/resident-at/contemporary-territory-id"))
        state = group.territory
    place = " in ".join(part for part in (where, state) if part)
    return f"resident at {place}" if place else ""


def _listed(names: list[str]) -> str:
    *first, last = dict.fromkeys(names)
    return f"{', '.join(first)} and {last}" if first else last


def statement(note: Note, offices: Offices, source: str) -> Document | None:
    try:
        about = _about(note, offices)
    except UnknownStateError as error:
        note.faults.append(error.at(""))
        return None
    note.becomes.append(("statement", f"pocom-note:{note.id}"))
    return {
        "object": "statement",
        "slug": slug_of(f"note on us mission {note.id.replace('/', ' ')}"),
        "identifiers": identifiers(("pocom-note", note.id)),
        "kind": "claim",
        "speaker_as_given": SPEAKER,
        "language": "en",
        "text": note.text,
        "about": about,
        "citations": [citation(source, note.locator)],
    }


def _about(note: Note, offices: Offices) -> list[dict[str, str]]:
    """Return the two states that a note on their relations is about, or the organization."""
    if note.mission.form == "organization":
        if organization := offices.organization_of(note.mission):
            return [{"object": "organization", "ref": organization}]
        return []
    home = {"object": "state", "ref": offices.home.ref}
    if note.mission.form != "country":
        return [home]
    state = _state(note, offices)
    return [home, {"object": "state", "ref": state.ref}]


def _state(note: Note, offices: Offices) -> StateMatch:
    """Return the state of the mission at the first day in the note, else at that of the appointment before it."""
    days = [reading.day for _begin, _end, reading in dates_in(note.text) if reading.day]
    if note.after is not None:
        days += note.after.days
        try:
            return offices.state(note.after.territory, days)
        except UnknownStateError:
            pass  # the territory of the mission may say it
    return offices.state(note.mission.id, days)
