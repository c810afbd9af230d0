"""Presidents and vice-presidents of an invented United States, in the shape of executive.yaml."""

from __future__ import annotations

import csv
from datetime import date

import pytest

from imports.dataset import NearMatch, Row
from imports.datasets.us_executive.importer import DATASET, translate_on
from imports.files.tree import open_input
from imports.matching.us_presidents import SCHEMES, TABLE, identifiers_beside
from imports.models import ImportBatch
from imports.options import ImportOptions
from imports.recognise import RecognisedFiles
from imports.run import run
from people.models import OfficeIdentifier, Person, PersonIdentifier, Tenure
from tests.factories.people import make_office, make_person, make_state, make_tenure

TODAY = date(2026, 11, 23)
PRESIDENT = "President of the United States"

LOVAT = """
- id:
    bioguide: L000001
    govtrack: 400001
    wikidata: Q1
    thomas: '01'
  name:
    first: Ada
    middle: Byron
    last: Lovat
    suffix: Jr.
    nickname: Addie
    official_full: Ada B. Lovat
  bio:
    birthday: '1790-12-10'
    gender: F
  terms:
  - type: viceprez
    start: '1829-03-04'
    end: '1831-07-09'
    party: Whig
    how: appointment
  - type: prez
    start: '1831-07-09'
    end: '1833-03-04'
    party: Whig
    how: succession
"""


@pytest.fixture
def country(db):
    return make_state("United States", slug="united-states")


@pytest.fixture
def folder(tmp_path):
    return tmp_path


def translated(folder, text, *, today=TODAY):
    """Return the rows, the documents and the near matches of a file."""
    (folder / "executive.yaml").write_text(text, encoding="utf-8")
    with open_input(folder) as tree:
        assert DATASET.recognises(tree)
        items = list(translate_on(tree, "a-source", today=today))
    return (
        [item for item in items if isinstance(item, Row)],
        [item for item in items if isinstance(item, dict)],
        [item for item in items if isinstance(item, NearMatch)],
    )


def entry(govtrack=400002, name="Ben Uhl", *terms, born="1950-01-02"):
    """Return an entry; a term is type, start, end and how."""
    first, last = name.split(" ")
    lines = [
        f"- id: {{govtrack: {govtrack}}}",
        f"  name: {{first: {first}, last: {last}}}",
        f"  bio: {{birthday: '{born}'}}",
        "  terms:",
    ]
    for kind, start, end, how in terms:
        lines.append(f"  - {{type: {kind}, start: '{start}', end: '{end}', how: {how}}}")
    return "\n".join(lines) + "\n"


def faults(rows):
    return [
        (row.id, [(fault.pointer, fault.code) for fault in row.faults])
        for row in rows
        if row.faults
    ]


def cited(locator):
    return [{"source": "a-source", "locator": locator, "evidence": "reported"}]


def of_kind(documents, kind):
    return [document for document in documents if document["object"] == kind]


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
        "id": {"bioguide": "L000001", "govtrack": 400001, "wikidata": "Q1", "thomas": "01"},
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


# Who is whom

JEFFERSON = LOVAT.replace("L000001", "J000069").replace("400001", "405974")


def identifiers_of(documents):
    (person,) = of_kind(documents, "person")
    return [(each["scheme"], each["value"]) for each in person["identifiers"]], person.get("id")


def test_identifiers_of_other_data_sets_come_along(country, folder):
    _rows, documents, _near = translated(folder, JEFFERSON)

    assert identifiers_of(documents) == (
        [
            ("bioguide", "J000069"),
            ("govtrack", "405974"),
            ("wikidata", "Q1"),
            ("pocom", "jefferson-thomas"),
        ],
        None,
    )


def test_ids_that_lead_to_two_records_keep_to_the_first_and_list_the_other(country, folder):
    first, other = make_person("Lovat"), make_person("A. Lovat")
    PersonIdentifier.objects.create(record=first, scheme="govtrack", value="405974")
    PersonIdentifier.objects.create(record=other, scheme="pocom", value="jefferson-thomas")

    _rows, documents, near = translated(folder, JEFFERSON)

    assert identifiers_of(documents) == (
        [("bioguide", "J000069"), ("govtrack", "405974"), ("wikidata", "Q1")],
        None,
    )
    assert near == [
        NearMatch(
            "person",
            "bioguide:J000069",
            str(other.id),
            0.99,
            "This person is pocom:jefferson-thomas too, which is another record.",
        )
    ]


