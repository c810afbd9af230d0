"""Events at the desk."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin

from events.admin.in_words import InWords
from events.admin.participation import ParticipationInline
from events.models import (
    Event,
    EventCitation,
    EventIdentifier,
    EventLink,
    EventPlace,
    EventTopic,
    Statement,
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
from records.admin.related_tables import RelatedTable
from records.admin.relations import RelationFilter

if TYPE_CHECKING:
    from collections.abc import Sequence

    from records.lookup.finding import Days


class EventPlaceInline(PartInline):
    """Where it took place."""

    model = EventPlace
    verbose_name = "place"
    rows = (("place", "state", "name_as_given"), ("role", "order"))


class EventLinkInline(TabularPartInline):
    """How it relates to other events."""

    model = EventLink
    fk_name = "event"
    verbose_name = "link"
    rows = (("kind", "linked_event"),)


@admin.register(Event)
class EventAdmin(InWords, RecordAdmin):
    """Events: what happened, was planned, or is said to have happened."""

    columns = ("type", "dated", "status")
    list_filter = (
        ("type", RelationFilter),
        "status",
        "attendance",
        "visit_class",
        ("participations__state", RelationFilter),
        ("participations__person", RelationFilter),
    )
    search_fields = ("title",)
    label_related = ("type",)
    date_hierarchy = "when_earliest"
    day = "when"
    rows = (
        "title",
        ("type", "status"),
        dated("when"),
        dated("end"),
        ("attendance", "visit_class", "parent"),
        "summary",
    )
    related_tables = (
        RelatedTable("Statements made there", Statement, "event", ("kind", "date_edtf"), ()),
    )
    inlines = (
        ParticipationInline,
        EventPlaceInline,
        TopicInline.of(EventTopic),
        CitationInline.of(EventCitation),
        EventLinkInline,
        IdentifierInline.of(EventIdentifier),
    )

    @admin.display(description="when", ordering="when_earliest")
    def dated(self, event: Event) -> str:
        """Show the date, or the source's words where no date is known."""
        return event.when.edtf or event.when.text

    def hints(self, rows: Sequence[Event], on: Days | None) -> dict[Any, str]:  # noqa: ARG002 - of any day
        """Say of which type it is; the label has the date."""
        return {row.pk: row.type.label for row in rows}

    def label_of(self, row: Event) -> str:
        when = row.when.edtf or row.when.text
        return f"{row} ({when})" if when else f"{row} (undated)"
