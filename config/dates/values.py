"""Uncertain dates as values: EDTF text in, bounds, precision and plain English out.

The syntax is that of the Extended Date/Time Format (Library of Congress, 2019; ISO 8601-2:2019):
levels 0 and 1, the sets of level 2 and its groupings of months (2025-33 is the first quarter).
`docs/uncertain-dates.md` lists every form.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Self

from config.dates.edtf import EdtfError, Precision, Reading, read
from config.dates.written import readings

__all__ = ["EdtfError", "Precision", "UncertainDate", "parse_partial"]

#: Words, or numbers between spaces: no slip in an EDTF text.
_WORDS = re.compile(r"\s|[A-Za-z]{3}")
_DOCUMENT_KEYS = frozenset({"edtf", "text", "precision", "earliest", "latest"})


@dataclass(frozen=True, slots=True)
class UncertainDate:
    """A date as well as it is known.

    `edtf` is the date in EDTF, "" where none can be written; `text` holds the source's own words,
    "" where it has none. `earliest` and `latest` are the first and last day that the EDTF allows,
    each None where it sets no such limit. They are days of the calendar that the source used, and
    never padded. `precision` is a `Precision`, "" when empty.

    Make one with `parse`: the constructor trusts its arguments, which keeps reading rows back from
    the database cheap.
    """

    edtf: str = ""
    text: str = ""
    earliest: date | None = None
    latest: date | None = None
    precision: str = ""

    @classmethod
    def parse(cls, edtf: str, text: str = "", precision: str = "") -> Self:
        """Read EDTF and the source's words.

        `precision` counts only where there are words and no EDTF ("Saturday night" is a
        `part_of_day`); it is then `unknown` unless given. With EDTF it is always derived. Raises
        `EdtfError`, whose message says what is wrong.
        """
        if not isinstance(edtf, str):
            raise EdtfError(f"EDTF is text, not {type(edtf).__name__}.")
        if not isinstance(text, str) or "\0" in text:
            raise EdtfError("The words of the source must be text without NUL characters.")
        if edtf:
            reading = _read(edtf)
            return cls(edtf, text, reading.earliest, reading.latest, reading.precision)
        if not text:
            return cls()
        if precision and precision not in Precision.values:
            raise EdtfError(
                f"{precision!r} is not a precision; choose one of {', '.join(Precision.values)}."
            )
        return cls(text=text, precision=precision or Precision.UNKNOWN.value)

    @classmethod
    def coerce(cls, value: "UncertainDate | Mapping[str, str | None] | str | None") -> Self:
        """Read what a curator, importer or client hands over: EDTF, a document, a value or None.

        A document has the shape of `as_document`; its bounds are derived again, not believed.
        Raises `EdtfError`.
        """
        if value is None:
            return cls()
        if isinstance(value, str):
            return cls.parse(value)
        if isinstance(value, UncertainDate):
            return cls.parse(value.edtf, value.text, value.precision)
        if not isinstance(value, Mapping):
            raise EdtfError(
                f"An uncertain date is EDTF text or a document, not {type(value).__name__}."
            )
        if unknown := sorted(map(str, set(value) - _DOCUMENT_KEYS)):
            raise EdtfError(
                f"An uncertain date has no {', '.join(unknown)}; it has edtf, text and precision."
            )
        edtf, text, precision = (value.get(key) for key in ("edtf", "text", "precision"))
        return cls.parse(
            "" if edtf is None else edtf,
            "" if text is None else text,
            "" if precision is None else precision,
        )

    def __bool__(self) -> bool:
        return bool(self.edtf or self.text)

    def __str__(self) -> str:
        return self.edtf or self.text

    def meaning(self) -> str:
        """Say in plain English what the EDTF means; without EDTF, give the source's words."""
        if self.edtf:
            return read(self.edtf).words
        return f"“{self.text}”, no date known" if self.text else "no date known"

    def as_document(self) -> dict[str, str | None] | None:
        """Return the JSON of the public API (days as YYYY-MM-DD), or None when nothing is known."""
        if not self:
            return None
        return {
            "edtf": self.edtf or None,
            "earliest": self.earliest.isoformat() if self.earliest else None,
            "latest": self.latest.isoformat() if self.latest else None,
            "precision": self.precision or Precision.UNKNOWN.value,
            "text": self.text or None,
        }


def _read(edtf: str) -> Reading:
    """Read EDTF; say what else would be in EDTF, for people who write a date as they speak."""
    try:
        return read(edtf)
    except EdtfError as error:
        meant = readings(edtf)
        if not meant and re.search(r"[^\W\d_]", edtf) and " " in edtf.strip():
            msg = f"“{edtf}” is not understood as a date: write EDTF, as in 2025-05-10 or 2025-05, and keep the source's words in the text beside it."
            raise EdtfError(msg) from None
        if not meant:
            raise
        ways = ", or ".join(f"{each} ({read(each).words})" for each in meant)
        if _WORDS.search(edtf):
            raise EdtfError(f"“{edtf}” is not EDTF: write {ways}.") from None
        # A slip: what is wrong with it is worth saying too.
        raise EdtfError(f"{error} Perhaps meant: {ways}.") from None


#: What may be a plain date; of all else EDTF would say more than a filter takes.
_PLAIN = re.compile(r"[0-9-]+", re.ASCII)


def parse_partial(text: str) -> tuple[date, date]:
    """Return the first and last day of `YYYY`, `YYYY-MM` or `YYYY-MM-DD`, as API filters take them.

    Years run from 0001 to 9999. Raises `EdtfError` for all else, other EDTF included: a filter asks
    for definite days.
    """
    if not _PLAIN.fullmatch(text):
        raise EdtfError(_not_plain(text))
    reading = read(text)
    plain = reading.precision in {Precision.DAY, Precision.MONTH, Precision.YEAR} and not set(
        text
    ) & set("X?~%")
    if not plain or reading.earliest is None or reading.latest is None:
        raise EdtfError(_not_plain(text))
    return reading.earliest, reading.latest


def _not_plain(text: str) -> str:
    return f"“{text}” is not a plain date; write YYYY, YYYY-MM or YYYY-MM-DD."
