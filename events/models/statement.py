"""Statements: what somebody said, about events, states, relations and other records."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import F, Func, IntegerField, Q, Value
from django.db.models.lookups import Exact
from django.utils.text import Truncator

from config.dates.fields import UncertainDateField, uncertain_date_constraints
from events.constraints import CapacityOfActor
from events.models.event import Event
from events.models.place import Place
from events.models.relation import Relation
from people.models import AttributedCitation, Organization, Person, State, Tenure
from people.models.choices import choice_constraint
from records.constraints import NoCycle, PublishedIsCited
from records.desk_search import folded_index, name_indexes
from records.history import tracked
from records.models import Evidence, Identifier, KeepWords, Part, Record, Topic

if TYPE_CHECKING:
    from django.db.models.fields.related_descriptors import RelatedManager

#: Letters of a label, which is the beginning of the statement.
LABEL_LENGTH = 80
#: What a statement can be about, as far as this app knows: each a foreign key of `StatementAbout`.
SUBJECTS = ("event", "state", "organization", "person", "relation", "place", "topic")


class StatementKind(models.TextChoices):
    """In what form it was said (Popolo: Speech; the forms of diplomatic documents)."""

    QUOTE = "quote", "Quotation"  #: the speaker's own words
    PARAPHRASE = "paraphrase", "Paraphrase"  #: the sense of it, in another's words
    PRESS_RELEASE = "press_release", "Press release"  #: issued to the press by one side
    COMMUNIQUE = "communique", "Communiqué"  #: issued by a meeting about itself
    JOINT_STATEMENT = "joint_statement", "Joint statement"  #: issued by several sides together
    SPEECH = "speech", "Speech"  #: made to those present
    CLAIM = "claim", "Claim"  #: an assertion or judgement that others may not share
    ANALYSIS = "analysis", "Analysis"  #: an interpretation by somebody who was not involved


@tracked
class Statement(Record):
    """Something said (Popolo: Speech), whether or not at an event that is known."""

    object_kind = "statement"

    kind = models.CharField(
        max_length=16,
        choices=StatementKind.choices,
        help_text="Quotation, paraphrase, press release, communiqué, joint statement, speech, claim or analysis.",
    )
    speaker_person = models.ForeignKey(
        Person,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="statements",
        help_text="The person who said it.",
    )
    speaker_organization = models.ForeignKey(
        Organization,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="statements",
        help_text="The organization that said it.",
    )
    speaker_as_given = models.CharField(
        max_length=300,
        blank=True,
        help_text="What the source calls the speaker; may stand alone (“analysts”).",
    )
    capacities = models.ManyToManyField(
        Tenure,
        through="StatementCapacity",
        related_name="statements",
        help_text="The offices in which the person spoke.",
    )
    date = UncertainDateField(help_text="When it was said or issued; blank when unknown.")
    event = models.ForeignKey(
        Event,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="statements",
        help_text="The event at which it was said; blank when that was at none, or at none that is known.",
    )
    part_of = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="parts",
        help_text="The statement from which it is taken (a sentence: the press release).",
    )
    language = models.CharField(
        max_length=35, blank=True, help_text="Language tag (BCP 47) of the text, such as `ur`."
    )
    text = models.TextField(
        blank=True, help_text="The words themselves; blank when only their sense is recorded."
    )
    summary = models.TextField(blank=True, help_text="What was said, in the desk's own words.")
    topics = models.ManyToManyField(
        Topic,
        through="StatementTopic",
        related_name="statements",
        help_text="What field it concerns.",
    )

    if TYPE_CHECKING:
        identifiers: RelatedManager[StatementIdentifier]
        citations: RelatedManager[StatementCitation]
        statement_capacities: RelatedManager[StatementCapacity]
        subjects: RelatedManager[StatementAbout]
        statement_topics: RelatedManager[StatementTopic]

    class Meta(Record.Meta):
        ordering = (F("date_earliest").desc(nulls_last=True), "pk")
        indexes = [
            *Record.Meta.indexes,
            *name_indexes("statement", "summary"),
            folded_index("statement_folded_text", "text"),
            # As lists of the desk have them.
            models.Index(F("date_earliest").desc(nulls_last=True), "id", name="statement_in_order"),
        ]
        triggers = [*Record.Meta.triggers, KeepWords("summary")]
        constraints = [
            *Record.Meta.constraints,
            choice_constraint("statement", "kind", StatementKind),
            *uncertain_date_constraints("statement", "date"),
            models.CheckConstraint(
                condition=Q(speaker_person=None) | Q(speaker_organization=None),
                name="statement_has_one_speaker_at_most",
                violation_error_message="The speaker is a person or an organization, not both.",
            ),
            models.CheckConstraint(
                condition=~Q(text="", summary=""),
                name="statement_says_something",
                violation_error_message="Give the text, or a summary of it.",
            ),
            NoCycle(
                name="statement_is_not_part_of_itself",
                ascends="part_of",
                violation_error_message="A statement cannot be part of itself, nor of one of its own parts.",
            ),
        ]

    def __str__(self) -> str:
        return Truncator(" ".join((self.summary or self.text).split())).chars(
            LABEL_LENGTH, truncate="…"
        )


@tracked
class StatementIdentifier(Identifier):
    """What another system calls the statement."""

    record = models.ForeignKey(Statement, on_delete=models.CASCADE, related_name="identifiers")


@tracked
class StatementCitation(AttributedCitation):
    """A source for a statement."""

    record = models.ForeignKey(Statement, on_delete=models.CASCADE, related_name="citations")

    class Meta(AttributedCitation.Meta):
        constraints = [
            *AttributedCitation.Meta.constraints,
            PublishedIsCited(
                name="published_statement_has_a_citation",
                violation_error_message="A published statement has at least one citation.",
            ),
        ]


@tracked
class StatementCapacity(Part):
    """An office in which a person spoke: one of the person's tenures."""

    part_of = "statement"

    statement = models.ForeignKey(
        Statement, on_delete=models.CASCADE, related_name="statement_capacities"
    )
    tenure = models.ForeignKey(
        Tenure,
        on_delete=models.PROTECT,
        related_name="statement_capacities",
        help_text="The tenure in which the person spoke.",
    )
    evidence = models.CharField(
        max_length=12,
        choices=Evidence.choices,
        default=Evidence.REPORTED,
        help_text="Whether the source names the capacity, or a curator inferred it from the person's other offices.",
    )

    class Meta(Part.Meta):
        verbose_name_plural = "statement capacities"
        ordering = ("pk",)
        constraints = [
            choice_constraint("statement_capacity", "evidence", Evidence),
            models.UniqueConstraint(
                fields=["statement", "tenure"],
                name="statement_capacity_is_listed_once",
                violation_error_message="This capacity is listed already.",
            ),
            CapacityOfActor(
                name="statement_capacity_belongs_to_the_speaker",
                actor="statement__speaker_person",
                violation_error_message="A capacity is a tenure of the person who spoke.",
            ),
        ]

    def __str__(self) -> str:
        return str(self.tenure)


