"""The public shape of agreements."""

from __future__ import annotations

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from agreements.editions.agreement import plain_amount
from agreements.models import (
    Agreement,
    AgreementAction,
    AgreementLink,
    AgreementParty,
    MonetaryValue,
)
from agreements.statuses import AgreementStatus, PartyStatus
from config.api.filters.dates import MATCHES
from config.dates.serializers import UncertainDateField
from people.serializers import NamedRecordSerializer
from records.reference_fields import (
    EitherReferenceField,
    EitherReferenceListField,
    PartReferenceField,
    ReferenceField,
    ReferenceListField,
)
from records.serializers import CLOSING, OPENING, PublicModelSerializer, PublicSerializer

_STATE_OR_ORGANIZATION = {"state": "state_id", "organization": "organization_id"}


@extend_schema_field(OpenApiTypes.STR)
class AmountField(serializers.Field[Any, Any, Any, Any]):
    """An amount of money in the column `column`, written in plain digits with the decimal places of its currency."""

    relations = ("currency",)

    def __init__(self, column: str, **kwargs: Any) -> None:
        self.column = column
        super().__init__(read_only=True, source="*", **kwargs)

    def to_representation(self, value: MonetaryValue) -> str | None:
        amount = getattr(value, self.column)
        return None if amount is None else plain_amount(amount, value.currency.minor_units)


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

    party = PartReferenceField(
        "party",
        part="parties",
        member="party",
        kinds=_STATE_OR_ORGANIZATION,
        help_text="The party that did it, or for which it took effect; null when it concerns the agreement as a whole.",
    )
    event = ReferenceField("event", allow_null=True, help_text="The event at which it was done.")

    class Meta:
        model = AgreementAction
        fields = ("kind", "party", "date", "effective_date", "instrument", "text", "event")


class StatusOnDaySerializer(PublicSerializer):
    """A status that a party may have had on one of the days asked for."""

    value = serializers.ChoiceField(PartyStatus.choices, help_text="The status.")
    match = serializers.ChoiceField(
        MATCHES,
        help_text="Whether it certainly had it on one of these days, possibly, or whether that is not known and merely not"
        " excluded.",
    )


class PartyOnDaySerializer(AgreementPartySerializer):
    """A party to an agreement as it stood on a day."""

    status = serializers.SerializerMethodField(
        help_text="The status of the agreement for it on that day, or on every day of that month or year; `unknown` when there"
        " may have been several; null for roles in which nobody is bound.",
    )
    match = serializers.ChoiceField(
        MATCHES,
        allow_null=True,
        help_text="How sure the status is: `certain` whichever of the possible days of each action is true, `possible` when"
        " only an unknown date leaves others open, `unknown` when the status is; null without a status.",
    )
    statuses = StatusOnDaySerializer(
        many=True,
        help_text="Every status that it may have had on a day asked for, the surest first: as `in_force_on` finds them.",
    )
    actions = AgreementActionSerializer(
        many=True, help_text="The actions that decide the status, or may decide it, in order."
    )

    class Meta:
        model = AgreementParty
        fields = (*AgreementPartySerializer.Meta.fields, "match", "statuses", "actions")


class MonetaryValueSerializer(PublicModelSerializer):
    """What the agreement is worth, as a source reports it. Never add up a package and its members: see `scope`."""

    amount = AmountField(
        "amount",
        help_text="The amount in units of the currency, a decimal number in plain digits; of a range, the least.",
    )
    amount_max = AmountField(
        "amount_max", allow_null=True, help_text="Of a range, the greatest amount; null otherwise."
    )
    currency = serializers.CharField(
        source="currency_id", help_text="Alphabetic code of ISO 4217, such as `USD`."
    )

    class Meta:
        model = MonetaryValue
        fields = ("amount", "amount_max", "currency", "qualifier", "kind", "scope", "as_reported")


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
    topics = ReferenceListField(
        "topic", "topic_id", source="agreement_topics", help_text="What it is about."
    )
    depositaries = EitherReferenceListField(
        {"depositaries": _STATE_OR_ORGANIZATION}, help_text="Who keeps it."
    )
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
