"""Servers that a test may start, kill and throw away."""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from config.db import embedded


@pytest.fixture
def var(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A data folder of the test's own; whatever runs in it is stopped afterwards."""
    # Not pytest's tmp_path, which is closed to the user that root's server runs as.
    top = Path(tempfile.mkdtemp(prefix="chancery-test-"))
    top.chmod(0o755)
    monkeypatch.setenv("CHANCERY_VAR", str(top / "var"))
    monkeypatch.delenv("DATABASE_URL", raising=False)
    yield top / "var"
    dispose(embedded.main_server())
    shutil.rmtree(top)


def dispose(server: embedded.Server) -> None:
    """Stop a server and remove what it left outside of its folder."""
    if server.folder.parent.is_dir() and server.is_ready():
        server.stop()
    if server.home != server.folder:
        shutil.rmtree(server.home.parent, ignore_errors=True)
    if server.socket_folder.parent != server.home:
        shutil.rmtree(server.socket_folder, ignore_errors=True)


@pytest.fixture(scope="session")
def initialised() -> Iterator[Path]:
    """An empty database that has been initialised once, for tests to copy."""
    with pytest.MonkeyPatch.context() as patch, tempfile.TemporaryDirectory() as top:
        Path(top).chmod(0o755)
        patch.setenv("CHANCERY_VAR", top)
        server = embedded.main_server()
        server.start()
        server.stop()
        yield server.folder


@pytest.fixture
def server(var: Path, initialised: Path) -> embedded.Server:
    """A server that has run before and is stopped now."""
    var.mkdir()
    # cp, since Python's copies do not keep the owner.
    subprocess.run(["cp", "-a", str(initialised), str(var)], check=True)  # noqa: S607
    return embedded.main_server()


@pytest.fixture
def python(var: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run a piece of Python in a process of its own, with variables set."""

    def run(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, *arguments],
            check=False,
            capture_output=True,
            text=True,
            cwd=embedded.PROJECT,
            env={**clean_environment(), **variables},
            timeout=60,
        )

    return run


def clean_environment() -> dict[str, str]:
    """Return what a shell has, without what pytest and the developer have set."""
    ours = {"DJANGO_SETTINGS_MODULE", "DATABASE_URL", "DEBUG", "SECRET_KEY", "ALLOWED_HOSTS"}
    return {key: value for key, value in os.environ.items() if key not in ours}


@pytest.fixture
def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