@tracked
class StatementAbout(Part):
    """A record that a statement is about. Later apps add models of their own for theirs (see docs/decisions/0041)."""

    part_of = "statement"

    statement = models.ForeignKey(Statement, on_delete=models.CASCADE, related_name="subjects")
    event = models.ForeignKey(
        Event, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    state = models.ForeignKey(
        State, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    organization = models.ForeignKey(
        Organization, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    person = models.ForeignKey(
        Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    relation = models.ForeignKey(
        Relation, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    place = models.ForeignKey(
        Place, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    topic = models.ForeignKey(
        Topic, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta(Part.Meta):
        verbose_name = "subject of a statement"
        verbose_name_plural = "subjects of statements"
        ordering = ("pk",)
        constraints = [
            models.CheckConstraint(
                condition=Exact(
                    Func(*SUBJECTS, function="num_nonnulls", output_field=IntegerField()), Value(1)
                ),
                name="statement_about_names_one_subject",
                violation_error_message="Name exactly one subject: an event, a state, a relation ...",
            ),
            models.UniqueConstraint(
                fields=["statement", *SUBJECTS],
                nulls_distinct=False,
                name="statement_about_is_listed_once",
                violation_error_message="This subject is listed already.",
            ),
        ]

    def __str__(self) -> str:
        return str(next((subject for name in SUBJECTS if (subject := getattr(self, name))), ""))


@tracked
class StatementTopic(Part):
    """A topic of a statement."""

    part_of = "statement"

    statement = models.ForeignKey(
        Statement, on_delete=models.CASCADE, related_name="statement_topics"
    )
    topic = models.ForeignKey(Topic, on_delete=models.PROTECT, related_name="+")

    class Meta(Part.Meta):
        ordering = ("pk",)
        constraints = [
            models.UniqueConstraint(
                fields=["statement", "topic"],
                name="statement_topic_is_named_once",
                violation_error_message="This topic is listed already.",
            ),
        ]

    def __str__(self) -> str:
        return str(self.topic)
