"""Offices at the desk."""

from __future__ import annotations

from django.contrib import admin

from people.models import (
    Office,
    OfficeAccreditation,
    OfficeCitation,
    OfficeIdentifier,
    OfficeName,
    Tenure,
)
from records.admin.forms import dated
from records.admin.listed import Listed
from records.admin.parts import CitationInline, IdentifierInline, NameInline, TabularPartInline
from records.admin.record import RecordAdmin
from records.admin.relations import RelationFilter


class OfficeAccreditationInline(TabularPartInline):
    """The states that receive its holder."""

    model = OfficeAccreditation
    verbose_name = "accreditation"
    rows = ("state",)


class OfficeNameInline(NameInline):
    """Other titles of the office."""

    model = OfficeName


class OfficeIdentifierInline(IdentifierInline):
    """What other systems call the office."""

    model = OfficeIdentifier


class OfficeCitationInline(CitationInline):
    """Sources of the office."""

    model = OfficeCitation


@admin.register(Office)
class OfficeAdmin(RecordAdmin):
    """Offices: what a person can hold, whoever holds it."""

    columns = ("classification", "state", "organization")
    list_filter = (
        "classification",
        "mission_class",
        ("state", RelationFilter),
        ("organization", RelationFilter),
    )
    search_fields = ("title", "names__name")
    label_related = ("state",)
    rows = (
        "title",
        ("state", "organization"),
        ("classification", "mission_class", "seats"),
        dated("start"),
        dated("end"),
    )
    listed = (
        Listed(
            "Held by",
            Tenure,
            "office",
            ("kind", "start_edtf", "end_edtf", "end_status"),
            ("person", "office"),
        ),
    )
    inlines = (
        OfficeAccreditationInline,
        OfficeNameInline,
        OfficeCitationInline,
        OfficeIdentifierInline,
    )

    def label_of(self, row: Office) -> str:
        """Tell offices of one title apart by state."""
        return f"{row} ({row.state})" if row.state else str(row)
