"""The report of an import: counts of rows and records, and a line for each row that is rejected, odd or skipped.

It is kept with the import, compressed, as lines of JSON (docs/imports.md).
"""

from __future__ import annotations

import gzip
import io
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import IO, TYPE_CHECKING, Any, cast

import orjson

from config.faults import Fault, shown
from imports.models import ImportBatch
from records.exchange.report import CREATED, REJECTED, UNCHANGED, UPDATED, WITHDRAWN

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from uuid import UUID

    from records.exchange.report import LineFault, Proposal
    from records.publishing.publish import Refusal

SKIPPED = "skipped"
#: The outcomes of a row, in the order of the summary.
OUTCOMES = (CREATED, UPDATED, UNCHANGED, WITHDRAWN, SKIPPED, REJECTED)
#: The outcomes of report lines, those that need a decision first.
LINE_OUTCOMES = (
    REJECTED,
    "not_published",
    "not_withdrawn",
    "warning",
    "proposed",
    "near",
    "vanished",
    WITHDRAWN,
    SKIPPED,
)
#: Lines that are read to make a page.
MOST_LINES = 100_000
#: Lines on a page.
PAGE = 50


@dataclass(frozen=True, slots=True)
class ReportLine:
    """A fault of a row, a record or a file, and what the import did about it."""

    outcome: str  #: one of LINE_OUTCOMES
    fault: Fault  #: its pointer leads into the row or the record
    file: str = ""
    line: int | None = None  #: counted from 1; None where the place is a record's id
    row: str | None = None  #: what the data set calls the row
    object: str | None = None  #: the kind of the record
    record: str | None = None  #: what the record is called

    @classmethod
    def of_rejection(
        cls, rejection: LineFault, file: str, *, line: int | None = None, row: str | None = None
    ) -> ReportLine:
        """Report a record that was rejected, at the row or line that it came from."""
        return cls(REJECTED, rejection.fault, file, line, row, rejection.object, rejection.record)

    @classmethod
    def of_proposal(
        cls, proposal: Proposal, file: str, *, line: int | None = None, row: str | None = None
    ) -> ReportLine:
        """Report a value that was not written because a curator has locked the field."""
        fault = Fault(
            "locked",
            f"The field is locked, so it was not changed; the file has {shown(proposal.value)}.",
            pointer=f"/{proposal.field}",
            value=proposal.value,
        )
        return cls("proposed", fault, file, line, row, proposal.object, proposal.record)

    @classmethod
    def of_withdrawn(
        cls,
        kind: str,
        file: str,
        *,
        line: int | None = None,
        row: str | None = None,
        record: str | None = None,
    ) -> ReportLine:
        """Report that a row is about a record which was withdrawn, so that it was left as it is."""
        detail = "Its record was withdrawn and stays so. An import that restores withdrawn records brings it back."
        return cls(WITHDRAWN, Fault(WITHDRAWN, detail), file, line, row, kind, record)

    @classmethod
    def of_refusal(cls, outcome: str, refusal: Refusal, file: str = "") -> ReportLine:
        record = refusal.record
        fault = Fault(refusal.code, refusal.detail)
        return cls(outcome, fault, file, object=record.object_kind, record=record.slug)

    def as_document(self) -> dict[str, Any]:
        return {
            "outcome": self.outcome,
            "reason": self.fault.detail,
            "code": self.fault.code,
            "file": self.file,
            "line": self.line,
            "row": self.row,
            "object": self.object,
            "record": self.record,
            "field": self.fault.pointer or "",
            # What is proposed may be taken over from here, so it is whole.
            "value": self.fault.value if self.outcome == "proposed" else shown(self.fault.value),
            "suggestion": self.fault.suggestion,
        }

    def text(self, *, with_file: bool = True) -> str:
        """Return a line for the terminal; without the name of the file where there is only one."""
        place = f"line {self.line}" if self.line else self.row or ""
        where = ", ".join(filter(None, (self.file if with_file or not place else "", place)))
        what = f" {self.object} {self.record}" if self.record else ""
        at = f" {self.fault.pointer}" if self.fault.pointer else ""
        return f"{where or 'file'}{what}{at}: {self.fault.detail} [{self.fault.code}]"


