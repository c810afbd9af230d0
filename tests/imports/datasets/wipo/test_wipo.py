"""The table of parties to WIPO treaties, with invented lines in its shape."""

from __future__ import annotations

import csv

import orjson
import pytest

from agreements.models import Agreement, AgreementEdition, AgreementForm
from config.dates.values import UncertainDate
from imports.dataset import NearMatch, Row
from imports.datasets.wipo.files import COLUMNS
from imports.datasets.wipo.importer import DATASET
from imports.datasets.wipo.treaties import TABLE, treaty_called
from imports.files.opening import open_input
from people.models import Organization, OrganizationName
from tests.factories.people import make_organization, make_state
from tests.factories.records import publish_whole
from tests.imports.datasets.importing import import_folder

HEADER = ",".join(COLUMNS) + "\n"
EU = "European Union (EU)"


@pytest.fixture
def ruritania(db):
    return make_state("Ruritania", slug="ruritania")


def translated(folder, lines):
    """Return the rows, the documents and the near matches of a table."""
    (folder / "memberships.csv").write_text(HEADER + lines, encoding="utf-8")
    with open_input(folder) as tree:
        assert DATASET.recognises(tree)
        items = list(DATASET.translate(tree, "a-source"))
    return (
        [item for item in items if isinstance(item, Row)],
        [item for item in items if isinstance(item, dict)],
        [item for item in items if isinstance(item, NearMatch)],
    )


def codes(rows):
    return [
        ([fault.code for fault in row.faults], [fault.code for fault in row.warnings])
        for row in rows
    ]


def acts(document):
    return [
        (action["kind"], action["date"], action.get("instrument"))
        for action in document["actions"]
        if "party" in action
    ]


def test_lines_of_a_treaty_become_one_agreement(ruritania, tmp_path):
    strelsau = make_state("Strelsau", slug="strelsau")
    state, other = ({"object": "state", "ref": str(each.id)} for each in (ruritania, strelsau))
    union = {"object": "organization", "ref": "wipo-party:European Union"}
    lines = [
        "Ruritania,Berne,1886-09-09,Ratification,1887-09-05,1887-12-05",
        "Strelsau,Berne,1886-09-09,,,",
        f"{EU},Berne,,Accession,2009-12-14,2010-03-14",
    ]

    rows, documents, near = translated(tmp_path, "\n".join(lines))

    assert documents == [
        {
            "object": "organization",
            "slug": "european-union",
            "name": "European Union",
            "classification": "igo",
            "names": [{"name": "EU", "kind": "alias"}],
            "identifiers": [{"scheme": "wipo-party", "value": "European Union"}],
            "citations": [{"source": "a-source", "locator": EU, "evidence": "reported"}],
        },
        {
            "object": "agreement",
            "slug": "berne-convention",
            "title": "Berne Convention for the Protection of Literary and Artistic Works",
            "short_title": "Berne Convention",
            "form": "convention",
            "legal_character": "treaty_binding",
            "laterality": "multilateral",
            "identifiers": [{"scheme": "wipo-treaty", "value": "Berne"}],
            "parties": [
                {"party": state, "role": "contracting"},
                {"party": other, "role": "signatory"},
                {"party": union, "role": "contracting"},
            ],
            "actions": [
                {"kind": "adoption", "date": "1886-09-09"},
                {"kind": "signature", "party": state, "date": "1886-09-09"},
                {"kind": "ratification", "party": state, "date": "1887-09-05"},
                {"kind": "entry_into_force", "party": state, "date": "1887-12-05"},
                {"kind": "signature", "party": other, "date": "1886-09-09"},
                {"kind": "accession", "party": union, "date": "2009-12-14"},
                {"kind": "entry_into_force", "party": union, "date": "2010-03-14"},
            ],
            "citations": [{"source": "a-source", "locator": "Berne", "evidence": "reported"}],
        },
    ]
    berne = ("agreement", "wipo-treaty:Berne")
    assert rows == [
        Row(
            f"Berne/{line.split(',')[0]}",
            "memberships.csv",
            f"line {number}",
            dict(zip(COLUMNS, line.split(","), strict=True)),
            becomes=(berne, ("organization", "wipo-party:European Union"))
            if line.startswith("European")
            else (berne,),
        )
        for number, line in enumerate(lines, start=2)
    ]
    assert near == []


