"""The status of an agreement and of each party, derived from the actions (docs/agreement-status.md has the rules as tables).

No clock, no database: the actions are arguments (`Act`), and so is the day. Every day of an uncertain date is possible, so
on some days more than one status may be; then the status is unknown.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Any

from agreements.effects import Effect, agreement_effects, party_effects
from agreements.statuses import AgreementStatus, PartyStatus
from config.dates.values import UncertainDate

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from agreements.effects import Act

UNKNOWN = AgreementStatus.UNKNOWN.value


@dataclass(frozen=True, slots=True)
class Status:
    """A status on some day."""

    value: str
    since: dict[str, str | None] | None  #: when it began, an uncertain date; None when unknown
    until: date | None  #: the first later day on which a known action changes it, or may change it

    def as_document(self) -> dict[str, Any]:
        """Return the JSON of the public API."""
        return {
            "value": self.value,
            "since": self.since,
            "until": self.until.isoformat() if self.until else None,
        }


@dataclass(frozen=True, slots=True)
class Span:
    """Days from `start` (None: from the first day) until before `end` (None: no end) with the same possible statuses."""

    start: date | None
    end: date | None
    possible: frozenset[str]

    @property
    def value(self) -> str:
        """The status, or `unknown` when there is more than one that it may be."""
        return next(iter(self.possible)) if len(self.possible) == 1 else UNKNOWN

    def holds(self, day: date) -> bool:
        """Whether the day lies in the span."""
        return (self.start is None or self.start <= day) and (self.end is None or day < self.end)


class History:
    """All statuses of an agreement or of a party, from the first to the last day.

    `known_on` is the day on which all this was on record (`Bounds.known`).
    """

    def __init__(self, effects: Iterable[Effect], known_on: date) -> None:
        self._effects = _decisive(list(effects))
        self._known_on = known_on

    @cached_property
    def spans(self) -> list[Span]:
        """The spans in order, without gaps, no two neighbours alike."""
        starts: list[date | None] = [None, *self._cuts]
        spans: list[Span] = []
        for start, end in zip(starts, [*starts[1:], None], strict=True):
            possible = self._possible(start or date.min)
            if spans and spans[-1].possible == possible:
                spans[-1] = Span(spans[-1].start, end, possible)
            else:
                spans.append(Span(start, end, possible))
        return spans

    @cached_property
    def _cuts(self) -> list[date]:
        """The days on which something may have happened, or certainly has, that had not the day before."""
        days = {
            day
            for effect in self._effects
            for day in (effect.earliest, effect.latest, effect.follows_from)
        }
        return sorted(day for day in days if day is not None and day > date.min)

    def within(self, first: date, last: date) -> list[Span]:
        """Return the spans that have a day from `first` to `last`."""
        return [
            span
            for span in self.spans
            if (span.start is None or span.start <= last) and (span.end is None or first < span.end)
        ]

    def acts(self, first: date, last: date) -> list[Act]:
        """Return what decides, or may decide, the status on a day from `first` to `last`, each act once."""
        days = [first, *(day for day in self._cuts if first < day <= last)]
        found: list[Act] = []
        for day in days:
            for effect in self._deciding(day):
                found += [act for act in effect.acts if act not in found]
        return found

    def on(self, day: date) -> Status:
        """Return the status on a day."""
        at = next(index for index, span in enumerate(self.spans) if span.holds(day))
        value = self.spans[at].value
        following = (span for span in self.spans[at + 1 :] if span.value != value)
        until = next((span.start for span in following), None)
        return Status(value, None if value == UNKNOWN else self._since(at, value), until)

    def _possible(self, day: date) -> frozenset[str]:
        """Every status that some choice of days leaves possible on that day."""
        possible = {effect.value for effect in self._deciding(day)}
        if not any(effect.has_happened(day) for effect in self._effects):
            possible.add(UNKNOWN)
        return frozenset(possible or {UNKNOWN})

    def _deciding(self, day: date) -> list[Effect]:
        """The effects of which some choice of days makes one decide on that day.

        An action may decide if it may have happened, and nothing that certainly happened takes over from it. A party that
        left may have come back by an action of which that is not certain; then what happened to all decides again.
        """
        happened = [effect for effect in self._effects if effect.has_happened(day)]
        may_have = [effect for effect in self._effects if effect.may_have_happened(day)]
        has_left = any(effect.is_departure for effect in happened)
        returns: list[list[Effect]] = [
            [effect] for effect in may_have if has_left and effect not in happened
        ]
        found = []
        for effect in may_have:
            with_it = [other for other in may_have if other.comes_with(effect, day)]
            if any(
                _decides(effect, [*happened, effect, *with_it, *more]) for more in [[], *returns]
            ):
                found.append(effect)
        return found

    def _since(self, at: int, value: str) -> dict[str, str | None] | None:
        """Return when a status that is certain in span `at` began: after it became possible, before it was certain."""
        first = at
        while first and self.spans[first - 1].value == value:
            first -= 1
        latest = self.spans[first].start
        while first and value in self.spans[first - 1].possible:
            first -= 1
        earliest = self.spans[first].start
        for effect in self._effects:
            if (effect.value, effect.earliest, effect.latest) == (value, earliest, latest):
                return effect.when
        if (
            latest == self._known_on
        ):  # certain only because it is recorded: nothing that was done has that date
            return UncertainDate.parse(f"[{earliest}..]").as_document() if earliest else None
        if latest is None:
            return None
        if earliest == latest:
            return UncertainDate.parse(f"{latest}").as_document()
        return UncertainDate.parse(f"[{earliest or ''}..{latest}]").as_document()


def _decisive(effects: list[Effect]) -> list[Effect]:
    """Leave out effects that change nothing: of equal steps towards force only the first possible and the first certain count.

    A treaty of two hundred parties has that many signatures, and is signed with the first.
    """
    found = [effect for effect in effects if effect.decides_by_date]
    steps: dict[str, list[Effect]] = {}
    for effect in effects:
        if not effect.decides_by_date:
            steps.setdefault(effect.value, []).append(effect)
    for alike in steps.values():
        possible = min(alike, key=lambda each: (each.earliest or date.min, each.latest or date.max))
        certain = min(alike, key=lambda each: (each.latest or date.max, each.earliest or date.min))
        found += [possible] if possible is certain else [possible, certain]
    return found


def _decides(effect: Effect, happened: list[Effect]) -> bool:
    """Whether this effect decides the status, of all that happened. A departure that was undone no longer counts."""
    for other in happened:
        is_undone = other.is_departure and any(third.takes_over_from(other) for third in happened)
        if not is_undone and other.takes_over_from(effect):
            return False
    return True


def agreement_history(acts: Sequence[Act], *, laterality: str, known_on: date) -> History:
    """Return the statuses (`AgreementStatus`) of an agreement as a whole."""
    return History(agreement_effects(acts, laterality, known_on), known_on)


def party_history(acts: Sequence[Act], party: str, *, laterality: str, known_on: date) -> History:
    """Return the statuses (`PartyStatus`) of the party with that key, as the acts name it."""
    return History(party_effects(acts, party, laterality, known_on), known_on)


def status_of(
    acts: Sequence[Act], *, on: date, laterality: str, known_on: date | None = None
) -> Status:
    """Return the status of an agreement on a day, as known that day unless another is given."""
    return agreement_history(acts, laterality=laterality, known_on=known_on or on).on(on)


__all__ = [
    "AgreementStatus",
    "History",
    "PartyStatus",
    "Span",
    "Status",
    "agreement_history",
    "party_history",
    "status_of",
]
