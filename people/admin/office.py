"""Offices at the desk."""

from __future__ import annotations

from typing import ClassVar

from django.contrib import admin

from people.models import (
    Office,
    OfficeAccreditation,
    OfficeCitation,
    OfficeIdentifier,
    OfficeName,
    OfficePeriod,
    Tenure,
)
from records.admin.forms import dated
from records.admin.list_filters import by_field
from records.admin.parts import (
    CitationInline,
    IdentifierInline,
    NameInline,
    PartInline,
    TabularPartInline,
)
from records.admin.record import RecordAdmin
from records.admin.related_tables import RelatedTable


class OfficeAccreditationInline(TabularPartInline):
    """The states that receive its holder."""

    model = OfficeAccreditation
    verbose_name = "accreditation"
    rows = ("state",)


class OfficePeriodInline(PartInline):
    """When it was vacant, and for which time its holders are all on record."""

    model = OfficePeriod
    verbose_name = "period"
    rows = (("kind", "end_status", "note"), dated("start"), dated("end"))


@admin.register(Office)
class OfficeAdmin(RecordAdmin):
    """Offices: what a person can hold, independent of the holder."""

    columns = ("classification", "state", "organization")
    list_filter = (by_field("mission_class"),)
    first_filters = ("state", "organization", "classification", "accredited_to")
    lacking: ClassVar[dict[str, str]] = {"holders": "tenures"}
    search_fields = ("title", "names__name")
    label_related = ("state",)
    rows = (
        "title",
        ("state", "organization"),
        ("classification", "mission_class", "seats"),
        dated("start"),
        dated("end"),
    )
    related_tables = (
        RelatedTable(
            "Held by",
            Tenure,
            "office",
            ("kind", "start_edtf", "end_edtf", "end_status"),
            ("person", "office"),
        ),
    )
    inlines = (
        OfficeAccreditationInline,
        OfficePeriodInline,
        NameInline.of(OfficeName),
        CitationInline.of(OfficeCitation),
        IdentifierInline.of(OfficeIdentifier),
    )

    def label_of(self, row: Office) -> str:
        return f"{row} ({row.state})" if row.state else str(row)
