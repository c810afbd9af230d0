"""Names of participants that were resolved together, so that the deed can be seen and undone."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from people.models import Person

if TYPE_CHECKING:
    from uuid import UUID


class NameResolution(models.Model):
    """That all participants who were known by one name only were said to be one person."""

    name = models.CharField(max_length=300, help_text="The name, folded.")
    person = models.ForeignKey(
        Person, on_delete=models.CASCADE, related_name="+", help_text="Who is meant."
    )
    count = models.PositiveIntegerField(help_text="The number of participations.")
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

    def __str__(self) -> str:
        return f"{self.name}: {self.person}"
