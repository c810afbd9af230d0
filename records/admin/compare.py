"""Compare at the desk: the published edition, the working record, and what either was before, side by side in words."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

import orjson
import pghistory.models
from django import forms
from django.contrib import messages
from django.contrib.auth import get_user_model
from django.core.exceptions import PermissionDenied
from django.db import DataError, IntegrityError
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path
from django.utils import timezone
from django.utils.formats import date_format

from config.text import validate_text
from records.admin.compared import pair_html, single_html
from records.admin.database_errors import message_of
from records.admin.looking import LookingPage
from records.admin.page import page_of
from records.admin.publishing import address_of
from records.admin.readable import side_by_side
from records.admin.warnings import new_since, say
from records.badges import badge_html
from records.models import EditorialState
from records.publishing.deeds import ContentionError
from records.publishing.drafts import document_after, document_of, draft_of, revisions_of
from records.publishing.publish import CurationRefused
from records.publishing.revert import plan_revert, revert, step_of
from records.publishing.steps import steps_of
from records.registry import kind_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.http import HttpRequest
    from django.urls import URLPattern

    from records.models import Record
    from records.publishing.drafts import Draft
    from records.publishing.steps import Step

WORKING = "working"
#: Steps of the history that the page lists, the newest.
STEPS_LISTED = 300
_REVISION = re.compile(r"r([1-9][0-9]{0,8})", re.ASCII)


@dataclass(frozen=True)
class Side:
    """One of the two that are compared."""

    token: str
    title: str
    detail: str  #: who made it, and why
    document: dict[str, Any] | None
    address: str = ""  #: of the same as the API sends it
    step: Step | None = None  #: of the history

    @property
    def is_working(self) -> bool:
        return self.token == WORKING


class Versions:
    """All that the page can show of a record."""

    def __init__(self, record: Record) -> None:
        self.record = record
        self.revisions = revisions_of(record)
        self.steps = steps_of(type(record), record.pk)
        self._people = _people(self.steps)
        self._draft: Draft | None = None

    @property
    def draft(self) -> Draft:
        """The working record as it would be published."""
        if self._draft is None:
            self._draft = draft_of(self.record)
        return self._draft

    @property
    def published(self) -> str:
        """Return the token of the newest edition with a document; nothing if it never was published."""
        found = (each for each in self.revisions if each.document is not None)
        return next((f"r{each.revision}" for each in found), "")

    @property
    def latest(self) -> str:
        """Return the token of what the desk has: of a merged record, its last step."""
        if self.record.editorial_state == EditorialState.MERGED and self.steps:
            return self.steps[-1].token
        return WORKING

    def side(self, token: str) -> Side | None:
        """Return what a token names; None for nothing. Raises Http404 where there is no such thing."""
        if not token:
            return None
        if token == WORKING:
            text = self.draft.text
            document = orjson.loads(text) if text else None
            return Side(WORKING, "Working record", self._state(), document, "preview")
        if found := _REVISION.fullmatch(token):
            return self._revision(int(found[1]))
        for step in self.steps:
            if step.token == token:
                document = document_after(self.record, step)
                return Side(token, self._words(step), self._told(step), document, step=step)
        raise Http404

    def choices(self) -> list[tuple[str, list[tuple[str, str]]]]:
        """Return all tokens in their groups, each with its words."""
        groups = []
        if self.latest == WORKING:
            groups.append(("", [(WORKING, "Working record")]))
        revisions = [
            (
                f"r{each.revision}",
                f"Revision {each.revision}, {_moment(each.published_at)}, {each.get_action_display().lower()}",
            )
            for each in self.revisions
            if each.document is not None
        ]
        steps = [
            (step.token, f"{self._words(step)}, {self._told(step)}")
            for step in self.steps[: -STEPS_LISTED - 1 : -1]
        ]
        return [*groups, ("Published", revisions), ("History", steps)]

    def step_of(self, side: Side) -> Step | None:
        """Return the step of the history after which the working record was what a side says."""
        if side.step is not None:
            return side.step
        found = _REVISION.fullmatch(side.token)
        number = int(found[1]) if found else 0
        return step_of(self.record, number, self.steps, self.revisions)

    def before(self, token: str) -> str:
        """Return the token of the step before another one; nothing for the first."""
        tokens = [step.token for step in self.steps]
        place = tokens.index(token) if token in tokens else 0
        return tokens[place - 1] if place else ""

    def _revision(self, number: int) -> Side:
        for each in self.revisions:
            if each.revision == number:
                text = each.document
                # Nothing of a withdrawn record is served.
                is_served = text and self.record.editorial_state != EditorialState.WITHDRAWN
                public = kind_of(self.record).path(self.record.pk)
                standing = "" if each.superseded_at or not text else ", public now"
                detail = f"{each.get_action_display()} {_moment(each.published_at)}"
                return Side(
                    f"r{number}",
                    f"Revision {number}{standing}",
                    f"{detail}: {each.reason}" if each.reason else detail,
                    orjson.loads(text) if text else None,
                    f"{public}revisions/{number}/" if is_served else "",
                )
        raise Http404

    def _state(self) -> str:
        return f"changed {_moment(self.record.changed_at)}"

    def _words(self, step: Step) -> str:
        return _moment(step.at)

    def _told(self, step: Step) -> str:
        return self._people.get(step.context_id, "a command")


def _instant(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo else None


def _moment(at: datetime) -> str:
    return str(date_format(at, "DATETIME_FORMAT"))


def _people(steps: Sequence[Step]) -> dict[Any, str]:
    """Return who made each step, what it was, and why, by context."""
    keys = {step.context_id for step in steps} - {None}
    contexts = pghistory.models.Context.objects.in_bulk(list(keys))
    accounts = {each.metadata.get("user") for each in contexts.values()} - {None}
    users = get_user_model()._default_manager.in_bulk(list(accounts))
    words = {}
    for key, context in contexts.items():
        user: Any = users.get(context.metadata.get("user"))
        who = (user.get_full_name() or user.get_username()) if user else "a command"
        action, reason = context.metadata.get("action", ""), context.metadata.get("reason", "")
        words[key] = ", ".join(filter(None, (who, action, f"“{reason}”" if reason else "")))
    return words


class RevertForm(forms.Form):
    """Why the working record becomes again what it was."""

    reason = forms.CharField(
        max_length=500,
        validators=[validate_text],
        widget=forms.Textarea({"rows": 2, "class": "vLargeTextField"}),
        help_text="Kept in the history, for the desk only.",
    )


class ComparePage(LookingPage):
    """The pages that compare a record with what it was, revert it, and show the document that publishing it would serve."""

    def get_urls(self) -> list[URLPattern]:
        name = f"{self.opts.app_label}_{self.opts.model_name}"
        pages = [
            path(
                f"<path:object_id>/{page}/",
                self.admin_site.admin_view(view),
                name=f"{name}_{page}",
            )
            for page, view in (
                ("compare", self.compare_view),
                ("revert", self.revert_view),
                ("preview", self.preview_view),
            )
        ]
        return pages + super().get_urls()

    def compare_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Show two versions of a record side by side: the public one and the working record, unless others are asked for."""
        record = self.seen_record(request, object_id)
        versions = Versions(record)
        right = versions.side(request.GET.get("right") or versions.latest)
        chosen = request.GET.get("left")
        left = versions.side(versions.published if chosen is None else chosen)
        only_changes = request.GET.get("show") == "changes"
        context = {
            "versions": versions,
            "only_changes": only_changes,
            "chosen_left": left.token if left else "",
            "chosen_right": right.token if right else "",
            "may_revert": self.has_change_permission(request, record),
            **compared(record, left, right, only_changes=only_changes),
        }
        return self.compare_page(
            request, record, "admin/record_compare.html", f"Compare {record}", context
        )

    def revert_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Show what the working record would be after it was reverted; on POST, revert it."""
        record = self.seen_record(request, object_id)
        if not self.has_change_permission(request, record):
            raise PermissionDenied
        versions = Versions(record)
        to = versions.side(request.GET.get("to", ""))
        if to is None or to.is_working:
            raise Http404
        step = versions.step_of(to)
        form = RevertForm(request.POST if request.method == "POST" else None)
        refused: list[str] = []
        if step is None:
            refused = [
                "The history of this record does not have it, so it can only be typed again."
            ]
        elif form.is_valid() and (seen := _instant(request.POST.get("_seen", ""))):
            try:
                by: Any = request.user
                started = timezone.now()
                revert(record, step, by=by, reason=form.cleaned_data["reason"], seen=seen)
            except CurationRefused as refusal:
                refused = [each.detail for each in refusal.refusals]
            except (IntegrityError, DataError, ContentionError) as error:
                refused = [message_of(error)]
            else:
                record.refresh_from_db()
                waits = record.has_unpublished_changes or not record.is_published
                public = (
                    "Nothing of it is published yet." if waits else "The public reads the same."
                )
                words = f"The working record is again what it was: {to.title}. {public}"
                self.message_user(request, words, messages.SUCCESS)
                # Its own stand in the form to which this leads.
                found = new_since(started, [record.pk])
                say(request, [each for each in found if each.record_id != record.pk])
                return HttpResponseRedirect(address_of(record))
            record = self.seen_record(request, object_id)
            versions = Versions(record)
        plan = plan_revert(record, step) if step else None
        # As the page showed it: what was changed since is shown with the next time that goes with it.
        after = None
        if plan and not plan.refusals:
            document = document_of(record, plan.rows)
            after = Side("", to.title, "as the working record would be", document, step=step)
        context = {
            "to": to,
            "form": form,
            "plan": plan,
            "refused": refused or [each.detail for each in plan.refusals] if plan else refused,
            **compared(record, versions.side(WORKING), after, only_changes=True),
        }
        return self.compare_page(
            request, record, "admin/record_revert.html", f"Revert {record}", context
        )

    def preview_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Send the document that publishing the record now would serve, byte for byte."""
        draft = draft_of(self.seen_record(request, object_id))
        if not draft.text:
            raise Http404
        return HttpResponse(draft.text, content_type="application/json")

    def compare_page(
        self, request: HttpRequest, record: Any, template: str, title: str, context: dict[str, Any]
    ) -> TemplateResponse:
        """Return a page about versions of a record."""
        shared = {"original": record, "badge": badge_html(record.badge)}
        return page_of(self, request, template, title, {**shared, **context})


def compared(
    record: Any, left: Side | None, right: Side | None, *, only_changes: bool
) -> dict[str, Any]:
    """Return what the table of two versions shows: all of them, or only what differs."""
    # Labels of the past are not kept with the history: there, only which record is named counts.
    by_label = not any(side and side.step for side in (left, right))
    groups = side_by_side(
        kind_of(record),
        left.document if left else None,
        right.document if right else None,
        by_label=by_label,
    )
    is_left, is_right = (bool(side and side.document) for side in (left, right))
    is_pair = is_left and is_right
    return {
        "left": left,
        "right": right,
        "groups": groups,
        "rows": pair_html(groups, left.title, right.title, only_changes=only_changes)
        if left and right and is_pair
        else single_html(groups, is_left=is_left),
        "is_pair": is_pair,
        "differences": sum(len(group.changed) for group in groups) if is_pair else 0,
    }
