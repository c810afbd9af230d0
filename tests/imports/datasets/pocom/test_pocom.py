"""The register of principal officers as a whole, with small invented files in its shape."""

from __future__ import annotations

import pytest

from imports.datasets.pocom.importer import DATASET
from imports.files.opening import open_input
from imports.files.tree import InputError
from people.models import Organization, Tenure
from records.publishing.publish import publish
from tests.factories.people import (
    make_state,
)
from tests.imports.datasets.importing import import_folder
from tests.imports.datasets.pocom.files import (
    appointment,
    citation,
    codes,
    group,
    in_ruritania,
    mission,
    mission_note,
    organization_mission,
    person,
    translated,
    write,
)
from tests.imports.datasets.pocom.secretaries import secretary

AMBASSADOR_TITLE = "Ambassador Extraordinary and Plenipotentiary of the United States to Ruritania"


AMBASSADOR_SLUG = "ambassador-extraordinary-and-plenipotentiary-of-the-united-states-to-ruritania"


def test_an_appointment_becomes_a_tenure_of_the_one_office_for_state_and_title(
    home, ruritania, tmp_path
):
    files = in_ruritania(
        appointment(
            "rr-1893-rass-01",
            appointed="1893-06-01",
            started="1893-08-02",
            ended=("Left post on or before", "1895-03"),
            note="Commissioned during a recess of the Senate; recommissioned on January 9, 1894, after confirmation.",
        ),
        appointment("rr-1896-rass-01", appointed="1896-06-01", started="1896-08-02"),
    )

    rows, documents, _near = translated(tmp_path, files)

    assert documents["office", AMBASSADOR_SLUG] == {
        "object": "office",
        "slug": AMBASSADOR_SLUG,
        "identifiers": [{"scheme": "pocom-office", "value": "ruritania/ambassador-e-p"}],
        "title": AMBASSADOR_TITLE,
        "state": str(home.pk),
        "classification": "head_of_mission",
        "mission_class": "ambassador",
        "accredited_to": [str(ruritania.pk)],
        "citations": citation("missions-countries/ruritania.xml, ambassador-e-p"),
    }
    assert documents["tenure", "rassendyll-rudolf-ruritania-ambassador-e-p-1893"] == {
        "object": "tenure",
        "slug": "rassendyll-rudolf-ruritania-ambassador-e-p-1893",
        "identifiers": [{"scheme": "pocom-appointment", "value": "rr-1893-rass-01"}],
        "person": "pocom:rassendyll-rudolf",
        "office": "pocom-office:ruritania/ambassador-e-p",
        "kind": "substantive",
        "start": "1893-08-02",
        "end": {"edtf": "[..1895-03]", "text": "Left post on or before 1895-03"},
        "end_status": "ended",
        "end_reason": None,
        "milestones": [
            {"kind": "appointed", "date": "1893-06-01"},
            {"kind": "credentials_presented", "date": "1893-08-02"},
            {
                "kind": "left_post",
                "date": {"edtf": "[..1895-03]", "text": "Left post on or before 1895-03"},
            },
            {
                "kind": "appointed",
                "date": "1894-01-09",
                "note": "Commissioned during a recess of the Senate; recommissioned on January 9, 1894, after confirmation.",
            },
        ],
        "citations": citation("missions-countries/ruritania.xml, rr-1893-rass-01"),
    }
    assert documents["tenure", "rassendyll-rudolf-ruritania-ambassador-e-p-1896"] == {
        "object": "tenure",
        "slug": "rassendyll-rudolf-ruritania-ambassador-e-p-1896",
        "identifiers": [{"scheme": "pocom-appointment", "value": "rr-1896-rass-01"}],
        "person": "pocom:rassendyll-rudolf",
        "office": "pocom-office:ruritania/ambassador-e-p",
        "kind": "substantive",
        "start": "1896-08-02",
        "end": None,
        "end_status": "unknown",
        "end_reason": None,
        "milestones": [
            {"kind": "appointed", "date": "1896-06-01"},
            {"kind": "credentials_presented", "date": "1896-08-02"},
        ],
        "citations": citation("missions-countries/ruritania.xml, rr-1896-rass-01"),
    }
    office = ("office", "pocom-office:ruritania/ambassador-e-p")
    assert {key: row.becomes for key, row in rows.items()} == {
        "person:rassendyll-rudolf": (("person", "pocom:rassendyll-rudolf"),),
        "role:ambassador-e-p": (office,),
        "country:ruritania": (office,),
        "appointment:rr-1893-rass-01": (office, ("tenure", "pocom-appointment:rr-1893-rass-01")),
        "appointment:rr-1896-rass-01": (office, ("tenure", "pocom-appointment:rr-1896-rass-01")),
    }


