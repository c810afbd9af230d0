"""What the front page of the desk says of imports."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils import timezone

from imports.models import ImportBatch, ImportStatus
from records.home import Line, Section, section

if TYPE_CHECKING:
    from django.http import HttpRequest

#: Imports that are listed, and for how many days.
SHOWN, DAYS = 5, 30


@section(40)
def rejected_imports(request: HttpRequest) -> Section | None:
    """Imports of the last days that wrote nothing, the latest first."""
    if not request.user.has_perm("imports.view_importbatch"):
        return None
    since = timezone.now() - timedelta(days=DAYS)
    found = ImportBatch.objects.filter(
        status__in=(ImportStatus.REJECTED, ImportStatus.FAILED), started_at__gte=since
    ).only("pk", "file_name", "status", "started_at", "message")
    lines = [
        Line(
            batch.file_name,
            reverse("admin:imports_importbatch_change", args=[batch.pk]),
            note=f"{ImportStatus(batch.status).label.lower()}: {batch.message}"[:200],
            since=batch.started_at,
        )
        for batch in found[:SHOWN]
    ]
    return Section("Imports that wrote nothing", lines)
