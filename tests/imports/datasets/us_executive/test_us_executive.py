"""The file of presidents and vice-presidents."""

from __future__ import annotations

from datetime import date

import pytest

from imports.dataset import Row
from imports.datasets.us_executive.importer import DATASET
from imports.files.opening import open_input
from tests.imports.datasets.us_executive.executive_files import (
    LOVAT,
    cited,
    entry,
    faults,
    of_kind,
    translated,
)


def test_an_entry_becomes_a_person_with_tenures_of_offices_that_other_data_sets_name(
    country, folder
):
    rows, documents, near = translated(folder, LOVAT)

    assert documents == [
        {
            "object": "office",
            "slug": "president-of-the-united-states",
            "title": "President of the United States",
            "state": "united-states",
            "classification": "head_of_state",
            "seats": 1,
            "identifiers": [{"scheme": "us-office", "value": "president"}],
            "citations": cited("President of the United States"),
        },
        {
            "object": "office",
            "slug": "vice-president-of-the-united-states",
            "title": "Vice President of the United States",
            "state": "united-states",
            "classification": "deputy_head_of_government",
            "seats": 1,
            "identifiers": [{"scheme": "us-office", "value": "vice-president"}],
            "citations": cited("Vice President of the United States"),
        },
        {
            "object": "person",
            "slug": "ada-byron-lovat-jr",
            "name": "Ada Byron Lovat, Jr.",
            "given_name": "Ada Byron",
            "family_name": "Lovat",
            "sort_name": "Lovat, Ada Byron, Jr.",
            "identifiers": [
                {"scheme": "bioguide", "value": "L000001"},
                {"scheme": "govtrack", "value": "400001"},
                {"scheme": "wikidata", "value": "Q1"},
            ],
            "names": [
                {"name": "Ada B. Lovat", "kind": "alias", "language": "en"},
                {"name": "Addie Lovat", "kind": "alias", "language": "en"},
            ],
            "birth": "1790-12-10",
            "citations": cited("bioguide:L000001"),
        },
        {
            "object": "tenure",
            "slug": "ada-byron-lovat-jr-vice-president-1829-03-04",
            "person": "bioguide:L000001",
            "office": "us-office:vice-president",
            "start": "1829-03-04",
            "end": "1831-07-09",
            "end_status": "ended",
            "kind": "substantive",
            "milestones": [{"kind": "appointed", "note": "Party: Whig."}],
            "identifiers": [
                {"scheme": "us-executive-term", "value": "L000001/viceprez/1829-03-04"}
            ],
            "citations": cited("L000001/viceprez/1829-03-04"),
        },
        {
            "object": "tenure",
            "slug": "ada-byron-lovat-jr-president-1831-07-09",
            "person": "bioguide:L000001",
            "office": "us-office:president",
            "start": "1831-07-09",
            "end": "1833-03-04",
            "end_status": "ended",
            "kind": "substantive",
            "milestones": [
                {"kind": "other", "note": "Came into office by succession. Party: Whig."}
            ],
            "identifiers": [{"scheme": "us-executive-term", "value": "L000001/prez/1831-07-09"}],
            "citations": cited("L000001/prez/1831-07-09"),
        },
    ]
    person = {
        "id": {"bioguide": "L000001", "govtrack": "400001", "wikidata": "Q1", "thomas": "01"},
        "name": {
            "first": "Ada",
            "middle": "Byron",
            "last": "Lovat",
            "suffix": "Jr.",
            "nickname": "Addie",
            "official_full": "Ada B. Lovat",
        },
        "bio": {"birthday": "1790-12-10", "gender": "F"},
    }
    terms = [
        ("viceprez", "vice-president", "1829-03-04", "1831-07-09", "appointment"),
        ("prez", "president", "1831-07-09", "1833-03-04", "succession"),
    ]
    assert rows == [
        Row(
            "L000001",
            "executive.yaml",
            "L000001",
            person,
            becomes=(("person", "bioguide:L000001"),),
        ),
        *(
            Row(
                f"L000001/{kind}/{start}",
                "executive.yaml",
                f"L000001 {kind} {start}",
                {"type": kind, "start": start, "end": end, "party": "Whig", "how": how},
                becomes=(
                    ("office", f"us-office:{office}"),
                    ("tenure", f"us-executive-term:L000001/{kind}/{start}"),
                ),
            )
            for kind, office, start, end, how in terms
        ),
    ]
    assert near == []


@pytest.mark.parametrize(
    ("today", "expected"),
    [
        # still to begin
        ("2025-01-19", (None, None, "unknown", "elect", ["Scheduled start of term", "Scheduled end of term"])),
        ("2025-01-20", ("2025-01-20", None, "ongoing", "substantive", ["Scheduled end of term"])),
        ("2029-01-19", ("2025-01-20", None, "ongoing", "substantive", ["Scheduled end of term"])),
        ("2029-01-20", ("2025-01-20", "2029-01-20", "ended", "substantive", [])),
    ],
)  # fmt: skip
def test_what_is_to_come_is_scheduled_and_not_past(country, folder, today, expected):
    _rows, documents, _near = translated(
        folder,
        entry(400002, "Ben Uhl", ("prez", "2025-01-20", "2029-01-20", "election")),
        today=date.fromisoformat(today),
    )

    (tenure,) = of_kind(documents, "tenure")
    elected, *scheduled = tenure["milestones"]
    assert elected == {"kind": "elected", "note": ""}
    assert (
        tenure["start"],
        tenure["end"],
        tenure["end_status"],
        tenure["kind"],
        [milestone["note"] for milestone in scheduled],
    ) == expected
    days = {"Scheduled start of term": "2025-01-20", "Scheduled end of term": "2029-01-20"}
    assert [(each["kind"], each["date"]) for each in scheduled] == [
        ("other", days[each["note"]]) for each in scheduled
    ]


