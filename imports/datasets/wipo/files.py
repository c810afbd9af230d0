"""The files of wipo: tables of signatures, instruments and entries into force."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from agreements.models import ActionKind
from imports.datasets.kit import read_lines, repeated, tables_of
from imports.datasets.wipo.rows import Membership
from imports.datasets.wipo.treaties import treaty_called
from imports.matching.states import folded

if TYPE_CHECKING:
    from collections.abc import Iterable

    from imports.dataset import Row
    from imports.files.csv_files import Line
    from imports.files.tree import Tree

COLUMNS = (
    "Contracting Party",
    "Treaty",
    "Signature Date",
    "Instrument Type",
    "Instrument Date",
    "Entry Into Force Date",
)
#: By which act a party is bound.
INSTRUMENTS = {
    "Ratification": ActionKind.RATIFICATION,
    "Acceptance": ActionKind.ACCEPTANCE,
    "Approval": ActionKind.APPROVAL,
    "Accession": ActionKind.ACCESSION,
    "Formal Confirmation": ActionKind.FORMAL_CONFIRMATION,
    "Definitive Signature": ActionKind.DEFINITIVE_SIGNATURE,
    "Succession": ActionKind.SUCCESSION,
    "Declaration of Succession": ActionKind.SUCCESSION,
    "Notification of Succession": ActionKind.SUCCESSION,
    "Declaration/Notification of Succession": ActionKind.SUCCESSION,
    "Declaration of Continued Application": ActionKind.SUCCESSION,
}
_BY_FOLDED = {folded(name): kind for name, kind in INSTRUMENTS.items()}


def recognises(tree: Tree) -> bool:
    return bool(tables_of(tree, COLUMNS))


def read_files(tree: Tree) -> tuple[list[Membership], list[Row]]:
    """Return the memberships, and a rejected row for each table that cannot be read."""
    unread: list[Row] = []
    found = [_membership(line, facts) for line, facts in read_lines(tree, COLUMNS, unread)]
    _check_repeated(found)
    return found, unread


def _membership(line: Line, facts: dict[str, Any]) -> Membership:
    cells = {name: " ".join(cell.split()) for name, cell in line.cells.items()}
    party, treaty = cells["Contracting Party"], treaty_called(cells["Treaty"])
    instrument = cells["Instrument Type"]
    found = Membership(
        **facts,
        id=f"{treaty.name}/{party}",
        party=party,
        treaty=treaty,
        instrument=instrument,
        act=_BY_FOLDED.get(folded(instrument)),
    )
    for name, value in (("Contracting Party", party), ("Treaty", treaty.name)):
        if not value:
            found.reject(f"/{name}", value, "This is missing.", "required")
    found.signed = _day(found, "Signature Date", cells["Signature Date"])
    found.bound = _day(found, "Instrument Date", cells["Instrument Date"])
    found.in_force = _day(found, "Entry Into Force Date", cells["Entry Into Force Date"])
    if instrument and not found.act:
        found.demand_choice("/Instrument Type", instrument, "instrument that is known", INSTRUMENTS)
    if found.bound and not instrument:
        found.reject("/Instrument Type", "", "There is a day, and no instrument.", "required")
    if not (found.signed or instrument or found.in_force or found.faults):
        found.reject("", found.id, "It says of no act of this party.", "no_act")
    if not found.faults:
        _warn(found)
    return found


def _day(found: Membership, name: str, given: str) -> str:
    try:
        return date.fromisoformat(given).isoformat() if given else ""
    except ValueError:
        reason = f"“{given}” is no day, written as 1886-09-09."
        found.reject(f"/{name}", given, reason, "bad_date")
        return ""


def _warn(found: Membership) -> None:
    """Say what is odd about the days of a line, all of which are kept."""
    at, instrument = "/Entry Into Force Date", "/Instrument Date"
    if found.in_force and not found.instrument:
        reason = "It is in force for the party, and no instrument says by what act."
        found.warn(at, found.in_force, reason, "no_instrument")
    if found.bound and found.in_force and found.in_force < found.bound:
        reason = f"It entered into force for the party before the instrument of {found.bound}."
        found.warn(at, found.in_force, reason, "in_force_before_instrument")
    if found.signed and found.in_force and found.in_force < found.signed:
        reason = f"It entered into force for the party before the signature of {found.signed}."
        found.warn(at, found.in_force, reason, "in_force_before_signature")
    if found.signed and found.bound and found.bound < found.signed:
        reason = f"The instrument is older than the signature of {found.signed}."
        found.warn(instrument, found.bound, reason, "instrument_before_signature")
    if found.instrument and not found.bound:
        found.warn(instrument, "", "The instrument has no day.", "no_date")


def _check_repeated(memberships: Iterable[Membership]) -> None:
    """Skip a line that says the same as one before it."""
    for each, before, number in repeated(memberships):
        each.id = f"{each.id}/{number}"
        if each.content == before.content and not before.faults:
            each.skipped = f"Line {before.line} of {before.file} says the same."
