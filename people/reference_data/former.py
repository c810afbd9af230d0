"""States and territories that are no more, and what came after them.

ISO 3166-3 lists codes that were withdrawn, not states that ended. Three things stand behind its entries: a new name of a
state that goes on (no record of its own), a territory that still exists and lost its code, and a state that ended.
"""

from __future__ import annotations

import pycountry

from people.models import StateKind, SuccessionKind
from people.reference_data.entry import (
    ALPHA_2,
    ALPHA_3,
    FORMER,
    NUMERIC,
    Code,
    Entry,
    NameEntry,
    Predecessor,
)
from records.models import NameKind

#: ISO 3166-3 codes of what goes on under another name or code: its alpha-2 code today.
RENAMED = {
    "AIDJ": "DJ",  # French Afars and Issas, independent as Djibouti
    "BUMM": "MM",  # Burma
    "BYAA": "BY",  # the Byelorussian SSR, member of the United Nations since 1945
    "DYBJ": "BJ",  # Dahomey
    "FQHH": "TF",  # French Southern and Antarctic Territories: TF without the claim in Antarctica
    "HVBF": "BF",  # Upper Volta
    "NHVU": "VU",  # New Hebrides, independent as Vanuatu
    "RHZW": "ZW",  # Southern Rhodesia, independent as Zimbabwe
    "TPTL": "TL",  # East Timor
    "ZRCD": "CD",  # Zaire
}

#: Former states and territories by ISO 3166-3 code; None where the scheme never had the state.
STATES = {
    "ANHH": Entry(
        "Netherlands Antilles", StateKind.DEPENDENCY, start="1954-12-15", end="2010-10-10"
    ),
    "BQAQ": Entry("British Antarctic Territory", StateKind.DEPENDENCY, start="1962-03-03"),
    "CSHH": Entry(
        "Czechoslovakia",
        StateKind.HISTORICAL_STATE,
        start="1918-10-28",
        end="1992-12-31",
        names=[
            NameEntry(
                "Czechoslovak Socialist Republic",
                NameKind.OFFICIAL,
                start="1960-07-11",
                end="1990-03-29",
            ),
            NameEntry(
                "Czech and Slovak Federative Republic",
                NameKind.OFFICIAL,
                start="1990-04-23",
                end="1992-12-31",
            ),
        ],
    ),
    "CSXX": Entry(
        "Serbia and Montenegro",
        StateKind.HISTORICAL_STATE,
        start="1992-04-27",
        end="2006-06-05",
        names=[
            NameEntry(
                "Federal Republic of Yugoslavia",
                NameKind.OFFICIAL,
                start="1992-04-27",
                end="2003-02-04",
            ),
            NameEntry(
                "State Union of Serbia and Montenegro",
                NameKind.OFFICIAL,
                start="2003-02-04",
                end="2006-06-05",
            ),
        ],
    ),
    "CTKI": Entry(
        "Canton and Enderbury Islands", StateKind.DEPENDENCY, start="1939-04-06", end="1979-07-12"
    ),
    "DDDE": Entry(
        "East Germany",
        StateKind.HISTORICAL_STATE,
        start="1949-10-07",
        end="1990-10-03",
        names=[
            NameEntry(
                "German Democratic Republic",
                NameKind.OFFICIAL,
                start="1949-10-07",
                end="1990-10-03",
            ),
            NameEntry("GDR", NameKind.SHORT),
        ],
    ),
    # The part of France in Europe: ISO set a code aside for it at France's wish.
    "FXFR": Entry("Metropolitan France", StateKind.SUB_STATE_ENTITY),
    "GEHH": Entry(
        "Gilbert and Ellice Islands", StateKind.DEPENDENCY, start="1916-01-12", end="1979-07-12"
    ),
    "JTUM": Entry(
        "Johnston Atoll", StateKind.DEPENDENCY, names=[NameEntry("Johnston Island", NameKind.ALIAS)]
    ),
    "MIUM": Entry("Midway Islands", StateKind.DEPENDENCY),
    "NQAQ": Entry(
        "Dronning Maud Land",
        StateKind.DEPENDENCY,
        start="1939-01-14",
        names=[NameEntry("Queen Maud Land", NameKind.ALIAS)],
    ),
    # Shared by Saudi Arabia and Iraq; the agreement of 1981 on its division was published ten years later.
    "NTHH": Entry(
        "Saudi-Iraqi Neutral Zone",
        StateKind.INTERNATIONAL_TERRITORY,
        start="1922-12-02",
        end="[1981..1991]",
    ),
    "PCHH": Entry(
        "Trust Territory of the Pacific Islands",
        StateKind.INTERNATIONAL_TERRITORY,  # trusteeship of the United Nations (UN Charter, ch. XII)
        start="1947-07-18",
        end="1994-10-01",
    ),
    "PUUM": Entry("United States Miscellaneous Pacific Islands", StateKind.DEPENDENCY, end="1986"),
    "PZPA": Entry("Panama Canal Zone", StateKind.DEPENDENCY, start="1904-02-26", end="1979-10-01"),
    "SKIN": Entry("Sikkim", StateKind.HISTORICAL_STATE, end="1975-05-16"),
    "SUHH": Entry(
        "Soviet Union",
        StateKind.HISTORICAL_STATE,
        start="1922-12-30",
        end="1991-12-26",
        names=[
            NameEntry(
                "Union of Soviet Socialist Republics",
                NameKind.OFFICIAL,
                start="1922-12-30",
                end="1991-12-26",
            ),
            NameEntry("USSR", NameKind.SHORT),
        ],
    ),
    "VDVN": Entry(
        "North Vietnam",
        StateKind.HISTORICAL_STATE,
        start="1945-09-02",
        end="1976-07-02",
        names=[NameEntry("Democratic Republic of Viet-Nam", NameKind.OFFICIAL)],
    ),
    "WKUM": Entry("Wake Island", StateKind.DEPENDENCY),
    "YDYE": Entry(
        "South Yemen",
        StateKind.HISTORICAL_STATE,
        start="1967-11-30",
        end="1990-05-22",
        names=[
            NameEntry(
                "People's Democratic Republic of Yemen",
                NameKind.OFFICIAL,
                start="1970-11-30",
                end="1990-05-22",
            )
        ],
    ),
    "YUCS": Entry(
        "Yugoslavia",
        StateKind.HISTORICAL_STATE,
        start="1918-12-01",
        end="1992-04-27",
        names=[
            NameEntry(
                "Kingdom of Serbs, Croats and Slovenes",
                NameKind.OFFICIAL,
                start="1918-12-01",
                end="1929-10-03",
            ),
            NameEntry(
                "Kingdom of Yugoslavia", NameKind.OFFICIAL, start="1929-10-03", end="1945-11-29"
            ),
            NameEntry(
                "Socialist Federal Republic of Yugoslavia",
                NameKind.OFFICIAL,
                start="1963-04-07",
                end="1992-04-27",
            ),
        ],
    ),
}

