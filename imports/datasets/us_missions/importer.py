"""How the United States was represented in each state: a table of changes, which becomes periods of relations.

Each line says that from a day on there was an embassy, a legation, nothing ... `us_missions_ranges` says what periods
follow. They go to the relation of the United States with the state, as the stance of the United States.

What is written in `notes` stands in a citation's locator, since a period has no place for it. Citations name no file:
the file is called after the day on which it was made, and its next version would be cited beside it.
"""

from __future__ import annotations

import re
from collections import defaultdict
from datetime import date
from typing import TYPE_CHECKING

from config.dates.values import EdtfError, UncertainDate
from config.faults import Fault, choose_from, nearest
from events.models import Dimension, Direction, Relation, RelationIdentifier
from imports.dataset import Dataset, Row, register
from imports.datasets.us_missions.periods import DATASET as NAME
from imports.datasets.us_missions.periods import LEVELS, Change, Period, States
from imports.files.csv_files import read_table
from imports.files.tree import InputError
from imports.matching.states import UnknownStateError
from records.identity import SLUG_LENGTH
from records.models import Evidence

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from uuid import UUID

    from imports.dataset import Document, NearMatch
    from imports.files.csv_files import Line
    from imports.files.tree import File, Tree
    from imports.matching.states import StateMatch

COLUMNS = ("state_dept_name", "status_change", "year", "month", "day")
_LOCATOR = 200


def recognises(tree: Tree) -> bool:
    """Return whether there is a table of changes."""
    return bool(_tables(tree))


def translate(tree: Tree, source: str) -> Iterator[Row | Document | NearMatch]:
    """Yield a relation for each state, then the lines in their order."""
    changes: list[Change] = []
    for file in _tables(tree):
        try:
            changes += [_read(line, file.path) for line in read_table(file, COLUMNS)]
        except InputError as error:
            yield Row.unread(error)
            # Where lines are missing, periods would last too long.
            changes = [change for change in changes if change.file != file.path]
    _find_repeated(changes)
    try:
        states = States.read()
    except UnknownStateError as error:
        for change in changes:
            change.faults.append(error.at(""))
    else:
        yield from _relations(states.periods(changes), states.home, source)
    yield from (_row(change) for change in changes)


def _tables(tree: Tree) -> list[File]:
    return [file for file in tree.matching("*.csv") if _has_columns(file)]


def _has_columns(file: File) -> bool:
    try:
        with file.open() as stream:
            header = stream.readline(4096).decode(errors="replace")
    except InputError:
        return False
    return all(name in header for name in COLUMNS)


# Lines


def _read(line: Line, path: str) -> Change:
    cells = {name: " ".join(cell.split()) for name, cell in line.cells.items()}
    name, level = cells["state_dept_name"], cells["status_change"]
    day = "-".join(part for part in (cells["year"], cells["month"], cells["day"]) if part)
    change = Change(line, path, f"{name}/{day or '?'}", name, faults=list(line.faults))
    if not name:
        change.faults.append(
            Fault("required", "The line names no state.", pointer="/state_dept_name", value=name)
        )
    if level not in LEVELS:
        reason = f"“{level}” is no level of representation: {choose_from(LEVELS)}."
        near = nearest(level, LEVELS)
        change.faults.append(
            Fault("unknown_value", reason, pointer="/status_change", value=level, suggestion=near)
        )
    change.level = LEVELS.get(level, "")
    try:
        change.start = _start(cells["year"], cells["month"], cells["day"])
    except EdtfError as error:
        change.faults.append(Fault("bad_date", str(error), pointer="/year", value=day))
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
        change.warnings.append(Fault("bad_date", reason, pointer="/last_verified", value=given))


def _find_repeated(changes: Sequence[Change]) -> None:
    """Reject a second line about the same state and day, or skip it where it says the same."""
    first: dict[str, Change] = {}
    counts: dict[str, int] = defaultdict(int)
    for change in changes:
        before = first.setdefault(change.id, change)
        counts[change.id] += 1
        if before is change:
            continue
        if change.level == before.level and not change.faults:
            change.skipped = f"Line {before.line.number} of {before.file} says the same."
        else:
            reason = f"Line {before.line.number} of {before.file} is about the same state and day."
            change.faults.append(Fault("duplicate", reason, pointer="", value=change.id))
        change.id = f"{change.id}/{counts[change.id]}"


