from datetime import date

import pytest

from imports.datasets.pocom.dates import Reading, dates_in, read_date

PLAIN = {
    "1861-05-04": "1861-05-04",
    "1861-05": "1861-05",
    "1861": "1861",
    " 1861-5-4 ": "1861-05-04",
    "1861-05-00": "1861-05",
    "1861-00-00": "1861",
    "1861-05-": "1861-05",
    "1861?": "1861?",
    "1861-05~": "1861-05~",
    "c. 1861": "1861~",
    "ca 1861-05": "1861-05~",
    "186X": "186X",
    "[1861-05-01..1861-05-04]": "[1861-05-01..1861-05-04]",
    "May 4, 1861": "1861-05-04",
    "4 May 1861": "1861-05-04",
    "May 1861": "1861-05",
}


@pytest.mark.parametrize(("value", "edtf"), PLAIN.items())
def test_value_without_a_note_is_a_plain_date(value, edtf):
    assert read_date(value) == Reading(edtf)


#: What stands before 1861-05-04, and what the two say together. None: the same day, and the note adds nothing.
NOTES = {
    "Left post on": None,
    "Left post": None,
    "Left post.": None,
    "Officially recognized as of": None,
    "Presented credentials as Ambassador on": None,
    "Letter of credence dated": None,
    "Japan declared war on the United States on (local time)": None,
    "About": "1861-05-04~",
    "Left post about": "1861-05-04~",
    "Left post around": "1861-05-04~",
    "Left post circa": "1861-05-04~",
    "Left post on about": "1861-05-04~",
    "Soon after": "1861-05-04~",
    "Left post soon after": "1861-05-04~",
    "Left post on or soon after": "1861-05-04~",
    "On or shortly before": "1861-05-04~",
    "Presented recall on or shortly before": "1861-05-04~",
    "Left post shortly before": "1861-05-04~",
    "Left post just after": "1861-05-04~",
    "On or before": "[..1861-05-04]",
    "Left post on or before": "[..1861-05-04]",
    "Left post not later than": "[..1861-05-04]",
    "Left post no later than": "[..1861-05-04]",
    "Left post by": "[..1861-05-04]",
    "Was received by": None,
    "Before": "[..1861-05-03]",
    "Left post before": "[..1861-05-03]",
    "Left post prior to": "[..1861-05-03]",
    "On or after": "[1861-05-04..]",
    "Left post on or after": "[1861-05-04..]",
    "Left post not before": "[1861-05-04..]",
    "Served at least until": "[1861-05-04..]",
    "Smith's last despatch was dated": "[1861-05-04..]",
    "After": "[1861-05-05..]",
    "Left post after": "[1861-05-05..]",
    "Left post between May 1 and": "[1861-05-01..1861-05-04]",
    "Between April 26, 1861, and": "[1861-04-26..1861-05-04]",
    "Between April 1861 and": "[1861-04..1861-05-04]",
    "Left post between December 28 and": "[1860-12-28..1861-05-04]",
    "Closed the legation, May 2-": "[1861-05-02..1861-05-04]",
    "Probably left post on": "1861-05-04?",
    "Presumably left post on": "1861-05-04?",
    "Perhaps left post on or before": "[..1861-05-04?]",
    "Probably presented recall about": "1861-05-04%",
    "Presentation not reported; credentials probably presented in": "1861-05-04?",
    "Left post late in": "1861-05-04",
    "Left post between one day and": "1861-05-04",
    "Left post between May 9, 1861, and": "1861-05-04",
}


@pytest.mark.parametrize(("note", "edtf"), NOTES.items())
def test_the_end_of_a_note_says_how_well_the_date_is_known(note, edtf):
    expected = Reading("1861-05-04") if edtf is None else Reading(edtf, f"{note} 1861-05-04")

    assert read_date("1861-05-04", note) == expected


