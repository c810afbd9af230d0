"""Dates of the register of principal officers, read together with the words that stand before them.

A date there is a value (`1861-05-04`, `1861-05`, `1861`, or nothing) and a note that leads up to it ("Left post on",
"Presented recall on or shortly before"). How well a date is known is said at the end of the note only:

| words | EDTF |
|---|---|
| about, around, circa; on or soon after, shortly before | `1861-05-04~` |
| on or before, not later than | `[..1861-05-04]` |
| before | `[..1861-05-03]` |
| on or after, not before | `[1861-05-04..]` |
| after; "last despatch was dated" (its writer was still there) | `[1861-05-05..]`, `[1861-05-04..]` |
| between May 1 and | `[1861-05-01..1861-05-04]` |
| probably, presumably, perhaps, anywhere in the note | `1861-05-04?` |

"Soon" and "shortly" keep it near the day, so they are approximations and no open ranges. Where words change what the
value says, they are kept beside it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from config.dates.fields import TEXT_MAX_LENGTH
from config.dates.values import EdtfError, UncertainDate
from config.dates.written import MONTH_NAMES, month_number, readings

if TYPE_CHECKING:
    from collections.abc import Iterator

#: The name of a month, for patterns.
MONTH = rf"(?:{MONTH_NAMES})\b\.?"
_PROSE = re.compile(
    rf"\b{MONTH}\s+(?:\d{{1,2}}(?:st|nd|rd|th)?\s*[,.]?\s+)?\d{{4}}\b"
    rf"|\b\d{{1,2}}\s+{MONTH},?\s+\d{{4}}\b",
    re.IGNORECASE,
)
_MONTHS_OF_A_YEAR = re.compile(
    rf"(?P<first>{MONTH})\s*(?:-|–|—|to|or|and)\s*(?P<last>{MONTH}),?\s+(?P<year>\d{{4}})",  # noqa: RUF001
    re.IGNORECASE,
)
_VALUE = re.compile(
    r"(?P<about>(?:c|ca|circa|about)\.?\s*)?(?P<year>\d{4})(?:-(?P<month>\d{1,2}))?(?:-(?P<day>\d{1,2}))?"
    r"-?(?P<mark>[?~%]?)"
)
_NOT_LATER = r"(?:on or before|in or before|no(?:t)? later than|(?<!ed )\bby)"
_NOT_EARLIER = (
    r"(?:on or after|in or after|no(?:t)? (?:earlier|sooner) than|not before"
    r"|at least until|until at least|last des?patch (?:was |is )?dated)"
)
_PART = r"(?:early|late|mid|middle|beginning|end|(?:latter|early) part|(?:first|second) half)"
#: What the end of a note says of the date after it. The first that fits counts.
_QUALIFIERS = tuple(
    (re.compile(rf"(?:^|\b){pattern}\W*$", re.IGNORECASE), meaning)
    for pattern, meaning in (
        (r"between\s+(?P<first>.+?),?\s+and", "between"),
        (rf"(?P<first>{MONTH}\s+\d{{1,2}})\s*(?:-|–|—|to|through)", "between"),  # noqa: RUF001
        (r"(?:shortly|soon|just|immediately)\s+(?:before|after)", "about"),
        (r"(?:about|around|approximately|circa|ca|c)(?:\s+(?:on|in))?", "about"),
        (_NOT_LATER, "not_later"),
        (_NOT_EARLIER, "not_earlier"),
        (r"(?:before|prior to)", "before"),
        (r"(?:after|following)", "after"),
        (rf"{_PART}(?:\s+(?:in|of))?(?:\s+the)?", "part"),
    )
)
_DOUBT = re.compile(
    r"\b(?:probabl[ey]|presumabl[ey]|apparently|possibl[ey]|perhaps|supposedly)\b", re.IGNORECASE
)
_DAY_AND_MONTH = re.compile(rf"({MONTH})\s+(\d{{1,2}})", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Reading:
    """A date as it was read."""

    edtf: str = ""
    text: str = ""  #: the source's words, where they say what the EDTF does not
    wrong: str = ""  #: why the value is no date; it is then kept as words
    precision: str = ""  #: of words without EDTF that are a date which is not believed

    def __bool__(self) -> bool:
        return bool(self.edtf or self.text)

    def document(self) -> str | dict[str, str] | None:
        if not self.text:
            return self.edtf or None
        parts = {"edtf": self.edtf, "text": self.text, "precision": self.precision}
        return {name: part for name, part in parts.items() if part}

    @property
    def bounds(self) -> tuple[date | None, date | None]:
        """Its first and last possible day, each None where there is no such limit."""
        if not self.edtf:
            return None, None
        parsed = UncertainDate.parse(self.edtf)
        return parsed.earliest, parsed.latest

    @property
    def day(self) -> date | None:
        """A day at which to look something up: the first possible one, else the last."""
        earliest, latest = self.bounds
        return earliest or latest

    def in_words(self) -> Reading:
        """Return it without EDTF: what it says then excludes nothing."""
        if not self.edtf:
            return self
        precision = UncertainDate.parse(self.edtf).precision
        return Reading(text=self.text or self.edtf, precision=precision)


def read_date(value: str, note: str = "") -> Reading:
    """Read a value together with the note that leads up to it."""
    value, note = value.strip(), note.strip()
    if not value:
        return _from_words(note)
    words = _shortened(f"{note} {value}".strip())
    plain = _plain(value)
    if plain is None:
        reason = f"“{value}” is not a date. Write YYYY, YYYY-MM or YYYY-MM-DD."
        return Reading(text=words, wrong=reason)
    edtf, is_qualified = _qualified(plain, note)
    return Reading(edtf, words if is_qualified else "")


def dates_in(text: str) -> Iterator[tuple[int, int, Reading]]:
    """Yield the dates in a sentence, each with where it begins and ends ("about February 13, 1811")."""
    for found in _PROSE.finditer(text):
        plain = _likeliest(found[0])
        if plain is not None:
            before = text[: found.start()]
            edtf, is_qualified = _qualified(plain, before, with_doubt=False)
            words = before.split()[-3:] if is_qualified else []
            kept = " ".join([*words, found[0]]) if words else ""
            yield found.start(), found.end(), Reading(edtf, kept)


def _from_words(note: str) -> Reading:
    """Read a note that is a date itself ("Dec 1986", "January-March 1802")."""
    note = note.rstrip(".")
    if _PROSE.fullmatch(note):
        plain = _likeliest(note)
        return Reading(plain, note) if plain else Reading()
    if found := _MONTHS_OF_A_YEAR.fullmatch(note):
        first, last = (
            f"{found['year']}-{month_number(found[name]):02}" for name in ("first", "last")
        )
        return Reading(f"[{first}..{last}]", note) if first < last else Reading()
    return Reading()


def _plain(value: str) -> str | None:
    """Return the EDTF of a value, or None where it is none. A month or day of 00 is one that is not known."""
    found = _VALUE.fullmatch(value)
    if found is None:
        return _likeliest(value) if _PROSE.fullmatch(value) else _valid(value)
    edtf = found["year"]
    for part in (found["month"], found["day"]):
        if part is None or not int(part):
            break
        edtf += f"-{int(part):02}"
    return _valid(edtf + (found["mark"] or ("~" if found["about"] else "")))


def _likeliest(words: str) -> str | None:
    """Return what a day or month in words means, or None where there is no such day."""
    return next(iter(readings(words)), None)


def _valid(edtf: str) -> str | None:
    try:
        return UncertainDate.parse(edtf).edtf
    except EdtfError:
        return None


def _qualified(plain: str, note: str, *, with_doubt: bool = True) -> tuple[str, bool]:
    """Return the EDTF of a date after a note, and whether the note says anything of how well it is known."""
    mark = "?" if with_doubt and _DOUBT.search(note) else ""
    is_qualified = bool(mark)
    for pattern, meaning in _QUALIFIERS:
        if found := pattern.search(note):
            is_qualified = True
            first = found["first"] if meaning == "between" else ""
            if edtf := _valid(_meant(meaning, plain, mark, first) or ""):
                return edtf, True
    return (_valid(plain + mark) or plain), is_qualified


def _meant(meaning: str, plain: str, mark: str, first: str) -> str | None:
    """Return the EDTF, or None where the words and the date do not go together."""
    match meaning:
        case "between":
            start = _start_of_range(first, plain)
            return f"[{start}..{plain}]" if start and start < plain else None
        case "about":
            return plain + ("%" if mark else "~")
        case "not_later":
            return f"[..{plain}{mark}]"
        case "not_earlier":
            return f"[{plain}{mark}..]"
        case "before":
            return f"[..{_neighbour(plain, -1)}{mark}]"
        case "after":
            return f"[{_neighbour(plain, 1)}{mark}..]"
    return plain + mark


def _start_of_range(words: str, end: str) -> str | None:
    """Return the EDTF of the first date of a range; without a year it is that of the last, or the one before."""
    if _PROSE.fullmatch(words := words.strip(" ,")):
        return _likeliest(words)
    if found := _DAY_AND_MONTH.fullmatch(words):
        year = int(end[:4])
        start = f"{month_number(found[1]):02}-{int(found[2]):02}"
        if start > end[5:]:
            year -= 1
        return _valid(f"{year:04}-{start}")
    return None


def _neighbour(plain: str, step: int) -> str:
    """Return the day, month or year before or after one; what is none where the calendar ends."""
    parts = [int(part) for part in plain.rstrip("?~%").split("-")]
    if len(parts) == 3:
        day = date(*parts)
        is_last = day == (date.max if step > 0 else date.min)
        return "" if is_last else (day + timedelta(days=step)).isoformat()
    if len(parts) == 1:
        return f"{parts[0] + step:04}"
    months = parts[0] * 12 + parts[1] - 1 + step
    return f"{months // 12:04}-{months % 12 + 1:02}"


def _shortened(words: str) -> str:
    """Return the end of words that are too long to be kept whole: it is next to the date."""
    if len(words) <= TEXT_MAX_LENGTH:
        return words
    return "…" + words[-(TEXT_MAX_LENGTH - 1) :].partition(" ")[2]
