"""What is wrong with a line of an exchange file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from config.faults import Fault, shown


@dataclass(frozen=True, slots=True)
class LineFault:
    """A fault, and the line that has it."""

    fault: Fault
    line: int | None  #: counted from 1; None when it is not the fault of one line
    object: str | None  #: the record's kind, where it could be read
    record: str | None  #: the record's slug or other name, where it could be read

    @property
    def is_consequence(self) -> bool:
        """Whether nothing is wrong with the line itself: it names one that was rejected."""
        return self.fault.code == "rejected_reference"

    def as_document(self) -> dict[str, Any]:
        """Return the line of a report."""
        return {
            "line": self.line,
            "object": self.object,
            "record": self.record,
            "field": self.fault.pointer,
            "value": shown(self.fault.value),
            "reason": self.fault.detail,
            "code": self.fault.code,
            "suggestion": self.fault.suggestion,
        }

    def __str__(self) -> str:
        where = f"line {self.line}" if self.line else "file"
        what = f" {self.object} {self.record}" if self.record else ""
        at = f" {self.fault.pointer}" if self.fault.pointer else ""
        return f"{where}{what}{at}: {self.fault.detail} [{self.fault.code}]"
