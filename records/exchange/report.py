"""Why a line of an exchange file cannot be taken in, told so that whoever wrote the file can put it right."""

from __future__ import annotations

import difflib
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

#: Characters of a wrong value that a rejection repeats.
SHOWN = 120
#: Names that a message lists when none is near.
LISTED = 24


@dataclass(frozen=True, slots=True)
class Rejection:
    """One thing that is wrong with one line."""

    line: int | None  #: counted from 1; None when it is not the fault of one line
    object: str | None  #: the record's kind, where it could be read
    record: str | None  #: the record's slug or other name, where it could be read
    field: str  #: JSON pointer (RFC 6901) into the line, "" for all of it
    value: Any  #: what stands there
    reason: str  #: what is wrong with it, and what would be right
    code: str  #: unknown_field, wrong_type, bad_date, unknown_reference ..., or the name of a rule of the database
    suggestion: str | None = None  #: the nearest right name

    @property
    def is_consequence(self) -> bool:
        """Whether nothing is wrong with the line itself: it names one that was rejected."""
        return self.code == "rejected_reference"

    def as_document(self) -> dict[str, Any]:
        """Return the line of a report."""
        return asdict(self)

    def __str__(self) -> str:
        where = f"line {self.line}" if self.line else "file"
        what = f" {self.object} {self.record}" if self.record else ""
        return f"{where}{what}{f' {self.field}' if self.field else ''}: {self.reason} [{self.code}]"


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong at a place of a line: a rejection that does not yet know its line."""

    field: str
    value: Any
    reason: str
    code: str
    suggestion: str | None = None

    def on(self, line: int | None, kind: str | None, record: str | None) -> Rejection:
        """Say which line it is on."""
        return Rejection(
            line,
            kind,
            record,
            self.field,
            shown(self.value),
            self.reason,
            self.code,
            self.suggestion,
        )


def shown(value: Any) -> Any:
    """Return the value as a report repeats it: long ones are cut."""
    if isinstance(value, str) and len(value) > SHOWN:
        return f"{value[:SHOWN]}…"
    if isinstance(value, dict | list):
        text = repr(value)
        return value if len(text) <= SHOWN else f"{text[:SHOWN]}…"
    return value


def nearest(name: str, names: Iterable[str]) -> str | None:
    """Return the name that was probably meant."""
    close = difflib.get_close_matches(name, list(names), n=1, cutoff=0.6)
    return close[0] if close else None


def choose_from(names: Iterable[str]) -> str:
    """Return the end of a message that lists what would be right."""
    known = list(names)
    more = f" … ({len(known)} in all)" if len(known) > LISTED else ""
    return f"choose one of {', '.join(known[:LISTED])}{more}"


def step(pointer: str, name: str | int) -> str:
    """Return the JSON pointer to a member of what `pointer` points to."""
    return f"{pointer}/{str(name).replace('~', '~0').replace('/', '~1')}"
