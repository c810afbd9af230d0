"""Topics at the desk."""

from __future__ import annotations

from django.contrib import admin

from records.admin.parts import IdentifierInline
from records.admin.record import RecordAdmin
from records.models import Topic, TopicIdentifier


@admin.register(Topic)
class TopicAdmin(RecordAdmin):
    """Topics: the tree of what records are about."""

    columns = ("code", "broader")
    first_filters = ("code", "broader")
    search_fields = ("label", "code")
    label_related = ("broader",)
    rows = ("label", "code", "broader", "alternative_labels")
    inlines = (IdentifierInline.of(TopicIdentifier),)

    def label_of(self, row: Topic) -> str:
        return f"{row.broader} › {row}" if row.broader else str(row)  # noqa: RUF001 - a breadcrumb
