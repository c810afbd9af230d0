"""Persons at the desk."""

from __future__ import annotations

from django.contrib import admin

from people.models import Person, PersonCitation, PersonIdentifier, PersonName, Tenure
from records.admin.forms import dated
from records.admin.listed import Listed
from records.admin.parts import CitationInline, IdentifierInline, NameInline
from records.admin.record import RecordAdmin


class PersonNameInline(NameInline):
    """Names, ranks and titles of the person."""

    model = PersonName


class PersonIdentifierInline(IdentifierInline):
    """What other systems call the person."""

    model = PersonIdentifier


class PersonCitationInline(CitationInline):
    """Sources of the person."""

    model = PersonCitation


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
    listed = (
        Listed(
            "Offices held",
            Tenure,
            "person",
            ("kind", "start_edtf", "end_edtf", "end_status"),
            ("person", "office"),
        ),
    )
    inlines = (PersonNameInline, PersonCitationInline, PersonIdentifierInline)

    def label_of(self, row: Person) -> str:
        """Tell namesakes apart by their dates."""
        dates = f"{row.birth.edtf}–{row.death.edtf}" if row.birth or row.death else ""  # noqa: RUF001
        return f"{row} ({dates})" if dates else str(row)
