"""The public shape of event types, places, events, statements and relations."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from events.models import (
    Direction,
    Event,
    EventLink,
    EventPlace,
    EventType,
    Participation,
    Place,
    Relation,
    RelationPeriod,
    Statement,
)
from events.models.statement import SUBJECTS
from people.serializers import CitedRecordSerializer
from records.models import Evidence
from records.reference_fields import (
    DerivedReferenceField,
    DerivedReferenceListField,
    EitherReferenceField,
    EitherReferenceListField,
    PairReferenceField,
    ReferenceField,
    ReferenceListField,
    ReferenceSerializer,
)
from records.serializers import (
    CLOSING,
    OPENING,
    NameSerializer,
    PublicModelSerializer,
    PublicSerializer,
    UncitedRecordSerializer,
)

#: Where a statement keeps what it is about: per related name of `Statement`, each kind and the attribute with its key.
#: Apps that come after this one add theirs through `events.kinds.let_statements_be_about`.
STATEMENT_SUBJECTS: dict[str, dict[str, str]] = {
    "subjects": {name: f"{name}_id" for name in SUBJECTS}
}

_PARTICIPANTS = {"person": "person_id", "organization": "organization_id", "state": "state_id"}
_PRINCIPALS = {"state": "on_behalf_of_state_id", "organization": "on_behalf_of_organization_id"}
_SPEAKERS = {"person": "speaker_person_id", "organization": "speaker_organization_id"}
_ASSERTERS = {"person": "asserted_by_person_id", "organization": "asserted_by_organization_id"}


class EventTypeReferenceSerializer(ReferenceSerializer):
    """An event type, as other documents name it."""

    object_kind = "event_type"

    code = serializers.CharField(help_text="Its code.")
    parents = serializers.ListField(
        child=serializers.CharField(),
        help_text="Codes of the types above it, the next one first.",
    )


class CapacitySerializer(PublicSerializer):
    """An office in which somebody acted."""

    tenure = ReferenceField("tenure", help_text="The tenure in which the person acted.")
    office = DerivedReferenceField(
        "office", help_text="The office that was held, as the tenure is published."
    )
    evidence = serializers.ChoiceField(
        Evidence.choices,
        help_text="Whether the source names the capacity, or a curator inferred it.",
    )


class EventTypeSerializer(UncitedRecordSerializer):
    """A type of event, with its place in the codebooks of event data."""

    parents = serializers.SerializerMethodField(
        help_text="Codes of the types above it, the next one first."
    )
    broader = ReferenceField("event_type", allow_null=True, help_text="The next broader type.")
    goldstein = serializers.FloatField(
        allow_null=True,
        help_text="Score of its CAMEO code on the Goldstein scale, from -10 (conflict) to 10 (cooperation).",
    )

    class Meta:
        model = EventType
        fields = (
            *OPENING,
            "code",
            "description",
            "parents",
            "broader",
            "plover_type",
            "plover_mode",
            "cameo_code",
            "goldstein",
            *CLOSING,
        )

    def get_label(self, record: Any) -> str:
        """Return its own words; only the codes above it depend on other records."""
        return str(record)

    def get_parents(self, record: Any) -> list[str]:  # noqa: ARG002 - DRF's signature
        """Hold the place; set by the edition when the broader type's reference is known."""
        return []


class PlaceSerializer(UncitedRecordSerializer):
    """A place where events happen."""

    state = ReferenceField("state", allow_null=True, help_text="The state in which it lies today.")
    parent = ReferenceField(  # type: ignore[assignment] # a field, which DRF takes off the class
        "place", allow_null=True, help_text="The place in which it lies."
    )
    latitude = serializers.FloatField(allow_null=True, help_text="Degrees north (WGS 84).")
    longitude = serializers.FloatField(allow_null=True, help_text="Degrees east (WGS 84).")
    names = NameSerializer(many=True, help_text="Other names, dated, per language and kind.")

    class Meta:
        model = Place
        fields = (
            *OPENING,
            "name",
            "kind",
            "state",
            "parent",
            "latitude",
            "longitude",
            "names",
            *CLOSING,
        )


class EventPlaceSerializer(PublicModelSerializer):
    """A place of an event, or as much of it as is known."""

    place = ReferenceField(
        "place",
        allow_null=True,
        help_text="The place; null when only the state or words are known.",
    )
    state = ReferenceField(
        "state",
        allow_null=True,
        help_text="The state to which it belonged then: as recorded for the event, else the state of the place.",
    )

    class Meta:
        model = EventPlace
        fields = ("place", "state", "name_as_given", "role")


