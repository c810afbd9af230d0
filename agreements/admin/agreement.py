"""Agreements at the desk."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib import admin
from django.db.models import F, Prefetch, prefetch_related_objects

from agreements.admin.action import ActionInline
from agreements.admin.party import PartyInline
from agreements.models import (
    ActionKind,
    Agreement,
    AgreementAction,
    AgreementCitation,
    AgreementDepositary,
    AgreementIdentifier,
    AgreementLink,
    AgreementName,
    AgreementParty,
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

if TYPE_CHECKING:
    from collections.abc import Sequence


#: Parties that a row of the list names.
PARTIES = 4


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

    columns = ("parties_shown", "form", "signed", "legal_character")
    first_filters = ("party", "between", "form", "status", "signed_after", "signed_before", "topic")
    lacking: ClassVar[dict[str, str]] = {"parties": "parties", "actions": "actions"}
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

    def complete_rows(self, rows: Sequence[Agreement]) -> None:
        """Read the first parties of each agreement, and its first signature."""
        first = AgreementParty.objects.select_related("state", "organization").order_by("pk")
        signed = AgreementAction.objects.filter(kind=ActionKind.SIGNATURE).order_by(
            F("date_earliest").asc(nulls_last=True), "pk"
        )
        prefetch_related_objects(
            rows,
            Prefetch("parties", first[: PARTIES + 1], to_attr="first_ones"),
            Prefetch("actions", signed[:1], to_attr="signatures"),
        )

    @admin.display(description="parties")
    def parties_shown(self, agreement: Any) -> str:
        """Name the first parties."""
        shown = [str(each.state or each.organization) for each in agreement.first_ones[:PARTIES]]
        return "; ".join(shown + ["…"] * (len(agreement.first_ones) > PARTIES))

    @admin.display(description="signed")
    def signed(self, agreement: Any) -> str:
        """Show the date of the first signature."""
        return next((each.date.edtf or each.date.text for each in agreement.signatures), "")
