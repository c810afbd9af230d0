"""What `/metrics` says of imports. Loaded only where METRICS is on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Count, Min
from prometheus_client.core import GaugeMetricFamily

from imports.models import AT_WORK, ImportBatch

if TYPE_CHECKING:
    from collections.abc import Iterable

    from prometheus_client import Metric


def at_work() -> Iterable[Metric]:
    """Imports that a process is, or was, at work on, and how long the quietest of them has said nothing."""
    rows = (
        ImportBatch.objects.filter(status__in=AT_WORK)
        .order_by()
        .values_list("status")
        .annotate(Count("pk"), Min("changed_at"))
    )
    found = {status: (count, since) for status, count, since in rows}
    imports = GaugeMetricFamily(
        "chancery_imports_at_work",
        "Imports that a process works on, or did when it ended, by status.",
        labels=["status"],
    )
    for status in AT_WORK:
        imports.add_metric([status.value], found.get(status.value, (0, None))[0])
    yield imports
    if found:
        yield GaugeMetricFamily(
            "chancery_import_heartbeat_timestamp_seconds",
            "The oldest last sign of life of an import at work, in seconds since 1970. Absent while none is.",
            value=min(since for _count, since in found.values()).timestamp(),
        )
