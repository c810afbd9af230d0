"""The dated parts of what is published, such as a tenure's milestones or an agreement's actions: one table over all kinds."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.indexes import GistIndex
from django.db import models

from config.dates.columns import ReachColumns


class PartColumns(models.Model):
    """What is known of a part of a published document."""

    #: What the role of the API may do with the table (config/db/api_role.py).
    api_may: ClassVar[tuple[str, ...]] = ("SELECT",)

    id = models.BigAutoField(primary_key=True)
    record_id = models.UUIDField(help_text="The record.")
    kind = models.CharField(
        max_length=48,
        help_text="What sort of part it is and its kind: `action:ratification`, `milestone:sworn_in`, `period:tenor` ...",
    )
    value = models.CharField(
        max_length=60, blank=True, help_text="What it says beside its kind; blank where nothing."
    )
    party_id = models.UUIDField(
        null=True, help_text="The state or organization that it concerns; NULL when all or none."
    )
    days = ReachColumns("the part")
    since = models.DateTimeField(help_text="When the document with the part was published.")

    class Meta:
        abstract = True
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.kind} of {self.record_id}"


class DatedPart(PartColumns):
    """A part of a published document with its days, so that filters can ask for what holds of the same part.

    Public like editions. Publishing makes the rows of a record anew from its newest document, and none of a tombstone. Those
    that were there go to `FormerPart`.
    """

    class Meta(PartColumns.Meta):
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["record_id", "kind"], name="datedpart_by_record"),
            GistIndex(fields=["kind", "days_possible"], name="datedpart_by_kind"),
            GistIndex(
                fields=["party_id", "kind", "days_possible"],
                condition=models.Q(party_id__isnull=False),
                name="datedpart_by_party",
            ),
        ]


class FormerPart(PartColumns):
    """A part of a document that was replaced, as `DatedPart` had it: for questions about what was published then (`as_of`)."""

    until = models.DateTimeField(help_text="When the document was replaced.")

    class Meta(PartColumns.Meta):
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["until"], name="formerpart_by_end"),
            models.Index(fields=["record_id", "kind"], name="formerpart_by_record"),
        ]
