"""Appointments that contradict themselves."""

from __future__ import annotations

from datetime import date

import pytest

from imports.datasets.pocom.checks import certainly_held
from imports.datasets.pocom.dates import read_date
from people.models import Tenure
from people.models.holding import CERTAINLY_HELD
from tests.factories.people import make_tenure
from tests.imports.datasets.pocom.files import (
    appointment,
    codes,
    person,
)
from tests.imports.datasets.pocom.tenure_files import told

WORDS_1894 = {"text": "1894-01-01", "precision": "day"}

pytestmark = pytest.mark.usefixtures("states")


CONTRADICTIONS = [
    # appointed, arrived, started, ended; what is made of start and end; warnings
    (("1890", "", "1891", "1892"), ("1891", "1892"), []),
    (("1866-07-27", "", "1886-07-27", ""), ("1886-07-27", None), ["late_start"]),
    (
        ("1866-07-27", "", "1894-01-01", "1886-07-22"),
        (WORDS_1894, "1886-07-22"),
        ["late_start", "ends_before_start"],
    ),
    (
        ("1895-01-01", "", "1895-02-01", "1894-01-01"),
        ("1895-02-01", WORDS_1894),
        ["out_of_order", "ends_before_start"],
    ),
    (
        ("", "", "1894-01-01", "1893-01-01"),
        (WORDS_1894, {"text": "1893-01-01", "precision": "day"}),
        ["ends_before_start", "ends_before_start"],
    ),
    (("1891-01-01", "", "1890-01-01", "1892"), ("1890-01-01", "1892"), ["out_of_order"]),
    (("", "1891-01-02", "1891-01-01", ""), ("1891-01-01", None), ["out_of_order"]),
    (("", "", "1891-01", "1891"), ("1891-01", "1891"), []),
]


@pytest.mark.parametrize(("given", "expected", "warned"), CONTRADICTIONS)
def test_contradictions_are_warned_of_and_the_impossible_bound_is_kept_as_words(
    tmp_path, given, expected, warned
):
    dates = dict(zip(("appointed", "arrived", "started", "ended"), given, strict=True))

    tenures, rows = told(tmp_path, appointment("rr-1890-rass-01", **dates))

    assert (tenures[0]["start"], tenures[0]["end"]) == expected
    assert codes(rows[0]) == warned
    assert [milestone["date"] for milestone in tenures[0]["milestones"]] == [
        each for each in given if each
    ]


def test_one_person_twice_in_one_office_keeps_the_later_start_as_words(tmp_path):
    tenures, rows = told(
        tmp_path,
        appointment("rr-1892-rass-01", started="1892-01-01", ended="1894-01-01"),
        appointment("rr-1890-rass-01", started="1890-01-01", ended="1893-01-01"),
        appointment("rr-1894-rass-01", started="1894-01-01", ended="1895-01-01"),
        nominees=appointment("rr-1891-rass-01", started="1891-01-01", note="Did not serve."),
    )

    assert [(tenure["start"], tenure["end"]) for tenure in tenures] == [
        ({"text": "1892-01-01", "precision": "day"}, "1894-01-01"),
        ("1890-01-01", "1893-01-01"),
        ("1894-01-01", "1895-01-01"),
        ("1891-01-01", None),
    ]
    assert [codes(row) for row in rows] == [["held_twice"], [], [], []]


def test_dates_outside_the_life_of_the_person_are_warned_of(tmp_path):
    years = "<birth>1861</birth><death>1890</death>"
    files = {"people/r/rassendyll-rudolf.xml": person("rassendyll-rudolf", more=years)}

    tenures, rows = told(
        tmp_path,
        appointment("rr-1860-rass-01", appointed="1860-12-15", started="1891-01-01"),
        appointment("rr-1890-rass-01", appointed="1890-01-01", ended="1890-12-31"),
        files=files,
    )

    assert [codes(row) for row in rows] == [["late_start", "before_birth", "after_death"], []]
    assert tenures[0]["start"] == "1891-01-01"


@pytest.mark.parametrize(
    ("start", "end"),
    [
        ("1890-01-01", "1891-01-01"),
        ("1890", "1891"),
        ("1890", ""),
        ("1890-01-01", ""),
        ("", "1891"),
        ("", ""),
        ("[..1890-05-04]", "1891"),
        ("[1890-05-04..]", "1891"),
        ("[1890-05-04..]", ""),
        ("1890", "[..1891]"),
        ("1890", "[1891..]"),
        ("1890", "1890"),
    ],
)
def test_certain_days_are_counted_as_the_database_counts_them(start, end):
    tenure = make_tenure(start=start, end=end)
    (found,) = Tenure.objects.filter(pk=tenure.pk).values_list(CERTAINLY_HELD, flat=True)

    first, last = certainly_held(read_date(start), read_date(end))

    if found.isempty:
        assert first >= last
    else:
        assert (first, last) == (found.lower, found.upper)


def test_certain_days_end_with_the_calendar():
    assert certainly_held(read_date("9999-12-31"), read_date("")) == (date.max, date.max)
