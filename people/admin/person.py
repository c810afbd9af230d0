"""Persons at the desk."""

from __future__ import annotations

from django.contrib import admin

from people.models import Person, PersonCitation, PersonIdentifier, PersonName, Tenure
from records.admin.forms import dated
from records.admin.parts import CitationInline, IdentifierInline, NameInline
from records.admin.record import RecordAdmin
from records.admin.related_tables import RelatedTable


@admin.register(Person)
class PersonAdmin(RecordAdmin):
    """Persons, whatever they hold."""

    columns = ("living", "birth_edtf", "death_edtf")
    list_filter = ("living",)
    search_fields = ("name", "names__name")
    date_hierarchy = "birth_earliest"
    rows = (
        "name",
        ("given_name", "family_name", "sort_name"),
        dated("birth"),
        dated("death"),
        "living",
    )
    related_tables = (
        RelatedTable(
            "Offices held",
            Tenure,
            "person",
            ("kind", "start_edtf", "end_edtf", "end_status"),
            ("person", "office"),
        ),
    )
    inlines = (
        NameInline.of(PersonName),
        CitationInline.of(PersonCitation),
        IdentifierInline.of(PersonIdentifier),
    )

    def label_of(self, row: Person) -> str:
        dates = f"{row.birth.edtf}–{row.death.edtf}" if row.birth or row.death else ""  # noqa: RUF001
        return f"{row} ({dates})" if dates else str(row)
