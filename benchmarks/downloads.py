"""Downloads: all events as CSV and as NDJSON, as fast as one client takes them."""

from __future__ import annotations

import time
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING

from benchmarks.databases import MAIN
from benchmarks.processes import cpu_seconds
from benchmarks.progress import say
from benchmarks.schema import PREFIX
from benchmarks.serving import API, served
from benchmarks.tables import number, table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.serving import Server

FORMATS = ("csv", "ndjson")
ROUNDS = 3
#: Bytes that are read at once.
READ = 1 << 20


@dataclass(frozen=True, slots=True)
class Taken:
    """One download: its rows, and what it cost."""

    rows: int
    seconds: float
    server: float  #: seconds of CPU time
    postgresql: float
    mib: float  #: of the largest worker afterwards


def measure(events: int) -> Iterator[str]:
    """Yield the report."""
    taken: dict[str, list[Taken]] = {name: [] for name in FORMATS}
    with served(API, MAIN) as api:
        for _ in range(20):
            api.get(f"{PREFIX}events/")
        idle = api.mib_per_worker()
        for _ in range(ROUNDS):
            for name in FORMATS:
                say(f"downloading {events:,} events as {name}")
                taken[name].append(_take(api, name))
    rows = []
    for name, each in taken.items():
        if any(one.rows != events for one in each):
            msg = f"A download as {name} has {[one.rows for one in each]} rows, not {events}."
            raise SystemExit(msg)
        rows.append(
            [
                name,
                f"{median(events / one.seconds for one in each):,.0f}",
                number(median(one.server / events for one in each) * 1e6),
                number(median(one.postgresql / events for one in each) * 1e6),
                number(max(one.mib for one in each) - idle),
            ]
        )
    yield (
        f"## Downloads\n\n{events:,} events to one client, the median of {ROUNDS}. Goal for CSV: 20,000 rows a second.\n\n"
        + table(
            [
                "",
                "rows a second",
                "server, CPU µs a row",
                "PostgreSQL, CPU µs a row",
                "a worker grows by MiB",
            ],
            rows,
        )
    )


def _take(api: Server, name: str) -> Taken:
    """Download all events; what is not a row, the header or the trailer, is not counted."""
    connection = api.connect()
    server, postgresql = cpu_seconds(api.pid), cpu_seconds(api.postmaster)
    began = time.monotonic()
    connection.request("GET", f"{PREFIX}events/?format={name}")
    response = connection.getresponse()
    lines = 0
    while piece := response.read(READ):
        lines += piece.count(b"\n")
    return Taken(
        lines - 1,
        time.monotonic() - began,
        cpu_seconds(api.pid) - server,
        cpu_seconds(api.postmaster) - postgresql,
        api.mib_per_worker(),
    )
