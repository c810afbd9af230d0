"""The table of changes of US representation, with invented lines in its shape."""

from __future__ import annotations

from uuid import UUID

import pytest

from events.models import Relation
from imports.datasets.us_missions.importer import DATASET
from imports.files.opening import open_input
from tests.factories.people import make_state
from tests.imports.datasets.importing import import_folder
from tests.imports.datasets.us_missions.change_files import codes, relation, row_of, translated


def test_lines_of_a_state_become_periods_of_one_relation(home, folder):
    state = make_state("Ruritania", slug="ruritania")
    lines = [
        "Ruritania,Consulate,1835,,,2024-01-16,",
        "Ruritania,Ambassador Nonresident,1850,7,,2024-01-16,",
        "Ruritania,None,1861,4,12,2024-01-16,A page of the envoys",
        "Ruritania,Embassy,1946,7,4,2024-01-16,",
    ]

    rows, documents = translated(folder, "\n".join(lines))

    assert documents == [
        relation(
            home,
            state,
            ("consulate", "1835", "[1850-06-30..1850-07-30]", "ended"),
            ("ambassador_nonresident", "1850-07", "1861-04-11", "ended"),
            ("none", "1861-04-12", "1946-07-03", "ended"),
            ("embassy", "1946-07-04", None, "ongoing"),
            slug="ruritania-united-states",
            locators=["Ruritania", "Ruritania, 1861-04-12: A page of the envoys"],
        )
    ]
    assert rows == [
        row_of(number, line, ["us-missions:ruritania"])
        for number, line in enumerate(lines, start=2)
    ]


def test_the_stance_is_that_of_the_united_states_whichever_id_is_smaller(home, folder):
    smaller = make_state("Aldovia", slug="aldovia", id=UUID(int=1))
    larger = make_state("Zubrowka", slug="zubrowka", id=UUID(int=2**128 - 1))

    _rows, documents = translated(
        folder, "Aldovia,Embassy,1950,1,1,2024-01-01,\nZubrowka,Legation,1950,1,1,2024-01-01,\n"
    )

    assert [
        (document["states"], document["periods"][0]["direction"]) for document in documents
    ] == [
        ([str(smaller.id), str(home.id)], "second_to_first"),
        ([str(home.id), str(larger.id)], "first_to_second"),
    ]


@pytest.mark.parametrize(
    ("verified", "status"),
    [
        ("2024-01-16", "ongoing"),
        ("1950-12-31", "ongoing"),
        ("1950-12-30", "unknown"),  # the change may have come after somebody looked
        ("", "unknown"),
        ("soon", "unknown"),
    ],
)
def test_the_last_period_goes_on_if_somebody_looked_after_it_began(home, folder, verified, status):
    make_state("Ruritania", slug="ruritania")

    rows, documents = translated(folder, f"Ruritania,Embassy,1950,,,{verified},\n")

    assert [period["end_status"] for period in documents[0]["periods"]] == [status]
    assert codes(rows) == [([], ["bad_date"] if verified == "soon" else [])]


def test_a_bad_line_is_rejected_alone_and_leaves_the_end_before_it_unknown(home, folder):
    state = make_state("Ruritania", slug="ruritania")
    lines = (
        "Ruritania,Legation,1900,1,1,2024-01-01,\n"
        "Ruritania,Embasy,1910,1,1,2024-01-01,\n"
        "Ruritania,Consulate,1920,1,1,2024-01-01,\n"
        "Ruritania,None,1925,13,1,2024-01-01,\n"
        "Ruritania,Embassy,1930,1,1,2024-01-01,\n"
        "Nowhere,Embassy,1930,1,1,2024-01-01,\n"
        ",Embassy,1930,1,1,2024-01-01,\n"
        "United States,Embassy,1930,1,1,2024-01-01,\n"
        "Ruritania,Embassy,1935\n"
        "Ruritania,None,1940,,5,2024-01-01,\n"
        "Ruritania,None,,,,2024-01-01,\n"
    )

    rows, documents = translated(folder, lines)

    assert documents == [
        relation(
            home,
            state,
            ("legation", "1900-01-01", None, "unknown"),
            ("consulate", "1920-01-01", None, "unknown"),
            ("embassy", "1930-01-01", None, "unknown"),
            slug="ruritania-united-states",
        )
    ]
    assert [
        (row.place, [(fault.pointer, fault.code, fault.suggestion) for fault in row.faults])
        for row in rows
        if row.faults
    ] == [
        ("line 3", [("/status_change", "unknown_value", "Embassy")]),
        ("line 5", [("/year", "bad_date", None)]),
        ("line 7", [("/state_dept_name", "unknown_state", None)]),
        ("line 8", [("/state_dept_name", "required", None)]),
        ("line 9", [("/state_dept_name", "same_state", None)]),
        ("line 10", [("", "ragged_row", None)]),
        ("line 11", [("/year", "bad_date", None)]),
        ("line 12", [("/year", "bad_date", None)]),
    ]
    assert {row.becomes for row in rows if row.faults} == {()}


