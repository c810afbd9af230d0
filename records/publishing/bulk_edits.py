"""Changing many records with one act: seen before it is done, listed afterwards, and undone as one."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.db.models.functions import Now

from config.dates.fields import UncertainDateField
from records.bulk import among
from records.models import (
    BulkEdit,
    EditorialState,
    Part,
    Record,
    Review,
    ReviewState,
    Source,
    Topic,
)
from records.publishing.colleagues import name_of, who_can
from records.publishing.deeds import deed
from records.publishing.locks import hold
from records.publishing.publish import UNSEEN, CurationRefused, Refusal, recorded
from records.publishing.rows import NOT_EDITED, by_halves, remove, write_back
from records.publishing.settling import settle
from records.publishing.steps import (
    columns_of,
    owners_of,
    path_to_record,
    tables_of,
    written_in,
)
from records.publishing.warnings import renew
from records.registry import kind_named

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
    from uuid import UUID

    from django.contrib.auth.models import AbstractBaseUser
    from django.db import DatabaseError
    from django.db.models import Model, QuerySet

    from records.publishing.steps import Written

    #: Says in words which rule of the database was broken.
    Words = Callable[[DatabaseError], str]

#: Records that one act may change.
MOST = 2000
CHANGE = "change a field"


@dataclass(frozen=True)
class Choice:
    """What is done to records: a field is set, or a part that names a topic or a source is added or removed."""

    verb: str  #: `set`, `add` or `remove`
    #: Of the record, or of the part; an uncertain date is one, though it has five columns.
    field: Any
    part: type[Part] | None = None

    @property
    def key(self) -> str:
        return f"{self.verb}:{self.field.name}"

    @property
    def is_date(self) -> bool:
        return isinstance(self.field, UncertainDateField)

    @property
    def is_reference(self) -> bool:
        return not self.is_date and bool(self.field.is_relation)

    def value_of(self, record: Record) -> Any:
        """Return what a record has in the field: a key, where that is a reference."""
        return getattr(record, self.field.name if self.is_date else self.field.attname)

    def columns(self, value: Any) -> dict[str, Any]:
        """Return the columns of a value."""
        return self.field.columns(value) if self.is_date else {self.field.attname: value}

    @property
    def words(self) -> str:
        """Return what somebody chooses: `Status`, `Add a topic`."""
        name = str(self.field.verbose_name)
        if self.part is None:
            return name[:1].upper() + name[1:]
        return f"{self.verb.capitalize()} a {name}"


@dataclass(frozen=True)
class Line:
    """A record, and what becomes of it. `before` and `after` are keys where the field is a reference."""

    record: Record
    before: Any
    after: Any
    refusal: str = ""  #: why it stays as it is

    @property
    def is_changed(self) -> bool:
        return not self.refusal and self.before != self.after


@dataclass(frozen=True)
class Planned:
    """What an act changes."""

    lines: Sequence[Line]
    fingerprint: str  #: of all that the lines show

    @property
    def changed(self) -> list[Line]:
        return [line for line in self.lines if line.is_changed]


@dataclass(frozen=True)
class Undone:
    """What undoing an act changed back, and what it left."""

    rows: int
    left: int  #: rows that were changed since, or that cannot be as they were
    records: Sequence[Record]  #: with rows that were left


def part_choices(model: type[Record]) -> Iterator[Choice]:
    """Yield what can be added to records of a kind, and removed from them."""
    for part in tables_of(model)[1:]:
        link, onward = path_to_record(cast("type[Part]", part))
        for field in part._meta.concrete_fields if onward is None else ():
            if field != link and field.is_relation and field.related_model in {Topic, Source}:
                yield Choice("add", field, cast("type[Part]", part))
                yield Choice("remove", field, cast("type[Part]", part))


@deed
@transaction.atomic
def plan(choice: Choice, value: Any, rows: QuerySet[Any], *, words: Words) -> Planned:
    """Return what an act would change. All of it is done and taken back, so that the rules of the database are asked too."""
    planned = _apply(choice, value, rows, words)
    transaction.set_rollback(True)
    return planned


@deed
def change(
    choice: Choice,
    value: Any,
    rows: QuerySet[Any],
    *,
    by: AbstractBaseUser,
    reason: str,
    seen: str,
    what: str,
    words: Words,
) -> BulkEdit:
    """Change the records as a plan with the fingerprint `seen` said; nothing of it is published.

    `what` says it in words, for the list of such acts. Raises CurationRefused when the plan is another one by now or changes
    nothing, PermissionDenied when `by` may not change records of the kind.
    """
    model = rows.model
    demand_editing(by, model)
    with recorded(CHANGE, by, reason) as context:
        planned = _apply(choice, value, rows, words)
        changed = planned.changed
        if not planned.lines:
            raise CurationRefused([Refusal(model(), "gone", "None of them is there any more.")])
        record = planned.lines[0].record
        if planned.fingerprint != seen:
            detail = "Some of it was changed after it was shown to you: look at it again. Nothing is changed yet."
            raise CurationRefused([Refusal(record, UNSEEN, detail)])
        if not changed:
            detail = "None of them would change."
            raise CurationRefused([Refusal(record, "nothing_left", detail)])
        renew({model.object_kind: [line.record.pk for line in changed]})
        return BulkEdit.objects.create(
            kind=model.object_kind,
            action=CHANGE,
            what=what,
            count=len(changed),
            context_id=context,
            by_id=by.pk,
        )


@deed
def undo(edit: BulkEdit, *, by: AbstractBaseUser) -> Undone:
    """Take an act back, as one deed. Rows that were changed since stay, and those that the rules of today refuse as they were.

    Raises CurationRefused when it is undone already, PermissionDenied when `by` may not change records of the kind.
    """
    model = kind_named(edit.kind).model
    demand_editing(by, model)
    with recorded(f"undo: {edit.action}", by, f"“{edit.what}” was undone."):
        tables = {table.model: table for table in written_in(edit.context_id)}
        rows = list(_rows_of(tables))
        keys = {row.record for row in rows}
        held = hold({edit.kind: keys})
        if not BulkEdit.objects.filter(pk=edit.pk, undone_at=None).update(undone_at=Now()):
            record = model._default_manager.filter(pk__in=keys).first() or model()
            raise CurationRefused([Refusal(record, "undone", "This was undone already.")])
        merged = model._default_manager.filter(
            among("pk", held), editorial_state=EditorialState.MERGED
        )
        standing = held.keys() - set(merged.values_list("pk", flat=True))
        now = {table: _now(table, written) for table, written in tables.items()}
        intact = [row for row in rows if row.record in standing and row.is_as_left(now[row.table])]
        back: list[_Row] = []
        for group, error in by_halves(intact, lambda group: _change_back(group, tables)):
            back += group if error is None else []
        renew({edit.kind: {row.record for row in back}})
        settle({edit.kind: {row.record for row in back}})
        done = {(row.table, row.key) for row in back}
        left = [row.record for row in rows if (row.table, row.key) not in done]
        records = model._default_manager.filter(among("pk", set(left))).order_by("pk")
        return Undone(len(back), len(left), list(records))


def demand_editing(by: Any, model: type[Record]) -> None:
    """Raise PermissionDenied, with who can do it, when somebody may not change records of a kind."""
    opts = model._meta
    if not by.has_perm(f"{opts.app_label}.change_{opts.model_name}"):
        msg = f"You may not change {opts.verbose_name_plural}. {who_can('change', model)}"
        raise PermissionDenied(msg)


# Changing


def _apply(choice: Choice, value: Any, rows: QuerySet[Any], words: Words) -> Planned:
    """Hold the records and change those that can be changed; return the outcome of each."""
    model = rows.model
    held = hold({model.object_kind: list(rows.order_by().values_list("pk", flat=True))})
    records = list(rows.filter(among("pk", held)).order_by("pk"))
    refused = _refused(records)
    key = value.pk if isinstance(value, Record) else value
    there = _parts_that_name(choice, key, records)
    lines: dict[UUID, Line] = {}
    for record in records:
        if choice.part is None:
            before, after = choice.value_of(record), key
        else:
            before = key if record.pk in there else None
            after = key if choice.verb == "add" else None
        lines[record.pk] = Line(record, before, after, refused.get(record.pk, ""))
    to_write = [line for line in lines.values() if line.is_changed]
    for group, error in by_halves(to_write, lambda group: _write(choice, group, there)):
        if error is not None:
            (line,) = group
            lines[line.record.pk] = Line(line.record, line.before, line.after, words(error))
    return Planned(list(lines.values()), _fingerprint(choice, key, lines.values(), held))


def _refused(records: Sequence[Record]) -> dict[UUID, str]:
    """Return why records cannot be changed, by key."""
    waiting = (ReviewState.WAITING, ReviewState.APPROVED)
    reviews = Review.objects.filter(
        among("record_id", [record.pk for record in records]), state__in=waiting
    )
    refused = {
        review.record_id: "It is under review"
        + (f" by {name_of(review.reviewer)}" if review.reviewer else "")
        + f" since {name_of(review.submitted_by)} submitted it: it can be changed when that is over."
        for review in reviews.select_related("reviewer", "submitted_by")
    }
    for record in records:
        if record.editorial_state == EditorialState.MERGED:
            refused[record.pk] = "It was merged into another record: change that one."
    return refused


def _parts_that_name(
    choice: Choice, key: Any, records: Sequence[Record]
) -> Mapping[UUID, list[Any]]:
    """Return the keys of the parts that name the topic or source, by their records."""
    found: defaultdict[UUID, list[Any]] = defaultdict(list)
    if choice.part is not None:
        link, _onward = path_to_record(choice.part)
        parts = choice.part._default_manager.filter(
            among(link.attname, [record.pk for record in records]), **{choice.field.attname: key}
        )
        for owner, part in parts.order_by("pk").values_list(link.attname, "pk"):
            found[owner].append(part)
    return found


def _write(choice: Choice, lines: Sequence[Line], there: Mapping[UUID, list[Any]]) -> None:
    if choice.part is None:
        model = type(lines[0].record)
        keys = ((line.record.pk, line.after) for line in lines)
        write_back(model, {key: {"id": key, **choice.columns(after)} for key, after in keys})
    elif choice.verb == "add":
        link, _onward = path_to_record(choice.part)
        choice.part._default_manager.bulk_create(
            choice.part(**{link.attname: line.record.pk, choice.field.attname: line.after})
            for line in lines
        )
    else:
        remove(choice.part, [key for line in lines for key in there[line.record.pk]])
    connection.check_constraints()


def _fingerprint(
    choice: Choice, key: Any, lines: Collection[Line], held: Mapping[UUID, Any]
) -> str:
    said = [
        (str(line.record.pk), held[line.record.pk].isoformat(), repr(line.before), line.refusal)
        for line in lines
    ]
    return hashlib.sha256(repr((choice.key, key, said)).encode()).hexdigest()


# Undoing


@dataclass(frozen=True)
class _Row:
    """A row that an act wrote."""

    table: type[Model]
    key: Any
    record: UUID
    #: Its columns as the act left them; None for a row that it removed.
    after: tuple[tuple[str, Any], ...] | None

    def is_as_left(self, now: Mapping[Any, Mapping[str, Any]]) -> bool:
        row = now.get(self.key)
        if row is None or self.after is None:
            return row is None and self.after is None
        return all(row[name] == value for name, value in self.after)


def _rows_of(tables: Mapping[type[Model], Written]) -> Iterator[_Row]:
    """Yield the rows whose facts an act changed: that a record was touched along with its parts is no fact."""
    for table, written in tables.items():
        names = _facts(table)
        owners = owners_of(table, written.after)
        for key, before in written.before.items():
            after = written.after[key]
            is_removed = after["pgh_label"] == "delete"
            if (
                before is not None
                and not is_removed
                and all(before[name] == after[name] for name in names)
            ):
                continue
            left = None if is_removed else tuple((name, _frozen(after[name])) for name in names)
            yield _Row(table, key, owners[key], left)


def _now(table: type[Model], written: Written) -> dict[Any, dict[str, Any]]:
    rows = table._default_manager.filter(pk__in=list(written.before)).values(*columns_of(table))
    return {row["id"]: {name: _frozen(value) for name, value in row.items()} for row in rows}


def _facts(table: type[Model]) -> list[str]:
    left_alone = NOT_EDITED if issubclass(table, Record) else ()
    return [name for name in columns_of(table) if name not in left_alone]


def _frozen(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _change_back(rows: Sequence[_Row], tables: Mapping[type[Model], Written]) -> None:
    by_table: defaultdict[type[Model], list[Any]] = defaultdict(list)
    for row in rows:
        by_table[row.table].append(row.key)
    for table, keys in by_table.items():
        before = tables[table].before
        remove(table, [key for key in keys if before[key] is None])
        write_back(table, {key: was for key in keys if (was := before[key]) is not None})
    connection.check_constraints()
