"""The curation desk: Django's admin site with a work list, and with labels in its searches.

Beside `records.admin` and not in it: Django makes the site before it imports the first admin module, and importing that
package registers models with the site.
"""

from __future__ import annotations

from contextlib import nullcontext
from functools import update_wrapper
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.autocomplete import AutocompleteJsonView
from django.core.exceptions import (
    BadRequest,
    FieldDoesNotExist,
    PermissionDenied,
    SuspiciousOperation,
    ValidationError,
)
from django.http import Http404, HttpResponseRedirect, JsonResponse
from django.middleware.csrf import get_token
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone

from config.db.planned import planned_once
from records import home
from records.badges import WAITING
from records.desk_search import MAX_LENGTH
from records.guide import as_html, sections
from records.lookup.days import days_of, is_possible, possible_first
from records.models import EditorialState, Part, Record
from records.publishing.colleagues import name_of
from records.publishing.review import LISTED as REVIEWS
from records.publishing.review import waiting
from records.publishing.steps import record_model
from records.registry import all_kinds
from records.roles import CONTRIBUTOR, roles_with

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
#: Pages of a record that are a publisher's.
PUBLISHERS = frozenset({"publish", "withdraw", "restore", "merge", "unmerge"})
#: Results that a box lists.
LISTED = 20


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
        found = self.get_queryset()[: LISTED + 1]
        with planned_once() if self.is_picked else nullcontext():
            rows = list(found)
        more, rows = len(rows) > LISTED, rows[:LISTED]
        desk = self.model_admin
        self.hints = desk.hints(rows, self.on) if rows and hasattr(desk, "hints") else {}
        return JsonResponse(
            {"results": [self.serialize_result(row, key) for row in rows], "more": more}
        )

    def process_request(self, request: HttpRequest) -> tuple[str, Any, Any, str]:
        """Refuse to search for what is the other end of a foreign key: no form has a field for it, and Django asks no further."""
        term, desk, field, to_field = super().process_request(request)
        if not field.concrete:
            raise PermissionDenied
        return term, desk, field, to_field

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
        self.is_picked = bool(self.term) and pick is not None and narrowed is rows
        if self.is_picked and pick is not None:
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

    def response_action(self, request: HttpRequest, queryset: QuerySet[Any]) -> Any:  # type: ignore[override] # the stubs are of a later Django
        """Refuse actions on what is no key: the database would be asked for it."""
        try:
            for key in request.POST.getlist(ACTION_CHECKBOX_NAME):
                self.model._meta.pk.to_python(key)
        except ValidationError:
            self.message_user(request, "Choose rows of this list.", messages.WARNING)
            return HttpResponseRedirect(request.get_full_path())
        return super().response_action(request, queryset)


def _name_of(model: Any) -> str:
    """Return what the names of a model's addresses begin with."""
    return f"admin:{model._meta.app_label}_{model._meta.model_name}"


def _lacking(page: str, model: Any, user: Any, *, is_post: bool) -> str:
    """Return the right to a page of a model that somebody lacks; nothing where it is refused for another reason."""
    if issubclass(model, Record) and page in PUBLISHERS:
        verbs = ["publish"]
    elif page in {"add", "delete"}:
        verbs = [page]
    else:
        # A page that somebody may not open who may look at the record is one for those who change it.
        verbs = ["change"] if is_post else ["view", "change"]
    opts = (record_model(model) if issubclass(model, Part) else model)._meta
    rights = (f"{opts.app_label}.{verb}_{opts.model_name}" for verb in verbs)
    return next((right for right in rights if not user.has_perm(right)), "")


def _roles_of(user: Any) -> str:
    names = list(user.groups.order_by("pk").values_list("name", flat=True))
    return f"You have the role {' and '.join(names)}." if names else "You have no role yet."


