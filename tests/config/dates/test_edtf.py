"""EDTF as Chancery reads it: what each form means."""

import re
from datetime import date

import pytest
from django.conf import settings

from config.dates.values import EdtfError, Precision, UncertainDate, parse_partial

# EDTF, earliest, latest, precision, meaning
FORMS = [
    # Dates
    ("1961", "1961-01-01", "1961-12-31", "year", "some day in 1961"),
    ("1961-07", "1961-07-01", "1961-07-31", "month", "some day in July 1961"),
    ("1961-07-15", "1961-07-15", "1961-07-15", "day", "15 July 1961"),
    ("2024-02", "2024-02-01", "2024-02-29", "month", "some day in February 2024"),
    ("2024-02-29", "2024-02-29", "2024-02-29", "day", "29 February 2024"),
    ("0001", "0001-01-01", "0001-12-31", "year", "some day in 1"),
    ("0476-09-04", "0476-09-04", "0476-09-04", "day", "4 September 476"),
    ("9999-12-31", "9999-12-31", "9999-12-31", "day", "31 December 9999"),
    # Qualified: the bounds stay
    ("1961?", "1961-01-01", "1961-12-31", "year", "some day in 1961 (uncertain)"),
    ("1961~", "1961-01-01", "1961-12-31", "year", "some day in 1961 (approximate)"),
    ("1961%", "1961-01-01", "1961-12-31", "year", "some day in 1961 (uncertain and approximate)"),
    ("1961-07-15~", "1961-07-15", "1961-07-15", "day", "15 July 1961 (approximate)"),
    # Unspecified digits
    ("196X", "1960-01-01", "1969-12-31", "decade", "some day in the years 1960 to 1969"),
    ("19XX", "1900-01-01", "1999-12-31", "century", "some day in the years 1900 to 1999"),
    (
        "196X?",
        "1960-01-01",
        "1969-12-31",
        "decade",
        "some day in the years 1960 to 1969 (uncertain)",
    ),
    ("1961-XX", "1961-01-01", "1961-12-31", "year", "some day in 1961 (month not known)"),
    (
        "1961-XX-XX",
        "1961-01-01",
        "1961-12-31",
        "year",
        "some day in 1961 (month and day not known)",
    ),
    ("1961-07-XX", "1961-07-01", "1961-07-31", "month", "some day in July 1961 (day not known)"),
    (
        "9999-XX-XX",
        "9999-01-01",
        "9999-12-31",
        "year",
        "some day in 9999 (month and day not known)",
    ),
    # Intervals: open and unknown ends have no bound, and differ in meaning
    ("2025-05/2025-09", "2025-05-01", "2025-09-30", "interval", "from May 2025 to September 2025"),
    ("2025-05/..", "2025-05-01", None, "interval", "from May 2025, open end"),
    ("2025-05/", "2025-05-01", None, "interval", "from May 2025, end not known"),
    ("../1990", None, "1990-12-31", "interval", "until 1990, open start"),
    ("/1990", None, "1990-12-31", "interval", "until 1990, start not known"),
    ("1990/", "1990-01-01", None, "interval", "from 1990, end not known"),
    (
        "1961?/1965~",
        "1961-01-01",
        "1965-12-31",
        "interval",
        "from 1961 (uncertain) to 1965 (approximate)",
    ),
    (
        "2004-06-11/2004-06",
        "2004-06-11",
        "2004-06-30",
        "interval",
        "from 11 June 2004 to June 2004",
    ),
    # Sets
    ("[2025-09-06,2025-09-13]", "2025-09-06", "2025-09-13", "set", "6 or 13 September 2025"),
    (
        "[2025-05..2025-09-14]",
        "2025-05-01",
        "2025-09-14",
        "set",
        "some time from May 2025 to 14 September 2025",
    ),
    ("[1668,1667]", "1667-01-01", "1668-12-31", "set", "1668 or 1667"),
    ("[..1984]", None, "1984-12-31", "set", "1984 or earlier"),
    ("[1760-01,1760-12..]", "1760-01-01", None, "set", "January 1760 or December 1760 or later"),
    (
        "{1667,1668,1670..1672}",
        "1667-01-01",
        "1672-12-31",
        "set",
        "all of 1667, 1668 and 1670 to 1672",
    ),
    ("{1960,1961-12}", "1960-01-01", "1961-12-31", "set", "all of 1960 and December 1961"),
    ("{..1984}", None, "1984-12-31", "set", "all of 1984 and everything earlier"),
    # Times: the day is the one that was written, whatever the zone
    ("2025-05-10T17:30:00Z", "2025-05-10", "2025-05-10", "time", "10 May 2025, 17:30:00 (UTC)"),
    (
        "2025-05-10T01:30:00+05:00",
        "2025-05-10",
        "2025-05-10",
        "time",
        "10 May 2025, 01:30:00 (UTC+05:00)",
    ),
    (
        "2025-05-10T23:30:00-04",
        "2025-05-10",
        "2025-05-10",
        "time",
        "10 May 2025, 23:30:00 (UTC-04)",
    ),
    (
        "2025-05-10T17:30:00",
        "2025-05-10",
        "2025-05-10",
        "time",
        "10 May 2025, 17:30:00 (zone not said)",
    ),
    # Seasons and parts of a year: as wide as the widest common definition
    (
        "2025-21",
        "2025-03-01",
        "2025-12-31",
        "season",
        "some day in spring (hemisphere not said) of 2025",
    ),
    (
        "2025-22",
        "2024-12-01",
        "2026-03-31",
        "season",
        "some day in summer (hemisphere not said) of 2025",
    ),
    ("2025-25", "2025-03-01", "2025-06-30", "season", "some day in northern spring of 2025"),
    (
        "2025-32~",
        "2025-06-01",
        "2025-09-30",
        "season",
        "some day in southern winter of 2025 (approximate)",
    ),
    ("2024-33", "2024-01-01", "2024-03-31", "season", "some day in the first quarter of 2024"),
    ("2025-37", "2025-01-01", "2025-04-30", "season", "some day in the first third of 2025"),
    ("2025-41", "2025-07-01", "2025-12-31", "season", "some day in the second half of 2025"),
]


