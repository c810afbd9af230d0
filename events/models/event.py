"""Events: what happened, was planned, or is said to have happened."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.postgres.fields import DateRangeField
from django.contrib.postgres.indexes import GistIndex
from django.db import models
from django.db.models.functions import Greatest, Least

from config.dates.fields import UncertainDateField, interval_constraint, uncertain_date_constraints
from events.models.event_type import EventType
from events.models.place import Place
from people.models import AttributedCitation, State
from people.models.choices import choice_constraint
from records.constraints import NoCycle, PublishedIsCited
from records.desk_search import Folded, listed_index, name_indexes, waiting_index
from records.history import tracked
from records.models import Identifier, KeepWords, Part, Record, Topic
from records.models.record import index_of_known

if TYPE_CHECKING:
    from django.db.models.fields.related_descriptors import RelatedManager

    from events.models.participation import Participation


class EventStatus(models.TextChoices):
    """How far it has come, as the sources say (iCalendar, RFC 5545, section 3.8.1.11, and schema.org EventStatusType)."""

    PLANNED = "planned", "Planned"  #: intended; schema.org EventScheduled
    CONFIRMED = "confirmed", "Confirmed"  #: agreed or announced by all sides; RFC 5545 CONFIRMED
    ONGOING = "ongoing", "Ongoing"  #: has begun and is not over
    OCCURRED = "occurred", "Occurred"  #: took place
    POSTPONED = (
        "postponed",
        "Postponed",
    )  #: put off, whether or not to a known day; schema.org EventPostponed
    CANCELLED = "cancelled", "Cancelled"  #: will not take place; RFC 5545 CANCELLED
    ALLEGED = "alleged", "Alleged"  #: somebody says that it took place, nobody involved confirms it
    DENIED = "denied", "Denied"  #: somebody involved says that it did not take place


#: Statuses of what has begun, or has taken place.
TOOK_PLACE = (EventStatus.ONGOING, EventStatus.OCCURRED)


class Attendance(models.TextChoices):
    """How those who took part met (schema.org EventAttendanceModeEnumeration)."""

    IN_PERSON = "in_person", "In person"  #: OfflineEventAttendanceMode
    REMOTE = "remote", "Remote"  #: OnlineEventAttendanceMode; calls too
    MIXED = "mixed", "Mixed"  #: MixedEventAttendanceMode


class VisitClass(models.TextChoices):
    """Rank of a visit in the protocol of the host."""

    STATE = (
        "state",
        "State visit",
    )  #: by a head of state, at the invitation of one, with full honours
    OFFICIAL = (
        "official",
        "Official visit",
    )  #: by invitation, with honours below those of a state visit
    OFFICIAL_WORKING = (
        "official_working",
        "Official working visit",
    )  #: talks, with some of the honours
    WORKING = "working", "Working visit"  #: talks, without honours
    INFORMAL = "informal", "Informal visit"  #: talks, without programme or protocol
    PRIVATE = "private", "Private visit"  #: not on official business
    TRANSIT = "transit", "Transit"  #: passing through on the way elsewhere


class PlaceRole(models.TextChoices):
    """What the place is to the event."""

    VENUE = "venue", "Venue"  #: it took place there (schema.org: location)
    STOP = "stop", "Stop"  #: one of several places of a journey, in `order`
    ORIGIN = "origin", "Origin"  #: the journey began there (schema.org: fromLocation)
    DESTINATION = "destination", "Destination"  #: the journey led there (schema.org: toLocation)
    AFFECTED = (
        "affected",
        "Affected",
    )  #: it took effect there, wherever it was decided (a ceasefire, a withdrawal)


class EventLinkKind(models.TextChoices):
    """How an event relates to another one."""

    FOLLOW_UP = "follow_up", "Follow-up of"  #: continues what the other began
    RESULT_OF = "result_of", "Result of"  #: what the other set out to bring about
    CAUSED_BY = "caused_by", "Caused by"  #: would not have happened without the other
    COUNTERPART = "counterpart", "Counterpart of"  #: the return visit, the answering call
    SAME_AS = (
        "same_as",
        "May be the same as",
    )  #: perhaps one event that two sources describe differently
    CANCELS = "cancels", "Cancels"  #: takes the other back
    RESCHEDULES = "reschedules", "Reschedules"  #: takes the other's place on another day


@tracked
class Event(Record):
    """Something that happened between states, organizations and persons, or that is planned or claimed (schema.org: Event)."""

    object_kind = "event"

    type = models.ForeignKey(
        EventType,
        on_delete=models.PROTECT,
        db_index=False,  # see indexes
        related_name="events",
        help_text="What sort of event it is.",
    )
    title = models.CharField(
        max_length=300, help_text="Title in plain words, as documents show it."
    )
    summary = models.TextField(
        blank=True,
        help_text="What happened, in the desk's own words; blank when the title says it.",
    )
    when = UncertainDateField(help_text="When it happened or began; blank when unknown.")
    end = UncertainDateField(
        help_text="When it ended, where that is another day; blank when it is not, or when unknown."
    )
    status = models.CharField(
        max_length=12,
        choices=EventStatus.choices,
        default=EventStatus.OCCURRED,
        help_text="Planned, confirmed, ongoing, occurred, postponed, cancelled, alleged or denied.",
    )
    attendance = models.CharField(
        max_length=12,
        choices=Attendance.choices,
        blank=True,
        help_text="In person, remote or mixed; blank when unknown, or when nobody met.",
    )
    visit_class = models.CharField(
        max_length=20,
        choices=VisitClass.choices,
        blank=True,
        help_text="Of a visit, its rank in protocol; blank for other events, or when unknown.",
    )
    parent = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        db_index=False,  # see indexes
        related_name="children",
        help_text="The event of which it is a part (a meeting: the visit during which it took place).",
    )
    topics = models.ManyToManyField(
        Topic,
        through="EventTopic",
        related_name="events",
        help_text="What it was about.",
    )
    places = models.ManyToManyField(
        Place,
        through="EventPlace",
        related_name="events",
        help_text="Where it took place.",
    )

    if TYPE_CHECKING:
        identifiers: RelatedManager[EventIdentifier]
        citations: RelatedManager[EventCitation]
        event_topics: RelatedManager[EventTopic]
        event_places: RelatedManager[EventPlace]
        participations: RelatedManager[Participation]
        links: RelatedManager[EventLink]

    class Meta(Record.Meta):
        ordering = (models.F("when_earliest").desc(nulls_last=True), "pk")
        indexes = [
            *Record.Meta.indexes,
            *name_indexes("event", "title"),
            # As lists of the desk have them.
            listed_index(
                "event_in_order",
                models.F("when_earliest").desc(nulls_last=True),
                "id",
                field="title",
            ),
            waiting_index(
                "event_waiting_by_day",
                models.F("when_earliest").desc(nulls_last=True),
                "id",
                field="title",
            ),
            # What is looked at of each that was found elsewhere: whether it is public as it is, and has a word.
            models.Index(
                models.F("id"),
                Folded("title"),
                include=("title", "editorial_state", "changed_at", "published_at"),
                name="event_as_it_is",
            ),
            # As they are sorted by a column.
            models.Index(fields=["when_earliest", "id"], name="event_by_day"),
            models.Index(
                models.F("status"),
                models.F("when_earliest").desc(nulls_last=True),
                models.F("id"),
                name="event_by_status",
            ),
            models.Index(
                models.F("type"),
                models.F("when_earliest").desc(nulls_last=True),
                models.F("id"),
                name="event_by_type",
            ),
            index_of_known("parent", "event_by_parent"),
            # Events of a type that may have been on some day.
            GistIndex(
                models.F("type"),
                models.Func(
                    Least("when_earliest", "when_latest"),
                    Greatest("end_latest", "when_latest"),
                    models.Value("[]"),
                    function="daterange",
                    output_field=DateRangeField(),
                ),
                condition=models.Q(when_earliest__isnull=False, when_latest__isnull=False),
                name="event_by_type_and_days",
            ),
        ]
        triggers = [*Record.Meta.triggers, KeepWords("title")]
        constraints = [
            *Record.Meta.constraints,
            choice_constraint("event", "status", EventStatus),
            choice_constraint("event", "attendance", Attendance, blank=True),
            choice_constraint("event", "visit_class", VisitClass, blank=True),
            *uncertain_date_constraints("event", "when"),
            *uncertain_date_constraints("event", "end"),
            interval_constraint("event", "when", "end"),
            NoCycle(
                name="event_is_not_part_of_itself",
                ascends="parent",
                violation_error_message="An event cannot be part of itself, nor of one of its own parts.",
            ),
        ]

    def __str__(self) -> str:
        return self.title


@tracked
class EventIdentifier(Identifier):
    """What another system calls the event."""

    record = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="identifiers")


@tracked
class EventCitation(AttributedCitation):
    """A source for an event."""

    record = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="citations")

    class Meta(AttributedCitation.Meta):
        constraints = [
            *AttributedCitation.Meta.constraints,
            PublishedIsCited(
                name="published_event_has_a_citation",
                violation_error_message="A published event has at least one citation.",
            ),
        ]


@tracked
class EventTopic(Part):
    """A topic of an event."""

    part_of = "event"

    # Found by the index of the rule that a topic is named once, which begins with it.
    event = models.ForeignKey(
        Event, on_delete=models.CASCADE, related_name="event_topics", db_index=False
    )
    topic = models.ForeignKey(Topic, on_delete=models.PROTECT, related_name="+")

    class Meta(Part.Meta):
        ordering = ("pk",)
        constraints = [
            models.UniqueConstraint(
                fields=["event", "topic"],
                name="event_topic_is_named_once",
                violation_error_message="This topic is listed already.",
            ),
        ]

    def __str__(self) -> str:
        return str(self.topic)


@tracked
class EventPlace(Part):
    """A place of an event, or as much of it as is known: sometimes only the state."""

    part_of = "event"

    # Found by the index of the rule that a place is named once, which begins with it.
    event = models.ForeignKey(
        Event, on_delete=models.CASCADE, related_name="event_places", db_index=False
    )
    place = models.ForeignKey(
        Place,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="event_places",
        help_text="The place; blank when only the state, or only words are known.",
    )
    state = models.ForeignKey(
        State,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="The state to which it belonged then; blank when that is the state of the place, or unknown.",
    )
    name_as_given = models.CharField(
        max_length=300,
        blank=True,
        help_text="The place as the source names it; blank when that is its usual name.",
    )
    role = models.CharField(
        max_length=12,
        choices=PlaceRole.choices,
        default=PlaceRole.VENUE,
        help_text="Venue, stop, origin, destination, or affected.",
    )
    order = models.PositiveSmallIntegerField(
        default=0,
        help_text="Place in the order of a journey, counting up; equal numbers keep the order in which they were added.",
    )

    class Meta(Part.Meta):
        ordering = ("order", "pk")
        constraints = [
            choice_constraint("event_place", "role", PlaceRole),
            models.CheckConstraint(
                condition=models.Q(place__isnull=False)
                | models.Q(state__isnull=False)
                | ~models.Q(name_as_given=""),
                name="event_place_names_a_place",
                violation_error_message="Name a place or a state, or give the source's words.",
            ),
            models.UniqueConstraint(
                fields=["event", "place", "state", "name_as_given", "role", "order"],
                nulls_distinct=False,
                name="event_place_is_named_once",
                violation_error_message="This place is listed already.",
            ),
        ]

    def __str__(self) -> str:
        return str(self.place or self.name_as_given or self.state)


@tracked
class EventLink(Part):
    """How an event relates to another one. Belongs to the event that says so."""

    part_of = "event"

    # Found by the index of the rule that a link is made once, which begins with it.
    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="links", db_index=False)
    kind = models.CharField(
        max_length=12,
        choices=EventLinkKind.choices,
        help_text="Follow-up, result, caused by, counterpart, same, cancels or reschedules.",
    )
    linked_event = models.ForeignKey(
        Event,
        on_delete=models.PROTECT,
        related_name="linked_from",
        help_text="The other event.",
    )

    class Meta(Part.Meta):
        ordering = ("pk",)
        constraints = [
            choice_constraint("event_link", "kind", EventLinkKind),
            models.CheckConstraint(
                condition=~models.Q(event=models.F("linked_event")),
                name="event_is_not_linked_to_itself",
                violation_error_message="An event cannot be linked to itself.",
            ),
            models.UniqueConstraint(
                fields=["event", "kind", "linked_event"],
                name="event_link_is_made_once",
                violation_error_message="This link is listed already.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.linked_event}"
