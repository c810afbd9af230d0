"""The public shape of agreements."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from agreements.editions import plain_amount
from agreements.models import (
    Agreement,
    AgreementAction,
    AgreementLink,
    AgreementParty,
    MonetaryValue,
)
from agreements.statuses import AgreementStatus, PartyStatus
from config.dates.serializers import UncertainDateField
from people.serializers import (
    CodedReferenceListField,
    EitherReferenceField,
    NamedRecordSerializer,
    ReferenceListField,
)
from records.serializers import (
    CLOSING,
    OPENING,
    PublicModelSerializer,
    PublicSerializer,
    ReferenceField,
    ReferenceSerializer,
)

_STATE_OR_ORGANIZATION = {"state": "state_id", "organization": "organization_id"}


@extend_schema_field(ReferenceSerializer)
class ActorField(EitherReferenceField):
    """The state or organization behind the party of an action."""

    def to_representation(self, value: AgreementAction) -> dict[str, Any] | None:  # type: ignore[override] # an action
        """Ask for the reference of the party, if there is one."""
        return super().to_representation(value.party) if value.party else None


@extend_schema_field(ReferenceSerializer(many=True))
class DepositariesField(EitherReferenceField):
    """States and organizations that keep the agreement."""

    def to_representation(self, value: Agreement) -> list[dict[str, Any] | None]:  # type: ignore[override] # a list
        """Ask for the references, in the rows' order."""
        one = super().to_representation
        return [one(row) for row in value.depositaries.all()]


class StatusSerializer(PublicSerializer):
    """A status as of the publication of this revision, derived from the actions."""

    since = UncertainDateField(
        allow_null=True, help_text="When it began; null when nothing is known of that."
    )
    until = serializers.DateField(
        allow_null=True,
        help_text="The first day on which a known action changes it, or may change it; null when none is known.",
    )


class AgreementStatusSerializer(StatusSerializer):
    """The status of an agreement as of the publication of this revision, derived from the actions."""

    value = serializers.ChoiceField(
        AgreementStatus.choices,
        help_text="The status; `unknown` when nothing is on record, or when what is leaves more than one possible.",
    )

    class Meta:
        fields = ("value", "since", "until")


class PartyStatusSerializer(StatusSerializer):
    """The status of an agreement for one party as of the publication of this revision, derived from the actions."""

    value = serializers.ChoiceField(
        PartyStatus.choices,
        help_text="The status; `unknown` when nothing is on record, or when what is leaves more than one possible.",
    )

    class Meta:
        fields = ("value", "since", "until")


class AgreementPartySerializer(PublicModelSerializer):
    """A state or organization that is a party to the agreement, or stands by it in some role."""

    party = EitherReferenceField(_STATE_OR_ORGANIZATION, help_text="The state or organization.")
    represented_by = ReferenceListField(
        "person",
        "person_id",
        source="representatives",
        help_text="The persons who acted for it.",
    )
    on_behalf_of = EitherReferenceField(
        {"state": "on_behalf_of_state_id", "organization": "on_behalf_of_organization_id"},
        help_text="The state or organization for which it acted, where it did not act for itself.",
    )
    status = serializers.SerializerMethodField(
        help_text="The status of the agreement for it; null for roles in which nobody is bound.",
    )

    class Meta:
        model = AgreementParty
        fields = (
            "party",
            "role",
            "side",
            "represented_by",
            "represented_by_text",
            "on_behalf_of",
            "status",
        )

    @extend_schema_field(PartyStatusSerializer(allow_null=True))
    def get_status(self, party: AgreementParty) -> None:
        """Hold the place; derived when the whole document is known."""


class AgreementActionSerializer(PublicModelSerializer):
    """Something that was done about the agreement."""

    party = ActorField(
        _STATE_OR_ORGANIZATION,
        help_text="The party that did it, or for which it took effect; null when it concerns the agreement as a whole.",
    )
    event = ReferenceField("event", allow_null=True, help_text="The event at which it was done.")

    class Meta:
        model = AgreementAction
        fields = ("kind", "party", "date", "effective_date", "instrument", "text", "event")


class MonetaryValueSerializer(PublicModelSerializer):
    """What the agreement is worth, as a source reports it. Never add up a package and its members: see `scope`."""

    amount = serializers.SerializerMethodField(
        help_text="The amount in units of the currency, a decimal number in plain digits; of a range, the least.",
    )
    amount_max = serializers.SerializerMethodField(
        help_text="Of a range, the greatest amount; null otherwise."
    )
    currency = serializers.CharField(
        source="currency_id", help_text="Alphabetic code of ISO 4217, such as `USD`."
    )

    class Meta:
        model = MonetaryValue
        fields = ("amount", "amount_max", "currency", "qualifier", "kind", "scope", "as_reported")

    def get_amount(self, value: MonetaryValue) -> str:
        """Write it with the decimal places of the currency."""
        return plain_amount(value.amount, value.currency.minor_units)

    def get_amount_max(self, value: MonetaryValue) -> str | None:
        """Write it with the decimal places of the currency."""
        return (
            None
            if value.amount_max is None
            else plain_amount(value.amount_max, value.currency.minor_units)
        )


class AgreementLinkSerializer(PublicModelSerializer):
    """How the agreement relates to another one."""

    agreement = ReferenceField(
        "agreement", source="linked_agreement_id", help_text="The other agreement."
    )

    class Meta:
        model = AgreementLink
        fields = ("kind", "agreement")


class AgreementSerializer(NamedRecordSerializer):
    """What states, organizations or companies agreed, in whatever form."""

    status = serializers.SerializerMethodField(
        help_text="The status of the agreement, derived from its actions."
    )
    topics = CodedReferenceListField(
        "topic", "topic_id", source="agreement_topics", help_text="What it is about."
    )
    depositaries = DepositariesField(_STATE_OR_ORGANIZATION, help_text="Who keeps it.")
    place = ReferenceField("place", allow_null=True, help_text="Where it was concluded.")
    parties = AgreementPartySerializer(
        many=True, help_text="States and organizations that are parties, in any role."
    )
    actions = AgreementActionSerializer(
        many=True, help_text="What was done about it, in the order of dates, undated last."
    )
    values = MonetaryValueSerializer(many=True, help_text="What it is worth, as the sources say.")
    links = AgreementLinkSerializer(many=True, help_text="How it relates to other agreements.")

    class Meta:
        model = Agreement
        fields = (
            *OPENING,
            "title",
            "short_title",
            "form",
            "legal_character",
            "laterality",
            "status",
            "topics",
            "depositaries",
            "place",
            "item_count",
            "parties",
            "actions",
            "values",
            "links",
            "names",
            *CLOSING,
        )

    @extend_schema_field(AgreementStatusSerializer)
    def get_status(self, agreement: Agreement) -> None:
        """Hold the place; derived when the whole document is known."""
