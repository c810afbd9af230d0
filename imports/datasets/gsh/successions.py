"""Successions: which state came after which, when, and how, as far as lists and years prove it.

The lists only say that a territory came before another. With the years:

- A state that began while another was there, and took nothing over that ended then, left it (separation).
- One that ended when others were there already joined them (absorption).
- Where one ended and another began: several after one are a dissolution, several before one a union, one and one are the
  same under another name (renaming), or in another status (continuation).

Two states of which neither ended nor began are no succession, and are left out, as is what would close a circle: there the
link is wrong whose later state was there first. So is what the project itself says differently: it knows the successors of
the states that ended and that it ships.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from imports.datasets.gsh.links import NEAR
from people.models import StateSuccession, SuccessionKind

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from imports.datasets.gsh.links import Link
    from imports.datasets.gsh.states import GatheredState

#: Two states by their keys, the earlier one first.
Pair = tuple[str, str]
_NAMED = {kind: f"{'an' if kind.startswith('a') else 'a'} {kind}" for kind in SuccessionKind.values}


@dataclass(slots=True)
class Succession:
    """That one state came after another."""

    before: GatheredState
    after: GatheredState
    links: list[Link] = field(default_factory=list)
    kind: str = ""
    date: str | None = None
    year: int | None = None

    @property
    def pair(self) -> Pair:
        """The keys of the two."""
        return (self.before.key, self.after.key)

    @property
    def link(self) -> Link:
        """The link between two of their forms that are nearest to each other in time."""
        return min(self.links, key=lambda link: link.distance)

    @property
    def is_handover(self) -> bool:
        """Whether the later state began when the earlier one, or that form of it, ended."""
        return self.link.is_handover and self.link.begin == self.after.start

    @property
    def lacks_files(self) -> bool:
        forms = (*self.before.forms, *self.after.forms)
        return any(form.lacks_neighbours for form in forms)

    @property
    def is_disproved(self) -> bool:
        before, after = self.before.start, self.after.start
        return before is not None and after is not None and before > after

    def leave_out(self, reason: str, code: str) -> None:
        """Warn on the rows why it is not imported."""
        for link in self.links:
            link.warn(f"{reason} Left out.", code)

    def document(self) -> dict[str, Any]:
        entry = {"state": self.before.ref, "kind": str(self.kind)}
        return entry | ({"date": self.date} if self.date else {})


def successions(
    records: Mapping[str, GatheredState], links: Iterable[Link]
) -> dict[str, list[Succession]]:
    """Return the successions to each state by its key, in order of time."""
    candidates = _candidates(records, links)
    shipped = {
        (predecessor["state"], record.key)
        for record in records.values()
        if record.entry
        for predecessor in record.entry.get("predecessors", ())
    }
    proved = _settle(
        [succession for succession in candidates if succession.pair not in shipped], shipped
    )
    there = _in_database(records)
    held = there - ({succession.pair for succession in proved} - shipped)
    ended_here = {
        before for before, _after in shipped if (it := records.get(before)) and not it.goes_on
    }
    found: dict[str, list[Succession]] = defaultdict(list)
    for succession in _without_circles(proved, held, ended_here):
        # What an earlier import said with more files at hand stays.
        if not (succession.lacks_files and succession.pair in there):
            found[succession.after.key].append(succession)
    for each in found.values():
        each.sort(key=_order)
    return found


def _candidates(records: Mapping[str, GatheredState], links: Iterable[Link]) -> list[Succession]:
    """Put the links between forms of the same two states together."""
    of_form = {form.id: record for record in records.values() for form in record.forms}
    candidates: dict[Pair, Succession] = {}
    for link in links:
        before, after = of_form[link.before.id], of_form[link.after.id]
        if before is not after:
            succession = candidates.setdefault((before.key, after.key), Succession(before, after))
            succession.links.append(link)
    return list(candidates.values())


def _in_database(records: Mapping[str, GatheredState]) -> set[Pair]:
    """Return the successions of the database; a state without territories is called by its id."""
    keys = {record.match.id: record.key for record in records.values() if record.match}
    pairs = StateSuccession.objects.values_list("predecessor_id", "successor_id")
    return {(keys.get(one, str(one)), keys.get(other, str(other))) for one, other in pairs}


# Kinds and dates


def _settle(candidates: list[Succession], shipped: Collection[Pair]) -> list[Succession]:
    """Say how and when each came about; return those that did."""
    judge = _Judge(
        frozenset(shipped) | {succession.pair for succession in candidates},
        _grouped((succession.before.key, succession) for succession in candidates),
        _grouped((succession.after.key, succession) for succession in candidates),
    )
    settled = []
    for succession in candidates:
        if judge.settle(succession):
            settled.append(succession)
        else:
            reason = f"{succession.before.label} goes on, and {succession.after.label} was there already, so that none came after the other."
            succession.leave_out(reason, "no_succession")
    return settled


def _grouped(pairs: Iterable[tuple[str, Succession]]) -> dict[str, list[Succession]]:
    groups: dict[str, list[Succession]] = defaultdict(list)
    for key, succession in pairs:
        groups[key].append(succession)
    return groups


@dataclass(frozen=True)
class _Judge:
    """Finds of which kind a succession is, by those around it."""

    pairs: frozenset[Pair]
    successors: Mapping[str, list[Succession]]
    predecessors: Mapping[str, list[Succession]]

    def settle(self, succession: Succession) -> bool:
        """Set kind and date. False where none came after the other."""
        end, origin = succession.link.end, succession.after.start
        was_there = end is not None and origin is not None and origin < end
        if succession.is_handover:
            self._set(succession, self._handover(succession), succession.link.begin)
        elif succession.before.goes_on:
            if origin is None or succession.link.begin != origin or succession.is_disproved:
                return False
            self._set(succession, SuccessionKind.SEPARATION, origin)
        elif was_there and self._left(succession):
            self._set(succession, SuccessionKind.SEPARATION, origin)
            self._doubt(succession, succession.kind)
        elif was_there:
            self._set(succession, SuccessionKind.ABSORPTION, end)
            if not succession.is_disproved:
                self._doubt(succession, succession.kind)
        else:
            self._set(succession, self._after_a_gap(succession), succession.link.begin or end)
            self._doubt(succession, succession.kind)
        return True

    def _left(self, succession: Succession) -> bool:
        """Whether the later state began out of one that ended afterwards, rather than took that over when it ended."""
        before, after = succession.before.start, succession.after.start
        if succession.link.begin != after or before is None or after is None or before >= after:
            return False
        # What ended when it began explains where it came from, unless it did not live to see the other end.
        explained = any(other.is_handover for other in self.predecessors[succession.after.key])
        last, end = succession.after.end, succession.link.end
        return not explained or (last is not None and end is not None and last <= end)

    def _handover(self, succession: Succession) -> str:
        several = self._joined(succession) > 1
        if succession.before.goes_on:
            return SuccessionKind.UNION if several else SuccessionKind.SEPARATION
        if self._parted(succession) > 1:
            return SuccessionKind.DISSOLUTION
        return SuccessionKind.UNION if several else self._one_to_one(succession)

    def _joined(self, succession: Succession) -> int:
        """Return how many ended when the later state began; one whose end is not known may have."""
        return sum(
            other.is_handover or not (other.link.end or other.before.goes_on)
            for other in self.predecessors[succession.after.key]
        )

    def _parted(self, succession: Succession) -> int:
        """Return how many came when the earlier state ended, or later and not by way of one another."""
        end = succession.link.end
        later = [
            other
            for other in self.successors[succession.before.key]
            if end is None or other.after.start is None or other.after.start >= end - NEAR
        ]
        return sum(
            other.is_handover
            or not any((another.after.key, other.after.key) in self.pairs for another in later)
            for other in later
        )

    def _one_to_one(self, succession: Succession) -> str:
        around = (self.successors[succession.before.key], self.predecessors[succession.after.key])
        if any(len(candidates) > 1 for candidates in around):
            self._doubt(succession, SuccessionKind.CONTINUATION)
            return SuccessionKind.CONTINUATION
        is_same = succession.link.before.type == succession.link.after.type
        return SuccessionKind.RENAMING if is_same else SuccessionKind.CONTINUATION

    def _after_a_gap(self, succession: Succession) -> str:
        if len(self.successors[succession.before.key]) > 1:
            return SuccessionKind.DISSOLUTION
        if len(self.predecessors[succession.after.key]) > 1:
            return SuccessionKind.UNION
        return SuccessionKind.CONTINUATION

    def _set(self, succession: Succession, kind: str, year: int | None) -> None:
        """Where years lie between the end of one and the beginning of the other, it may have been in any of them."""
        begin, end = succession.link.begin, succession.link.end
        succession.kind, succession.year = kind, year
        is_gap = begin is not None and end is not None and end < begin == year
        if is_gap and not succession.before.goes_on:
            succession.date = f"[{end:04}..{begin:04}]"
        elif year is not None:
            succession.date = f"{year:04}"

    def _doubt(self, succession: Succession, kind: str) -> None:
        reason = f"The years do not prove how {succession.after.label} came after {succession.before.label}: taken as {_NAMED[kind]}."
        succession.link.warn(reason, "kind_not_proved")


# Circles


def _without_circles(
    candidates: list[Succession], held: Collection[Pair], ended_here: Collection[str]
) -> Iterable[Succession]:
    """Yield the successions that contradict neither the database nor each other."""
    after: dict[str, set[str]] = defaultdict(set)
    for one, other in sorted(held):
        after[one].add(other)
    for succession in sorted(
        candidates, key=lambda succession: (succession.is_disproved, *_order(succession))
    ):
        before, later = succession.pair
        if before in ended_here and succession.after.is_reference:
            reason = f"The project knows what came after {succession.before.label}, and {succession.after.label} is not among it."
            succession.leave_out(reason, "told_otherwise")
        elif _leads(after, later, before):
            reason = f"{succession.after.label} came before {succession.before.label} already: this would close a circle."
            if succession.is_disproved:
                reason += f" It was there in {succession.after.start}, and the other began in {succession.before.start}."
            succession.leave_out(reason, "circle")
        else:
            after[before].add(later)
            yield succession


def _leads(after: Mapping[str, set[str]], start: str, goal: str) -> bool:
    """Return whether a state comes after another, directly or by way of others."""
    waiting, seen = [start], {start}
    while waiting:
        key = waiting.pop()
        if key == goal:
            return True
        new = after.get(key, set()) - seen
        seen |= new
        waiting += sorted(new)
    return False


def _order(succession: Succession) -> tuple[int, str, str]:
    return (succession.year or 10_000, *succession.pair)
