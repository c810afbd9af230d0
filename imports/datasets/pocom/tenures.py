"""Tenures: when and in what way an appointment was held, as exchange documents.

- It starts when credentials were presented or duty was entered on (`started`), else on arrival, which the data set defines as
  having "arrived and assumed charge". Where neither is there the start is not known, and the appointment alone does not
  make one. A missing end is not known either: whether it goes on, the data set does not say.
- Acting and ad interim are said by the role; that somebody did not come to serve by the list and by the note.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from imports.datasets.kit import citation, identifiers, slug_of
from imports.datasets.pocom.dates import Reading
from imports.datasets.pocom.milestones import end_reason, milestones_of
from people.models import IN_OFFICE, EndStatus, TenureKind

if TYPE_CHECKING:
    from imports.dataset import Document
    from imports.datasets.pocom.rows import Appointment

#: The Senate did not give its consent. Taking a nomination back counts, for the reason is seldom given.
_NOT_CONFIRMED = re.compile(
    r"\bnot (?:confirmed|commissioned|acted (?:up)?on|submitted|resubmitted)\b"
    r"|\bnomin?a(?:tion|ions?|tions)\b.*\b(?:rejected|withdrawn|returned|tabled|no final action)\b"
    r"|\bnominated\b.*\bwithdrawn\b"
    r"|\bbefore the senate (?:acted|confirmed)\b",
    re.IGNORECASE,
)
_CONFIRMED = re.compile(r"(?<!not )confirmed by the senate", re.IGNORECASE)
_DID_NOT_SERVE = re.compile(
    r"\bdeclined\b|\bnot commissioned\b|\bdid not (?:serve|proceed|present|take|return|accept|assume)\b"
    r"|\b(?:cancell?ed|revoked|nullity|dissolved)\b|\bdied\b|\bassassinat|\bhad not presented\b"
    r"|\bnot (?:formally )?received\b|\brefus(?:ed|al)\b|\bno record has been found of (?:accreditation|presentation)\b"
    r"|\bwithout presenting credentials\b",
    re.IGNORECASE,
)
_SERVED_AS_ACTING = re.compile(r"\A(?:\W*served as|\W*was) acting\b(?!.*\bfrom\b)", re.IGNORECASE)


def settle(appointment: Appointment) -> None:
    """Say when it started and ended, and what its steps were."""
    dates = appointment.dates
    appointment.start = dates["started"] or dates["arrived"] or Reading()
    appointment.end = dates["ended"]
    appointment.end_reason = end_reason(appointment.notes["ended"])
    appointment.kind_of_tenure = _kind(appointment)
    appointment.milestones = milestones_of(appointment)


def _kind(appointment: Appointment) -> str:
    note = appointment.note
    began = any(appointment.dates[name] for name in ("arrived", "started"))
    if not appointment.is_listed or not (began or appointment.dates["ended"]):
        if _SERVED_AS_ACTING.search(note):
            return TenureKind.ACTING
        if _NOT_CONFIRMED.search(note) and not _CONFIRMED.search(note):
            return TenureKind.NOT_CONFIRMED
        # Many a listed chief of mission did not present credentials, and served.
        is_explained = not appointment.is_listed or appointment.mission.form == "position"
        if is_explained and _DID_NOT_SERVE.search(note):
            return TenureKind.DID_NOT_SERVE
    if not appointment.is_listed and not began:
        reason = "It is not among those who served, and the note does not say why: taken as not having served."
        appointment.warn("/note", note, reason, "kind_not_said")
        return TenureKind.DID_NOT_SERVE
    if not appointment.is_listed:
        reason = (
            "It is not among those who served, and yet entered on duty: taken as having served."
        )
        appointment.warn("/started", appointment.start.edtf, reason, "kind_not_said")
    if appointment.role.startswith("acting-") or re.match(
        r"\W*served as acting [^,;.]*\W*\Z", note, re.IGNORECASE
    ):
        return TenureKind.ACTING
    if re.search(r"ad-interim|pro-tem", appointment.role):
        return TenureKind.AD_INTERIM
    return TenureKind.SUBSTANTIVE


def is_in_office(appointment: Appointment) -> bool:
    return appointment.kind_of_tenure in IN_OFFICE


def document(appointment: Appointment, person: str, source: str) -> Document:
    """Return the tenure of a person, by what documents call the person. It says what is not known too, for no other data set has these tenures."""
    is_over = bool(appointment.end or appointment.notes["ended"]) or not is_in_office(appointment)
    ids = (appointment.value, *appointment.also)
    return {
        "object": "tenure",
        "slug": _slug(appointment),
        "identifiers": identifiers(*(("pocom-appointment", each) for each in ids)),
        "person": person,
        "office": appointment.office,
        "kind": str(appointment.kind_of_tenure),
        "start": appointment.start.document(),
        "end": appointment.end.document(),
        "end_status": str(EndStatus.ENDED if is_over else EndStatus.UNKNOWN),
        "end_reason": str(appointment.end_reason) or None,
        "milestones": appointment.milestones,
        "citations": [citation(source, appointment.locator)],
    }


def _slug(appointment: Appointment) -> str:
    office = appointment.office.partition(":")[2].replace("/", " ")
    return slug_of(f"{appointment.person} {office} {appointment.year}")
