"""From changes of the level of representation to the periods between them, each with the state of its time.

A change begins a period that lasts to the day before the next change of the same name.

- A day or month that is not filled in stays unknown. A change in `1835` is some day of that year, so the period before it
  ends on an unknown day, `[1834-12-31..1835-12-30]`: to write `1835` for both would say that the two may have met, or been
  a day apart. It ends no earlier than the first day on which it may have begun. The data set's own ranges put 1 January
  for `1835`, which is one of the days that this allows.
- What the data set calls one country may have been several states, one after the other: where the crosswalk says so, the
  period is cut at that day, and each part goes to the state of its time. A period never outlasts its state. What is
  carried to the next state so gives way to the lines which another name has about that state, once they are no lower: a
  name of the new state speaks for it, and one of a part of it does not ("Zanzibar" beside Tanzania).
- The last period goes on where `last_verified` says that somebody looked after it had begun: it was so that day, and no
  change had been found. Without that day nobody knows.
- A line that cannot be read leaves a gap: the end of the period before it is not known.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

from config.dates.values import UncertainDate
from config.faults import Fault
from imports.datasets.us_missions.rows import LEVELS
from imports.matching.states import Crosswalk, UnknownStateError
from people.models import EndStatus, State

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from uuid import UUID

    from imports.datasets.us_missions.rows import Change
    from imports.matching.states import Span, StateMatch

DATASET = "us-missions"
HOME = "United States"
_BY_HEIGHT = list(LEVELS.values())
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Period:
    """How it stood for some time, with one state."""

    changes: tuple[Change, ...]  #: the one that began it, and those that only say that it went on
    state: StateMatch
    start: UncertainDate
    end: UncertainDate | None = None
    status: EndStatus = EndStatus.UNKNOWN
    is_carried: bool = False  #: whether it began with the state, not with a change

    @property
    def level(self) -> str:
        return self.changes[0].level


def _in_order(changes: Sequence[Change]) -> list[Change]:
    """Return the changes of one name as they followed each other: as in the file, unless the dates say otherwise.

    A line without a date that can be read stays behind the one before it.
    """
    placed: list[tuple[date, Change]] = []
    known = date.min
    for change in changes:
        if change.start.earliest:
            known = change.start.earliest
        placed.append((known, change))
    dated = [change for change in changes if change.start.earliest]
    if all(one.earliest <= other.latest for one, other in pairwise(dated)):
        return list(changes)
    return [change for _day, change in sorted(placed, key=lambda pair: pair[0])]


class States:
    """The states that names mean, and when they ended."""

    def __init__(
        self, crosswalk: Crosswalk, home: StateMatch, ends: dict[UUID, UncertainDate]
    ) -> None:
        self._crosswalk = crosswalk
        self.home = home
        self._ends = ends

    @classmethod
    def read(cls) -> States:
        """Read the states of the database. Raises UnknownStateError when the United States is not among them."""
        crosswalk = Crosswalk.read()
        home = crosswalk.state(DATASET, HOME)
        ends = State.objects.exclude(end_latest=None).values_list("pk", "end_edtf")
        return cls(crosswalk, home, {pk: UncertainDate.parse(edtf) for pk, edtf in ends if edtf})

    def periods(self, changes: Iterable[Change]) -> list[Period]:
        """Return the periods of all lines, by name; what is wrong or odd is noted in the changes."""
        by_name: dict[str, list[Change]] = defaultdict(list)
        for change in changes:
            if not change.skipped:
                by_name[change.state].append(change)
        found = [
            period
            for own in by_name.values()
            for run, after in _runs(_in_order(own))
            if not run[0].faults
            for period in self._parts(run, after)
        ]
        return _without_repeated(found)

    def _parts(self, run: tuple[Change, ...], after: Change | None) -> list[Period]:
        """Return the period that a change begins, in parts where its state made way for another."""
        change = run[0]
        end, status = _end(run, after)
        try:
            spans = self._crosswalk.spans(
                DATASET, change.state, start=change.earliest, end=end.latest if end else None
            )
        except UnknownStateError as error:
            return _reject(run, error.at("/state_dept_name"))
        parts: list[Period] = []
        for number, span in enumerate(spans):
            if number and self._had_ended(span):
                break  # the name has outlived the last of its states
            if span.state == self.home:
                reason = "The United States is not represented in the United States."
                return _reject(
                    run, Fault("same_state", reason, pointer="/state_dept_name", value=change.state)
                )
            start = change.start if not number else _day(span.start)
            if number < len(spans) - 1:
                part = Period(run, span.state, start, _day(span.end), EndStatus.ENDED)
            else:
                part = Period(run, span.state, start, end, status)
            parts.append(replace(part, is_carried=bool(number)))
        parts[-1] = self._clipped(parts[-1])
        for span in spans[1 : len(parts)]:
            _warn_uncertain(change, span, after)
        return parts

    def _had_ended(self, span: Span) -> bool:
        ended = self._ends.get(span.state.id)
        return bool(ended and ended.latest and span.start and ended.latest < span.start)

    def _clipped(self, period: Period) -> Period:
        """End a period that has no end, or a later one, with its state, where that is no more."""
        ended = self._ends.get(period.state.id)
        if ended is None or ended.latest is None:
            return period
        begun = period.start.earliest
        if begun is not None and ended.latest < begun:
            reason = f"{period.state.name} had ended ({ended}) before this change."
            period.changes[0].warn("/year", str(period.start), reason, "state_ended")
            return period if period.end else replace(period, status=EndStatus.UNKNOWN)
        if period.end is not None and (
            period.end.earliest is None or period.end.earliest <= ended.latest
        ):
            return period
        return replace(period, end=ended, status=EndStatus.ENDED)


def _reject(run: Sequence[Change], fault: Fault) -> list[Period]:
    for change in run:
        change.faults.append(fault)
    return []


def _runs(changes: Sequence[Change]) -> list[tuple[tuple[Change, ...], Change | None]]:
    """Return the changes, each with those that follow it and say the same, and the one after them."""
    runs: list[tuple[Change, ...]] = []
    for change in changes:
        before = runs[-1] if runs else ()
        if (
            before
            and not change.faults
            and not before[0].faults
            and before[0].level == change.level
        ):
            reason = "The level is that of the line before: its period goes on."
            change.warn("/status_change", change.level, reason, "no_change")
            runs[-1] = (*before, change)
        else:
            runs.append((change,))
    return [
        (run, runs[number][0] if number < len(runs) else None)
        for number, run in enumerate(runs, start=1)
    ]


def _end(run: Sequence[Change], after: Change | None) -> tuple[UncertainDate | None, EndStatus]:
    """Return when a period ended: the day before the next one began."""
    first = run[0]
    if after is None:
        last = run[-1]
        is_seen = last.verified_on is not None and last.verified_on >= last.latest
        return None, EndStatus.ONGOING if is_seen else EndStatus.UNKNOWN
    if after.faults:
        return None, EndStatus.UNKNOWN
    earliest = max(_day_before(after.earliest), first.earliest)
    latest = max(_day_before(after.latest), first.earliest)
    if _day_before(after.latest) < first.earliest:
        reason = f"The next change ({after.start}) came no later than this one: it held for a day at most."
        first.warn("/year", str(first.start), reason, "no_time")
    text = str(earliest) if earliest == latest else f"[{earliest}..{latest}]"
    return UncertainDate.parse(text), EndStatus.ENDED


def _day_before(day: date) -> date:
    return day - _DAY if day > date.min else day


def _day(day: date | None) -> UncertainDate:
    return UncertainDate.parse(str(day)) if day else UncertainDate()


def _warn_uncertain(change: Change, span: Span, after: Change | None) -> None:
    """Say that it is open which state it was, where the state changed on one of the days that a date allows."""
    for each in (change, after):
        if each and not each.faults and span.start and each.earliest < span.start <= each.latest:
            reason = f"From {span.start} on the state was {span.state.name}; the date leaves open which one it was."
            change.warn("/year", str(each.start), reason, "state_uncertain")


# Several names for one state


def _without_repeated(periods: Sequence[Period]) -> list[Period]:
    """End what was carried to a state when another name begins to speak of it, and say where names disagree."""
    by_state = _by_state(periods)
    kept = []
    for period in periods:
        others = _of_other_names(period, by_state)
        left = _giving_way(period, others) if period.is_carried else period
        if left is not None:
            kept.append(left)
    by_state = _by_state(kept)
    for period in kept:
        if not period.is_carried:
            _warn_of_others(period, _of_other_names(period, by_state))
    return kept


def _by_state(periods: Sequence[Period]) -> dict[UUID, list[Period]]:
    found: dict[UUID, list[Period]] = defaultdict(list)
    for period in periods:
        found[period.state.id].append(period)
    return found


def _of_other_names(period: Period, by_state: dict[UUID, list[Period]]) -> list[Period]:
    name = period.changes[0].state
    return [other for other in by_state[period.state.id] if other.changes[0].state != name]


def _giving_way(period: Period, others: Sequence[Period]) -> Period | None:
    """Return what is left of a carried period beside those of other names; None when nothing is."""
    begun = period.start.earliest
    assert begun is not None  # noqa: S101 - it begins on the day of the crosswalk
    for other in others:
        # Of two that were carried with one level, the one that lasts longer says it all.
        if other.is_carried and other.level == period.level and _lasts_longer(other, period):
            return None
    starts = [
        other.start.earliest
        for other in others
        if not other.is_carried and _may_last_to(other, begun) and _is_as_high(other, period)
    ]
    if any(start <= begun for start in starts if start):
        return None
    later = sorted(start for start in starts if start and _may_last_to(period, start))
    if not later:
        return period
    return replace(period, end=_day(_day_before(later[0])), status=EndStatus.ENDED)


def _is_as_high(one: Period, other: Period) -> bool:
    return _BY_HEIGHT.index(one.level) <= _BY_HEIGHT.index(other.level)


def _warn_of_others(period: Period, others: Sequence[Period]) -> None:
    change = period.changes[0]
    for other in others:
        if other.level != period.level and _meet(period, other):
            reason = f"“{other.changes[0].state}” is this state too, and has {other.level} from {other.start} on: both are kept."
            change.warn("/state_dept_name", change.state, reason, "names_disagree")


def _lasts_longer(one: Period, other: Period) -> bool:
    if other.end is None or other.end.latest is None:
        return False
    return one.end is None or one.end.latest is None or one.end.latest > other.end.latest


def _may_last_to(period: Period, day: date) -> bool:
    return period.end is None or period.end.latest is None or period.end.latest >= day


def _meet(one: Period, other: Period) -> bool:
    starts = [period.start.latest for period in (one, other)]
    ends = [
        date.max
        if period.status == EndStatus.ONGOING
        else period.end.earliest
        if period.end
        else None
        for period in (one, other)
    ]
    if None in starts or None in ends:
        return False
    return max(filter(None, starts)) <= min(filter(None, ends))
