"""What is killed, always by SIGKILL, and how long it takes until all is as before."""

from __future__ import annotations

import os
import random
import signal
import time
from collections import defaultdict
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from config.db import embedded
from tests.factories.servers import children_of, command_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.factories.servers import Service
    from tests.soak.load import Importer, Publisher

#: After which a service that has not come back counts as down, on a machine that has other work too.
PATIENCE = 60
#: A web server that ends again within a minute is started again after a pause, which doubles.
WEB_MINUTE = 61


@dataclass
class Kills:
    """Kills one thing at a time, and waits for it to come back."""

    service: Service
    publishers: list[Publisher]
    importers: list[Importer]
    seconds: defaultdict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    faults: list[str] = field(default_factory=list)
    _web_killed_at: float = 0.0

    @property
    def count(self) -> int:
        return sum(map(len, self.seconds.values()))

    def once(self) -> None:
        """Kill something, by chance."""
        kinds: dict[str, tuple[int, Callable[[], Callable[[], bool] | None]]] = {
            "a worker of the web server": (5, self._worker),
            "all workers at once": (3, self._workers),
            "the web server": (2, self._web),
            "the service's first process": (2, self._service),
            "a process of PostgreSQL": (4, self._backend),
            "PostgreSQL itself": (3, self._postmaster),
            "a publisher": (6, self._publisher),
            "an import": (4, self._importer),
        }
        names = list(kinds)
        (name,) = random.choices(names, [kinds[each][0] for each in names])  # noqa: S311 - no secret
        is_back = kinds[name][1]()
        if is_back is None:
            return  # there was none
        began = time.monotonic()
        while not is_back():
            if time.monotonic() > began + PATIENCE:
                self.faults.append(f"{name}: not back after {PATIENCE} s")
                break
            time.sleep(0.05)
        self.seconds[name].append(time.monotonic() - began)

    def _serves(self, without: set[int]) -> Callable[[], bool]:
        """All workers are there, none of those that were killed, and the service is ready."""
        wanted = int(os.environ["WORKERS"])

        def serves() -> bool:
            workers = set(self.service.processes()["workers"])
            if len(workers) != wanted or workers & without:
                return False
            with suppress(OSError):
                return self.service.get("/readyz")[0] == 200
            return False

        return serves

    def _worker(self) -> Callable[[], bool] | None:
        workers = self.service.processes()["workers"]
        return self._kill([random.choice(workers)]) if workers else None  # noqa: S311 - no secret

    def _workers(self) -> Callable[[], bool] | None:
        workers = self.service.processes()["workers"]
        return self._kill(workers) if workers else None

    def _web(self) -> Callable[[], bool] | None:
        found = self.service.processes()
        if not found["web"] or time.monotonic() < self._web_killed_at + WEB_MINUTE:
            return None
        self._web_killed_at = time.monotonic()
        _kill_all(found["web"])
        return self._serves({*found["workers"]})

    def _service(self) -> Callable[[], bool]:
        """Kill the process that looks after the others, and be what looks after it: systemd, or Docker."""
        left = self.service.processes()
        serves = self._serves({*left["workers"]})
        self.service.process.kill()

        def is_back() -> bool:
            if self.service.process.poll() is not None:
                assert self.service.start
                self.service.process = self.service.start()
            return serves() and not any(map(command_of, left["web"] + left["workers"]))

        return is_back

    def _kill(self, workers: list[int]) -> Callable[[], bool]:
        _kill_all(workers)
        return self._serves(set(workers))

    def _backend(self) -> Callable[[], bool] | None:
        sessions = {
            pid: command
            for pid in children_of(postmaster())
            if embedded.NAME in (command := command_of(pid)) and "[local]" in command
        }
        busy = [pid for pid, command in sessions.items() if "idle" not in command]
        if not sessions:
            return None
        pid = random.choice(busy or list(sessions))  # noqa: S311 - no secret
        _kill_all([pid])
        return self._serves(set())

    def _postmaster(self) -> Callable[[], bool] | None:
        before = postmaster()
        _kill_all([before])
        serves = self._serves(set())
        return lambda: postmaster() not in {0, before} and serves()

    def _publisher(self) -> Callable[[], bool] | None:
        # One that has just been started has nothing under way.
        at_work = [each for each in self.publishers if each.has_written]
        if not at_work or not random.choice(at_work).kill():  # noqa: S311 - no secret
            return None
        return _at_once

    def _importer(self) -> Callable[[], bool] | None:
        importer = random.choice(self.importers)  # noqa: S311 - no secret
        return _at_once if importer.kill() else None


def _at_once() -> bool:
    """Of a client's process: its client starts it again, which says nothing of the service."""
    return True


def postmaster() -> int:
    """Return the id of the server's first process; 0 while there is none."""
    with suppress(OSError, ValueError, IndexError):
        return int((embedded.main_server().data / "postmaster.pid").read_text().split()[0])
    return 0


def _kill_all(pids: list[int]) -> None:
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
