"""Publishing, withdrawing, restoring and merging from the desk: from the form, and from the list for several at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.html import format_html, format_html_join

from records.admin.forms import ReasonForm
from records.admin.relations import RecordSelect
from records.badges import badge_html
from records.models import EditorialState
from records.publishing import publish
from records.publishing.dependencies import gather
from records.publishing.merge import merge, moves_with
from records.publishing.publish import CurationRefused, Refusal
from records.registry import kind_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from django.db.models import QuerySet
    from django.http import HttpRequest, HttpResponse
    from django.urls import URLPattern
    from django.utils.safestring import SafeString

    from records.models import Record
    from records.publishing.dependencies import Gathering

    _ModelAdmin = admin.ModelAdmin[Any]
else:
    _ModelAdmin = admin.ModelAdmin

#: Records in one deed of the desk; more than this is work for a command, which does it in batches.
AT_ONCE = publish.BATCH

PUBLISH, WITHDRAW, RESTORE, MERGE = "publish", "withdraw", "restore", "merge"
DONE = {PUBLISH: "published", WITHDRAW: "withdrawn", RESTORE: "restored", MERGE: "merged"}
REASONS = {
    PUBLISH: "Shown to the public beside the revision. May stay blank.",
    WITHDRAW: "Shown to whoever asks for the record from now on.",
    RESTORE: "Shown to the public beside the revision. May stay blank.",
    MERGE: "Why they are the same thing; shown to the public.",
}


class Deeds(_ModelAdmin):
    """What a publisher does with records. All of it goes through records.publishing.publish, which checks the right to it again."""

    actions = ("publish_selected", "withdraw_selected", "restore_selected", "merge_selected")

    has_publish_permission: Callable[[HttpRequest], bool]

    def get_urls(self) -> list[URLPattern]:
        """Add a page per deed beside the form."""
        name = f"{self.opts.app_label}_{self.opts.model_name}"
        pages = [
            path(
                f"<path:object_id>/{deed}/",
                self.admin_site.admin_view(self._page),
                {"deed": deed},
                name=f"{name}_{deed}",
            )
            for deed in DONE
        ]
        return pages + super().get_urls()

    def deeds_open_to(self, request: HttpRequest, record: Record) -> list[tuple[str, str]]:
        """Return (address, words) of the deeds that make sense for the record as it stands."""
        if not self.has_publish_permission(request):
            return []
        possible = {
            EditorialState.DRAFT: [MERGE],
            EditorialState.IN_REVIEW: [MERGE],
            EditorialState.PUBLISHED: [WITHDRAW, MERGE],
            EditorialState.WITHDRAWN: [RESTORE, MERGE],
        }.get(EditorialState(record.editorial_state), [])
        name = f"admin:{self.opts.app_label}_{self.opts.model_name}"
        return [
            (reverse(f"{name}_{deed}", args=[record.pk]), f"{deed.capitalize()}…")
            for deed in possible
        ]

    def public_path(self, record: Record) -> str:
        """Return where the world reads the record, or nothing when it never could."""
        return kind_of(record).path(record.pk) if record.published_at is not None else ""

    # From the form

    def publish_from_form(self, request: HttpRequest, record: Record) -> None:
        """Publish what was just saved, with what it needs if the person has agreed to that. Raises CurationRefused."""
        if not self.has_publish_permission(request):
            msg = f"You may edit {self.opts.verbose_name_plural}, but not publish them."
            raise PermissionDenied(msg)
        gathering = gather(record)
        if gathering.obstacles or not _agreed(request, gathering):
            setattr(request, "desk_gathering", gathering)  # noqa: B010 - Django's request takes attributes
            raise CurationRefused(gathering.obstacles if not gathering.also else gathering.reasons)
        _publish(request, gathering)

    def published_message(self, records: Sequence[Record]) -> SafeString:
        """Say what is public now, with links."""
        if len(records) > 1:
            return format_html("{} {} are public now.", len(records), self.opts.verbose_name_plural)
        (record,) = records
        edition = kind_of(record).editions._default_manager.newest().get(record_id=record.pk)
        words = 'The {} “{}” is public as <a href="{}">revision {}</a>.'
        return format_html(
            words, self.opts.verbose_name, record, kind_of(record).path(record.pk), edition.revision
        )

    # From the list

    @admin.action(description="Publish…", permissions=["publish"])
    def publish_selected(self, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse:
        """Publish together."""
        return self._confirm(request, PUBLISH, queryset)

    @admin.action(description="Withdraw…", permissions=["publish"])
    def withdraw_selected(self, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse:
        """Withdraw together."""
        return self._confirm(request, WITHDRAW, queryset)

    @admin.action(description="Restore…", permissions=["publish"])
    def restore_selected(self, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse:
        """Restore together."""
        return self._confirm(request, RESTORE, queryset)

    @admin.action(description="Merge into one…", permissions=["publish"])
    def merge_selected(self, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse:
        """Merge all but one into that one."""
        return self._confirm(request, MERGE, queryset)

    # The page

    def _page(self, request: HttpRequest, object_id: str, deed: str) -> HttpResponse:
        record = self.get_object(request, unquote(object_id))
        if record is None:
            raise Http404
        return self._confirm(request, deed, self.get_queryset(request).filter(pk=record.pk))

    def _confirm(self, request: HttpRequest, deed: str, queryset: QuerySet[Any]) -> HttpResponse:
        """Show what would be done and ask; do it when it was agreed to."""
        if not self.has_publish_permission(request):
            raise PermissionDenied
        records = list(self.labelled(queryset.order_by("pk"))[: AT_ONCE + 1])  # type: ignore[attr-defined]
        if len(records) > AT_ONCE:
            self.message_user(request, f"Choose {AT_ONCE} at most.", messages.ERROR)
            return HttpResponseRedirect(request.get_full_path())
        confirmed = request.method == "POST" and "_confirm" in request.POST
        form = ReasonForm(
            request.POST if confirmed else None,
            is_required=deed in {WITHDRAW, MERGE},
            help_text=REASONS[deed],
        )
        choice = self._survivor_field(request, records) if deed == MERGE else None
        survivor = self._chosen(request, choice) if choice else None
        problems: list[Refusal] = []
        if confirmed and form.is_valid() and (survivor or deed != MERGE):
            try:
                with transaction.atomic():
                    self._do(request, deed, records, survivor, form.cleaned_data["reason"])
            except CurationRefused as refused:
                problems = refused.refusals
            else:
                return self._done(request, deed, records, survivor)
        gathering = gather(*records) if deed == PUBLISH else None
        losers = [record for record in records if record != survivor]
        context = {
            **self.admin_site.each_context(request),
            "title": f"{deed.capitalize()} {self.opts.verbose_name if len(records) == 1 else self.opts.verbose_name_plural}",
            "opts": self.opts,
            "media": self.media,
            "deed": deed,
            "records": records,
            "badges": [(record, badge_html(record.badge)) for record in records],
            "form": form,
            "problems": problems,
            "gathering": shown(gathering) if gathering else None,
            "choice": self._render_choice(choice, survivor, confirmed=confirmed) if choice else "",
            "survivor": survivor,
            "moves": [(loser, moves_with(loser, survivor)) for loser in losers] if survivor else [],
            "is_action": "action" in request.POST,
            "action": request.POST.get("action", ""),
            "checkbox": ACTION_CHECKBOX_NAME,
            "back": form_address(records[0]) if len(records) == 1 else request.get_full_path(),
        }
        request.current_app = self.admin_site.name
        return TemplateResponse(request, "admin/deed.html", context)

    def _do(self, request: Any, deed: str, records: list[Any], survivor: Any, reason: str) -> None:
        try:
            match deed:
                case "publish":
                    gathering = gather(*records)
                    if gathering.obstacles or not _agreed(request, gathering):
                        raise CurationRefused(gathering.obstacles)
                    _publish(request, gathering, reason)
                case "withdraw":
                    publish.withdraw(*records, by=request.user, reason=reason)
                case "restore":
                    for record in records:
                        publish.restore(record, by=request.user, reason=reason)
                case "merge":
                    for loser in (record for record in records if record != survivor):
                        merge(loser, survivor, by=request.user, reason=reason)
        except PermissionDenied as denied:
            # Their own kind they may publish; something else that takes part they may not.
            raise CurationRefused([Refusal(records[0], "permission", str(denied))]) from denied

    def _done(
        self, request: HttpRequest, deed: str, records: list[Any], survivor: Any
    ) -> HttpResponse:
        message: str | SafeString
        if deed == PUBLISH:
            message = self.published_message(records)
        elif deed == MERGE:
            losers = [record for record in records if record != survivor]
            names = format_html_join(", ", "“{}”", ((loser,) for loser in losers))
            message = format_html(
                "{} merged into “{}”. Look through it, and publish it.", names, survivor
            )
        else:
            names = format_html_join(", ", "“{}”", ((record,) for record in records[:10]))
            more = f" and {len(records) - 10} more" if len(records) > 10 else ""
            message = format_html("{}{} {}.", names, more, DONE[deed])
        self.message_user(request, message, messages.SUCCESS)
        if "action" in request.POST:
            return HttpResponseRedirect(request.get_full_path())
        return HttpResponseRedirect(form_address(survivor or records[0]))

    # The survivor of a merge

    def _survivor_field(
        self, request: HttpRequest, records: list[Any]
    ) -> forms.ModelChoiceField[Any]:
        rows = self.get_queryset(request).exclude(editorial_state=EditorialState.MERGED)
        if len(records) > 1:
            return forms.ModelChoiceField(
                self.labelled(rows.filter(pk__in=[record.pk for record in records])),  # type: ignore[attr-defined]
                widget=forms.RadioSelect,
                empty_label=None,
            )
        field: Any = self.model._meta.get_field("merged_into")
        return forms.ModelChoiceField(
            rows.exclude(pk=records[0].pk),
            widget=RecordSelect(field, self.admin_site),
        )

    def _chosen(self, request: HttpRequest, choice: forms.ModelChoiceField[Any]) -> Any:
        given = request.POST.get("survivor") or request.GET.get("survivor")
        try:
            return choice.clean(given)
        except forms.ValidationError:
            return None

    def _render_choice(
        self, choice: forms.ModelChoiceField[Any], survivor: Any, *, confirmed: bool
    ) -> SafeString:
        error = "" if survivor or not confirmed else "Choose the record that stays."
        widget = choice.widget.render(
            "survivor", str(survivor.pk) if survivor else None, {"id": "id_survivor"}
        )
        return (
            format_html('<ul class="errorlist"><li>{}</li></ul>{}', error, widget)
            if error
            else widget
        )


def _agreed(request: HttpRequest, gathering: Gathering) -> bool:
    """Whether the person has seen and agreed to everything that goes along."""
    return {str(record.pk) for record in gathering.also} <= set(request.POST.getlist("_also"))


def _publish(request: HttpRequest, gathering: Gathering, reason: str = "") -> None:
    try:
        publish.publish(*gathering.together, by=request.user, reason=reason)  # type: ignore[arg-type]
    except PermissionDenied as denied:
        raise CurationRefused([Refusal(gathering.asked[0], "permission", str(denied))]) from denied


def shown(gathering: Gathering) -> dict[str, Any]:
    """Return what the template shows of a gathering, with links to every record in it."""
    return {
        "reasons": gathering.reasons,
        "also": [
            {
                "key": record.pk,
                "name": str(record),
                "kind": record._meta.verbose_name,
                "state": record.get_editorial_state_display().lower(),
                "address": form_address(record),
            }
            for record in gathering.also
        ],
        "obstacles": [
            {"detail": refusal.detail, "address": form_address(refusal.record)}
            for refusal in gathering.obstacles
        ],
    }


def form_address(record: Record) -> str:
    """Return the address of a record's form, of whatever kind."""
    return reverse(
        f"admin:{record._meta.app_label}_{record._meta.model_name}_change", args=[record.pk]
    )
