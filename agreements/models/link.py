"""Links: how an agreement relates to another one."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from agreements.constraints import NoCycleOfKind
from agreements.models.agreement import Agreement
from people.models.choices import choice_constraint
from records.history import tracked
from records.models import Part


class AgreementLinkKind(models.TextChoices):
    """How the agreement relates to the other one. What happens to that one's status is for its own actions to say."""

    AMENDS = "amends", "Amends"  #: changes its text: VCLT 1969, arts. 39 to 41
    SUPPLEMENTS = "supplements", "Supplements"  #: adds to it
    IMPLEMENTS = "implements", "Implements"  #: carries it out
    SUPERSEDES = "supersedes", "Supersedes"  #: takes its place: VCLT arts. 30, 59
    EXTENDS = "extends", "Extends"  #: lets it last longer
    PART_OF_PACKAGE = "part_of_package", "Part of the package"  #: is one of several agreed together
    TERMINATES = "terminates", "Terminates"  #: ends it: VCLT art. 54(b)
    RENEWS = "renews", "Renews"  #: puts it in force anew after its term
    FRAMEWORK_FOR = "framework_for", "Framework for"  #: is what the other is made under


@tracked
class AgreementLink(Part):
    """How an agreement relates to another one. Belongs to the agreement that says so."""

    part_of = "agreement"

    agreement = models.ForeignKey(Agreement, on_delete=models.CASCADE, related_name="links")
    kind = models.CharField(
        max_length=16,
        choices=AgreementLinkKind.choices,
        help_text="Amends, supplements, implements, supersedes, extends, part of, terminates, renews, framework for.",
    )
    linked_agreement = models.ForeignKey(
        Agreement,
        on_delete=models.PROTECT,
        related_name="linked_from",
        help_text="The other agreement: the one amended, the package ...",
    )

    class Meta(Part.Meta):
        ordering = ("pk",)
        constraints: ClassVar[list[models.BaseConstraint]] = [
            choice_constraint("agreement_link", "kind", AgreementLinkKind),
            models.CheckConstraint(
                condition=~models.Q(agreement=models.F("linked_agreement")),
                name="agreement_is_not_linked_to_itself",
                violation_error_message="An agreement cannot be linked to itself.",
            ),
            models.UniqueConstraint(
                fields=["agreement", "kind", "linked_agreement"],
                name="agreement_link_is_made_once",
                violation_error_message="This link is listed already.",
            ),
            NoCycleOfKind(
                name="package_is_not_part_of_itself",
                kind=AgreementLinkKind.PART_OF_PACKAGE.value,
                ascends="linked_agreement",
                descends="agreement",
                violation_error_message="A package cannot be part of itself, nor of one of its own parts.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.linked_agreement}"
