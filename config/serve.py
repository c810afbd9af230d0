"""Start the whole service and stop all of it: what `make run` and the container run.

The parent stays small: it starts the embedded PostgreSQL unless DATABASE_URL is set, prepares the
database in one child, unless this code has done it before, and serves in another, which loads the application meanwhile.
A web server that ends is started again. On SIGINT, SIGTERM or SIGHUP it ends the children, then stops the PostgreSQL if nobody else uses it.
"""

import errno
import http.client
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path
from types import FrameType
from typing import NoReturn

from django.core.exceptions import ImproperlyConfigured

from config import environment, orphans
from config.db import embedded, prepared

GRACE_SECONDS = 15  # for running requests, when asked to stop
#: Between looks at the database's first process, and so between its end and its next start.
DATABASE_WATCH_SECONDS = 0.5
#: Until what a killed service left has ended, and with it the use of the port.
PORT_SECONDS = 1
#: Between the end of a web server and its next start; the pause doubles as long as they end within a minute.
PAUSES = (0, 1, 2, 4, 8, 16, 30)


#: Set as well as raised: Python drops an exception that a signal raises while an object is being thrown away.
_asked_to_stop = threading.Event()


class Stopped(Exception):  # noqa: N818 - no error: somebody pressed Ctrl-C
    """SIGINT, SIGTERM or SIGHUP has come."""


SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def main() -> NoReturn:
    """Serve until asked to stop; exit with 0 then, or with 1 and one line that says what is wrong."""
    for number in SIGNALS:
        signal.signal(number, _stop)
    server = web = None
    code: int | str = 1
    try:
        address = environment.host(), environment.port()
        _refuse_taken(*address)
        web = WebServer(*address)
        if not environment.text("DATABASE_URL"):
            server = embedded.main_server()
            server.hold()
        if not _is_prepared():
            _prepare()
        _serve(web, server)
    except Stopped:
        code = 0
    except (ImproperlyConfigured, embedded.EmbeddedError) as error:
        code = f"Chancery: {error}"
    finally:
        # A second Ctrl-C must not leave the database behind.
        for number in SIGNALS:
            signal.signal(number, signal.SIG_IGN)
        if web is not None:
            web.end()
        if server is not None:
            try:
                server.stop_if_unused()
            except embedded.EmbeddedError as error:
                code = code or f"Chancery: {error}"  # the first error is the one to show
    sys.exit(code)


def _stop(_number: int, _frame: FrameType | None) -> NoReturn:
    _asked_to_stop.set()
    raise Stopped


def _stop_if_asked() -> None:
    if _asked_to_stop.is_set():
        raise Stopped


def _refuse_taken(host: str, port: int) -> None:
    """Refuse a port that is in use and stays so, before anything is started."""
    until = time.monotonic() + PORT_SECONDS
    while error := _what_keeps_from(host, port):
        if error.errno != errno.EADDRINUSE or time.monotonic() > until:
            raise ImproperlyConfigured(
                f"cannot listen on {host}:{port} ({error.strerror}). Name another with HOST and PORT."
            )
        time.sleep(0.05)


def _what_keeps_from(host: str, port: int) -> OSError | None:
    """Return the error that listening would end in."""
    try:
        family, kind, protocol, _, where = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[
            0
        ]
        with socket.socket(family, kind, protocol) as probe:
            # As the server does it, or connections that just ended would count as taken.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(where)
    except OSError as error:
        return error
    return None


def _is_prepared() -> bool:
    """Whether nothing is left to do, which costs milliseconds to ask and seconds to find out with all of Django."""
    from config import settings  # noqa: PLC0415 - where one is wrong, it is said here

    return prepared.is_prepared(settings.DATABASES["default"])


def _prepare() -> None:
    arguments = [] if environment.switch("SAMPLE_STORY", default=True) else ["--no-sample-story"]
    child = _start("manage.py", "prepare", *arguments)
    try:
        if child.wait() != 0:
            sys.exit(1)  # the command has said why
    finally:
        _end(child)


