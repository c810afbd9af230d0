"""Unresolved names at the desk: names of participants that stand for no record yet, grouped, with candidates, resolved all at once."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import DataError, IntegrityError
from django.http import Http404, HttpResponseRedirect
from django.urls import path, reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from config.api.sql import has_any
from config.text import validate_line
from events.models import Event, Participation
from events.resolving import RESOLVE, candidates, names, of_name, resolve, shown
from events.terms import UNRESOLVED
from records.admin.boxes import RecordSelect
from records.admin.change_field import undone
from records.admin.database_errors import message_of
from records.admin.generics import AnyModelAdmin
from records.admin.list_filters import DeskFilter
from records.admin.lists import BoundedPaginator
from records.admin.page import page_of
from records.admin.relations import selectable
from records.admin.warnings import new_since, say
from records.models import BulkEdit
from records.publishing.deeds import ContentionError
from records.publishing.publish import CurationRefused

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest, HttpResponse
    from django.urls import URLPattern

    from config.api.sql import Clause
    from records.registry import Kind

#: Names on a page, participations of a name that are listed, and resolutions that can be undone from the page.
NAMES, LISTED, LATEST = 50, 100, 10


class ResolveForm(forms.Form):
    """Why a name is somebody's."""

    reason = forms.CharField(
        max_length=500,
        required=False,
        validators=[validate_line],
        widget=forms.TextInput({"class": "vTextField"}),
        help_text="Optional. Kept in the history of each event.",
    )


class WithUnresolvedNames(DeskFilter):
    """Events with participants whose names are unresolved."""

    title = "unresolved names"
    parameter_name = "unresolved"
    words = (("yes", "yes"),)

    @classmethod
    def clause(cls, kind: Kind, word: str) -> Clause | None:
        return has_any(kind.editions, "terms", [UNRESOLVED]) if word == "yes" else None

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:  # noqa: ARG002 - Django's signature
        """Return the rows as they are: their editions and previews are asked."""
        return queryset


class UnresolvedNames(AnyModelAdmin):
    """The pages of unresolved names, beside the list of events."""

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("unresolved-names/", view(self.unresolved), name="events_event_unresolved"),
            path(
                "unresolved-names/name/",
                view(self.unresolved_name),
                name="events_event_unresolved_name",
            ),
            path(
                "unresolved-names/<int:key>/undo/",
                view(require_POST(self.unresolved_undo)),
                name="events_event_unresolved_undo",
            ),
            *super().get_urls(),
        ]

    def unresolved(self, request: HttpRequest) -> HttpResponse:
        """List the names, the most frequent first."""
        self._demand_editing(request)
        page = BoundedPaginator(names(), NAMES).get_page(request.GET.get("p"))
        latest = _resolutions().filter(undone_at=None).select_related("by")
        context = {"page": page, "latest": latest[:LATEST]}
        return self._names_page(request, "names", "Unresolved names", context)

    def unresolved_name(self, request: HttpRequest) -> HttpResponse:
        """Show one name with candidates; on POST, resolve all participants of that name."""
        self._demand_editing(request)
        folded = request.GET.get("name", "").strip()[:300]
        field: Any = Participation._meta.get_field("person")
        choice = forms.ModelChoiceField(
            selectable(field.remote_field.model), widget=RecordSelect(field, self.admin_site)
        )
        said = ResolveForm(request.POST or None)
        refusals: list[str] = []
        started = timezone.now()
        seen = _seen(request)
        given = set(request.POST.getlist("left_out"))
        left_out = {key for key in seen if str(key) in given}
        if said.is_bound and not said.is_valid():
            refusals = [f"Reason: {text}" for text in said.errors["reason"]]
        elif said.is_bound:
            try:
                person: Any = choice.clean(
                    request.POST.get("candidate") or request.POST.get("person")
                )
                account: Any = request.user
                reason = said.cleaned_data["reason"]
                done = resolve(
                    folded, person, by=account, seen=seen, reason=reason, left_out=left_out
                )
            except forms.ValidationError:
                refusals = ["Choose a person."]
            except CurationRefused as refused:
                refusals = [each.detail for each in refused.refusals]
            except (IntegrityError, DataError, ContentionError) as error:
                refusals = [message_of(error)]
            else:
                text = f"“{folded}” is {person} in {done.count} participations now. Their events wait to be published."
                self.message_user(request, text, messages.SUCCESS)
                say(request, new_since(started, [person.pk]))
                return HttpResponseRedirect(reverse("admin:events_event_unresolved"))
        rows = list(of_name(folded).select_related("event").order_by("event__when_earliest", "pk"))
        if not rows and not refusals:
            raise Http404
        fingerprints = shown(rows)
        marks = {
            key: ("changed since" if key in seen else "new")
            for key, text in fingerprints.items()
            if said.is_bound and seen.get(key) != text
        }
        # What was not seen comes first: the others may fill the table.
        rows.sort(key=lambda row: row.pk not in marks)
        context = {
            "name": folded,
            "rows": [(row, marks.get(row.pk, "")) for row in rows[:LISTED]],
            "shown": " ".join(f"{key}:{text}" for key, text in fingerprints.items()),
            "count": len(rows),
            "spellings": sorted({row.name_as_given for row in rows})[:LISTED],
            "candidates": [
                (each, each.person.get_editorial_state_display().lower())
                for each in candidates(folded, [row.event for row in rows])
            ],
            "choice": choice.widget.render("person", None, {"id": "id_person"}),
            "said": said,
            "refusals": refusals,
            "left_out": left_out,
        }
        return self._names_page(request, "name", f"Who is “{folded}”?", context)

    def unresolved_undo(self, request: HttpRequest, key: int) -> HttpResponse:
        """Undo one resolution."""
        self._demand_editing(request)
        resolution = _resolutions().filter(pk=key).first()
        if resolution is None:
            raise Http404
        if done := undone(self, request, resolution):
            more = f" {done.left} were changed since and stay." if done.left else ""
            text = f"Undone: {done.rows} participations have unresolved names again.{more}"
            self.message_user(request, text, messages.SUCCESS)
        return HttpResponseRedirect(reverse("admin:events_event_unresolved"))

    def _demand_editing(self, request: HttpRequest) -> None:
        if not self.has_change_permission(request):
            raise PermissionDenied

    def _names_page(
        self, request: HttpRequest, template: str, title: str, context: dict[str, Any]
    ) -> HttpResponse:
        media = self.media + forms.Media(js=["events/keys.js"])
        name = f"admin/events/unresolved/{template}.html"
        return page_of(self, request, name, title, {"media": media, **context})


def _resolutions() -> QuerySet[BulkEdit]:
    return BulkEdit.objects.filter(kind=Event.object_kind, action=RESOLVE)


def _seen(request: HttpRequest) -> dict[int, str]:
    """Return the fingerprints that the page had, by the keys of its participations."""
    pairs = re.findall(r"\b([0-9]{1,18}):(\w+)", request.POST.get("_shown", ""))
    return {int(key): text for key, text in pairs}
