"""The public shape of states, organizations, persons, offices and tenures."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from config.dates.serializers import UncertainDateField
from people.models import (
    Office,
    OfficeClass,
    Organization,
    Person,
    State,
    SuccessionKind,
    Tenure,
    TenureMilestone,
)
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
            "names",
            *CLOSING,
        )


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