@pytest.mark.parametrize(("edtf", "earliest", "latest", "precision", "meaning"), FORMS)
def test_a_form_has_its_bounds_precision_and_meaning(edtf, earliest, latest, precision, meaning):
    value = UncertainDate.parse(edtf)

    document = {
        "edtf": edtf,
        "earliest": earliest,
        "latest": latest,
        "precision": precision,
        "text": None,
    }
    assert value.as_document() == document
    assert value.meaning() == meaning


# The tables of docs/uncertain-dates.md

PAGE = (settings.BASE_DIR / "docs" / "uncertain-dates.md").read_text(encoding="utf-8")
DOCUMENTED_FORMS = re.findall(
    r"^\| `([^`]+)` \| (\S+) \| (\S+) \| (\w+) \| ([^|]+) \|$", PAGE, re.MULTILINE
)
DOCUMENTED_REFUSALS = re.findall(r"^\| `([^`]+)` \| (“[^|]+) \|$", PAGE, re.MULTILINE)


def test_the_documentation_shows_each_form_as_it_is_read():
    assert DOCUMENTED_FORMS
    for edtf, *documented in DOCUMENTED_FORMS:
        value = UncertainDate.parse(edtf)
        bounds = [str(bound or "null") for bound in (value.earliest, value.latest)]
        assert documented == [*bounds, value.precision, value.meaning()]


@pytest.mark.parametrize(("edtf", "answer"), DOCUMENTED_REFUSALS)
def test_the_documentation_shows_each_refusal_as_it_is_answered(edtf, answer):
    with pytest.raises(EdtfError) as refusal:
        UncertainDate.parse(edtf)

    assert str(refusal.value) == answer


