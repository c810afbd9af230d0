"""Offices of the register of principal officers, and the organizations that they belong to."""

from __future__ import annotations

import pytest

from people.models import OrganizationIdentifier
from tests.factories.people import (
    make_office,
    make_organization,
)
from tests.imports.datasets.pocom.files import (
    RUDOLF,
    appointment,
    citation,
    codes,
    organization_mission,
    position,
    translated,
)
from tests.imports.datasets.pocom.secretaries import secretary


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
