"""Citations that say whom the source attributes the fact to."""

from __future__ import annotations

from django.db import models

from people.models.choices import choice_constraint
from records.models import Citation, Evidence, Stance


class AttributedCitation(Citation):
    """A citation whose source passes on what somebody said ("the article says that the ministry says").

    Concrete ones add `record`.
    """

    attributed_to_person = models.ForeignKey(
        "people.Person",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="The person to whom the source attributes it.",
    )
    attributed_to_organization = models.ForeignKey(
        "people.Organization",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="The organization to which the source attributes it.",
    )

    class Meta(Citation.Meta):
        abstract = True
        constraints = [
            choice_constraint("%(class)s", "evidence", Evidence),
            choice_constraint("%(class)s", "stance", Stance),
            models.CheckConstraint(
                condition=models.Q(attributed_to_person=None)
                | models.Q(attributed_to_organization=None),
                name="%(class)s_is_attributed_to_one_at_most",
                violation_error_message="Attribute the fact to a person or to an organization, not to both.",
            ),
        ]
