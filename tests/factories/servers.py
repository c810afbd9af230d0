"""Servers of a test's own: embedded databases, the service as `make run` starts it, and what their processes need."""

from __future__ import annotations

import fcntl
import http.client
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING

import psycopg2
import pytest

from config.db import embedded

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


def dispose(server: embedded.Server) -> None:
    """Stop a server and remove what it left outside of its folder."""
    if server.folder.parent.is_dir() and server.is_ready():
        server.stop()
    if server.home != server.folder:
        shutil.rmtree(server.home.parent, ignore_errors=True)
    if server.socket_folder.parent != server.home:
        shutil.rmtree(server.socket_folder, ignore_errors=True)


@contextmanager
def data_folder() -> Iterator[Path]:
    """A data folder, to be named by CHANCERY_VAR; whatever runs in it is stopped afterwards."""
    # Not pytest's tmp_path, which is closed to the user that root's server runs as.
    top = Path(tempfile.mkdtemp(prefix="chancery-test-"))
    top.chmod(0o755)
    yield top / "var"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CHANCERY_VAR", str(top / "var"))
        dispose(embedded.main_server())
    shutil.rmtree(top)


def copied(folder: Path, to: Path) -> None:
    """Copy a data folder, or what is in one. By cp, since Python's copies do not keep the owner."""
    subprocess.run(["cp", "-a", str(folder), str(to)], check=True)  # noqa: S607


def prepared_in(shared: Path) -> Path:
    """Return a data folder for tests to copy, which the first process to ask makes in a folder that all of them share.

    The service has been started on it once, with the sample story; what it said is in its file `said`.
    """
    prepared = shared / "prepared"
    with (shared / "prepared.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not prepared.exists():
            with data_folder() as made:
                with serving(free_port(), CHANCERY_VAR=str(made), WORKERS="1") as service:
                    said = service.wait_until_ready()
                    assert service.get("/readyz") == (200, '{"status": "ok"}')
                    assert service.end() == 0
                (made / "said").write_text(said)
                unfinished = shared / "prepared.new"
                copied(made, unfinished)
                unfinished.rename(prepared)
    return prepared


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def clean_environment() -> dict[str, str]:
    """Return what a shell has, without what pytest and the developer have set."""
    ours = {"DJANGO_SETTINGS_MODULE", "DATABASE_URL", "DEBUG", "SECRET_KEY", "ALLOWED_HOSTS"}
    return {key: value for key, value in os.environ.items() if key not in ours}


@dataclass
class Service:
    """The service as a process of its own."""

    process: subprocess.Popen[str]
    port: int
    #: Starts another one like it.
    start: Callable[[], subprocess.Popen[str]] | None = None

    def wait_until_ready(self) -> str:
        """Return what it said up to the line with the address."""
        said = []
        assert self.process.stdout
        assert self.process.stderr
        for line in self.process.stdout:
            said.append(line)
            if f"ready on http://127.0.0.1:{self.port}/" in line:
                return "".join(said)
        pytest.fail(f"ended with {self.process.wait()}: {self.process.stderr.read()}")

    def get(self, path: str, **headers: str) -> tuple[int, str]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        connection.request(
            "GET", path, headers={name.replace("_", "-"): text for name, text in headers.items()}
        )
        answer = connection.getresponse()
        body = answer.read().decode()
        connection.close()
        return answer.status, body

    def processes(self) -> dict[str, list[int]]:
        """Return the ids of the processes that serve: the one that loads the application (`web`), and its workers."""
        web = [
            child
            for child in children_of(self.process.pid)
            if "config.workers" in command_of(child)
        ]
        return {"web": web, "workers": [worker for each in web for worker in children_of(each)]}

    def wait_for(self, path: str, status: int = 200, *, seconds: float = 60) -> float:
        """Ask until the answer has the status, and return the seconds that it took."""
        began = time.monotonic()
        while True:
            with suppress(OSError, http.client.HTTPException):
                if self.get(path)[0] == status:
                    return time.monotonic() - began
            assert time.monotonic() < began + seconds, f"{path} did not answer with {status}"
            time.sleep(0.05)

    def end(self, signal_: int = signal.SIGTERM) -> int:
        self.process.send_signal(signal_)
        self.process.communicate(timeout=30)
        return self.process.returncode

    def refuses(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) != 0


@contextmanager
def locked(server: embedded.Server, table: str) -> Iterator[Callable[[], None]]:
    """Keep everybody from a table of a server's database; what is handed over returns when somebody waits for it."""
    at = server.django_settings()
    connection = psycopg2.connect(
        dbname=at["NAME"],
        user=at["USER"],
        password=at["PASSWORD"],
        host=at["HOST"],
        port=at["PORT"],
    )
    with closing(connection), connection.cursor() as cursor:
        cursor.execute(f'LOCK TABLE "{table}" IN ACCESS EXCLUSIVE MODE')

        def wait() -> None:
            until = time.monotonic() + 30
            while True:
                cursor.execute(
                    "SELECT count(*) > 0 FROM pg_locks WHERE relation = %s::regclass AND NOT granted",
                    [table],
                )
                if cursor.fetchone() == (True,):
                    return
                assert time.monotonic() < until, f"nobody asks for {table}"
                time.sleep(0.02)

        yield wait


def command_of(pid: int) -> str:
    """Return the command line of a process; nothing where it has ended."""
    with suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_text()
    return ""


def children_of(pid: int) -> list[int]:
    """Return the ids of a process's children; none where it has ended."""
    with suppress(OSError):
        return [
            int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        ]
    return []


@contextmanager
def serving(port: int, log: Path | None = None, /, **variables: str) -> Iterator[Service]:
    """Start the service as `make run` does, without rate limits unless some are given; it is ended afterwards.

    What it says is kept for `wait_until_ready`, or goes to the file `log`, however much it is.
    """
    without = {"RATE_LIMIT_ANONYMOUS": "0", "RATE_LIMIT_KEYED": "0"}
    with ExitStack() as files:
        said: IO[str] | int = files.enter_context(log.open("w")) if log else subprocess.PIPE

        def start() -> subprocess.Popen[str]:
            return subprocess.Popen(
                [sys.executable, "-m", "config.serve"], cwd=embedded.PROJECT,
                env={**clean_environment(), "PORT": str(port), **without, **variables},
                stdout=said, stderr=said, text=True,
            )  # fmt: skip

        service = Service(start(), port, start)
        try:
            yield service
        finally:
            if service.process.poll() is None:
                service.process.terminate()
            service.process.communicate(timeout=30)
