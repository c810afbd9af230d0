"""What is wrong with a query, a row of a file or a document, and how to put it right: one class for all three."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

#: Characters of a wrong value that a report repeats.
SHOWN = 120
#: Names that a message lists when none is near.
LISTED = 24


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong. It names its place: a `parameter` of a query string, or a `pointer` into a document."""

    code: str  #: invalid_choice, unknown_field, bad_date ..., or the name of a rule of the database
    detail: str  #: what is wrong, and what would be right
    parameter: str | None = None
    pointer: str | None = None  #: JSON pointer (RFC 6901), "" for all of the document
    value: Any = None  #: what stands there
    suggestion: str | None = None  #: the nearest right value or name


def nearest(word: str, words: Iterable[str], *, at_least: float = 0.6) -> str | None:
    """Return the word that was probably meant, whatever its capitals; None when none is near (0 to 1, difflib's ratio)."""
    lowered = {other.lower(): other for other in reversed(list(words))}
    found = get_close_matches(word.lower()[:60], list(lowered), n=1, cutoff=at_least)
    return lowered[found[0]] if found else None


def choose_from(names: Iterable[str]) -> str:
    """Return the end of a message that lists what would be right."""
    known = list(names)
    more = f" … ({len(known)} in all)" if len(known) > LISTED else ""
    return f"choose one of {', '.join(known[:LISTED])}{more}"


def shown(value: Any) -> Any:
    """Return a value as a report repeats it: long ones are cut."""
    text = value if isinstance(value, str) else repr(value)
    is_short = len(text) <= SHOWN or not isinstance(value, str | dict | list)
    return value if is_short else f"{text[:SHOWN]}…"


def member(pointer: str, name: str | int) -> str:
    """Return the JSON pointer to a member of what `pointer` points to."""
    return f"{pointer}/{str(name).replace('~', '~0').replace('/', '~1')}"
