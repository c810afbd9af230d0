"""The public shape of states, organizations, persons, offices and tenures."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from config.api.filters.dates import MATCHES
from config.api.notes import NoteSerializer
from config.dates.serializers import UncertainDateField
from people.models import (
    Office,
    OfficeClass,
    OfficePeriod,
    Organization,
    Person,
    State,
    SuccessionKind,
    Tenure,
    TenureMilestone,
)
from people.statuses import HolderStatus
from records.reference_fields import (
    EitherReferenceField,
    ReferenceField,
    ReferenceListField,
    ReferenceSerializer,
)
from records.serializers import (
    CLOSING,
    OPENING,
    CitationSerializer,
    NameSerializer,
    PublicModelSerializer,
    PublicSerializer,
    RecordSerializer,
)


class StateReferenceSerializer(ReferenceSerializer):
    """A state, as other documents name it."""

    object_kind = "state"

    code = serializers.CharField(
        allow_null=True,
        help_text="The ISO 3166-1 alpha-2 code that names it, or its ISO 3166-3 code if it is no more; null without either.",
    )


class OfficeReferenceSerializer(ReferenceSerializer):
    """An office, as other documents name it."""

    object_kind = "office"

    classification = serializers.ChoiceField(
        OfficeClass.choices, help_text="What sort of office it is."
    )
    state = ReferenceField(
        "state", allow_null=True, help_text="The state that its holder acts for; null for none."
    )


class AttributedCitationSerializer(CitationSerializer):
    """A source for the record or for one of its fields, and whom the source attributes it to."""

    attributed_to = EitherReferenceField(
        {"person": "attributed_to_person_id", "organization": "attributed_to_organization_id"},
        help_text="The person or organization to which the source attributes it.",
    )

    class Meta:
        fields = (
            "source",
            "field",
            "locator",
            "attributed_to",
            "attribution_text",
            "evidence",
            "stance",
        )

    def get_fields(self) -> dict[str, Any]:
        found = super().get_fields()
        return {name: found[name] for name in self.Meta.fields}


class CitedRecordSerializer(RecordSerializer):
    """Base of documents with attributed citations."""

    citations = AttributedCitationSerializer(
        many=True, help_text="The sources of what the document says."
    )


class NamedRecordSerializer(CitedRecordSerializer):
    """Base of documents of things that have names."""

    names = NameSerializer(many=True, help_text="Other names, dated, per language and kind.")


class StateCodeSerializer(PublicSerializer):
    """A code of a state in some scheme."""

    scheme = serializers.CharField(help_text="The scheme, such as iso3166-1-alpha-2.")
    value = serializers.CharField(help_text="The code.")
    start = UncertainDateField(allow_null=True, help_text="Since when it named the state.")
    end = UncertainDateField(allow_null=True, help_text="Until when it named the state.")


class PredecessorSerializer(PublicSerializer):
    """A state that was there before."""

    state = ReferenceField(
        "state", source="predecessor_id", help_text="The state that was there before."
    )
    kind = serializers.ChoiceField(
        SuccessionKind.choices, help_text="How the one came after the other."
    )
    date = UncertainDateField(allow_null=True, help_text="When it happened.")


class StateSerializer(NamedRecordSerializer):
    """A state or territory that is, was or claims to be one."""

    codes = StateCodeSerializer(many=True, help_text="Its codes, past ones included.")
    predecessors = PredecessorSerializer(many=True, help_text="The states that it came after.")

    class Meta:
        model = State
        fields = (
            *OPENING,
            "name",
            "kind",
            "codes",
            "start",
            "end",
            "predecessors",
            "names",
            *CLOSING,
        )


class OrganizationSerializer(NamedRecordSerializer):
    """A body that acts: a ministry, a mission, a company ..."""

    # The metaclass takes declared fields away, so this does not hide the attribute of DRF.
    parent = ReferenceField(  # type: ignore[assignment]
        "organization", allow_null=True, help_text="The body that it is part of."
    )
    state = ReferenceField("state", allow_null=True, help_text="The state whose organ it is.")
    domicile = ReferenceField(
        "state", allow_null=True, help_text="The state where it has its seat."
    )
    receiving_state = ReferenceField(
        "state",
        allow_null=True,
        help_text="Of a diplomatic mission, the state that receives it.",
    )
    topics = ReferenceListField(
        "topic",
        "topic_id",
        source="organization_topics",
        help_text="What it works on.",
    )

    class Meta:
        model = Organization
        fields = (
            *OPENING,
            "name",
            "classification",
            "parent",
            "state",
            "domicile",
            "receiving_state",
            "topics",
            "start",
            "end",
            "names",
            *CLOSING,
        )


class PersonSerializer(NamedRecordSerializer):
    """A human being."""

    sort_name = serializers.CharField(
        allow_null=True,
        help_text="The name as an index of persons lists it (`Dar, Ishaq`); null where that is the label.",
    )

    class Meta:
        model = Person
        fields = (
            *OPENING,
            "given_name",
            "family_name",
            "sort_name",
            "birth",
            "death",
            "living",
            "names",
            *CLOSING,
        )


class OfficePeriodSerializer(PublicModelSerializer):
    """Some time in which the office was vacant, or for which all of its holders are on record."""

    class Meta:
        model = OfficePeriod
        fields = ("kind", "start", "end", "end_status", "note")


class OfficeSerializer(NamedRecordSerializer):
    """A position that exists independently of its holder."""

    organization = ReferenceField(
        "organization", allow_null=True, help_text="The body that it belongs to."
    )
    state = ReferenceField(
        "state", allow_null=True, help_text="The state that its holder acts for."
    )
    accredited_to = ReferenceListField(
        "state",
        "state_id",
        source="accreditations",
        help_text="The states that receive its holder.",
    )
    periods = OfficePeriodSerializer(
        many=True,
        help_text="When it was vacant, and for which time the list of its holders is complete, in order; citations whose `field`"
        " is `periods` say so.",
    )

    class Meta:
        model = Office
        fields = (
            *OPENING,
            "title",
            "organization",
            "state",
            "classification",
            "mission_class",
            "accredited_to",
            "seats",
            "start",
            "end",
            "periods",
            "names",
            *CLOSING,
        )


class OfficePeriodOnDaySerializer(OfficePeriodSerializer):
    """What is on record of the office for some time that may include the days asked for."""

    match = serializers.ChoiceField(
        MATCHES,
        help_text="Whether it certainly includes all of the days asked for, possibly some, or whether that is not known.",
    )

    class Meta:
        model = OfficePeriod
        fields = (*OfficePeriodSerializer.Meta.fields, "match")


class HolderSerializer(PublicModelSerializer):
    """Somebody who held the office, or may have."""

    tenure = ReferenceField("tenure", help_text="The tenure that says so.")
    person = ReferenceField("person", help_text="Who held it.")
    match = serializers.ChoiceField(
        MATCHES,
        help_text="Whether that is certain for one of the days asked for, possible, or not known and merely not excluded.",
    )

    class Meta:
        model = Tenure
        fields = ("tenure", "person", "kind", "match", "start", "end", "end_status", "contested")


class HoldersSerializer(PublicSerializer):
    """Who held an office on a day, and what is certain of that."""

    on = serializers.CharField(help_text="The day, month or year asked for.")
    office = ReferenceField("office", help_text="The office.")
    status = serializers.ChoiceField(
        HolderStatus.choices,
        help_text="Whether it was held, vacant or disputed, or what is on record proves none of these. It does not depend on"
        " `date_match`.",
    )
    holders = HolderSerializer(
        many=True,
        help_text="Those who held it, or may have, in full right, acting or ad interim: the surest first, then in the order of"
        " their starts.",
    )
    vacancy = OfficePeriodOnDaySerializer(
        allow_null=True,
        help_text="That the office was vacant, as its document says for the days asked for; null where it says nothing.",
    )
    coverage = OfficePeriodOnDaySerializer(
        allow_null=True,
        help_text="That the list of its holders is complete, as its document says for the days asked for; null where it says"
        " nothing.",
    )
    notes = NoteSerializer(many=True, help_text="What a reader must know to read this rightly.")


class TenureMilestoneSerializer(PublicModelSerializer):
    """A dated step on the way into the office or out of it."""

    class Meta:
        model = TenureMilestone
        fields = ("kind", "date", "note")


class TenureSerializer(CitedRecordSerializer):
    """That a person held an office for some time."""

    person = ReferenceField("person", help_text="Who held the office.")
    office = ReferenceField("office", help_text="What was held.")
    milestones = TenureMilestoneSerializer(
        many=True, help_text="Steps into the office and out of it, in order."
    )

    class Meta:
        model = Tenure
        fields = (
            *OPENING,
            "person",
            "office",
            "start",
            "end",
            "end_status",
            "kind",
            "end_reason",
            "milestones",
            *CLOSING,
        )
