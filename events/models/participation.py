"""Participations: who took part in an event, in which role and capacity, on whose behalf and on which side."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models

from events.constraints import CapacityOfActor
from events.models.event import Event
from people.models import Organization, Person, State, Tenure
from people.models.choices import choice_constraint
from records.desk_search import Folded
from records.history import tracked
from records.models import Evidence, Part
from records.models.record import index_of_known

if TYPE_CHECKING:
    from django.db.models.fields.related_descriptors import RelatedManager


class Role(models.TextChoices):
    """What the participant did there."""

    HOST = "host", "Host"  #: received the others
    VISITOR = "visitor", "Visitor"  #: came to the host
    CALLER = "caller", "Caller"  #: placed the call
    CALLEE = "callee", "Callee"  #: received the call
    CHAIR = "chair", "Chair"  #: presided
    PARTICIPANT = "participant", "Participant"  #: took part, no more is known
    HEAD_OF_DELEGATION = (
        "head_of_delegation",
        "Head of delegation",
    )  #: VCLT 1969, art. 7; led those of a state or organization
    DELEGATE = "delegate", "Delegate"  #: belonged to such a delegation
    SIGNATORY = "signatory", "Signatory"  #: put the signature (VCLT 1969, art. 12)
    WITNESS = "witness", "Witness"  #: was present at a signature, without being bound by it
    MEDIATOR = "mediator", "Mediator"  #: proposed solutions to the parties (UN Charter, art. 33)
    FACILITATOR = "facilitator", "Facilitator"  #: brought the parties together: good offices
    GUARANTOR = "guarantor", "Guarantor"  #: answers for what the parties promised
    PARTY = "party", "Party"  #: party to a dispute, a ceasefire, a negotiation
    OBSERVER = "observer", "Observer"  #: was let in without a vote
    ORGANIZER = "organizer", "Organizer"  #: arranged it (schema.org: organizer)
    HONOREE = "honoree", "Honoree"  #: in whose honour it was given
    SPEAKER = "speaker", "Speaker"  #: spoke to those present (Popolo: Speech)
    INTERPRETER = "interpreter", "Interpreter"  #: interpreted
    ACCOMPANYING = "accompanying", "Accompanying"  #: came with a participant
    INVITED = "invited", "Invited"  #: was asked to come; `presence` says whether that happened


class Presence(models.TextChoices):
    """In what way the participant was there."""

    PRESENT = "present", "Present"
    REMOTE = "remote", "Remote"  #: by telephone or video
    REPRESENTED = "represented", "Represented"  #: somebody else stood in
    ABSENT = "absent", "Absent"  #: was expected and did not come
    UNKNOWN = "unknown", "Unknown"  #: the sources do not say


@tracked
class Participation(Part):
    """That somebody took part in an event."""

    part_of = "event"

    # Found by the index of the rule that it is listed once, which begins with it.
    event = models.ForeignKey(
        Event, on_delete=models.CASCADE, related_name="participations", db_index=False
    )
    person = models.ForeignKey(
        Person,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        db_index=False,  # see indexes
        related_name="participations",
        help_text="The person who took part.",
    )
    organization = models.ForeignKey(
        Organization,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        db_index=False,  # see indexes
        related_name="participations",
        help_text="The organization that took part as such.",
    )
    state = models.ForeignKey(
        State,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        db_index=False,  # see indexes
        related_name="participations",
        help_text="The state that took part as such.",
    )
    name_as_given = models.CharField(
        max_length=300,
        blank=True,
        help_text="What the source calls the participant; may stand alone (“several government ministers”).",
    )
    role = models.CharField(
        max_length=20,
        choices=Role.choices,
        default=Role.PARTICIPANT,
        help_text="Host, visitor, caller, mediator, signatory, observer ...",
    )
    side = models.CharField(
        max_length=80,
        blank=True,
        help_text="Which side the participant was on, the same word for all of one side; blank where there are none.",
    )
    capacities = models.ManyToManyField(
        Tenure,
        through="ParticipationCapacity",
        related_name="participations",
        help_text="The offices in which the person acted.",
    )
    capacity_text = models.CharField(
        max_length=300,
        blank=True,
        help_text="The capacity in the source's words, where no tenure stands for it or as it was put.",
    )
    on_behalf_of_state = models.ForeignKey(
        State,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        db_index=False,  # see indexes
        related_name="+",
        help_text="The state for which the participant acted.",
    )
    on_behalf_of_organization = models.ForeignKey(
        Organization,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        db_index=False,  # see indexes
        related_name="+",
        help_text="The organization for which the participant acted.",
    )
    presence = models.CharField(
        max_length=12,
        choices=Presence.choices,
        default=Presence.UNKNOWN,
        help_text="Present, remote, represented, absent or unknown.",
    )
    contested = models.BooleanField(
        default=False,
        help_text="Sources disagree on whether or how the participant took part; the event's citations say which.",
    )
    order = models.PositiveSmallIntegerField(
        default=0,
        help_text="Order of precedence, counting up; equal numbers keep the order in which they were added.",
    )

    if TYPE_CHECKING:
        participation_capacities: RelatedManager[ParticipationCapacity]

    class Meta(Part.Meta):
        ordering = ("order", "pk")
        # Of five keys one or two are known: entries of the others would find nothing.
        indexes = [
            index_of_known("person", "participation_by_person"),
            index_of_known("organization", "participation_by_organization"),
            index_of_known("state", "participation_by_state"),
            index_of_known("on_behalf_of_state", "participation_for_state"),
            index_of_known("on_behalf_of_organization", "participation_for_organization"),
            # Unresolved names, which the desk resolves one name at a time.
            models.Index(
                Folded("name_as_given"),
                condition=models.Q(person=None, organization=None, state=None),
                name="participation_unresolved",
            ),
        ]
        constraints = [
            choice_constraint("participation", "role", Role),
            choice_constraint("participation", "presence", Presence),
            models.CheckConstraint(
                condition=models.Q(person__isnull=False)
                | models.Q(organization__isnull=False)
                | models.Q(state__isnull=False)
                | ~models.Q(name_as_given=""),
                name="participation_names_somebody",
                violation_error_message="Name a person, an organization or a state, or give the source's words.",
            ),
            models.CheckConstraint(
                condition=models.Q(person=None, organization=None)
                | models.Q(person=None, state=None)
                | models.Q(organization=None, state=None),
                name="participation_is_of_one_participant",
                violation_error_message="Name one participant: add a participation for each other one.",
            ),
            models.CheckConstraint(
                condition=models.Q(on_behalf_of_state=None)
                | models.Q(on_behalf_of_organization=None),
                name="participation_is_on_behalf_of_one_at_most",
                violation_error_message="The participant acted for a state or for an organization, not for both.",
            ),
            models.UniqueConstraint(
                fields=[
                    "event",
                    "person",
                    "organization",
                    "state",
                    "name_as_given",
                    "role",
                    "on_behalf_of_state",
                    "on_behalf_of_organization",
                ],
                nulls_distinct=False,
                name="participation_is_not_listed_twice",
                violation_error_message="This participant is listed in this role already.",
            ),
        ]

    def __str__(self) -> str:
        who = self.person or self.organization or self.state or self.name_as_given
        return f"{who}, {self.get_role_display().lower()}"


@tracked
class ParticipationCapacity(Part):
    """An office in which a person took part: one of the person's tenures."""

    part_of = "participation__event"

    participation = models.ForeignKey(
        Participation,
        on_delete=models.CASCADE,
        related_name="participation_capacities",
        db_index=False,  # the rule that a tenure is listed once has an index that begins with it
    )
    tenure = models.ForeignKey(
        Tenure,
        on_delete=models.PROTECT,
        related_name="participation_capacities",
        help_text="The tenure in which the person acted.",
    )
    evidence = models.CharField(
        max_length=12,
        choices=Evidence.choices,
        default=Evidence.REPORTED,
        help_text="Whether the source names the capacity, or a curator inferred it from the person's other offices.",
    )

    class Meta(Part.Meta):
        verbose_name_plural = "participation capacities"
        ordering = ("pk",)
        constraints = [
            choice_constraint("participation_capacity", "evidence", Evidence),
            models.UniqueConstraint(
                fields=["participation", "tenure"],
                name="participation_capacity_is_listed_once",
                violation_error_message="This capacity is listed already.",
            ),
            CapacityOfActor(
                name="participation_capacity_belongs_to_the_participant",
                actor="participation__person",
                violation_error_message="A capacity is a tenure of the person who took part.",
            ),
        ]

    def __str__(self) -> str:
        return str(self.tenure)
