"""Processes and ports of a test's own."""

import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from config.db import embedded
from tests.factories.servers import clean_environment


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


@pytest.fixture
def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
