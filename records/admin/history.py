"""Who changed what in a record and its parts, read from the history tables that the database keeps."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.contrib.auth import get_user_model
from django.db.models import ForeignKey

from records.admin.boxes import labels_of
from records.admin.looking import LookingPage
from records.admin.page import page_of
from records.models import Part, Record
from records.publishing.colleagues import name_of
from records.publishing.review import steps_of
from records.publishing.steps import (
    Moment,
    history_of,
    path_to_record,
    tables_of,
    token_of,
    versions_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.db.models import Model, QuerySet
    from django.http import HttpRequest, HttpResponse

    from records.models import ReviewStep

#: Changes of one table that a page shows.
SHOWN = 300
#: Change sets that are shown to somebody whose form was opened before a change, where none is as new as the form.
SHOWN_OLDER = 3
#: Fields that follow from others, or say only that something changed.
_HIDDEN = {"id", "created_at", "changed_at", "noted_at", "published_at", "writers"}
_DERIVED = ("_earliest", "_latest")
_VERBS = {"insert": "added", "update": "changed", "delete": "removed"}


@dataclass(frozen=True)
class FieldChange:
    """One field, before and after."""

    name: str
    before: str
    after: str


@dataclass(frozen=True)
class RowChange:
    """One row that was added, changed or removed."""

    verb: str
    what: str  #: "citation", or nothing for the record itself
    name: str  #: what distinguishes a part from others of its kind
    fields: tuple[FieldChange, ...]
    detail: str = ""  #: the record that it came from, or went to


@dataclass
class ChangeSet:
    """All changes of one transaction: of one request, or of one command."""

    at: datetime
    who: str
    action: str
    reason: str
    token: str = ""  #: what names the step on the page that compares; blank for steps of a review
    before: str = ""  #: the step before
    rows: list[RowChange] = field(default_factory=list)


class HistoryPage(LookingPage):
    """The history page of a record."""

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: Any = None
    ) -> HttpResponse:
        record = self.seen_record(request, object_id)
        change_sets, is_cut = _change_sets(self.model, record.pk)
        change_sets += map(_review_set, steps_of(record))
        change_sets.sort(key=lambda each: each.at, reverse=True)
        context = {
            "original": record,
            "change_sets": change_sets,
            "is_cut": is_cut,
            **(extra_context or {}),
        }
        return page_of(self, request, "admin/record_history.html", f"History of {record}", context)


def changes_since(model: type[Record], key: Any, seen: str) -> list[ChangeSet]:
    """Return the change sets since a moment, newest first; the last ones where none is that new.

    A change set has the time at which its transaction began, which may lie before a moment that it changed after.
    """
    change_sets, _is_cut = _change_sets(model, model._meta.pk.to_python(key))
    try:
        since = datetime.fromisoformat(seen)
        later = [each for each in change_sets if each.at >= since]
    except (ValueError, TypeError):
        later = []
    return later or change_sets[:SHOWN_OLDER]


def _change_sets(model: type[Record], key: Any) -> tuple[list[ChangeSet], bool]:
    tables: dict[type[Model], list[Any]] = {
        table: list(versions_of(table, key).select_related("pgh_context")[:SHOWN])
        for table in tables_of(model)
    }
    merged = list(_versions_of_merged(model, key))
    labels = _labels({**tables, model: [*tables[model], *merged]})
    users = _users(row for rows in (*tables.values(), merged) for row in rows)
    change_sets: dict[Moment, ChangeSet] = {}

    def add(row: Any, change: RowChange | None) -> None:
        if change is None:
            return
        moment = (row.pgh_created_at, row.pgh_context_id)
        if moment not in change_sets:
            metadata = row.pgh_context.metadata if row.pgh_context else {}
            change_sets[moment] = ChangeSet(
                at=row.pgh_created_at,
                who=users.get(metadata.get("user"), "a command"),
                action=str(metadata.get("action", "")),
                reason=" ".join(filter(None, (metadata.get("reason"), metadata.get("warnings")))),
                token=token_of(moment),
            )
        change_sets[moment].rows.append(change)

    for table, rows in tables.items():
        owners = _owners(table, tables, key)
        before: dict[Any, Any] = {}
        for row in reversed(rows):
            former = before.get(row.pgh_obj_id)
            before[row.pgh_obj_id] = row
            add(row, _row_change(table, former, row, labels, owners))
    before = {}
    for row in merged:
        add(row, _merge(model, before.get(row.pgh_obj_id), row, key, labels))
        before[row.pgh_obj_id] = row
    is_cut = any(len(rows) == SHOWN for rows in tables.values())
    found = sorted(change_sets.values(), key=lambda each: each.at, reverse=True)
    for later, earlier in pairwise(found):
        later.before = earlier.token
    return found, is_cut


def _owners(table: type[Model], tables: dict[type[Model], list[Any]], key: Any) -> set[Any]:
    """The keys by which the rows of a table belong to the record: its own, or those of its parts."""
    if not issubclass(table, Part):
        return set()
    link, onward = path_to_record(table)
    if onward is None:
        return {key}
    rows = tables[link.related_model]
    return {row.pgh_obj_id for row in rows if getattr(row, onward.attname) == key}


def _review_set(step: ReviewStep) -> ChangeSet:
    about = f" at {step.field}" if step.field else ""
    who = "a former account" if step.by is None else name_of(step.by)
    return ChangeSet(step.at, who, f"{step.get_deed_display()}{about}", step.text)


def _versions_of_merged(model: type[Record], key: Any) -> Iterable[Any]:
    """The versions, oldest first, of records that were ever merged into this one."""
    history: QuerySet[Any] = history_of(model)._default_manager.order_by("pgh_id")
    ever = history.order_by().filter(merged_into_id=key).values("pgh_obj_id")
    return history.filter(pgh_obj_id__in=ever).select_related("pgh_context")[:SHOWN]


def _merge(
    model: type[Record], former: Any, row: Any, key: Any, labels: dict[Any, dict[str, str]]
) -> RowChange | None:
    """Say that another record was merged into this one, or is so no more."""
    name = f"“{labels.get(model, {}).get(str(row.pgh_obj_id), 'a deleted record')}”"
    was = former is not None and former.merged_into_id == key
    if row.merged_into_id == key and not was:
        return RowChange("merged into this record", name, "", ())
    if row.merged_into_id != key and was:
        return RowChange("is a record of its own again", name, "", ())
    return None


def _row_change(
    model: type[Model],
    before: Any,
    row: Any,
    labels: dict[Any, dict[str, str]],
    owners: set[Any],
) -> RowChange | None:
    """Say what happened to a row. What happened to a part while it belonged to another record is left out."""
    link = path_to_record(model)[0] if issubclass(model, Part) else None
    owner = link.name if link else ""
    shown = {
        each.name: FieldChange(
            str(each.verbose_name), text_of(each, before, labels), text_of(each, row, labels)
        )
        for each in model._meta.concrete_fields
        if each.name not in _HIDDEN and each.name != owner and not each.name.endswith(_DERIVED)
    }
    for name in [name for name in shown if name.endswith("_precision")]:
        edtf = shown.get(name.replace("_precision", "_edtf"))
        if edtf and edtf.after:
            del shown[name]  # it follows from the EDTF
    what = str(model._meta.verbose_name) if issubclass(model, Part) else ""
    values = [each.after for each in shown.values() if each.after]
    name = ", ".join(values[:2]) if what else ""
    if link is not None:
        now = getattr(row, link.attname)
        was = getattr(before, link.attname) if before is not None else now
        if now not in owners and was not in owners:
            return None
        if now != was:
            other = labels.get(link.related_model, {}).get(str(was if now in owners else now), "")
            if now in owners:
                return RowChange(_VERBS["insert"], what, name, (), f"from “{other}”")
            return RowChange("moved", what, name, (), f"to “{other}”")
    if row.pgh_label == "delete":
        return RowChange(_VERBS["delete"], what, name, ())
    changed = tuple(each for each in shown.values() if each.before != each.after)
    if row.pgh_label == "update" and before is None:
        changed = ()  # its state before lies beyond the rows that the page reads
    elif row.pgh_label == "update" and not changed:
        return None
    return RowChange(_VERBS[row.pgh_label], what, name, changed)


def text_of(each: Any, row: Any, labels: dict[Any, dict[str, str]]) -> str:
    """Return the value of a field as a person reads it."""
    value = None if row is None else getattr(row, each.attname)
    if value is None or value in ("", [], False):
        return ""
    if isinstance(each, ForeignKey):
        return labels.get(each.remote_field.model, {}).get(str(value), "a deleted record")
    if each.choices:
        return str(dict(each.flatchoices).get(value, value))
    if isinstance(value, list):
        return "; ".join(map(str, value))
    return "yes" if value is True else str(value)


def _labels(tables: dict[type[Model], list[Any]]) -> dict[Any, dict[str, str]]:
    """Return the labels of all records that the rows name, by model and key: one query per model."""
    named: dict[Any, set[str]] = defaultdict(set)
    for model, rows in tables.items():
        for each in model._meta.concrete_fields:
            if isinstance(each, ForeignKey) and admin.site.is_registered(each.remote_field.model):
                keys = {getattr(row, each.attname) for row in rows}
                named[each.remote_field.model] |= {str(key) for key in keys if key is not None}
        if issubclass(model, Record):
            named[model] |= {str(row.pgh_obj_id) for row in rows if row.merged_into_id is not None}
    return {
        model: labels_of(admin.site, model, keys, plain=True)
        for model, keys in named.items()
        if keys
    }


def _users(rows: Iterable[Any]) -> dict[Any, str]:
    """Return the names of the users who made the changes, by key."""
    keys = {row.pgh_context.metadata.get("user") for row in rows if row.pgh_context}
    users = get_user_model()._default_manager.in_bulk([key for key in keys if key is not None])
    return {key: name_of(user) for key, user in users.items()}
