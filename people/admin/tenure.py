"""Tenures at the desk."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.core.exceptions import ValidationError

from people.models import Office, Tenure, TenureCitation, TenureIdentifier, TenureMilestone
from records.admin.forms import dated
from records.admin.parts import CitationInline, IdentifierInline, PartInline
from records.admin.record import RecordAdmin
from records.lookup.days import days_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from django.db.models import QuerySet
    from django.http import HttpRequest

    from records.lookup.reading import Days


class TenureMilestoneInline(PartInline):
    """Steps on the way into the office or out of it."""

    model = TenureMilestone
    verbose_name = "milestone"
    rows = (("kind", "note"), dated("date"))


@admin.register(Tenure)
class TenureAdmin(RecordAdmin):
    """Tenures: that a person held an office, when, and how it came and went."""

    columns = ("kind", "start_edtf", "end_edtf", "end_status")
    first_filters = ("person", "office", "state", "kind", "on", "end_status")
    search_fields = ("person__name", "person__names__name", "office__title", "office__names__name")
    whole_search_fields = ("slug", "identifiers__value")
    label_related = ("person", "office__state")
    day = "start"
    rows = (
        ("person", "office", "kind"),
        dated("start"),
        dated("end"),
        ("end_status", "end_reason"),
    )
    inlines = (
        TenureMilestoneInline,
        CitationInline.of(TenureCitation),
        IdentifierInline.of(TenureIdentifier),
    )

    def label_of(self, row: Tenure) -> str:
        start, end = row.start.edtf or row.start.text, row.end.edtf or row.end.text
        dates = " to ".join(filter(None, [start or (end and "?"), end]))
        return f"{row} ({dates})" if dates else str(row)

    def hints(self, rows: Sequence[Tenure], on: Days | None) -> dict[Any, str]:  # noqa: ARG002 - of any day
        """Say whose office it is; the label has the dates."""
        return {row.pk: str(row.office.state or "") for row in rows}

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """Fill in what the box of a capacity knows: the person, the only office that is called so, and that it was held on the day.

        All that a day says of the start is that it was not later.
        """
        initial = super().get_changeform_initial_data(request)
        typed = request.GET.get("typed", "")
        desk: Any = admin.site.get_model_admin(Office)
        offices = desk.picked(Office.objects.all(), typed, None).values_list("pk", flat=True)
        found = list(offices[:2]) if typed.strip() else []
        if len(found) == 1:
            initial.setdefault("office", found[0])
        days = days_of(request.GET.get("on", ""))
        if days is not None and days[1] < date.max:
            initial.setdefault("start_edtf", f"../{days[1].isoformat()}")
        return initial

    def narrow(self, queryset: QuerySet[Any], query: Mapping[str, Any]) -> QuerySet[Any]:
        """Keep the tenures of one person where a form searches for a capacity (`?person=`)."""
        try:
            key = self.opts.pk.to_python(query.get("person"))
        except ValidationError:
            return queryset
        return queryset.filter(person=key) if key else queryset
