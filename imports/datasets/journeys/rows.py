"""Rows of journeys in files of the Office of the Historian: what each says, as it stands there, and its dates.

A date that is no date is kept as words, and so is an end that lies before the start: the database would refuse it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

from config.dates.values import EdtfError, Precision, UncertainDate
from imports.datasets.kit import SourceRow, add_value, repeated
from imports.files.xml_files import text
from imports.matching.states import UnknownStateError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date
    from xml.etree.ElementTree import Element

    from imports.matching.states import Crosswalk, StateMatch

#: Who worked on a record, and when: nothing about its subject.
_EDITORIAL = ("created-", "last-modified-")
#: The words that an uncertain date may have.
_WORDS = 200


@dataclass(kw_only=True, eq=False)
class Journey(SourceRow):
    """A row about somebody's journey."""

    dataset: ClassVar[str]

    state_id: str  #: what the data set calls the state
    label: str  #: the name beside it
    start: UncertainDate = field(default_factory=UncertainDate)
    end: UncertainDate = field(default_factory=UncertainDate)
    words: str = ""  #: the remarks or the description, with single spaces
    state: StateMatch | None = None  #: the state as it was then; None for a record that is rejected

    @property
    def ref(self) -> str:
        return f"{self.dataset}:{self.id}"

    @property
    def first(self) -> date | None:
        return self.start.earliest

    @property
    def last(self) -> date | None:
        return self.end.latest or self.start.latest

    def meets(self, other: Journey) -> bool:
        if not (self.first and self.last and other.first and other.last):
            return False
        return self.first <= other.last and other.first <= self.last

    def dates(self) -> dict[str, Any]:
        return {"when": _document(self.start), "end": _document(self.end)}

    def find_state(self, crosswalk: Crosswalk, at: str) -> None:
        """Look the state up as it was on the first day; reject the row where it is not known."""
        if not self.is_good:
            return
        try:
            self.state = crosswalk.state(
                self.dataset, self.state_id, label=self.label, on=self.first
            )
        except UnknownStateError as error:
            self.faults.append(error.at(at))

    def read_dates(self, start: str, end: str) -> None:
        self.start = self._date("/start-date", start)
        self.end = self._date("/end-date", end)
        if not self.start:
            self.warn("/start-date", None, "It says no day on which it began.", "no_date")
        first, last = self.start.earliest, self.end.latest
        if first and last and last < first:
            reason = f"It ends before it starts ({start}): the end was kept as words."
            self.warn("/end-date", end, reason, "ends_before_start")
            self.end = UncertainDate.parse("", end, Precision.DAY.value)
        elif self.end == self.start:
            self.end = UncertainDate()

    def _date(self, at: str, given: str) -> UncertainDate:
        try:
            return UncertainDate.parse(given)
        except EdtfError as error:
            self.warn(at, given, f"{error} It was kept as words.", "bad_date")
            return UncertainDate.parse("", given[:_WORDS])


def content_of(element: Element) -> dict[str, Any]:
    """Return what a row says as JSON takes it, without who worked on it; of an element that stands twice, a list."""
    content: dict[str, Any] = {f"@{name}": value for name, value in element.attrib.items()}
    for below in element:
        if below.tag.startswith(_EDITORIAL):
            continue
        value: Any = text(below, ".")
        if below.attrib:
            value = {**{f"@{name}": given for name, given in below.attrib.items()}, "": value}
        add_value(content, below.tag, value)
    return content


def check_repeated(rows: Iterable[SourceRow]) -> None:
    """Skip what says the same as a row with its id before it, and reject what says something else."""
    for row, before, number in repeated(rows):
        row.alias = f"{row.id}~{number}"
        if row.content == before.content:
            row.skipped = f"{before.file} says the same of {row.id}."
        else:
            reason = f"{before.file} says something else of {row.id}."
            row.reject("/id", row.id, reason, "duplicate")


def _document(when: UncertainDate) -> Any:
    if not when:
        return None
    return when.edtf or {"text": when.text, "precision": when.precision}
