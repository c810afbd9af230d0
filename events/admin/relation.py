"""Relations at the desk."""

from __future__ import annotations

from typing import ClassVar

from django.contrib import admin

from events.models import (
    Relation,
    RelationCitation,
    RelationIdentifier,
    RelationPeriod,
    RelationPeriodTopic,
)
from records.admin.forms import dated
from records.admin.parts import CitationInline, IdentifierInline, PartInline
from records.admin.record import RecordAdmin
from records.admin.through_fields import ThroughField, ThroughForm


class RelationPeriodForm(ThroughForm):
    """A period with its topics."""

    fields_of_it = ThroughField(
        RelationPeriodTopic,
        "topic",
        rows="period_topics",
        label="Topics",
        help_text="In what field: of cooperation, of a dispute.",
    )


class RelationPeriodInline(PartInline):
    """How the two stood to each other, in what respect and when."""

    model = RelationPeriod
    form = RelationPeriodForm
    verbose_name = "period"
    prefetched = ("period_topics",)
    rows = (
        ("dimension", "value", "direction"),
        dated("start"),
        dated("end"),
        ("end_status", "start_event", "end_event"),
        ("fields_of_it", "asserted_by_person", "asserted_by_organization", "asserted_by_as_given"),
    )


@admin.register(Relation)
class RelationAdmin(RecordAdmin):
    """Relations: how two states stand to each other, over time."""

    first_filters = ("state", "between", "period.dimension", "period.value", "period.on")
    lacking: ClassVar[dict[str, str]] = {"periods": "periods"}
    search_fields = (
        "state_a__name",
        "state_b__name",
        "state_a__names__name",
        "state_b__names__name",
    )
    label_related = ("state_a", "state_b")
    rows = (("state_a", "state_b"),)
    inlines = (
        RelationPeriodInline,
        CitationInline.of(RelationCitation),
        IdentifierInline.of(RelationIdentifier),
    )
