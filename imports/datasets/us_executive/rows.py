"""Rows of executive.yaml: persons and their terms, as they stand there and with what is wrong with them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from imports.datasets.kit import SourceRow

if TYPE_CHECKING:
    from datetime import date


@dataclass(kw_only=True, eq=False)
class TermRow(SourceRow):
    """A term in an office."""

    office: str = ""  #: its `us-office`
    start: date | None = None
    end: date | None = None
    how: str = ""
    party: str = ""


@dataclass(kw_only=True, eq=False)
class PersonRow(SourceRow):
    """A person."""

    identifiers: list[tuple[str, str]]
    given: str  #: first and middle names
    family: str
    suffix: str
    other_names: list[str] = field(default_factory=list)
    born: str = ""  #: EDTF
    terms: list[TermRow] = field(default_factory=list)

    @property
    def ref(self) -> str:
        """What documents call the person; "" for one without an identifier, which is rejected."""
        return ":".join(self.identifiers[0]) if self.identifiers else ""

    @property
    def full_name(self) -> str:
        name = " ".join(part for part in (self.given, self.family) if part)
        return f"{name}, {self.suffix}" if self.suffix else name
