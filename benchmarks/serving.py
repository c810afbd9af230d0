"""Servers as production runs them, one per database and application, and what a request costs there."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.conf import settings

from benchmarks.databases import ROOT, postmaster_pid, url
from benchmarks.processes import children_of, cpu_seconds, memory_mib

if TYPE_CHECKING:
    from collections.abc import Iterator

API, BARE, PLAIN = (
    "config.rsgi:application",
    "benchmarks.bare_wsgi:application",
    "benchmarks.plain_wsgi:application",
)
#: Seconds of CPU time over which what else happens on the machine is small.
ENOUGH_CPU = 0.3
#: Longer than the API's own statement timeout.
TIMEOUT = 60


@dataclass
class Server:
    """A running server and one connection to it."""

    application: str
    port: int
    pid: int
    postmaster: int
    connection: http.client.HTTPConnection = field(init=False)

    def __post_init__(self) -> None:
        self.connection = self.connect()

    def connect(self) -> http.client.HTTPConnection:
        """Return a further connection."""
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=TIMEOUT)

    def ask(self, path: str) -> tuple[int, bytes]:
        """Return status and body of the answer; 0 and nothing where none came in time.

        Connects anew when the server closed the connection.
        """
        for _ in range(2):
            try:
                self.connection.request("GET", path, headers={"Accept": "application/json"})
                response = self.connection.getresponse()
                return response.status, response.read()
            except TimeoutError:
                self.connection.close()
                break
            except (http.client.HTTPException, OSError):
                self.connection.close()
        return 0, b""

    def get(self, path: str) -> bytes:
        """Return the body of an answer that must be 200."""
        status, body = self.ask(path)
        if status != 200:
            sys.exit(f"{path} answered {status} ({self.application}): {body[:500]!r}")
        return body

    def cpu(self) -> float:
        return cpu_seconds(self.pid) + cpu_seconds(self.postmaster)

    def cost(self, path: str, *, most: int = 100, seconds: float = 10) -> float:
        """Return the CPU milliseconds of a request: of as many as measure it well, at most `most`, or so many seconds."""
        before, asked, started = self.cpu(), 0, time.monotonic()
        while True:
            self.ask(path)
            asked += 1
            if asked % 5 and time.monotonic() - started < seconds and asked < most:
                continue
            used = self.cpu() - before
            if asked >= most or used >= ENOUGH_CPU or time.monotonic() - started >= seconds:
                return used / asked * 1000

    def mib_per_worker(self) -> float:
        """Return the proportional memory of the largest worker."""
        return max(memory_mib(worker) for worker in children_of(self.pid))


@contextmanager
def served(application: str, database: str, **environment: str) -> Iterator[Server]:
    """Run the production server as `make run` does, on one of the databases."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    # Ours has threads of its own.
    interface = (
        ["rsgi"] if application == API else ["wsgi", "--blocking-threads", str(settings.THREADS)]
    )
    command = [
        sys.executable, "-m", "granian", application, "--no-ws", "--host", "127.0.0.1", "--port", str(port),
        "--workers", "2", "--log-level", "error", "--interface", *interface,
    ]  # fmt: skip
    inherited = {
        name: value for name, value in os.environ.items() if name != "DATABASE_STATEMENT_TIMEOUT"
    }
    # Counted as in production, and never used up.
    unlimited = {"RATE_LIMIT_ANONYMOUS": "1000000000"}
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        env={**inherited, **unlimited, "DATABASE_URL": url(database), **environment},
    )
    try:
        deadline = time.monotonic() + 60
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                break
            except OSError:
                if time.monotonic() > deadline or process.poll() is not None:
                    sys.exit(f"{application} did not start.")
                time.sleep(0.1)
        yield Server(application, port, process.pid, postmaster_pid())
    finally:
        process.terminate()
        try:
            process.wait(timeout=30)
        except subprocess.TimeoutExpired:  # it still answers what was asked under pressure
            for worker in (*children_of(process.pid), process.pid):
                with suppress(ProcessLookupError):
                    os.kill(worker, signal.SIGKILL)
            process.wait()
