"""The review of a record's change: its page, and what the form shows of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpResponseRedirect
from django.urls import path
from django.utils import timezone

from records.admin.forms import NATURES, ReviewForm, documented_fields
from records.admin.history import changes_since
from records.admin.looking import LookingPage
from records.admin.page import page_of
from records.admin.publishing import (
    address_of,
    fingerprints_shown,
    hold_with_others,
    is_agreed,
    is_own_work,
    publish_together,
    said_nature,
    shown,
)
from records.admin.warnings import of_records
from records.badges import Badge, badge_html
from records.models import EditorialState, ReviewState
from records.publishing import review as reviewing
from records.publishing.colleagues import able, who_can
from records.publishing.deeds import ContentionError, deed
from records.publishing.dependencies import gather
from records.publishing.publish import CurationRefused, Refusal, own_work_of

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse
    from django.urls import URLPattern

    from records.models import Record, Review

#: The button of the form that saves and goes on to the review.
SUBMIT = "_submit"
#: What the buttons of the page do, and what is said when it is done.
DONE = {
    "submit": "“{}” is submitted for review.",
    "take": "You review “{}” now.",
    "assign": "Assigned.",
    "comment": "Your comment is kept with the review.",
    "approve": "“{}” is approved as you saw it.",
    "approve_and_publish": "“{}” is approved and published.",
    "send_back": "“{}” is sent back.",
    "take_back": "The review of “{}” is over.",
}


class ReviewPage(LookingPage):
    """The page on which a change is submitted, discussed, approved or sent back. `records.publishing.review` does it."""

    def get_urls(self) -> list[URLPattern]:
        name = f"{self.opts.app_label}_{self.opts.model_name}_review"
        page = self.admin_site.admin_view(self.review_view)
        return [path("<path:object_id>/review/", page, name=name), *super().get_urls()]

    def review_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Show the review of a record; do what a button asks, or say why not and keep what was typed."""
        record = self.seen_record(request, object_id)
        form = ReviewForm(
            request.POST or None,
            fields=documented_fields(self.model),
            reviewers=able("review", self.model, other_than=record.writers),
        )
        refusals: list[Refusal] = []
        asked = [name for name in DONE if f"_{name}" in request.POST]
        if asked and form.is_valid():
            try:
                _do(asked[0], request, record, form.cleaned_data)
            except CurationRefused as refused:
                refusals = refused.refusals
            except ContentionError as error:
                refusals = [Refusal(record, "contention", str(error))]
            except PermissionDenied as denied:
                refusals = [Refusal(record, "permission", str(denied))]
            else:
                self.message_user(request, DONE[asked[0]].format(record), messages.SUCCESS)
                return HttpResponseRedirect(address_of(record, "review"))
            record = self.get_object(request, unquote(object_id)) or record
        return self._render_review(request, record, form, refusals)

    def _render_review(
        self, request: HttpRequest, record: Any, form: ReviewForm, refusals: list[Refusal]
    ) -> HttpResponse:
        review = reviewing.review_of(record)
        merged = record.editorial_state == EditorialState.MERGED
        dependencies = None if merged else gather(record)
        content = "" if dependencies is None else dependencies.fingerprints.get(record.pk, "")
        is_approved = (
            review is not None
            and review.state == ReviewState.APPROVED
            and review.approved_content == content
        )
        since = record.published_at.isoformat() if record.badge == Badge.CHANGED else ""
        shown_at = request.POST.get("_shown_at", "")
        context = {
            "original": record,
            "warned": [detail for _record, details in of_records([record]) for detail in details],
            "badge": badge_html(record.badge),
            "review": review,
            "is_approved": is_approved,
            "has_fallen": review is not None
            and review.state == ReviewState.APPROVED
            and not is_approved,
            "steps": reviewing.steps_of(record),
            "form": form,
            "refusals": refusals,
            "unseen": changes_since(self.model, record.pk, shown_at)
            if refusals and shown_at
            else [],
            "change_sets": changes_since(self.model, record.pk, since) if since else [],
            "shown_at": timezone.now().isoformat(),
            "dependencies": shown(dependencies) if dependencies else None,
            "natures": NATURES if record.is_published else (),
            "said_nature": said_nature(request),
            **self._buttons(request, record, review),
        }
        return page_of(self, request, "admin/record_review.html", f"Review of {record}", context)

    def _buttons(self, request: HttpRequest, record: Any, review: Review | None) -> dict[str, Any]:
        """Return what the person may do here now, and who may do what they may not."""
        user: Any = request.user
        edits, reviews, publishes = (
            reviewing.may(user, verb, self.model) for verb in ("change", "review", "publish")
        )
        is_writer = user.pk in record.writers
        may: set[str] = set()
        who: list[str] = []
        if record.editorial_state == EditorialState.MERGED:
            return {"may": may, "who": who}
        is_waiting = review is not None and review.state != ReviewState.SENT_BACK
        if not is_waiting:
            if record.is_published and not record.has_unpublished_changes:
                who.append("It is published as it stands: there is nothing to review.")
            elif edits:
                may.add("submit")
            else:
                who.append(f"You may not submit it. {who_can('change', self.model)}")
        if review is not None and (edits or reviews):
            may.add("comment")
        if review is not None and (reviews or review.submitted_by == user):
            may.add("take_back")
        if review is not None and is_waiting:
            if not reviews or is_writer:
                others = who_can("review", self.model, other_than={*record.writers, user.pk})
                why = "You wrote part of it" if is_writer else "You may not review it"
                who.append(f"{why}, so somebody else approves it or sends it back. {others}")
            else:
                may |= {"approve", "send_back", "assign"}
                if review.reviewer != user:
                    may.add("take")
                if publishes:
                    may.add("approve_and_publish")
        if publishes and is_own_work(request, record):
            who.append(own_work_of(record))
        elif not publishes:
            who.append(f"You may not publish it. {who_can('publish', self.model)}")
        return {
            "may": may,
            "who": who,
            "may_publish": publishes and not is_own_work(request, record),
        }

    def review_shown(self, request: HttpRequest, record: Record) -> dict[str, Any]:
        """Return what the form shows of the review: whose turn it is, and what was said."""
        review = reviewing.review_of(record) if getattr(record, "is_reviewed", True) else None
        is_approved = review is not None and reviewing.stands(review, record)
        return {
            "review": review,
            "is_approved": is_approved,
            "has_fallen": review is not None
            and review.state == ReviewState.APPROVED
            and not is_approved,
            "review_address": address_of(record, "review"),
            "comments": [step for step in review.steps.select_related("by") if step.text]
            if review is not None
            else [],
            "publishes_not": own_work_of(record)
            if is_own_work(request, record) and reviewing.may(request.user, "publish", self.model)
            else "",
        }