def test_the_state_is_the_one_of_the_day_and_an_unknown_one_rejects_the_row(
    home, ruritania, tmp_path
):
    make_state("Soviet Union", slug="soviet-union", end="1991-12-25")
    make_state("Georgia", slug="georgia")
    files = in_ruritania(
        appointment("xx-1950-rass-01", territory="georgia", started="1950-01-01"),
        appointment("xx-1995-rass-01", territory="georgia", started="1995-01-01"),
        appointment("xx-1960-rass-01", territory="georgia", note="Nomination withdrawn."),
        appointment("xx-1901-rass-01", territory="zenda", started="1901-01-01"),
    )

    rows, documents, _near = translated(tmp_path, files)

    assert [
        document["office"] for (kind, _), document in documents.items() if kind == "tenure"
    ] == [
        "pocom-office:soviet-union/ambassador-e-p",
        "pocom-office:georgia/ambassador-e-p",
        "pocom-office:soviet-union/ambassador-e-p",
    ]
    rejected = rows["appointment:xx-1901-rass-01"]
    assert (rejected.becomes, [(fault.pointer, fault.code) for fault in rejected.faults]) == (
        (),
        [("/contemporary-territory-id", "unknown_state")],
    )


def test_each_appointment_of_a_group_names_the_others_and_the_residence(home, ruritania, tmp_path):
    make_state("Zenda", slug="zenda")
    files = in_ruritania(
        appointment("rr-1893-rass-01", started="1893-08-02"),
        appointment("ze-1893-rass-01", territory="zenda", started="1893-08-02"),
    )
    files["concurrent-appointments/1893-rass-01.xml"] = group(
        "1893-rass-01",
        "rr-1893-rass-01",
        "ze-1893-rass-01",
        "xx-1893-rass-01",
        locale="new-strelsau_rr",
    )
    files["concurrent-appointments/1894-rass-01.xml"] = group("1894-rass-01", "xx-1894-rass-01")

    rows, documents, _near = translated(tmp_path, files)

    notes = [
        document["milestones"][-1] for (kind, _), document in documents.items() if kind == "tenure"
    ]
    assert notes == [
        {
            "kind": "other",
            "note": f"Also accredited to {other} and another by xx-1893-rass-01, which is not here; "
            "resident at New Strelsau in Ruritania.",
        }
        for other in ("Zenda", "Ruritania")
    ]
    row = rows["concurrent:1893-rass-01"]
    assert (row.becomes, codes(row)) == (
        (
            ("tenure", "pocom-appointment:rr-1893-rass-01"),
            ("tenure", "pocom-appointment:ze-1893-rass-01"),
        ),
        ["unknown_reference"],
    )
    assert rows["concurrent:1894-rass-01"].skipped == "None of its appointments is here."


def test_a_note_between_chiefs_is_a_statement_about_the_two_states_of_its_day(
    home, ruritania, tmp_path
):
    union = make_state("Soviet Union", slug="soviet-union", end="1991-12-25")
    make_state("Georgia", slug="georgia")
    content = mission(
        appointment("ge-1995-rass-01", territory="georgia", started="1995-01-01"),
        mission_note("The mission closed on May 1, 1950."),
        territory="georgia",
    )

    rows, documents, _near = translated(tmp_path, {"missions-countries/georgia.xml": content})

    assert documents["statement", "note-on-us-mission-georgia-1"] == {
        "object": "statement",
        "slug": "note-on-us-mission-georgia-1",
        "identifiers": [{"scheme": "pocom-note", "value": "georgia/1"}],
        "kind": "claim",
        "speaker_as_given": "Office of the Historian, US Department of State",
        "language": "en",
        "text": "The mission closed on May 1, 1950.",
        "about": [
            {"object": "state", "ref": str(home.pk)},
            {"object": "state", "ref": str(union.pk)},
        ],
        "citations": citation("missions-countries/georgia.xml, georgia/1"),
    }
    assert rows["note:georgia/1"].becomes == (("statement", "pocom-note:georgia/1"),)


def test_a_second_appointment_with_the_same_id_is_one_of_its_own_and_a_second_file_is_none(
    home, ruritania, tmp_path
):
    first = appointment("rr-1893-rass-01", started="1893-08-02", ended="1894-01-01")
    files = in_ruritania(
        first,
        first,
        appointment("rr-1893-rass-01", started="1896-08-02"),
        appointment("rr-1893-rass-01", started="1899-08-02"),
    )
    files["people/s/again.xml"] = person("rassendyll-rudolf", "Ralph")

    rows, documents, _near = translated(tmp_path, files)

    told = [row for row in rows.values() if row.id.startswith("appointment")]
    assert [(row.id, row.becomes[1:], codes(row)) for row in told] == [
        ("appointment:rr-1893-rass-01", (("tenure", "pocom-appointment:rr-1893-rass-01"),), []),
        ("appointment:rr-1893-rass-01~ruritania", (), []),
        (
            "appointment:rr-1893-rass-01~ruritania~2",
            (("tenure", "pocom-appointment:rr-1893-rass-01~ruritania~2"),),
            ["duplicate_id"],
        ),
        (
            "appointment:rr-1893-rass-01~ruritania~3",
            (("tenure", "pocom-appointment:rr-1893-rass-01~ruritania~3"),),
            ["duplicate_id"],
        ),
    ]
    assert [row.skipped for row in told if row.skipped] == [
        "missions-countries/ruritania.xml has appointment:rr-1893-rass-01 too, and says the same."
    ]
    assert [fault.code for fault in rows["person:rassendyll-rudolf~again"].faults] == ["duplicate"]
    assert documents["person", "rassendyll-rudolf"]["given_name"] == "Rudolf"


