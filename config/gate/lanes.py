"""Lanes: how many requests of a kind are at work at once, and how many wait for their turn.

A request that would wait longer than a caller likes is refused at once, so that those that are accepted are answered in
time, however many come. Used by the event loop of one process alone; nothing here is safe for threads.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from dataclasses import dataclass, field

#: Seconds that a request may be expected to wait, and those after which it is refused although it was expected to wait less.
EXPECTED_WAIT = 0.4
LONGEST_WAIT = 0.8
#: What one request weighs in the average of how long requests take.
WEIGHT = 0.1


class Overloaded(Exception):  # noqa: N818 - an answer, as Problem is
    """The lane has more to do than it can do in time."""


@dataclass(slots=True)
class Lane:
    """One kind of request."""

    name: str
    at_once: int
    running: int = 0
    #: Seconds that a request takes, on average.
    seconds: float = 0.01
    #: When a request last began or ended its turn, by the monotonic clock.
    _moved_at: float = 0
    _waiting: deque[tuple[float, asyncio.Future[bool]]] = field(default_factory=deque)
    _is_swept: bool = False

    def refuse_excess(self) -> None:
        """Raise Overloaded where a request that comes now would wait too long."""
        if self.running < self.at_once:
            return
        if time.monotonic() > self._moved_at + LONGEST_WAIT:
            raise Overloaded(self.name)
        waiting = len(self._waiting)
        # As many as are at work may always wait: the average may stem from another time.
        if waiting >= self.at_once and waiting * self.seconds > EXPECTED_WAIT * self.at_once:
            raise Overloaded(self.name)

    async def enter(self) -> None:
        """Wait for a turn, which `leave` ends. Raises Overloaded."""
        if self.running < self.at_once:
            self.running += 1
            self._moved_at = time.monotonic()
            return
        self.refuse_excess()
        loop = asyncio.get_running_loop()
        turn: asyncio.Future[bool] = loop.create_future()
        self._waiting.append((loop.time(), turn))
        if not self._is_swept:
            self._is_swept = True
            loop.call_later(LONGEST_WAIT / 8, self._sweep, loop)
        if not await turn:
            raise Overloaded(self.name)

    def leave(self, seconds: float) -> None:
        """Hand the turn, which took so many seconds, on to whoever has waited longest."""
        self.seconds += (seconds - self.seconds) * WEIGHT
        self._moved_at = time.monotonic()
        while self._waiting:
            _, turn = self._waiting.popleft()
            if not turn.done():  # else its request was cancelled
                turn.set_result(True)
                return
        self.running -= 1

    def _sweep(self, loop: asyncio.AbstractEventLoop) -> None:
        """Refuse those that have waited too long, which happens where what is at work stands still."""
        oldest = loop.time() - LONGEST_WAIT
        while self._waiting and self._waiting[0][0] < oldest:
            _, turn = self._waiting.popleft()
            if not turn.done():
                turn.set_result(False)
        self._is_swept = bool(self._waiting)
        if self._is_swept:
            loop.call_later(LONGEST_WAIT / 8, self._sweep, loop)
