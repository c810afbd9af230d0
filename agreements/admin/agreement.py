"""Agreements at the desk."""

from __future__ import annotations

from django.contrib import admin

from agreements.admin.action import ActionInline
from agreements.admin.party import PartyInline
from agreements.models import (
    Agreement,
    AgreementCitation,
    AgreementDepositary,
    AgreementIdentifier,
    AgreementLink,
    AgreementName,
    AgreementTopic,
    MonetaryValue,
)
from records.admin.parts import (
    CitationInline,
    IdentifierInline,
    NameInline,
    PartInline,
    TabularPartInline,
    TopicInline,
)
from records.admin.record import RecordAdmin
from records.admin.relations import RelationFilter


class ValueInline(PartInline):
    """What it is worth, as sources report it."""

    model = MonetaryValue
    verbose_name = "value"
    rows = (
        ("qualifier", "amount", "amount_max", "currency"),
        ("kind", "scope", "as_reported"),
    )


class DepositaryInline(TabularPartInline):
    """Who keeps it."""

    model = AgreementDepositary
    verbose_name = "depositary"
    verbose_name_plural = "depositaries"
    rows = (("state", "organization"),)


class AgreementLinkInline(TabularPartInline):
    """How it relates to other agreements."""

    model = AgreementLink
    fk_name = "agreement"
    verbose_name = "link"
    rows = (("kind", "linked_agreement"),)


@admin.register(Agreement)
class AgreementAdmin(RecordAdmin):
    """Agreements: what was agreed, whether or not it binds in law."""

    columns = ("form", "legal_character", "laterality", "place")
    list_filter = (
        "form",
        "legal_character",
        "laterality",
        ("parties__state", RelationFilter),
        ("parties__organization", RelationFilter),
    )
    search_fields = ("title", "short_title", "names__name")
    rows = (
        "title",
        "short_title",
        ("form", "legal_character", "laterality"),
        ("place", "item_count"),
    )
    inlines = (
        PartyInline,
        ActionInline,
        ValueInline,
        TopicInline.of(AgreementTopic),
        CitationInline.of(AgreementCitation),
        AgreementLinkInline,
        DepositaryInline,
        NameInline.of(AgreementName),
        IdentifierInline.of(AgreementIdentifier),
    )