# The source's words


def test_words_without_edtf_have_no_bounds_and_the_precision_that_was_chosen():
    value = UncertainDate.parse("", "Saturday night", Precision.PART_OF_DAY)

    document = {
        "edtf": None,
        "earliest": None,
        "latest": None,
        "precision": "part_of_day",
        "text": "Saturday night",
    }
    assert value.as_document() == document
    assert value.meaning() == "“Saturday night”, no date known"
    assert value.earliest is value.latest is None


def test_words_alone_are_of_unknown_precision():
    assert UncertainDate.parse("", "last Monday").precision == "unknown"


def test_edtf_decides_the_precision_whatever_was_chosen():
    assert UncertainDate.parse("1961", "the sixties", Precision.DECADE).precision == "year"


def test_a_precision_that_is_none_is_refused():
    with pytest.raises(EdtfError, match="'fortnight' is not a precision; choose one of time, day"):
        UncertainDate.parse("", "last fortnight", "fortnight")


def test_words_with_a_nul_are_refused():
    with pytest.raises(EdtfError, match="without NUL"):
        UncertainDate.parse("", "last\0Monday")


@pytest.mark.parametrize(
    "value", [UncertainDate(), UncertainDate.parse(""), UncertainDate.parse("", "", "month")]
)
def test_nothing_known_is_false_and_has_no_document(value):
    assert not value
    assert value == UncertainDate()
    assert value.as_document() is None
    assert value.meaning() == "no date known"


# Values from elsewhere


@pytest.mark.parametrize("value", ["2025-05", {"edtf": "2025-05"}, UncertainDate.parse("2025-05")])
def test_text_document_and_value_are_the_same_date(value):
    assert UncertainDate.coerce(value) == UncertainDate.parse("2025-05")


def test_bounds_in_a_document_are_not_believed():
    value = UncertainDate.coerce({"edtf": "2025-05", "earliest": "1970-01-01", "latest": None})

    assert (value.earliest, value.latest) == (date(2025, 5, 1), date(2025, 5, 31))


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (1961, "An uncertain date is EDTF text or a document, not int."),
        (date(1961, 7, 15), "An uncertain date is EDTF text or a document, not date."),
        ({"date": "1961"}, "An uncertain date has no date; it has edtf, text and precision."),
        ({"edtf": 1961}, "EDTF is text, not int."),
        ({"text": 1961}, "The words of the source must be text without NUL characters."),
    ],
)
def test_anything_else_is_refused(value, reason):
    with pytest.raises(EdtfError) as refusal:
        UncertainDate.coerce(value)

    assert str(refusal.value) == reason


# Filter values of the API


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("1961", date(1961, 1, 1), date(1961, 12, 31)),
        ("2024-02", date(2024, 2, 1), date(2024, 2, 29)),
        ("2025-05-10", date(2025, 5, 10), date(2025, 5, 10)),
        ("0001", date(1, 1, 1), date(1, 12, 31)),
        ("9999", date(9999, 1, 1), date(9999, 12, 31)),
    ],
)
def test_a_partial_date_is_its_first_and_last_day(text, first, last):
    assert parse_partial(text) == (first, last)


@pytest.mark.parametrize(
    "text", ["1961?", "196X", "1961-XX", "1961/1962", "[1961]", "2025-21", "2025-05-10T00:00:00Z"]
)
def test_a_filter_takes_plain_dates_only(text):
    with pytest.raises(EdtfError, match="is not a plain date; write YYYY, YYYY-MM or YYYY-MM-DD"):
        parse_partial(text)


@pytest.mark.parametrize(
    "text", ["", "2025-13", "10000", "0000", " 1961", "\N{FULLWIDTH DIGIT ONE}961"]
)
def test_a_filter_refuses_what_is_no_date(text):
    with pytest.raises(EdtfError):
        parse_partial(text)
