"""Participations in the form of an event."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import Prefetch

from events.admin.pasted import ParticipationPaste
from events.models import Participation, ParticipationCapacity, Presence
from records.admin.parts import PartInline
from records.admin.through_fields import ThroughField, ThroughForm
from records.models import Evidence


class ParticipationForm(ThroughForm):
    """A participation with the offices in which the person acted."""

    #: The fields beside which warnings of a member stand.
    warned_fields: ClassVar[dict[str, str]] = {"capacities": "offices"}

    offices = ThroughField(
        ParticipationCapacity,
        "tenure",
        rows="participation_capacities",
        narrow="person",
        others={"evidence": Evidence.INFERRED},
        label="Capacities",
        help_text="The tenures in which the person acted, as the source says.",
    )
    inferred_offices = ThroughField(
        ParticipationCapacity,
        "tenure",
        rows="participation_capacities",
        narrow="person",
        values={"evidence": Evidence.INFERRED},
        label="Capacities inferred",
        help_text="Those that the source does not name, and that a curator concluded.",
    )


class ParticipationInline(PartInline):
    """Who took part, in which role and capacity, on whose behalf and on which side."""

    model = Participation
    form = ParticipationForm
    verbose_name = "participation"
    prefetched = ("participation_capacities",)
    paste = ParticipationPaste()
    columns = ("who", "role", "capacity", "on_behalf_of", "side", "there")
    read_for_lines = (
        *("event", "name_as_given", "role", "capacity_text", "side", "presence"),
        *("person__name", "organization__name", "state__name"),
        *("on_behalf_of_state__name", "on_behalf_of_organization__name"),
    )
    prefetched_for_lines = (
        Prefetch(
            "participation_capacities",
            ParticipationCapacity.objects.select_related("tenure__office").only(
                "participation", "tenure__office__title"
            ),
            to_attr="shown_capacities",
        ),
    )
    rows = (
        ("person", "organization", "state"),
        ("name_as_given", "role", "presence"),
        ("offices", "inferred_offices", "capacity_text"),
        ("on_behalf_of_state", "on_behalf_of_organization", "side"),
        ("order", "contested"),
    )

    def who(self, row: Participation) -> str:
        return str(row.person or row.organization or row.state or row.name_as_given)

    @admin.display(description="presence")
    def there(self, row: Participation) -> str:
        return "" if row.presence == Presence.UNKNOWN else row.get_presence_display()

    def capacity(self, row: Any) -> str:
        offices = "; ".join(str(each.tenure.office) for each in row.shown_capacities)
        return offices or row.capacity_text

    def on_behalf_of(self, row: Participation) -> str:
        return str(row.on_behalf_of_state or row.on_behalf_of_organization or "")