@dataclass
class ImportResult:
    """The result of an import: counts of rows and records, and the lines of its report."""

    dataset: str
    unit: str = "rows"  #: what is counted: `lines` of an exchange file, `rows` of a data set
    rows: Counter[str] = field(default_factory=Counter)  #: by outcome
    records: dict[str, Counter[str]] = field(default_factory=dict)  #: by kind and outcome
    lines: list[ReportLine] = field(default_factory=list)
    published: int = 0  #: editions that were made
    withdrawn: int = 0  #: records whose rows are no longer in the data set, and that were withdrawn
    is_done: bool = False  #: whether anything was committed
    is_dry_run: bool = False

    def of(self, outcome: str) -> list[ReportLine]:
        """Return the report lines with this outcome."""
        return [line for line in self.lines if line.outcome == outcome]

    def summary(self) -> str:
        """Return the counts in one line; the outcomes add up to the rows."""
        # No line of an exchange file is skipped on purpose.
        names = [
            name
            for name in OUTCOMES
            if (name != SKIPPED or self.unit == "rows") and (name != WITHDRAWN or self.rows[name])
        ]
        called = {WITHDRAWN: "of withdrawn records"}
        counts = ", ".join(f"{self.rows[name]} {called.get(name, name)}" for name in names)
        more = {
            "published": self.published,
            "withdrawn": self.withdrawn,
            "warnings": len(self.of("warning")),
        }
        extra = "".join(f"; {number} {name}" for name, number in more.items() if number)
        return f"{self.rows.total()} {self.unit}: {counts}{extra}"


def json_lines(lines: Iterable[ReportLine]) -> bytes:
    """Return report lines as lines of JSON."""
    options = orjson.OPT_APPEND_NEWLINE
    return b"".join(orjson.dumps(line.as_document(), str, options) for line in lines)


def packed(lines: Iterable[ReportLine]) -> bytes:
    return gzip.compress(json_lines(lines), mtime=0)


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


def open_report(batch_id: UUID) -> IO[bytes]:
    """Open the report of an import as lines of JSON; it is empty where none was made."""
    kept = ImportBatch.objects.values_list("report", flat=True).get(pk=batch_id)
    return cast("IO[bytes]", gzip.open(io.BytesIO(kept)) if kept else io.BytesIO())


def append(batch_id: UUID, lines: Sequence[ReportLine]) -> None:
    if lines:
        kept = ImportBatch.objects.values_list("report", flat=True).get(pk=batch_id)
        # Gzip files one after the other are one gzip file.
        ImportBatch.objects.filter(pk=batch_id).update(report=bytes(kept or b"") + packed(lines))


@dataclass
class ReportPage:
    """A page of a report: lines of one outcome."""

    outcome: str = ""
    number: int = 1
    lines: list[dict[str, Any]] = field(default_factory=list)
    counts: dict[str, int] = field(
        default_factory=dict
    )  #: by outcome, in the order of LINE_OUTCOMES
    codes: list[tuple[str, int]] = field(default_factory=list)  #: of this outcome, most often first
    is_cut: bool = False  #: whether the report has more lines than were counted

    @property
    def has_next(self) -> bool:
        """Whether there is another page."""
        return self.number * PAGE < self.counts.get(self.outcome, 0)


def read_page(batch_id: UUID, outcome: str = "", number: int = 1) -> ReportPage:
    """Read a page of a report, of the first outcome that it has unless it has the one that is named."""
    codes: defaultdict[str, Counter[str]] = defaultdict(Counter)
    shown_lines: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
    start = (number - 1) * PAGE
    is_cut = False
    for count, line in enumerate(_documents(batch_id)):
        if count == MOST_LINES:
            is_cut = True
            break
        name = line["outcome"]
        if start <= codes[name].total() < start + PAGE:
            shown_lines[name].append(line)
        codes[name][line["code"]] += 1
    counts = {name: codes[name].total() for name in LINE_OUTCOMES if name in codes}
    if outcome not in counts:
        outcome = next(iter(counts), "")
    return ReportPage(
        outcome, number, shown_lines[outcome], counts, codes[outcome].most_common(), is_cut
    )


def _documents(batch_id: UUID) -> Iterator[dict[str, Any]]:
    with open_report(batch_id) as lines:
        yield from map(orjson.loads, lines)
