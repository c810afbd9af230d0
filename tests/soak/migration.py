"""A migration while the service is used: `make soak ARGS="--migration"`.

At half of what the service serves at most, beside publishers, a transaction stays open for half a minute on the table that a
migration gives a column and an index. No request may fail, none may take longer than two seconds. The same load without the
migration is measured before, for the machine may be busy with other things.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from contextlib import closing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import psycopg2

from config.db import embedded
from tests.factories.servers import clean_environment
from tests.soak.load import PATHS, Client, Cut, Publisher, finish

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.factories.servers import Service
    from tests.soak.ledger import Ledger

REQUESTS = 10_000
CALLERS = 8
OPEN_SECONDS = 30
LONGEST_SECONDS = 2.0
CALIBRATION_SECONDS = 20
#: Requests that are compared with: as many as take about as long as the migration.
BEFORE = 3_000


@dataclass
class Traffic:
    """Requests at a steady rate, or as near to it as the machine comes, and how long each took."""

    port: int
    rate: float  #: a second; 0: as fast as they are answered
    times: list[float] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _sent: int = 0
    _began: float = 0.0

    def send(self, is_enough: Callable[[int], bool]) -> None:
        """Send requests until enough of them were sent."""
        self._began = time.monotonic()
        callers = [threading.Thread(target=self._call, args=(is_enough,)) for _ in range(CALLERS)]
        for caller in callers:
            caller.start()
        for caller in callers:
            caller.join()

    def _call(self, is_enough: Callable[[int], bool]) -> None:
        client = Client(self.port)
        while True:
            with self._lock:
                number = self._sent
                if is_enough(number):
                    return
                self._sent += 1
            due = self._began + number / self.rate if self.rate else time.monotonic()
            time.sleep(max(0.0, due - time.monotonic()))
            sent = time.monotonic()
            path = PATHS[number % len(PATHS)]
            try:
                status, _headers, body = client.ask(path)
            except Cut as cut:
                status, body = 0, str(cut).encode()
            self.times.append(time.monotonic() - sent)
            if status != 200:
                self.failures.append(f"{path}: {status} {body[:100]!r}")

    def row(self, name: str) -> str:
        times = sorted(self.times)
        p50, p99 = (times[int(len(times) * share)] * 1000 for share in (0.5, 0.99))
        return f"| {name} | {len(times):,} | {len(self.failures)} | {p50:,.0f} | {p99:,.0f} | {times[-1] * 1000:,.0f} |"


def try_migration(service: Service, ledger: Ledger) -> bool:
    """Print the results of the requests, and return whether all were answered in time."""
    publishers = [Publisher("migrated", service.port, ledger)]
    for publisher in publishers:
        publisher.start()
    until = time.monotonic() + CALIBRATION_SECONDS
    peak = Traffic(service.port, 0)
    peak.send(lambda _number: time.monotonic() > until)
    rate = len(peak.times) / CALIBRATION_SECONDS / 2
    before = Traffic(service.port, rate)
    before.send(lambda number: number >= BEFORE)
    migration = Migration()
    migration.start()
    during = Traffic(service.port, rate)
    during.send(lambda number: number >= REQUESTS and not migration.is_alive())
    migration.join()
    acknowledged = publishers[0].acknowledged
    finish([*publishers])
    faults = [fault for publisher in publishers for fault in publisher.faults]
    print(f"Half of the peak: {rate:,.0f} a second, in turns of {len(PATHS)} questions.\n")
    print("| | requests | failed | p50, ms | p99 | longest |\n|---|---|---|---|---|---|")
    print(before.row("before"))
    print(during.row("while it migrated"))
    print(f"\nThe migration took {migration.seconds:.0f} s and {migration.attempts} attempts more;")
    print(f"{acknowledged} writes were acknowledged meanwhile.")
    for failure in [*during.failures, *faults, *migration.failures][:10]:
        print(f"BROKEN: {failure}")
    if max(during.times) > LONGEST_SECONDS:
        print(f"BROKEN: a request took longer than {LONGEST_SECONDS} s")
    return not (
        during.failures or faults or migration.failures or max(during.times) > LONGEST_SECONDS
    )


class Migration(threading.Thread):
    """Holds a transaction open for a while and migrates meanwhile."""

    def __init__(self) -> None:
        super().__init__()
        self.seconds = 0.0
        self.attempts = 0
        self.failures: list[str] = []

    def run(self) -> None:
        at = embedded.main_server().django_settings()
        opened = psycopg2.connect(dbname=at["NAME"], user=at["USER"], host=at["HOST"])
        with closing(opened), opened.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM events_eventedition")
            began = time.monotonic()
            process = subprocess.Popen(
                [sys.executable, "manage.py", "migrate", "events", "--verbosity", "0"],
                cwd=embedded.PROJECT, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                env={
                    **clean_environment(),
                    "CHANCERY_VAR": os.environ["CHANCERY_VAR"],
                    "DJANGO_SETTINGS_MODULE": "tests.soak.added_settings",
                },
            )  # fmt: skip
            assert process.stdout
            # The machine may be slow to start it: the transaction stays open from the first time that it is in the way.
            said = process.stdout.readline()
            time.sleep(OPEN_SECONDS)
            if process.poll() is not None:
                self.failures.append("it did not wait for the open transaction")
        output = said + process.communicate()[0]
        self.seconds = time.monotonic() - began
        self.attempts = output.count("A table is in use")
        if not self.attempts:
            self.failures.append("it never found the table in use")
        if process.returncode:
            self.failures.append(f"migrate ended with {process.returncode}: {output[-300:]}")