@pytest.mark.parametrize(
    ("instrument", "act", "kept"),
    [
        ("Ratification", "ratification", None),
        ("accession", "accession", None),
        ("Acceptance", "acceptance", None),
        ("Approval", "approval", None),
        ("Succession", "succession", None),
        (
            "Declaration of Continued Application",
            "succession",
            "Declaration of Continued Application",
        ),
        (
            "Declaration/Notification of Succession",
            "succession",
            "Declaration/Notification of Succession",
        ),
    ],
)
def test_instrument_is_an_act_and_kept_in_words_where_it_says_more(
    ruritania, tmp_path, instrument, act, kept
):
    _rows, documents, _near = translated(
        tmp_path, f"Ruritania,Paris,,{instrument},1962-05-08,1962-08-15\n"
    )

    assert acts(documents[0]) == [
        (act, "1962-05-08", kept),
        ("entry_into_force", "1962-08-15", None),
    ]


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        (",Accession,1962-05-08,1960-08-15", ["in_force_before_instrument"]),
        ("1961-01-01,Ratification,1962-05-08,1960-08-15", ["in_force_before_instrument", "in_force_before_signature"]),
        ("1963-01-01,Ratification,1962-05-08,1964-08-15", ["instrument_before_signature"]),
        (",,,1960-08-15", ["no_instrument"]),
        (",Accession,,1960-08-15", ["no_date"]),
        (",Accession,1962-05-08,", []),
    ],
)  # fmt: skip
def test_odd_days_are_kept_with_a_warning(ruritania, tmp_path, days, expected):
    rows, documents, _near = translated(tmp_path, f"Ruritania,Paris,{days}\n")

    assert codes(rows) == [([], expected)]
    given = [day for day in days.split(",") if day[:1].isdigit()]
    assert [day for _kind, day, _instrument in acts(documents[0]) if day] == given


def test_a_bad_line_is_rejected_alone(ruritania, tmp_path):
    lines = (
        "Nowhere,Paris,,Accession,1962-05-08,1962-08-15\n"
        "Ruritania,Rome,,Accession,1962-05-08,15 August 1962\n"
        "Ruritania,Berne,,Acession,1962-05-08,1962-08-15\n"
        "Ruritania,Nairobi,,,1962-05-08,1962-08-15\n"
        "Ruritania,Madrid,,,,\n"
        ",Madrid,,Accession,1962-05-08,\n"
        "Ruritania,,,Accession,1962-05-08,\n"
        "Ruritania,Beijing,,Accession\n"
        "Ruritania,Paris,,Accession,1962-05-08,1962-08-15\n"
    )

    rows, documents, _near = translated(tmp_path, lines)

    assert [document["title"] for document in documents] == [
        "Paris Convention for the Protection of Industrial Property"
    ]
    assert [
        (row.place, [(fault.pointer, fault.code, fault.suggestion) for fault in row.faults])
        for row in rows
    ] == [
        ("line 2", [("/Contracting Party", "unknown_state", None)]),
        ("line 3", [("/Entry Into Force Date", "bad_date", None)]),
        ("line 4", [("/Instrument Type", "unknown_value", "Accession")]),
        ("line 5", [("/Instrument Type", "required", None)]),
        ("line 6", [("", "no_act", None)]),
        ("line 7", [("/Contracting Party", "required", None)]),
        ("line 8", [("/Treaty", "required", None)]),
        ("line 9", [("", "ragged_row", None)]),
        ("line 10", []),
    ]
    assert [len(row.becomes) for row in rows] == [0] * 8 + [1]


def test_a_party_that_comes_twice_is_skipped_or_rejected_as_it_agrees(db, tmp_path):
    make_state("Czechia", slug="czechia")
    line = "Czechia,Rome,,Succession,1993-09-30,1993-01-01\n"

    rows, documents, _near = translated(
        tmp_path, line + line + line.replace("Czechia", "Czech Republic")
    )

    assert [(row.id, bool(row.skipped), [fault.code for fault in row.faults]) for row in rows] == [
        ("Rome/Czechia", False, []),
        ("Rome/Czechia/2", True, []),
        ("Rome/Czech Republic", False, ["duplicate"]),
    ]
    assert len(documents[0]["parties"]) == 1


def test_a_name_means_the_party_of_today(db, tmp_path):
    make_state("Yemen", slug="north-yemen", end="1990-05-22")
    today = make_state("Yemen", slug="yemen", start="1990-05-22")

    _rows, documents, _near = translated(tmp_path, "Yemen,Paris,,Accession,1965-01-01,\n")

    assert [party["party"]["ref"] for party in documents[0]["parties"]] == [str(today.id)]


