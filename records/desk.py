"""The curation desk: Django's admin site with a work list, and with labels in its searches.

Beside `records.admin` and not in it: Django makes the site before it imports the first admin module, and importing that
package registers models with the site.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.autocomplete import AutocompleteJsonView
from django.core.exceptions import BadRequest, FieldDoesNotExist
from django.http import Http404, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path
from django.utils import timezone

from records import home
from records.badges import WAITING
from records.desk_search import MAX_LENGTH
from records.models import EditorialState, Record
from records.registry import all_kinds

if TYPE_CHECKING:
    from django.db.models import Model, QuerySet
    from django.http import HttpRequest, HttpResponse
    from django.urls import URLPattern, URLResolver

    _ModelAdmin = admin.ModelAdmin[Any]
else:
    _ModelAdmin = admin.ModelAdmin

#: The text of the guide.
GUIDE = Path(__file__).parents[1] / "docs" / "curating.md"
#: Lookups that links and filters of the desk make. Others would reach PostgreSQL as they are typed: a regular expression that
#: is none, half a range.
LOOKUPS = frozenset({"exact", "in", "isnull", "gt", "gte", "lt", "lte", "year", "month", "day"})


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
        """Add the pages of the desk itself; leave out the way from a record to a page of its own, which none has."""
        own: list[URLResolver | URLPattern] = [
            path("search/", self.admin_view(self.search), name="search"),
            path("guide/", self.admin_view(self.guide), name="guide"),
        ]
        return own + [
            each for each in super().get_urls() if getattr(each, "name", "") != "view_on_site"
        ]

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
        """Show the work list above the list of kinds."""
        kinds = [
            kind
            for kind in all_kinds()
            if self.is_registered(kind.model)
            and self.get_model_admin(kind.model).has_view_permission(request)
        ]
        context = {
            "sections": home.sections(request),
            "waiting": home.waiting(kinds),
            "waiting_columns": WAITING,
            "chart": home.publications(today=timezone.now().date()),
            "has_guide": GUIDE.exists(),
            **(extra_context or {}),
        }
        return super().index(request, context)

    def search(self, request: HttpRequest) -> HttpResponse:
        """Show the records of all kinds that are found for `q`."""
        typed = request.GET.get("q", "").strip()[:MAX_LENGTH]
        context = {
            **self.each_context(request),
            "title": f"Search: {typed}" if typed else "Search",
            "typed": typed,
            "found": home.search(request, self, typed) if typed else [],
        }
        return TemplateResponse(request, "admin/search.html", context)

    def guide(self, request: HttpRequest) -> HttpResponse:
        """Show the guide to the desk."""
        if not GUIDE.exists():
            raise Http404
        text = GUIDE.read_text(encoding="utf-8")
        context = {**self.each_context(request), "title": "Guide", "text": text}
        return TemplateResponse(request, "admin/guide.html", context)
