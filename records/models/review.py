"""Reviews: a change that waits for somebody else's eyes before it is published."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now


class ReviewState(models.TextChoices):
    """Whose turn it is, or how the review ended."""

    WAITING = "waiting", "Waiting for review"  #: for the reviewer who took it, else for any
    APPROVED = "approved", "Approved"  #: in just one content: waits to be published
    SENT_BACK = "sent_back", "Sent back"  #: waits for who submitted it
    PUBLISHED = "published", "Published"
    TAKEN_BACK = "taken_back", "Taken back"  #: by who submitted it
    MERGED = "merged", "Merged"  #: the record was merged into another one
    DELETED = "deleted", "Deleted"  #: the record was deleted


#: The states of a review that is not over.
UNDER_REVIEW = (ReviewState.WAITING, ReviewState.APPROVED, ReviewState.SENT_BACK)


class Review(models.Model):
    """One change of one record, from its submission until it is published or taken back."""

    kind = models.CharField(max_length=20, help_text="The kind of the record.")
    record_id = models.UUIDField(
        help_text="The record: a draft, or a published one that was changed."
    )
    state = models.CharField(
        max_length=10, choices=ReviewState.choices, default=ReviewState.WAITING
    )
    since = models.DateTimeField(db_default=Now(), help_text="Since when it is in this state.")
    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    reviewer = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
        help_text="Who took it, or was asked to; empty while anybody may.",
    )
    approved_content = models.CharField(
        max_length=64,
        blank=True,
        help_text="The fingerprint of the content that was approved; no other content is.",
    )

    class Meta:
        default_permissions = ()
        ordering: ClassVar[list[str]] = ["-since", "-pk"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(state__in=ReviewState.values), name="review_state_is_in_its_list"
            ),
            models.UniqueConstraint(
                fields=["record_id"],
                condition=Q(state__in=UNDER_REVIEW),
                name="review_is_open_once",
            ),
            models.CheckConstraint(
                condition=~Q(state=ReviewState.APPROVED) | ~Q(approved_content=""),
                name="review_approves_some_content",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["record_id"], name="review_of_record"),
        ]

    def __str__(self) -> str:
        return f"{self.get_state_display()}: {self.kind} {self.record_id}"

    @property
    def is_open(self) -> bool:
        """Whether it is not over."""
        return self.state in UNDER_REVIEW


class ReviewDeed(models.TextChoices):
    """What somebody did in a review, as its thread and the history say it."""

    SUBMITTED = "submitted", "submitted for review"
    TAKEN = "taken", "took the review"
    ASSIGNED = "assigned", "assigned the review"
    COMMENTED = "commented", "commented"
    APPROVED = "approved", "approved"
    SENT_BACK = "sent_back", "sent back"
    TAKEN_BACK = "taken_back", "took back"


class ReviewStep(models.Model):
    """One deed in a review, with what was said."""

    review = models.ForeignKey(Review, on_delete=models.CASCADE, related_name="steps")
    at = models.DateTimeField(db_default=Now())
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    deed = models.CharField(max_length=10, choices=ReviewDeed.choices)
    field = models.CharField(
        max_length=80,
        blank=True,
        help_text="The member of the document that the words are about; blank for the whole record.",
    )
    text = models.TextField(blank=True, help_text="For the desk only; never published.")

    class Meta:
        default_permissions = ()
        ordering: ClassVar[list[str]] = ["pk"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(deed__in=ReviewDeed.values), name="review_step_deed_is_in_its_list"
            ),
            models.CheckConstraint(
                condition=~Q(deed__in=(ReviewDeed.COMMENTED, ReviewDeed.SENT_BACK)) | ~Q(text=""),
                name="review_step_says_why",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_deed_display()} {self.at:%Y-%m-%d %H:%M}"
