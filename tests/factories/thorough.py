"""How much the tests ask that draw their questions at random: `THOROUGH=5` lets them ask five times as much (`make thorough`)."""

from __future__ import annotations

import os

THOROUGH = int(os.environ.get("THOROUGH") or 1)


def times(number: int) -> int:
    """Return so many, or a multiple of it."""
    return number * THOROUGH


def one_in(number: int) -> int:
    """Return the step by which questions are taken of all: so large, or 1 where the tests are thorough."""
    return 1 if THOROUGH > 1 else number
