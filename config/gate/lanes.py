"""Lanes: how many requests of a kind are at work at once, and how many wait for their turn.

A request that would wait longer than a caller likes is refused at once, so that those that are accepted are answered in
time, however many come. Each lane has threads of its own, which take the next request themselves: while the event loop
refuses thousands, nothing else waits for it.
"""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from contextlib import nullcontext, suppress
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from config.baton import Baton

logger = logging.getLogger(__name__)

#: Seconds that a request may be expected to wait, and those after which it is refused although it was expected to wait less.
EXPECTED_WAIT = 0.2
LONGEST_WAIT = 0.4
#: How many times as long as others a request of the desk may wait: 10 seconds.
PATIENCE_AT_THE_DESK = 25
#: What one request weighs in the average of how long requests take.
WEIGHT = 0.1


class Overloaded(Exception):  # noqa: N818 - an answer, as Problem is
    """The lane has more to do than it can do in time."""


class Turn:
    """A piece of work for a thread of a lane, and the future that the event loop waits for."""

    __slots__ = ("_claims", "begun_at", "done", "loop", "work")

    def __init__(self, work: Callable[[Turn], Any]) -> None:
        self.loop = asyncio.get_running_loop()
        self._claims = [True]
        self.work = work
        self.begun_at = 0.0  #: by the monotonic clock; 0: it still waits
        self.done: asyncio.Future[Any] = self.loop.create_future()

    def claim(self) -> bool:
        """Take the right to answer, in a thread or in the loop; who comes second does not get it."""
        try:
            return self._claims.pop()
        except IndexError:
            return False

    def is_claimed(self) -> bool:
        return not self._claims

    def end(self, result: Any) -> None:
        """Hand the result over, from a thread."""
        with suppress(RuntimeError):  # the process is ending, and the loop with it
            self.loop.call_soon_threadsafe(self.finish, result)

    def finish(self, result: Any) -> None:
        """Hand the result over, in the loop."""
        if not self.done.done():
            self.done.set_result(result)


class Lane:
    """One kind of request."""

    def __init__(
        self,
        name: str,
        at_once: int,
        *,
        seconds: float = 0.01,
        baton: Baton | None = None,
        patience: float = 1,
    ) -> None:
        self.name = name
        #: How long a request may be expected to wait, and may wait, in seconds.
        self.expected_wait, self.longest_wait = EXPECTED_WAIT * patience, LONGEST_WAIT * patience
        self._baton = baton  #: of threads that compute one at a time
        self.at_once = at_once
        self.seconds = seconds  #: that a request takes, on average
        self._waiting: SimpleQueue[Turn] = SimpleQueue()
        #: When a turn last began or ended, by the monotonic clock.
        self._moved_at = 0.0

    def start(self) -> None:
        """Start the threads. Those of a process are lost when it forks."""
        for number in range(self.at_once):
            threading.Thread(target=self._run, name=f"{self.name}-{number}", daemon=True).start()

    def is_overloaded(self) -> bool:
        """Whether a request that comes now would wait too long."""
        waiting = self._waiting.qsize()
        if not waiting:
            return False
        if time.monotonic() > self._moved_at + self.longest_wait:
            return True
        # As many as are at work may always wait: the average may stem from another time.
        return (
            waiting >= self.at_once and waiting * self.seconds > self.expected_wait * self.at_once
        )

    def put(self, turn: Turn) -> None:
        """Let it wait for its turn. Raises Overloaded."""
        if self.is_overloaded():
            raise Overloaded(self.name)
        if not self._waiting.qsize():
            self._moved_at = time.monotonic()
        self._waiting.put(turn)

    def _run(self) -> None:
        while True:
            turn = self._waiting.get()
            if turn.is_claimed():  # refused meanwhile
                turn.end(None)
                continue
            self._moved_at = turn.begun_at = time.monotonic()
            result = None
            try:
                with self._baton.carried() if self._baton else nullcontext():
                    result = turn.work(turn)
            except BaseException:  # the thread must live on
                logger.exception("A request was not answered.")
            self._moved_at = time.monotonic()
            # Two threads at once may lose one of their numbers, which an average does not mind.
            self.seconds += (self._moved_at - turn.begun_at - self.seconds) * WEIGHT
            turn.end(result)
            del turn, result
