"""Overload: what a service answers in time when ten times its peak is asked.

    RATE_LIMIT_ANONYMOUS=0 make run
    .venv/bin/python -m benchmarks.overload [--path /api/v1/events/] [--times 10]

Asks a service that runs already, over connections that stay open. The peak is what 32 of them get answered one request
after the other. Then requests are sent when they are due, whether those before are answered or not, and times count from
there. The processors are shared with the service, which is part of the load.
"""

from __future__ import annotations

import argparse
import select
import socket
import time
from collections import defaultdict

from benchmarks.processes import cpu_seconds
from config.db import embedded

#: Connections that measure the peak, and those that overload.
CALLERS, CROWD = 32, 1000
SECONDS = 10
#: Of what is accepted in an overload.
GOAL_SECONDS = 1.0


class Connection:
    """One connection, with at most one request on its way."""

    __slots__ = ("due", "left", "receive", "send", "socket", "status")

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=10)
        self.socket.settimeout(0)
        self.send, self.receive = self.socket.send, self.socket.recv_into
        self.due = 0.0
        self.status = 0
        self.left = -1  #: bytes of the body that are to come; -1: nothing has come yet


class Crowd:
    """Connections to one address of a service, and how long its answers took, by status.

    Who asks shares the processors with the service, so asking has to cost next to nothing: no more than a wait for all
    connections, and a call of the system to send and to receive each.
    """

    def __init__(self, port: int, path: str, size: int) -> None:
        self._port = port
        self._request = (
            f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: application/json\r\n\r\n".encode()
        )
        self._waiting = select.epoll()
        self._connections: dict[int, Connection] = {}
        self._buffer = bytearray(1 << 18)
        self._free = [self._connect() for _ in range(size)]
        self.times: defaultdict[int, list[float]] = defaultdict(list)
        self.missed = 0  #: requests that were due while no connection was free

    def _connect(self) -> Connection:
        connection = Connection(self._port)
        self._connections[connection.socket.fileno()] = connection
        self._waiting.register(connection.socket, select.EPOLLIN)
        return connection

    def ask(self, seconds: float, rate: float | None = None) -> None:
        """Ask so many times a second; without a rate, each connection as soon as it is free."""
        began = due = time.monotonic()
        size = len(self._free)
        while (now := time.monotonic()) < began + seconds:
            if rate is None:
                while self._free:
                    self._send(now)
            while rate is not None and due <= now:
                if self._free:
                    self._send(due)
                else:
                    self.missed += 1
                due += 1 / rate
            self._receive(0.001 if rate else 0.05)
        while len(self._free) < size and time.monotonic() < began + seconds + 30:
            self._receive(0.05)

    def _send(self, due: float) -> None:
        connection = self._free.pop()
        connection.due = due
        connection.left = -1
        connection.send(self._request)

    def _receive(self, seconds: float) -> None:
        buffer, free, times = self._buffer, self._free, self.times
        for number, _ in self._waiting.poll(seconds):
            connection = self._connections[number]
            try:
                size = connection.receive(buffer)
            except OSError:
                size = 0
            if not size:
                self._waiting.unregister(number)
                del self._connections[number]
                connection.socket.close()
                free.append(self._connect())
                times[0].append(time.monotonic() - connection.due)
                continue
            if connection.left < 0:
                # The head of an answer comes in one piece.
                end = buffer.index(b"\r\n\r\n", 0, size)
                connection.status = int(buffer[9:12])
                length = buffer.index(b"content-length: ", 0, end) + 16
                connection.left = int(buffer[length : buffer.index(b"\r", length)]) + end + 4
            connection.left -= size
            if not connection.left:
                times[connection.status].append(time.monotonic() - connection.due)
                free.append(connection)


def part(times: list[float], share: float) -> float:
    times = sorted(times) or [0.0]
    return times[min(len(times) - 1, int(len(times) * share))]


class Processors:
    """What the processes of a service and of its embedded PostgreSQL take of the processors, and what this one takes."""

    def __init__(self, service: int) -> None:
        pid_file = embedded.main_server().data / "postmaster.pid"
        self._pids = [service, int(pid_file.read_text().split()[0])]
        self._before = 0.0, 0.0
        self.begin()

    def begin(self) -> None:
        self._before = self._now()

    def used(self) -> tuple[float, float]:
        """Return the processors that the service and this process used since."""
        theirs, own = self._now()
        return (theirs - self._before[0]) / SECONDS, (own - self._before[1]) / SECONDS

    def _now(self) -> tuple[float, float]:
        return sum(map(cpu_seconds, self._pids)), time.process_time()


def main() -> None:
    """Print the peak, what an overload leaves of it, and whether all is well after it."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--path", default="/api/v1/events/")
    parser.add_argument("--times", type=float, default=10)
    parser.add_argument(
        "--pid", type=int, help="of `make run`: what it takes of the processors is said"
    )
    options = parser.parse_args()
    processors = Processors(options.pid) if options.pid else None

    Crowd(options.port, options.path, CALLERS).ask(2)
    calm = Crowd(options.port, options.path, CALLERS)
    if processors:
        processors.begin()
    calm.ask(SECONDS)
    peak = len(calm.times[200]) / SECONDS
    print(f"peak: {peak:,.0f} a second, p99 {part(calm.times[200], 0.99) * 1000:,.0f} ms")
    at_peak, asking = processors.used() if processors else (0, 0)

    crowd = Crowd(options.port, options.path, CROWD)
    if processors:
        processors.begin()
    crowd.ask(SECONDS, peak * options.times)
    in_time = [seconds for seconds in crowd.times[200] if seconds <= GOAL_SECONDS]
    print(
        f"{options.times:g} times as much: {len(in_time) / SECONDS:,.0f} a second answered within 1 s"
        f" ({len(in_time) / SECONDS / peak:.0%} of the peak), p99 of all that were accepted"
        f" {part(crowd.times[200], 0.99) * 1000:,.0f} ms; {crowd.missed:,} found no connection free"
    )
    for status, times in sorted(crowd.times.items()):
        if status != 200:
            print(
                f"  {status}: {len(times) / SECONDS:,.0f} a second,"
                f" p50 {part(times, 0.5) * 1000:,.0f} ms, p99 {part(times, 0.99) * 1000:,.0f} ms"
            )
    if processors:
        now, asking_now = processors.used()
        kept = len(in_time) / SECONDS / now / (peak / at_peak)
        print(
            f"processors: {at_peak:.2f} at the peak beside {asking:.2f} for asking, then {now:.2f} beside {asking_now:.2f};"
            f" {peak / at_peak:,.0f} answers per second of a processor, then {len(in_time) / SECONDS / now:,.0f}: {kept:.0%}"
        )

    time.sleep(5)
    after = Crowd(options.port, options.path, 4)
    after.ask(5, 20)
    print(
        f"5 s later: p99 {part(after.times[200], 0.99) * 1000:,.0f} ms,"
        f" statuses {sorted(after.times)}"
    )


if __name__ == "__main__":
    main()
