"""Bring currencies.ndjson in line with ISO 4217 (pycountry) and the CLDR (Babel): `make reference-data`.

Needs the development requirements. Codes and numbers in use come from pycountry; names, and since and until when a currency
was legal tender anywhere, from the CLDR. Decided in the file itself: decimal places, which are ISO's own (list one, column
"Minor unit": null for metals, units of account and codes for tests; the CLDR says how amounts are usually shown), and the
withdrawn currencies of ISO's list three that the CLDR leaves out.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pycountry  # a development requirement: make setup
from babel import Locale
from babel.core import get_global

FILE = Path(__file__).with_name("currencies.ndjson")

_Day = tuple[int, int, int]


def updated(text: str) -> str:
    """Return the file anew, by code. A new currency gets two decimal places, to be corrected by hand."""
    rows = {row["code"]: row for row in map(json.loads, text.splitlines())}
    names = Locale("en").currencies
    in_use = {currency.alpha_3: currency for currency in pycountry.currencies}
    tender = _legal_tender()
    for code in rows.keys() | in_use.keys():
        row: dict[str, Any] = {"object": "currency", "code": code}
        if currency := in_use.get(code):
            row["name"] = names.get(code, currency.name)
            row["numeric_code"] = currency.numeric
            row["minor_units"] = rows.get(code, {}).get("minor_units", 2)
            row["start"] = _start(tender.get(code, []))
        elif code in names:
            row |= {"name": names[code], "is_withdrawn": True}
            row["start"] = _start(tender.get(code, []))
            row["end"] = _end(tender.get(code, []))
        else:
            row = rows[code]
        rows[code] = {name: value for name, value in row.items() if value != ""}
    return "".join(json.dumps(rows[code], ensure_ascii=False) + "\n" for code in sorted(rows))


def _legal_tender() -> dict[str, list[tuple[_Day | None, _Day | None]]]:
    """Return since and until when each currency was legal tender, once per territory."""
    found: dict[str, list[tuple[_Day | None, _Day | None]]] = {}
    for entries in get_global("territory_currencies").values():
        for code, since, until, is_tender in entries:
            if is_tender:
                found.setdefault(code, []).append((since, until))
    return found


def _start(days: list[tuple[_Day | None, _Day | None]]) -> str:
    return _edtf(min((since for since, _until in days if since), default=None))


def _end(days: list[tuple[_Day | None, _Day | None]]) -> str:
    """Write the last day anywhere; nothing where one is not known."""
    ends = [until for _since, until in days if until]
    return _edtf(max(ends)) if ends and len(ends) == len(days) else ""


def _edtf(day: _Day | None) -> str:
    """Write a day of the CLDR, which puts the first or last day of a year where it knows no more than the year."""
    if day is None:
        return ""
    year, month, day_of_month = day
    if (month, day_of_month) in {(1, 1), (12, 31)}:
        return f"{year:04}"
    return f"{year:04}-{month:02}-{day_of_month:02}"


if __name__ == "__main__":
    FILE.write_text(updated(FILE.read_text(encoding="utf-8")), encoding="utf-8")
