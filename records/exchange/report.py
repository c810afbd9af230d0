"""The result of loading an exchange file: how each line ended, and what is wrong with lines."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from config.faults import Fault

if TYPE_CHECKING:
    from records.publishing.publish import Refusal


#: How a line ends.
CREATED, UPDATED, UNCHANGED, REJECTED = "created", "updated", "unchanged", "rejected"
#: Its record was withdrawn, and is left as it is.
WITHDRAWN = "withdrawn"

#: Faults of one line that are reported.
FAULTS_OF_A_LINE = 50
#: Rejections after which a file is read no further.
MOST_REJECTIONS = 20_000


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

    def __str__(self) -> str:
        where = f"line {self.line}" if self.line else "file"
        what = f" {self.object} {self.record}" if self.record else ""
        at = f" {self.fault.pointer}" if self.fault.pointer else ""
        return f"{where}{what}{at}: {self.fault.detail} [{self.fault.code}]"


class Faults(list[Fault]):
    """What is wrong with one line: the first faults, and how many there are beside them.

    A line of 4 MiB can have a million of them, which nobody reads, and which would take the memory of the machine.
    """

    more = 0

    @property
    def is_full(self) -> bool:
        """Whether another one would only be counted."""
        return len(self) >= FAULTS_OF_A_LINE

    def append(self, fault: Fault) -> None:
        if self.is_full:
            self.more += 1
        else:
            super().append(fault)

    def close(self) -> None:
        """Say at the end how many are left out."""
        if self.more:
            reason = f"{self.more:,} more things are wrong with this line."
            super().append(Fault("more_faults", reason, pointer=""))
            self.more = 0


def are_too_many(rejections: int) -> bool:
    """Whether so many are more than a report holds. The reader of a file, of whatever format, stops then, and nothing is imported."""
    return rejections > MOST_REJECTIONS


TOO_MANY = LineFault(
    Fault(
        "too_many_rejections",
        f"The file was read no further: more than {MOST_REJECTIONS:,} things are wrong with its lines. Nothing is imported.",
        pointer="",
    ),
    None,
    None,
    None,
)


@dataclass(frozen=True, slots=True)
class Proposal:
    """A field that a curator locked and that the file would set otherwise; it was left as it is."""

    line: int
    object: str
    record: str
    field: str
    value: Any  #: what the file has


@dataclass
class Report:
    """The result of each line: created + updated + unchanged + withdrawn + rejected = lines, unless there are too many rejections."""

    lines: int = 0
    counts: dict[str, Counter[str]] = field(
        default_factory=dict
    )  #: by kind; "" where it could not be read
    rejections: list[LineFault] = field(default_factory=list)
    proposals: list[Proposal] = field(default_factory=list)
    published: int = 0  #: editions that were made
    refusals: list[Refusal] = field(
        default_factory=list
    )  #: what was written and could not be published after all: something it names was withdrawn meanwhile
    is_done: bool = (
        False  #: False when nothing was written: lines were rejected, or it was a dry run
    )

    def count(self, outcome: str) -> int:
        return sum(counter[outcome] for counter in self.counts.values())

    def add(self, kind: str, outcome: str) -> None:
        self.counts.setdefault(kind, Counter())[outcome] += 1


def summary(report: Report) -> str:
    counts = ", ".join(
        f"{report.count(name)} {name}"
        for name in (CREATED, UPDATED, UNCHANGED, WITHDRAWN, REJECTED)
        if name != WITHDRAWN or report.count(name)
    )
    published = f"; {report.published} published" if report.published else ""
    return f"{report.lines} lines: {counts}{published}"
