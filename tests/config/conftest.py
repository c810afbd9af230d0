"""Processes and ports of a test's own."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from config.db import embedded
from tests.factories.servers import clean_environment, free_port


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
            timeout=180,
        )

    return run


@pytest.fixture(name="free_port")
def _free_port() -> int:
    return free_port()
