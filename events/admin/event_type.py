"""Event types at the desk."""

from __future__ import annotations

from django.contrib import admin

from events.models import EventType, EventTypeIdentifier
from records.admin.parts import IdentifierInline
from records.admin.record import RecordAdmin


@admin.register(EventType)
class EventTypeAdmin(RecordAdmin):
    """Event types: the tree, with PLOVER, CAMEO and Goldstein values."""

    columns = ("code", "broader", "plover_type", "cameo_code", "goldstein")
    first_filters = ("broader", "plover_type", "cameo_code")
    search_fields = ("label", "code")
    label_related = ("broader",)
    rows = (
        ("label", "code"),
        "broader",
        "description",
        ("plover_type", "plover_mode"),
        ("cameo_code", "goldstein"),
    )
    inlines = (IdentifierInline.of(EventTypeIdentifier),)

    def label_of(self, row: EventType) -> str:
        return f"{row.broader} › {row}" if row.broader else str(row)  # noqa: RUF001 - a breadcrumb