class WebServer:
    """The process that serves: it loads the application at once, and is started again when it ends."""

    def __init__(self, host: str, port: int) -> None:
        environment.workers(), environment.threads()  # where one is wrong, it is said here
        # How it is reached from this machine.
        self.name = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - compared, not bound
        self.port = port
        self._ends = 0
        self._begin()

    def _begin(self) -> None:
        if environment.switch("METRICS", default=False):
            os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(_folder_of_counts())
        self.process = _start("-m", "config.workers", is_told=True)
        self.begun_at = time.monotonic()

    def serve(self) -> None:
        """Let it serve, and return when it answers. Raises ImproperlyConfigured where it ends before."""
        if self.process.stdin is not None:
            with suppress(BrokenPipeError):  # that it has ended is seen below
                self.process.stdin.write(b"serve\n")
                self.process.stdin.close()
        while not self._is_answered():
            _stop_if_asked()
            if (code := self.process.poll()) is not None:
                raise ImproperlyConfigured(f"the server ended by itself (exit code {code}).")
            time.sleep(0.05)

    def watch(self, seconds: float) -> None:
        """Wait, and start it again if it ends meanwhile: killed, or out of memory."""
        try:
            code = self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            return
        self.end()  # its workers may be left, and hold the port
        if time.monotonic() - self.begun_at > 60:
            self._ends = 0
        pause = PAUSES[min(self._ends, len(PAUSES) - 1)]
        self._ends += 1
        print(
            f"Chancery: the server ended (exit code {code}). It is started again in {pause} s.",
            file=sys.stderr,
            flush=True,
        )
        if _asked_to_stop.wait(pause):
            raise Stopped
        self._begin()
        with suppress(ImproperlyConfigured):  # then the next look finds that it has ended
            self.serve()

    def _is_answered(self) -> bool:
        connection = http.client.HTTPConnection(self.name, self.port, timeout=5)
        try:
            connection.request("GET", "/healthz")
            response = connection.getresponse()
            response.read()
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()
        return response.status == http.HTTPStatus.OK

    def end(self) -> None:
        _end(self.process)


def _serve(web: WebServer, server: embedded.Server | None) -> None:
    web.serve()
    shown = f"[{web.name}]" if ":" in web.name else web.name
    print(f"Chancery is ready on http://{shown}:{web.port}/ (Ctrl-C stops it)", flush=True)
    while True:
        _stop_if_asked()
        web.watch(DATABASE_WATCH_SECONDS)
        # One that is alive brings its own processes back; one that stands still may go on.
        if server is not None and not server.is_alive():
            server.start()


def _folder_of_counts() -> Path:
    """Return an empty folder in which workers count what `/metrics` adds up. Counters start anew, as Prometheus expects."""
    folder = embedded.var() / "metrics"
    try:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
    except OSError as error:
        raise ImproperlyConfigured(
            f"METRICS is on, and {folder} cannot be used ({error.strerror})."
        ) from None
    return folder


def _start(*arguments: str, is_told: bool = False) -> subprocess.Popen[bytes]:
    """Start a child; `is_told` keeps its standard input for the parent."""
    # A session of its own: Ctrl-C reaches this process alone, which ends the child in order.
    return subprocess.Popen(
        [sys.executable, *arguments],
        cwd=embedded.PROJECT,
        stdin=subprocess.PIPE if is_told else None,
        start_new_session=True,
        # Unsafe beside threads; this process has none.
        preexec_fn=orphans.dying_with(os.getpid()),  # noqa: PLW1509
    )


def _end(child: subprocess.Popen[bytes]) -> None:
    """End a child and all that it started: SIGTERM first, then SIGKILL."""
    child.terminate()
    deadline = time.monotonic() + GRACE_SECONDS
    try:
        while time.monotonic() < deadline:
            with suppress(subprocess.TimeoutExpired):
                child.wait(1)
                return
            # A worker that was still starting has missed the first call.
            with suppress(ProcessLookupError):
                os.killpg(child.pid, signal.SIGTERM)
    finally:
        with suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)


if __name__ == "__main__":
    main()
