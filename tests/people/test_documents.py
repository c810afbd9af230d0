"""What the API serves of states, organizations, persons, offices and tenures: whole documents."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from people.models import (
    OfficeName,
    OfficePeriod,
    OrganizationIdentifier,
    PersonCitation,
    PersonName,
    StateCode,
    StateName,
    StateSuccession,
    TenureMilestone,
)
from records.models import Record, Reference
from records.publishing.publish import publish
from tests.factories.documents import (
    citation,
    day,
    document_of,
    office_reference,
    opening,
    reference,
    year,
)
from tests.factories.people import (
    make_office,
    make_organization,
    make_part,
    make_person,
    make_state,
    make_tenure,
)
from tests.factories.records import make_source, make_topic

pytestmark = pytest.mark.django_db


def assert_same_bytes(record: Record, expected: dict[str, Any]) -> None:
    """Equal, and in the same order."""
    assert document_of(record) == expected
    assert orjson.dumps(document_of(record)) == orjson.dumps(expected)


def test_state_document() -> None:
    yugoslavia = make_state(
        "Yugoslavia", kind="historical_state", start="1918-12-01", end="1992-04-27"
    )
    make_part(StateCode, state=yugoslavia, scheme="iso3166-1-alpha-2", value="YU", end="1992-04-27")
    make_part(StateCode, state=yugoslavia, scheme="iso3166-3", value="YUCS")
    macedonia = make_state("North Macedonia", alpha_2="MK", start="1991-09-08")
    make_part(
        StateName,
        record=macedonia,
        name="Macedonia",
        kind="former",
        language="en",
        end="2019-02-12",
    )
    make_part(
        StateSuccession,
        successor=macedonia,
        predecessor=yugoslavia,
        kind="dissolution",
        date="1991-09-08",
    )

    publish(yugoslavia, macedonia, by=None)

    assert_same_bytes(
        macedonia,
        {
            **opening(macedonia, "North Macedonia"),
            "name": "North Macedonia",
            "kind": "sovereign_state",
            "codes": [{"scheme": "iso3166-1-alpha-2", "value": "MK", "start": None, "end": None}],
            "start": day("1991-09-08"),
            "end": None,
            "predecessors": [
                {
                    "state": reference(yugoslavia, "Yugoslavia", code="YUCS"),
                    "kind": "dissolution",
                    "date": day("1991-09-08"),
                }
            ],
            "names": [
                {
                    "name": "Macedonia",
                    "kind": "former",
                    "language": "en",
                    "script": None,
                    "start": None,
                    "end": day("2019-02-12"),
                }
            ],
            "identifiers": [],
            "citations": [],
        },
    )


def test_organization_document() -> None:
    source = make_source(title="Story")
    mining = make_topic("mining")
    states = make_state("United States", alpha_2="US"), make_state("Pakistan", alpha_2="PK")
    department = make_organization("Department of State", state=states[0], source=source)
    embassy = make_organization(
        "US Embassy in Islamabad",
        classification="diplomatic_mission",
        parent=department,
        state=states[0],
        domicile=states[1],
        receiving_state=states[1],
        topics=(mining,),
        start="1947",
        source=source,
    )
    OrganizationIdentifier.objects.create(record=embassy, scheme="wikidata", value="Q5369998")

    publish(source, mining, *states, department, embassy, by=None)

    assert_same_bytes(
        embassy,
        {
            **opening(embassy, "US Embassy in Islamabad"),
            "name": "US Embassy in Islamabad",
            "classification": "diplomatic_mission",
            "parent": reference(department, "Department of State"),
            "state": reference(states[0], "United States", code="US"),
            "domicile": reference(states[1], "Pakistan", code="PK"),
            "receiving_state": reference(states[1], "Pakistan", code="PK"),
            "topics": [reference(mining, "Mining", code="mining")],
            "start": year("1947"),
            "end": None,
            "names": [],
            "identifiers": [{"scheme": "wikidata", "value": "Q5369998"}],
            "citations": [citation(source)],
        },
    )


def test_person_document() -> None:
    source = make_source(title="Story")
    ministry = make_organization("Ministry of Foreign Affairs", source=source)
    munir = make_person(
        "Asim Munir",
        given_name="Asim",
        family_name="Munir",
        sort_name="Munir, Asim",
        birth="1968~",
        living="living",
        contested=True,
        source=source,
    )
    make_part(
        PersonName,
        record=munir,
        name="Field Marshal",
        kind="rank",
        language="en",
        start="2025-05-20",
    )
    PersonCitation.objects.create(
        record=munir,
        source=source,
        field="names",
        locator="paragraph 9",
        attributed_to_organization=ministry,
        attribution_text="the ministry's statement",
        evidence="inferred",
        stance="disputes",
    )

    publish(source, ministry, munir, by=None)

    assert_same_bytes(
        munir,
        {
            **opening(munir, "Asim Munir"),
            "given_name": "Asim",
            "family_name": "Munir",
            "sort_name": "Munir, Asim",
            "birth": document_of(munir)["birth"],
            "death": None,
            "living": "living",
            "names": [
                {
                    "name": "Field Marshal",
                    "kind": "rank",
                    "language": "en",
                    "script": None,
                    "start": day("2025-05-20"),
                    "end": None,
                }
            ],
            "identifiers": [],
            "citations": [
                citation(source),
                citation(
                    source,
                    field="names",
                    locator="paragraph 9",
                    attributed_to=reference(ministry, "Ministry of Foreign Affairs"),
                    attribution_text="the ministry's statement",
                    evidence="inferred",
                    stance="disputes",
                ),
            ],
        },
    )
    assert document_of(munir)["birth"] == {
        "edtf": "1968~",
        "earliest": "1968-01-01",
        "latest": "1968-12-31",
        "precision": "year",
        "text": None,
    }


def test_office_document() -> None:
    source = make_source(title="Story")
    us = make_state("United States", alpha_2="US")
    barbados, dominica = make_state("Barbados", alpha_2="BB"), make_state("Dominica", alpha_2="DM")
    department = make_organization("Department of State", state=us, source=source)
    office = make_office(
        "US Ambassador to Barbados and the Eastern Caribbean",
        classification="head_of_mission",
        mission_class="ambassador",
        organization=department,
        state=us,
        accredited_to=(dominica, barbados),
        seats=None,
        end="2099",
        source=source,
    )
    make_part(OfficeName, record=office, name="Chief of Mission, Bridgetown", language="en")
    make_part(
        OfficePeriod, office=office, kind="vacant", end_status="ongoing", note="Since spring."
    )
    make_part(OfficePeriod, office=office, kind="complete", start="1962", end="2024-05-10")
    office.citations.create(source=source, field="periods")

    publish(source, us, barbados, dominica, department, office, by=None)

    assert_same_bytes(
        office,
        {
            **opening(office, "US Ambassador to Barbados and the Eastern Caribbean"),
            "title": "US Ambassador to Barbados and the Eastern Caribbean",
            "organization": reference(department, "Department of State"),
            "state": reference(us, "United States", code="US"),
            "classification": "head_of_mission",
            "mission_class": "ambassador",
            "accredited_to": [
                reference(dominica, "Dominica", code="DM"),
                reference(barbados, "Barbados", code="BB"),
            ],
            "seats": None,
            "start": None,
            "end": year("2099"),
            "periods": [
                {
                    "kind": "complete",
                    "start": year("1962"),
                    "end": day("2024-05-10"),
                    "end_status": "unknown",
                    "note": None,
                },
                {
                    "kind": "vacant",
                    "start": None,
                    "end": None,
                    "end_status": "ongoing",
                    "note": "Since spring.",
                },
            ],
            "names": [
                {
                    "name": "Chief of Mission, Bridgetown",
                    "kind": "alias",
                    "language": "en",
                    "script": None,
                    "start": None,
                    "end": None,
                }
            ],
            "identifiers": [],
            "citations": [citation(source), citation(source, field="periods")],
        },
    )


def test_tenure_document_lists_milestones_by_date_with_undated_ones_last() -> None:
    source = make_source(title="Story")
    baker = make_person("Natalie Baker", source=source)
    office = make_office(
        "US Chargé d'Affaires to Pakistan", classification="head_of_mission", source=source
    )
    tenure = make_tenure(
        baker,
        office,
        kind="ad_interim",
        start="2025-01",
        end="2026",
        end_status="ended",
        end_reason="recalled",
        source=source,
    )
    make_part(TenureMilestone, tenure=tenure, kind="left_post")
    make_part(TenureMilestone, tenure=tenure, kind="arrived", date="2025-01-20", note="on or about")
    make_part(TenureMilestone, tenure=tenure, kind="appointed", date="2024")

    publish(source, baker, office, tenure, by=None)

    assert_same_bytes(
        tenure,
        {
            **opening(tenure, "Natalie Baker, US Chargé d'Affaires to Pakistan"),
            "person": reference(baker, "Natalie Baker"),
            "office": office_reference(office, "US Chargé d'Affaires to Pakistan"),
            "start": {
                "edtf": "2025-01",
                "earliest": "2025-01-01",
                "latest": "2025-01-31",
                "precision": "month",
                "text": None,
            },
            "end": year("2026"),
            "end_status": "ended",
            "kind": "ad_interim",
            "end_reason": "recalled",
            "milestones": [
                {"kind": "appointed", "date": year("2024"), "note": None},
                {"kind": "arrived", "date": day("2025-01-20"), "note": "on or about"},
                {"kind": "left_post", "date": None, "note": None},
            ],
            "identifiers": [],
            "citations": [citation(source)],
        },
    )


# Which code a state is called by


@pytest.mark.parametrize(
    ("codes", "code", "keys"),
    [
        pytest.param(
            [("iso3166-1-alpha-2", "PK", ""), ("iso3166-1-alpha-3", "PAK", "")],
            "PK",
            ["iso3166-1-alpha-2:PK", "iso3166-1-alpha-3:PAK"],
            id="valid",
        ),
        pytest.param(
            [("iso3166-1-alpha-2", "SU", "1992-08-30"), ("iso3166-3", "SUHH", "")],
            "SUHH",
            ["iso3166-1-alpha-2:SU", "iso3166-3:SUHH"],
            id="withdrawn with the entry",
        ),
        pytest.param(
            [
                ("iso3166-1-alpha-2", "BU", "1989"),
                ("iso3166-1-alpha-2", "MM", ""),
                ("iso3166-3", "BUMM", ""),
            ],
            "MM",
            ["iso3166-1-alpha-2:BU", "iso3166-1-alpha-2:MM", "iso3166-3:BUMM"],
            id="renamed",
        ),
        pytest.param(
            [("iso3166-1-alpha-2", "YE", "1990-05-22")],
            None,
            ["iso3166-1-alpha-2:YE"],
            id="passed on to another state",
        ),
        pytest.param([("cow", "300", "")], None, ["cow:300"], id="never had one"),
    ],
)
def test_state_is_called_by_a_code_that_no_other_state_has(
    codes: list[tuple[str, str, str]], code: str | None, keys: list[str]
) -> None:
    state = make_state()
    for scheme, value, end in codes:
        make_part(StateCode, state=state, scheme=scheme, value=value, end=end)

    publish(state, by=None)

    known = Reference.objects.get(pk=state.pk)
    assert (known.body["code"], known.keys) == (code, keys)