COARSE = {
    ("1861-05", "Left post before"): "[..1861-04]",
    ("1861-01", "Left post before"): "[..1860-12]",
    ("1861-12", "Left post after"): "[1862-01..]",
    ("1861", "Left post before"): "[..1860]",
    ("1861", "Left post after"): "[1862..]",
    ("1861", "Left post late in"): "1861",
    ("1861-05", "About"): "1861-05~",
    ("1861?", "On or before"): "[..1861?]",
    ("9999-12-31", "Left post after"): "9999-12-31",
    ("0001-01-01", "Left post before"): "0001-01-01",
    ("0001", "Left post before"): "0001",
}


@pytest.mark.parametrize(("told", "edtf"), COARSE.items())
def test_words_beside_months_years_and_the_ends_of_the_calendar(told, edtf):
    value, note = told

    assert read_date(value, note) == Reading(edtf, f"{note} {value}")


WITHOUT_VALUE = {
    "": Reading(),
    "Left post on": Reading(),
    "No record has been found of his departure in 1861.": Reading(),
    "Dec 1986": Reading("1986-12", "Dec 1986"),
    "Dec 8, 1986.": Reading("1986-12-08", "Dec 8, 1986"),
    "January-March 1802": Reading("[1802-01..1802-03]", "January-March 1802"),
    "January or March 1802": Reading("[1802-01..1802-03]", "January or March 1802"),
    "March-January 1802": Reading(),
    "February 30, 1802": Reading(),
}


@pytest.mark.parametrize(("note", "reading"), WITHOUT_VALUE.items())
def test_a_date_may_stand_in_the_note_alone(note, reading):
    assert read_date("", note) == reading


@pytest.mark.parametrize(
    "value", ["1861-13-01", "1861-02-30", "0000", "next year", "1861/5", "١٨٦١"]
)
def test_what_is_no_date_is_kept_as_words(value):
    assert read_date(value, "Left post on") == Reading(
        text=f"Left post on {value}",
        wrong=f"“{value}” is not a date. Write YYYY, YYYY-MM or YYYY-MM-DD.",
    )


SENTENCES = {
    "Jernegan left post June 10, 1967.": [Reading("1967-06-10")],
    "Recommissioned on Mar 8, 1982, and again in May 1983.": [
        Reading("1982-03-08"),
        Reading("1983-05"),
    ],
    "Received his commission about February 13, 1811.": [
        Reading("1811-02-13~", "his commission about February 13, 1811")
    ],
    "Left post before 3 July 1811": [Reading("[..1811-07-02]", "Left post before 3 July 1811")],
    "He probably left on May 3, 1811.": [Reading("1811-05-03")],
    "Served from 1811; Section 116 of PL 95-426.": [],
    "Designated on February 31, 1811.": [],
}


@pytest.mark.parametrize(("sentence", "readings"), SENTENCES.items())
def test_dates_in_a_sentence(sentence, readings):
    assert [reading for _begin, _end, reading in dates_in(sentence)] == readings


def test_documents_say_no_more_than_the_source():
    assert [
        read_date(*told).document()
        for told in [
            ("1861-05",),
            ("1861-05", "About"),
            ("soon",),
            ("",),
        ]
    ] == [
        "1861-05",
        {"edtf": "1861-05~", "text": "About 1861-05"},
        {"text": "soon"},
        None,
    ]


def test_a_date_in_words_excludes_nothing_and_keeps_how_fine_it_was():
    believed = read_date("1861-05-04", "On or before")

    assert read_date("1861-05").in_words().document() == {"text": "1861-05", "precision": "month"}
    assert believed.bounds == (None, date(1861, 5, 4))
    assert believed.day == date(1861, 5, 4)
    assert believed.in_words().bounds == (None, None)
    assert believed.in_words().document() == {"text": "On or before 1861-05-04", "precision": "set"}


def test_words_that_are_too_long_keep_their_end():
    reading = read_date("1861-05-04", "Word " * 60 + "on or before")

    assert reading.edtf == "[..1861-05-04]"
    assert reading.text.startswith("…Word ")
    assert reading.text.endswith("on or before 1861-05-04")
    assert len(reading.text) <= 200
