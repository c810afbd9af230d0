"""The curation desk: Django's admin site with a work list, and with labels in its searches.

Beside `records.admin` and not in it: Django makes the site before it imports the first admin module, and importing that
package registers models with the site.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.contrib.admin.views.autocomplete import AutocompleteJsonView
from django.db.models import Count, Value
from django.http import HttpResponseRedirect
from django.urls import reverse

from records.badges import BADGE, Badge
from records.models import EditorialState, Record
from records.registry import all_kinds

if TYPE_CHECKING:
    from django.db.models import Model, QuerySet
    from django.http import HttpRequest, HttpResponse

#: The columns of the work list.
WAITING = (Badge.IN_REVIEW, Badge.CHANGED, Badge.DRAFT)


class SearchView(AutocompleteJsonView):
    """Search for the fields that refer to a record: label and key of each match."""

    def get_queryset(self) -> QuerySet[Any]:
        found = super().get_queryset()
        if issubclass(found.model, Record):
            found = found.exclude(editorial_state=EditorialState.MERGED)
        narrow = getattr(self.model_admin, "narrow", None)
        if narrow is not None:
            found = narrow(found, self.request.GET)
        labelled = getattr(self.model_admin, "labelled", None)
        return labelled(found) if labelled is not None else found

    def serialize_result(self, obj: Model, to_field_name: str) -> dict[str, str]:
        label = getattr(self.model_admin, "label", str)
        return {"id": str(getattr(obj, to_field_name)), "text": label(obj)}


class Desk(admin.AdminSite):
    """The admin site."""

    site_title = "Chancery"
    site_header = "Chancery"
    index_title = "Curation desk"

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:  # noqa: FBT001, FBT002
        """Drop NUL from queries: the database refuses it."""
        page = super().admin_view(view, cacheable)

        def without_nul(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            if "%00" in request.META.get("QUERY_STRING", ""):
                query = request.META["QUERY_STRING"].replace("%00", "")
                return HttpResponseRedirect(f"{request.path}?{query}")
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
