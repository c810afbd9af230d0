"""Reference data of this app: the currencies of ISO 4217, withdrawn ones included. `manage.py load_reference` loads them.

Codes and numbers in use come from pycountry, everything else from the CLDR (Babel): names, and since and until when a currency
was legal tender in each territory. Decimal places are ISO's own: the CLDR's say how amounts are usually shown.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pycountry
from babel import Locale
from babel.core import get_global
from django.db import transaction

from agreements.models import Currency
from records.reference_data import Loaded

if TYPE_CHECKING:
    from collections.abc import Iterable

#: Decimal places of currencies in use, where there are not two (ISO 4217, list one, column "Minor unit").
MINOR_UNITS = {
    **dict.fromkeys(
        "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF".split(),  # noqa: SIM905 - readable
        0,
    ),
    **dict.fromkeys("BHD IQD JOD KWD LYD OMR TND".split(), 3),  # noqa: SIM905 - readable
    **dict.fromkeys("CLF UYW".split(), 4),  # noqa: SIM905 - readable
}
#: Metals, units of account and codes for tests, which have no decimal places (list one: "N.A.").
WITHOUT_MINOR_UNITS = frozenset("XAG XAU XBA XBB XBC XBD XDR XPD XPT XSU XTS XUA XXX".split())  # noqa: SIM905 - readable

#: Codes of the CLDR that ISO 4217 never had: currencies from before the standard, and markets of their own.
NOT_ISO = frozenset(
    "ARL ARM BAN BGM BGO BOL BRZ CLE CNH CNX KRH KRO MAF MCF MDC MKN MVP VNN YUR".split(),  # noqa: SIM905 - readable
)
#: Withdrawn codes of ISO 4217, list three, that the CLDR leaves out: name, and when they were withdrawn.
MORE_WITHDRAWN = {
    "ARY": ("Argentine Peso", "[1989..1990]"),
    "AYM": ("Azerbaijan Manat", "2005-10"),
    "BGJ": ("Bulgarian Lev A/52", "[1989..1990]"),
    "BGK": ("Bulgarian Lev A/62", "[1989..1990]"),
    "CHC": ("WIR Franc (for electronic)", "2004-11"),
    "CSJ": ("Czechoslovak Krona A/53", "[1989..1990]"),
    "GHP": ("Ghana Cedi (2007)", "2007-06"),
    "GNE": ("Guinean Syli", "1989-12"),
    "LAJ": ("Pathet Lao Kip", "1979-12"),
    "LSM": ("Lesotho Loti (1985)", "1985-05"),
    "MVQ": ("Maldive Rupee", "1989-12"),
    "PEH": ("Peruvian Sol (1990)", "[1989..1990]"),
    "ROK": ("Romanian Leu A/52", "[1989..1990]"),
    "UGW": ("Ugandan Old Shilling", "[1989..1990]"),
    "UYN": ("Uruguayan Old Peso", "1989-12"),
    "VNC": ("Vietnamese Old Dong", "[1989..1990]"),
    "ZWC": ("Rhodesian Dollar", "1989-12"),
    "ZWN": ("Zimbabwe Dollar (2006)", "2006-09"),
}

_Day = tuple[int, int, int]


@transaction.atomic
def load() -> list[Loaded]:
    """Make the currencies that are not there yet, and leave the others as they are."""
    currencies = all_currencies()
    known = set(Currency.objects.values_list("code", flat=True))
    new = [currency for currency in currencies if currency.code not in known]
    Currency.objects.bulk_create(new)
    return [Loaded("currencies", created=len(new), unchanged=len(currencies) - len(new))]


def all_currencies() -> list[Currency]:
    """Return every currency, unsaved, by code."""
    names = dict(Locale("en").currencies)
    in_use = {currency.alpha_3: currency for currency in pycountry.currencies}
    tender = _legal_tender()
    current = [
        _currency(
            code,
            names.get(code) or currency.name,
            start=_start(tender.get(code, [])),
            numeric_code=currency.numeric,
            minor_units=None if code in WITHOUT_MINOR_UNITS else MINOR_UNITS.get(code, 2),
        )
        for code, currency in in_use.items()
    ]
    former = [
        _currency(
            code,
            names[code],
            start=_start(tender.get(code, [])),
            end=_end(tender.get(code, [])),
            is_withdrawn=True,
        )
        for code in names.keys() - in_use.keys() - NOT_ISO
    ]
    more = [
        _currency(code, name, end=end, is_withdrawn=True)
        for code, (name, end) in MORE_WITHDRAWN.items()
    ]
    return sorted([*current, *former, *more], key=lambda currency: currency.code)


def _currency(code: str, name: str, *, start: str = "", end: str = "", **fields: Any) -> Currency:
    currency = Currency(code=code, name=name, **fields)
    currency.start = start
    currency.end = end
    return currency


def _start(days: list[tuple[_Day | None, _Day | None]]) -> str:
    """Write the first day anywhere."""
    return _edtf(min((since for since, _until in days if since), default=None))


def _end(days: list[tuple[_Day | None, _Day | None]]) -> str:
    """Write the last day anywhere; nothing where one is not known."""
    ends = [until for _since, until in days if until]
    return _edtf(max(ends)) if ends and len(ends) == len(days) else ""


def _legal_tender() -> dict[str, list[tuple[_Day | None, _Day | None]]]:
    """Since and until when each currency was legal tender, once per territory."""
    found: dict[str, list[tuple[_Day | None, _Day | None]]] = {}
    territories: Iterable[Iterable[tuple[str, _Day | None, _Day | None, bool]]]
    territories = get_global("territory_currencies").values()
    for entries in territories:
        for code, since, until, is_tender in entries:
            if is_tender:
                found.setdefault(code, []).append((since, until))
    return found


def _edtf(day: _Day | None) -> str:
    """Write a day of the CLDR, which puts the first or last day of a year where it knows no more than the year."""
    if day is None:
        return ""
    year, month, day_of_month = day
    if (month, day_of_month) in {(1, 1), (12, 31)}:
        return f"{year:04}"
    return f"{year:04}-{month:02}-{day_of_month:02}"
