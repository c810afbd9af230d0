"""What dates may mean as people write them: "10 May 2025", "spring 2025", "circa 1961", "2024-05-18/19".

Readings are offered, never taken: a curator chooses one, and an ambiguous text ("5/10/2025") has several.
"""

from __future__ import annotations

import re
from calendar import day_name, month_abbr, month_name, monthrange
from contextlib import suppress
from datetime import date, timedelta
from itertools import product
from typing import TYPE_CHECKING

from config.dates.edtf import EdtfError, read

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

#: Longer texts are no dates.
_LONGEST = 60
#: So many readings are offered at most.
_OFFERED = 4

_MONTHS = {
    name.lower(): number
    for names in (month_name, month_abbr)
    for number, name in enumerate(names)
    if name
} | {"sept": 9}
#: Names of months, full and short, for patterns in lower case: longer ones come first.
MONTH_NAMES = "|".join(sorted(_MONTHS, key=len, reverse=True))
#: Without hemisphere, northern, southern: the order of the codes of EDTF. Those that say most come first.
_SEASONS = {"spring": 21, "summer": 22, "autumn": 23, "fall": 23, "winter": 24}
_PARTS = {
    word: code
    for first, of, count in ((33, "quarter", 4), (37, "third", 3), (40, "half", 2))
    for number in range(count)
    for word, code in (
        (f"{('first', 'second', 'third', 'fourth')[number]} {of}", first + number),
        (f"{('1st', '2nd', '3rd', '4th')[number]} {of}", first + number),
        (f"{of[0]}{number + 1}" if of != "third" else "", first + number),
    )
    if word
} | {"last quarter": 36, "last third": 39, "last half": 41, "second half": 41}

#: Words before a date, and the qualifier that says so.
_QUALIFIERS = [
    (re.compile(pattern), sign)
    for pattern, sign in (
        (r"(?:circa|ca\.?|c\.|about|around|approximately|approx\.?|roughly|~) ?(.+)", "~"),
        (r"(?:probably|perhaps|possibly|maybe|presumably) (.+)", "?"),
        (r"(.+?) ?\((?:approximate|approximately|approx\.?|circa)\)", "~"),
        (r"(.+?) ?\((?:uncertain|probably|\?)\)", "?"),
        (r"(.+?) ?([?~%])", ""),
    )
]
#: Thirds of a month, a year and a decade: the first and last day, the code of EDTF, and the first and last year.
_THIRDS = {
    "early": ((1, 10), 37, (0, 3)),
    "mid": ((11, 20), 38, (4, 6)),
    "late": ((21, 31), 39, (7, 9)),
}
_THIRD = re.compile(r"(?:(early|beginning|start)|(mid|middle)|late|end) (.+)")
#: The time of day that spreadsheets put behind a date.
_TIME = re.compile(r"[t,]? ?\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?: ?[ap]\.?m\.?)?z?$")
_WEEKDAY = re.compile(rf"\b(?:{'|'.join(name.lower() for name in day_name)})\b,? ?")


def readings(text: str) -> list[str]:
    """Return the EDTF texts that a text may mean, the likeliest first; none where it is EDTF, or nothing is recognised."""
    plain = _plain(text)
    if not plain or len(plain) > _LONGEST or _is_edtf(text.strip()):
        return []
    return list(dict.fromkeys(filter(_is_edtf, _any(plain))))[:_OFFERED]


def month_number(name: str) -> int:
    """Return the number of a month by its full or short name."""
    return _MONTHS[name.lower().rstrip(".")]


def _plain(text: str) -> str:
    """Return the text in lower case, with one space between words and one kind of dash."""
    text = re.sub(r"[\u2010-\u2015\u2212]", "-", text.lower())
    text = _TIME.sub("", _WEEKDAY.sub("", " ".join(text.split())))
    text = re.sub(r"\b(early|mid|late)-", r"\1 ", text)
    text = re.sub(r"\b(\d{1,2})(?:st|nd|rd|th)\b(?! (?:quarter|third|half|century))", r"\1", text)
    return re.sub(r"^(?:on|in|during) ", "", re.sub(r"\b(?:the|of) ", "", text)).strip(" .,;")


def _is_edtf(text: str) -> bool:
    try:
        read(text)
    except EdtfError:
        return False
    return True


def _any(text: str) -> Iterator[str]:
    yield from _qualified(text)
    yield from _thirds(text)
    text = _day_first(text)
    yield from _spans(text)
    yield from _sets(text)
    yield from _open(text)


def _qualified(text: str) -> Iterator[str]:
    """Yield dates, and dates with a word that qualifies them."""
    yield from _dates(text)
    for pattern, sign in _QUALIFIERS:
        if match := pattern.fullmatch(text):
            own = sign or match[2]
            yield from (f"{each}{own}" for each in _dates(match[1]))


def _dates(text: str) -> Iterator[str]:
    """Yield dates without a qualifier."""
    for pattern, write in _DATES:
        if match := pattern.fullmatch(text):
            yield from write(match)


