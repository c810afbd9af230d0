"""Rate limits: how much a caller may use in a window of time, counted together by all processes.

Requests cost units. A process counts the units of a caller by itself, and adds them to the shared count only when they are more
than a batch: a twentieth of the quota over all processes together. So most requests write nothing, and what the processes do not
know of each other stays within 5 % of the quota (docs/decisions/0110-limits-keys-metrics.md).
"""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b
from math import ceil
from threading import Lock
from typing import TYPE_CHECKING, Protocol

from django.db import DatabaseError, connection

from config.api.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Callable

logger = logging.getLogger(__name__)

#: The part of the quota that processes may use without each other's knowledge.
TOLERANCE = 20
#: What a request costs whose view says nothing: documentation, an address that leads nowhere.
PLAIN_COST = 1
#: Seconds between two lines in the log about a shared count that cannot be reached.
SAID_EVERY = 60


class SharedCount(Protocol):
    """Where all processes write down what callers use."""

    def add(self, caller: bytes, until: int, units: int) -> int:
        """Add to a caller's units of the window that ends then, and return all of them. May raise DatabaseError."""

    def prune(self, now: float) -> None:
        """Forget the windows that have ended."""


@dataclass(frozen=True, slots=True)
class Policy:
    """What callers of one sort may use."""

    name: str
    quota: int  #: units in a window
    seconds: int  #: length of a window


@dataclass(slots=True)
class Window:
    """What one caller has used in one window, as this process knows it."""

    until: int  #: seconds since 1970
    known: int = 0  #: the shared count, what this process added included
    unsent: int = 0  #: counted here and not yet there

    @property
    def used(self) -> int:
        return self.known + self.unsent


class Limit:
    """The limit of one policy in this process. Windows of different callers end at different times, so that they do not return together."""

    def __init__(
        self,
        policy: Policy,
        shared: SharedCount,
        *,
        processes: int,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.policy = policy
        #: Units of a caller that are not added to the shared count yet, at most.
        self.batch = policy.quota // (TOLERANCE * processes)
        self._shared = shared
        self._clock = clock
        self._windows: dict[bytes, Window] = {}
        self._lock = Lock()
        self._swept_at = self._pruned_at = self._said_at = 0.0

    def take(self, caller: bytes, units: int) -> bool:
        """Use units, if the caller has as many left."""
        window, sent = self._count(caller, units, at_most=self.policy.quota)
        if window is None:
            return False
        if not sent or self._send(caller, window, sent) <= self.policy.quota:
            return True
        self._send(caller, window, -units)  # other processes were faster
        return False

    def use(self, caller: bytes, units: int) -> None:
        """Use units, be there as many left or not."""
        window, sent = self._count(caller, units)
        if window is not None and sent:
            self._send(caller, window, sent)

    def _count(
        self, caller: bytes, units: int, *, at_most: int | None = None
    ) -> tuple[Window | None, int]:
        """Count units and return their window and what to add to the shared count; no window when they would be too many."""
        with self._lock:
            window = self._window(caller)
            if at_most is not None and window.used + units > at_most:
                return None, 0
            window.unsent += units
            if window.unsent <= self.batch:
                return window, 0
            # On its way, it counts as known: other threads need not send it again.
            sent, window.unsent = window.unsent, 0
            window.known += sent
            return window, sent

    def _send(self, caller: bytes, window: Window, units: int) -> int:
        """Add units to the shared count and return all of it; 0 where it cannot be reached, for then this process counts alone."""
        total = self._add(caller, window.until, units)
        with self._lock:
            if units < 0:
                window.known = window.known + units if total is None else total
            elif total is not None:
                window.known = max(window.known, total)
        return total or 0

    def left(self, caller: bytes) -> tuple[int, int]:
        """Units that the caller has left, and seconds until it has all of them again."""
        with self._lock:
            window = self._window(caller)
            return (
                max(0, self.policy.quota - window.used),
                max(1, ceil(window.until - self._clock())),
            )

    def _window(self, caller: bytes) -> Window:
        now = self._clock()
        window = self._windows.get(caller)
        if window is None or window.until <= now:
            if now - self._swept_at > self.policy.seconds:
                self._windows = {key: one for key, one in self._windows.items() if one.until > now}
                self._swept_at = now
            length = self.policy.seconds
            window = Window(int(now) + length - (int(now) + caller[0] * 256 + caller[1]) % length)
            self._windows[caller] = window
        return window

    def _add(self, caller: bytes, until: int, units: int) -> int | None:
        """Add to the shared count; None when it cannot be reached, which is said in the log."""
        now = self._clock()
        try:
            if now - self._pruned_at > self.policy.seconds:
                self._pruned_at = now
                self._shared.prune(now)
            return self._shared.add(caller, until, units)
        except DatabaseError as error:
            if now - self._said_at >= SAID_EVERY:
                self._said_at = now
                logger.warning(
                    "The rate limit is kept by each process alone, for the shared count cannot be written: %s",
                    str(error).strip(),
                )
            if not connection.in_atomic_block:
                connection.close()  # it may be broken; the request itself gets another one
            return None


class Budget:
    """What one request may use: its caller's share of a limit."""

    __slots__ = ("_caller", "_due", "_limit")

    def __init__(self, limit: Limit, caller: bytes) -> None:
        self._limit = limit
        self._caller = caller
        self._due = PLAIN_COST

    def refuse_spent(self) -> None:
        """Raise Problem `too_many_requests` when nothing is left."""
        if not self._limit.left(self._caller)[0]:
            self._due = 0
            raise self._refusal(PLAIN_COST)

    def charge(self, units: int, *, is_conditional: bool) -> None:
        """Use units. Raises Problem `too_many_requests` when the caller has not as many left.

        A conditional request pays with its answer, for a 304 is free.
        """
        self._due = units if is_conditional else 0
        if not is_conditional and not self._limit.take(self._caller, units):
            raise self._refusal(units)

    def settle(self, status: int) -> None:
        """Use what is still to be paid for an answer."""
        if self._due and status != 304:
            self._limit.use(self._caller, self._due)

    def _refusal(self, units: int) -> Problem:
        left, seconds = self._limit.left(self._caller)
        policy = self._limit.policy
        return Problem(
            "too_many_requests",
            f"The request costs {units} of {policy.quota} units per {policy.seconds} seconds, of which {left} are left."
            f" All of them are back in {seconds} seconds.",
            headers={"Retry-After": str(seconds)},
        )

    def headers(self) -> dict[str, str]:
        """The fields of draft-ietf-httpapi-ratelimit-headers (10): quota and window, units left and seconds to wait."""
        left, seconds = self._limit.left(self._caller)
        policy = self._limit.policy
        return {
            "RateLimit-Policy": f'"{policy.name}";q={policy.quota};w={policy.seconds}',
            "RateLimit": f'"{policy.name}";r={left};t={seconds}',
        }


@lru_cache(maxsize=4096)
def caller_of(identity: str, secret: str) -> bytes:
    """Return the hash under which a caller is counted: nobody can find out from it who it is."""
    return blake2b(identity.encode(), digest_size=16, key=secret.encode()[:64]).digest()
