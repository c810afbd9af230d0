"""Lists of the desk that somebody gave a name."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now


class SavedList(models.Model):
    """What a list was asked, under a name: for its owner, or for everybody at the desk who may see records of the kind."""

    name = models.CharField(max_length=100, help_text="What it is called.")
    kind = models.CharField(max_length=20, help_text="The kind of the records that it lists.")
    query = models.CharField(
        max_length=4000, blank=True, help_text="What the list is asked, as its address has it."
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="+",
        help_text="Who saved it.",
    )
    is_shared = models.BooleanField(
        default=False, help_text="Whether others at the desk see it too."
    )
    saved_at = models.DateTimeField(db_default=Now(), help_text="When it was last saved.")

    class Meta:
        # Owners need none; this is to delete those of others.
        default_permissions = ("delete",)
        ordering: ClassVar[list[str]] = ["name", "pk"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["owner", "kind", "name"], name="saved_list_has_a_name_of_its_own"
            ),
            models.CheckConstraint(
                condition=Q(name__regex=r"\S"),
                name="saved_list_has_a_name",
                violation_error_message="Give the list a name.",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["kind"], condition=Q(is_shared=True), name="savedlist_shared"),
        ]

    def __str__(self) -> str:
        return self.name
