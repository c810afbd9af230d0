"""That a statement is about an agreement (docs/decisions/0041-statement-subjects.md)."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from agreements.models.agreement import Agreement
from records.history import tracked
from records.models import Part


@tracked
class AgreementSubject(Part):
    """An agreement that a statement is about. Belongs to the statement, as its other subjects do."""

    part_of = "statement"

    statement = models.ForeignKey(
        "events.Statement",
        on_delete=models.CASCADE,
        related_name="agreement_subjects",
    )
    agreement = models.ForeignKey(
        Agreement,
        on_delete=models.PROTECT,
        related_name="statement_subjects",
        help_text="The agreement that the statement is about.",
    )

    class Meta(Part.Meta):
        verbose_name = "agreement as subject of a statement"
        verbose_name_plural = "agreements as subjects of statements"
        ordering = ("pk",)
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["statement", "agreement"],
                name="agreement_subject_is_listed_once",
                violation_error_message="This agreement is listed already.",
            ),
        ]

    def __str__(self) -> str:
        return str(self.agreement)
