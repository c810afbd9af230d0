"""The register of principal officers as a whole, with small invented files in its shape."""

from __future__ import annotations

import pytest

from imports.dataset import NearMatch, Row
from imports.datasets.pocom.importer import DATASET
from imports.files.tree import InputError, open_input
from imports.models import ImportBatch
from imports.options import ImportOptions
from imports.recognise import RecognisedFiles
from imports.run import run
from people.models import Organization, OrganizationIdentifier, PersonIdentifier, Tenure
from records.publishing.publish import publish
from tests.factories.people import (
    make_office,
    make_organization,
    make_person,
    make_state,
    make_tenure,
)
from tests.imports.datasets.pocom.files import (
    RUDOLF,
    appointment,
    citation,
    codes,
    group,
    in_ruritania,
    mission,
    mission_note,
    organization_mission,
    person,
    position,
    translated,
    write,
)


@pytest.fixture
def home(db):
    return make_state("United States", slug="united-states")


@pytest.fixture
def ruritania(home):
    return make_state("Ruritania", slug="ruritania")


AMBASSADOR_TITLE = "Ambassador Extraordinary and Plenipotentiary of the United States to Ruritania"
AMBASSADOR_SLUG = "ambassador-extraordinary-and-plenipotentiary-of-the-united-states-to-ruritania"


def test_a_person_is_told_with_all_names_ids_and_years(home, tmp_path):
    more = "<altname>Rudi Rassendyll</altname>"
    content = person("rassendyll-rudolf-iii").replace(
        "</persName>", f"<genName>III</genName>{more}{more}</persName>"
    )
    content = content.replace("<residence>", "<birth>1870</birth><death>1901</death><residence>")
    content = content.replace(
        "<persName>", "<old-ids><old-id>rassendyll-r</old-id></old-ids><persName>"
    )

    rows, documents, near = translated(tmp_path, {"people/r/rassendyll-rudolf-iii.xml": content})

    assert documents == {
        ("person", "rassendyll-rudolf-iii"): {
            "object": "person",
            "slug": "rassendyll-rudolf-iii",
            "identifiers": [
                {"scheme": "pocom", "value": "rassendyll-rudolf-iii"},
                {"scheme": "pocom", "value": "rassendyll-r"},
            ],
            "name": "Rudolf Rassendyll III",
            "given_name": "Rudolf",
            "family_name": "Rassendyll",
            "sort_name": "Rassendyll, Rudolf, III",
            "birth": "1870",
            "death": "1901",
            "living": "dead",
            "names": [{"name": "Rudi Rassendyll", "kind": "alias", "language": "en"}],
            "citations": citation("people/r/rassendyll-rudolf-iii.xml, rassendyll-rudolf-iii"),
        }
    }
    assert list(rows.values()) == [
        Row(
            "person:rassendyll-rudolf-iii",
            "people/r/rassendyll-rudolf-iii.xml",
            "rassendyll-rudolf-iii",
            {
                "id": "rassendyll-rudolf-iii",
                "old-ids": {"old-id": "rassendyll-r"},
                "persName": {
                    "surname": "Rassendyll",
                    "forename": "Rudolf",
                    "genName": "III",
                    "altname": ["Rudi Rassendyll", "Rudi Rassendyll"],
                },
                "birth": "1870",
                "death": "1901",
                "residence": {"state-id": "ny"},
            },
            becomes=(("person", "pocom:rassendyll-rudolf-iii"),),
        )
    ]
    assert near == []


