"""Tenures: that a person held an office, when, and how it came and went."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Q

from config.dates.fields import UncertainDateField, interval_constraint, uncertain_date_constraints
from people.models.choices import choice_constraint
from people.models.citation import AttributedCitation
from people.models.holding import (
    CERTAINLY_HELD,
    IN_OFFICE,
    EndStatus,
    MilestoneKind,
    TenureKind,
)
from people.models.office import Office
from people.models.person import Person
from records.constraints import PublishedIsCited
from records.history import tracked
from records.models import EditorialState, Identifier, Part, Record

if TYPE_CHECKING:
    from django.db.models.fields.related_descriptors import RelatedManager


class EndReason(models.TextChoices):
    """Why the tenure ended."""

    TERM_ENDED = "term_ended", "Term ended"
    RESIGNED = "resigned", "Resigned"
    DISMISSED = "dismissed", "Dismissed"
    RECALLED = "recalled", "Recalled"  #: by the sending state: VCDR 1961, art. 43(a)
    EXPELLED = "expelled", "Declared persona non grata"  #: by the receiving state: VCDR art. 9
    TRANSFERRED = "transferred", "Transferred to another office"
    RETIRED = "retired", "Retired"
    DIED = "died", "Died in office"
    OVERTHROWN = "overthrown", "Overthrown"
    RELATIONS_SEVERED = "relations_severed", "Relations severed"  #: VCDR art. 45
    OFFICE_ABOLISHED = "office_abolished", "Office abolished"
    OTHER = "other", "Other"


class TenureQuerySet(models.QuerySet[Any]):
    """Tenures."""

    def in_office(self) -> Self:
        """Tenures that mean being in office: not those of a designate, or of somebody who never served."""
        return self.filter(kind__in=IN_OFFICE)


@tracked
class Tenure(Record):
    """That a person held an office for some time (Popolo: Membership in a Post; FollowTheMoney: Occupancy)."""

    object_kind = "tenure"

    person = models.ForeignKey(
        Person,
        on_delete=models.PROTECT,
        related_name="tenures",
        help_text="Who held the office.",
    )
    office = models.ForeignKey(
        Office,
        on_delete=models.PROTECT,
        related_name="tenures",
        help_text="What was held.",
    )
    start = UncertainDateField(help_text="When it began; blank when unknown.")
    end = UncertainDateField(help_text="When it ended; blank when it goes on, or when unknown.")
    end_status = models.CharField(
        max_length=8,
        choices=EndStatus.choices,
        default=EndStatus.UNKNOWN,
        help_text="Ended, ongoing or unknown: a blank end alone does not mean that it goes on.",
    )
    kind = models.CharField(
        max_length=16,
        choices=TenureKind.choices,
        default=TenureKind.SUBSTANTIVE,
        help_text="Substantive, acting, ad interim, designate, elect, not confirmed or did not serve.",
    )
    end_reason = models.CharField(
        max_length=20,
        choices=EndReason.choices,
        blank=True,
        help_text="Why it ended; blank when it goes on, or when unknown.",
    )

    objects = TenureQuerySet.as_manager()

    if TYPE_CHECKING:
        identifiers: RelatedManager[TenureIdentifier]
        citations: RelatedManager[TenureCitation]
        milestones: RelatedManager[TenureMilestone]

    class Meta(Record.Meta):
        ordering = ("start_earliest", "pk")
        indexes = [
            *Record.Meta.indexes,
            # As lists of the desk have them.
            models.Index(fields=["start_earliest", "id"], name="tenure_in_order"),
        ]
        constraints = [
            *Record.Meta.constraints,
            choice_constraint("tenure", "end_status", EndStatus),
            choice_constraint("tenure", "kind", TenureKind),
            choice_constraint("tenure", "end_reason", EndReason, blank=True),
            *uncertain_date_constraints("tenure", "start"),
            *uncertain_date_constraints("tenure", "end"),
            interval_constraint("tenure", "start", "end"),
            models.CheckConstraint(
                condition=~Q(end_status=EndStatus.ONGOING)
                | Q(end_edtf="", end_text="", end_reason=""),
                name="ongoing_tenure_has_no_end",
                violation_error_message="An ongoing tenure has neither an end nor a reason for its end.",
            ),
            ExclusionConstraint(
                expressions=[
                    ("person", RangeOperators.EQUAL),
                    ("office", RangeOperators.EQUAL),
                    (CERTAINLY_HELD, RangeOperators.OVERLAPS),
                ],
                condition=Q(kind__in=IN_OFFICE) & ~Q(editorial_state=EditorialState.MERGED),
                name="same_person_does_not_certainly_hold_an_office_twice",
                violation_error_message="The same person certainly held the same office in another tenure at that time.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person}, {self.office}"


@tracked
class TenureIdentifier(Identifier):
    """What another system calls the tenure."""

    record = models.ForeignKey(Tenure, on_delete=models.CASCADE, related_name="identifiers")


@tracked
class TenureCitation(AttributedCitation):
    """A source for a tenure."""

    record = models.ForeignKey(Tenure, on_delete=models.CASCADE, related_name="citations")

    class Meta(AttributedCitation.Meta):
        constraints = [
            *AttributedCitation.Meta.constraints,
            PublishedIsCited(
                name="published_tenure_has_a_citation",
                violation_error_message="A published tenure has at least one citation.",
            ),
        ]


@tracked
class TenureMilestone(Part):
    """A dated step on the way into the office or out of it."""

    part_of = "tenure"

    tenure = models.ForeignKey(Tenure, on_delete=models.CASCADE, related_name="milestones")
    kind = models.CharField(
        max_length=24,
        choices=MilestoneKind.choices,
        help_text="Nominated, agrément, appointed, confirmed, sworn in, credentials presented, recalled, left post ...",
    )
    date = UncertainDateField(help_text="When it happened; blank when unknown.")
    note = models.CharField(
        max_length=300, blank=True, help_text="What the source adds to it; blank when nothing."
    )

    class Meta(Part.Meta):
        ordering = (F("date_earliest").asc(nulls_last=True), "pk")
        constraints = [
            choice_constraint("tenure_milestone", "kind", MilestoneKind),
            *uncertain_date_constraints("tenure_milestone", "date"),
        ]

    def __str__(self) -> str:
        return self.get_kind_display()
