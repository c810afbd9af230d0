"""Organizations at the desk."""

from __future__ import annotations

from django.contrib import admin

from people.models import (
    Organization,
    OrganizationCitation,
    OrganizationIdentifier,
    OrganizationName,
    OrganizationTopic,
)
from records.admin.forms import dated
from records.admin.parts import CitationInline, IdentifierInline, NameInline, TopicInline
from records.admin.record import RecordAdmin


@admin.register(Organization)
class OrganizationAdmin(RecordAdmin):
    """Organizations: ministries, missions, companies and other bodies."""

    columns = ("classification", "state", "parent")
    first_filters = ("classification", "state", "parent")
    search_fields = ("name", "names__name")
    label_related = ("state",)
    rows = (
        ("name", "classification"),
        ("state", "parent"),
        ("domicile", "receiving_state"),
        dated("start"),
        dated("end"),
    )
    inlines = (
        NameInline.of(OrganizationName),
        TopicInline.of(OrganizationTopic),
        CitationInline.of(OrganizationCitation),
        IdentifierInline.of(OrganizationIdentifier),
    )

    def label_of(self, row: Organization) -> str:
        return f"{row} ({row.state})" if row.state else str(row)