def test_treaty_without_facts_is_made_of_its_name_with_one_warning(ruritania, tmp_path):
    make_state("Strelsau", slug="strelsau")

    rows, documents, _near = translated(
        tmp_path,
        "Ruritania,Zenda Convention on Crowns,,Accession,1962-05-08,\n"
        "Strelsau,Zenda Convention on Crowns,,Accession,1962-05-08,\n",
    )

    document = documents[0]
    assert {name: document.get(name) for name in ("title", "short_title", "form", "slug")} == {
        "title": "Zenda Convention on Crowns",
        "short_title": None,
        "form": "convention",
        "slug": "zenda-convention-on-crowns",
    }
    assert document["actions"][0]["kind"] == "accession"
    assert codes(rows) == [([], ["unknown_treaty"]), ([], [])]


@pytest.mark.parametrize(
    ("name", "known_as"),
    [
        ("Berne", "Berne"),
        ("Berne Convention", "Berne"),
        ("WCT", "WIPO Copyright Treaty (WCT)"),
        ("Madrid Agreement (Indications of Source)", "Madrid"),
        ("Marrakesh VIP Treaty", "Marrakesh"),
    ],
)
def test_treaty_is_known_by_all_its_names(name, known_as):
    assert treaty_called(name).name == known_as


def test_the_facts_about_treaties_can_be_read_and_name_each_treaty_once():
    with TABLE.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    names = [
        name for row in rows for name in (row["name"], *filter(None, row["other_names"].split("|")))
    ]

    assert len({name.lower() for name in names}) == len(names)
    assert {row["form"] for row in rows} <= set(AgreementForm.values)
    assert [row["name"] for row in rows if not UncertainDate.parse(row["adopted"])] == []
    assert [row["name"] for row in rows if treaty_called(row["title"]).title != row["title"]] == []


def test_organization_that_is_there_is_taken_by_its_name(db, tmp_path):
    there = make_organization("Union of Europe", classification="igo")
    OrganizationName.objects.create(record=there, name="European Union", kind="official")

    _rows, documents, near = translated(tmp_path, f"{EU},Paris,,Accession,1962-05-08,\n")

    assert documents[0]["id"] == str(there.id)
    assert near == []


def test_of_two_organizations_with_its_name_none_is_taken(db, tmp_path):
    two = [make_organization("European Union", slug=f"eu-{number}") for number in (1, 2)]

    _rows, documents, near = translated(tmp_path, f"{EU},Paris,,Accession,1962-05-08,\n")

    assert "id" not in documents[0]
    assert [(match.kind, match.name) for match in near] == [
        ("organization", "wipo-party:European Union")
    ] * 2
    assert {match.other for match in near} == {str(each.id) for each in two}


def test_a_table_that_cannot_be_read_to_its_end_is_one_rejected_row(ruritania, tmp_path):
    rows, documents, _near = translated(
        tmp_path, 'Ruritania,Paris,,Accession,1962-05-08,\nRuritania,Rome,,"Acc" x,,\n'
    )

    assert documents == []
    assert [(row.id, row.place, codes([row])) for row in rows] == [
        ("memberships.csv", "line 3", [(["quotes"], [])])
    ]


def test_status_of_each_party_follows_and_a_second_import_changes_nothing(ruritania, tmp_path):
    publish_whole(ruritania, make_state("Strelsau", slug="strelsau"))
    translated(
        tmp_path,
        "Ruritania,Rome,1961-10-26,Ratification,1963-05-08,1964-05-18\n"
        "Strelsau,Rome,1961-10-26,,,\n"
        f"{EU},Rome,,Accession,2009-12-14,\n",
    )

    first, second = (
        import_folder(DATASET, tmp_path, publishes=True),
        import_folder(DATASET, tmp_path, publishes=True),
    )

    assert (first, second) == ({"created": 3}, {"unchanged": 3})
    assert Agreement.objects.get().slug == "rome-convention"
    document = orjson.loads(AgreementEdition.objects.current().get().document)
    assert document["status"]["value"] == "in_force"
    assert [party["status"]["value"] for party in document["parties"]] == [
        "in_force",
        "signatory",
        "bound",
    ]
    assert Organization.objects.get().identifiers.get().value == "European Union"
    assert document["status"]["since"]["edtf"] == "1964-05-18"