@pytest.mark.parametrize(
    ("years", "expected"),
    [
        ("<birth>1870</birth><death/>", {"birth": "1870"}),
        ("<birth/><death>1901</death>", {"death": "1901", "living": "dead"}),
        ("<death>still-living</death>", {"living": "living"}),
        ('<death type="still-living"/>', {"living": "living"}),
        ('<birth type="unknown"/><death type="unknown"/>', {"living": "dead"}),
        ('<death type="known">1901</death>', {"death": "1901", "living": "dead"}),
        ("<death>circa 1901</death>", {"death": "1901~", "living": "dead"}),
        ("<death>long ago</death>", {"death": {"text": "long ago"}, "living": "dead"}),
        (
            "<birth>1901</birth><death>1870</death>",
            {"birth": "1901", "death": {"text": "1870", "precision": "year"}, "living": "dead"},
        ),
        ("", {}),
    ],
)
def test_whether_a_person_lives_is_said_by_the_year_or_the_code(home, tmp_path, years, expected):
    files = {"people/r/a.xml": person("a", more=years)}

    _rows, documents, _near = translated(tmp_path, files)

    told = documents["person", "a"]
    assert {key: told[key] for key in ("birth", "death", "living") if key in told} == expected


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


def test_missions_to_organizations_are_offices_of_the_organization(home, tmp_path):
    chief = appointment(
        "xu-1950-rass", role="representative-to-xu", territory="", started="1950-01-02"
    )
    files = RUDOLF | {
        "missions-orgs/representative-to-xu.xml": organization_mission(
            "representative-to-xu",
            "Representative of the U.S.A. to the Union of Exemplary Nations (Strelsau)",
            chief,
        )
    }

    rows, documents, _near = translated(tmp_path, files)

    assert documents["organization", "union-of-exemplary-nations"] == {
        "object": "organization",
        "slug": "union-of-exemplary-nations",
        "identifiers": [{"scheme": "pocom-organization", "value": "representative-to-xu"}],
        "name": "Union of Exemplary Nations",
        "classification": "igo",
        "citations": citation("missions-orgs/representative-to-xu.xml, representative-to-xu"),
    }
    office = next(document for (kind, _), document in documents.items() if kind == "office")
    assert office == {
        "object": "office",
        "slug": "representative-of-the-usa-to-the-union-of-exemplary-nations-strelsau",
        "identifiers": [{"scheme": "pocom-office", "value": "representative-to-xu"}],
        "title": "Representative of the U.S.A. to the Union of Exemplary Nations (Strelsau)",
        "state": str(home.pk),
        "classification": "head_of_mission",
        "organization": "pocom-organization:representative-to-xu",
        "citations": citation("missions-orgs/representative-to-xu.xml, representative-to-xu"),
    }
    assert rows["organization:representative-to-xu"].becomes == (
        ("organization", "pocom-organization:representative-to-xu"),
        ("office", "pocom-office:representative-to-xu"),
    )


def test_an_organization_of_that_name_is_the_one_that_is_there(home, tmp_path):
    there = make_organization("Union of Exemplary Nations", slug="uen", classification="igo")
    chief = appointment("xu-1950-rass", role="to-xu", territory="", started="1950-01-02")
    title = "Representative of the U.S.A. on the Council of the Union of Exemplary Nations"
    files = RUDOLF | {"missions-orgs/to-xu.xml": organization_mission("to-xu", title, chief)}

    _rows, documents, _near = translated(tmp_path, files)

    told = next(document for (kind, _), document in documents.items() if kind == "organization")
    assert told["id"] == str(there.pk)

    OrganizationIdentifier.objects.create(record=there, scheme="pocom-organization", value="to-xu")
    _rows, documents, _near = translated(tmp_path, files)

    told = next(document for (kind, _), document in documents.items() if kind == "organization")
    assert "id" not in told


def secretary(*principals, more="<start>1781</start><end>2009</end><ongoing>true</ongoing>"):
    content = position(
        "secretary", "Secretary of State", *principals, category="secretary", more=more
    )
    return RUDOLF | {"positions-principals/secretary.xml": content}


