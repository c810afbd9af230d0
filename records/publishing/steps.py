"""The steps of a record's history: which transactions changed it or its parts, and what it said after each of them.

The history has every version of every row (`records.history`), in a table for each table. Versions of one transaction are one step.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.apps import apps
from django.db import connection
from django.db.models import OuterRef, Subquery

from records.models import Part, Record

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from django.db.models import Model, QuerySet

#: A transaction as its versions name it: when it began, and the context in which somebody acted, if there was one.
Moment = tuple["datetime", UUID | None]
#: The rows of a record and its parts, by table and key, each with its columns; in the order of the table.
Rows = dict[type["Model"], dict[Any, dict[str, Any]]]


def history_of(model: Any) -> Any:
    """Return the model of the versions that record the changes of a model's rows."""
    return model._meta.get_field("history").related_model


def path_to_record(part: type[Part]) -> tuple[Any, Any | None]:
    """Return the foreign key of a part to its record; of a part of a part, the keys to the other part and from there."""
    first, _, second = part.part_of.partition("__")
    link: Any = part._meta.get_field(first)
    return link, link.related_model._meta.get_field(second) if second else None


def record_model(model: type[Model]) -> Any:
    """Return the kind of record that rows of a model belong to."""
    if not issubclass(model, Part):
        return model
    link, onward = path_to_record(model)
    return (onward or link).related_model


def tables_of(model: type[Record]) -> list[type[Model]]:
    """Return the tables of a kind: its own, those of its parts, and those of parts of parts after them."""
    parts = [
        part for part in apps.get_models() if issubclass(part, Part) and record_model(part) is model
    ]
    return [model, *sorted(parts, key=lambda part: part.part_of.count("__"))]


def versions_of(table: type[Model], key: Any) -> QuerySet[Any]:
    """Return the versions of all rows of a table that ever belonged to a record, newest first: a merge moves parts."""
    history: QuerySet[Any] = history_of(table)._default_manager.order_by("-pgh_id")
    if not issubclass(table, Part):
        return history.filter(pgh_obj_id=key)
    link, onward = path_to_record(table)
    ever = history.order_by().filter(**{f"{link.attname}__in": _ever(link, onward, key)})
    return history.filter(pgh_obj_id__in=ever.values("pgh_obj_id"))


def _ever(link: Any, onward: Any | None, key: Any) -> Any:
    """The rows to which parts of the record belong: the record, or other parts that ever were its own."""
    if onward is None:
        return [key]
    between = history_of(link.related_model)._default_manager.order_by()
    return between.filter(**{onward.attname: key}).values("pgh_obj_id")


@dataclass(frozen=True)
class Step:
    """One transaction that changed a record or its parts."""

    at: datetime  #: when the transaction began
    context_id: UUID | None
    #: Of each table, the last version that is older than the next step.
    reached: Mapping[type[Model], int]

    @property
    def token(self) -> str:
        """Return what names the step in addresses."""
        return token_of((self.at, self.context_id))


def token_of(moment: Moment) -> str:
    """Return what names a step of that transaction in addresses."""
    at, context_id = moment
    return f"{at.isoformat()}~{context_id.hex if context_id else ''}"


def steps_of(model: type[Record], key: Any) -> list[Step]:
    """Return the steps of a record, oldest first.

    A write holds its record, so its transactions come one after another; but a version has the time at which its
    transaction began. So the order is that of the versions in each table, and of the times only between transactions that share none.
    """
    written: dict[type[Model], list[tuple[int, Moment]]] = {}
    for table in tables_of(model):
        columns = ("pgh_id", "pgh_obj_id", "pgh_created_at", "pgh_context_id")
        link = path_to_record(table)[0].attname if issubclass(table, Part) else "id"
        owners = _owners(table, key)
        former: dict[Any, Any] = {}
        rows = []
        for number, row, at, context, owner in (
            versions_of(table, key).order_by("pgh_id").values_list(*columns, link)
        ):
            # What happened to a row while it belonged to another record is no step of this one.
            if owner in owners or former.get(row) in owners:
                rows.append((number, (at, context)))
            former[row] = owner
        written[table] = rows
    steps = []
    reached: dict[type[Model], int] = {}
    last: dict[Moment, dict[type[Model], int]] = defaultdict(dict)
    for table, rows in written.items():
        for number, moment in rows:
            last[moment][table] = number
    for moment in in_order(list(written.values())):
        reached = {**reached, **last[moment]}
        steps.append(Step(*moment, reached))
    return steps


def _owners(table: type[Model], key: Any) -> set[Any]:
    """The keys by which rows of a table name the record, or a part that ever was its own."""
    if not issubclass(table, Part):
        return {key}
    link, onward = path_to_record(table)
    if onward is None:
        return {key}
    return set(_ever(link, onward, key).values_list("pgh_obj_id", flat=True))


def in_order(tables: Sequence[Sequence[tuple[int, Moment]]]) -> list[Moment]:
    """Put transactions in the one order that agrees with each table's, the earlier first where tables leave it open."""
    after: dict[Moment, set[Moment]] = {}
    for rows in tables:
        moments = list(dict.fromkeys(moment for _number, moment in rows))
        for moment in moments:
            after.setdefault(moment, set())
        for before, later in pairwise(moments):
            after[later].add(before)
    found = []
    while after:
        ready = [moment for moment, before in after.items() if not before]
        # Where two say of each other that they came first, one of them did not hold the record: the clock decides.
        moment = min(ready or after, key=lambda each: (each[0], str(each[1])))
        found.append(moment)
        del after[moment]
        for waiting in after.values():
            waiting.discard(moment)
    return found


