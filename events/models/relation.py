"""Relations: how two states stand to each other, over time and in several respects at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import F, Q

from config.dates.fields import UncertainDateField, interval_constraint, uncertain_date_constraints
from events.models.event import Event
from people.models import AttributedCitation, EndStatus, Organization, Person, State
from people.models.choices import choice_constraint
from records.constraints import PublishedIsCited
from records.history import tracked
from records.models import Identifier, Part, Record, Topic

if TYPE_CHECKING:
    from django.db.models.fields.related_descriptors import RelatedManager


def pair_label(one: str, other: str) -> str:
    """Return what the relation of two states is called: their names in the order of the alphabet."""
    return " – ".join(sorted([one, other]))  # noqa: RUF001 - an en dash joins equals


class Dimension(models.TextChoices):
    """In which respect the two stand to each other. Each says what its values are."""

    RECOGNITION = "recognition", "Recognition"  #: recognised, de_facto, not_recognised, withdrawn
    #: none, charge, legation, embassy ...: the classes of missions of VCDR 1961, art. 14, and what came before
    REPRESENTATION_LEVEL = "representation_level", "Level of representation"
    TENOR = "tenor", "Tenor"  #: friendly, warming, strained, hostile
    ENGAGEMENT = "engagement", "Engagement"  #: how much contact there is: high, low, suspended
    COOPERATION_AREA = (
        "cooperation_area",
        "Area of cooperation",
    )  #: exploring, agreed, active, ended; the topics say what area
    DISPUTE = "dispute", "Dispute"  #: claimed, active, frozen, settled; the topics say about what


class Direction(models.TextChoices):
    """Whose stance it is. The first and the second state are those of the document's `states`."""

    MUTUAL = "mutual", "Mutual"  #: holds for both alike
    FIRST_TO_SECOND = (
        "first_to_second",
        "First state to second",
    )  #: the first state's towards the second
    SECOND_TO_FIRST = (
        "second_to_first",
        "Second state to first",
    )  #: the second state's towards the first


@tracked
class Relation(Record):
    """An unordered pair of states. Kept with the smaller id first, so that each pair is one record."""

    object_kind = "relation"

    state_a = models.ForeignKey(
        State,
        on_delete=models.PROTECT,
        related_name="relations_as_first",
        help_text="One of the two states: the one whose id is smaller.",
    )
    state_b = models.ForeignKey(
        State,
        on_delete=models.PROTECT,
        related_name="relations_as_second",
        help_text="The other state: the one whose id is larger.",
    )

    if TYPE_CHECKING:
        identifiers: RelatedManager[RelationIdentifier]
        citations: RelatedManager[RelationCitation]
        periods: RelatedManager[RelationPeriod]

    class Meta(Record.Meta):
        ordering = ("slug",)
        constraints = [
            *Record.Meta.constraints,
            models.CheckConstraint(
                condition=Q(state_a__lt=F("state_b")),
                name="relation_pair_is_ordered",
                violation_error_message="A relation is between two different states, the one with the smaller id first.",
            ),
            models.UniqueConstraint(
                fields=["state_a", "state_b"],
                name="relation_pair_is_unique",
                violation_error_message="There is a relation of these two states already.",
            ),
        ]

    def __str__(self) -> str:
        return pair_label(str(self.state_a), str(self.state_b))

    def clean_fields(self, exclude: Any = None) -> None:
        """Put the pair in order, whichever state a form named first."""
        if self.state_a_id and self.state_b_id:
            if self.state_a_id > self.state_b_id:
                self.state_a, self.state_b = self.state_b, self.state_a
        elif not self.slug:
            exclude = {
                *(exclude or ()),
                "slug",
            }  # without both states there is nothing to make it of
            models.Model.clean_fields(self, exclude=exclude)
            return
        super().clean_fields(exclude=exclude)


@tracked
class RelationIdentifier(Identifier):
    """What another system calls the relation."""

    record = models.ForeignKey(Relation, on_delete=models.CASCADE, related_name="identifiers")


@tracked
class RelationCitation(AttributedCitation):
    """A source for a relation."""

    record = models.ForeignKey(Relation, on_delete=models.CASCADE, related_name="citations")

    class Meta(AttributedCitation.Meta):
        constraints = [
            *AttributedCitation.Meta.constraints,
            PublishedIsCited(
                name="published_relation_has_a_citation",
                violation_error_message="A published relation has at least one citation.",
            ),
        ]


