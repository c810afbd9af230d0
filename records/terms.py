"""What something can be asked by, as one number: an index of numbers is half the size of one of ids and words."""

from __future__ import annotations

from functools import lru_cache
from hashlib import blake2b


@lru_cache(maxsize=100_000)
def term(what: str, *words: str) -> int:
    """Return the number of something: `term("role", "host")`, `term("state", id)`. Two in 2^64 may have the same one."""
    digest = blake2b("\0".join((what, *words)).encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)


def pair(one: str, other: str) -> int:
    """Return the number of two states, in either order."""
    return term("pair", *sorted((one, other)))
