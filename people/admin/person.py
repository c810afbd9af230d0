"""Persons at the desk."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.db.models import F

from people.models import Person, PersonCitation, PersonIdentifier, PersonName, Tenure
from records.admin.forms import dated
from records.admin.parts import CitationInline, IdentifierInline, NameInline
from records.admin.picker import span_of
from records.admin.record import RecordAdmin
from records.admin.related_tables import RelatedTable
from records.models import EditorialState

if TYPE_CHECKING:
    from collections.abc import Sequence


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

    def hints(self, rows: Sequence[Person]) -> dict[Any, str]:
        """Say what each holds now or held last, as the desk knows it."""
        tenures = (
            Tenure.objects.filter(person__in=rows)
            .exclude(editorial_state=EditorialState.MERGED)
            .select_related("office__state")
            .order_by(
                "person_id",
                F("end_latest").desc(nulls_first=True),
                F("start_earliest").desc(nulls_last=True),
                "pk",
            )
            .distinct("person_id")
        )
        return {tenure.person_id: _held(tenure) for tenure in tenures}


def _held(tenure: Tenure) -> str:
    state = tenure.office.state
    office = (
        f"{tenure.office}, {state}"
        if state and state.name not in tenure.office.title
        else str(tenure.office)
    )
    span = span_of(tenure)
    return f"{office} ({span})" if span else office
