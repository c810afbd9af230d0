"""Warnings: what is odd about a record but possible, as its last save found it."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

if TYPE_CHECKING:
    from uuid import UUID


@dataclass(frozen=True, slots=True)
class FoundWarning:
    """What the checks of a kind found (`records.registry.Checks`)."""

    record: UUID
    code: str
    detail: str  #: what is wrong, what the facts are, and what to do
    #: Where: a member, or a member of a part: `participations.1234.capacities`. Blank for the record as a whole.
    place: str = ""
    other: UUID | None = None  #: the record whose facts speak against this one's


class RecordWarning(models.Model):
    """A warning of a record. `records.publishing.warnings` keeps them whenever the record is saved."""

    kind = models.CharField(max_length=20, help_text="The kind of the record.")
    record_id = models.UUIDField(help_text="The record.")
    code = models.CharField(max_length=40, help_text="What sort of warning it is.")
    place = models.CharField(
        max_length=80,
        blank=True,
        help_text="Where: a member, or a member of a part with its key; blank for the record as a whole.",
    )
    detail = models.TextField(help_text="What is wrong, what the facts are, and what to do.")
    other_id = models.UUIDField(
        null=True, help_text="The record whose facts speak against this one's."
    )
    since = models.DateTimeField(db_default=Now(), help_text="When it was first found.")
    saved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        help_text="Who saw it and saved the record all the same; empty where nobody did.",
    )

    class Meta:
        verbose_name = "warning"
        default_permissions = ("view",)
        ordering: ClassVar[list[str]] = ["-pk"]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["code", "kind"], name="warning_by_code"),
            models.Index(
                fields=["other_id"], condition=Q(other_id__isnull=False), name="warning_by_other"
            ),
        ]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["record_id", "code", "place", "other_id"],
                nulls_distinct=False,
                name="warning_is_kept_once",
            ),
        ]

    def __str__(self) -> str:
        return self.detail

    @property
    def fingerprint(self) -> str:
        """What a form sends back of a warning that it showed: the same facts give the same one, wherever they stand."""
        return sha256(f"{self.code} {self.detail}".encode()).hexdigest()[:16]
