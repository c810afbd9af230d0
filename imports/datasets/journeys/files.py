"""Journeys in files of the Office of the Historian: what each record says, as it stands there, and its dates.

A date that is no date is kept as words, and so is an end that lies before the start: the database would refuse it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from config.dates.values import EdtfError, Precision, UncertainDate
from imports.dataset import Row
from imports.datasets.pocom.rows import Item
from imports.files.tree import InputError
from imports.files.xml_files import line, read_xml, text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import date
    from xml.etree.ElementTree import Element

    from imports.files.tree import File
    from imports.matching.states import StateMatch

#: Who worked on a record, and when: nothing about its subject.
_EDITORIAL = ("created-", "last-modified-")
#: The words that an uncertain date may have.
_WORDS = 200


@dataclass(kw_only=True)
class Journey(Item):
    """A record of somebody's journey."""

    state_id: str  #: what the data set calls the state
    label: str  #: the name beside it
    start: UncertainDate = field(default_factory=UncertainDate)
    end: UncertainDate = field(default_factory=UncertainDate)
    words: str = ""  #: the remarks or the description, with single spaces
    state: StateMatch | None = None  #: the state as it was then; None for a record that is rejected

    @property
    def first(self) -> date | None:
        """The first day on which it may have begun."""
        return self.start.earliest

    @property
    def last(self) -> date | None:
        """The last day that is known of it."""
        return self.end.latest or self.start.latest

    @property
    def days(self) -> str:
        """Its days, for a title: "1949-05-20" or "1949-05-20 to 1949-06-30"."""
        return " to ".join(filter(None, (self.start.edtf, self.end.edtf)))

    def meets(self, first: date | None, last: date | None, *, apart: int = 0) -> bool:
        """Return whether it has a day in common with these, or is at most so many days apart from them."""
        if not (self.first and self.last and first and last):
            return False
        gap = timedelta(days=apart)
        return self.first - last <= gap and first - self.last <= gap

    def dates(self) -> dict[str, Any]:
        """Return the dates of the event."""
        return {"when": _document(self.start), "end": _document(self.end)}

    def read_dates(self, start: str, end: str) -> None:
        """Take in the two dates; warn of what is odd."""
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


def read_roots(files: Iterable[File], unread: list[Row]) -> Iterator[tuple[str, Element]]:
    """Yield the path and the root of each file; what cannot be read becomes a rejected row in `unread`."""
    for file in files:
        try:
            yield file.path, read_xml(file)
        except InputError as error:
            unread.append(Row.unread(error))


def facts_of(element: Element, path: str, *, name: str = "id") -> dict[str, Any]:
    """Return what an item of any kind has: id, file, line and content."""
    return {
        "id": text(element, name),
        "file": path,
        "line": line(element),
        "content": _content(element),
    }


def _content(element: Element) -> dict[str, Any]:
    """Return what a record says as JSON takes it, without who worked on it; of an element that stands twice, a list."""
    content: dict[str, Any] = {f"@{name}": value for name, value in element.attrib.items()}
    for below in element:
        if below.tag.startswith(_EDITORIAL):
            continue
        value: Any = text(below, ".")
        if below.attrib:
            value = {**{f"@{name}": given for name, given in below.attrib.items()}, "": value}
        if below.tag in content:
            before = content[below.tag]
            value = [*before, value] if isinstance(before, list) else [before, value]
        content[below.tag] = value
    return content


def demand(item: Item, **values: str) -> None:
    """Reject a record that lacks what it needs: values by the names of their elements."""
    for name, value in values.items():
        if not value:
            item.reject(f"/{name.replace('_', '-')}", None, "This is missing.", "required")


def tell_repeated(items: Sequence[Item]) -> None:
    """Skip what says the same as a record with its id before it, and reject what says something else."""
    first: dict[str, Item] = {}
    counts: dict[str, int] = {}
    for item in items:
        before = first.setdefault(item.id, item)
        if before is item or not item.id:
            continue
        counts[item.id] = counts.get(item.id, 1) + 1
        item.alias = f"{item.id}~{counts[item.id]}"
        if item.content == before.content:
            item.skipped = f"{before.file} says the same of {item.id}."
        else:
            reason = f"{before.file} says something else of {item.id}."
            item.reject("/id", item.id, reason, "duplicate")


def _document(when: UncertainDate) -> Any:
    if not when:
        return None
    return when.edtf or {"text": when.text, "precision": when.precision}
