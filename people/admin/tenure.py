"""Tenures at the desk."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin

from people.models import Tenure, TenureCitation, TenureIdentifier, TenureMilestone
from records.admin.forms import dated
from records.admin.parts import CitationInline, IdentifierInline, PartInline
from records.admin.record import RecordAdmin
from records.admin.relations import RelationFilter

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

    from django.db.models import QuerySet


class TenureMilestoneInline(PartInline):
    """Steps on the way into the office or out of it."""

    model = TenureMilestone
    verbose_name = "milestone"
    rows = (("kind", "note"), dated("date"))


class TenureIdentifierInline(IdentifierInline):
    """What other systems call the tenure."""

    model = TenureIdentifier


class TenureCitationInline(CitationInline):
    """Sources of the tenure."""

    model = TenureCitation


@admin.register(Tenure)
class TenureAdmin(RecordAdmin):
    """Tenures: that a person held an office, when, and how it came and went."""

    columns = ("kind", "start_edtf", "end_edtf", "end_status")
    list_filter = (
        "kind",
        "end_status",
        "office__classification",
        ("person", RelationFilter),
        ("office", RelationFilter),
        ("office__state", RelationFilter),
    )
    search_fields = ("person__name", "person__names__name", "office__title", "office__names__name")
    whole_search_fields = ("slug", "identifiers__value")
    label_related = ("person", "office")
    date_hierarchy = "start_earliest"
    rows = (
        ("person", "office", "kind"),
        dated("start"),
        dated("end"),
        ("end_status", "end_reason"),
    )
    inlines = (TenureMilestoneInline, TenureCitationInline, TenureIdentifierInline)

    def label_of(self, row: Tenure) -> str:
        """Tell the terms of one holder apart by their dates."""
        start, end = row.start.edtf or row.start.text, row.end.edtf or row.end.text
        dates = " to ".join(filter(None, [start or (end and "?"), end]))
        return f"{row} ({dates})" if dates else str(row)

    def narrow(self, queryset: QuerySet[Any], asked: Mapping[str, Any]) -> QuerySet[Any]:
        """Offer the tenures of one person where a form asks for a capacity (`?person=`)."""
        key = self.key_of(asked.get("person"))
        return queryset.filter(person=key) if key else queryset

    def key_of(self, text: Any) -> UUID | None:
        """Return the key that a text writes, if it is one."""
        field: Any = self.model._meta.pk
        try:
            key: UUID | None = field.to_python(text)
        except Exception:  # noqa: BLE001 - whatever is no key narrows nothing
            return None
        return key
