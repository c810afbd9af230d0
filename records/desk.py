"""The curation desk: Django's admin site with a work list, and with labels in its searches.

Beside `records.admin` and not in it: Django makes the site before it imports the first admin module, and importing that
package registers models with the site.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.autocomplete import AutocompleteJsonView
from django.core.exceptions import BadRequest, FieldDoesNotExist, PermissionDenied
from django.db.models import Count, Value
from django.http import HttpResponseRedirect, JsonResponse
from django.urls import reverse

from records.badges import BADGE, Badge
from records.lookup.days import days_of, is_possible, possible_first
from records.models import EditorialState, Record
from records.registry import all_kinds

if TYPE_CHECKING:
    from django.db.models import Model, QuerySet
    from django.http import HttpRequest, HttpResponse
    from django.urls import URLPattern, URLResolver

    _ModelAdmin = admin.ModelAdmin[Any]
else:
    _ModelAdmin = admin.ModelAdmin

#: Lookups that links and filters of the desk make. Others would reach PostgreSQL as they are typed: a regular expression that
#: is none, half a range.
LOOKUPS = frozenset({"exact", "in", "isnull", "gt", "gte", "lt", "lte", "year", "month", "day"})
#: Results that a box lists.
LISTED = 20
#: The columns of the work list.
WAITING = (Badge.IN_REVIEW, Badge.CHANGED, Badge.DRAFT)


class SearchView(AutocompleteJsonView):
    """Search for the boxes in which a record is chosen.

    Answers `{"results": [...], "more": true}`: up to `LISTED` results, the likeliest first, each with `id`, `text` (the label), and
    where there is something to say a `hint` and a `mark`. `?on=` is the day of what the form is about, in EDTF: what is not
    possible then comes later and is marked. A day that is unknown or cannot be read marks nothing.
    """

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:  # noqa: ARG002 - Django's signature
        self.term, self.model_admin, self.source_field, key = self.process_request(request)
        if not self.has_perm(request):
            raise PermissionDenied
        self.on = days_of(request.GET.get("on", ""))
        rows = list(self.get_queryset()[: LISTED + 1])
        more, rows = len(rows) > LISTED, rows[:LISTED]
        desk = self.model_admin
        self.hints = desk.hints(rows, self.on) if rows and hasattr(desk, "hints") else {}
        return JsonResponse(
            {"results": [self.serialize_result(row, key) for row in rows], "more": more}
        )

    def get_queryset(self) -> QuerySet[Any]:
        desk = self.model_admin
        narrow = getattr(desk, "narrow", None)
        rows: QuerySet[Any] = desk.get_queryset(self.request).complex_filter(
            self.source_field.get_limit_choices_to()
        )
        if issubclass(rows.model, Record):
            rows = rows.exclude(editorial_state=EditorialState.MERGED)
        narrowed = narrow(rows, self.request.GET) if narrow is not None else rows
        pick = getattr(desk, "picked", None)
        if self.term and pick is not None and narrowed is rows:
            found: QuerySet[Any] = pick(rows, self.term, self.on)
        else:
            found, _is_doubled = desk.get_search_results(self.request, narrowed, self.term)
            found = possible_first(found, self.on)
        labelled = getattr(desk, "labelled", None)
        return found if labelled is None else labelled(found)

    def serialize_result(self, obj: Model, to_field_name: str) -> dict[str, str]:
        label = getattr(self.model_admin, "label", str)
        result = {"id": str(getattr(obj, to_field_name)), "text": label(obj)}
        if hint := self.hints.get(obj.pk):
            result["hint"] = hint
        if not is_possible(obj, self.on):
            result["mark"] = "not on that day"
        return result


class PlainLookups(_ModelAdmin):
    """A list that answers other lookups than those of the desk with 400, and impossible values with the whole list."""

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        return _is_plain(self.model, lookup) and super().lookup_allowed(lookup, value, request)

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        try:
            return super().get_changelist_instance(request)
        except ValueError as error:  # a year that the calendar does not have
            raise IncorrectLookupParameters(error) from error


def _is_plain(model: type[Model], lookup: str) -> bool:
    """Whether what follows the names of fields is one of `LOOKUPS`; what begins with no field is refused by Django."""
    names = lookup.split("__")
    at: Any = model
    while names and at is not None:
        try:
            field: Any = at._meta.pk if names[0] == "pk" else at._meta.get_field(names[0])
        except FieldDoesNotExist:
            break
        names.pop(0)
        at = field.related_model
    return at is model or LOOKUPS.issuperset(names)


class Desk(admin.AdminSite):
    """The admin site."""

    site_title = "Chancery"
    site_header = "Chancery"
    index_title = "Curation desk"

    def register(self, model_or_iterable: Any, admin_class: Any = None, **options: Any) -> None:
        """Register models with lists of plain lookups, those of other apps too."""
        given = admin_class or admin.ModelAdmin
        kind = type(given.__name__, (PlainLookups, given), {"__module__": given.__module__})
        super().register(model_or_iterable, kind, **options)

    def get_urls(self) -> list[URLResolver | URLPattern]:
        """Leave out the way from a record to a page of its own, which none has."""
        return [each for each in super().get_urls() if getattr(each, "name", "") != "view_on_site"]

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:  # noqa: FBT001, FBT002
        """Drop NUL from queries, for the database refuses it; refuse to save a copy, which no form offers."""
        page = super().admin_view(view, cacheable)

        def without_nul(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            if "%00" in request.META.get("QUERY_STRING", ""):
                query = request.META["QUERY_STRING"].replace("%00", "")
                return HttpResponseRedirect(f"{request.path}?{query}")
            if "_saveasnew" in request.POST:
                raise BadRequest
            return page(request, *args, **kwargs)

        return without_nul

    def autocomplete_view(self, request: HttpRequest) -> HttpResponse:
        return SearchView.as_view(admin_site=self)(request)  # type: ignore[return-value]

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        """Show how many records wait to be published, above the list of kinds."""
        context = {
            "waiting": self._waiting(request),
            "waiting_columns": WAITING,
            **(extra_context or {}),
        }
        return super().index(request, context)

    def _waiting(self, request: HttpRequest) -> list[dict[str, Any]]:
        """Count the records of each column, per kind, in one query."""
        kinds = [
            kind
            for kind in all_kinds()
            if self.is_registered(kind.model)
            and self.get_model_admin(kind.model).has_view_permission(request)
        ]
        if not kinds:
            return []
        first, *others = [
            kind.model._default_manager.order_by()
            .annotate(badge=BADGE)
            .filter(badge__in=WAITING)
            .values("badge", of_kind=Value(kind.name))
            .annotate(found=Count("pk"))
            for kind in kinds
        ]
        counts = {
            (row["of_kind"], row["badge"]): row["found"] for row in first.union(*others, all=True)
        }
        lines = []
        for kind in kinds:
            opts = kind.model._meta
            address = reverse(f"admin:{opts.app_label}_{opts.model_name}_changelist")
            cells = [
                (
                    counts.get((kind.name, badge.value), 0),
                    f"{address}?publication={badge.value}",
                    badge.label,
                )
                for badge in WAITING
            ]
            if any(count for count, _address, _label in cells):
                lines.append({"name": opts.verbose_name_plural, "address": address, "cells": cells})
        return lines
