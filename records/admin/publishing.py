"""Publishing, withdrawing, restoring and merging at the desk: one record from its form, several from the list."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db import DataError, IntegrityError, transaction
from django.http import Http404, HttpResponseRedirect
from django.urls import path, reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join

from records.admin.boxes import Labelled, RecordSelect
from records.admin.database_errors import message_of
from records.admin.forms import NATURES, ReasonForm
from records.admin.generics import AnyModelAdmin
from records.admin.history import changes_since
from records.admin.merging import choices_of, is_decided, taken_from
from records.admin.page import page_of
from records.admin.warnings import new_since, of_records, say
from records.badges import badge_html
from records.models import EditorialState, Nature
from records.publishing import publish
from records.publishing.colleagues import who_can
from records.publishing.deeds import ContentionError, deed
from records.publishing.dependencies import gather
from records.publishing.locks import hold
from records.publishing.merge import (
    demand_seen,
    merge,
    moves_with,
    seen_of,
    warnings_of_merging,
)
from records.publishing.publish import UNSEEN, CurationRefused, Refusal
from records.publishing.unmerge import plan_unmerge, unmerge
from records.registry import all_kinds, kind_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from django.db.models import QuerySet
    from django.http import HttpRequest, HttpResponse
    from django.urls import URLPattern
    from django.utils.safestring import SafeString

    from records.models import Record
    from records.publishing.dependencies import Gathering

#: Records that one action of the desk may take; more than this is work for a command, which does it in batches.
AT_ONCE = publish.BATCH

#: Records of which a page shows what changed after it was shown before.
UNSEEN_SHOWN = 20

PUBLISH, WITHDRAW, RESTORE, MERGE = "publish", "withdraw", "restore", "merge"
UNMERGE = "unmerge"
DONE = {
    PUBLISH: "published",
    WITHDRAW: "withdrawn",
    RESTORE: "restored",
    MERGE: "merged",
    UNMERGE: "records of their own again",
}
#: What the pages call the actions.
WORDS = {**{action: action.capitalize() for action in DONE}, UNMERGE: "Undo merge"}
REASONS = {
    PUBLISH: "Optional. Shown to the public with the revision.",
    WITHDRAW: "Shown to everybody who opens the record from now on.",
    RESTORE: "Optional. Shown to the public with the revision.",
    MERGE: "Why they are the same thing. Shown to the public.",
    UNMERGE: "Why they are two things after all. Shown to the public.",
}
#: The actions that the form of a record offers, by its state. Publishing is a button of the form.
OFFERED = {
    EditorialState.DRAFT: (MERGE,),
    EditorialState.IN_REVIEW: (MERGE,),
    EditorialState.PUBLISHED: (WITHDRAW, MERGE),
    EditorialState.WITHDRAWN: (RESTORE, MERGE),
    EditorialState.MERGED: (UNMERGE,),
}


def _of_selected(action: str, words: str) -> Callable[..., HttpResponse]:
    """Return the list's action that asks to confirm `action` for the selected records."""

    @admin.action(description=words, permissions=["publish"])
    def selected(
        desk: PublishingActions, request: HttpRequest, queryset: QuerySet[Any]
    ) -> HttpResponse:
        return desk.confirm(request, action, queryset)

    selected.__name__ = f"{action}_selected"
    return selected


