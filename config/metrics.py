"""`/metrics` for Prometheus: requests of all workers of this host, the database, and what apps add. Off unless METRICS is on.

Counted by each worker into files of its own in the folder that PROMETHEUS_MULTIPROC_DIR names (config/serve.py makes it), and
added up by whichever worker is asked. What the database knows is read when it is asked for.
"""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpResponse
from django.utils.module_loading import import_string
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Histogram,
    generate_latest,
)
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from django.http import HttpRequest
    from django.http.response import HttpResponseBase
    from prometheus_client import Metric

#: Formats by media type; the rest is `other`, an answer without a body `none`.
FORMATS = {
    "": "none",
    "application/json": "json",
    "application/problem+json": "problem",
    "application/x-ndjson": "ndjson",
    "text/csv": "csv",
    "text/html": "html",
}
#: Addresses of machines, whose calls would drown those of callers.
NOT_COUNTED = frozenset({"/metrics", "/healthz", "/readyz"})
#: Seconds; a page takes a few milliseconds, a statement at most 15 seconds.
BUCKETS = (0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15)
#: Answers 503, 408 and 413 that the gate gave before Django, by the code of the problem; the folder of counts adds workers up.
REFUSALS = Counter(
    "chancery_refusals", "Requests that were refused before they were looked at.", ("code",)
)
#: States of connections that are always shown, were there none.
STATES = ("active", "idle", "idle in transaction")


class MetricsMiddleware:
    """Counts and times requests, and answers `/metrics`. Before ALLOWED_HOSTS and the redirect to HTTPS, as the health checks are."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response
        self._registry = CollectorRegistry()
        self._requests = Counter(
            "chancery_requests",
            "Answers, by the name of the address, status and format.",
            ("route", "status", "format"),
            registry=self._registry,
        )
        self._seconds = Histogram(
            "chancery_request_seconds",
            "Time until an answer is ready to be sent; that of a streamed one ends with its beginning.",
            ("route",),
            buckets=BUCKETS,
            registry=self._registry,
        )

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.path_info == "/metrics":
            return HttpResponse(
                generate_latest(self._all()),
                content_type=CONTENT_TYPE_LATEST,
                headers={"Cache-Control": "no-store"},
            )
        if request.path_info in NOT_COUNTED:
            return self.get_response(request)
        started = time.perf_counter()
        response = self.get_response(request)
        seconds = time.perf_counter() - started
        route = _route(request)
        media_type = response.headers.get("Content-Type", "").partition(";")[0]
        self._requests.labels(route, response.status_code, FORMATS.get(media_type, "other")).inc()
        self._seconds.labels(route).observe(seconds)
        return response

    def _all(self) -> CollectorRegistry:
        registry = self._registry
        if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
            registry = CollectorRegistry()
            MultiProcessCollector(registry)  # type: ignore[no-untyped-call]  # it has no types
        whole = CollectorRegistry()
        whole.register(_Joined(registry))
        return whole


class _Joined(Collector):
    """What workers counted, and what the database knows now."""

    def __init__(self, counted: CollectorRegistry) -> None:
        self._counted = counted

    def describe(self) -> list[Metric]:
        """Say nothing beforehand: registering must not ask the database."""
        return []

    def collect(self) -> Iterable[Metric]:
        yield from self._counted.collect()
        known: list[Metric] = []
        is_up = True
        try:
            for name in settings.METRICS_COLLECTORS:
                known += import_string(name)()
        except DatabaseError:
            is_up = False
        finally:
            connection.close()
        yield from known
        yield GaugeMetricFamily(
            "chancery_database_up", "Whether the database answers: 1 or 0.", value=is_up
        )


def _route(request: HttpRequest) -> str:
    """The name of an address, of which there are few: those of the desk are one, and so is what is refused before it is looked up."""
    match = request.resolver_match
    if match is None:
        return "unmatched"
    if match.namespaces or request.path_info.startswith("/admin/"):
        return "desk"
    return match.url_name or "unnamed"


def database() -> Iterable[Metric]:
    """Connections of the service, by state: idle ones wait in the workers' pools."""
    connections = GaugeMetricFamily(
        "chancery_database_connections",
        "Connections to the database of all processes of the service on all hosts, commands included, by state.",
        labels=["state"],
    )
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(state, 'unknown'), count(*) FROM pg_stat_activity"
            " WHERE datname = current_database() AND application_name = 'chancery' GROUP BY 1"
        )
        found = dict(cursor.fetchall())
    for state in (*STATES, *sorted(found.keys() - {*STATES})):
        connections.add_metric([state], found.get(state, 0))
    yield connections
    yield GaugeMetricFamily(
        "chancery_database_pool_size",
        "Connections that the workers of this host use at most: WORKERS times THREADS.",
        value=settings.WORKERS * settings.THREADS,
    )
