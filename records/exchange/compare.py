"""From a line to the rows that it asks for: read it, look its references up, compare it with the database."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from config.faults import Fault, choose_from, member, nearest
from records.exchange.references import NamedRecord, OneOf, demand_kind
from records.exchange.shapes import DERIVED, Exchange, NamedSibling, PartShape, Shape
from records.exchange.values import FaultError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence
    from datetime import datetime

    from records.exchange.lookup import RecordLookUp
    from records.exchange.report import Faults


@dataclass(slots=True, eq=False)
class Planned:
    """A row that a line asks for, and the parts that belong to it."""

    shape: Shape
    at: str  #: JSON pointer to it in the line
    values: dict[
        str, Any
    ]  #: by column; references are `NamedRecord` until looked up, other parts `Planned`
    parts: dict[str, list[Planned]] = field(default_factory=dict)
    pk: Any = None


@dataclass(slots=True)
class Existing:
    """A row of the database, and the parts that belong to it."""

    pk: Any
    values: dict[str, Any]
    parts: dict[str, list[Existing]] = field(default_factory=dict)
    written_at: datetime | None = None  #: of a record


@dataclass(slots=True)
class Changes:
    """What has to be written."""

    inserted: list[tuple[Planned, Planned | None]] = field(
        default_factory=list
    )  #: a row, and what it belongs to
    updated: list[tuple[Planned, tuple[str, ...]]] = field(
        default_factory=list
    )  #: a row, and the columns in which it differs
    deleted: list[tuple[PartShape, Existing]] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.inserted or self.updated or self.deleted)

    def add(self, other: Changes) -> None:
        self.inserted += other.inserted
        self.updated += other.updated
        self.deleted += other.deleted


def read_record(
    exchange: Exchange, document: Mapping[str, Any], faults: Faults, *, is_new: bool
) -> Planned:
    """Read a line. What it leaves out keeps its value, or gets its default in a new record."""
    plan = Planned(exchange, "", exchange.defaults() if is_new else {})
    if isinstance(document.get("slug"), str):
        plan.values["slug"] = document["slug"]
    members = {name: value for name, value in document.items() if name not in exchange.opening}
    _read_members(plan, members, faults, demand_all=is_new)
    return plan


def _read_members(
    plan: Planned, members: Mapping[str, Any], faults: Faults, *, demand_all: bool
) -> None:
    shape = plan.shape
    for name, given in members.items():
        if name in shape.fields:
            shape.fields[name].read(given, plan.at, plan.values, faults)
        elif name in shape.lists:
            plan.parts |= _read_list(shape.lists[name], given, member(plan.at, name), faults)
        elif faults.is_full:  # what was probably meant takes long to find
            faults.more += 1
        else:
            faults.append(_unknown(shape, name, given, plan.at))
    if demand_all:
        for name in shape.required:
            if name not in members:
                faults.append(
                    Fault("required", f"{name} is missing.", pointer=member(plan.at, name))
                )


def _unknown(shape: Shape, name: str, given: Any, at: str) -> Fault:
    if name in DERIVED and not at:
        return Fault(
            "derived_field",
            f"{name} follows from other fields: leave it out.",
            pointer=member(at, name),
            value=given,
        )
    known = shape.members if isinstance(shape, Exchange) else (*shape.fields, *shape.lists)
    reason = f"There is no field {name} here: {choose_from(known)}."
    return Fault(
        "unknown_field",
        reason,
        pointer=member(at, name),
        value=given,
        suggestion=nearest(name, known),
    )


def _read_list(
    shapes: Sequence[PartShape], given: Any, at: str, faults: Faults
) -> dict[str, list[Planned]]:
    """Read a list of parts; where it spans several tables, each item by its kind."""
    plans: dict[str, list[Planned]] = {shape.slot: [] for shape in shapes}
    if given is not None and not isinstance(given, list):
        faults.append(Fault("wrong_type", "This must be a list.", pointer=at, value=given))
        return plans
    for number, item in enumerate(given or ()):
        shape = _table_of(shapes, item)
        plan = Planned(shape, member(at, number), shape.defaults())
        if shape.is_bare:
            _read_bare(plan, item, shapes, faults)
        elif isinstance(item, dict):
            _read_members(plan, item, faults, demand_all=True)
        else:
            faults.append(
                Fault("wrong_type", "This must be an object.", pointer=plan.at, value=item)
            )
        plans[shape.slot].append(plan)
    return plans


def _table_of(shapes: Sequence[PartShape], item: Any) -> PartShape:
    if len(shapes) == 1:
        return shapes[0]
    kind = item.get("object") if isinstance(item, dict) else None
    return next((shape for shape in shapes if kind in _kinds(shape)), shapes[0])


def _kinds(shape: PartShape) -> tuple[str, ...]:
    return tuple(
        kind for field in shape.fields.values() if isinstance(field, OneOf) for kind in field.kinds
    )


def _read_bare(plan: Planned, item: Any, shapes: Sequence[PartShape], faults: Faults) -> None:
    (treatment,) = plan.shape.fields.values()
    try:
        kinds = [kind for shape in shapes for kind in _kinds(shape)]
        if isinstance(item, dict) and kinds:
            demand_kind(item.get("object"), kinds)
        plan.values.update(zip(treatment.columns, treatment.values(item), strict=True))
    except FaultError as wrong:
        faults.append(wrong.at(plan.at, item))


class NamedIn(NamedTuple):
    """A reference of a line: where its key goes, once it is looked up."""

    row: Planned
    column: str
    value: NamedRecord | NamedSibling


def references_of(plan: Planned) -> list[NamedIn]:
    """Every reference of the line."""
    found: list[NamedIn] = []
    _add_references(plan, found)
    return found


def _add_references(row: Planned, found: list[NamedIn]) -> None:
    values = row.values
    for column in row.shape.reference_columns:
        value = values.get(column)
        if value is not None and isinstance(value, NamedRecord | NamedSibling):
            found.append(NamedIn(row, column, value))
    for rows in row.parts.values():
        for below in rows:
            _add_references(below, found)


def named_records(references: Sequence[NamedIn]) -> Iterator[NamedRecord]:
    """Every record that the references of a line name."""
    for _row, _column, value in references:
        if isinstance(value, NamedRecord):
            yield value
        else:
            yield from (column for column in value.columns if isinstance(column, NamedRecord))


def look_up(
    plan: Planned, references: Sequence[NamedIn], names: RecordLookUp, faults: Faults
) -> None:
    for row, column, value in references:
        try:
            if isinstance(value, NamedRecord):
                row.values[column] = names.key(value)
            else:
                row.values[column] = _sibling(plan, value, names)
        except FaultError as wrong:
            row.values[column] = None
            at = row.at if _is_bare(row.shape) else member(row.at, _field_of(row.shape, column))
            ref = value.ref if isinstance(value, NamedRecord) else None
            faults.append(wrong.at(at, ref))
    settle = plan.shape.settle if isinstance(plan.shape, Exchange) else None
    if settle is not None and not faults:
        settle(plan)


def _sibling(plan: Planned, value: NamedSibling, names: RecordLookUp) -> Planned:
    part = value.treatment.part
    by = value.treatment.by.columns
    called = tuple(
        names.key(column) if isinstance(column, NamedRecord) else column for column in value.columns
    )
    found = [
        row
        for row in plan.parts.get(part, ())
        if tuple(
            names.key(row.values[c]) if isinstance(row.values[c], NamedRecord) else row.values[c]
            for c in by
        )
        == called
    ]
    if len(found) == 1:
        return found[0]
    if found:
        raise FaultError(
            "ambiguous_reference", f"Several of the {part} of this record are this one."
        )
    raise FaultError("unknown_reference", f"It is not among the {part} of this record.")


def _is_bare(shape: Shape) -> bool:
    return isinstance(shape, PartShape) and shape.is_bare


def _field_of(shape: Shape, column: str) -> str:
    return next(name for name, treatment in shape.fields.items() if column in treatment.columns)


def compare(
    plan: Planned,
    there: Existing | None,
    locked: Sequence[str] = (),
    adding: Collection[str] = (),
) -> tuple[Changes, list[str]]:
    """Return what has to be written for a record, and the locked fields that the line would change and does not.

    Of the lists in `adding`, what the line does not have stays. A line may be compared again, with another `there`.
    """
    changes = Changes()
    proposed: list[str] = []
    for rows in plan.parts.values():
        _forget_keys(rows)
    if there is None:
        changes.inserted.append((plan, None))
        for rows in plan.parts.values():
            _insert(rows, plan, changes)
        return changes, proposed
    plan.pk = there.pk
    kept = {
        column
        for name in locked
        if name in plan.shape.fields
        for column in plan.shape.fields[name].columns
    }
    differing = {column for column, value in plan.values.items() if there.values[column] != value}
    if differing & kept:
        proposed += [
            name for name in locked if name in plan.shape.fields and _differs(plan, name, differing)
        ]
    if differing - kept:
        changes.updated.append((plan, tuple(sorted(differing - kept))))
    for name, rows in plan.parts.items():
        part_changes = Changes()
        shape = plan.shape.parts[name]
        _compare_parts(shape, rows, there.parts.get(name, []), plan, part_changes)
        if shape.name in adding:
            part_changes.deleted = [gone for gone in part_changes.deleted if gone[0] is not shape]
        if part_changes and shape.name in locked:
            proposed.append(shape.name)
        else:
            changes.add(part_changes)
    return changes, proposed


def _differs(plan: Planned, name: str, differing: set[str]) -> bool:
    return bool(differing.intersection(plan.shape.fields[name].columns))


def _forget_keys(rows: Sequence[Planned]) -> None:
    for row in rows:
        row.pk = None
        for below in row.parts.values():
            _forget_keys(below)


def _insert(rows: Sequence[Planned], owner: Planned, changes: Changes) -> None:
    for row in rows:
        row.pk = None
        changes.inserted.append((row, owner))
        for below in row.parts.values():
            _insert(below, row, changes)


def _compare_parts(
    shape: PartShape,
    rows: Sequence[Planned],
    there: Sequence[Existing],
    owner: Planned,
    changes: Changes,
) -> None:
    """Pair the rows of the line with those of the database: equal ones first, then those with the same key."""
    waiting = list(there)
    unpaired = _pair(rows, waiting, shape.columns)
    changed = (
        [row for row in unpaired if not _pair([row], waiting, shape.key_columns)]
        if shape.key
        else []
    )
    for row in unpaired:
        if row not in changed:
            _insert([row], owner, changes)
    by_key = {existing.pk: existing for existing in there}
    changes.updated += [
        (row, _differing(row.values, by_key[row.pk].values, shape.columns)) for row in changed
    ]
    changes.deleted += [(shape, gone) for gone in waiting]
    for row in rows:
        if row.pk is not None:
            existing = by_key[row.pk]
            for name, below in shape.parts.items():
                _compare_parts(
                    below, row.parts.get(name, []), existing.parts.get(name, []), row, changes
                )


def _pair(
    rows: Sequence[Planned], waiting: list[Existing], columns: Sequence[str]
) -> list[Planned]:
    """Give rows the keys of those that agree in `columns`; return the others. Paired ones leave `waiting`."""
    by_content: dict[Any, list[Existing]] = {}
    for existing in waiting:
        by_content.setdefault(_content(existing.values, columns), []).append(existing)
    left = []
    for row in rows:
        same = by_content.get(_content(row.values, columns))
        if same:
            existing = same.pop(0)
            waiting.remove(existing)
            row.pk = existing.pk
        else:
            left.append(row)
    return left


def _differing(
    values: Mapping[str, Any], others: Mapping[str, Any], columns: Sequence[str]
) -> tuple[str, ...]:
    return tuple(
        column for column in columns if _comparable(values[column]) != _comparable(others[column])
    )


def _content(values: Mapping[str, Any], columns: Sequence[str]) -> tuple[Any, ...]:
    return tuple(_comparable(values[column]) for column in columns)


def _comparable(value: Any) -> Any:
    if isinstance(value, Planned):
        # A part that is new equals no row of the database.
        return value.pk if value.pk is not None else value
    return tuple(value) if isinstance(value, list) else value
