"""The EDTF grammar: text in; bounds, precision and meaning out, or an error that names the fix.

Each rule cites its section of the specification: "L1 Seasons" is level 1, heading Seasons, of the
Library of Congress's Extended Date/Time Format of 4 February 2019, the same text as ISO
8601-2:2019, clauses 4 to 8.
"""

import re
from calendar import month_name, monthrange
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache, wraps

from django.db.models import TextChoices

from config.dates.edtf_mistakes import explain

MAX_LENGTH = 100


class EdtfError(ValueError):
    """A text that is no EDTF, or none that Chancery accepts. The message names the fix."""


class Precision(TextChoices):
    """How finely a date is known."""

    TIME = "time", "time of day"  #: date and clock time (L0 Date and Time)
    DAY = "day", "day"  #: one calendar day (L0 Date)
    #: Words only, such as "Saturday night"; EDTF cannot write it
    PART_OF_DAY = "part_of_day", "part of a day"
    MONTH = "month", "month"  #: one calendar month (L0 Date), its day unknown or unsaid
    #: Sub-year grouping (L1 Seasons, L2 Sub-year groupings)
    SEASON = "season", "season, quarter or half-year"
    YEAR = "year", "year"  #: one calendar year (L0 Date), its month unknown or unsaid
    DECADE = "decade", "decade"  #: ten years, 196X (L1 Unspecified digits)
    CENTURY = "century", "century"  #: a hundred years, 19XX (L1 Unspecified digits)
    #: Start and end in one text (L0 Time interval, L1 Extended interval)
    INTERVAL = "interval", "interval"
    SET = "set", "set of dates"  #: one of, or all of, several (L2 Set representation)
    UNKNOWN = "unknown", "unknown"  #: only the source's words are known


@dataclass(frozen=True, slots=True)
class Reading:
    """What an EDTF expression says: `words` is a whole phrase, `noun` the time within one."""

    earliest: date | None
    latest: date | None
    precision: str
    noun: str
    words: str
    #: First and last of the days that it names: those of its known side where the other is open or unknown.
    named: tuple[date, date]
    #: Of an interval, the days of its start and those of its end, each None where open or unknown.
    sides: tuple[tuple[date, date] | None, tuple[date, date] | None] | None = None


# Bounded, because any text that anyone may send passes through here; real data repeat their dates.
@lru_cache(maxsize=8192)
def read(text: str) -> Reading:
    """Read one EDTF expression. Raises `EdtfError`."""
    _check_characters(text)
    if text[0] in "[{":
        return _read_set(text)
    if "/" in text:
        return _read_interval(text)
    if "T" in text:
        return _read_date_time(text)
    return _read_date(text)


# Hyphen, no-break hyphen, figure dash, en dash, em dash, minus: what word processors make of a
# hyphen.
_DASHES = "\u2010\u2011\u2012\u2013\u2014\u2212"


def _check_characters(text: str) -> None:
    if not text:
        raise EdtfError("There is no EDTF to read.")
    if len(text) > MAX_LENGTH:
        raise EdtfError(
            f"This EDTF is {len(text)} characters long; at most {MAX_LENGTH} are taken."
        )
    for position, character in enumerate(text, start=1):
        if character.isspace():
            raise EdtfError(f"EDTF has no spaces, but character {position} is one. Remove it.")
        if not "!" <= character <= "~":
            hint = " Use the plain hyphen, -." if character in _DASHES else ""
            raise EdtfError(
                f"EDTF is written in ASCII letters, digits and signs, but character {position} is "
                f"U+{ord(character):04X}.{hint}"
            )


class _MistakeError(Exception):
    """Why the text that is being read is not EDTF."""


def _quoting(read: Callable[[str], Reading]) -> Callable[[str], Reading]:
    """Let a reader's error quote the text that it was given."""

    @wraps(read)
    def reading(text: str) -> Reading:
        try:
            return read(text)
        except _MistakeError as mistake:
            raise EdtfError(f"“{text}” is not taken: {mistake}") from None

    return reading


# Dates: L0 Date, L1 Qualification, L1 Unspecified digits from the right, L1 Seasons, L2 Sub-year
# groupings

