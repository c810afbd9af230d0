"""What `/metrics` says of the feed and of snapshots. Loaded only where METRICS is on."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from prometheus_client.core import GaugeMetricFamily

from records.models import Change
from records.snapshots.folder import LATEST, find

if TYPE_CHECKING:
    from collections.abc import Iterable

    from prometheus_client import Metric


def feed() -> Iterable[Metric]:
    """The newest position of the feed, and when it was published; nothing of the latter before the first publication."""
    position, at = Change.objects.order_by("-position").values_list("position", "at").first() or (
        0,
        None,
    )
    yield GaugeMetricFamily(
        "chancery_feed_position", "The newest position of the change feed.", value=position
    )
    if at is not None:
        yield GaugeMetricFamily(
            "chancery_last_publication_timestamp_seconds",
            "When something was last published or withdrawn, in seconds since 1970.",
            value=at.timestamp(),
        )


def last_snapshot() -> Iterable[Metric]:
    """When the last snapshot was finished; nothing before the first one. The folder knows it, so that no database is asked."""
    snapshot = find(LATEST)
    if snapshot is not None:
        yield GaugeMetricFamily(
            "chancery_last_snapshot_timestamp_seconds",
            "When the last snapshot was finished, in seconds since 1970.",
            value=datetime.fromisoformat(snapshot.manifest["made_at"]).timestamp(),
        )
