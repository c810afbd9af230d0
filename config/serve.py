"""Start the whole service and stop all of it: what `make run` and the container run.

The parent stays small: it starts the embedded PostgreSQL unless DATABASE_URL is set, prepares the
database in one child, unless this code has done it before, and serves in another, which loads the application meanwhile.
On SIGINT or SIGTERM it ends the children, then stops the PostgreSQL if nobody else uses it.
"""

import ctypes
import http.client
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import suppress
from types import FrameType
from typing import NoReturn

from django.core.exceptions import ImproperlyConfigured

from config import environment
from config.db import embedded, prepared

GRACE_SECONDS = 15  # for running requests, when asked to stop
DATABASE_WATCH_SECONDS = 5


#: Set as well as raised: Python drops an exception that a signal raises while an object is being thrown away.
_asked_to_stop = threading.Event()


class Stopped(Exception):  # noqa: N818 - no error: somebody pressed Ctrl-C
    """SIGINT or SIGTERM has come."""


def main() -> NoReturn:
    """Serve until asked to stop; exit with 0 then, or with 1 and one line that says what is wrong."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _stop)
    server = child = None
    code: int | str = 1
    try:
        address = _address()
        _refuse_taken(*address)
        child = _start_workers(*address)
        if not environment.text("DATABASE_URL"):
            server = embedded.main_server()
            server.hold()
        if not _is_prepared():
            _prepare()
        _serve(*address, child, server)
    except Stopped:
        code = 0
    except (ImproperlyConfigured, embedded.EmbeddedError) as error:
        code = f"Chancery: {error}"
    finally:
        # A second Ctrl-C must not leave the database behind.
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_IGN)
        if child is not None:
            _end(child)
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


def _address() -> tuple[str, int]:
    return (
        environment.text("HOST", "127.0.0.1"),
        environment.number("PORT", 8000, at_least=1, at_most=65535),
    )


def _refuse_taken(host: str, port: int) -> None:
    """Refuse a port that is in use, before anything is started."""
    try:
        family, kind, protocol, _, where = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[
            0
        ]
        with socket.socket(family, kind, protocol) as probe:
            # As the server does it, or connections that just ended would count as taken.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(where)
    except OSError as error:
        raise ImproperlyConfigured(
            f"cannot listen on {host}:{port} ({error.strerror}). Name another with HOST and PORT."
        ) from None


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


def _start_workers(host: str, port: int) -> subprocess.Popen[bytes]:
    """Start the web server, which loads the application and then waits for the word."""
    return _start(
        "-m", "config.workers", "config.wsgi:application",
        "--interface", "wsgi", "--no-ws",
        "--host", host, "--port", str(port),
        "--workers", str(environment.number("WORKERS", 2, at_least=1, at_most=64)),
        # By default it would start hundreds of threads, each with a database connection.
        "--blocking-threads", str(environment.threads()),
        "--respawn-failed-workers",
        "--workers-kill-timeout", str(GRACE_SECONDS - 5),
        # Below, it warns of more threads than processors, which is right only where threads compute.
        "--log-level", "error",
        is_told=True,
    )  # fmt: skip


def _serve(
    host: str, port: int, child: subprocess.Popen[bytes], server: embedded.Server | None
) -> None:
    if child.stdin is not None:
        with suppress(BrokenPipeError):  # that it has ended is seen below
            child.stdin.write(b"serve\n")
            child.stdin.close()
    _announce(host, port, child)
    while True:
        _stop_if_asked()
        with suppress(subprocess.TimeoutExpired):
            code = child.wait(DATABASE_WATCH_SECONDS)
            raise ImproperlyConfigured(f"the server ended by itself (exit code {code}).")
        if server is not None:
            server.start()  # does nothing while it runs; brings it back if it was killed


def _announce(host: str, port: int, child: subprocess.Popen[bytes]) -> None:
    name = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - compared, not bound
    while child.poll() is None:
        _stop_if_asked()
        if _is_answered(name, port):
            shown = f"[{name}]" if ":" in name else name
            print(f"Chancery is ready on http://{shown}:{port}/ (Ctrl-C stops it)", flush=True)
            return
        time.sleep(0.05)


def _is_answered(name: str, port: int) -> bool:
    connection = http.client.HTTPConnection(name, port, timeout=5)
    try:
        connection.request("GET", "/healthz")
        response = connection.getresponse()
        response.read()
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
    return response.status == http.HTTPStatus.OK


def _start(*arguments: str, is_told: bool = False) -> subprocess.Popen[bytes]:
    """Start a child; `is_told` keeps its standard input for the parent."""
    # A session of its own: Ctrl-C reaches this process alone, which ends the child in order.
    return subprocess.Popen(
        [sys.executable, *arguments],
        cwd=embedded.PROJECT,
        stdin=subprocess.PIPE if is_told else None,
        start_new_session=True,
        # Unsafe beside threads; this process has none.
        preexec_fn=_die_with_parent if sys.platform == "linux" else None,  # noqa: PLW1509
    )


def _die_with_parent() -> None:
    """Ask the kernel for SIGTERM when the parent dies, be it by `kill -9`."""
    ctypes.CDLL(None).prctl(1, signal.SIGTERM)


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
