"""Dates as people write them: which EDTF is offered for them, and what the refusal says."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.dates.values import EdtfError, UncertainDate
from config.dates.written import readings

OFFERED = {
    "10 May 2025": ["2025-05-10"],
    "May 10, 2025": ["2025-05-10"],
    "May 10. 2025": ["2025-05-10"],
    "10th of May 2025": ["2025-05-10"],
    "on Saturday, 10 May 2025": ["2025-05-10"],
    "10-May-2025": ["2025-05-10"],
    "10.5.2025": ["2025-05-10"],
    "2025/05/10": ["2025-05-10"],
    "20250510": ["2025-05-10"],
    "2025年5月10日": ["2025-05-10"],
    "2025년 5월 10일": ["2025-05-10"],
    "2025年5月": ["2025-05"],
    "2025-5-1": ["2025-05-01"],
    # Nobody knows which of them is the month.
    "5/10/2025": ["2025-10-05", "2025-05-10"],
    "13/5/2025": ["2025-05-13"],
    "May 2025": ["2025-05"],
    "Sept. 2025": ["2025-09"],
    "5/2025": ["2025-05"],
    # Northern, southern, hemisphere not said.
    "spring 2025": ["2025-25", "2025-29", "2025-21"],
    "fall of 2025": ["2025-27", "2025-31", "2025-23"],
    "Q1 2025": ["2025-33"],
    "second half of 2025": ["2025-41"],
    "the 1960s": ["196X"],
    "20th century": ["19XX"],
    "circa 1961": ["1961~"],
    "ca. May 1961": ["1961-05~"],
    "probably 10 May 1961": ["1961-05-10?"],
    "1961 ?": ["1961?"],
    "2024-05-18/19": ["2024-05-18/2024-05-19"],
    "2024-05-30/06-02": ["2024-05-30/2024-06-02"],
    "2024-05/06": ["2024-05-06", "2024-05/2024-06"],
    "1961/62": ["1961/1962"],
    "10–12 May 2025": ["2025-05-10/2025-05-12"],  # noqa: RUF001 - as it is printed
    "May 10-12, 2025": ["2025-05-10/2025-05-12"],
    "28 Feb to 2 March 2024": ["2024-02-28/2024-03-02"],
    "May to June 2025": ["2025-05/2025-06"],
    "between 1960 and 1963": ["[1960..1963]"],
    "10 or 12 May 2025": ["[2025-05-10,2025-05-12]"],
    "10 and 12 May 2025": ["{2025-05-10,2025-05-12}"],
    "since 1990": ["1990/.."],
    "10 May 2025 to present": ["2025-05-10/.."],
    "May 2025 – now": ["2025-05/.."],  # noqa: RUF001 - as it is printed
    # Nobody says which days those are: the whole comes first.
    "mid-May 2025": ["2025-05", "[2025-05-11..2025-05-20]"],
    "end of February 2024": ["2024-02", "[2024-02-21..2024-02-29]"],
    "early 2025": ["2025", "2025-37"],
    "late 1990s": ["199X", "[1997..1999]"],
    # Nor which century, where the year has two figures.
    "10-May-25": ["2025-05-10", "1925-05-10"],
    "10 May 25": ["2025-05-10", "1925-05-10"],
    "10.5.61": ["1961-05-10", "2061-05-10"],
    "5/10/25": ["2025-10-05", "2025-05-10", "1925-10-05", "1925-05-10"],
    "Q2/2025": ["2025-34"],
    "May/2025": ["2025-05"],
    # A spreadsheet puts a time behind each date.
    "2025-05-10 00:00:00": ["2025-05-10"],
    "10 May 2025, 2:30 pm": ["2025-05-10"],
    "until May 1990": ["../1990-05"],
    "by 10 May 2025": ["[..2025-05-10]"],
    "before January 2025": ["[..2024-12]"],
    "after 10 May 2025": ["[2025-05-11..]"],
    # Not enough is said, or it cannot be.
    "10 May": [],
    "May 25": [],
    "until further notice": [],
    "mid-May to late June 2025": [],
    "31 February 2025": [],
    "on Saturday night": [],
    "10 May 2025 to": [],
    "": [],
    # It is EDTF already.
    "2025-05-10": [],
    "1961~": [],
}


@pytest.mark.parametrize("text", OFFERED)
def test_what_is_offered(text: str) -> None:
    assert readings(text) == OFFERED[text]


@given(st.dates(date(1000, 1, 1), date(9998, 1, 1)), st.integers(1, 400))
def test_every_day_and_span_of_days_is_read_as_it_is_written(first: date, days: int) -> None:
    last = first + timedelta(days=days)

    for form in ("%d %B %Y", "%B %d, %Y", "%d.%m.%Y", "%A, %d %b %Y"):
        assert readings(f"{first:{form}}") == [first.isoformat()]
    assert readings(f"{first:%d %B %Y} to {last:%d %B %Y}") == [f"{first}/{last}"]


@given(st.text("0123456789 -/.,~?()abcdefmorty[]{}X", max_size=80) | st.text(max_size=80))
def test_whatever_is_written_readings_are_edtf(text: str) -> None:
    assert all(UncertainDate.parse(each).edtf == each for each in readings(text))


def test_a_refusal_says_what_the_words_are_in_edtf() -> None:
    with pytest.raises(EdtfError) as refusal:
        UncertainDate.parse("5 or 6 May 2025")
    assert (
        str(refusal.value)
        == "“5 or 6 May 2025” is not EDTF: write [2025-05-05,2025-05-06] (5 or 6 May 2025)."
    )
    with pytest.raises(
        EdtfError,
        match=r"^“spring 2025” is not EDTF: write 2025-25 \(some day in northern spring of 2025\), or 2025-29 \(",
    ):
        UncertainDate.parse("spring 2025")
    with pytest.raises(
        EdtfError,
        match=r"^“until further notice” is not understood as a date: write EDTF, as in 2025-05-10 or 2025-05, and keep the source's words",
    ):
        UncertainDate.parse("until further notice")
