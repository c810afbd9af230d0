"""Positions of principal officers: titles, years and seats."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from imports.datasets.pocom.tenures import is_in_office

if TYPE_CHECKING:
    from imports.datasets.pocom.rows import Appointment, Mission

#: Positions that other data sets name too.
SHARED = {"secretary": "secretary-of-state"}
#: Ranks that any number of persons can hold.
_UNLIMITED = ("ambassador-at-large", "career-ambassador")
#: Longer than this, two holders at once are no handing over.
_TOGETHER_DAYS = 366


def facts_of(position: Mission, held: list[Appointment]) -> dict[str, Any]:
    """Return the years of a position, and whether more than one can hold it."""
    facts: dict[str, Any] = {}
    started = [each.start.day.year for each in held if each.start.day]
    ended = [each.end.day.year for each in held if each.end.day]
    start = _year(position, "start", position.starts[:1])
    end = _year(position, "end", position.ends[-1:])
    if start:
        is_late = bool(started) and min(started) < int(start)
        facts["start"] = _believed(position, "start", start, is_late, "Somebody held it before")
    if end:
        latest = max([*started, *ended, int(start or 0)])
        is_early = position.is_ongoing or latest > int(end)
        facts["end"] = _believed(position, "end", end, is_early, "It went on after")
    if len(position.starts) > 1 or len(position.ends) > 1:
        reason = "It has several times: the first start and the last end were taken."
        position.warn("/start", ", ".join(position.starts), reason, "several_times")
    if position.id in _UNLIMITED or _holds_together(held):
        facts["seats"] = None
    return facts


def _year(position: Mission, at: str, given: list[str]) -> str:
    year = given[0] if given else ""
    if year and not re.fullmatch(r"\d{4}", year, re.ASCII):
        position.warn(f"/{at}", year, "This is not a year: left out.", "bad_date")
        return ""
    return "" if year == "0000" else year


def _believed(position: Mission, at: str, year: str, is_wrong: bool, reason: str) -> Any:  # noqa: FBT001
    if not is_wrong:
        return year
    position.warn(f"/{at}", year, f"{reason} {year}: kept as words.", "contradiction")
    return {"text": year, "precision": "year"}


def _holds_together(held: list[Appointment]) -> bool:
    """Return whether two persons held it together for so long that it has more than one seat."""
    spans = []
    for each in held:
        first, last = each.start.bounds[1], each.end.bounds[0]
        if each.is_good and is_in_office(each) and first and last:
            spans.append((first, last, each.person))
    spans.sort()
    for number, (_first, last, person) in enumerate(spans):
        for other_first, other_last, other in spans[number + 1 :]:
            if other_first > last:
                break
            if other != person and (min(last, other_last) - other_first).days > _TOGETHER_DAYS:
                return True
    return False


def position_title(position: Mission) -> str:
    """Return the title of a position, distinct from those of other states and times."""
    title = position.singular
    if position.id in SHARED:
        return f"{title} of the United States"
    years = ""
    if position.category == "discontinued" and position.starts and position.ends:
        years = f"{position.starts[0]}–{position.ends[-1]}"  # noqa: RUF001
    if "U.S." in title:
        return f"{title} ({years})" if years else title
    return f"{title} (United States{f', {years}' if years else ''})"
