"""Organizations: ministries, missions, companies and other bodies."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models

from config.dates.fields import UncertainDateField, interval_constraint, uncertain_date_constraints
from people.models.choices import choice_constraint
from people.models.citation import AttributedCitation
from people.models.name import DatedName
from people.models.state import State
from records.constraints import NoCycle, PublishedIsCited
from records.desk_search import name_indexes
from records.history import tracked
from records.models import Identifier, KeepWords, Part, Record, Topic

if TYPE_CHECKING:
    from django.db.models.fields.related_descriptors import RelatedManager


class OrganizationClass(models.TextChoices):
    """What sort of body it is (Popolo: an organization's classification)."""

    GOVERNMENT = "government", "Government"  #: the government of a state as a whole
    MINISTRY = "ministry", "Ministry"  #: a ministry or department of government
    HEAD_OF_STATE_OFFICE = (
        "head_of_state_office",
        "Head of state's office",
    )  #: presidency, royal court
    HEAD_OF_GOVERNMENT_OFFICE = (
        "head_of_government_office",
        "Head of government's office",
    )  #: prime minister's office
    DIPLOMATIC_MISSION = (
        "diplomatic_mission",
        "Diplomatic mission",
    )  #: VCDR 1961, art. 1(i); consular posts too
    ARMED_FORCE = "armed_force", "Armed force"  #: the forces of a state, or one of them
    LEGISLATURE = "legislature", "Legislature"
    IGO = (
        "igo",
        "Intergovernmental organization",
    )  #: made by treaty between states (VCLT 1969, art. 2(1)(i))
    NGO = "ngo", "Non-governmental organization"
    COMPANY = "company", "Company"
    POLITICAL_PARTY = "political_party", "Political party"
    MEDIA = "media", "News organization"
    ARMED_GROUP = "armed_group", "Armed group"  #: fights, and is no state's force
    OTHER = "other", "Other"


@tracked
class Organization(Record):
    """A body that acts (Popolo: Organization)."""

    object_kind = "organization"

    name = models.CharField(
        max_length=300, help_text="Usual name in English, as documents show it."
    )
    classification = models.CharField(
        max_length=32,
        choices=OrganizationClass.choices,
        help_text="Government, ministry, diplomatic mission, intergovernmental organization, company ...",
    )
    parent = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="children",
        help_text="The body that it is part of; blank at the top.",
    )
    state = models.ForeignKey(
        State,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="organizations",
        help_text="The state whose organ it is (of a mission: the sending state); blank for bodies of no state.",
    )
    domicile = models.ForeignKey(
        State,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="domiciled_organizations",
        help_text="The state where it has its seat: of a company, where it is incorporated or based.",
    )
    receiving_state = models.ForeignKey(
        State,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="received_missions",
        help_text="Of a diplomatic mission, the state that receives it (VCDR 1961, art. 2).",
    )
    topics = models.ManyToManyField(
        Topic,
        through="OrganizationTopic",
        related_name="organizations",
        help_text="What it works on.",
    )
    start = UncertainDateField(help_text="When it was founded; blank when unknown.")
    end = UncertainDateField(
        help_text="When it was dissolved; blank when it was not, or when unknown."
    )

    if TYPE_CHECKING:
        names: RelatedManager[OrganizationName]
        identifiers: RelatedManager[OrganizationIdentifier]
        citations: RelatedManager[OrganizationCitation]
        organization_topics: RelatedManager[OrganizationTopic]

    class Meta(Record.Meta):
        ordering = ("name", "pk")
        indexes = [
            *Record.Meta.indexes,
            *name_indexes("organization", "name"),
        ]
        triggers = [*Record.Meta.triggers, KeepWords("name")]
        constraints = [
            *Record.Meta.constraints,
            choice_constraint("organization", "classification", OrganizationClass),
            *uncertain_date_constraints("organization", "start"),
            *uncertain_date_constraints("organization", "end"),
            interval_constraint("organization", "start", "end"),
            NoCycle(
                name="organization_is_not_part_of_itself",
                ascends="parent",
                violation_error_message="An organization cannot be part of itself, nor of one of its own parts.",
            ),
            models.CheckConstraint(
                condition=models.Q(receiving_state=None)
                | models.Q(classification=OrganizationClass.DIPLOMATIC_MISSION),
                name="only_a_diplomatic_mission_has_a_receiving_state",
                violation_error_message="Only a diplomatic mission has a receiving state.",
            ),
        ]

    def __str__(self) -> str:
        return self.name


@tracked
class OrganizationName(DatedName):
    """A name of an organization, with the time of its use."""

    record = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="names")


@tracked
class OrganizationIdentifier(Identifier):
    """What another system calls the organization."""

    record = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="identifiers")


@tracked
class OrganizationCitation(AttributedCitation):
    """A source for an organization."""

    record = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="citations")

    class Meta(AttributedCitation.Meta):
        constraints = [
            *AttributedCitation.Meta.constraints,
            PublishedIsCited(
                name="published_organization_has_a_citation",
                violation_error_message="A published organization has at least one citation.",
            ),
        ]


@tracked
class OrganizationTopic(Part):
    """A topic that an organization works on."""

    part_of = "organization"

    organization = models.ForeignKey(
        Organization, on_delete=models.CASCADE, related_name="organization_topics"
    )
    topic = models.ForeignKey(Topic, on_delete=models.PROTECT, related_name="+")

    class Meta(Part.Meta):
        ordering = ("pk",)
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "topic"],
                name="organization_topic_is_named_once",
                violation_error_message="This topic is listed already.",
            ),
        ]

    def __str__(self) -> str:
        return str(self.topic)