class PublishingActions(Labelled, AnyModelAdmin):
    """The actions of a publisher. `records.publishing` does them, and checks the permission once more."""

    actions: Sequence[Callable[..., Any]] = (
        _of_selected(PUBLISH, "Publish…"),
        _of_selected(WITHDRAW, "Withdraw…"),
        _of_selected(RESTORE, "Restore…"),
        _of_selected(MERGE, "Merge into one…"),
    )

    def has_publish_permission(self, request: HttpRequest) -> bool:
        """Whether the person may publish, withdraw, restore and merge records of this kind."""
        return request.user.has_perm(f"{self.opts.app_label}.publish_{self.opts.model_name}")

    def get_urls(self) -> list[URLPattern]:
        pages = [
            path(
                f"<path:object_id>/{action}/",
                self.admin_site.admin_view(self._page),
                {"action": action},
                name=f"{self.opts.app_label}_{self.opts.model_name}_{action}",
            )
            for action in DONE
        ]
        return pages + super().get_urls()

    def actions_offered(self, request: HttpRequest, record: Record) -> list[tuple[str, str]]:
        """Return (address, words) of the actions that are possible in the record's state."""
        if not self.has_publish_permission(request):
            return []
        return [
            (address_of(record, action), f"{WORDS[action]}…")
            for action in OFFERED[EditorialState(record.editorial_state)]
        ]

    # From the form

    def publish_from_form(self, request: HttpRequest, record: Record) -> None:
        """Publish what was just saved, with its dependencies if the person has agreed to that. Raises CurationRefused."""
        if not self.has_publish_permission(request):
            msg = f"You may edit {self.opts.verbose_name_plural}, but not publish them. {who_can('publish', self.model)}"
            raise PermissionDenied(msg)
        nature = said_nature(request)
        if record.is_published and nature is None:
            detail = "The record is public already. Say why it changes, beside the button that publishes it."
            raise CurationRefused([Refusal(record, "no_nature", detail)])
        dependencies = gather(record)
        try:
            if not is_agreed(request, dependencies):
                raise CurationRefused(
                    dependencies.reasons if dependencies.also else dependencies.obstacles
                )
            # The record itself is what this very form has just saved.
            seen = fingerprints_shown(request) | {record.pk: dependencies.fingerprints[record.pk]}
            publish_together(request, dependencies, seen, nature=nature)
        except CurationRefused as refused:
            if {each.code for each in refused.refusals} != {"permission"}:
                setattr(request, "desk_dependencies", dependencies)  # noqa: B010 - Django's request takes attributes
            raise

    def published_message(self, records: Sequence[Record]) -> SafeString:
        """Say what is published now, with links."""
        if len(records) > 1:
            return format_html("{} {} are published.", len(records), self.opts.verbose_name_plural)
        (record,) = records
        edition = kind_of(record).editions._default_manager.newest().get(record_id=record.pk)
        words = 'The {} “{}” is published as <a href="{}">revision {}</a>.'
        address = f"{address_of(record, 'compare')}?right=r{edition.revision}"
        return format_html(words, self.opts.verbose_name, record, address, edition.revision)

    # The page

    def _page(self, request: HttpRequest, object_id: str, action: str) -> HttpResponse:
        record = self.get_object(request, unquote(object_id))
        if record is None:
            raise Http404
        return self.confirm(request, action, self.get_queryset(request).filter(pk=record.pk))

    def confirm(self, request: HttpRequest, action: str, queryset: QuerySet[Any]) -> HttpResponse:
        """Show what the action would do and ask for a confirmation; do it when it is confirmed."""
        if not self.has_publish_permission(request):
            raise PermissionDenied
        records = list(self.labelled(queryset.order_by("pk"))[: AT_ONCE + 1])
        if not records:
            self.message_user(request, "What you chose is not there any more.", messages.WARNING)
            return HttpResponseRedirect(request.get_full_path())
        if len(records) > AT_ONCE:
            self.message_user(request, f"Choose at most {AT_ONCE} records.", messages.ERROR)
            return HttpResponseRedirect(request.get_full_path())
        confirmed = request.method == "POST" and "_confirm" in request.POST
        form = ReasonForm(
            request.POST if confirmed else None,
            # Typed before the page showed what becomes of the two.
            initial={"reason": request.POST.get("reason", "")},
            is_required=action in {WITHDRAW, MERGE, UNMERGE},
            help_text=REASONS[action],
            asks_nature=action == PUBLISH and any(record.is_published for record in records),
        )
        choice = self._survivor_field(request, records) if action == MERGE else None
        survivor = _chosen(request, choice) if choice else None
        losers = [record for record in records if record != survivor]
        refusals: list[Refusal] = []
        unseen: list[Record] = []
        undoing = None
        started = timezone.now()
        # A merge is confirmed on a page that shows what becomes of the two.
        is_shown = action != MERGE or (survivor and is_decided(request))
        if confirmed and form.is_valid() and is_shown:
            try:
                _do(request, action, records, survivor, form.cleaned_data)
            except CurationRefused as refused:
                refusals = refused.refusals
                unseen = [each.record for each in refusals if each.code == UNSEEN]
            except (ContentionError, IntegrityError, DataError) as error:
                refusals = [Refusal(records[0], "database", message_of(error))]
            else:
                if action in {MERGE, UNMERGE}:
                    # Of an undone merge, the record that is separated still has the survivor.
                    written = [*records, survivor, *(each.merged_into for each in records)]
                    say(request, new_since(started, [each.pk for each in written if each]))
                return self._done(request, action, records, survivor)
        if action == UNMERGE:
            try:
                undoing = plan_unmerge(records[0])
            except CurationRefused as refused:
                refusals = refusals or refused.refusals
        context = {
            "words": WORDS[action],
            "undoing": undoing,
            "action": action,
            "records": records,
            "warned": of_records(records) if action == PUBLISH else [],
            "badges": [(record, badge_html(record.badge)) for record in records],
            "form": form,
            "refusals": refusals,
            "elsewhere": {
                address_of(each.record): each.record
                for each in refusals
                if each.record not in records
            },
            "unseen": [
                (each, changes_since(type(each), each.pk, request.POST.get("_shown_at", "")))
                for each in unseen[:UNSEEN_SHOWN]
            ],
            "shown_at": timezone.now().isoformat(),
            "dependencies": shown(gather(*records)) if action == PUBLISH else None,
            "choice": _render_choice(choice, survivor, confirmed=confirmed) if choice else "",
            "survivor": survivor,
            "mergers": _mergers(request, self.admin_site, losers, survivor) if survivor else [],
        }
        return self._render(request, context)

    def _render(self, request: HttpRequest, context: dict[str, Any]) -> HttpResponse:
        records = context["records"]
        is_one = len(records) == 1
        kind = self.opts.verbose_name if is_one else self.opts.verbose_name_plural
        title = f"{context['words']} {'of a ' if context['action'] == UNMERGE else ''}{kind}"
        return page_of(
            self,
            request,
            "admin/record_action.html",
            title,
            {
                **context,
                "kind": kind,
                "list_action": request.POST.get("action", ""),
                "checkbox": ACTION_CHECKBOX_NAME,
                "back": address_of(records[0]) if is_one else request.get_full_path(),
            },
        )

    def _done(
        self, request: HttpRequest, action: str, records: list[Any], survivor: Any
    ) -> HttpResponse:
        message: str | SafeString
        if action == PUBLISH:
            message = self.published_message(records)
        elif action == MERGE:
            names = _names(record for record in records if record != survivor)
            survivor.refresh_from_db()
            waits = survivor.has_unpublished_changes or not survivor.is_published
            then = ", then publish it" if waits else ""
            message = format_html(
                "{} merged into “{}”. Check that record{}.", names, survivor, then
            )
        elif action == UNMERGE:
            message = format_html(
                "The merge of {} is undone. Check both records, then publish what has changed.",
                _names(records),
            )
        else:
            more = f" and {len(records) - 10} more" if len(records) > 10 else ""
            message = format_html("{}{} {}.", _names(records[:10]), more, DONE[action])
        self.message_user(request, message, messages.SUCCESS)
        if "action" in request.POST:
            return HttpResponseRedirect(request.get_full_path())
        return HttpResponseRedirect(address_of(survivor or records[0]))

    def _survivor_field(
        self, request: HttpRequest, records: list[Any]
    ) -> forms.ModelChoiceField[Any]:
        rows = self.get_queryset(request).exclude(editorial_state=EditorialState.MERGED)
        if len(records) > 1:
            return forms.ModelChoiceField(
                self.labelled(rows.filter(pk__in=[record.pk for record in records])),
                widget=forms.RadioSelect,
                empty_label=None,
            )
        field: Any = self.model._meta.get_field("merged_into")
        return forms.ModelChoiceField(
            rows.exclude(pk=records[0].pk),
            widget=RecordSelect(field, self.admin_site),
        )