def test_end_that_is_not_given_is_unknown(country, folder):
    _rows, documents, _near = translated(
        folder, entry(400002, "Ben Uhl", ("prez", "1901-03-04", "", "election"))
    )

    (tenure,) = of_kind(documents, "tenure")
    assert (tenure["end"], tenure["end_status"]) == (None, "unknown")


def test_a_bad_term_is_rejected_alone_and_a_bad_person_with_all_terms(country, folder):
    rows, documents, _near = translated(
        folder,
        entry(
            400002,
            "Ben Uhl",
            ("prez", "1901-03-04", "1905-03-04", "election"),
            ("king", "1905-03-04", "1909-03-04", "election"),
            ("prez", "1909-13-04", "1913-03-04", "election"),
            ("prez", "1917-03-04", "1913-03-04", "election"),
            ("prez", "", "1913-03-04", "election"),
        )
        + entry(400003, "Cyd Ohm", ("prez", "1921-03-04", "1925-03-04", "x"), born="1950-30-30")
        + "- name: {first: No, last: Body}\n  terms: [{type: prez, start: '1933-03-04'}]\n"
        + "- id: {govtrack: 5}\n  name: {}\n"
        + "- words\n"
        + "- id: {govtrack: 6}\n  name: {first: Dee, last: Zak}\n  terms: words\n",
    )

    assert faults(rows) == [
        ("400002/king/1905-03-04", [("/type", "unknown_value")]),
        ("400002/prez/1909-13-04", [("/start", "bad_date")]),
        ("400002/prez/1917-03-04", [("/end", "ends_before_start")]),
        ("400002/#5", [("/start", "required")]),
        ("400003", [("/bio/birthday", "bad_date")]),
        ("400003/prez/1921-03-04", [("", "rejected_person")]),
        ("executive.yaml#3", [("/id", "required")]),
        ("executive.yaml#3/prez/1933-03-04", [("", "rejected_person")]),
        ("5", [("/name", "required")]),
        ("executive.yaml#5", [("", "wrong_type")]),
        ("6", [("/terms", "wrong_type")]),
    ]
    assert [(each["object"], each["slug"]) for each in documents] == [
        ("office", "president-of-the-united-states"),
        ("person", "ben-uhl"),
        ("tenure", "ben-uhl-president-1901-03-04"),
    ]
    assert {row.becomes for row in rows if row.faults} == {()}


def test_what_stands_twice_is_skipped_or_rejected_as_it_agrees(country, folder):
    uhl = entry(400002, "Ben Uhl", ("prez", "1901-03-04", "1905-03-04", "election"))
    other = uhl.replace("Ben", "Benjamin").replace("1905", "1909")

    rows, documents, _near = translated(folder, uhl + uhl + other)

    assert [(row.id, bool(row.skipped), [fault.code for fault in row.faults]) for row in rows] == [
        ("400002", False, []),
        ("400002/prez/1901-03-04", False, []),
        ("400002/2", True, []),
        ("400002/prez/1901-03-04/2", True, []),
        ("400002/3", False, ["duplicate"]),
        ("400002/prez/1901-03-04/3", False, ["duplicate"]),
    ]
    assert len(documents) == 3


@pytest.mark.parametrize(
    ("text", "place", "code"),
    [
        ("- type: prez\n  a: [1\n", "line 3", "yaml"),
        ("type: prez\n", "executive.yaml", "wrong_type"),
        ("- &a\n  type: prez\n", "line 1", "alias"),
    ],
)
def test_a_file_that_cannot_be_read_is_one_rejected_row(country, folder, text, place, code):
    rows, documents, _near = translated(folder, text)

    assert documents == []
    assert [(row.id, row.place, [fault.code for fault in row.faults]) for row in rows] == [
        ("executive.yaml", place, [code])
    ]


def test_a_file_about_legislators_is_not_taken_for_it(folder):
    (folder / "legislators.yaml").write_text("- id: {govtrack: 1}\n  terms:\n  - type: rep\n")

    with open_input(folder) as tree:
        assert not DATASET.recognises(tree)


def test_terms_are_as_of_today(country, folder, monkeypatch):
    text = entry(400002, "Ben Uhl", ("prez", "2025-01-20", "2029-01-20", "election"))
    (folder / "executive.yaml").write_text(text)
    monkeypatch.setattr(
        "imports.datasets.us_executive.importer.timezone.localdate", lambda: date(2030, 1, 1)
    )

    with open_input(folder) as tree:
        documents = [item for item in DATASET.translate(tree, "a-source") if isinstance(item, dict)]

    assert [each["end_status"] for each in of_kind(documents, "tenure")] == ["ended"]
