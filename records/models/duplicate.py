"""Pairs of records that may be one and the same."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q


class Verdict(models.TextChoices):
    """What a curator decided about two records that may be one."""

    OPEN = "open", "Open"
    SAME = "same", "The same"  #: and merged
    DIFFERENT = "different", "Different"  #: imports do not propose the pair again


class PossibleDuplicate(models.Model):
    """Two records that an import found alike and could not prove to be the same, for a curator to decide."""

    kind = models.CharField(max_length=20, help_text="The kind of both records.")
    record_id = models.UUIDField(help_text="The one with the smaller id.")
    other_id = models.UUIDField(help_text="The other one.")
    score = models.FloatField(help_text="How alike they are, from 0 to 1.")
    reason = models.TextField(help_text="What speaks for it, and what is missing.")
    verdict = models.CharField(max_length=10, choices=Verdict.choices, default=Verdict.OPEN)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    import_id = models.UUIDField(null=True, help_text="The import that found them alike.")

    class Meta:
        default_permissions = ("view", "change")
        ordering: ClassVar[list[str]] = ["-score", "pk"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(verdict__in=Verdict.values),
                name="possible_duplicate_verdict_is_in_its_list",
            ),
            models.CheckConstraint(
                condition=Q(record_id__lt=F("other_id")),
                name="possible_duplicate_pair_is_ordered",
            ),
            models.UniqueConstraint(
                fields=["record_id", "other_id"], name="possible_duplicate_is_listed_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.record_id} and {self.other_id}"
