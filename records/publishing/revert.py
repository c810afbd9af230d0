"""Reverting: making the working record what it was at a step of its history, or when a revision was published."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

from django.db import connection

from records.models import EditorialState, Part, Record
from records.publishing.deeds import deed
from records.publishing.locks import hold
from records.publishing.publish import UNSEEN, CurationRefused, Refusal, recorded
from records.publishing.rows import NOT_EDITED, remove, write_back
from records.publishing.settling import settle
from records.publishing.steps import history_of, path_to_record, rows_after, rows_now, tables_of
from records.publishing.warnings import renew

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from django.contrib.auth.models import AbstractBaseUser
    from django.db.models import Model

    from records.models import Edition
    from records.publishing.steps import Rows, Step

#: Columns of a record that are about its editing: they stay as they are.
_OF_THE_DESK = (*NOT_EDITED, "curators_note", "locked_fields")


@dataclass
class Plan:
    """What a record would be after it was reverted."""

    rows: Rows
    #: What cannot be as it was, in words: what is named was merged, or is gone.
    conflicts: list[str] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)


def step_of(
    record: Record, revision: int, steps: Sequence[Step], editions: Sequence[Edition]
) -> Step | None:
    """Return the step after which the working record was what an edition says; None where the history does not have it.

    Publishing writes the time of the edition in the record, while it holds it. An edition that nobody published, for only
    labels of others changed in it, says of its own record what the one before it says.
    """
    moments = {
        each.published_at
        for each in editions
        if each.revision <= revision and each.document is not None
    }
    history = history_of(type(record))._default_manager
    found = (
        history.filter(pgh_obj_id=record.pk, published_at__in=moments)
        .order_by("-published_at", "pgh_id")
        .values_list("pgh_id", flat=True)
        .first()
    )
    return next((step for step in steps if found and step.reached[type(record)] >= found), None)


def plan_revert(record: Record, step: Step) -> Plan:
    """Return what the record would be, had it been left as it was after a step. Writes nothing.

    A record that was merged since is replaced by its survivor. Of one that is gone, the part that names it is left out.
    """
    plan = Plan(rows_after(type(record), record.pk, step))
    _keep_what_is_about_editing(record, plan)
    _name_what_is_there(record, plan)
    return plan


@deed
def revert(
    record: Record, step: Step, *, by: AbstractBaseUser | None, reason: str, seen: datetime
) -> Plan:
    """Make the working record what it was after a step of its history; nothing of it is published.

    `seen` is the time of the last change that the person saw. Raises CurationRefused when there was a later one, or when a
    record that this one cannot do without is gone; IntegrityError with the words of a rule that it would break today.
    """
    with recorded("revert", by, reason):
        held = hold({record.object_kind: [record.pk]})
        if held.get(record.pk) != seen:
            detail = f"{record} was changed after it was shown to you: look at it again. Nothing is reverted yet."
            raise CurationRefused([Refusal(record, UNSEEN, detail)])
        plan = plan_revert(record, step)
        if plan.refusals:
            raise CurationRefused(plan.refusals)
        _write(record, plan.rows)
        connection.check_constraints()
        renew({record.object_kind: [record.pk]})
        settle({record.object_kind: [record.pk]})
    return plan


def _keep_what_is_about_editing(record: Record, plan: Plan) -> None:
    row = plan.rows[type(record)].get(record.pk)
    if row is None:
        detail = f"{record} was not there then."
        plan.refusals.append(Refusal(record, "gone", detail))
        return
    names = [*_OF_THE_DESK, *(["slug"] if record.published_at is not None else [])]
    for name in names:
        if name in row:
            row[name] = getattr(record, name)


def _name_what_is_there(record: Record, plan: Plan) -> None:
    """Let rows name survivors in place of merged records; leave out what names a record that is gone."""
    for table in tables_of(type(record)):
        rows = plan.rows[table]
        for link in _links_to_records(table):
            keys = {row[link.attname] for row in rows.values()} - {None}
            there = _standing(link.related_model, keys)
            for key, row in list(rows.items()):
                named = row[link.attname]
                if named is None or there.get(named) == named:
                    continue
                what = _what(table, link)
                if named in there:
                    row[link.attname] = there[named]
                    survivor = link.related_model._default_manager.get(pk=there[named])
                    plan.conflicts.append(
                        f"{what} named a record that was merged since: “{survivor}” takes its place."
                    )
                elif not issubclass(table, Part) and not link.null:
                    detail = f"{what} is a record that was deleted since, so {record} cannot be what it was."
                    plan.refusals.append(Refusal(record, "gone", detail))
                elif not issubclass(table, Part):
                    row[link.attname] = None
                    plan.conflicts.append(
                        f"{what} was a record that was deleted since: left empty."
                    )
                else:
                    del rows[key]
                    plan.conflicts.append(
                        f"{what} named a record that was deleted since: left out."
                    )
    for table in tables_of(type(record))[1:]:
        _name_parts_that_are_there(table, plan)


def _name_parts_that_are_there(table: type[Model], plan: Plan) -> None:
    """Leave out what belonged to a part that is left out, and the mention of such a part."""
    owner = path_to_record(cast("type[Part]", table))[0]
    links: list[Any] = [each for each in table._meta.concrete_fields if each.is_relation]
    for link in links:
        if not issubclass(link.related_model, Part):
            continue
        there = plan.rows[link.related_model]
        for key, row in list(plan.rows[table].items()):
            named = row[link.attname]
            if named is None or named in there:
                continue
            if link == owner:
                del plan.rows[table][key]
            elif not link.null:
                del plan.rows[table][key]
                plan.conflicts.append(
                    f"{_what(table, link)} named a part that is left out: left out too."
                )
            else:
                row[link.attname] = None
                plan.conflicts.append(f"{_what(table, link)} named a part that is left out.")


def _what(table: type[Model], link: Any) -> str:
    if issubclass(table, Part):
        return f"A {table._meta.verbose_name}"
    return f"Its {link.verbose_name}"


def _links_to_records(table: type[Model]) -> list[Any]:
    """Return the foreign keys of a table to other records than the one that its rows belong to."""
    owner = path_to_record(table)[0].name if issubclass(table, Part) else "merged_into"
    links: list[Any] = [each for each in table._meta.concrete_fields if each.is_relation]
    return [each for each in links if each.name != owner and issubclass(each.related_model, Record)]


def _standing(model: type[Record], keys: set[Any]) -> Mapping[Any, Any]:
    """Return the records that stand for these now: they themselves, or their survivors; those that are gone are missing."""
    rows = model._base_manager.filter(pk__in=keys)
    return {
        row.pk: row.merged_into_id if row.editorial_state == EditorialState.MERGED else row.pk  # type: ignore[attr-defined] # a foreign key's column
        for row in rows
    }


def _write(record: Record, rows: Rows) -> None:
    now = rows_now(type(record), record.pk)
    tables = tables_of(type(record))
    for table in reversed(tables[1:]):
        remove(table, now[table].keys() - rows[table].keys())
    for table in tables:
        if issubclass(table, Part):
            _give_new_keys(table, rows, now)
        write_back(table, rows[table])


def _give_new_keys(table: type[Part], rows: Rows, now: Rows) -> None:
    """Give new keys to parts that belong to another record by now: a merge took them there."""
    missing = rows[table].keys() - now[table].keys()
    taken = table._default_manager.filter(pk__in=list(missing)).values_list("pk", flat=True)
    for former in taken:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT nextval(pg_get_serial_sequence(%s, 'id'))", [f'"{table._meta.db_table}"']
            )
            (key,) = cursor.fetchone()
        rows[table][key] = {**rows[table].pop(former), "id": key}
        for below, its_rows in rows.items():
            for link in below._meta.concrete_fields:
                if link.is_relation and link.related_model is table:
                    for row in its_rows.values():
                        if row[link.attname] == former:
                            row[link.attname] = key
