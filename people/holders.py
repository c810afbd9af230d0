"""Who held an office on a day: read off published documents alone (docs/decisions/0111-who-held-an-office.md)."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from config.dates.reach import Match, Reach
from people.editions.tenure import days_held
from people.models import EndStatus, OfficePeriodKind, TenureKind
from people.statuses import HolderStatus
from records.models.edition import known_on
from records.publishing.documents import reference_row
from records.registry import kind_named

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

#: What is merely not excluded, because a date is unknown.
NOT_EXCLUDED = "unknown"
_RANKS = (Match.CERTAIN.value, Match.POSSIBLE.value, NOT_EXCLUDED)
#: What the three matches of a question find.
_SHOWN = {Match.CERTAIN: _RANKS[:1], Match.POSSIBLE: _RANKS[:2], Match.ANY: _RANKS}


@dataclass(frozen=True, slots=True)
class Asked:
    """The days of a question, and the day on which it is asked."""

    first: dt.date
    last: dt.date
    today: dt.date

    def match(self, days: Reach) -> str | None:
        """How well something has one of the days; None if it certainly has none."""
        for match, said in zip(Match, _RANKS, strict=True):
            if days.has_day(match, self.first, self.last, today=self.today):
                return said
        return None

    def fills(self, days: Reach) -> bool:
        """Whether something certainly has every one of the days."""
        return (
            days.begun_by is not None
            and days.goes_on_till is not None
            and days.begun_by <= self.first
            and days.goes_on_till >= self.last
        )

    @property
    def halves(self) -> range:
        """The mornings and evenings of the days."""
        return range(2 * self.first.toordinal(), 2 * self.last.toordinal() + 2)


@dataclass(frozen=True, slots=True)
class Holding:
    """A published tenure and its days."""

    document: dict[str, Any]
    days: Reach
    match: str

    @property
    def is_in_full_right(self) -> bool:
        return bool(self.document["kind"] == TenureKind.SUBSTANTIVE)


def holders_on(
    office: dict[str, Any],
    tenures: Iterable[dict[str, Any]],
    asked: Asked,
    shown: Match,
) -> dict[str, Any]:
    """The holders of an office, and what is certain of them. `tenures` are those of it that mean being in office."""
    found = []
    for tenure in tenures:
        days = days_held(tenure)
        match = asked.match(days)
        if match is not None:
            found.append(Holding(tenure, days, match))
    periods = [(period, _days(office, period)) for period in office["periods"]]
    vacant, complete = (
        [(period, days) for period, days in periods if period["kind"] == kind]
        for kind in (OfficePeriodKind.VACANT, OfficePeriodKind.COMPLETE)
    )
    if any(asked.fills(days) for _period, days in vacant):
        # A person who only may have held it in full right did not: a record says so.
        found = [each for each in found if each.match == Match.CERTAIN or not each.is_in_full_right]
    return {
        "office": reference(office),
        "status": _status(office, found, vacant, complete, asked),
        "holders": [
            _entry(each) for each in sorted(found, key=_place) if each.match in _SHOWN[shown]
        ],
        "vacancy": _nearest(vacant, asked),
        "coverage": _nearest(complete, asked),
    }


def may_have_existed(office: dict[str, Any], asked: Asked) -> bool:
    """Whether the office may have existed on one of the days, as its own record has it."""
    days = Reach.of(office["start"], office["end"])
    return days.has_day(Match.ANY, asked.first, asked.last, today=asked.today)


def _status(
    office: dict[str, Any],
    found: Sequence[Holding],
    vacant: Sequence[tuple[Any, Reach]],
    complete: Sequence[tuple[Any, Reach]],
    asked: Asked,
) -> str:
    certain = [each for each in found if each.match == Match.CERTAIN]
    if certain:
        is_disputed = (
            any(each.document["contested"] for each in certain)
            or _has_too_many(certain, office["seats"], asked)
            or _is_vacant_meanwhile(certain, vacant, asked)
        )
        return (HolderStatus.DISPUTED if is_disputed else HolderStatus.HELD).value
    matches = {each.match for each in found}
    is_said_vacant = any(asked.fills(days) for _period, days in vacant)
    is_listed = any(asked.fills(days) for _period, days in complete)
    if Match.POSSIBLE not in matches and (is_said_vacant or (is_listed and not matches)):
        return HolderStatus.VACANT.value
    return HolderStatus.UNKNOWN.value


def _has_too_many(certain: Sequence[Holding], seats: int | None, asked: Asked) -> bool:
    """Whether more persons than there are seats certainly held it at once.

    Who stands in for a head of mission (VCDR 1961, art. 19) takes no seat from anybody.
    """
    if seats is None:
        return False
    held = [
        (_halves(each.days), each.document["person"]["id"])
        for each in certain
        if each.document["kind"] != TenureKind.AD_INTERIM
    ]
    window = asked.halves
    moments = {window[0], *(halves.start for halves, _person in held if halves.start in window)}
    return any(
        len({person for halves, person in held if moment in halves}) > seats for moment in moments
    )


def _is_vacant_meanwhile(
    certain: Sequence[Holding], vacant: Sequence[tuple[Any, Reach]], asked: Asked
) -> bool:
    """Whether a record says that it was vacant while somebody certainly held it in full right."""
    window = asked.halves
    for each in certain:
        for _period, days in vacant if each.is_in_full_right else ():
            spans = (_halves(each.days), _halves(days), window)
            if max(span.start for span in spans) < min(span.stop for span in spans):
                return True
    return False


def _halves(days: Reach) -> range:
    """The mornings and evenings that are certain, from the evening of the first day to the morning of the last.

    On one day somebody leaves and somebody else takes over: that is no dispute.
    """
    if days.begun_by is None or days.goes_on_till is None:
        return range(0)
    return range(2 * days.begun_by.toordinal() + 1, 2 * days.goes_on_till.toordinal() + 1)


def _days(office: dict[str, Any], period: dict[str, Any]) -> Reach:
    is_ongoing = period["end_status"] == EndStatus.ONGOING
    return Reach.of(period["start"], period["end"], (), known_on(office) if is_ongoing else None)


def _place(each: Holding) -> tuple[int, str, str]:
    start = each.document["start"] or {}
    return (
        _RANKS.index(each.match),
        start.get("earliest") or start.get("latest") or "9",
        each.document["id"],
    )


def _entry(each: Holding) -> dict[str, Any]:
    document = each.document
    return {
        "tenure": reference(document),
        "person": document["person"],
        "kind": document["kind"],
        "match": each.match,
        "start": document["start"],
        "end": document["end"],
        "end_status": document["end_status"],
        "contested": document["contested"],
    }


def _nearest(
    periods: Iterable[tuple[dict[str, Any], Reach]], asked: Asked
) -> dict[str, Any] | None:
    """Of the periods that may have one of the days, the one that says most: certain if it certainly has all of them."""
    found = []
    for period, days in periods:
        match = asked.match(days)
        if match is not None:
            match = (
                Match.CERTAIN.value
                if asked.fills(days)
                else max(match, _RANKS[1], key=_RANKS.index)
            )
            found.append({**period, "match": match})
    return min(found, key=lambda each: _RANKS.index(each["match"]), default=None)


def reference(document: dict[str, Any]) -> dict[str, Any]:
    """A record as other documents name it, from its own document."""
    body: dict[str, Any] = reference_row(kind_named(document["object"]), document)["body"]
    return body