@deed
@transaction.atomic
def _do(request: Any, action: str, records: list[Any], survivor: Any, said: dict[str, str]) -> None:
    reason = said["reason"]
    if action == PUBLISH:
        hold_with_others(request, type(records[0]), [record.pk for record in records])
    try:
        match action:
            case "publish":
                dependencies = gather(*records)
                if not is_agreed(request, dependencies):
                    raise CurationRefused(dependencies.obstacles)
                nature = Nature(said["nature"]) if "nature" in said else None
                publish_together(request, dependencies, fingerprints_shown(request), reason, nature)
            case "withdraw":
                publish.withdraw(*records, by=request.user, reason=reason)
            case "restore":
                for record in records:
                    publish.restore(record, by=request.user, reason=reason)
            case "merge":
                losers = [record for record in records if record != survivor]
                demand_seen(losers, survivor, fingerprints_shown(request))
                for loser in losers:
                    taken = taken_from(request, loser)
                    merge(loser, survivor, by=request.user, reason=reason, taken=taken)
            case "unmerge":
                seen = request.POST.get("_undoing", "")
                unmerge(records[0], by=request.user, reason=reason, seen=seen)
    except PermissionDenied as denied:
        # The person may publish this kind, but not the kind of another record that is involved.
        raise CurationRefused([Refusal(records[0], "permission", str(denied))]) from denied


