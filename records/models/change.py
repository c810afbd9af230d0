"""The change feed: one row per publication or withdrawal, in commit order."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models

from records.models.edition import Action


class Nature(models.TextChoices):
    """Why a published document changed."""

    DEVELOPMENT = "development", "Development"  #: the facts changed: it was right, and no longer is
    CORRECTION = "correction", "Correction"  #: the earlier document was wrong or incomplete
    RECODING = "recoding", "Recoding"  #: the same facts under other words, codes or types
    REFERENCE = "reference", "Reference"  #: only what it shows of other records


#: Natures that people state. That only other records' labels changed, publishing sees itself.
STATED = (Nature.DEVELOPMENT, Nature.CORRECTION, Nature.RECODING)


class Change(models.Model):
    """One change of what is public.

    Written with the edition that it stands for, whose revision is unique: a rule of its own would be one more index.
    """

    #: What the role of the API may do with the table (config/db/api_role.py).
    api_may: ClassVar[tuple[str, ...]] = ("SELECT",)

    position = models.BigIntegerField(
        primary_key=True,
        help_text="1, 2, 3 ... without gaps, in the order in which changes became visible.",
    )
    at = models.DateTimeField()
    action = models.CharField(max_length=10, choices=Action.choices)
    nature = models.CharField(
        max_length=12,
        choices=Nature.choices,
        blank=True,
        help_text="Why an updated document changed; blank for every other action.",
    )
    kind = models.CharField(max_length=20, help_text="The record's kind, `object` in documents.")
    record_id = models.UUIDField()
    revision = models.PositiveIntegerField()
    merged_into = models.UUIDField(null=True)
    reason = models.TextField(blank=True, help_text="Why, as shown to the public.")
    changed = ArrayField(
        models.TextField(),
        default=list,
        help_text="What differs in an updated document, as JSON Pointers (RFC 6901).",
    )

    class Meta:
        default_permissions = ()
        ordering: ClassVar[list[str]] = ["position"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=models.Q(position__gte=1), name="change_positions_start_at_one"
            ),
            models.CheckConstraint(
                condition=models.Q(models.Q(action=Action.UPDATED), ~models.Q(nature=""))
                | models.Q(~models.Q(action=Action.UPDATED), models.Q(nature="")),
                name="change_has_a_nature_if_updated",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["kind", "position"], name="change_by_kind"),
        ]

    def __str__(self) -> str:
        return f"{self.position}: {self.action} {self.kind} {self.record_id}"


class ChangeOfState(models.Model):
    """That a change is about a document which shows a state, or showed it until then.

    With it the feed of one state is read off an index, in order, whatever else there is.
    """

    #: What the role of the API may do with the table (config/db/api_role.py).
    api_may: ClassVar[tuple[str, ...]] = ("SELECT",)

    # All columns, so that one index answers all that is asked of them.
    pk = models.CompositePrimaryKey("state_id", "kind", "position", "has_left")
    state_id = models.UUIDField(help_text="The state.")
    kind = models.CharField(max_length=20, help_text="The record's kind.")
    position = models.BigIntegerField(help_text="The change.")
    has_left = models.BooleanField(
        help_text="Whether the public document shows the state no more, or there is none any more."
    )

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.position}: {self.state_id}"
