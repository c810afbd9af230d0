"""Who computes: of the threads that share a baton one at a time, while the others wait for the database or for the baton.

Python runs one thread at a time, and each that computes keeps that right for a while before it hands it to any of those that ask. The
event loop of the gate is one of them, so with seven threads that compute it gets every eighth turn, and refuses and receives
requests as slowly. A thread that waits for the baton asks for nothing.

It is a hint and no lock: who does not get it in time goes on without it, so that a thread which waits for something else with the
baton in its hand holds nobody up for long.
"""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

#: Seconds after which a thread goes on without the baton, to the end of its request.
PATIENCE = 0.25


class Baton:
    """Shared by the threads that take turns at computing."""

    def __init__(self) -> None:
        self._lock = threading.Lock()

    @contextmanager
    def carried(self) -> Iterator[None]:
        """Compute alone among those who share it, but for what is done inside `waiting`."""
        _mine.baton = self._lock
        _take_up(self._lock)
        try:
            yield
        finally:
            _put_down(self._lock)
            _mine.baton = None


class _Mine(threading.local):
    """What the thread carries, or would if it did not wait."""

    baton: threading.Lock | None = None
    has_it = False


_mine = _Mine()


def _take_up(baton: threading.Lock) -> None:
    _mine.has_it = baton.acquire(timeout=PATIENCE)
    if not _mine.has_it:
        _mine.baton = None


def _put_down(baton: threading.Lock) -> None:
    if _mine.has_it:
        _mine.has_it = False
        baton.release()


class _Waiting:
    """Puts the baton down meanwhile, in threads that carry one."""

    def __enter__(self) -> None:
        baton = _mine.baton
        if baton is not None:
            _put_down(baton)

    def __exit__(self, *_error: object) -> None:
        baton = _mine.baton
        if baton is not None and not _mine.has_it:
            _take_up(baton)


#: Around whatever waits for something outside of the process: `with waiting:`.
waiting = _Waiting()