def _mergers(
    request: HttpRequest, site: Any, losers: Sequence[Any], survivor: Any
) -> list[dict[str, Any]]:
    """Return what the page shows of each merge: the facts to choose, the rows that move, and what to look at."""
    filled: set[str] = set()
    return [
        {
            "loser": loser,
            "seen": f"{loser.pk}:{seen_of(loser, survivor)}",
            "facts": choices_of(request, site, loser, survivor, filled),
            "moves": moves_with(loser, survivor),
            "warnings": warnings_of_merging(loser, survivor),
        }
        for loser in losers
    ]


def is_agreed(request: HttpRequest, dependencies: Gathering) -> bool:
    """Whether nothing stands in the way, and the person has seen and agreed to all that is published too."""
    agreed = set(request.POST.getlist("_also"))
    return not dependencies.obstacles and {str(record.pk) for record in dependencies.also} <= agreed


def hold_with_others(
    request: HttpRequest, model: type[Record], keys: Sequence[UUID]
) -> dict[UUID, datetime]:
    """Hold records, and with them those that the person agreed to publish too, whatever they are: all in the order of locks."""
    also = {UUID(key) for key in request.POST.getlist("_also") if _is_key(key)}
    if not also:
        return hold({model.object_kind: keys})
    return hold(
        {kind.name: also.union(keys if kind.model is model else ()) for kind in all_kinds()}
    )


def _is_key(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


def fingerprints_shown(request: HttpRequest) -> dict[UUID, str]:
    """Return the fingerprints that the page had, by the keys of its records."""
    pairs = [text.split(":", 1) for text in request.POST.get("_shown", "").split()]
    return {UUID(pair[0]): pair[1] for pair in pairs if len(pair) == 2 and _is_key(pair[0])}


def is_own_work(request: HttpRequest, record: Record | None) -> bool:
    """Whether somebody else has to publish what is written of a record."""
    return bool(settings.SECOND_PERSON and record is not None and request.user.pk in record.writers)


def said_nature(request: HttpRequest) -> Nature | None:
    """Return what the form says of the change: its buttons stand above it and below, and so does the question."""
    known = {value for value, _words in NATURES}
    said = {value for value in request.POST.getlist("_nature") if value in known}
    return Nature(said.pop()) if len(said) == 1 else None


def publish_together(
    request: HttpRequest,
    dependencies: Gathering,
    seen: Mapping[UUID, str],
    reason: str = "",
    nature: Nature | None = None,
) -> None:
    by: Any = request.user
    try:
        publish.publish(*dependencies.together, by=by, reason=reason, nature=nature, seen=seen)
    except PermissionDenied as denied:
        raise CurationRefused(
            [Refusal(dependencies.asked[0], "permission", str(denied))]
        ) from denied


def _chosen(request: HttpRequest, choice: forms.ModelChoiceField[Any]) -> Any:
    try:
        return choice.clean(request.POST.get("survivor") or request.GET.get("survivor"))
    except forms.ValidationError:
        return None


def _render_choice(
    choice: forms.ModelChoiceField[Any], survivor: Any, *, confirmed: bool
) -> SafeString:
    key = str(survivor.pk) if survivor else None
    widget: SafeString = choice.widget.render("survivor", key, {"id": "id_survivor"})
    if survivor or not confirmed:
        return widget
    error = '<ul class="errorlist"><li>{}</li></ul>{}'
    return format_html(error, "Choose the record to keep.", widget)


def _names(records: Any) -> SafeString:
    return format_html_join(", ", "“{}”", ((record,) for record in records))


def shown(dependencies: Gathering) -> dict[str, Any]:
    """Return what the template shows of dependencies, with links to every record among them, and its warnings."""
    also = list(dependencies.also)
    warned = {record.pk: details for record, details in (of_records(also) if also else ())}
    return {
        "fingerprints": " ".join(
            f"{key}:{text}" for key, text in dependencies.fingerprints.items()
        ),
        "reasons": dependencies.reasons,
        "also": [
            {
                "key": record.pk,
                "name": str(record),
                "kind": record._meta.verbose_name,
                "state": record.get_editorial_state_display().lower(),
                "address": address_of(record),
                "warnings": warned.get(record.pk, ()),
            }
            for record in also
        ],
        "obstacles": [
            {"detail": refusal.detail, "address": address_of(refusal.record)}
            for refusal in dependencies.obstacles
        ],
    }


def address_of(record: Record, page: str = "change") -> str:
    """Return the address of a record's form, or of another of its pages."""
    name = f"admin:{record._meta.app_label}_{record._meta.model_name}_{page}"
    return reverse(name, args=[record.pk])
