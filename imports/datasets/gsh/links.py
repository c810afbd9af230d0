"""Links between territories: what their lists of predecessors and successors say together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from imports.datasets.gsh.rows import Territory

#: Years of two neighbours may differ by one: one counts the year in which it ended, the other the year after.
NEAR = 1


@dataclass(slots=True)
class Link:
    """That one territory came after another, as one of them says, or both."""

    before: Territory
    after: Territory
    is_said_before: bool = False  #: whether the earlier one has it among its successors
    is_said_after: bool = False  #: whether the later one has it among its predecessors

    @property
    def end(self) -> int | None:
        return self.before.until.number

    @property
    def begin(self) -> int | None:
        return self.after.since.number

    @property
    def is_handover(self) -> bool:
        if self.begin is None or self.end is None:
            return False
        return abs(self.begin - self.end) <= NEAR

    @property
    def distance(self) -> tuple[int, bool, bool]:
        """How far apart the two are: of several links between two states, the one to believe has the least."""
        is_one_sided = not (self.is_said_before and self.is_said_after)
        return (self._years_apart(), not self.is_handover, is_one_sided)

    def _years_apart(self) -> int:
        unknown = 10_000
        if self.begin is None:
            return unknown
        if self.before.since.number and self.begin < self.before.since.number:
            return self.before.since.number - self.begin
        if self.before.goes_on:
            return 0
        return unknown if self.end is None else max(0, self.begin - self.end)

    def warn(self, reason: str, code: str) -> None:
        if self.is_said_after:
            self.after.warn("/predecessors", self.before.id, reason, code)
        else:
            self.before.warn("/successors", self.after.id, reason, code)


def read_links(territories: Mapping[str, Territory], rejected: Collection[str]) -> list[Link]:
    """Return the links of the territories, in their order, each once. What only one of the two says counts.

    `rejected` are ids whose files are there, and no good.
    """
    links: dict[tuple[str, str], Link] = {}
    for territory in territories.values():
        for other in territory.predecessors:
            if _is_there(territory, other, "/predecessors", territories, rejected):
                key = (other, territory.id)
                links.setdefault(key, Link(territories[other], territory)).is_said_after = True
        for other in territory.successors:
            if _is_there(territory, other, "/successors", territories, rejected):
                key = (territory.id, other)
                links.setdefault(key, Link(territory, territories[other])).is_said_before = True
    for link in links.values():
        if not link.is_said_before:
            reason = f"“{link.before.id}” does not list it as a successor."
            link.warn(reason, "one_sided")
        elif not link.is_said_after:
            reason = f"“{link.after.id}” does not list it as a predecessor."
            link.warn(reason, "one_sided")
    return list(links.values())


def _is_there(
    territory: Territory,
    other: str,
    at: str,
    territories: Mapping[str, Territory],
    rejected: Collection[str],
) -> bool:
    if other == territory.id:
        territory.warn(at, other, "It names itself: left out.", "names_itself")
    elif other in rejected:
        territory.warn(at, other, "That territory was rejected: left out.", "rejected_reference")
    elif other not in territories:
        reason = "There is no file of a territory with this id: left out."
        territory.warn(at, other, reason, "unknown_territory")
        territory.lacks_neighbours = True
    else:
        return True
    return False
