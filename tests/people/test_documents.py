"""What the world reads of states, organizations, persons, offices and tenures: whole documents."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from people.models import (
    OfficeName,
    OrganizationIdentifier,
    PersonCitation,
    PersonName,
    StateCode,
    StateName,
    StateSuccession,
    TenureMilestone,
)
from records.models import Record, Reference, Source
from records.publishing.publish import CurationRefused, publish, restore, withdraw
from tests.factories.documents import citation, day, document_of, opening, reference, year
from tests.factories.people import (
    make_office,
    make_organization,
    make_part,
    make_person,
    make_state,
    make_tenure,
)
from tests.factories.records import make_source, make_topic, publish_whole

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
            "citations": [citation(source)],
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
            "office": reference(office, "US Chargé d'Affaires to Pakistan"),
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
            [("iso3166-1-alpha-2", "YE", "1990-05-22")], None, [], id="passed on to another state"
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


# Labels travel, drafts stay


def test_new_name_of_a_person_reaches_the_tenures_and_their_labels_when_it_is_published() -> None:
    source = make_source(title="Story")
    person, office = (
        make_person("Shahbaz Sharif", source=source),
        make_office("Prime Minister", source=source),
    )
    tenure = make_tenure(person, office, source=source)
    publish(source, person, office, tenure, by=None)
    person.name = "Shehbaz Sharif"
    person.save()

    publish(person, by=None)

    document = document_of(tenure)
    assert document["label"] == "Shehbaz Sharif, Prime Minister"
    assert document["person"] == reference(person, "Shehbaz Sharif")
    assert document["revision"] == 2
    assert Reference.objects.get(pk=tenure.pk).body["label"] == "Shehbaz Sharif, Prime Minister"


def test_unpublished_name_of_a_person_stays_out_of_a_tenure_published_meanwhile() -> None:
    source = make_source(title="Story")
    person, office = (
        make_person("Shahbaz Sharif", source=source),
        make_office("Prime Minister", source=source),
    )
    publish(source, person, office, by=None)
    person.name = "Shehbaz Sharif"
    person.save()
    tenure = make_tenure(person, office, source=source)

    publish(tenure, by=None)

    document = document_of(tenure)
    assert document["label"] == "Shahbaz Sharif, Prime Minister"
    assert document["person"] == reference(person, "Shahbaz Sharif")


def test_restored_tenure_is_labelled_as_its_person_is_called_by_now() -> None:
    person, office = make_person("Ali Khan"), make_office("Minister")
    tenure = make_tenure(person, office)
    publish_whole(person, office, tenure)
    withdraw(tenure, by=None, reason="Doubtful.")
    person.name = "Ali Ahmad Khan"
    person.save()
    publish(person, by=None)

    restore(tenure, by=None)

    document = document_of(tenure)
    assert document["person"] == reference(person, "Ali Ahmad Khan")
    assert document["label"] == "Ali Ahmad Khan, Minister"
    assert Reference.objects.get(pk=tenure.pk).body["label"] == "Ali Ahmad Khan, Minister"


def test_new_state_of_an_office_rewrites_no_tenure() -> None:
    source = make_source(title="Story")
    state = make_state("Pakistan", alpha_2="PK")
    person, office = (
        make_person("Ishaq Dar", source=source),
        make_office("Foreign Minister", source=source),
    )
    tenure = make_tenure(person, office, source=source)
    publish(source, state, person, office, tenure, by=None)
    office.state = state
    office.save()

    publish(office, by=None)

    assert document_of(office)["state"] == reference(state, "Pakistan", code="PK")
    assert document_of(tenure)["revision"] == 1


def test_tenure_of_an_unpublished_person_is_refused_with_what_to_publish_first() -> None:
    source = make_source(title="Story")
    person, office = make_person(source=source), make_office(source=source)
    tenure = make_tenure(person, office, source=source)
    publish(source, office, by=None)

    with pytest.raises(CurationRefused) as refused:
        publish(tenure, by=None)

    assert [(each.code, each.publish_first) for each in refused.value.refusals] == [
        ("unpublished_reference", (person,))
    ]


def test_state_needs_no_citation_and_a_person_does() -> None:
    state, person = make_state(), make_person()
    person.citations.all().delete()

    publish(state, by=None)
    with pytest.raises(CurationRefused) as refused:
        publish(person, by=None)

    assert [each.code for each in refused.value.refusals] == ["no_citation"]


def test_publishing_three_of_each_kind_costs_the_queries_of_publishing_one() -> None:
    counts = []
    for number in (1, 3):
        records = []
        for _each in range(number):
            state = make_state()
            organization = make_organization(state=state)
            office = make_office(organization=organization, accredited_to=(state,))
            person = make_person()
            tenure = make_tenure(person, office)
            records += [state, organization, office, person, tenure]
        publish(*Source.objects.all(), by=None)
        with CaptureQueriesContext(connection) as queries:
            publish(*records, by=None)
        counts.append(len(queries))

    assert counts[0] == counts[1]
