"""What became of an import: in lines of JSON for a file, in a few lines for the screen."""

from __future__ import annotations

import gzip
from collections import Counter
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

import orjson

from config.faults import shown
from records.exchange.report import CREATED, REJECTED, UNCHANGED, UPDATED

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from config.faults import Fault
    from records.exchange.report import LineFault

SKIPPED = "skipped"
#: How a row can end, in the order in which counts are told.
OUTCOMES = (CREATED, UPDATED, UNCHANGED, SKIPPED, REJECTED)


@dataclass(frozen=True, slots=True)
class Remark:
    """One thing to tell about a row, a record or a file."""

    #: rejected, warning, skipped, proposed, vanished, near or not_published
    outcome: str
    reason: str  #: what is wrong or odd, and what would be right
    code: str
    file: str = ""
    line: int | None = None  #: counted from 1; None where the place is a record's id
    row: str | None = None  #: what the data set calls the row
    object: str | None = None  #: the kind of the record
    record: str | None = None  #: what the record is called
    field: str = ""  #: JSON pointer into the row or the record
    value: Any = None
    suggestion: str | None = None

    def text(self, *, with_file: bool = True) -> str:
        """Return it in a line for the screen; the file is left out where there is only one."""
        place = f"line {self.line}" if self.line else self.row or ""
        where = ", ".join(filter(None, (self.file if with_file or not place else "", place)))
        what = f" {self.object} {self.record}" if self.record else ""
        at = f" {self.field}" if self.field else ""
        return f"{where or 'file'}{what}{at}: {self.reason} [{self.code}]"


@dataclass
class Result:
    """What became of an import as a whole."""

    dataset: str
    unit: str = "rows"  #: what is counted: `lines` of an exchange file, `rows` of a data set
    rows: Counter[str] = field(default_factory=Counter)  #: by outcome
    records: dict[str, Counter[str]] = field(default_factory=dict)  #: by kind and outcome
    remarks: list[Remark] = field(default_factory=list)
    published: int = 0  #: editions that were made
    withdrawn: int = 0  #: records that the data set no longer has and that were taken back
    is_done: bool = False  #: whether anything was committed
    is_dry_run: bool = False

    @property
    def total(self) -> int:
        """Return the number of rows that were read; the outcomes add up to it."""
        return sum(self.rows.values())

    def of(self, outcome: str) -> list[Remark]:
        """Return the remarks of a sort."""
        return [remark for remark in self.remarks if remark.outcome == outcome]

    def summary(self) -> str:
        """Return the counts in one line."""
        # No line of an exchange file is left out on purpose.
        names = [name for name in OUTCOMES if name != SKIPPED or self.unit == "rows"]
        counts = ", ".join(f"{self.rows[name]} {name}" for name in names)
        published = f"; {self.published} published" if self.published else ""
        warnings = f"; {found} warnings" if (found := len(self.of("warning"))) else ""
        withdrawn = f"; {self.withdrawn} withdrawn" if self.withdrawn else ""
        return f"{self.total} {self.unit}: {counts}{published}{withdrawn}{warnings}"

    def reasons(self) -> list[tuple[str, str, int]]:
        """Return how often each code was given, most often first, as (outcome, code, number)."""
        counter = Counter((remark.outcome, remark.code) for remark in self.remarks)
        return [(*key, number) for key, number in counter.most_common()]

    def lines(self) -> Iterator[bytes]:
        """Write the report: a line of JSON per remark."""
        for remark in self.remarks:
            yield orjson.dumps(asdict(remark), default=str, option=orjson.OPT_APPEND_NEWLINE)

    def packed(self) -> bytes:
        """Return the report, compressed, as it is kept with the batch."""
        return gzip.compress(b"".join(self.lines()), mtime=0)


def remark_of_fault(outcome: str, fault: Fault, file: str, row: str) -> Remark:
    """Tell what is wrong with a row itself."""
    return Remark(
        outcome,
        fault.detail,
        fault.code,
        file=file,
        row=row,
        field=fault.pointer or "",
        value=shown(fault.value),
        suggestion=fault.suggestion,
    )


def remark_of_rejection(
    rejection: LineFault, file: str, *, line: int | None = None, row: str | None = None
) -> Remark:
    """Tell what is wrong with the record that a row or line became."""
    return Remark(
        "rejected",
        rejection.fault.detail,
        rejection.fault.code,
        file=file,
        line=line,
        row=row,
        object=rejection.object,
        record=rejection.record,
        field=rejection.fault.pointer or "",
        value=shown(rejection.fault.value),
        suggestion=rejection.fault.suggestion,
    )


def in_order(rejections: Iterable[LineFault]) -> list[LineFault]:
    """Return rejections by line; those that only follow from others come last."""
    return sorted(
        rejections,
        key=lambda rejection: (
            rejection.is_consequence,
            rejection.line or 0,
            rejection.fault.pointer,
        ),
    )


__all__ = ["OUTCOMES", "REJECTED", "SKIPPED", "Remark", "Result", "in_order"]