#: Former states that had no code of their own withdrawn.
UNCODED = (
    Entry(
        "North Yemen",
        StateKind.HISTORICAL_STATE,
        start="1918-10-30",
        end="1990-05-22",
        # The united Yemen kept its letters and got a number of its own.
        codes=[
            Code(ALPHA_2, "YE", end="1990-05-22"),
            Code(ALPHA_3, "YEM", end="1990-05-22"),
            Code(NUMERIC, "886", end="1990-05-22"),
        ],
        names=[
            NameEntry(
                "Yemen Arab Republic", NameKind.OFFICIAL, start="1962-09-27", end="1990-05-22"
            )
        ],
    ),
    Entry(
        "South Vietnam",
        StateKind.HISTORICAL_STATE,
        start="1955-10-26",
        end="1976-07-02",
        names=[
            NameEntry(
                "Republic of Viet-Nam", NameKind.OFFICIAL, start="1955-10-26", end="1975-04-30"
            ),
            NameEntry(
                "Republic of South Viet-Nam",
                NameKind.OFFICIAL,
                start="1975-04-30",
                end="1976-07-02",
            ),
        ],
    ),
)

#: Codes whose validity ISO 3166-3 alone does not tell: YU and its number passed from one Yugoslavia to the next, CS had two bearers.
CODES = {
    "YUCS": [
        Code(ALPHA_2, "YU", end="1992-04-27"),
        Code(ALPHA_3, "YUG", end="1992-04-27"),
        Code(NUMERIC, "890", end="1992-04-27"),
        Code(FORMER, "YUCS"),
    ],
    "CSXX": [
        Code(ALPHA_2, "YU", start="1992-04-27", end="2003-07-23"),
        Code(ALPHA_3, "YUG", start="1992-04-27", end="2003-07-23"),
        Code(ALPHA_2, "CS", start="2003-07-23", end="2006-09-26"),
        Code(ALPHA_3, "SCG", start="2003-07-23", end="2006-09-26"),
        Code(NUMERIC, "891", start="1992-04-27", end="2006-09-26"),
        Code(FORMER, "CSXX"),
    ],
}

_AFTER_THE_SOVIET_UNION = "armenia azerbaijan belarus georgia kazakhstan kyrgyzstan moldova tajikistan turkmenistan ukraine uzbekistan"

