"""Who changed what in a record and its parts, read from the rows that the database keeps of every change."""

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

from records.admin.relations import labels_of
from records.models import Part, Record

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.db.models import Model, QuerySet
    from django.http import HttpRequest, HttpResponse

    _ModelAdmin = admin.ModelAdmin[Any]
else:
    _ModelAdmin = admin.ModelAdmin

#: Changes of one table that a page shows.
SHOWN = 300
#: What follows from other fields, or says only that something changed.
_HIDDEN = {"id", "created_at", "changed_at", "published_at"}
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
    name: str  #: what tells a part from its neighbours
    fields: tuple[FieldChange, ...]


@dataclass
class Step:
    """All that was done at once: one request, one command."""

    at: datetime
    who: str
    deed: str
    reason: str
    rows: list[RowChange] = field(default_factory=list)


class HistoryPage(_ModelAdmin):
    """The history page of a record."""

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: Any = None
    ) -> HttpResponse:
        """Show every step, newest first, field by field."""
        record = self.get_object(request, unquote(object_id))
        if record is None:
            raise Http404
        if not self.has_view_permission(request, record):
            raise PermissionDenied
        steps, is_cut = _steps(self.model, record.pk)
        context = {
            **self.admin_site.each_context(request),
            "title": f"History of {record}",
            "object": record,
            "opts": self.opts,
            "steps": steps,
            "is_cut": is_cut,
            **(extra_context or {}),
        }
        request.current_app = self.admin_site.name
        return TemplateResponse(request, "admin/record_history.html", context)


def steps_since(model: type[Record], key: Any, seen: str) -> list[Step]:
    """Return the steps after a moment, at least the last one, newest first."""
    steps, _is_cut = _steps(model, model._meta.pk.to_python(key))
    try:
        since = datetime.fromisoformat(seen)
        later = [step for step in steps if step.at >= since]
    except (ValueError, TypeError):
        later = []
    return later or steps[:1]


def parts_of(model: type[Record]) -> Iterator[type[Part]]:
    """Every model whose rows belong to records of this kind, directly or through another part."""
    for part in apps.get_models():
        if issubclass(part, Part):
            owner: Any = part
            for name in part.part_of.split("__"):
                owner = owner._meta.get_field(name).related_model
            if owner is model:
                yield part


def _steps(model: type[Record], key: Any) -> tuple[list[Step], bool]:
    tables: list[tuple[type[Model], list[Any]]] = [
        (model, _newest(_history(model).filter(pgh_obj_id=key)))
    ]
    tables += [(part, _newest(_rows_of_part(part, key))) for part in parts_of(model)]
    labels = _labels(tables)
    people = _people(row for _model, rows in tables for row in rows)
    steps: dict[tuple[datetime, Any], Step] = {}
    is_cut = any(len(rows) == SHOWN for _model, rows in tables)
    for table, rows in tables:
        before: dict[Any, Any] = {}
        for row in reversed(rows):
            change = _row_change(table, before.get(row.pgh_obj_id), row, labels)
            before[row.pgh_obj_id] = row
            if change is None:
                continue
            said = row.pgh_context.metadata if row.pgh_context else {}
            step = steps.setdefault(
                (row.pgh_created_at, row.pgh_context_id),
                Step(
                    at=row.pgh_created_at,
                    who=people.get(said.get("user"), "a command"),
                    deed=str(said.get("deed", "")),
                    reason=str(said.get("reason", "")),
                ),
            )
            step.rows.append(change)
    return sorted(steps.values(), key=lambda step: step.at, reverse=True), is_cut


def _history(model: type[Model]) -> QuerySet[Any]:
    kept: Any = model._meta.get_field("history").related_model
    return kept._default_manager.select_related("pgh_context").order_by("-pgh_id")  # type: ignore[no-any-return]


def _newest(rows: QuerySet[Any]) -> list[Any]:
    return list(rows[:SHOWN])


def _rows_of_part(part: type[Part], key: Any) -> QuerySet[Any]:
    """Whatever ever belonged to the record: a merge moves parts."""
    first, _, rest = part.part_of.partition("__")
    history = _history(part).order_by()
    if rest:
        middle: Any = part._meta.get_field(first).related_model
        owners = _history(middle).order_by().filter(**{f"{rest}_id": key}).values("pgh_obj_id")
        ever = history.filter(**{f"{first}_id__in": owners})
    else:
        ever = history.filter(**{f"{first}_id": key})
    return _history(part).filter(pgh_obj_id__in=ever.values("pgh_obj_id"))


def _row_change(
    model: type[Model], before: Any, row: Any, labels: dict[Any, dict[str, str]]
) -> RowChange | None:
    owner = model.part_of.partition("__")[0] if issubclass(model, Part) else ""
    shown = {
        each.name: (str(each.verbose_name), _said(each, before, labels), _said(each, row, labels))
        for each in model._meta.concrete_fields
        if each.name not in _HIDDEN and each.name != owner and not each.name.endswith(_DERIVED)
    }
    for name in [name for name in shown if name.endswith("_precision")]:
        if shown.get(name.replace("_precision", "_edtf"), ("", "", ""))[2]:
            del shown[name]  # it follows from the EDTF
    values = [after for _name, _before, after in shown.values() if after]
    what = str(model._meta.verbose_name) if issubclass(model, Part) else ""
    name = ", ".join(values[:2]) if what else ""
    if row.pgh_label == "delete":
        return RowChange(_VERBS["delete"], what, name, ())
    changed = tuple(FieldChange(*each) for each in shown.values() if each[1] != each[2])
    if before is None and row.pgh_label == "update":
        changed = ()  # what it was before is further back than the page looks
    if not changed and row.pgh_label == "update" and before is not None:
        return None
    return RowChange(_VERBS[row.pgh_label], what, name, changed)


def _said(each: Any, row: Any, labels: dict[Any, dict[str, str]]) -> str:
    if row is None:
        return ""
    value = getattr(row, each.attname)
    if value is None or value in ("", [], False):
        return ""
    if isinstance(each, ForeignKey):
        return labels.get(each.remote_field.model, {}).get(str(value), "a record that is no more")
    if each.choices:
        return str(dict(each.flatchoices).get(value, value))
    if isinstance(value, list):
        return "; ".join(map(str, value))
    return "yes" if value is True else str(value)


def _labels(tables: list[tuple[type[Model], list[Any]]]) -> dict[Any, dict[str, str]]:
    """Labels of all records that the rows name, one query per kind."""
    wanted: dict[Any, set[str]] = defaultdict(set)
    for model, rows in tables:
        for each in model._meta.concrete_fields:
            if isinstance(each, ForeignKey) and admin.site.is_registered(each.remote_field.model):
                keys = {getattr(row, each.attname) for row in rows}
                wanted[each.remote_field.model] |= {str(key) for key in keys if key is not None}
    return {
        model: labels_of(admin.site, model, keys, plain=True)
        for model, keys in wanted.items()
        if keys
    }


def _people(rows: Iterator[Any]) -> dict[Any, str]:
    keys = {row.pgh_context.metadata.get("user") for row in rows if row.pgh_context}
    users = get_user_model()._default_manager.in_bulk([key for key in keys if key is not None])
    return {key: user.get_full_name() or user.get_username() for key, user in users.items()}
