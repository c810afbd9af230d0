"""Overload: what a service answers in time when ten times its peak is asked.

    RATE_LIMIT_ANONYMOUS=0 make run
    .venv/bin/python -m benchmarks.overload [--path /api/v1/events/] [--times 10]

Asks a service that runs already, over connections that stay open. The peak is what 32 of them get answered one request
after the other. Then requests are sent when they are due, whether those before are answered or not, and times count from
there. The processors are shared with the service, which is part of the load.
"""

from __future__ import annotations

import argparse
import selectors
import socket
import time
from collections import defaultdict
from dataclasses import dataclass, field

#: Connections that measure the peak, and those that overload.
CALLERS, CROWD = 32, 1000
SECONDS = 10
#: Of what is accepted in an overload.
GOAL_SECONDS = 1.0


@dataclass(slots=True)
class Connection:
    """One connection, with at most one request on its way."""

    socket: socket.socket
    due: float = 0
    received: bytearray = field(default_factory=bytearray)
    status: int = 0
    left: int = -1  #: bytes of the body that are to come; -1: the head has not ended


class Crowd:
    """Connections to one address of a service, and how long its answers took, by status."""

    def __init__(self, port: int, path: str, size: int) -> None:
        self._port = port
        self._request = (
            f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: application/json\r\n\r\n".encode()
        )
        self._selector = selectors.DefaultSelector()
        self._free = [self._connect() for _ in range(size)]
        self.times: defaultdict[int, list[float]] = defaultdict(list)
        self.missed = 0  #: requests that were due while no connection was free

    def _connect(self) -> Connection:
        connection = Connection(socket.create_connection(("127.0.0.1", self._port), timeout=10))
        connection.socket.settimeout(0)
        self._selector.register(connection.socket, selectors.EVENT_READ, connection)
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
        connection.received.clear()
        connection.left = -1
        connection.socket.send(self._request)

    def _receive(self, seconds: float) -> None:
        for key, _ in self._selector.select(seconds):
            connection: Connection = key.data
            try:
                data = connection.socket.recv(1 << 18)
            except OSError:
                data = b""
            if not data:
                self._selector.unregister(connection.socket)
                connection.socket.close()
                self._free.append(self._connect())
                self.times[0].append(time.monotonic() - connection.due)
            elif self._is_complete(connection, data):
                self.times[connection.status].append(time.monotonic() - connection.due)
                self._free.append(connection)

    @staticmethod
    def _is_complete(connection: Connection, data: bytes) -> bool:
        if connection.left < 0:
            connection.received += data
            end = connection.received.find(b"\r\n\r\n")
            if end < 0:
                return False
            head = bytes(connection.received[:end]).lower()
            connection.status = int(head[9:12])
            length = int(head.partition(b"content-length:")[2].partition(b"\r\n")[0])
            connection.left = length - (len(connection.received) - end - 4)
        else:
            connection.left -= len(data)
        return connection.left <= 0


def part(times: list[float], share: float) -> float:
    times = sorted(times) or [0.0]
    return times[min(len(times) - 1, int(len(times) * share))]


def main() -> None:
    """Print the peak, what an overload leaves of it, and whether all is well after it."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--path", default="/api/v1/events/")
    parser.add_argument("--times", type=float, default=10)
    options = parser.parse_args()

    Crowd(options.port, options.path, CALLERS).ask(2)
    calm = Crowd(options.port, options.path, CALLERS)
    calm.ask(SECONDS)
    peak = len(calm.times[200]) / SECONDS
    print(f"peak: {peak:,.0f} a second, p99 {part(calm.times[200], 0.99) * 1000:,.0f} ms")

    crowd = Crowd(options.port, options.path, CROWD)
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

    time.sleep(5)
    after = Crowd(options.port, options.path, 4)
    after.ask(5, 20)
    print(
        f"5 s later: p99 {part(after.times[200], 0.99) * 1000:,.0f} ms,"
        f" statuses {sorted(after.times)}"
    )


if __name__ == "__main__":
    main()
