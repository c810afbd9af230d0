"""Characters that no text of a record has: those that are not seen, and change what is.

A bidirectional override makes a name read as another one; a control character breaks tables, logs and terminals; a line
separator makes two lines of one. What belongs to a script stays: joiners and non-joiners of Persian and Indic names, and the
marks that say in which direction a neutral character is written.
"""

from __future__ import annotations

import re
import unicodedata

from django.core.exceptions import ValidationError

#: First and last code points, each with what they are. NUL is not in the list: the database cannot hold it, and forms and files
#: refuse it by themselves.
_UNSEEN = (
    (0x0001, 0x0008, "a control character"),
    (0x000B, 0x000C, "a control character"),
    (0x000E, 0x001F, "a control character"),
    (0x007F, 0x009F, "a control character"),
    (0x2028, 0x2029, "a separator of lines or paragraphs"),
    (0x202A, 0x202E, "a character that turns the direction of writing"),
    (0x2066, 0x2069, "a character that turns the direction of writing"),
    (0x206A, 0x206F, "a character that Unicode deprecates"),
    (0xD800, 0xDFFF, "half a surrogate pair"),
    (0xFDD0, 0xFDEF, "no character in Unicode"),
    (0xFEFF, 0xFEFF, "a byte order mark"),
    (0xFFF9, 0xFFFB, "a mark of an annotation"),
    *(
        (plane + 0xFFFE, plane + 0xFFFF, "no character in Unicode")
        for plane in range(0, 0x110000, 0x10000)
    ),
)
#: What a text of several lines has, and a name has not.
_BREAKS = ((0x0009, 0x000A, "a line end or tab"), (0x000D, 0x000D, "a line end or tab"))
_SURROGATES = range(0xD800, 0xE000)


def _in_python(ranges: tuple[tuple[int, int, str], ...]) -> re.Pattern[str]:
    return re.compile(
        "[" + "".join(f"\\U{first:08x}-\\U{last:08x}" for first, last, _ in ranges) + "]"
    )


def _in_sql(ranges: tuple[tuple[int, int, str], ...]) -> str:
    """Return the bracket expression as PostgreSQL's regular expressions write it: its texts hold no surrogates."""
    return (
        "["
        + "".join(
            f"\\U{first:08x}-\\U{last:08x}" for first, last, _ in ranges if first not in _SURROGATES
        )
        + "]"
    )


_IN_TEXTS, _IN_LINES = _in_python(_UNSEEN), _in_python((*_UNSEEN, *_BREAKS))
#: The same for the database: what long texts must not match, and what names and other short ones must not.
UNSEEN_IN_TEXTS, UNSEEN_IN_LINES = _in_sql(_UNSEEN), _in_sql((*_UNSEEN, *_BREAKS))


def validate_line(value: str) -> None:
    """Refuse a short text with a character that is not seen. Raises ValidationError, which names the first one."""
    _refuse(_IN_LINES.search(value))


def validate_text(value: str) -> None:
    """Refuse a long text with one; line ends and tabs are right. Raises ValidationError."""
    _refuse(_IN_TEXTS.search(value))


def _refuse(found: re.Match[str] | None) -> None:
    if found:
        point = ord(found.group())
        name = unicodedata.name(found.group(), "").lower()
        what = next(what for first, last, what in (*_UNSEEN, *_BREAKS) if first <= point <= last)
        shown = f"U+{point:04X} ({name}), {what}" if name else f"U+{point:04X}, {what}"
        msg = f"Character {found.start() + 1:,} is {shown}. Remove it."
        raise ValidationError(msg, code="unseen_character")
