"""Processes that end with the one that started them, be it by `kill -9`, so that nothing blocks the next start."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

#: PR_SET_PDEATHSIG of Linux, which has no name in Python.
_SIGNAL_OF_PARENTS_DEATH = 1


def dying_with(parent: int) -> Callable[[], None]:
    """Return what a child of this process calls after the fork, to be killed when the thread that started it ends. Linux only.

    What the child forks in turn is not asked: its parent is another.
    """
    libc = ctypes.CDLL(None) if sys.platform == "linux" else None
    is_asked = False

    def ask() -> None:
        nonlocal is_asked
        if libc is None or is_asked:
            return
        is_asked = True
        libc.prctl(_SIGNAL_OF_PARENTS_DEATH, signal.SIGKILL)
        if os.getppid() != parent:  # it died before it was asked for
            os.kill(os.getpid(), signal.SIGKILL)

    return ask