_DATE = re.compile(
    r"(?P<year>[0-9]{4}|[0-9]{3}X|[0-9]{2}XX)"
    r"(?:-(?P<month>[0-9]{2}|XX)(?:-(?P<day>[0-9]{2}|XX))?)?(?P<qualifier>[?~%]?)"
)
_QUALIFIERS = {
    "": "",
    "?": " (uncertain)",
    "~": " (approximate)",
    "%": " (uncertain and approximate)",
}
# First and last month of each grouping, counted from January of its year: 0 is the December before,
# 15 the March after. A season is as wide as its widest common definition, by the month or by the
# sun. One that names no hemisphere covers both, and a winter or southern summer covers both ways of
# giving it a year, for its bounds must not exclude the truth.
_GROUPINGS = {
    "21": ("spring (hemisphere not said)", 3, 12),
    "22": ("summer (hemisphere not said)", 0, 15),
    "23": ("autumn (hemisphere not said)", 3, 12),
    "24": ("winter (hemisphere not said)", 0, 15),
    "25": ("northern spring", 3, 6),
    "26": ("northern summer", 6, 9),
    "27": ("northern autumn", 9, 12),
    "28": ("northern winter", 0, 15),
    "29": ("southern spring", 9, 12),
    "30": ("southern summer", 0, 15),
    "31": ("southern autumn", 3, 6),
    "32": ("southern winter", 6, 9),
    "33": ("the first quarter", 1, 3),
    "34": ("the second quarter", 4, 6),
    "35": ("the third quarter", 7, 9),
    "36": ("the fourth quarter", 10, 12),
    "37": ("the first third", 1, 4),
    "38": ("the second third", 5, 8),
    "39": ("the last third", 9, 12),
    "40": ("the first half", 1, 6),
    "41": ("the second half", 7, 12),
}


@_quoting
def _read_date(text: str) -> Reading:
    parts = _DATE.fullmatch(text)
    if parts is None:
        raise _MistakeError(explain(text))
    year, month, day = parts["year"], parts["month"], parts["day"]
    first_year, last_year = int(year.replace("X", "0")), int(year.replace("X", "9"))
    if first_year == 0:
        raise _MistakeError("it reaches into year 0, and years run from 0001 to 9999.")
    whole = date(first_year, 1, 1), date(last_year, 12, 31)
    if "X" in year:
        if month is not None:
            raise _MistakeError(
                "a year with an X stands alone; write 196X, or give all four digits before a month."
            )
        precision = Precision.CENTURY if year.endswith("XX") else Precision.DECADE
        reading = (*whole, precision, f"the years {first_year} to {last_year}")
    elif month is None:
        reading = (*whole, Precision.YEAR, f"{first_year}")
    elif month == "XX":
        if day not in {None, "XX"}:
            raise _MistakeError(f"a day needs its month; write {year}-XX-XX, or {year} alone.")
        unknown = "month" if day is None else "month and day"
        noun = f"{first_year} ({unknown} not known)"
        reading = (*whole, Precision.YEAR, noun)
    elif month in _GROUPINGS:
        if day is not None:
            raise _MistakeError(
                f"{month} stands for a season or part of a year, which has no days; write {year}-{month}."
            )
        reading = _grouping(first_year, month)
    else:
        reading = _day_or_month(first_year, month, day)
    return _qualified(*reading, parts["qualifier"])


def _qualified(
    earliest: date, latest: date, precision: Precision, noun: str, qualifier: str
) -> Reading:
    # A qualifier doubts the source; it does not say how far off the date may be, so the bounds stay
    # (L1 Qualification).
    noun += _QUALIFIERS[qualifier]
    words = noun if precision == Precision.DAY else f"some day in {noun}"
    return Reading(earliest, latest, precision.value, noun, words, (earliest, latest))


