"""Agreements at the desk."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin

from agreements.admin.party import PartyInline
from agreements.models import (
    Agreement,
    AgreementAction,
    AgreementCitation,
    AgreementDepositary,
    AgreementIdentifier,
    AgreementLink,
    AgreementName,
    AgreementTopic,
    MonetaryValue,
)
from records.admin.forms import dated
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

if TYPE_CHECKING:
    from django.http import HttpRequest


class ActionInline(PartInline):
    """What was done about it. Its status is derived from that."""

    model = AgreementAction
    verbose_name = "action"
    columns = ("kind", "by", "on", "in_effect", "note")
    read_for_lines = (
        *("agreement", "kind", "instrument", "text"),
        *("date_edtf", "date_text", "effective_date_edtf", "effective_date_text"),
        *("party__state__name", "party__organization__name"),
    )
    #: The parties show their actions too.
    per_page = 100
    rows = (
        ("kind", "party", "event"),
        dated("date"),
        dated("effective_date"),
        ("instrument", "text"),
    )

    @admin.display(description="party")
    def by(self, row: AgreementAction) -> str:
        return str(row.party.state or row.party.organization) if row.party else ""

    @admin.display(description="date")
    def on(self, row: AgreementAction) -> str:
        return row.date_edtf or row.date_text

    @admin.display(description="effective date")
    def in_effect(self, row: AgreementAction) -> str:
        return row.effective_date_edtf or row.effective_date_text

    def note(self, row: AgreementAction) -> str:
        return "; ".join(filter(None, [row.instrument, row.text]))

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        """Search the party among those of this agreement. A new party can be chosen after it is saved."""
        formset = super().get_formset(request, obj, **kwargs)
        field = formset.form.base_fields.get("party")
        if field is not None:
            key = obj.pk if obj is not None else ""
            field.queryset = field.queryset.filter(agreement=obj)
            field.widget.widget.attrs["data-narrow"] = f"agreement={key}"
        return formset


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