def _is_plain(model: type[Model], lookup: str) -> bool:
    """Whether what follows the names of fields is one of `LOOKUPS`; what begins with no field is refused by Django."""
    asked = lookup.split("__")
    names = list(asked)
    at: Any = model
    while names and at is not None:
        try:
            field: Any = at._meta.pk if names[0] == "pk" else at._meta.get_field(names[0])
        except FieldDoesNotExist:
            break
        names.pop(0)
        at = field.related_model
    return names == asked or LOOKUPS.issuperset(names)


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
            path("session/", self.admin_view(self.session), name="session"),
            path("guide/", self.admin_view(self.guide), name="guide"),
            path("reviews/", self.admin_view(self.reviews_view), name="reviews"),
        ]
        return own + [
            each for each in super().get_urls() if getattr(each, "name", "") != "view_on_site"
        ]

    def reviews_view(self, request: HttpRequest) -> HttpResponse:
        """List what waits for this person, and what for others, and since when."""
        turns = self.turns(request)
        context = {
            **self.each_context(request),
            "title": "Reviews",
            "mine": [turn for turn in turns if turn["is_mine"]],
            "others": [turn for turn in turns if not turn["is_mine"]],
            "listed": REVIEWS,
            "is_cut": len(turns) == REVIEWS,
            "closed": self._closed(request),
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
        """Drop NUL from queries, for the database refuses it; refuse to save a copy, which no form offers.

        What a page refuses, or has not, is said in the desk's frame, to those who may enter it.
        """

        def framed(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            try:
                if "_saveasnew" in request.POST:
                    raise BadRequest("The desk saves no copies.")
                return view(request, *args, **kwargs)
            except (BadRequest, SuspiciousOperation) as refusal:
                return self.refused(request, str(refusal))
            except PermissionDenied as denied:
                return self.forbidden(request, str(denied))
            except Http404:
                return self.not_found(request)

        # Django's marks on views stay where it looks for them.
        page = super().admin_view(update_wrapper(framed, view), cacheable)

        def without_nul(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            if "%00" in request.META.get("QUERY_STRING", ""):
                query = request.META["QUERY_STRING"].replace("%00", "")
                return HttpResponseRedirect(f"{request.path}?{query}")
            return page(request, *args, **kwargs)

        return without_nul

    def refused(self, request: HttpRequest, reason: str) -> HttpResponse:
        """Answer 400 with what was wrong and a way back: to the page without its query, or else to the work list."""
        match = request.resolver_match
        is_list = match is not None and (match.url_name or "").endswith("_changelist")
        context = {
            "title": "This cannot be shown",
            "said": ["The address or the form asks for something that the desk does not do."],
            "reason": reason,
            "list_address": request.path if is_list else "",
        }
        return self._said(request, context, 400)

    def forbidden(self, request: HttpRequest, reason: str) -> HttpResponse:
        """Answer 403 with the role that may do it, and how to hand over to somebody who has it."""
        model, page = self._asked(request)
        is_post = request.method == "POST"
        right = _lacking(page, model, request.user, is_post=is_post) if model else ""
        said = [] if reason else ["Your account is not allowed to do this."]
        if right:
            needed = roles_with(right) or "a right that no role has"
            said += [f"It needs {needed}. {_roles_of(request.user)}"]
        key = (request.resolver_match.kwargs if request.resolver_match else {}).get("object_id")
        context = {
            "title": "Not allowed",
            "said": said,
            "reason": reason,
            "hands_over": right or not model,
            "review": reverse(f"{_name_of(model)}_review", args=[key])
            if right and key and issubclass(model, Record) and page in PUBLISHERS
            else "",
        }
        return self._said(request, context, 403)

    def not_found(self, request: HttpRequest) -> HttpResponse:
        """Answer 404 with where to look: the list of what was asked for, and the search."""
        model, page = self._asked(request)
        said = [
            "There is nothing at this address. Perhaps it was deleted, or the address is wrong."
        ]
        is_listed = model is not None and page != "changelist"
        if is_listed and not self.get_model_admin(model).has_view_permission(request):
            is_listed = False
        context = {
            "title": "Not found",
            "said": said,
            "list_address": reverse(f"{_name_of(model)}_changelist") if is_listed else "",
        }
        return self._said(request, context, 404)

    def _said(self, request: HttpRequest, context: dict[str, Any], status: int) -> HttpResponse:
        request.current_app = self.name
        whole = {**self.each_context(request), **context}
        return TemplateResponse(request, "admin/refused.html", whole, status=status)

    def _asked(self, request: HttpRequest) -> tuple[Any, str]:
        """Return the model and the page of a request (`change`, `publish`), or nothing of a page that is of no model."""
        name = (request.resolver_match.url_name if request.resolver_match else "") or ""
        for model in self._registry:
            start = _name_of(model).partition(":")[2] + "_"
            if name.startswith(start):
                return model, name.removeprefix(start)
        return None, ""

    def autocomplete_view(self, request: HttpRequest) -> HttpResponse:
        return SearchView.as_view(admin_site=self)(request)  # type: ignore[return-value]

    def app_index(
        self, request: HttpRequest, app_label: str, extra_context: dict[str, Any] | None = None
    ) -> Any:
        """Show the kinds of an app; say which role opens them to those who may see none."""
        if not self.get_app_list(request, app_label):
            closed = self._closed(request, app_label)
            if closed["groups"]:
                needed = [f"Looking at {names} needs {roles}." for roles, names in closed["groups"]]
                raise PermissionDenied(" ".join([*needed, closed["roles"]]))
        return super().app_index(request, app_label, extra_context)

    def _closed(self, request: HttpRequest, app_label: str = "") -> dict[str, Any]:
        """Return the kinds that somebody may not look at, with the roles that may: of one app, or of all.

        Of all, only to those who lack what every role may look at: others know what is not theirs.
        """
        groups: dict[str, list[str]] = {}
        for model, desk in self._registry.items():
            opts = model._meta
            roles = roles_with(f"{opts.app_label}.view_{opts.model_name}")
            if app_label in {"", opts.app_label} and not desk.has_view_permission(request):
                groups.setdefault(roles, []).append(str(opts.verbose_name_plural))
        groups.pop("", None)
        if not app_label and not any(CONTRIBUTOR in roles for roles in groups):
            return {"groups": []}
        return {
            "groups": [
                (roles, ", ".join(names))
                for roles, names in sorted(
                    groups.items(), key=lambda each: CONTRIBUTOR not in each[0]
                )
            ],
            "roles": _roles_of(request.user),
        }

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
            "has_kinds": bool(kinds),
            "waiting_columns": WAITING,
            "chart": home.publications(today=timezone.now().date()),
            "my_changes": home.changes_of(request.user).select_related("content_type")[
                : home.LATEST
            ],
            "has_guide": GUIDE.exists(),
            "closed": self._closed(request),
            **(extra_context or {}),
        }
        return super().index(request, context)

    def session(self, request: HttpRequest) -> HttpResponse:
        """Answer who is logged in, and a token for the forms of a page that was loaded in an earlier session."""
        return JsonResponse({"user": str(request.user.pk), "token": get_token(request)})

    def search(self, request: HttpRequest) -> HttpResponse:
        """Show the records of all kinds that are found for `q`."""
        typed = request.GET.get("q", "").strip()[:MAX_LENGTH]
        context = {
            **self.each_context(request),
            "title": f"Search: {typed}" if typed else "Search",
            "typed": typed,
            "found": home.search(request, self, typed) if typed else [],
            "closed": self._closed(request),
        }
        return TemplateResponse(request, "admin/search.html", context)

    def guide(self, request: HttpRequest) -> HttpResponse:
        """Show the guide to the desk."""
        if not GUIDE.exists():
            raise Http404
        text = GUIDE.read_text(encoding="utf-8")
        context = {
            **self.each_context(request),
            "title": "Guide",
            "guide": as_html(text),
            "sections": sections(text),
        }
        return TemplateResponse(request, "admin/guide.html", context)