class ParticipationSerializer(PublicModelSerializer):
    """That somebody took part in an event."""

    participant = EitherReferenceField(
        _PARTICIPANTS,
        help_text="The person, organization or state; null when only the source's words are known.",
    )
    capacities = CapacitySerializer(
        source="participation_capacities",
        many=True,
        help_text="The offices in which the person acted, of all that the person held.",
    )
    on_behalf_of = EitherReferenceField(
        _PRINCIPALS,
        help_text="The state or organization for which the participant acted.",
    )
    states = DerivedReferenceListField(
        "state",
        allow_null=True,
        help_text=(
            "The states that the participant stood for; null where the participation shows them otherwise: the participant if"
            " that is a state, `on_behalf_of` if that is one, and the `state` of each office in `capacities` are all, and where"
            " none of these is a state, none is known. Never an empty list."
        ),
    )

    class Meta:
        model = Participation
        fields = (
            "participant",
            "name_as_given",
            "role",
            "side",
            "capacities",
            "capacity_text",
            "on_behalf_of",
            "states",
            "presence",
            "contested",
        )


class EventLinkSerializer(PublicModelSerializer):
    """How an event relates to another one."""

    event = ReferenceField("event", source="linked_event_id", help_text="The other event.")

    class Meta:
        model = EventLink
        fields = ("kind", "event")


class EventSerializer(CitedRecordSerializer):
    """Something that happened between states, organizations and persons, or that is planned or claimed."""

    type = ReferenceField("event_type", help_text="What sort of event it is.")
    parent = ReferenceField(  # type: ignore[assignment] # a field, which DRF takes off the class
        "event", allow_null=True, help_text="The event of which it is a part."
    )
    has_parts = serializers.SerializerMethodField(
        help_text="Whether other published events name it as their `parent`."
    )
    topics = ReferenceListField(
        "topic", "topic_id", source="event_topics", help_text="What it was about."
    )
    places = EventPlaceSerializer(
        source="event_places", many=True, help_text="Where it took place, in order."
    )
    states = DerivedReferenceListField(
        "state",
        help_text="All states involved, in the order of their labels: those that participants stood for, and of places.",
    )
    participations = ParticipationSerializer(many=True, help_text="Who took part, in order.")
    links = EventLinkSerializer(many=True, help_text="How it relates to other events.")

    class Meta:
        model = Event
        fields = (
            *OPENING,
            "type",
            "title",
            "summary",
            "when",
            "end",
            "status",
            "attendance",
            "visit_class",
            "parent",
            "has_parts",
            "topics",
            "places",
            "states",
            "participations",
            "links",
            *CLOSING,
        )
        extra_kwargs = {
            "summary": {
                "help_text": "What happened, in a few words of ours; null when the title says it."
            }
        }

    def get_has_parts(self, event: Event) -> bool:  # noqa: ARG002 - not the record's to say
        """Answer as for one without parts: publishing knows which others are public (`records.publishing.feed`)."""
        return False


class StatementSerializer(CitedRecordSerializer):
    """Something that was said, whether or not at an event that is known."""

    speaker = EitherReferenceField(
        _SPEAKERS, help_text="The person or organization that said it; null when unknown."
    )
    capacities = CapacitySerializer(
        source="statement_capacities",
        many=True,
        help_text="The offices in which the person spoke.",
    )
    event = ReferenceField(
        "event",
        allow_null=True,
        help_text="The event at which it was said, if at one that is known.",
    )
    about = EitherReferenceListField(
        STATEMENT_SUBJECTS,
        help_text="What it is about: events, agreements, states, relations, persons ...",
    )
    part_of = ReferenceField(
        "statement", allow_null=True, help_text="The statement from which it is taken."
    )
    topics = ReferenceListField(
        "topic", "topic_id", source="statement_topics", help_text="What field it concerns."
    )

    class Meta:
        model = Statement
        fields = (
            *OPENING,
            "kind",
            "speaker",
            "speaker_as_given",
            "capacities",
            "date",
            "event",
            "about",
            "part_of",
            "language",
            "text",
            "summary",
            "topics",
            *CLOSING,
        )
        extra_kwargs = {"summary": {"help_text": "What was said, in a few words of ours."}}


class RelationPeriodSerializer(PublicModelSerializer):
    """How the two states stood to each other in one respect for some time."""

    direction = serializers.ChoiceField(
        Direction.choices,
        help_text="Mutual, or of one of the two `states` towards the other, counted as they are listed.",
    )
    start_event = ReferenceField(
        "event", allow_null=True, help_text="The event with which it began."
    )
    end_event = ReferenceField("event", allow_null=True, help_text="The event with which it ended.")
    topics = ReferenceListField(
        "topic", "topic_id", source="period_topics", help_text="In what field."
    )
    asserted_by = EitherReferenceField(
        _ASSERTERS, help_text="The person or organization that says that it was so."
    )

    class Meta:
        model = RelationPeriod
        fields = (
            "dimension",
            "direction",
            "value",
            "start",
            "end",
            "end_status",
            "start_event",
            "end_event",
            "topics",
            "asserted_by",
            "asserted_by_as_given",
        )


class RelationSerializer(CitedRecordSerializer):
    """How two states stand to each other, over time and in several respects at once."""

    states = PairReferenceField(
        "state",
        ("state_a_id", "state_b_id"),
        help_text="The two states; periods with a direction count them in this order.",
    )
    periods = RelationPeriodSerializer(
        many=True, help_text="What held when; periods may overlap or contradict each other."
    )

    class Meta:
        model = Relation
        fields = (*OPENING, "states", "periods", *CLOSING)