def rows_after(model: type[Record], key: Any, step: Step) -> Rows:
    """Return the rows of a record and its parts as they were after a step."""
    found: Rows = {}
    for table in tables_of(model):
        versions = versions_of(table, key).filter(pgh_id__lte=step.reached.get(table, 0))
        newest = (
            versions.filter(pgh_obj_id=OuterRef("pgh_obj_id"))
            .order_by("-pgh_id")
            .values("pgh_id")[:1]
        )
        rows = versions.filter(pgh_id=Subquery(newest)).exclude(pgh_label="delete")
        link = path_to_record(table)[0] if issubclass(table, Part) else None
        if link is not None:
            owners = (
                {key}
                if issubclass(link.related_model, Record)
                else found[link.related_model].keys()
            )
            rows = rows.filter(**{f"{link.attname}__in": list(owners)})
        ordering = ["id" if name == "pk" else name for name in table._meta.ordering or ()]
        names = columns_of(table)
        found[table] = {row["id"]: row for row in rows.order_by(*ordering).values(*names)}
    return found


def columns_of(table: type[Model]) -> list[str]:
    """Return the columns of a table of which the history keeps versions."""
    kept = {field.attname for field in history_of(table)._meta.concrete_fields}
    return [field.attname for field in table._meta.concrete_fields if field.attname in kept]


def rows_now(model: type[Record], key: Any) -> Rows:
    """Return the rows of a record and its parts as they are."""
    found: Rows = {}
    for table in tables_of(model):
        rows = table._default_manager.filter(pk=key)
        if issubclass(table, Part):
            link, onward = path_to_record(table)
            rows = table._default_manager.filter(
                **{link.name if onward is None else f"{link.name}__{onward.name}": key}
            )
        found[table] = {row["id"]: row for row in rows.order_by("pk").values(*columns_of(table))}
    return found


@dataclass
class Written:
    """The rows of one table that were written in one context, by key, as they were before; None for a row that was added."""

    model: type[Model]
    before: dict[Any, dict[str, Any] | None]
    after: dict[
        Any, dict[str, Any]
    ]  #: the rows as they were left, or as they were when they were removed

    @property
    def added(self) -> list[Any]:
        return [key for key, row in self.before.items() if row is None]

    @property
    def others(self) -> dict[Any, dict[str, Any]]:
        return {key: row for key, row in self.before.items() if row is not None}


def written_in(context_id: UUID) -> Iterator[Written]:
    """Read from the history what was done in a context, table by table."""
    for model in _tables_written_in(context_id):
        history = history_of(model)
        events = history._default_manager.filter(pgh_context_id=context_id)
        names = columns_of(model)
        first: dict[Any, tuple[int, str]] = {}
        last: dict[Any, dict[str, Any]] = {}
        for event in events.order_by("pgh_id").values("pgh_id", "pgh_label", *names):
            first.setdefault(event["id"], (event["pgh_id"], event["pgh_label"]))
            last[event["id"]] = event
        before: dict[Any, dict[str, Any] | None] = {
            # A row that was removed is recorded as it was.
            key: {name: last[key][name] for name in names} if label == "delete" else None
            for key, (_event, label) in first.items()
            if label != "update"
        }
        changed = {key: event for key, (event, label) in first.items() if label == "update"}
        earlier = history._default_manager.filter(pgh_obj_id__in=list(changed)).order_by("pgh_id")
        for row in earlier.values("pgh_id", *names):
            if row.pop("pgh_id") < changed[row["id"]]:
                before[row["id"]] = row
        if before:
            yield Written(model, before, last)


def _tables_written_in(context_id: UUID) -> list[type[Model]]:
    """Return the tables of which the history has versions that were written in a context: one question for all, since most have none."""
    tables = [model for model in apps.get_models() if issubclass(model, Record | Part)]
    with connection.cursor() as cursor:
        each = ", ".join(
            f"EXISTS (SELECT FROM {quoted} WHERE pgh_context_id = %(context)s)"
            for quoted in (
                connection.ops.quote_name(history_of(table)._meta.db_table) for table in tables
            )
        )
        cursor.execute(f"SELECT {each}", {"context": context_id})
        return [table for table, has in zip(tables, cursor.fetchone() or (), strict=True) if has]


def owners_of(model: type[Model], rows: Mapping[Any, Mapping[str, Any]]) -> dict[Any, UUID]:
    """Return the records that rows of a table belong to, by the keys of the rows; a record belongs to itself."""
    if not issubclass(model, Part):
        return {key: key for key in rows}
    link, onward = path_to_record(model)
    owners = {key: row[link.attname] for key, row in rows.items()}
    if onward is None:
        return owners
    # The part between may be gone, so its history is asked.
    between = history_of(link.related_model)._default_manager
    records = dict(
        between.filter(pgh_obj_id__in=set(owners.values())).values_list("id", onward.attname)
    )
    return {key: records[owner] for key, owner in owners.items()}
