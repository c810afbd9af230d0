"""Review: a change is submitted, taken or assigned, commented, sent back or approved, by people who see each other's deeds.

Each deed holds the record first and then its review, so that of two at once the second one sees what the first one did.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NoReturn

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import DateTimeField, Func

from records.bulk import among
from records.models import (
    UNDER_REVIEW,
    EditorialState,
    Review,
    ReviewDeed,
    ReviewState,
    ReviewStep,
)
from records.publishing.colleagues import able, name_of, who_can
from records.publishing.deeds import deed
from records.publishing.dependencies import gather
from records.publishing.locks import hold
from records.publishing.publish import OWN_WORK, UNSEEN, CurationRefused, Refusal
from records.registry import all_kinds

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import datetime
    from uuid import UUID

    from django.contrib.auth.models import User
    from django.db.models import QuerySet

    from records.models import Record

#: Reviews that a work list reads.
LISTED = 200


def may(user: Any, verb: str, model: type[Record]) -> bool:
    """Whether an account may do something with a kind of record: change, review, publish."""
    opts = model._meta
    return bool(user.has_perm(f"{opts.app_label}.{verb}_{opts.model_name}"))


def review_of(record: Record) -> Review | None:
    """Return the review of a record that is not over."""
    return reviews_of(record.pk).select_related("submitted_by", "reviewer").first()


def reviews_of(key: Any) -> QuerySet[Review]:
    """Return the reviews of a record that are not over: one at most."""
    return Review.objects.filter(record_id=key, state__in=UNDER_REVIEW)


def stands(review: Review, record: Record) -> bool:
    """Whether what was approved is what the record says now (renders it)."""
    return (
        review.state == ReviewState.APPROVED
        # As it was approved: together with the drafts that it names, for alone it would not say which these are.
        and gather(record).fingerprints.get(record.pk) == review.approved_content
    )


@deed
def submit(record: Record, *, by: User, note: str = "", to: User | None = None) -> Review:
    """Ask for a review of what is not published yet, for the first time or anew after it was sent back; of somebody, or of anybody.

    Raises CurationRefused where there is nothing to review or it waits already, PermissionDenied when `by` may not edit it.
    """
    with _held(record, by, "change") as (now, found):
        if now.is_published and not now.has_unpublished_changes:
            _refuse(record, "nothing_to_review", f"{record} is published as it stands.")
        if found is not None and found.state != ReviewState.SENT_BACK:
            who = name_of(found.submitted_by)
            detail = (
                f"{record} was submitted already, by {who}. Comment on it, or take it back first."
            )
            _refuse(record, "submitted_already", detail)
        review = found or Review(kind=record.object_kind, record_id=record.pk)
        review.submitted_by = by
        if to is not None:
            _demand_able(record, now, to)
            review.reviewer = to
        _step(review, ReviewState.WAITING, ReviewDeed.SUBMITTED, by, note)
        _state_draft(record, EditorialState.DRAFT, EditorialState.IN_REVIEW)
    return review


@deed
def take(record: Record, *, by: User) -> None:
    """Say that one reviews it. Of two at once one does; the refusal of the other says who."""
    with _open(record, by, "review") as (now, review):
        _demand_other(record, now, by)
        if review.reviewer is not None and review.reviewer != by:
            detail = f"{name_of(review.reviewer)} has taken the review of {record}. They, or you, can assign it to somebody else."
            _refuse(record, "taken_already", detail)
        review.reviewer = by
        _step(review, ReviewState(review.state), ReviewDeed.TAKEN, by)


@deed
def assign(record: Record, *, to: User, by: User) -> None:
    """Ask somebody in particular to review it."""
    with _open(record, by, "review") as (now, review):
        _demand_able(record, now, to)
        review.reviewer = to
        _step(review, ReviewState(review.state), ReviewDeed.ASSIGNED, by, f"to {name_of(to)}")


@deed
def comment(record: Record, *, by: User, text: str, field: str = "") -> None:
    """Say something about it, or about one member of its document. Who may edit or review it may comment."""
    verb = "change" if may(by, "change", type(record)) else "review"
    with _open(record, by, verb) as (_now, review):
        _demand_words(record, text)
        last = review.steps.order_by("pk").last()
        if last is not None and (last.deed, last.by_id, last.text, last.field) == (
            ReviewDeed.COMMENTED,
            by.pk,
            text.strip(),
            field,
        ):  # the second click of two
            return
        _step(review, ReviewState(review.state), ReviewDeed.COMMENTED, by, text, field)


@deed
def approve(record: Record, *, by: User, seen: str, text: str = "") -> None:
    """Approve exactly the content of which `seen` is the fingerprint. Its writers may not.

    Raises CurationRefused also where it could not be published, or is not what was seen.
    """
    with _open(record, by, "review") as (now, review):
        _demand_other(record, now, by)
        ready = gather(record)
        if ready.obstacles:
            raise CurationRefused(ready.obstacles)
        content = ready.fingerprints[record.pk]
        if content != seen:
            detail = f"{record} was changed after it was shown to you: look at it again. It is not approved yet."
            _refuse(record, UNSEEN, detail)
        review.reviewer, review.approved_content = by, content
        _step(review, ReviewState.APPROVED, ReviewDeed.APPROVED, by, text)
        _state_draft(record, EditorialState.DRAFT, EditorialState.IN_REVIEW)


@deed
def send_back(record: Record, *, by: User, text: str) -> None:
    """Hand it back to who submitted it, saying why."""
    with _open(record, by, "review") as (_now, review):
        _demand_words(record, text)
        review.reviewer = by
        _step(review, ReviewState.SENT_BACK, ReviewDeed.SENT_BACK, by, text)
        _state_draft(record, EditorialState.IN_REVIEW, EditorialState.DRAFT)


@deed
def take_back(record: Record, *, by: User, text: str = "") -> None:
    """End the review without a result: who submitted it may, and who may review it."""
    with _open(record, by, "change") as (_now, review):
        if review.submitted_by != by and not may(by, "review", type(record)):
            who = name_of(review.submitted_by)
            others = who_can("review", type(record), other_than=(by.pk,))
            _refuse(record, "submitted_by_another", f"{who} submitted it. {others}")
        _step(review, ReviewState.TAKEN_BACK, ReviewDeed.TAKEN_BACK, by, text)
        _state_draft(record, EditorialState.IN_REVIEW, EditorialState.DRAFT)


@dataclass(frozen=True)
class Turn:
    """A review that is not over, and whose turn it is."""

    review: Review
    record: Record
    is_mine: bool
    waits_for: str  #: whom, and for what
    since: datetime


def waiting(user: User) -> list[Turn]:
    """Return the reviews that wait for somebody, those that wait for this account first, the oldest of each first.

    Of kinds that the account may view. A fixed number of queries, so nothing is rendered: a record that was written after its
    approval counts as changed here, where `stands` may find the same content.
    """
    reviews = Review.objects.filter(state__in=UNDER_REVIEW).order_by("since", "pk")
    listed = list(reviews.select_related("submitted_by", "reviewer")[:LISTED])
    records = _records(user, listed)
    turns = [
        _turn(review, records[review.record_id], user)
        for review in listed
        if review.record_id in records
    ]
    return sorted(turns, key=lambda turn: not turn.is_mine)


def steps_of(record: Record) -> Sequence[ReviewStep]:
    """Return what was done in all reviews of a record, the oldest first."""
    steps = ReviewStep.objects.filter(review__record_id=record.pk)
    return list(steps.select_related("by", "review").order_by("pk"))


def _turn(review: Review, record: Record, user: User) -> Turn:
    model = type(record)
    names = model._meta.verbose_name_plural
    if review.state == ReviewState.SENT_BACK:
        is_mine = review.submitted_by == user
        waits_for = f"{name_of(review.submitted_by)}, to correct it"
    elif review.state == ReviewState.APPROVED and record.changed_at <= review.since:
        is_mine = may(user, "publish", model) and user.pk not in record.writers
        waits_for = f"anybody who may publish {names}"
    elif review.reviewer is not None:
        is_mine = review.reviewer == user
        waits_for = f"{name_of(review.reviewer)}, to review it"
    else:
        is_mine = may(user, "review", model) and user.pk not in record.writers
        waits_for = f"anybody who may review {names}"
    return Turn(review, record, is_mine, waits_for, review.since)


def _records(user: User, reviews: Iterable[Review]) -> dict[UUID, Any]:
    keys: dict[str, list[UUID]] = {}
    for review in reviews:
        keys.setdefault(review.kind, []).append(review.record_id)
    return {
        record.pk: record
        for kind in all_kinds()
        if kind.name in keys and may(user, "view", kind.model)
        for record in kind.model._default_manager.filter(among("pk", keys[kind.name]))
    }


@contextmanager
def _held(record: Record, by: User, verb: str) -> Iterator[tuple[Record, Review | None]]:
    """Hold the record, and its review if it has one, and read both as they are now."""
    model = type(record)
    if not may(by, verb, model):
        msg = f"You may not {verb} {model._meta.verbose_name_plural}. {who_can(verb, model)}"
        raise PermissionDenied(msg)
    with transaction.atomic():
        hold({record.object_kind: [record.pk]})
        now = model._default_manager.filter(pk=record.pk).first()
        if now is None:
            _refuse(record, "gone", f"{record} was deleted in the meantime.")
        if now.editorial_state == EditorialState.MERGED:
            _refuse(record, "merged", f"{record} was merged into {now.merged_into}.")
        open_ones = Review.objects.filter(record_id=record.pk, state__in=UNDER_REVIEW)
        review = open_ones.select_for_update().first()
        yield now, review


@contextmanager
def _open(record: Record, by: User, verb: str) -> Iterator[tuple[Record, Review]]:
    with _held(record, by, verb) as (now, review):
        if review is None:
            last = Review.objects.filter(record_id=record.pk).first()
            ended = f": {last.get_state_display().lower()}" if last else ""
            _refuse(record, "no_review", f"No review of {record} is open{ended}.")
        yield now, review


def _step(  # noqa: PLR0917 - what is written, in the order of its columns
    review: Review,
    state: ReviewState,
    what: ReviewDeed,
    by: User,
    text: str = "",
    field: str = "",
) -> None:
    """Write the review in its new state, and the deed. Words alone leave the time since when somebody has the turn."""
    if state != ReviewState.APPROVED:
        review.approved_content = ""
    is_moved = review.state != state or what in {ReviewDeed.SUBMITTED, ReviewDeed.APPROVED}
    review.state = state
    if is_moved:
        review.since = Func(  # by the clock that `changed_at` is set by, the record being held
            function="clock_timestamp", output_field=DateTimeField()
        )
    review.save()
    ReviewStep.objects.create(review=review, deed=what, by=by, text=text.strip(), field=field)


def _state_draft(record: Record, before: EditorialState, after: EditorialState) -> None:
    """Let a draft say whether it is in review; a published record stays what it is."""
    rows = type(record)._default_manager.filter(pk=record.pk, editorial_state=before)
    if rows.update(editorial_state=after):
        record.editorial_state = after


def _demand_other(record: Record, now: Record, by: User) -> None:
    if by.pk in now.writers:
        others = who_can("review", type(record), other_than=now.writers)
        detail = f"You wrote part of what is not published yet of {record}, so somebody else reviews it. {others}"
        _refuse(record, OWN_WORK, detail)


def _demand_able(record: Record, now: Record, to: User) -> None:
    if not able("review", type(record), other_than=now.writers).filter(pk=to.pk).exists():
        others = who_can("review", type(record), other_than=now.writers)
        detail = f"{name_of(to)} may not review {record}, or wrote part of it. {others}"
        _refuse(record, "not_able", detail)


def _demand_words(record: Record, text: str) -> None:
    if not text.strip():
        _refuse(record, "no_words", "Say it in words.")


def _refuse(record: Record, code: str, detail: str) -> NoReturn:
    raise CurationRefused([Refusal(record, code, detail)])
