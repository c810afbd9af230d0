"""Persons of the register of principal officers."""

from __future__ import annotations

import pytest

from imports.dataset import NearMatch, Row
from people.models import PersonIdentifier
from tests.factories.people import (
    make_office,
    make_person,
    make_tenure,
)
from tests.imports.datasets.pocom.files import (
    appointment,
    citation,
    person,
    translated,
)
from tests.imports.datasets.pocom.secretaries import secretary


def test_a_person_has_all_names_ids_and_years(home, tmp_path):
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
