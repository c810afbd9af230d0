"""Sources at the desk."""

from __future__ import annotations

from django.contrib import admin

from records.admin.forms import dated
from records.admin.list_filters import by_field
from records.admin.parts import IdentifierInline
from records.admin.record import RecordAdmin
from records.models import Source, SourceIdentifier


@admin.register(Source)
class SourceAdmin(RecordAdmin):
    """Sources: what facts are cited to."""

    columns = ("kind", "publisher", "published_edtf")
    list_filter = (by_field("language"),)
    first_filters = ("kind", "publisher")
    search_fields = ("title", "publisher")
    whole_search_fields = (*RecordAdmin.whole_search_fields, "url")
    rows = (
        ("kind", "language"),
        "title",
        "publisher",
        "authors",
        "url",
        "archived_url",
        dated("published"),
        ("retrieved_on", "licence"),
        "content_hash",
    )
    inlines = (IdentifierInline.of(SourceIdentifier),)

    def label_of(self, row: Source) -> str:
        date = row.published.edtf or row.published.text
        return ", ".join(filter(None, [row.title, row.publisher, date]))
