"""Events at the desk."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.db.models import Prefetch, prefetch_related_objects

from events.admin.participation import ParticipationInline
from events.admin.unresolved import UnresolvedNames, WithUnresolvedNames
from events.models import (
    Event,
    EventCitation,
    EventIdentifier,
    EventLink,
    EventPlace,
    EventTopic,
    Participation,
    ParticipationCapacity,
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

if TYPE_CHECKING:
    from collections.abc import Sequence

    from records.lookup.reading import Days


#: Participants that a row of the list names.
PARTICIPANTS = 4


def _named(participation: Participation) -> str:
    who = participation.person or participation.organization or participation.state
    capacity = next(iter(participation.participation_capacities.all()), None)
    office = f" ({capacity.tenure.office.title})" if capacity else ""
    return f"{who or participation.name_as_given}{office}"


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
class EventAdmin(UnresolvedNames, RecordAdmin):
    """Events: what happened, was planned, or is said to have happened."""

    columns = ("who", "type", "dated", "status")
    list_filter = (WithUnresolvedNames,)
    first_filters = ("state", "between", "person", "type", "status", "date_after", "date_before")
    sorted_by_groups = ("type", "status", "badge")
    search_fields = ("title",)
    label_related = ("type",)
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

    def complete_rows(self, rows: Sequence[Event]) -> None:
        """Read the first participants of each event, with the offices in which they took part."""
        offices = ParticipationCapacity.objects.select_related("tenure__office").order_by("pk")
        first = (
            Participation.objects.select_related("person", "organization", "state")
            .prefetch_related(Prefetch("participation_capacities", offices))
            .order_by("order", "pk")[: PARTICIPANTS + 1]
        )
        prefetch_related_objects(rows, Prefetch("participations", first, to_attr="first_ones"))

    @admin.display(description="who")
    def who(self, event: Any) -> str:
        """Name the first participants, each with the first office in which somebody took part."""
        shown = [_named(each) for each in event.first_ones[:PARTICIPANTS]]
        return "; ".join(shown + ["…"] * (len(event.first_ones) > PARTICIPANTS))

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