@deed
@transaction.atomic
def _do(action: str, request: Any, record: Any, said: dict[str, Any]) -> None:
    by, text = request.user, said["text"]
    seen = fingerprints_shown(request).get(record.pk, "")
    match action:
        case "submit":
            reviewing.submit(record, by=by, note=text, to=said["to"])
        case "take":
            reviewing.take(record, by=by)
        case "assign":
            if said["to"] is None:
                raise CurationRefused([Refusal(record, "no_reviewer", "Choose the reviewer.")])
            reviewing.assign(record, to=said["to"], by=by)
        case "comment":
            reviewing.comment(record, by=by, text=text, field=said["field"])
        case "approve":
            reviewing.approve(record, by=by, seen=seen, text=text)
        case "approve_and_publish":
            _approve_and_publish(request, record, seen, text)
        case "send_back":
            reviewing.send_back(record, by=by, text=text)
        case "take_back":
            reviewing.take_back(record, by=by, text=text)


def _approve_and_publish(request: Any, record: Any, seen: str, text: str) -> None:
    nature = said_nature(request)
    if record.is_published and nature is None:
        detail = "The record is public already: say why it changes."
        raise CurationRefused([Refusal(record, "no_nature", detail)])
    hold_with_others(request, type(record), [record.pk])
    reviewing.approve(record, by=request.user, seen=seen, text=text)
    dependencies = gather(record)
    if not is_agreed(request, dependencies):
        raise CurationRefused(dependencies.obstacles or dependencies.reasons)
    publish_together(request, dependencies, fingerprints_shown(request), nature=nature)
