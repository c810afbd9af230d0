"""Progress on standard error, with the time since the start; results go to standard output."""

from __future__ import annotations

import sys
import time

_START = time.monotonic()
_DAWDLE = 5.0
_last = [0.0]


def say(text: str, *, passing: bool = False) -> None:
    """Write a line. Those that are `passing` come every few seconds at most."""
    now = time.monotonic()
    if passing and now - _last[0] < _DAWDLE:
        return
    _last[0] = now
    minutes, seconds = divmod(int(now - _START), 60)
    print(f"[{minutes:3}:{seconds:02}] {text}", file=sys.stderr, flush=True)