def _thirds(text: str) -> Iterator[str]:
    """Yield what "mid-May 2025" may mean: the whole month before a part of it, for nobody says which days those are."""
    if match := _THIRD.fullmatch(text):
        third = _THIRDS["early" if match[1] else "mid" if match[2] else "late"]
        for whole in _dates(match[3]):
            yield from _part_of(whole, *third)


def _part_of(whole: str, days: tuple[int, int], code: int, years: tuple[int, int]) -> Iterator[str]:
    """Yield a month, a year or a decade, and then a third of it."""
    if re.fullmatch(r"\d{4}-(?:0[1-9]|1[0-2])", whole):
        last = min(days[1], monthrange(int(whole[:4]), int(whole[5:]))[1])
        yield from (whole, f"[{whole}-{days[0]:02}..{whole}-{last}]")
    elif re.fullmatch(r"\d{4}", whole):
        yield from (whole, f"{whole}-{code}")
    elif re.fullmatch(r"\d{3}X", whole):
        yield from (whole, f"[{whole[:3]}{years[0]}..{whole[:3]}{years[1]}]")


def _number(match: re.Match[str]) -> int:
    month = match["month"]
    return int(month) if month.isdigit() else month_number(month)


def _years(match: re.Match[str]) -> list[str]:
    """Return the year, or the years that two figures may mean: the likelier century first."""
    if len(year := match["year"]) == 4:
        return [year]
    return [f"{century}{year}" for century in ((20, 19) if int(year) < 50 else (19, 20))]


def _day(match: re.Match[str]) -> Iterator[str]:
    for year in _years(match):
        yield f"{year}-{_number(match):02}-{int(match['day']):02}"


def _month(match: re.Match[str]) -> Iterator[str]:
    number = _number(match)
    if number <= 12:  # more is a season of EDTF, which nobody means who writes so
        yield f"{match['year']}-{number:02}"


def _either_order(match: re.Match[str]) -> Iterator[str]:
    """Yield day and month in both orders: a slash does not say which is which."""
    one, other = int(match["one"]), int(match["other"])
    for year in _years(match):
        for day, month in ((one, other), (other, one)):
            if month <= 12:
                yield f"{year}-{month:02}-{day:02}"


def _season(match: re.Match[str]) -> Iterator[str]:
    code = _SEASONS[match["season"]]
    yield from (f"{match['year']}-{each}" for each in (code + 4, code + 8, code))


def _dates_table() -> Iterator[tuple[re.Pattern[str], Callable[[re.Match[str]], Iterator[str]]]]:
    day, year, named = r"(?P<day>\d{1,2})", r"(?P<year>\d{4})", rf"(?P<month>(?:{MONTH_NAMES})\.?)"
    numbered, cut = r"(?P<month>\d{1,2})", r"(?P<year>\d{4}|\d{2})"
    parts = rf"(?P<part>{'|'.join(_PARTS)})"
    century = r"(?P<number>\d{1,2})(?:st|nd|rd|th) century"
    yield from (
        (re.compile(pattern), write)
        for pattern, write in (
            (rf"{day}[ ./-]*{named},?[ /'-]*{cut}", _day),
            (rf"{named}[ -]*{day}(?:[,.] ?| ){year}", _day),
            (rf"{year},?[ -]{named}[ -]*{day}", _day),
            (rf"{year}[-/. ]{numbered}[-/. ]{day}", _day),
            (r"(?P<year>\d{4})(?P<month>\d{2})(?P<day>\d{2})", _day),
            (
                rf"{year} ?[年년] ?{numbered} ?[月월] ?{day} ?[日일]",
                _day,
            ),  # in Chinese, Japanese, Korean
            (rf"{year} ?[年년] ?{numbered} ?[月월]", _month),
            (rf"{day}\. ?{numbered}\. ?{cut}", _day),
            (rf"(?P<one>\d{{1,2}})-(?P<other>\d{{1,2}})-{year}", _either_order),
            (rf"(?P<one>\d{{1,2}})/(?P<other>\d{{1,2}})/{cut}", _either_order),
            (rf"{named},?[ /-]*{year}", _month),
            (rf"{year},?[ -]{named}", _month),
            (rf"{numbered}[/.]{year}", _month),
            (rf"{year}[-/.]{numbered}", _month),
            (rf"(?P<season>{'|'.join(_SEASONS)}),? {year}", _season),
            (rf"{year},? (?P<season>{'|'.join(_SEASONS)})", _season),
            (
                rf"{parts},?[ /-]{year}",
                lambda match: iter([f"{match['year']}-{_PARTS[match['part']]}"]),
            ),
            (
                rf"{year},?[ -]?{parts}",
                lambda match: iter([f"{match['year']}-{_PARTS[match['part']]}"]),
            ),
            (r"(?P<decade>\d{3})0'?s", lambda match: iter([f"{match['decade']}X"])),
            (century, lambda match: iter([f"{int(match['number']) - 1:02}XX"])),
            (year, lambda match: iter([match["year"]])),
        )
    )


