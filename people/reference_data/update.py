"""Bring states.ndjson in line with ISO 3166 (pycountry) and the English names of the CLDR (Babel): `make reference-data`.

Needs the development requirements. Everything else (kinds, dates, past names and codes, predecessors) is decided in the file
itself: edit it there. docs/decisions/0030 has the reasons.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pycountry  # a development requirement: make setup
from anyascii import anyascii
from babel import Locale
from django.utils.text import slugify

FILE = Path(__file__).with_name("states.ndjson")
MEMBERS = ("object", "slug", "name", "kind", "start", "end", "codes", "names", "predecessors")

ALPHA_2 = "iso3166-1-alpha-2"
FORMER = "iso3166-3"

#: Codes of states with an everyday name of our own: the CLDR's serves lists and menus rather than sentences.
OWN_NAMES = {
    *("BL", "BQ", "CD", "CG", "CI", "HK", "HM", "KN", "LC", "MF"),
    *("MM", "MO", "PM", "PS", "SH", "UM", "VA", "VC", "VI"),
}
#: Codes of states with an official name of our own: ISO 3166 has none, or another than the state's own.
OWN_OFFICIAL_NAMES = {"CD", "CN", "ER", "LA", "LY", "MM", "PS", "RU", "SY", "TW"}
#: Former states with dates of our own for their codes: YU passed from one Yugoslavia to the next, CS had two bearers.
OWN_CODE_DATES = {"CSXX", "YUCS"}


def updated(text: str) -> str:
    """Return the file anew. A country that is new to ISO 3166-1 gets a line at the end, to be completed by hand."""
    rows = [json.loads(line) for line in text.splitlines()]
    bearers = {
        (code["scheme"], code["value"]): row
        for row in rows
        for code in row.get("codes", ())
        if "end" not in code
    }
    for country in pycountry.countries:
        row = bearers.get((ALPHA_2, country.alpha_2))
        if row is None:
            slug = slugify(anyascii(_everyday_name(country)))
            row = {"object": "state", "slug": slug, "kind": "sovereign_state", "codes": []}
            rows.append(row)
        _set_names(row, country)
        _add_codes(row, country)
    for country in pycountry.historic_countries:
        row = bearers.get((FORMER, country.alpha_4))
        if row is None:
            raise SystemExit(f"Say in {FILE.name} which state has the former code of {country}.")
        if country.alpha_4 not in OWN_CODE_DATES:
            _end_codes(row, country)
    lines = ({name: row[name] for name in MEMBERS if row.get(name)} for row in rows)
    return "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)


def _everyday_name(country: Any) -> str:
    name: str = Locale("en").territories[country.alpha_2]
    return name.replace(" & ", " and ").replace("\N{RIGHT SINGLE QUOTATION MARK}", "'")


def _set_names(row: dict[str, Any], country: Any) -> None:
    if country.alpha_2 not in OWN_NAMES:
        row["name"] = _everyday_name(country)
    if country.alpha_2 not in OWN_OFFICIAL_NAMES:
        others = [name for name in row.get("names", ()) if name["kind"] != "official"]
        official = getattr(country, "official_name", row["name"]).removeprefix("the ")
        own = [{"name": official, "kind": "official", "language": "en"}]
        row["names"] = others if official == row["name"] else own + others


def _add_codes(row: dict[str, Any], country: Any) -> None:
    """Add codes that are new; when an old one ended is to be added by hand."""
    known = {(code["scheme"], code["value"]) for code in row["codes"]}
    for scheme, value in (
        (ALPHA_2, country.alpha_2),
        ("iso3166-1-alpha-3", country.alpha_3),
        ("iso3166-1-numeric", country.numeric),
    ):
        if (scheme, value) not in known:
            row["codes"].append({"scheme": scheme, "value": value})


def _end_codes(row: dict[str, Any], country: Any) -> None:
    """Date the end of withdrawn codes. Those without an end are still in use, under another name of the state."""
    withdrawn = {country.alpha_2, country.alpha_3, getattr(country, "numeric", "")}
    for code in row["codes"]:
        if code["value"] in withdrawn and "end" in code:
            code["end"] = country.withdrawal_date


if __name__ == "__main__":
    FILE.write_text(updated(FILE.read_text(encoding="utf-8")), encoding="utf-8")
