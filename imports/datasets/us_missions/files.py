"""The files of us-missions: tables of changes."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING, Any

from config.dates.values import EdtfError, UncertainDate
from imports.datasets.kit import read_lines, repeated, tables_of
from imports.datasets.us_missions.rows import LEVELS, Change

if TYPE_CHECKING:
    from collections.abc import Iterable

    from imports.dataset import Row
    from imports.files.csv_files import Line
    from imports.files.tree import Tree

COLUMNS = ("state_dept_name", "status_change", "year", "month", "day")


def recognises(tree: Tree) -> bool:
    return bool(tables_of(tree, COLUMNS))


def read_files(tree: Tree) -> tuple[list[Change], list[Row]]:
    """Return the changes, and a rejected row for each table that cannot be read."""
    unread: list[Row] = []
    changes = [_change(line, facts) for line, facts in read_lines(tree, COLUMNS, unread)]
    _check_repeated(changes)
    return changes, unread


def _change(line: Line, facts: dict[str, Any]) -> Change:
    cells = {name: " ".join(cell.split()) for name, cell in line.cells.items()}
    state, level = cells["state_dept_name"], cells["status_change"]
    day = "-".join(part for part in (cells["year"], cells["month"], cells["day"]) if part)
    change = Change(**facts, id=f"{state}/{day or '?'}", state=state, level=LEVELS.get(level, ""))
    if not state:
        change.reject("/state_dept_name", state, "The line names no state.", "required")
    change.demand_choice("/status_change", level, "level of representation", LEVELS)
    try:
        change.start = _start(cells["year"], cells["month"], cells["day"])
    except EdtfError as error:
        change.reject("/year", day, str(error), "bad_date")
    _read_verified(change, cells.get("last_verified", ""))
    return change


def _start(year: str, month: str, day: str) -> UncertainDate:
    """Return the date that the three cells give: what is not filled in is not known. Raises EdtfError."""
    if not re.fullmatch(r"\d{1,4}", year, re.ASCII):
        raise EdtfError(f"“{year}” is no year.")
    if day and not month:
        raise EdtfError("There is a day, and no month.")
    for part, most in ((month, 12), (day, 31)):
        # EDTF takes seasons for months.
        if part and not (re.fullmatch(r"\d{1,2}", part, re.ASCII) and 1 <= int(part) <= most):
            raise EdtfError(f"“{part}” is no {'month' if most == 12 else 'day'}.")
    parts = (year.zfill(4), *(part.zfill(2) for part in (month, day) if part))
    return UncertainDate.parse("-".join(parts))


def _read_verified(change: Change, given: str) -> None:
    try:
        change.verified_on = date.fromisoformat(given) if given else None
    except ValueError:
        reason = f"“{given}” is no day, so that nobody knows when this was looked at."
        change.warn("/last_verified", given, reason, "bad_date")


def _check_repeated(changes: Iterable[Change]) -> None:
    """Reject a second line about the same state and day, or skip it where it says the same."""
    for change, before, number in repeated(changes):
        if change.level == before.level and not change.faults:
            change.skipped = f"Line {before.line} of {before.file} says the same."
        else:
            reason = f"Line {before.line} of {before.file} is about the same state and day."
            change.reject("", change.id, reason, "duplicate")
        change.id = f"{change.id}/{number}"
