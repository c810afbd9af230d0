"""What the front page of the desk says of events."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils import timezone

from config.dates.ordering import undated_last
from events.models import EventEdition, Participation
from records.home import Line, Section, counted, section

if TYPE_CHECKING:
    from django.http import HttpRequest

#: Events that are listed, and the days before and after today.
SHOWN, BEFORE, AFTER = 12, 7, 21


@section(30)
def unresolved_names(request: HttpRequest) -> Section | None:
    """Participants whose names are unresolved."""
    if not request.user.has_perm("events.change_event"):
        return None
    count = counted(
        Participation.objects.filter(person=None, organization=None, state=None),
        "participant has an unresolved name",
        "participants have unresolved names",
    )
    lines = [Line(count, reverse("admin:events_event_unresolved"))] if count else []
    return Section("Unresolved names", lines)


@section(60)
def around_today(request: HttpRequest) -> Section | None:
    """Published events that begin around today."""
    if not request.user.has_perm("events.view_event"):
        return None
    today = timezone.now().date()
    found = (
        EventEdition.objects.current()
        # As the index of the latest first has it, which is read backwards here.
        .alias(day=undated_last("date", descending=True))
        .filter(day__range=(today - timedelta(days=BEFORE), today + timedelta(days=AFTER)))
        .order_by("day", "record_id")
        .values_list("record_id", "label", "date")
    )
    lines = [
        Line(label, reverse("admin:events_event_change", args=[key]), note=f"{day:%-d %b %Y}")
        for key, label, day in found[:SHOWN]
    ]
    return Section("Around today", lines)