def _row(change: Change) -> Row:
    is_good = not (change.faults or change.skipped)
    return Row(
        change.id,
        change.file,
        f"line {change.line.number}",
        change.line.cells,
        becomes=tuple(("relation", name) for name in change.becomes) if is_good else (),
        skipped="" if change.faults else change.skipped,
        faults=tuple(change.faults),
        warnings=tuple(change.warnings),
    )


# Relations


def _relations(periods: Sequence[Period], home: StateMatch, source: str) -> Iterator[Document]:
    """Yield the relation with each state, and note in the changes where they went."""
    by_state: dict[StateMatch, list[Period]] = defaultdict(list)
    for period in periods:
        by_state[period.state].append(period)
    known = _known(home)
    for state, own in by_state.items():
        # The pair as the database keeps it, so that the direction holds whether or not a line repeats the states.
        pair = sorted((home, state), key=lambda each: each.id)
        is_first = pair[0] == home
        direction = Direction.FIRST_TO_SECOND if is_first else Direction.SECOND_TO_FIRST
        document: Document = {
            "object": "relation",
            "slug": "-".join(sorted((state.slug, home.slug)))[:SLUG_LENGTH].rstrip("-"),
            "states": [each.ref for each in pair],
            "periods": [_document(period, direction) for period in own],
            "identifiers": [{"scheme": NAME, "value": state.slug}],
            "citations": list(_citations(own, source)),
        }
        if state.id in known:
            document["id"] = str(known[state.id])
        name = f"{NAME}:{state.slug}"
        for change in dict.fromkeys(change for period in own for change in period.changes):
            change.becomes.append(name)
        yield document


def _document(period: Period, direction: Direction) -> Document:
    return {
        "dimension": Dimension.REPRESENTATION_LEVEL.value,
        "direction": direction.value,
        "value": period.level,
        "start": period.start.edtf,
        "end": period.end.edtf if period.end else None,
        "end_status": period.status.value,
    }


def _known(home: StateMatch) -> dict[UUID, UUID]:
    """Return the relations of a state that this data set does not know yet, by the other state."""
    named = RelationIdentifier.objects.filter(scheme=NAME).values("record_id")
    rows = Relation.objects.order_by().exclude(pk__in=named).filter(merged_into=None)
    return {
        other if one == home.id else one: pk
        for pk, one, other in rows.values_list("pk", "state_a_id", "state_b_id")
        if home.id in (one, other)
    }


def _citations(periods: Sequence[Period], source: str) -> Iterator[Document]:
    """Cite each name of the data set once, and each note."""
    changes = list(dict.fromkeys(change for period in periods for change in period.changes))
    locators = list(dict.fromkeys(change.name[:_LOCATOR] for change in changes))
    for change in changes:
        note = " ".join(change.line.cells.get("notes", "").split())
        if not note:
            continue
        locator = f"{change.name}, {change.start.edtf}: {note}"
        if len(locator) > _LOCATOR:
            locator = f"{locator[: _LOCATOR - 1]}…"
            reason = f"A citation's locator has {_LOCATOR} characters: the note is cut short."
            _warn_once(change, Fault("note_cut", reason, pointer="/notes", value=note))
        locators.append(locator)
    for locator in dict.fromkeys(locators):
        yield {
            "source": source,
            "field": "periods",
            "locator": locator,
            "evidence": Evidence.REPORTED.value,
        }


def _warn_once(change: Change, warning: Fault) -> None:
    """Note a warning; a change with two relations would have it twice."""
    if warning not in change.warnings:
        change.warnings.append(warning)


DATASET = register(
    Dataset(
        name=NAME,
        title="Status of US diplomatic missions",
        source={
            "slug": "us-diplomatic-missions",
            "kind": "dataset",
            "title": "US Diplomatic Mission Status Data",
            "authors": ["Brenton Kenkel"],
            "web_address": "https://github.com/brentonk/us_diplomatic_missions",
        },
        recognises=recognises,
        translate=translate,
        after=("gsh",),
    ),
)