def test_the_secretary_of_state_is_the_office_that_other_data_sets_name_too(home, tmp_path):
    department = make_organization(
        "US Department of State", slug="us-department-of-state", state=home
    )
    office = make_office(
        "Secretary of State of the United States",
        slug="secretary-of-state-of-the-united-states",
        state=home,
        classification="foreign_minister",
    )
    files = secretary(
        appointment(
            "secr-1894-rass",
            role="secretary",
            tag="principal",
            appointed="1894-01-01",
            started="1894-01-02",
            ended="1895-01-02",
        )
    )

    rows, documents, _near = translated(tmp_path, files)

    locator = "positions-principals/secretary.xml, secretary"
    assert [document for (kind, _), document in documents.items() if kind != "person"] == [
        {
            "object": "organization",
            "id": str(department.pk),
            "slug": "us-department-of-state",
            "identifiers": [{"scheme": "pocom-organization", "value": "department-of-state"}],
            "name": "US Department of State",
            "classification": "ministry",
            "state": str(home.pk),
            "citations": citation(locator),
        },
        {
            "object": "office",
            "id": str(office.pk),
            "slug": "secretary-of-state-of-the-united-states",
            "identifiers": [
                {"scheme": "us-office", "value": "secretary-of-state"},
                {"scheme": "pocom-office", "value": "secretary"},
            ],
            "title": "Secretary of State of the United States",
            "state": str(home.pk),
            "classification": "foreign_minister",
            "organization": "pocom-organization:department-of-state",
            "start": "1781",
            "end": {"text": "2009", "precision": "year"},
            "citations": citation(locator),
        },
        {
            "object": "tenure",
            "slug": "rassendyll-rudolf-secretary-of-state-1894",
            "identifiers": [{"scheme": "pocom-appointment", "value": "secr-1894-rass"}],
            "person": "pocom:rassendyll-rudolf",
            "office": "us-office:secretary-of-state",
            "kind": "substantive",
            "start": "1894-01-02",
            "end": "1895-01-02",
            "end_status": "ended",
            "end_reason": None,
            "milestones": [
                {"kind": "appointed", "date": "1894-01-01"},
                {"kind": "other", "date": "1894-01-02", "note": "Entered on duty"},
                {"kind": "terminated", "date": "1895-01-02"},
            ],
            "citations": citation("positions-principals/secretary.xml, secr-1894-rass"),
        },
    ]
    assert codes(rows["position:secretary"]) == ["contradiction"]


def facts(documents):
    told = next(document for (kind, _), document in documents.items() if kind == "office")
    return {
        member: told[member]
        for member in ("title", "organization", "start", "end", "seats", "classification")
        if member in told
    }


DEPARTMENT = "pocom-organization:department-of-state"


@pytest.mark.parametrize(
    ("about", "expected", "warned"),
    [
        (
            ("clerk", "Chief Clerk", "discontinued", "<start>1789</start><end>1853</end>"),
            {
                "title": "Chief Clerk (United States, 1789–1853)",  # noqa: RUF001
                "organization": DEPARTMENT,
                "start": "1789",
                "end": "1853",
                "classification": "other",
            },
            [],
        ),
        (
            ("director", "Director of the U.S. Agency", "foreign-assistance-agencies", ""),
            {"title": "Director of the U.S. Agency", "classification": "other"},
            [],
        ),
        (
            ("ambassador-at-large", "Ambassador at Large", "ambassador-at-large", "<end/>"),
            {
                "title": "Ambassador at Large (United States)",
                "organization": DEPARTMENT,
                "seats": None,
                "classification": "other",
            },
            [],
        ),
        (
            ("legal", "Legal Adviser", "other", "<start>1999</start><end>1931</end>"),
            {
                "title": "Legal Adviser (United States)",
                "organization": DEPARTMENT,
                "start": "1999",
                "end": {"text": "1931", "precision": "year"},
                "classification": "other",
            },
            ["contradiction"],
        ),
        (
            ("legal", "Legal Adviser", "other", "<start>early</start><start>1931</start>"),
            {
                "title": "Legal Adviser (United States)",
                "organization": DEPARTMENT,
                "classification": "other",
            },
            ["bad_date", "several_times"],
        ),
    ],
)
def test_positions_are_offices_of_their_own_even_where_nobody_held_them(
    home, tmp_path, about, expected, warned
):
    key, singular, category, more = about
    content = position(key, singular, category=category, more=more)

    rows, documents, _near = translated(tmp_path, {f"positions-principals/{key}.xml": content})

    assert facts(documents) == expected
    assert codes(rows[f"position:{key}"]) == warned
    assert rows[f"position:{key}"].becomes == (("office", f"pocom-office:{key}"),)