def _day_or_month(year: int, month: str, day: str | None) -> tuple[date, date, Precision, str]:
    if not 1 <= int(month) <= 12:  # months of a year
        raise _MistakeError(
            f"there is no month {month}; months run from 01 to 12 (21 to 41 are seasons and parts of a year)."
        )
    name, days = month_name[int(month)], monthrange(year, int(month))[1]
    if day is None or day == "XX":
        noun = f"{name} {year}" + (" (day not known)" if day else "")
        return date(year, int(month), 1), date(year, int(month), days), Precision.MONTH, noun
    if not 1 <= int(day) <= days:
        raise _MistakeError(f"there is no day {day} in {name} {year}; days run from 01 to {days}.")
    the_day = date(year, int(month), int(day))
    return the_day, the_day, Precision.DAY, f"{the_day.day} {name} {year}"


def _grouping(year: int, code: str) -> tuple[date, date, Precision, str]:
    name, first, last = _GROUPINGS[code]
    first_year, first_month = year + (first - 1) // 12, (first - 1) % 12 + 1
    last_year, last_month = year + (last - 1) // 12, (last - 1) % 12 + 1
    if not (first_year >= 1 and last_year <= 9999):  # the years that Python's dates hold
        raise _MistakeError("it may reach outside the years 0001 to 9999.")
    days = monthrange(last_year, last_month)[1]
    earliest, latest = date(first_year, first_month, 1), date(last_year, last_month, days)
    return earliest, latest, Precision.SEASON, f"{name} of {year}"


# Date and time: L0 Date and Time

_DATE_TIME = re.compile(
    r"(?P<date>[^T]*)T(?P<hour>[0-9]{2}):(?P<minute>[0-9]{2}):(?P<second>[0-9]{2})"
    r"(?P<zone>Z|(?P<sign>[+-])(?P<zone_hour>[0-9]{2})(?::(?P<zone_minute>[0-9]{2}))?)?"
)


@_quoting
def _read_date_time(text: str) -> Reading:
    parts = _DATE_TIME.fullmatch(text)
    if parts is None:
        raise _MistakeError(
            "a date with a time is YYYY-MM-DDThh:mm:ss and a zone, as in 2025-05-10T17:30:00Z or +05:00."
        )
    if int(parts["hour"]) > 23 or int(parts["minute"]) > 59 or int(parts["second"]) > 59:
        raise _MistakeError(
            "there is no such time; hours run from 00 to 23, minutes and seconds from 00 to 59."
        )
    zone_hour, zone_minute = int(parts["zone_hour"] or 0), int(parts["zone_minute"] or 0)
    # Manila kept -15:56 until 1844: no place was ever further from Greenwich.
    if zone_hour > 15 or zone_minute > 59:
        raise _MistakeError("there is no such zone; offsets run from -15:59 to +15:59.")
    if parts["sign"] == "-" and zone_hour == zone_minute == 0:
        raise _MistakeError("the zone -00:00 is not allowed; write Z or +00:00.")
    day = _read_date(parts["date"])
    if day.precision != Precision.DAY or len(parts["date"]) != len("2025-05-10"):
        raise _MistakeError(
            "a time needs a whole day without X or qualifier before it, as in 2025-05-10T17:30:00Z."
        )
    zone = {None: "zone not said", "Z": "UTC"}.get(parts["zone"], f"UTC{parts['zone']}")
    noun = f"{day.noun}, {parts['hour']}:{parts['minute']}:{parts['second']} ({zone})"
    # The day is the one on the calendar where the clock was read: no conversion, so it agrees with
    # what was written.
    return Reading(day.earliest, day.latest, Precision.TIME.value, noun, noun, day.named)


# Intervals: L0 Time interval, L1 Extended interval


@_quoting
def _read_interval(text: str) -> Reading:
    sides = text.split("/")
    if len(sides) != 2:
        raise _MistakeError(
            "an interval has one slash between its start and its end; within a date write hyphens."
        )
    start, end = (None if side in {"", ".."} else _member(side) for side in sides)
    if start is None and end is None:
        raise _MistakeError(
            "an interval needs a date on one side at least; leave the field empty when none is known."
        )
    _check_order(start, end)
    if start and end:
        words = f"from {start.noun} to {end.noun}"
    elif start:
        words = f"from {start.noun}, " + ("open end" if sides[1] else "end not known")
    elif end:
        words = f"until {end.noun}, " + ("open start" if sides[0] else "start not known")
    named = (start.named if start else None, end.named if end else None)
    return replace(_span(start, end, Precision.INTERVAL, words), sides=named)


