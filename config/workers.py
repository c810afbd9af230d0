"""The web server's processes: the application is loaded once, and the workers that serve it are forked from there.

    python -m config.workers

Loading the application is most of a start. So it begins while the database is still being started, and the first line of
standard input says when to serve. Where it cannot be loaded the error waits for that line too: what else is wrong is
said first, by the process that starts this one. Without a line, at the end of the input, it ends.
"""

import gc
import multiprocessing
import os
import resource
import sys
import time
from typing import Any

from granian.constants import Interfaces
from granian.http import HTTP1Settings
from granian.log import LogLevels
from granian.server.mp import MPServer

from config import environment, orphans

#: Seconds between looks at the workers, and so at least between two starts of one that ends at once.
LOOK_SECONDS = 0.5
#: For running requests, when asked to stop.
GRACE_SECONDS = 10
#: Connections that the kernel keeps until they are accepted, and those that a worker accepts at most.
BACKLOG = 4096
CONNECTIONS = 8192
#: Files beside connections: those of the database, of bodies, of Python itself.
OTHER_FILES = 256
#: For the line and the headers of a request to arrive.
HEADER_SECONDS = 10


class Workers(MPServer):
    """Worker processes that come back whenever they end, however often and however many at once.

    granian's own loop gives up where a worker ends again within 5.5 seconds, and misses one that ends while it brings
    back another. This one looks at the processes themselves.
    """

    def _serve_loop(self, spawn_target: Any, target_loader: Any) -> None:
        while True:
            self.main_loop_interrupt.wait(LOOK_SECONDS)
            if self.interrupt_signal:
                return
            # What granian's watchers noted is not needed, and would make an orderly end a failure.
            self.interrupt_children.clear()
            self.main_loop_interrupt.clear()
            ended = [index for index, worker in enumerate(self.wrks) if not worker.is_alive()]  # type: ignore[no-untyped-call]
            if ended:
                self._respawn_workers(ended, spawn_target, target_loader)
                time.sleep(LOOK_SECONDS)

    def signal_handler_reload(self, *_arguments: object) -> None:
        """End on SIGHUP as on SIGTERM: what has been loaded cannot be loaded anew."""
        self.signal_handler_interrupt()  # type: ignore[no-untyped-call]


def main() -> None:
    """Load, wait for the word, and serve until SIGTERM, SIGINT or SIGHUP."""
    gc.disable()  # what is loaded stays
    error: Exception | None = None
    try:
        _load()
    except Exception as wrong:  # noqa: BLE001 - it is raised, when its time has come
        error = wrong
    gc.freeze()  # nor do the workers look at it, which leaves its pages to be shared
    gc.enable()
    if not sys.stdin.readline():
        sys.exit(1)
    if error is not None:
        raise error
    os.register_at_fork(after_in_child=orphans.dying_with(os.getpid()))
    Workers(
        "config.rsgi:application",
        address=environment.host(),
        port=environment.port(),
        interface=Interfaces.RSGI,
        workers=environment.workers(),
        websockets=False,
        backlog=BACKLOG,
        # What connections ask is bounded by the gate.
        backpressure=_connections(),
        http1_settings=HTTP1Settings(header_read_timeout=HEADER_SECONDS * 1000),
        workers_kill_timeout=GRACE_SECONDS,
        log_level=LogLevels.error,
    ).serve()


def _connections() -> int:
    """Raise the number of files that a process may open to what the system allows, and return how many may be connections."""
    now, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = CONNECTIONS + OTHER_FILES
    allowed = max(now, wanted if most == resource.RLIM_INFINITY else min(wanted, most))
    resource.setrlimit(resource.RLIMIT_NOFILE, (allowed, most))
    return max(min(CONNECTIONS, allowed - OTHER_FILES), 128)


def _load() -> None:
    # Where processes are not forked, each of them must load the application for itself.
    if multiprocessing.get_start_method() == "fork":
        import config.rsgi  # noqa: F401, PLC0415


if __name__ == "__main__":
    main()
