"""What `/metrics` says of the feed. Loaded only where METRICS is on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prometheus_client.core import GaugeMetricFamily

from records.models import Change

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
