"""The change feed: one row per publication or withdrawal, in commit order."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from records.models.edition import Action


class Change(models.Model):
    """One change of what is public.

    Written with the edition that it stands for, whose revision is unique: a rule of its own would be one more index.
    """

    position = models.BigIntegerField(
        primary_key=True,
        help_text="1, 2, 3 ... without gaps, in the order in which changes became visible.",
    )
    at = models.DateTimeField()
    action = models.CharField(max_length=10, choices=Action.choices)
    kind = models.CharField(max_length=20, help_text="The record's kind, `object` in documents.")
    record_id = models.UUIDField()
    revision = models.PositiveIntegerField()
    merged_into = models.UUIDField(null=True)

    class Meta:
        default_permissions = ()
        ordering: ClassVar[list[str]] = ["position"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=models.Q(position__gte=1), name="change_positions_start_at_one"
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["kind", "position"], name="change_by_kind"),
        ]

    def __str__(self) -> str:
        return f"{self.position}: {self.action} {self.kind} {self.record_id}"
