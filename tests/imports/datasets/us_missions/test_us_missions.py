"""The table of changes of US representation, with invented lines in its shape."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.dates.values import UncertainDate
from events.models import Relation
from imports.dataset import Row
from imports.datasets.us_missions.importer import DATASET
from imports.datasets.us_missions.periods import LEVELS, Change, States
from imports.files.csv_files import Line
from imports.files.tree import open_input
from imports.matching.states import Crosswalk, StateMatch, _Known
from imports.models import ImportBatch
from imports.options import ImportOptions
from imports.recognise import RecognisedFiles
from imports.run import run
from people.models import EndStatus, StateIdentifier
from tests.factories.people import make_state

HEADER = "state_dept_name,status_change,year,month,day,last_verified,notes\n"


@pytest.fixture
def home(db):
    return make_state("United States", slug="united-states")


@pytest.fixture
def folder(tmp_path):
    return tmp_path


def translated(folder, lines, *, header=HEADER):
    """Return the rows and the documents of a table."""
    (folder / "transitions.csv").write_text(header + lines, encoding="utf-8")
    with open_input(folder) as tree:
        assert DATASET.recognises(tree)
        items = list(DATASET.translate(tree, "a-source"))
    return [item for item in items if isinstance(item, Row)], [
        item for item in items if isinstance(item, dict)
    ]


def row_of(number, content, becomes=(), **others):
    names = HEADER.strip().split(",")
    cells = dict(zip(names, content.split(","), strict=True))
    day = "-".join(cells[name] for name in ("year", "month", "day") if cells[name])
    return Row(
        f"{cells['state_dept_name']}/{day or '?'}",
        "transitions.csv",
        f"line {number}",
        cells,
        becomes=tuple(("relation", name) for name in becomes),
        **others,
    )


def relation(home, state, *periods, slug, locators=(), **others):
    """Return the document of a relation; each period is level, start, end and how it ended."""
    is_first = home.id < state.id
    return {
        "object": "relation",
        "slug": slug,
        "states": [str(each.id) for each in ((home, state) if is_first else (state, home))],
        "periods": [
            {
                "dimension": "representation_level",
                "direction": "first_to_second" if is_first else "second_to_first",
                "value": level,
                "start": start,
                "end": end,
                "end_status": status,
            }
            for level, start, end, status in periods
        ],
        "identifiers": [{"scheme": "us-missions", "value": state.slug}],
        "citations": [
            {"source": "a-source", "field": "periods", "locator": each, "evidence": "reported"}
            for each in (locators or [state.name])
        ],
        **others,
    }


def codes(rows):
    return [
        ([fault.code for fault in row.faults], [fault.code for fault in row.warnings])
        for row in rows
    ]


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


def test_a_name_that_meant_several_states_is_cut_where_one_followed_the_other(home, folder):
    empire = make_state("Russian Empire", slug="tsars", end="1917")
    StateIdentifier.objects.create(record=empire, scheme="gsh", value="russian-empire-1917")
    union = make_state("Soviet Union", slug="soviet-union", end="1991-12-25")
    russia = make_state("Russia", slug="russia")

    rows, documents = translated(
        folder, "Russia,None,1917,11,,2024-01-01,\nRussia,Embassy,1933,12,13,2024-01-01,\n"
    )

    assert documents == [
        relation(
            home,
            empire,
            ("none", "1917-11", "1917-12-31", "ended"),
            slug="tsars-united-states",
            locators=["Russia"],
        ),
        relation(
            home,
            union,
            ("none", "1918-01-01", "1933-12-12", "ended"),
            ("embassy", "1933-12-13", "1991-12-25", "ended"),
            slug="soviet-union-united-states",
            locators=["Russia"],
        ),
        relation(
            home,
            russia,
            ("embassy", "1991-12-26", None, "ongoing"),
            slug="russia-united-states",
            locators=["Russia"],
        ),
    ]
    assert [row.becomes for row in rows] == [
        (("relation", "us-missions:tsars"), ("relation", "us-missions:soviet-union")),
        (("relation", "us-missions:soviet-union"), ("relation", "us-missions:russia")),
    ]


def test_a_period_ends_with_its_state(home, folder):
    make_state("Ruritania", slug="ruritania", end="1918-10")

    rows, documents = translated(
        folder,
        "Ruritania,Legation,1900,1,1,2024-01-01,\nRuritania,None,1905,1,1,2024-01-01,\n"
        "Ruritania,Embassy,1925,1,1,2024-01-01,\n",
    )

    assert [
        (period["start"], period["end"], period["end_status"]) for period in documents[0]["periods"]
    ] == [
        ("1900-01-01", "1904-12-31", "ended"),
        ("1905-01-01", "1918-10", "ended"),
        ("1925-01-01", None, "unknown"),
    ]
    assert codes(rows) == [([], []), ([], []), ([], ["state_ended"])]


def test_what_is_carried_to_a_state_gives_way_to_the_lines_of_its_own_name(home, folder):
    kingdom = make_state("Kingdom of Serbia", slug="kingdom-of-serbia", end="1918-11-30")
    StateIdentifier.objects.create(record=kingdom, scheme="gsh", value="kingdom-of-serbia-1918")
    make_state("Yugoslavia", slug="yugoslavia", end="1992-04-27")
    both = make_state("Serbia and Montenegro", slug="serbia-and-montenegro", end="2006-06-04")
    serbia = make_state("Serbia", slug="serbia")

    _rows, documents = translated(
        folder,
        "Kingdom of Serbia/Yugoslavia,Embassy,1942,9,29,2024-01-01,\n"
        "Serbia,Embassy,1992,5,21,2024-01-01,\n"
        "Serbia,None,1999,3,23,2024-01-01,\n"
        "Serbia,Embassy,2001,5,,2024-01-01,\n",
    )

    assert documents[1:] == [
        relation(
            home,
            both,
            ("embassy", "1992-04-28", "1992-05-20", "ended"),
            ("embassy", "1992-05-21", "1999-03-22", "ended"),
            ("none", "1999-03-23", "[2001-04-30..2001-05-30]", "ended"),
            ("embassy", "2001-05", "2006-06-04", "ended"),
            slug="serbia-and-montenegro-united-states",
            locators=["Kingdom of Serbia/Yugoslavia", "Serbia"],
        ),
        relation(
            home,
            serbia,
            ("embassy", "2006-06-05", None, "ongoing"),
            slug="serbia-united-states",
        ),
    ]


def test_name_of_a_part_does_not_end_what_holds_for_the_whole(home, folder):
    for slug, end in (("tanganyika-1964", "1964-04-25"), ("zanzibar-1964", "1964-04-25")):
        part = make_state(slug, slug=slug, end=end)
        StateIdentifier.objects.create(record=part, scheme="gsh", value=slug)
    whole = make_state("Tanzania", slug="tanzania")

    rows, documents = translated(
        folder,
        "Tanzania,Embassy,1961,12,9,2024-01-01,\n"
        "Zanzibar,Embassy,1963,12,10,2024-01-01,\n"
        "Zanzibar,Consulate,1964,6,27,2024-01-01,\n",
    )

    assert documents[1] == relation(
        home,
        whole,
        ("embassy", "1964-04-26", None, "ongoing"),
        ("consulate", "1964-06-27", None, "ongoing"),
        slug="tanzania-united-states",
        locators=["Tanzania", "Zanzibar"],
    )
    assert codes(rows) == [([], []), ([], []), ([], ["names_disagree"])]


def test_two_names_that_disagree_about_one_state_are_both_kept_with_a_warning(home, folder):
    make_state("Myanmar", slug="myanmar")

    rows, documents = translated(
        folder, "Burma,Embassy,1947,1,1,2024-01-01,\nMyanmar,None,1950,1,1,2024-01-01,\n"
    )

    assert [period["value"] for period in documents[0]["periods"]] == ["embassy", "none"]
    assert codes(rows) == [([], ["names_disagree"]), ([], ["names_disagree"])]


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


def take(folder):
    batch = ImportBatch.objects.create(file_name="transitions.csv")
    with open_input(folder) as tree:
        found = RecognisedFiles(DATASET, tree)
        result = run(found, ImportOptions(), by=None, batch=batch, progress=lambda *_: None)
    return {name: number for name, number in result.rows.items() if number}


def test_a_relation_that_is_there_takes_the_periods_and_a_second_import_changes_nothing(
    home, folder
):
    state = make_state("Ruritania", slug="ruritania")
    there = Relation(state_a=home, state_b=state, slug="made-at-the-desk")
    there.full_clean()
    there.save()
    lines = "Ruritania,Embassy,1930,1,1,2024-01-01,\nRuritania,None,1940,1,1,2024-01-01,\n"

    _rows, documents = translated(folder, lines)
    first, second = take(folder), take(folder)

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


# Against ranges that are counted day by day

HOME = StateMatch(UUID(int=1), "united-states", "United States")
OTHER = StateMatch(UUID(int=2), "ruritania", "Ruritania")
FIRST, LAST = date(1990, 1, 1), date(1994, 12, 31)
DAYS = [FIRST + timedelta(days=number) for number in range((LAST - FIRST).days + 1)]


@st.composite
def histories(draw):
    """Changes on different days in order, each written to the day, the month or the year, with the day that it was."""
    days = sorted(draw(st.sets(st.sampled_from(DAYS), min_size=1, max_size=8)))
    found = []
    for number, day in enumerate(days):
        parts = draw(st.integers(1, 3))
        level = draw(st.sampled_from(sorted(LEVELS.values())))
        text = "-".join(str(day).split("-")[:parts])
        found.append((day, UncertainDate.parse(text), level, number))
    return found


def ranges_by_hand(history) -> list[list[Any]]:
    """Count through all days, and return each stretch of one level as level, first and last day."""
    on = {day: level for day, _start, level, _number in history}
    found: list[list[Any]] = []
    level = None
    for day in DAYS:
        now = on.get(day, level)
        if now is not None and now == level:
            found[-1][2] = day
        elif now is not None:
            found.append([now, day, day])
        level = now
    return found


def allows(value, day):
    return value.earliest <= day <= value.latest


def before(one, other):
    return one < other


@given(histories())
def test_periods_are_those_that_one_counts_day_by_day(history):
    states = States(
        Crosswalk({match.id: _Known(match, None, None) for match in (HOME, OTHER)}, {}, ()),
        HOME,
        {},
    )
    changes = [
        Change(Line(number, {}), "", str(number), "Ruritania", level, start, verified_on=LAST)
        for _day, start, level, number in history
    ]

    periods = states.periods(changes)

    by_hand = ranges_by_hand(history)
    assert [period.level for period in periods] == [level for level, _first, _last in by_hand]
    for period, (_level, first, last) in zip(periods, by_hand, strict=True):
        assert allows(period.start, first)
        if period is periods[-1]:
            assert (period.end, period.status) == (None, EndStatus.ONGOING)
            continue
        assert period.end is not None
        assert allows(period.end, last)
        assert period.status == EndStatus.ENDED
        assert not before(period.end.earliest, period.start.earliest)
    # Where all is known to the day, so are the periods.
    if all(start.precision == "day" for _day, start, _level, _number in history):
        assert [(period.start.earliest, period.end and period.end.edtf) for period in periods] == [
            (first, None if period is periods[-1] else str(last))
            for period, (_level, first, last) in zip(periods, by_hand, strict=True)
        ]
