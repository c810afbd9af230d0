"""Acts that changed many records at once, so that each can be seen and undone."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from django.conf import settings
from django.db import models
from django.db.models.functions import Now

if TYPE_CHECKING:
    from uuid import UUID


class BulkEdit(models.Model):
    """That somebody changed many records of a kind with one act."""

    kind = models.CharField(max_length=20, help_text="The kind of the records.")
    action = models.CharField(max_length=40, help_text="What was done, as the history names it.")
    what = models.TextField(help_text="What is so since, in words.")
    count = models.PositiveIntegerField(help_text="The number of rows that it changed.")
    context_id: models.UUIDField[UUID, UUID] = models.UUIDField(
        unique=True, help_text="The context of its changes in the history, by which it is undone."
    )
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    at = models.DateTimeField(db_default=Now())
    undone_at = models.DateTimeField(
        null=True, help_text="When it was undone; empty while it holds."
    )

    class Meta:
        default_permissions = ()
        ordering: ClassVar[list[str]] = ["-pk"]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["kind", "-id"], name="bulk_edit_by_kind")
        ]

    def __str__(self) -> str:
        return self.what
