"""The curation desk: Django's admin site with a work list, and with labels in its searches.

Beside `records.admin` and not in it: Django makes the site before it imports the first admin module, and importing that
package registers models with the site.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.autocomplete import AutocompleteJsonView
from django.core.exceptions import BadRequest, FieldDoesNotExist
from django.db.models import Count, Value
from django.http import HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse

from records.badges import BADGE, Badge
from records.models import EditorialState, Record
from records.publishing.colleagues import name_of
from records.publishing.review import LISTED, waiting
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
#: The columns of the work list.
WAITING = (Badge.IN_REVIEW, Badge.CHANGED, Badge.DRAFT)


class SearchView(AutocompleteJsonView):
    """Search for the fields that refer to a record: label, key and hint of each match, the likeliest first."""

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
            found: QuerySet[Any] = pick(rows, self.term)
        else:
            found, _is_doubled = desk.get_search_results(self.request, narrowed, self.term)
        labelled = getattr(desk, "labelled", None)
        if labelled is not None:
            found = labelled(found)
        return found

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Read the hints of all rows of a page at once."""
        context: dict[str, Any] = super().get_context_data(**kwargs)
        context["object_list"] = list(context["object_list"])
        hints = getattr(self.model_admin, "hints", None)
        self.hints = hints(context["object_list"]) if hints is not None else {}
        return context

    def serialize_result(self, obj: Model, to_field_name: str) -> dict[str, str]:
        label = getattr(self.model_admin, "label", str)
        result = {"id": str(getattr(obj, to_field_name)), "text": label(obj)}
        if hint := self.hints.get(obj.pk):
            result["hint"] = hint
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
        reviews = path("reviews/", self.admin_view(self.reviews_view), name="reviews")
        others = super().get_urls()
        return [reviews, *(each for each in others if getattr(each, "name", "") != "view_on_site")]

    def reviews_view(self, request: HttpRequest) -> HttpResponse:
        """List what waits for this person, and what for others, and since when."""
        turns = self.turns(request)
        context = {
            **self.each_context(request),
            "title": "Reviews",
            "mine": [turn for turn in turns if turn["is_mine"]],
            "others": [turn for turn in turns if not turn["is_mine"]],
            "listed": LISTED,
            "is_cut": len(turns) == LISTED,
        }
        request.current_app = self.name
        return TemplateResponse(request, "admin/reviews.html", context)

    def turns(self, request: HttpRequest) -> list[dict[str, Any]]:
        """Return what a page shows of the reviews that wait for somebody, with labels: one query per kind."""
        user: Any = request.user
        turns = waiting(user)
        keys: dict[type[Model], list[Any]] = {}
        for turn in turns:
            keys.setdefault(type(turn.record), []).append(turn.record.pk)
        labels: dict[Any, str] = {}
        for model, those in keys.items():
            desk: Any = self.get_model_admin(model)
            rows = desk.labelled(model._default_manager.filter(pk__in=those))
            labels |= {row.pk: desk.label_of(row) for row in rows}
        return [
            {
                "label": labels[turn.record.pk],
                "kind": turn.record._meta.verbose_name,
                "address": self._address_of_review(turn.record),
                "is_mine": turn.is_mine,
                "state": turn.review.get_state_display(),
                "submitted_by": name_of(turn.review.submitted_by),
                "waits_for": turn.waits_for,
                "since": turn.since,
            }
            for turn in turns
            if turn.record.pk in labels
        ]

    def _address_of_review(self, record: Record) -> str:
        opts = record._meta
        return reverse(f"admin:{opts.app_label}_{opts.model_name}_review", args=[record.pk])

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
        turns = self.turns(request)
        context = {
            "turns_mine": sum(turn["is_mine"] for turn in turns),
            "turns_others": sum(not turn["is_mine"] for turn in turns),
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