#: Successor: what came before it. Estonia, Latvia and Lithuania are not here: they resumed a statehood that, to them and
#: to most states, the Soviet Union had interrupted and not ended.
SUCCESSIONS = {
    "russia": [Predecessor("soviet-union", SuccessionKind.CONTINUATION, "1991-12-26")],
    **{
        slug: [Predecessor("soviet-union", SuccessionKind.DISSOLUTION, "1991-12-26")]
        for slug in _AFTER_THE_SOVIET_UNION.split()
    },
    "slovenia": [Predecessor("yugoslavia", SuccessionKind.DISSOLUTION, "1991-06-25")],
    "croatia": [Predecessor("yugoslavia", SuccessionKind.DISSOLUTION, "1991-06-25")],
    "north-macedonia": [Predecessor("yugoslavia", SuccessionKind.DISSOLUTION, "1991-09-08")],
    "bosnia-and-herzegovina": [Predecessor("yugoslavia", SuccessionKind.DISSOLUTION, "1992-03-03")],
    # It claimed to continue Yugoslavia; the Badinter Commission (opinions 8 to 10) and UNSC resolution 777 held otherwise.
    "serbia-and-montenegro": [Predecessor("yugoslavia", SuccessionKind.DISSOLUTION, "1992-04-27")],
    "serbia": [Predecessor("serbia-and-montenegro", SuccessionKind.CONTINUATION, "2006-06-05")],
    "montenegro": [Predecessor("serbia-and-montenegro", SuccessionKind.SEPARATION, "2006-06-03")],
    "kosovo": [Predecessor("serbia", SuccessionKind.SEPARATION, "2008-02-17")],
    "czechia": [Predecessor("czechoslovakia", SuccessionKind.DISSOLUTION, "1993-01-01")],
    "slovakia": [Predecessor("czechoslovakia", SuccessionKind.DISSOLUTION, "1993-01-01")],
    "germany": [Predecessor("east-germany", SuccessionKind.ABSORPTION, "1990-10-03")],
    "yemen": [
        Predecessor("north-yemen", SuccessionKind.UNION, "1990-05-22"),
        Predecessor("south-yemen", SuccessionKind.UNION, "1990-05-22"),
    ],
    "vietnam": [
        Predecessor("north-vietnam", SuccessionKind.UNION, "1976-07-02"),
        Predecessor("south-vietnam", SuccessionKind.UNION, "1976-07-02"),
    ],
    "india": [Predecessor("sikkim", SuccessionKind.ABSORPTION, "1975-05-16")],
    "bangladesh": [Predecessor("pakistan", SuccessionKind.SEPARATION, "1971-03-26")],
    "singapore": [Predecessor("malaysia", SuccessionKind.SEPARATION, "1965-08-09")],
    "eritrea": [Predecessor("ethiopia", SuccessionKind.SEPARATION, "1993-05-24")],
    "south-sudan": [Predecessor("sudan", SuccessionKind.SEPARATION, "2011-07-09")],
    "tuvalu": [Predecessor("gilbert-and-ellice-islands", SuccessionKind.SEPARATION, "1975-10-01")],
    "kiribati": [
        Predecessor("gilbert-and-ellice-islands", SuccessionKind.DISSOLUTION, "1979-07-12"),
        Predecessor("canton-and-enderbury-islands", SuccessionKind.ABSORPTION, "1979-07-12"),
    ],
    "aruba": [Predecessor("netherlands-antilles", SuccessionKind.SEPARATION, "1986-01-01")],
    "bonaire-sint-eustatius-and-saba": [
        Predecessor("netherlands-antilles", SuccessionKind.DISSOLUTION, "2010-10-10"),
    ],
    "curacao": [Predecessor("netherlands-antilles", SuccessionKind.DISSOLUTION, "2010-10-10")],
    "sint-maarten": [Predecessor("netherlands-antilles", SuccessionKind.DISSOLUTION, "2010-10-10")],
    "marshall-islands": [
        Predecessor(
            "trust-territory-of-the-pacific-islands", SuccessionKind.SEPARATION, "1986-10-21"
        ),
    ],
    "micronesia": [
        Predecessor(
            "trust-territory-of-the-pacific-islands", SuccessionKind.SEPARATION, "1986-11-03"
        ),
    ],
    "northern-mariana-islands": [
        Predecessor(
            "trust-territory-of-the-pacific-islands", SuccessionKind.SEPARATION, "1986-11-03"
        ),
    ],
    "palau": [
        Predecessor(
            "trust-territory-of-the-pacific-islands", SuccessionKind.DISSOLUTION, "1994-10-01"
        )
    ],
    "panama": [Predecessor("panama-canal-zone", SuccessionKind.ABSORPTION, "1979-10-01")],
    # A grouping of codes rather than of islands: ISO 3166 put four entries together, and the islands are still there.
    "united-states-minor-outlying-islands": [
        Predecessor("johnston-atoll", SuccessionKind.UNION, "1986"),
        Predecessor("midway-islands", SuccessionKind.UNION, "1986"),
        Predecessor("united-states-miscellaneous-pacific-islands", SuccessionKind.UNION, "1986"),
        Predecessor("wake-island", SuccessionKind.UNION, "1986"),
    ],
}


def former_codes() -> dict[str, list[Code]]:
    """Return the codes of every ISO 3166-3 entry, by its four-letter code, with the day or year of their withdrawal."""
    found = {}
    for country in pycountry.historic_countries:
        end = country.withdrawal_date
        codes = [Code(ALPHA_2, country.alpha_2, end=end), Code(ALPHA_3, country.alpha_3, end=end)]
        if hasattr(country, "numeric"):
            codes.append(Code(NUMERIC, country.numeric, end=end))
        found[country.alpha_4] = CODES.get(country.alpha_4) or [
            *codes,
            Code(FORMER, country.alpha_4),
        ]
    return found
