"""Rows of us-missions: changes of the level of representation."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from config.dates.values import UncertainDate
from imports.datasets.kit import SourceRow

if TYPE_CHECKING:
    from datetime import date

#: The levels of the codebook, the highest first, and what the relation calls them.
LEVELS = {
    "Embassy": "embassy",
    "Ambassador Nonresident": "ambassador_nonresident",
    "Legation": "legation",
    "Envoy Nonresident": "envoy_nonresident",
    "Consulate": "consulate",
    "Consul Nonresident": "consul_nonresident",
    "Liaison": "liaison",
    "Interests": "interests",
    "None": "none",
}


@dataclass(kw_only=True, eq=False)
class Change(SourceRow):
    """A line: from when on the level was another."""

    state: str  #: the name that the data set has for the state
    level: str = ""
    start: UncertainDate = field(default_factory=UncertainDate)
    verified_on: date | None = None

    @property
    def earliest(self) -> date:
        """First day on which it may have happened; only for lines that can be read."""
        assert self.start.earliest is not None  # noqa: S101 - a line without a year is rejected
        return self.start.earliest

    @property
    def latest(self) -> date:
        assert self.start.latest is not None  # noqa: S101 - as above
        return self.start.latest