def test_years_that_its_holders_contradict_are_words_and_two_long_holders_need_two_seats(
    home, tmp_path
):
    def held(key, who, start, end):
        return appointment(key, who, "aide", tag="principal", started=start, ended=end)

    content = position(
        "aide",
        "Aide",
        held("aide-1890-rass", "rassendyll-rudolf", "1890-01-01", "1895-01-01"),
        held("aide-1892-tarl", "tarlenheim-fritz", "1892-01-01", "1899-01-01"),
        more="<start>1891</start><end>1898</end><ongoing>false</ongoing>",
    )

    rows, documents, _near = translated(tmp_path, {"positions-principals/aide.xml": content})

    assert facts(documents) == {
        "title": "Aide (United States)",
        "organization": DEPARTMENT,
        "start": {"text": "1891", "precision": "year"},
        "end": {"text": "1898", "precision": "year"},
        "seats": None,
        "classification": "other",
    }
    assert codes(rows["position:aide"]) == ["contradiction", "contradiction"]


def test_each_appointment_of_a_group_tells_the_others_and_the_residence(home, ruritania, tmp_path):
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


def test_a_person_who_may_be_known_already_is_near_and_a_known_one_is_not(home, tmp_path):
    known = make_person("Rudolf Rassendyll", birth="1870")
    files = {
        "people/r/rassendyll-rudolf.xml": person("rassendyll-rudolf", more="<birth>1870</birth>")
    }

    _rows, _documents, near = translated(tmp_path, files)

    assert near == [
        NearMatch(
            "person",
            "pocom:rassendyll-rudolf",
            str(known.pk),
            near[0].score,
            "The names are the same; the dates of birth agree.",
        )
    ]

    PersonIdentifier.objects.create(record=known, scheme="pocom", value="rassendyll-rudolf")

    assert translated(tmp_path, files)[2] == []


def test_who_certainly_held_the_shared_office_that_day_is_the_same_person(home, tmp_path):
    office = make_office(
        "Secretary of State of the United States", state=home, classification="foreign_minister"
    )
    known = make_person("Rudolf Rassendyll")
    make_tenure(person=known, office=office, start="1894-01-02", end="1895-01-02")
    files = secretary(
        appointment("secr-1894-rass", role="secretary", tag="principal", started="1894-01-02")
    )

    _rows, documents, near = translated(tmp_path, files)

    assert documents["person", "rassendyll-rudolf"]["id"] == str(known.pk)
    assert near == []


def test_what_is_missing_unknown_or_no_xml_is_told_row_by_row(home, ruritania, tmp_path):
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
        "role:idle": ([], [], "No appointment under this title was taken in."),
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


def take(folder):
    batch = ImportBatch.objects.create(file_name="pocom")
    with open_input(folder) as tree:
        found = RecognisedFiles(DATASET, tree)
        result = run(
            found, ImportOptions(publishes=True), by=None, batch=batch, progress=lambda *_: None
        )
    assert result.of("rejected") == []
    return {name: number for name, number in result.rows.items() if number}


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

    assert take(tmp_path / "all") == {"created": 7, "skipped": 1}
    assert take(tmp_path / "all") == {"unchanged": 7, "skipped": 1}
    assert take(tmp_path / "one") == {"unchanged": 3}

    tenure = Tenure.objects.get(identifiers__value="rr-1893-rass-01")
    assert (str(tenure), tenure.editorial_state) == (
        f"Rudolf Rassendyll, {AMBASSADOR_TITLE}",
        "published",
    )
    assert Organization.objects.filter(slug="us-department-of-state").count() == 1
