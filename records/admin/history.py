"""Who changed what in a record and its parts, read from the history tables that the database keeps."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.contrib.auth import get_user_model
from django.core.exceptions import PermissionDenied
from django.db.models import ForeignKey
from django.http import Http404
from django.template.response import TemplateResponse

from records.admin.generics import AnyModelAdmin
from records.admin.relations import labels_of
from records.models import Part, Record
from records.publishing.colleagues import name_of
from records.publishing.review import steps_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from django.db.models import Model, QuerySet
    from django.http import HttpRequest, HttpResponse

    from records.models import ReviewStep

#: Changes of one table that a page shows.
SHOWN = 300
#: Change sets that are shown to somebody whose form was opened before a change, where none is as new as the form.
SHOWN_OLDER = 3
#: Fields that follow from others, or say only that something changed.
_HIDDEN = {"id", "created_at", "changed_at", "published_at", "writers"}
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


@dataclass
class ChangeSet:
    """All changes of one transaction: of one request, or of one command."""

    at: datetime
    who: str
    action: str
    reason: str
    rows: list[RowChange] = field(default_factory=list)


class HistoryPage(AnyModelAdmin):
    """The history page of a record."""

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: Any = None
    ) -> HttpResponse:
        record = self.get_object(request, unquote(object_id))
        if record is None:
            raise Http404
        if not self.has_view_permission(request, record):
            raise PermissionDenied
        change_sets, is_cut = _change_sets(self.model, record.pk)
        change_sets += map(_review_set, steps_of(record))
        change_sets.sort(key=lambda each: each.at, reverse=True)
        context = {
            **self.admin_site.each_context(request),
            "title": f"History of {record}",
            "object": record,
            "opts": self.opts,
            "change_sets": change_sets,
            "is_cut": is_cut,
            **(extra_context or {}),
        }
        request.current_app = self.admin_site.name
        return TemplateResponse(request, "admin/record_history.html", context)


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


def parts_of(model: type[Record]) -> Iterator[type[Part]]:
    """Yield every model whose rows belong to records of this kind, directly or through another part."""
    for part in apps.get_models():
        if issubclass(part, Part):
            owner: Any = part
            for name in part.part_of.split("__"):
                owner = owner._meta.get_field(name).related_model
            if owner is model:
                yield part


def _change_sets(model: type[Record], key: Any) -> tuple[list[ChangeSet], bool]:
    histories: dict[type[Model], QuerySet[Any]] = {model: _history(model).filter(pgh_obj_id=key)}
    histories |= {part: _history_of_part(part, key) for part in parts_of(model)}
    tables: dict[type[Model], list[Any]] = {
        table: list(rows[:SHOWN]) for table, rows in histories.items()
    }
    labels = _labels(tables)
    users = _users(row for rows in tables.values() for row in rows)
    change_sets: dict[tuple[datetime, Any], ChangeSet] = {}
    for table, rows in tables.items():
        before: dict[Any, Any] = {}
        for row in reversed(rows):
            change = _row_change(table, before.get(row.pgh_obj_id), row, labels)
            before[row.pgh_obj_id] = row
            if change is None:
                continue
            metadata = row.pgh_context.metadata if row.pgh_context else {}
            change_set = ChangeSet(
                at=row.pgh_created_at,
                who=users.get(metadata.get("user"), "a command"),
                action=str(metadata.get("action", "")),
                reason=str(metadata.get("reason", "")),
            )
            moment = (row.pgh_created_at, row.pgh_context_id)
            change_sets.setdefault(moment, change_set).rows.append(change)
    is_cut = any(len(rows) == SHOWN for rows in tables.values())
    return sorted(change_sets.values(), key=lambda each: each.at, reverse=True), is_cut


def _review_set(step: ReviewStep) -> ChangeSet:
    about = f" at {step.field}" if step.field else ""
    who = "a former account" if step.by is None else name_of(step.by)
    return ChangeSet(step.at, who, f"{step.get_deed_display()}{about}", step.text)


def _history(model: type[Model]) -> QuerySet[Any]:
    history: Any = model._meta.get_field("history").related_model
    return history._default_manager.select_related("pgh_context").order_by("-pgh_id")  # type: ignore[no-any-return]


def _history_of_part(part: type[Part], key: Any) -> QuerySet[Any]:
    """Return the history of all rows that ever belonged to the record: a merge moves parts."""
    first, _, onward = part.part_of.partition("__")
    history = _history(part).order_by()
    if onward:
        middle: Any = part._meta.get_field(first).related_model
        owners = _history(middle).order_by().filter(**{f"{onward}_id": key}).values("pgh_obj_id")
        ever = history.filter(**{f"{first}_id__in": owners})
    else:
        ever = history.filter(**{f"{first}_id": key})
    return _history(part).filter(pgh_obj_id__in=ever.values("pgh_obj_id"))


def _row_change(
    model: type[Model], before: Any, row: Any, labels: dict[Any, dict[str, str]]
) -> RowChange | None:
    owner = model.part_of.partition("__")[0] if issubclass(model, Part) else ""
    shown = {
        each.name: FieldChange(
            str(each.verbose_name), _text(each, before, labels), _text(each, row, labels)
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
    if row.pgh_label == "delete":
        return RowChange(_VERBS["delete"], what, name, ())
    changed = tuple(each for each in shown.values() if each.before != each.after)
    if row.pgh_label == "update" and before is None:
        changed = ()  # its state before lies beyond the rows that the page reads
    elif row.pgh_label == "update" and not changed:
        return None
    return RowChange(_VERBS[row.pgh_label], what, name, changed)


def _text(each: Any, row: Any, labels: dict[Any, dict[str, str]]) -> str:
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
