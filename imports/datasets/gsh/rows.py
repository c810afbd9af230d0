"""Rows of gsh: territories."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from config.dates.fields import TEXT_MAX_LENGTH
from imports.datasets.kit import SourceRow

INDEPENDENT = "independent-state"
DEPENDENCY = "dependency-or-area-of-special-sovereignty"
#: How the set writes that a territory goes on.
STILL = "9999"


@dataclass(frozen=True, slots=True)
class Year:
    """A year as written, with its number where it is one from 1 to 9998, the years that can be kept."""

    text: str
    number: int | None = None
    mark: str = ""  #: the EDTF qualifier

    @property
    def is_still(self) -> bool:
        """Whether it stands for no year: the territory goes on."""
        return self.text == STILL

    @property
    def date(self) -> Any:
        """The uncertain date of the exchange form; None where nothing is known."""
        if self.number is not None:
            return f"{self.number:04}{self.mark}"
        if self.is_still or not self.text:
            return None
        return self.words()

    def words(self) -> dict[str, str]:
        return {"text": self.text[:TEXT_MAX_LENGTH], "precision": "unknown"}


@dataclass(kw_only=True, eq=False)
class Territory(SourceRow):
    """A territory with its validity; the same land under another name or status is another territory."""

    short_form: str
    official: str
    type: str
    since: Year
    until: Year
    predecessors: tuple[str, ...]
    successors: tuple[str, ...]
    notes: str
    sources: tuple[str, ...]
    lacks_neighbours: bool = False  #: whether it lists territories that are not at hand

    @property
    def name(self) -> str:
        """The id of the row. A rejected one is named by its file: it may have the id of another, or none."""
        return self.id if self.becomes else self.file

    @property
    def goes_on(self) -> bool:
        return self.until.is_still

    @property
    def order(self) -> tuple[int, int, str]:
        """Its place among the forms of one state: by its end, for that is known more often."""
        return (
            self.until.number or (10_000 if self.goes_on else 0),
            self.since.number or 0,
            self.id,
        )