def _member(part: str) -> Reading:
    if "T" in part:
        raise _MistakeError(
            f"only dates stand in an interval or a set, no time of day; shorten {part} to its date."
        )
    if set(part) & set("[]{}"):
        raise _MistakeError("a set does not stand within an interval or another set.")
    return _read_date(part)


def _span(start: Reading | None, end: Reading | None, precision: Precision, words: str) -> Reading:
    earliest, latest = start.earliest if start else None, end.latest if end else None
    named = _hull([side.named for side in (start, end) if side])
    return Reading(earliest, latest, precision.value, words, words, named)


def _hull(found: list[tuple[date, date]]) -> tuple[date, date]:
    return min(first for first, _ in found), max(last for _, last in found)


def _check_order(start: Reading | None, end: Reading | None) -> None:
    # Only what certainly ends before it starts is wrong: 2004-06-11/2004-06 may well be in order.
    if start and end and start.earliest and end.latest and end.latest < start.earliest:
        raise _MistakeError(
            f"it ends ({end.noun}) before it starts ({start.noun}); swap the two, or correct one."
        )


# Sets: L2 Set representation


@_quoting
def _read_set(text: str) -> Reading:
    close = {"[": "]", "{": "}"}[text[0]]
    if not text.endswith(close):
        raise _MistakeError(f"a set that opens with {text[0]} closes with {close} at the very end.")
    inner = text[1:-1]
    if not inner:
        raise _MistakeError("the set is empty; name its dates, separated by commas.")
    parts = inner.split(",")
    members = [
        _read_element(text, part, first=i == 0, last=i == len(parts) - 1)
        for i, part in enumerate(parts)
    ]
    starts = [member.earliest for member in members]
    ends = [member.latest for member in members]
    earliest = None if None in starts else min(day for day in starts if day)
    latest = None if None in ends else max(day for day in ends if day)
    words = _listed(
        [member.noun for member in members],
        "or" if close == "]" else "and",
        shorten=".." not in inner,
    )
    if close == "}":
        words = f"all of {words}"
    named = _hull([member.named for member in members])
    return Reading(earliest, latest, Precision.SET.value, words, words, named)


def _read_element(text: str, part: str, *, first: bool, last: bool) -> Reading:
    if not part:
        raise _MistakeError("a comma has no date beside it; remove the comma or add the date.")
    if ".." not in part:
        return _member(part)
    left, _, right = part.partition("..")
    start = _member(left) if left else None
    end = _member(right) if right else None
    if start is None and end is None:
        raise _MistakeError("two dots need a date on one side at least.")
    if (start is None and not first) or (end is None and not last):
        raise _MistakeError("“..DATE” may only come first in a set, and “DATE..” only last.")
    _check_order(start, end)
    if start and end:
        noun = (
            f"some time from {start.noun} to {end.noun}"
            if text[0] == "["
            else f"{start.noun} to {end.noun}"
        )
    elif start:
        noun = f"{start.noun} or later" if text[0] == "[" else f"{start.noun} and everything later"
    elif end:
        noun = f"{end.noun} or earlier" if text[0] == "[" else f"{end.noun} and everything earlier"
    return _span(start, end, Precision.SET, noun)


def _listed(nouns: list[str], conjunction: str, *, shorten: bool) -> str:
    """Join names of dates, saying what they share only once: "6 or 13 September 2025"."""
    names = [noun.split(" ") for noun in nouns]
    shared: list[str] = []
    while (
        shorten
        and len(names) > 1
        and min(map(len, names)) > 1
        and len({name[-1] for name in names}) == 1
    ):
        shared.insert(0, names[0][-1])
        names = [name[:-1] for name in names]
    *others, final = [" ".join(name) for name in names]
    listed = f"{', '.join(others)} {conjunction} {final}" if others else final
    return " ".join([listed, *shared])