_DATES = list(_dates_table())


def _pairs(one: str, other: str) -> Iterator[tuple[str, str]]:
    """Yield what two dates mean; the first may leave out what the second says: "10 to 12 May 2025", and the other way round."""
    firsts, seconds = list(_qualified(one)), list(_qualified(other))
    if not firsts:
        firsts = [each for second in seconds for each in _cut_short_before(one, second)]
    if not seconds and firsts:
        seconds = [each for first in firsts for each in _cut_short_after(first, other)]
    yield from product(firsts, seconds)


def _cut_short_before(one: str, second: str) -> Iterator[str]:
    """Yield what "10", "10 May" or "May" means before 2025-06-12."""
    if one.isdigit() and len(one) <= 2 and re.match(r"\d{4}-\d{2}-\d{2}", second):
        yield f"{second[:7]}-{int(one):02}"
    if len(second) > 4:  # of "May/2025" nothing is left out
        yield from _qualified(f"{one} {second[:4]}")


def _cut_short_after(first: str, other: str) -> Iterator[str]:
    """Yield what "19", "06" or "63" means after 2024-05-18, 2024-05 or 1961."""
    if re.fullmatch(r"\d{1,2}-\d{1,2}", other) and re.fullmatch(r"\d{4}-\d{2}-\d{2}", first):
        month, day = (int(each) for each in other.split("-"))
        yield f"{first[:4]}-{month:02}-{day:02}"
    if not (other.isdigit() and len(other) <= 2):
        return
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", first):
        yield f"{first[:7]}-{int(other):02}"
    elif re.fullmatch(r"\d{4}-\d{2}", first) and int(other) <= 12:
        yield f"{first[:4]}-{int(other):02}"
    elif re.fullmatch(r"\d{4}", first) and len(other) == 2:
        yield f"{first[:2]}{other}"


def _day_first(text: str) -> str:
    """Turn "may 10 to 12, 2025" into "10 to 12 may 2025"."""
    return re.sub(
        rf"^({MONTH_NAMES})\.? (\d{{1,2}}) ?(-|to|until|and|or|/) ?(\d{{1,2}}),? (\d{{4}})$",
        r"\2 \3 \4 \1 \5",
        text,
    )


def _spans(text: str) -> Iterator[str]:
    for pattern in (
        r"(?:from )?(.+?) (?:to|until|till|through) (.+)",
        r"(.+?) ?/ ?(.+)",
        r"(.+?) - (.+)",
        r"(.+?)-(.+)",
    ):
        if match := re.fullmatch(pattern, text):
            yield from ("/".join(pair) for pair in _pairs(match[1], match[2]))
    if match := re.fullmatch(r"between (.+?) and (.+)", text):
        yield from (f"[{'..'.join(pair)}]" for pair in _pairs(match[1], match[2]))


def _sets(text: str) -> Iterator[str]:
    for word, (opens, closes) in (("or", "[]"), ("and", "{}")):
        if match := re.fullmatch(rf"(.+?) {word} (.+)", text):
            yield from (f"{opens}{','.join(pair)}{closes}" for pair in _pairs(match[1], match[2]))


def _open(text: str) -> Iterator[str]:
    """Yield what has no beginning or no end."""
    if match := re.fullmatch(r"(?:since|from) (.+)", text):
        yield from (f"{each}/.." for each in _qualified(match[1]))
    if match := re.fullmatch(
        r"(?:from )?(.+?) ?(?:-|to|until|till) ?(?:present|now|today|date)", text
    ):
        yield from (f"{each}/.." for each in _qualified(match[1]))
    if match := re.fullmatch(r"(?:until|till|up to) (.+)", text):
        yield from (f"../{each}" for each in _qualified(match[1]))
    if match := re.fullmatch(r"(?:by|not later than|no later than|at latest) (.+)", text):
        yield from (f"[..{each}]" for each in _dates(match[1]))
    if match := re.fullmatch(r"(?:not earlier than|no earlier than) (.+)", text):
        yield from (f"[{each}..]" for each in _dates(match[1]))
    if match := re.fullmatch(r"before (.+)", text):
        yield from (f"[..{each}]" for each in _beside(match[1], -1))
    if match := re.fullmatch(r"after (.+)", text):
        yield from (f"[{each}..]" for each in _beside(match[1], 1))


def _beside(text: str, step: int) -> Iterator[str]:
    """Yield the day, month or year before or after a date."""
    for each in _dates(text):
        with suppress(ValueError, OverflowError):
            if re.fullmatch(r"\d{4}", each):
                yield f"{int(each) + step:04}"
            elif re.fullmatch(r"\d{4}-\d{2}", each):
                months = int(each[:4]) * 12 + int(each[5:]) - 1 + step
                yield f"{months // 12:04}-{months % 12 + 1:02}"
            else:
                yield (date.fromisoformat(each) + timedelta(days=step)).isoformat()
