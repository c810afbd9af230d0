"""Statements at the desk."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib import admin

from events.models import (
    Statement,
    StatementAbout,
    StatementCapacity,
    StatementCitation,
    StatementIdentifier,
    StatementTopic,
)
from records.admin.forms import dated
from records.admin.parts import (
    CitationInline,
    IdentifierInline,
    PartInline,
    TabularPartInline,
    TopicInline,
)
from records.admin.record import RecordAdmin

if TYPE_CHECKING:
    from django.contrib.admin.options import InlineModelAdmin
    from django.http import HttpRequest


class StatementCapacityInline(TabularPartInline):
    """The offices in which the person spoke."""

    model = StatementCapacity
    verbose_name = "capacity"
    verbose_name_plural = "capacities"
    rows = (("tenure", "evidence"),)

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        field = super().formfield_for_foreignkey(db_field, request, **kwargs)
        if db_field.name == "tenure" and field is not None:
            field.widget.attrs["data-narrow-field"] = "speaker_person"
        return field


class StatementAboutInline(PartInline):
    """What it is about."""

    model = StatementAbout
    verbose_name = "subject"
    rows = (("event", "state", "relation"), ("organization", "person"), ("place", "topic"))


@admin.register(Statement)
class StatementAdmin(RecordAdmin):
    """Statements: what somebody said."""

    columns = (
        "kind",
        "speaker_person",
        "speaker_organization",
        "speaker_as_given",
        "date_edtf",
        "event",
    )
    first_filters = ("speaker", "about", "kind", "event", "date_after", "date_before")
    search_fields = ("summary", "text")
    day = "date"
    rows = (
        ("kind", "language"),
        ("speaker_person", "speaker_organization", "speaker_as_given"),
        "summary",
        "text",
        dated("date"),
        ("event", "part_of"),
    )
    inlines: ClassVar[tuple[type[InlineModelAdmin[Any, Any]], ...]] = (
        StatementCapacityInline,
        StatementAboutInline,
        TopicInline.of(StatementTopic),
        CitationInline.of(StatementCitation),
        IdentifierInline.of(StatementIdentifier),
    )
