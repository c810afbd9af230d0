"""States and territories that ISO 3166-1 codes today: codes from pycountry, everyday names from the CLDR (Babel).

What those two do not know is in the tables below: which are sovereign, since when codes and states exist, and names that
have changed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pycountry
from babel import Locale

from people.models import StateKind
from people.reference_data.entry import ALPHA_2, ALPHA_3, NUMERIC, Code, Entry, NameEntry
from records.models import NameKind

if TYPE_CHECKING:
    from collections.abc import Iterator

#: Everyday names where the CLDR's serve lists and menus rather than sentences.
NAMES = {
    "BL": "Saint Barthélemy",
    "BQ": "Bonaire, Sint Eustatius and Saba",
    "CD": "Democratic Republic of the Congo",
    "CG": "Republic of the Congo",
    "CI": "Côte d'Ivoire",
    "HK": "Hong Kong",
    "HM": "Heard Island and McDonald Islands",
    "KN": "Saint Kitts and Nevis",
    "LC": "Saint Lucia",
    "MF": "Saint Martin",
    "MM": "Myanmar",
    "MO": "Macao",
    "PM": "Saint Pierre and Miquelon",
    "PS": "Palestine",
    "SH": "Saint Helena, Ascension and Tristan da Cunha",
    "UM": "United States Minor Outlying Islands",
    "VA": "Holy See",
    "VC": "Saint Vincent and the Grenadines",
    "VI": "United States Virgin Islands",
}

#: Formal names where ISO 3166 gives none, or another than the state's own.
OFFICIAL_NAMES = {
    "CD": "Democratic Republic of the Congo",
    "CN": "People's Republic of China",
    "LA": "Lao People's Democratic Republic",
    "LY": "State of Libya",
    "MM": "Republic of the Union of Myanmar",
    "PS": "State of Palestine",
    "ER": "State of Eritrea",
    "RU": "Russian Federation",
    "SY": "Syrian Arab Republic",
    "TW": "Republic of China",
}

# fmt: off
#: Territories that other states answer for, overseas parts that ISO codes by themselves included. Source: UN list of
#: non-self-governing territories (UN Charter, art. 73), and the constitutions of the states that answer for the others.
#: Whatever stands in none of these lists is a member of the United Nations, or an observer state (Holy See, Palestine).
DEPENDENCIES = frozenset({
    "AI", "AS", "AW", "AX", "BL", "BM", "BQ", "BV", "CC", "CW", "CX", "EH", "FK", "FO", "GF",
    "GG", "GI", "GL", "GP", "GS", "GU", "HM", "IM", "IO", "JE", "KY", "MF", "MP", "MQ", "MS",
    "NC", "NF", "PF", "PM", "PN", "PR", "RE", "SH", "SJ", "SX", "TC", "TF", "TK", "UM", "VG",
    "VI", "WF", "YT"
})
# fmt: on
#: Special administrative regions, which make treaties in their own name (Basic Laws of Hong Kong, art. 151; Macao, art. 136).
SUB_STATE_ENTITIES = frozenset({"HK", "MO"})
#: No members of the United Nations; recognised as states by some that are.
PARTIALLY_RECOGNISED = frozenset({"CK", "NU", "TW"})
#: Antarctic Treaty 1959, art. IV: claims are frozen.
INTERNATIONAL_TERRITORIES = frozenset({"AQ"})

#: When today's state began, where that lies in the time of ISO 3166 or answers a succession in `former.SUCCESSIONS`.
#: The others stay open: a date for the beginning of France or Ethiopia would be a choice, not a fact.
STARTS = {
    "AM": "1991-09-21",
    "AW": "1986-01-01",
    "AZ": "1991-10-18",
    "BA": "1992-03-03",
    "BD": "1971-03-26",
    "BQ": "2010-10-10",
    "BY": "1991-08-25",
    "CW": "2010-10-10",
    "CZ": "1993-01-01",
    "DJ": "1977-06-27",
    "ER": "1993-05-24",
    "FM": "1986-11-03",
    "GE": "1991-04-09",
    "HR": "1991-06-25",
    "IO": "1965-11-08",
    "KG": "1991-08-31",
    "KI": "1979-07-12",
    "KZ": "1991-12-16",
    "MD": "1991-08-27",
    "ME": "2006-06-03",
    "MH": "1986-10-21",
    "MK": "1991-09-08",
    "NA": "1990-03-21",
    "PW": "1994-10-01",
    "RS": "2006-06-05",
    "RU": "1991-12-25",
    "SG": "1965-08-09",
    "SI": "1991-06-25",
    "SK": "1993-01-01",
    "SS": "2011-07-09",
    "SX": "2010-10-10",
    "TJ": "1991-09-09",
    "TL": "2002-05-20",
    "TM": "1991-10-27",
    "TV": "1978-10-01",
    "UA": "1991-08-24",
    "UM": "1986",
    "UZ": "1991-08-31",
    "VN": "1976-07-02",
    "VU": "1980-07-30",
    "YE": "1990-05-22",
    "ZW": "1980-04-18",
}

#: Since when a code (alpha-2, or another) names it, where ISO's newsletters give a year. Needed where the code named another
#: before.
CODE_STARTS = {
    **dict.fromkeys(
        (
            "AM",
            "AZ",
            "BA",
            "EE",
            "GE",
            "HR",
            "KG",
            "KZ",
            "LT",
            "LV",
            "MD",
            "RU",
            "SI",
            "TJ",
            "TM",
            "UZ",
        ),
        "1992",
    ),
    **dict.fromkeys(("AW", "FM", "MH", "MP", "PW", "UM"), "1986"),
    **dict.fromkeys(("BQ", "CW", "SX"), "2010-12-15"),
    **dict.fromkeys(("GG", "IM", "JE"), "2006-03-29"),
    **dict.fromkeys(("ME", "RS"), "2006-09-26"),
    "AI": "1985",
    "AX": "2004-02-13",
    "CZ": "1993-06-15",
    "ER": "1993",
    "MK": "1993",
    "PS": "1999",
    "SK": "1993-06-15",
    "SS": "2011-08",
    "YE": "1990-05-22",
    "YEM": "1990-05-22",
    "296": "1979",  # Kiribati, before that the Gilbert and Ellice Islands
}

#: Earlier numeric codes: ISO gives a new one when the territory changes, while the letters may stay.
PAST_NUMERIC_CODES = {
    "DE": Code(NUMERIC, "280", end="1990-10-03"),  # without the former German Democratic Republic
    "ET": Code(NUMERIC, "230", end="1993-05-24"),  # with Eritrea
    "SD": Code(NUMERIC, "736", end="2011-07-09"),  # with South Sudan
}

#: Names of the same state or territory at other times. A change of name alone makes no new record, nor does independence.
OTHER_NAMES = {
    "BF": [NameEntry("Upper Volta", end="1984-08-04")],
    "BJ": [NameEntry("Dahomey", end="1975-11-30")],
    "BO": [NameEntry("Republic of Bolivia", end="2009-03-18")],
    "BY": [NameEntry("Byelorussian Soviet Socialist Republic", end="1991-09-19")],
    "CD": [
        NameEntry("Zaire", start="1971-10-27", end="1997-05-17"),
        NameEntry("DR Congo", NameKind.SHORT),
    ],
    "CG": [NameEntry("Congo", NameKind.SHORT)],
    "CI": [NameEntry("Ivory Coast", NameKind.ALIAS)],
    "CV": [NameEntry("Cabo Verde", NameKind.ALIAS)],
    "CZ": [NameEntry("Czech Republic", NameKind.ALIAS)],
    "DE": [
        # One continuing state since 1949, which the German Democratic Republic joined in 1990 (Unification Treaty, art. 1):
        # only its everyday name tells the two times apart.
        NameEntry("West Germany", start="1949-05-23", end="1990-10-03"),
    ],
    "DJ": [
        NameEntry("French Territory of the Afars and the Issas", start="1967", end="1977-06-27")
    ],
    "IR": [NameEntry("Persia", end="1935-03-21")],
    "KH": [
        NameEntry("Kampuchea", start="1975", end="1989"),
        NameEntry("Khmer Republic", start="1970-10-09", end="1975-04-17"),
    ],
    "LK": [NameEntry("Ceylon", end="1972-05-22")],
    "MK": [NameEntry("Macedonia", start="1991-09-08", end="2019-02-12")],
    "MM": [NameEntry("Burma", end="1989-06-18")],
    "PS": [NameEntry("Palestinian Territories", NameKind.ALIAS)],
    "SR": [NameEntry("Dutch Guiana", end="1975-11-25")],
    "SZ": [NameEntry("Swaziland", end="2018-04-19")],
    "TF": [NameEntry("French Southern and Antarctic Lands", NameKind.ALIAS)],
    "TH": [NameEntry("Siam", end="1939-06-24")],
    "TL": [
        NameEntry("East Timor", NameKind.ALIAS),
        NameEntry("Portuguese Timor", end="1975-11-28"),
    ],
    "TR": [NameEntry("Turkey", end="2022-06")],
    "TW": [NameEntry("Chinese Taipei", NameKind.ALIAS)],
    "GB": [NameEntry("Great Britain", NameKind.ALIAS)],
    "VA": [NameEntry("Vatican City", NameKind.ALIAS)],
    "VU": [NameEntry("New Hebrides", end="1980-07-30")],
    "ZW": [
        NameEntry("Southern Rhodesia", end="1964-10-24"),
        NameEntry("Rhodesia", start="1964-10-24", end="1979-06-01"),
        NameEntry("Zimbabwe Rhodesia", start="1979-06-01", end="1979-12-12"),
    ],
}

#: Everyday short forms beyond the name itself.
SHORT_NAMES = {"US": ["USA", "U.S."], "GB": ["UK"], "AE": ["UAE"]}


def kind_of_territory(alpha_2: str) -> StateKind:
    """Return what sort of state or territory the code names."""
    if alpha_2 in DEPENDENCIES:
        return StateKind.DEPENDENCY
    if alpha_2 in PARTIALLY_RECOGNISED:
        return StateKind.PARTIALLY_RECOGNISED
    if alpha_2 in SUB_STATE_ENTITIES:
        return StateKind.SUB_STATE_ENTITY
    if alpha_2 in INTERNATIONAL_TERRITORIES:
        return StateKind.INTERNATIONAL_TERRITORY
    return StateKind.SOVEREIGN_STATE


def present_entries() -> Iterator[tuple[str, Entry]]:
    """Every country of ISO 3166-1, with its alpha-2 code, and Kosovo."""
    everyday = Locale("en").territories
    for country in pycountry.countries:
        alpha_2 = country.alpha_2
        name = NAMES.get(alpha_2) or everyday[alpha_2].replace(" & ", " and ").replace(
            "\N{RIGHT SINGLE QUOTATION MARK}", "'"
        )
        official = OFFICIAL_NAMES.get(alpha_2) or getattr(country, "official_name", "")
        entry = Entry(
            name,
            kind_of_territory(alpha_2),
            start=STARTS.get(alpha_2, ""),
            codes=[
                Code(scheme, value, start=CODE_STARTS.get(value, ""))
                for scheme, value in (
                    (ALPHA_2, alpha_2),
                    (ALPHA_3, country.alpha_3),
                    (NUMERIC, country.numeric),
                )
            ],
            names=list(OTHER_NAMES.get(alpha_2, [])),
        )
        if alpha_2 in PAST_NUMERIC_CODES:
            entry.codes.append(PAST_NUMERIC_CODES[alpha_2])
        entry.names += [NameEntry(short, NameKind.SHORT) for short in SHORT_NAMES.get(alpha_2, [])]
        if official and official != name:
            entry.names.insert(0, NameEntry(official.removeprefix("the "), NameKind.OFFICIAL))
        yield alpha_2, entry
    # ISO 3166-1 leaves X codes to their users; these two are what the European Union, the IMF and others use.
    yield (
        "XK",
        Entry(
            "Kosovo",
            StateKind.PARTIALLY_RECOGNISED,
            start="2008-02-17",
            codes=[Code(ALPHA_2, "XK"), Code(ALPHA_3, "XKX")],
            names=[NameEntry("Republic of Kosovo", NameKind.OFFICIAL)],
        ),
    )
