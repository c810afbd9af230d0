"""Successions: which state came after which, when, and how, as far as lists and years prove it.

The lists only say that a territory came before another. With the years:

- A state that began while another was there, and took nothing over that ended then, left it (separation).
- One that ended when others were there already joined them (absorption).
- Where one ended and another began: several after one are a dissolution, several before one a union, one and one are the
  same under another name (renaming), or in another status (continuation).

Two states of which neither ended nor began are no succession, and are left out, as is what would close a circle: there the
link is wrong whose later state was there first. So is what the project itself tells differently: it knows the successors of
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
    from imports.datasets.gsh.states import Record

#: Two states by their keys, the earlier one first.
Pair = tuple[str, str]
_NAMED = {kind: f"{'an' if kind.startswith('a') else 'a'} {kind}" for kind in SuccessionKind.values}


@dataclass(slots=True)
class Step:
    """That one state came after another."""

    before: Record
    after: Record
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
    def is_partly_told(self) -> bool:
        """Whether more files could change what is said here."""
        forms = (*self.before.forms, *self.after.forms)
        return any(form.lacks_neighbours for form in forms)

    @property
    def is_disproved(self) -> bool:
        """Whether the later state was there before the earlier one."""
        before, after = self.before.start, self.after.start
        return before is not None and after is not None and before > after

    def leave_out(self, reason: str, code: str) -> None:
        """Note on the rows why it is not taken in."""
        for link in self.links:
            link.warn(f"{reason} Left out.", code)

    def document(self) -> dict[str, Any]:
        """Return the entry among the predecessors of the later state."""
        entry = {"state": self.before.ref, "kind": str(self.kind)}
        return entry | ({"date": self.date} if self.date else {})


def successions(records: Mapping[str, Record], links: Iterable[Link]) -> dict[str, list[Step]]:
    """Return the steps to each state by its key, in order of time."""
    steps = _steps(records, links)
    told = {
        (predecessor["state"], record.key)
        for record in records.values()
        if record.entry
        for predecessor in record.entry.get("predecessors", ())
    }
    proved = _settle([step for step in steps if step.pair not in told], told)
    there = _in_database(records)
    held = there - ({step.pair for step in proved} - told)
    ended_here = {
        before for before, _after in told if (it := records.get(before)) and not it.goes_on
    }
    found: dict[str, list[Step]] = defaultdict(list)
    for step in _without_circles(proved, held, ended_here):
        # What an earlier import said with more files at hand stays.
        if not (step.is_partly_told and step.pair in there):
            found[step.after.key].append(step)
    for each in found.values():
        each.sort(key=_order)
    return found


def _steps(records: Mapping[str, Record], links: Iterable[Link]) -> list[Step]:
    """Put the links between forms of the same two states together."""
    of_form = {form.id: record for record in records.values() for form in record.forms}
    steps: dict[Pair, Step] = {}
    for link in links:
        before, after = of_form[link.before.id], of_form[link.after.id]
        if before is not after:
            step = steps.setdefault((before.key, after.key), Step(before, after))
            step.links.append(link)
    return list(steps.values())


def _in_database(records: Mapping[str, Record]) -> set[Pair]:
    """Return the successions of the database; a state without territories is called by its id."""
    keys = {record.match.id: record.key for record in records.values() if record.match}
    pairs = StateSuccession.objects.values_list("predecessor_id", "successor_id")
    return {(keys.get(one, str(one)), keys.get(other, str(other))) for one, other in pairs}


# Kinds and dates


def _settle(steps: list[Step], told: Collection[Pair]) -> list[Step]:
    """Say how and when each came about; return those that did."""
    judge = _Judge(
        frozenset(told) | {step.pair for step in steps},
        _grouped((step.before.key, step) for step in steps),
        _grouped((step.after.key, step) for step in steps),
    )
    settled = []
    for step in steps:
        if judge.settle(step):
            settled.append(step)
        else:
            reason = f"{step.before.label} goes on, and {step.after.label} was there already, so that none came after the other."
            step.leave_out(reason, "no_succession")
    return settled


def _grouped(pairs: Iterable[tuple[str, Step]]) -> dict[str, list[Step]]:
    groups: dict[str, list[Step]] = defaultdict(list)
    for key, step in pairs:
        groups[key].append(step)
    return groups


@dataclass(frozen=True)
class _Judge:
    """Says of which kind a step is, by the steps that surround it."""

    pairs: frozenset[Pair]
    successors: Mapping[str, list[Step]]
    predecessors: Mapping[str, list[Step]]

    def settle(self, step: Step) -> bool:
        """Give the step its kind and date. False where there is none."""
        end, origin = step.link.end, step.after.start
        was_there = end is not None and origin is not None and origin < end
        if step.is_handover:
            self._set(step, self._handover(step), step.link.begin)
        elif step.before.goes_on:
            if origin is None or step.link.begin != origin or step.is_disproved:
                return False
            self._set(step, SuccessionKind.SEPARATION, origin)
        elif was_there and self._left(step):
            self._set(step, SuccessionKind.SEPARATION, origin)
            self._doubt(step, step.kind)
        elif was_there:
            self._set(step, SuccessionKind.ABSORPTION, end)
            if not step.is_disproved:
                self._doubt(step, step.kind)
        else:
            self._set(step, self._after_a_gap(step), step.link.begin or end)
            self._doubt(step, step.kind)
        return True

    def _left(self, step: Step) -> bool:
        """Whether the later state began out of one that ended afterwards, rather than took that over when it ended."""
        before, after = step.before.start, step.after.start
        if step.link.begin != after or before is None or after is None or before >= after:
            return False
        # What ended when it began explains where it came from, unless it did not live to see the other end.
        explained = any(other.is_handover for other in self.predecessors[step.after.key])
        last, end = step.after.end, step.link.end
        return not explained or (last is not None and end is not None and last <= end)

    def _handover(self, step: Step) -> str:
        several = self._joined(step) > 1
        if step.before.goes_on:
            return SuccessionKind.UNION if several else SuccessionKind.SEPARATION
        if self._parted(step) > 1:
            return SuccessionKind.DISSOLUTION
        return SuccessionKind.UNION if several else self._one_to_one(step)

    def _joined(self, step: Step) -> int:
        """Return how many ended when the later state began; one whose end is not known may have."""
        return sum(
            other.is_handover or not (other.link.end or other.before.goes_on)
            for other in self.predecessors[step.after.key]
        )

    def _parted(self, step: Step) -> int:
        """Return how many came when the earlier state ended, or later and not by way of one another."""
        end = step.link.end
        later = [
            other
            for other in self.successors[step.before.key]
            if end is None or other.after.start is None or other.after.start >= end - NEAR
        ]
        return sum(
            other.is_handover
            or not any((another.after.key, other.after.key) in self.pairs for another in later)
            for other in later
        )

    def _one_to_one(self, step: Step) -> str:
        around = (self.successors[step.before.key], self.predecessors[step.after.key])
        if any(len(steps) > 1 for steps in around):
            self._doubt(step, SuccessionKind.CONTINUATION)
            return SuccessionKind.CONTINUATION
        is_same = step.link.before.type == step.link.after.type
        return SuccessionKind.RENAMING if is_same else SuccessionKind.CONTINUATION

    def _after_a_gap(self, step: Step) -> str:
        if len(self.successors[step.before.key]) > 1:
            return SuccessionKind.DISSOLUTION
        if len(self.predecessors[step.after.key]) > 1:
            return SuccessionKind.UNION
        return SuccessionKind.CONTINUATION

    def _set(self, step: Step, kind: str, year: int | None) -> None:
        """Where years lie between the end of one and the beginning of the other, it may have been in any of them."""
        begin, end = step.link.begin, step.link.end
        step.kind, step.year = kind, year
        is_gap = begin is not None and end is not None and end < begin == year
        if is_gap and not step.before.goes_on:
            step.date = f"[{end:04}..{begin:04}]"
        elif year is not None:
            step.date = f"{year:04}"

    def _doubt(self, step: Step, kind: str) -> None:
        reason = f"The years do not prove how {step.after.label} came after {step.before.label}: taken as {_NAMED[kind]}."
        step.link.warn(reason, "kind_not_proved")


# Circles


def _without_circles(
    steps: list[Step], held: Collection[Pair], ended_here: Collection[str]
) -> Iterable[Step]:
    """Yield the steps that contradict neither the database nor each other."""
    after: dict[str, set[str]] = defaultdict(set)
    for one, other in sorted(held):
        after[one].add(other)
    for step in sorted(steps, key=lambda step: (step.is_disproved, *_order(step))):
        before, later = step.pair
        if before in ended_here and step.after.is_reference:
            reason = f"The project knows what came after {step.before.label}, and {step.after.label} is not among it."
            step.leave_out(reason, "told_otherwise")
        elif _leads(after, later, before):
            reason = f"{step.after.label} came before {step.before.label} already: this would close a circle."
            if step.is_disproved:
                reason += f" It was there in {step.after.start}, and the other began in {step.before.start}."
            step.leave_out(reason, "circle")
        else:
            after[before].add(later)
            yield step


def _leads(after: Mapping[str, set[str]], start: str, goal: str) -> bool:
    """Return whether a state comes after another, over however many steps."""
    waiting, seen = [start], {start}
    while waiting:
        key = waiting.pop()
        if key == goal:
            return True
        new = after.get(key, set()) - seen
        seen |= new
        waiting += sorted(new)
    return False


def _order(step: Step) -> tuple[int, str, str]:
    return (step.year or 10_000, *step.pair)