def test_a_second_line_of_a_day_is_skipped_or_rejected_as_it_agrees(home, folder):
    make_state("Ruritania", slug="ruritania")
    line = "Ruritania,Embassy,1930,1,1,2024-01-01,\n"

    rows, documents = translated(folder, line + line + line.replace("Embassy", "None"))

    assert [(row.id, row.skipped, [fault.code for fault in row.faults]) for row in rows] == [
        ("Ruritania/1930-1-1", "", []),
        ("Ruritania/1930-1-1/2", "Line 2 of transitions.csv says the same.", []),
        ("Ruritania/1930-1-1/3", "", ["duplicate"]),
    ]
    assert [period["value"] for period in documents[0]["periods"]] == ["embassy"]


def test_a_line_that_repeats_the_level_goes_on_with_the_period(home, folder):
    state = make_state("Ruritania", slug="ruritania")

    rows, documents = translated(
        folder,
        "Ruritania,Embassy,1930,1,1,2024-01-01,\n"
        "Ruritania,Embassy,1935,1,1,2024-01-01,Moved to Strelsau\n"
        "Ruritania,None,1940,1,1,,\n",
    )

    assert documents == [
        relation(
            home,
            state,
            ("embassy", "1930-01-01", "1939-12-31", "ended"),
            ("none", "1940-01-01", None, "unknown"),
            slug="ruritania-united-states",
            locators=["Ruritania", "Ruritania, 1935-01-01: Moved to Strelsau"],
        )
    ]
    assert codes(rows) == [([], []), ([], ["no_change"]), ([], [])]
    assert rows[1].becomes == rows[0].becomes


def test_lines_out_of_order_are_put_in_order_by_date(home, folder):
    make_state("Ruritania", slug="ruritania")

    _rows, documents = translated(
        folder, "Ruritania,Embassy,1930,1,1,,\nRuritania,Legation,1920,1,1,,\n"
    )

    assert [(period["value"], period["start"]) for period in documents[0]["periods"]] == [
        ("legation", "1920-01-01"),
        ("embassy", "1930-01-01"),
    ]


def test_a_change_that_came_at_once_leaves_a_day_to_the_one_before_it(home, folder):
    make_state("Ruritania", slug="ruritania")

    rows, documents = translated(folder, "Ruritania,Embassy,1930,5,,,\nRuritania,None,1930,5,1,,\n")

    assert [(period["start"], period["end"]) for period in documents[0]["periods"]] == [
        ("1930-05", "1930-05-01"),
        ("1930-05-01", None),
    ]
    assert codes(rows) == [([], ["no_time"]), ([], [])]


def test_a_long_note_is_cut_short_with_a_warning(home, folder):
    make_state("Ruritania", slug="ruritania")

    rows, documents = translated(folder, f"Ruritania,Embassy,1930,1,1,,{'word ' * 60}\n")

    locator = documents[0]["citations"][1]["locator"]
    assert (len(locator), locator[:38], locator[-1]) == (
        200,
        "Ruritania, 1930-01-01: word word word ",
        "…",
    )
    assert codes(rows) == [([], ["note_cut"])]


def test_a_table_that_cannot_be_read_to_its_end_is_one_rejected_row(home, folder):
    make_state("Ruritania", slug="ruritania")

    rows, documents = translated(
        folder, 'Ruritania,Embassy,1930,1,1,,\nRuritania,None,1940,1,1,,"an "open quote\n'
    )

    assert documents == []
    assert [(row.id, row.place, codes([row])) for row in rows] == [
        ("transitions.csv", "line 3", [(["quotes"], [])])
    ]


def test_without_the_united_states_each_line_says_what_to_do(db, folder):
    make_state("Ruritania", slug="ruritania")

    rows, documents = translated(folder, "Ruritania,Embassy,1930,1,1,,\n")

    assert documents == []
    assert codes(rows) == [(["unknown_state"], [])]


def test_another_table_is_not_taken_for_it(folder):
    (folder / "ranges.csv").write_text("country_name_usdos,date_start,us_mission_status\n")

    with open_input(folder) as tree:
        assert not DATASET.recognises(tree)


def test_a_relation_that_is_there_takes_the_periods_and_a_second_import_changes_nothing(
    home, folder
):
    state = make_state("Ruritania", slug="ruritania")
    there = Relation(state_a=home, state_b=state, slug="made-at-the-desk")
    there.full_clean()
    there.save()
    lines = "Ruritania,Embassy,1930,1,1,2024-01-01,\nRuritania,None,1940,1,1,2024-01-01,\n"

    _rows, documents = translated(folder, lines)
    first, second = import_folder(DATASET, folder), import_folder(DATASET, folder)

    assert documents[0]["id"] == str(there.id)
    assert first["created"] == 2
    assert second == {"unchanged": 2}
    relation = Relation.objects.get()
    assert (relation.id, relation.slug) == (there.id, "made-at-the-desk")
    assert [
        (period.value, period.start.edtf, period.end.edtf) for period in relation.periods.all()
    ] == [
        ("embassy", "1930-01-01", "1939-12-31"),
        ("none", "1940-01-01", ""),
    ]
