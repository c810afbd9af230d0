"""The currencies that ship with the project."""

from __future__ import annotations

import json

import pytest

from agreements.models import Currency
from agreements.reference_data.update import FILE, updated
from records.reference_data import Loaded, load_all, reference_rows

pytestmark = pytest.mark.django_db

Row = tuple[str, int | None, bool, str, str]


def load() -> list[Loaded]:
    return load_all(["agreements"])


def test_currencies_in_use_and_withdrawn_ones_are_loaded_once() -> None:
    (first,) = load()
    Currency.objects.filter(code="USD").update(name="Dollar of the desk")

    (second,) = load()

    assert (first.created, first.unchanged) == (307, 0)
    assert (second.created, second.unchanged) == (0, 307)
    assert Currency.objects.filter(is_withdrawn=True).count() == 129
    assert Currency.objects.get(code="USD").name == "Dollar of the desk"


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("USD", ("840", 2, False, "1792", "")),
        ("PKR", ("586", 2, False, "1948-04-01", "")),
        ("JPY", ("392", 0, False, "1871-06-01", "")),
        ("KWD", ("414", 3, False, "1961-04-01", "")),
        ("UYW", ("927", 4, False, "", "")),
        ("EUR", ("978", 2, False, "1999", "")),
        ("XAU", ("959", None, False, "", "")),
        ("DEM", ("", None, True, "1948-06-20", "2002-05-15")),
        ("SUR", ("", None, True, "1961", "1992-10-01")),
        ("YUD", ("", None, True, "1966", "1990")),
        ("ZWC", ("", None, True, "", "1989-12")),
    ],
)
def test_currency_is_as_the_standard_has_it(code: str, expected: Row) -> None:
    load()

    found = Currency.objects.get(code=code)

    row = (
        found.numeric_code,
        found.minor_units,
        found.is_withdrawn,
        str(found.start),
        str(found.end),
    )
    assert row == expected


@pytest.mark.parametrize("code", ["CNH", "BRZ", "KRH"])
def test_codes_that_iso_4217_never_had_are_left_out(code: str) -> None:
    load()

    assert not Currency.objects.filter(code=code).exists()


def test_the_file_says_what_iso_4217_and_the_cldr_say() -> None:
    text = FILE.read_text(encoding="utf-8")

    assert updated(text) == text


def test_updating_restores_what_the_standards_say_and_keeps_decimal_places() -> None:
    given = {row["code"]: row for row in reference_rows(Currency)}
    del given["PKR"], given["KWD"]
    given["USD"]["name"] = "Dollar"
    given["JPY"]["minor_units"] = 1
    given["DEM"] = {"object": "currency", "code": "DEM", "name": "DM", "minor_units": 2}

    text = "".join(json.dumps(row) + "\n" for row in given.values())
    found = [json.loads(line) for line in updated(text).splitlines()]

    expected = {row["code"]: row for row in reference_rows(Currency)}
    expected["JPY"] |= {"minor_units": 1}
    expected["KWD"] |= {"minor_units": 2}
    assert found == [*expected.values()]
