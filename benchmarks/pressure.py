"""The pressure test: how long the newest page takes while eight clients repeat the dearest question."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

from benchmarks.combinations import DEAREST_OF_RUN
from benchmarks.databases import MAIN
from benchmarks.progress import say
from benchmarks.schema import PREFIX
from benchmarks.serving import API, Server, served
from benchmarks.tables import number, table

if TYPE_CHECKING:
    from collections.abc import Iterator

CLIENTS = 8
SECONDS = 20
NEWEST = f"{PREFIX}events/"
#: Asked when the combinations were not: it has been the dearest.
OTHERWISE = f"{PREFIX}events/?search=minister+talks&status=occurred"


def measure(question: str) -> Iterator[str]:
    """Yield the report."""
    path = question or (DEAREST_OF_RUN[0] if DEAREST_OF_RUN else OTHERWISE)
    with served(API, MAIN) as api:
        for _ in range(10):
            api.ask(NEWEST)
        alone = _newest(api, SECONDS / 4)
        say(f"pressure: {CLIENTS} clients repeat {path}")
        stop, answers = threading.Event(), [0] * CLIENTS
        clients = [
            threading.Thread(target=_repeat, args=(api, path, stop, answers, which), daemon=True)
            for which in range(CLIENTS)
        ]
        for client in clients:
            client.start()
        time.sleep(1)
        pressed = _newest(api, SECONDS)
        stop.set()
        for client in clients:
            client.join(timeout=60)
    rows = [
        [name, str(len(times)), *(number(_part(times, share) * 1000) for share in (0.5, 0.99, 1))]
        for name, times in (("alone", alone), ("under pressure", pressed))
    ]
    yield (
        f"## Pressure\n\nThe newest page, while {CLIENTS} clients repeat `{path.removeprefix(PREFIX)}`"
        f" ({sum(answers)} answers in {SECONDS} s). Wall milliseconds; goal for p99: 50.\n\n"
        + table(["", "requests", "p50", "p99", "worst"], rows)
    )


def _newest(api: Server, seconds: float) -> list[float]:
    """Ask for the newest page again and again, twenty times a second at most, and return how long each answer took."""
    times, end = [], time.monotonic() + seconds
    while time.monotonic() < end:
        before = time.monotonic()
        api.ask(NEWEST)
        times.append(time.monotonic() - before)
        time.sleep(max(0.0, 0.05 - times[-1]))
    return sorted(times)


def _repeat(api: Server, path: str, stop: threading.Event, answers: list[int], which: int) -> None:
    mine = Server(api.application, api.port, api.pid, api.postmaster)
    while not stop.is_set():
        status, _ = mine.ask(path)
        answers[which] += 1
        if status == 429:
            time.sleep(0.05)


def _part(times: list[float], share: float) -> float:
    return times[min(len(times) - 1, int(len(times) * share))]
