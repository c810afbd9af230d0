"""Bring states.ndjson in line with ISO 3166 (pycountry), the CLDR (Babel) and the United Nations: `make reference-data`.

The CLDR gives everyday names, in English and in the other official languages of the United Nations. The United Nations give
official names in these, in the table `country-codes` of datahub.io: `make reference-data COUNTRY_CODES=country-codes.csv`. Without the
table the names that it gives stay as they are.

Needs the development requirements. Everything else (kinds, dates, past names and codes, predecessors) is decided in the file
itself: edit it there. docs/decisions/0030 and 0180 have the reasons.
"""

from __future__ import annotations

import csv
import json
import re
import sys
import unicodedata
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import pycountry  # a development requirement: make setup
from anyascii import anyascii
from babel import Locale
from django.utils.text import slugify

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

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

#: The official languages of the United Nations beside English, and what their table calls them.
LANGUAGES = {"ar": "Arabic", "es": "Spanish", "fr": "French", "ru": "Russian", "zh": "Chinese"}
#: Codes of states with everyday names of our own in these languages: the CLDR's serve lists and menus.
OWN_FOREIGN_NAMES = {"HK", "MM", "MO"}
_ARTICLES = {
    "es": r"(?:el|la|las|los) ",
    "fr": r"(?:l['\N{RIGHT SINGLE QUOTATION MARK}]|(?:la|le|les) )",
}
#: Russian for islands and island, as the CLDR has it and nobody types it.
_ABBREVIATED = {"о-ва": "острова", "о-в": "остров"}  # noqa: RUF001 - Russian

#: By alpha-2 code, a row of the table of the United Nations' names.
_Table: TypeAlias = "Mapping[str, Mapping[str, str]]"


def updated(text: str, united_nations: _Table | None = None) -> str:
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
    _set_foreign_names(rows, united_nations)
    lines = ({name: row[name] for name in MEMBERS if row.get(name)} for row in rows)
    return "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)


def _everyday_name(country: Any) -> str:
    name: str = Locale("en").territories[country.alpha_2]
    return name.replace(" & ", " and ").replace("\N{RIGHT SINGLE QUOTATION MARK}", "'")


def _set_names(row: dict[str, Any], country: Any) -> None:
    if country.alpha_2 not in OWN_NAMES:
        row["name"] = _everyday_name(country)
    if country.alpha_2 not in OWN_OFFICIAL_NAMES:
        others = [
            name
            for name in row.get("names", ())
            if name["kind"] != "official" or name["language"] in LANGUAGES
        ]
        official = getattr(country, "official_name", row["name"]).removeprefix("the ")
        own = [{"name": official, "kind": "official", "language": "en"}]
        row["names"] = others if official == row["name"] else own + others


def _set_foreign_names(rows: Sequence[dict[str, Any]], united_nations: _Table | None) -> None:
    """Set the names in other languages of the states with a code of ISO 3166-1, behind their English ones.

    A name that another state has in English, or as a code, is left out: who types it means that state.
    """
    of_states = {
        code["value"]: row
        for row in rows
        for code in row.get("codes", ())
        if code["scheme"] == ALPHA_2 and "end" not in code
    }
    bearers: defaultdict[str, set[str]] = defaultdict(set)
    for row in rows:
        names = [name["name"] for name in row.get("names", ()) if name["language"] == "en"]
        codes = [code["value"] for code in row.get("codes", ())]
        for known in (row["name"], *names, *codes):
            bearers[_compared(known)].add(row["slug"])
    for code, row in of_states.items():
        english = [name for name in row.get("names", ()) if name["language"] not in LANGUAGES]
        foreign = [
            name
            for language in LANGUAGES
            for name in _names_in(language, code, row, united_nations)
            if not bearers.get(_compared(name["name"]), set()) - {row["slug"]}
        ]
        row["names"] = english + foreign


def _names_in(
    language: str, code: str, row: dict[str, Any], united_nations: _Table | None
) -> Iterator[dict[str, str]]:
    """Yield the everyday name, the official one, and what else the United Nations call the state; each once."""
    there = [name for name in row.get("names", ()) if name["language"] == language]
    given: dict[str, Iterable[str]] = {
        kind: [name["name"] for name in there if name["kind"] == kind]
        for kind in ("short", "official", "alias")
    }
    if code not in OWN_FOREIGN_NAMES:
        given["short"] = [_short_name(language, code)]
    if united_nations is not None:
        entry = united_nations.get(code, {})
        column = f"UNTERM {LANGUAGES[language]}"
        given["official"] = [_without_article(language, entry.get(f"{column} Formal", ""))]
        short = _without_article("", entry.get(f"{column} Short", ""))
        given["alias"] = [re.sub(r"\s*[(\uff08].*", "", short)]
    once = set()
    for kind, names in given.items():
        for name in names:
            if name and _compared(name) not in once:
                once.add(_compared(name))
                yield {"name": name, "kind": kind, "language": language}


def _short_name(language: str, code: str) -> str:
    name: str = Locale(language).territories[code]
    for short, word in _ABBREVIATED.items():
        name = re.sub(rf"\b{short}\b", word, name)
    name = name.replace("\N{RIGHT SINGLE QUOTATION MARK}", "'")
    return name[0].upper() + name[1:]


def _without_article(language: str, name: str) -> str:
    """Return a name of the table without article, marks of footnotes and doubled spaces."""
    name = " ".join(name.replace("*", " ").split())
    name = name.replace("\N{RIGHT SINGLE QUOTATION MARK}", "'")
    if language in _ARTICLES:
        name = re.sub(rf"^{_ARTICLES[language]}", "", name)
    return name


def _compared(name: str) -> str:
    """Return a name without accents, capitals and punctuation, as the search for names compares it."""
    letters = unicodedata.normalize("NFKD", name)
    plain = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return " ".join(re.sub(r"[\W_]+", " ", plain.replace(".", "").replace("'", "")).split()).lower()


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


def read_table(lines: Iterable[str]) -> _Table:
    """Return the names of the United Nations by alpha-2 code, from the lines of the table."""
    return {row["ISO3166-1-Alpha-2"]: row for row in csv.DictReader(lines)}


def main(arguments: Sequence[str]) -> None:
    """Write the file anew, with the table where its path is given."""
    table = None
    if arguments:
        with Path(arguments[0]).open(encoding="utf-8", newline="") as lines:
            table = read_table(lines)
    FILE.write_text(updated(FILE.read_text(encoding="utf-8"), table), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
