"""How much the tests ask that draw their questions at random: `THOROUGH=5` lets them ask five times as much (`make thorough`)."""

from __future__ import annotations

import os

THOROUGH = int(os.environ.get("THOROUGH") or 1)


def times(number: int) -> int:
    """Return so many, or a multiple of it."""
    return number * THOROUGH