def test_whoever_of_that_name_held_the_office_that_day_is_the_person(country, folder):
    office = make_office(PRESIDENT, slug="the-presidency", state=country)
    person = make_person("Ada Lovat")
    tenure = make_tenure(person, office, start="1831-07-09", end="1833", end_status="ended")

    _rows, documents, near = translated(folder, LOVAT)

    assert identifiers_of(documents)[1] == str(person.id)
    assert [match.other for match in near] == []
    # The office and the tenure of that day are those that are there.
    assert of_kind(documents, "office")[0]["id"] == str(office.id)
    assert [each.get("id") for each in of_kind(documents, "tenure")] == [None, str(tenure.id)]


def test_holder_without_dates_is_near_and_not_the_person(country, folder):
    office = make_office(PRESIDENT, slug="the-presidency", state=country)
    person = make_person("Ada Lovat")
    make_tenure(person, office)

    _rows, documents, near = translated(folder, LOVAT)

    assert identifiers_of(documents)[1] is None
    assert [(match.kind, match.name, match.other) for match in near] == [
        ("person", "bioguide:L000001", str(person.id))
    ]


def test_term_of_somebody_who_is_known_to_have_held_the_office_all_that_time_is_skipped(
    country, folder
):
    office = make_office(PRESIDENT, slug="the-presidency", state=country)
    OfficeIdentifier.objects.create(record=office, scheme="us-office", value="president")
    person = make_person("Ada Lovat")
    PersonIdentifier.objects.create(record=person, scheme="bioguide", value="L000001")
    make_tenure(
        person, office, slug="both-terms", start="1829-03-04", end="1837-03-04", end_status="ended"
    )

    rows, documents, _near = translated(folder, LOVAT)

    assert [row.skipped for row in rows] == [
        "",
        "",
        "The tenure both-terms has the whole of this term already.",
    ]
    assert rows[2].becomes == ()
    assert [each["office"] for each in of_kind(documents, "tenure")] == ["us-office:vice-president"]
    assert "id" not in of_kind(documents, "office")[0]


def test_the_table_of_ids_names_each_person_once():
    with TABLE.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    ids = [
        (scheme, value)
        for row in rows
        for scheme in SCHEMES
        for value in filter(None, row[scheme].split("|"))
    ]

    assert len(set(ids)) == len(ids)
    assert [row["name"] for row in rows if not (row["govtrack"] and row["pocom"])] == []
    for each in ids:
        assert each in identifiers_beside(*each)
    assert identifiers_beside("pocom", "buren-martin-van") == identifiers_beside(
        "pocom", "van-buren-martin"
    )
    assert identifiers_beside("pocom", "nobody") == ()


def take(folder):
    batch = ImportBatch.objects.create(file_name="executive.yaml")
    with open_input(folder) as tree:
        result = run(
            RecognisedFiles(DATASET, tree),
            ImportOptions(),
            by=None,
            batch=batch,
            progress=lambda *_: None,
        )
    return {name: number for name, number in result.rows.items() if number}


def test_person_is_one_whichever_data_set_came_first_and_a_second_import_changes_nothing(
    country, folder, monkeypatch
):
    person = make_person("Thomas Jefferson")
    PersonIdentifier.objects.create(record=person, scheme="pocom", value="jefferson-thomas")
    translated(folder, JEFFERSON)

    first, second = take(folder), take(folder)

    assert (first["updated"], first["created"]) == (1, 2)
    assert second == {"unchanged": 3}
    assert Person.objects.get().identifiers.count() == 4
    assert [
        (tenure.start.edtf, tenure.end.edtf) for tenure in Tenure.objects.order_by("start_earliest")
    ] == [("1829-03-04", "1831-07-09"), ("1831-07-09", "1833-03-04")]


def test_terms_are_told_as_of_today(country, folder, monkeypatch):
    text = entry(400002, "Ben Uhl", ("prez", "2025-01-20", "2029-01-20", "election"))
    (folder / "executive.yaml").write_text(text)
    monkeypatch.setattr(
        "imports.datasets.us_executive.importer.timezone.localdate", lambda: date(2030, 1, 1)
    )

    with open_input(folder) as tree:
        documents = [item for item in DATASET.translate(tree, "a-source") if isinstance(item, dict)]

    assert [each["end_status"] for each in of_kind(documents, "tenure")] == ["ended"]
