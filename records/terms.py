"""What something can be asked by, as one number: an index of numbers is half the size of one of ids and words."""

from __future__ import annotations

from functools import lru_cache
from hashlib import blake2b
from itertools import product
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


@lru_cache(maxsize=100_000)
def term(what: str, *words: str) -> int:
    """Return the number of something: `term("role", "host")`, `term("state", id)`. Two in 2^64 may have the same one."""
    digest = blake2b("\0".join((what, *words)).encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)


def part_term(sort: str, kind: str = "", *, value: str = "", party: str = "") -> int:
    """Return the number of a dated part of this sort, of a kind, with a value and of a party, where these are asked for.

    `sort` and `kind` are those of `DatedPart.kind`, which a colon divides.
    """
    return term("part", sort, kind, value, party)


def part_terms(parts: Iterable[Mapping[str, Any]]) -> set[int]:
    """Return the numbers by which the dated parts of a document can be asked for, on whatever day."""
    found = set()
    for part in parts:
        sort, _, kind = part["kind"].partition(":")
        asked = product(("", kind), {"", part.get("value") or ""}, {"", part.get("party_id") or ""})
        found |= {part_term(sort, one, value=value, party=party) for one, value, party in asked}
    return found


def pair(one: str, other: str) -> int:
    """Return the number of two states, in either order."""
    return term("pair", *sorted((one, other)))
