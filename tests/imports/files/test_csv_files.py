"""Tables as people and spreadsheets write them."""

from __future__ import annotations

import csv

import pytest

from config.faults import Fault
from imports.files.csv_files import Line, read_table
from imports.files.limits import DEFAULT_LIMITS, ROW_LIMIT, Limits
from tests.imports.files.files_made import file_of, refusal


def given(content: str | bytes, *required: str, limits: Limits = DEFAULT_LIMITS) -> list[Line]:
    return list(read_table(file_of(content, limits), required))


def refused(
    content: str | bytes, *required: str, limits: Limits = DEFAULT_LIMITS
) -> tuple[str, int | None]:
    """Return the code and the line with which a table is refused."""
    error = refusal(given, content, *required, limits=limits)
    return error.code, error.line


def test_rows_have_their_cells_by_column_and_their_line():
    assert given("state,year\nPeru,1860\nChile,\n", "state") == [
        Line(2, {"state": "Peru", "year": "1860"}),
        Line(3, {"state": "Chile", "year": ""}),
    ]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_delimiter_is_the_one_with_which_the_header_names_the_columns(delimiter):
    content = f'"state"{delimiter}"notes; or, remarks"\nPeru{delimiter}"a,b;c\td"\n'
    assert given(content, "state", "notes; or, remarks") == [
        Line(2, {"state": "Peru", "notes; or, remarks": "a,b;c\td"})
    ]


def test_delimiter_without_required_columns_is_the_one_that_makes_most_columns():
    assert given("a;b;c,d\n1;2;3\n") == [Line(2, {"a": "1", "b": "2", "c,d": "3"})]
    assert given("a\n1,5\n")[0].faults[0].code == "ragged_row"
    assert given("a\n1;5\n") == [Line(2, {"a": "1;5"})]


def test_quoted_line_ends_stay_and_lines_are_counted_by_where_a_row_starts():
    content = 'state,notes\r\nPeru,"first\r\nsecond ""line"""\r\n\r\nChile,x\r\n'
    assert given(content) == [
        Line(2, {"state": "Peru", "notes": 'first\r\nsecond "line"'}),
        Line(5, {"state": "Chile", "notes": "x"}),
    ]


def test_header_may_have_quoted_line_ends_and_blank_lines_before_it():
    assert given('\n\n"state\nname", year \nPeru,1860\n', "state name") == [
        Line(5, {"state name": "Peru", "year": "1860"})
    ]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends_of_all_systems_are_read_with_and_without_the_last(end):
    expected = [Line(2, {"a": "1", "b": "2"}), Line(3, {"a": "3", "b": "4"})]
    assert given(end.join(["a,b", "1,2", "3,4", ""])) == expected
    assert given(end.join(["a,b", "1,2", "3,4"])) == expected


@pytest.mark.parametrize(
    ("content", "cells"),
    [
        (b"\xef\xbb\xbfa\n1\n", {"a": "1"}),
        ("a,b\n=1+1,  @SUM(A1) \n", {"a": "=1+1", "b": "  @SUM(A1) "}),
        ("a,b\n1\u2028x,2\x0b\x85\n", {"a": "1\u2028x", "b": "2\x0b\x85"}),
        ('5" gun,b\n1,2"\n', {'5" gun': "1", "b": '2"'}),
    ],
    ids=["mark", "formulas and white space", "separators of Unicode", "quotes inside"],
)
def test_cells_stay_as_they_are(content, cells):
    assert given(content) == [Line(2, cells)]


def test_ragged_rows_have_a_fault_and_the_others_none():
    reason = (
        "The row has {} cells, and the header 2. "
        "A cell with a delimiter or a line end in it stands in quotes."
    )
    assert given("a,b\n1\n1,2,3\n1,2\n") == [
        Line(
            2,
            {"a": "1", "b": ""},
            (Fault("ragged_row", reason.format(1), pointer="", value=["1"]),),
        ),
        Line(
            3,
            {"a": "1", "b": "2"},
            (Fault("ragged_row", reason.format(3), pointer="", value=["1", "2", "3"]),),
        ),
        Line(4, {"a": "1", "b": "2"}),
    ]


def test_cell_that_is_too_long_is_a_fault_of_its_row():
    rows = given("a,b\n1,12345\n1,1234\n", limits=Limits(cell_size=4))
    assert [row.faults for row in rows] == [
        (Fault("cell_too_long", "A cell has at most 4 characters.", pointer="/b", value="12345"),),
        (),
    ]


def test_limit_of_the_library_lies_beyond_our_own():
    assert csv.field_size_limit() > ROW_LIMIT
    assert given(f"a\n{'x' * (ROW_LIMIT - 1)}\n")[0].faults[0].code == "cell_too_long"


@pytest.mark.parametrize(
    ("content", "code", "line"),
    [
        ("", "empty", None),
        ("\n  \n", "empty", None),
        ("\n" * 2_000_000, "empty", None),
        ("a,a\n1,2\n", "duplicate_column", 1),
        ("\na, a \n1,2\n", "duplicate_column", 2),
        ("a,\n1,2\n", "unnamed_column", 1),
        (",".join(f"c{number}" for number in range(2001)), "too_many_columns", 1),
        ('a,b\n1,2\n1,"2\n' + "3,4\n" * 10, "quotes", 3),
        ('a,b\n"1"x,2\n', "quotes", 2),
        ('a,"b\n1,2\n', "quotes", 1),
        ('"a" b,c\n1,2\n', "quotes", 1),
        # Rows without an end are refused before they fill the memory.
        ('a,b\n1,2\n1,"2\n' + "3,4\n" * 300_000, "row_too_long", 3),
        ("a,b\n1,2\n" + '"\n",' * 1_000_000, "row_too_long", 3),
        (f"a\n1\n{'x' * ROW_LIMIT}\n", "row_too_long", 3),
        ("a," * 1_000_000, "row_too_long", 1),
        ("a\né\n".encode("latin-1"), "encoding", 2),
        ("a,b\n1,2\n".encode("utf-16"), "encoding", 1),
        ("a\n1\n\0\n", "nul", 3),
    ],
)
def test_table_that_is_not_clear_is_refused_at_the_line_on_which_a_row_starts(content, code, line):
    assert refused(content) == (code, line)


def test_missing_columns_are_named_with_what_was_probably_meant():
    assert refused("state,yaer\nPeru,1860\n", "state", "year") == ("missing_column", 1)
    assert refused('a,"b\n1,2\n', "b") == ("quotes", 1)
    error = refusal(given, "state,yaer\n", "state", "year", "month")
    assert error.reason == (
        "There is no column “year”, “month” in the header (did you mean “yaer”)."
    )


def test_table_of_a_header_alone_has_no_rows():
    assert given("a,b") == []


def test_number_of_rows_is_limited():
    assert len(given("a\n1\n2\n", limits=Limits(rows=2))) == 2
    assert refused("a\n1\n2\n3\n", limits=Limits(rows=2)) == ("too_many_rows", 4)
