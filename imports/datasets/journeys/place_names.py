"""Names of places, as records of journeys write them: what they are called now, where they lie, and what sort of place they are.

Facts of ours. To teach another one, add a line; what is not here is taken for a city of the state that was visited.
"""

from __future__ import annotations

import re

from events.models.place import PlaceKind

#: Former and other spellings, as they are folded, and the usual name.
USUAL_NAMES = {
    "alma ata": "Almaty",
    "ashkhabad": "Ashgabat",
    "bombay": "Mumbai",
    "calcutta": "Kolkata",
    "canton": "Guangzhou",
    "cheju island": "Jeju Island",
    "christianstadt": "Christiansted",
    "constantinople": "Istanbul",
    "djakarta": "Jakarta",
    "frederikstadt": "Frederiksted",
    "irbil": "Erbil",
    "jidda": "Jeddah",
    "kiev": "Kyiv",
    "kishenev": "Chisinau",
    "kishinev": "Chisinau",
    "leningrad": "St. Petersburg",
    "madras": "Chennai",
    "mexico df": "Mexico City",
    "nur sultan": "Astana",
    "peking": "Beijing",
    "port of spain": "Port of Spain",
    "pusan": "Busan",
    "rangoon": "Yangon",
    "saigon": "Ho Chi Minh City",
    "santa fe de bogota": "Bogota",
    "tblisi": "Tbilisi",
}

#: Places that a power ruled then and does not now, by the slug of the power: the slug of the state in which they lie.
ELSEWHERE = {
    "denmark": {
        "christiansted": "united-states",
        "frederiksted": "united-states",
        "reykjavik": "iceland",
        "st croix": "united-states",
        "st john": "united-states",
        "st thomas": "united-states",
    },
    "france": {
        "algiers": "algeria",
        "beirut": "lebanon",
        "casablanca": "morocco",
        "dakar": "senegal",
        "damascus": "syria",
        "hanoi": "vietnam",
        "oran": "algeria",
        "saigon": "vietnam",
        "tunis": "tunisia",
    },
    "netherlands": {"batavia": "indonesia", "jakarta": "indonesia", "paramaribo": "suriname"},
    "united-kingdom": {
        "accra": "ghana",
        "aden": "yemen",
        "bathurst": "gambia",
        "bridgetown": "barbados",
        "cairo": "egypt",
        "colombo": "sri-lanka",
        "georgetown": "guyana",
        "hong kong": "hong-kong",
        "jerusalem": "israel",
        "khartoum": "sudan",
        "kingston": "jamaica",
        "lagos": "nigeria",
        "nairobi": "kenya",
        "nassau": "bahamas",
        "new delhi": "india",
        "newfoundland": "canada",
        "labrador": "canada",
        "nicosia": "cyprus",
        "port antonio": "jamaica",
        "port of spain": "trinidad-and-tobago",
        "valletta": "malta",
    },
}

#: States that are called by the name of their city.
CITY_STATES = frozenset({"djibouti", "luxembourg", "monaco", "san-marino", "singapore"})

_REGIONS = frozenset(
    [
        "apulia",
        "azores",
        "bali",
        "bermuda",
        "brioni",
        "capri",
        "cheju",
        "corregidor",
        "cornwall",
        "crete",
        "curacao",
        "guadeloupe",
        "guam",
        "hainan",
        "hawaii",
        "labrador",
        "martinique",
        "muskoka",
        "newfoundland",
        "normandy",
        "okinawa",
        "sal",
        "scotland",
        "sicily",
        "svalbard",
        "tasmania",
        "wales",
        "zanzibar",
    ]
)
_VENUES = frozenset({"balmoral", "chequers", "chevening", "farmleigh", "gleneagles", "rambouillet"})
_KINDS = (
    (re.compile(r"\b(?:U\.?S\.?S|H\.?M\.?S)\.? |\bat sea\b|\bocean\b", re.IGNORECASE), PlaceKind.AT_SEA),
    (re.compile(r"\b(?:air (?:force )?base|naval base|military base|military city|barracks)\b|\ACamp\b", re.IGNORECASE), PlaceKind.BASE),
    (re.compile(r"\b(?:castle|palace|schloss|abbey|airport|embassy|cemetery)\b", re.IGNORECASE), PlaceKind.VENUE),
    (re.compile(r"\b(?:islands?|province|region|peninsula|valley|desert|sound|pole|zone)\b|\bdead sea\b", re.IGNORECASE), PlaceKind.REGION),
)  # fmt: skip
_NO_NAME = re.compile(r"(?:various|several|unknown|other|unspecified)\b|.*[?!:]", re.IGNORECASE)


def kind_of(name: str, folded: str) -> PlaceKind:
    """Return what sort of place a name means; a city where nothing in it says otherwise."""
    if folded in _REGIONS:
        return PlaceKind.REGION
    if folded in _VENUES:
        return PlaceKind.VENUE
    return next((kind for pattern, kind in _KINDS if pattern.search(name)), PlaceKind.CITY)


def is_name(text: str) -> bool:
    """Return whether words can be the name of a place: `various cities` are none."""
    return bool(text) and not text[0].islower() and not _NO_NAME.match(text)