def test_what_is_missing_unknown_or_no_xml_is_reported_row_by_row(home, ruritania, tmp_path):
    files = in_ruritania(
        "<chief/>",
        appointment("rr-1893-rass-01", started="1893-08-02", more="<rank>Captain</rank>"),
        appointment("rr-1894-rass-01", role="grand-falconer", started="1895-08-02"),
    ) | {
        "people/a/empty.xml": "<person/>",
        "people/a/broken.xml": "<person>",
        "people/a/other.xml": "<animal/>",
        "missions-countries/empty.xml": "<country-mission/>",
        "positions-principals/empty.xml": "<principal-position/>",
        "missions-orgs/empty.xml": "<org-mission><id>to-nobody</id></org-mission>",
        "concurrent-appointments/empty.xml": "<concurrent-appointments/>",
        "roles-country-chiefs/idle.xml": "<role><id>idle</id><names><singular>Idle</singular></names></role>",
        "code-tables/codes.xml": "<code-table/>",
        "README.md": "No row.",
    }

    rows, _documents, _near = translated(tmp_path, files)

    assert {
        row.id: ([fault.code for fault in row.faults], codes(row), row.skipped)
        for row in rows.values()
        if row.faults or row.warnings or row.skipped
    } == {
        "person:people/a/empty.xml:1": (["required", "required"], [], ""),
        "people/a/broken.xml": (["xml"], [], ""),
        "people/a/other.xml": (["unknown_element"], [], ""),
        "country:missions-countries/empty.xml:1": (["required"], [], ""),
        "position:positions-principals/empty.xml:1": (["required", "required"], [], ""),
        "organization:to-nobody": (["required"], [], ""),
        "concurrent:concurrent-appointments/empty.xml:1": (["required"], [], ""),
        "appointment:missions-countries/ruritania.xml:1": (["required"] * 4, [], ""),
        "appointment:rr-1893-rass-01": ([], ["unknown_element"], ""),
        "appointment:rr-1894-rass-01": ([], ["unknown_role"], ""),
        "role:idle": ([], [], "No appointment under this title was imported."),
    }


def test_without_the_united_states_the_import_says_what_to_do(db, tmp_path):
    with pytest.raises(InputError, match="run load_reference first"):
        translated(tmp_path, in_ruritania())


@pytest.mark.parametrize(
    ("path", "content", "is_known"),
    [
        ("people/r/a.xml", person("a"), True),
        ("people/r/a.xml", "<person><title/></person>", False),
        ("ruritania.xml", mission(), True),
        ("a.xml", "<role/>", False),
        ("visits/a.xml", "<visits/>", False),
        ("concurrent-appointments/a.xml", group("a"), True),
    ],
)
def test_the_files_are_known_by_their_folders_or_their_root(tmp_path, path, content, is_known):
    write(tmp_path, {path: content})

    with open_input(tmp_path) as tree:
        assert DATASET.recognises(tree) is is_known


def test_an_import_is_published_a_second_changes_nothing_and_a_mission_alone_keeps_the_titles(
    home, ruritania, tmp_path
):
    publish(home, ruritania, by=None)
    union = organization_mission("to-xu", "Representative of the U.S.A. to the Exemplary Union")
    mission_file = "missions-countries/ruritania.xml"
    files = in_ruritania(
        appointment("rr-1893-rass-01", appointed="1893-06-01", started="1893-08-02"),
        mission_note("Relations were severed."),
    ) | {"missions-orgs/to-xu.xml": union}
    files |= secretary(
        appointment("secr-1894-rass", role="secretary", tag="principal", started="1894-01-02")
    )
    write(tmp_path / "all", files)
    write(tmp_path / "one", {mission_file: files[mission_file]})

    assert import_folder(DATASET, tmp_path / "all", publishes=True) == {"created": 7, "skipped": 1}
    assert import_folder(DATASET, tmp_path / "all", publishes=True) == {
        "unchanged": 7,
        "skipped": 1,
    }
    assert import_folder(DATASET, tmp_path / "one", publishes=True) == {"unchanged": 3}

    tenure = Tenure.objects.get(identifiers__value="rr-1893-rass-01")
    assert (str(tenure), tenure.editorial_state) == (
        f"Rudolf Rassendyll, {AMBASSADOR_TITLE}",
        "published",
    )
    assert Organization.objects.filter(slug="us-department-of-state").count() == 1