@tracked
class RelationPeriod(Part):
    """How the two stood to each other in one respect for some time. Periods may overlap, and contradict each other."""

    part_of = "relation"

    relation = models.ForeignKey(Relation, on_delete=models.CASCADE, related_name="periods")
    dimension = models.CharField(
        max_length=24,
        choices=Dimension.choices,
        help_text="Recognition, level of representation, tenor, engagement, area of cooperation or dispute.",
    )
    direction = models.CharField(
        max_length=16,
        choices=Direction.choices,
        default=Direction.MUTUAL,
        help_text="Mutual, or of one state towards the other.",
    )
    value = models.CharField(
        max_length=60,
        help_text="How it stood, in a word: of tenor `warming` or `strained`, of engagement `low`, of cooperation `exploring`.",
    )
    start = UncertainDateField(help_text="When the period began; blank when unknown.")
    end = UncertainDateField(
        help_text="When the period ended; blank when it goes on, or when unknown."
    )
    end_status = models.CharField(
        max_length=8,
        choices=EndStatus.choices,
        default=EndStatus.UNKNOWN,
        help_text="Ended, ongoing or unknown: a blank end alone does not mean that it goes on.",
    )
    start_event = models.ForeignKey(
        Event,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="periods_started",
        help_text="The event with which it began, which may have no date of its own.",
    )
    end_event = models.ForeignKey(
        Event,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="periods_ended",
        help_text="The event with which it ended, which may have no date of its own.",
    )
    topics = models.ManyToManyField(
        Topic,
        through="RelationPeriodTopic",
        related_name="relation_periods",
        help_text="In what field: of cooperation, of a dispute.",
    )
    asserted_by_person = models.ForeignKey(
        Person,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="The person who says that it was so.",
    )
    asserted_by_organization = models.ForeignKey(
        Organization,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="The organization that says that it was so.",
    )
    asserted_by_as_given = models.CharField(
        max_length=300,
        blank=True,
        help_text="Who says so, in the source's words (“analysts”); blank when the source itself does.",
    )

    if TYPE_CHECKING:
        period_topics: RelatedManager[RelationPeriodTopic]

    class Meta(Part.Meta):
        ordering = ("pk",)
        constraints = [
            choice_constraint("relation_period", "dimension", Dimension),
            choice_constraint("relation_period", "direction", Direction),
            choice_constraint("relation_period", "end_status", EndStatus),
            *uncertain_date_constraints("relation_period", "start"),
            *uncertain_date_constraints("relation_period", "end"),
            interval_constraint("relation_period", "start", "end"),
            models.CheckConstraint(
                condition=Q(value__regex=r"^[a-z][a-z0-9_]*$"),
                name="relation_period_value_is_one_word",
                violation_error_message="A value is one word in lower case, with underscores where it needs several.",
            ),
            models.CheckConstraint(
                condition=~Q(end_status=EndStatus.ONGOING)
                | Q(end_edtf="", end_text="", end_event=None),
                name="ongoing_relation_period_has_no_end",
                violation_error_message="An ongoing period has neither an end nor an event that ended it.",
            ),
            models.CheckConstraint(
                condition=Q(asserted_by_person=None) | Q(asserted_by_organization=None),
                name="relation_period_is_asserted_by_one_at_most",
                violation_error_message="Name the person or the organization that says so, not both.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_dimension_display()}: {self.value}"


@tracked
class RelationPeriodTopic(Part):
    """A topic of a period of a relation."""

    part_of = "period__relation"

    period = models.ForeignKey(
        RelationPeriod, on_delete=models.CASCADE, related_name="period_topics"
    )
    topic = models.ForeignKey(Topic, on_delete=models.PROTECT, related_name="+")

    class Meta(Part.Meta):
        ordering = ("pk",)
        constraints = [
            models.UniqueConstraint(
                fields=["period", "topic"],
                name="relation_period_topic_is_named_once",
                violation_error_message="This topic is listed already.",
            ),
        ]

    def __str__(self) -> str:
        return str(self.topic)
