"""Presidents and vice-presidents who are known already."""

from __future__ import annotations

import csv

from imports.dataset import NearMatch
from imports.datasets.us_executive.importer import DATASET
from imports.matching.united_states import SCHEMES, TABLE, identifiers_beside
from people.models import OfficeIdentifier, Person, PersonIdentifier, Tenure
from tests.factories.people import make_office, make_person, make_tenure
from tests.imports.datasets.importing import import_folder
from tests.imports.datasets.us_executive.executive_files import (
    LOVAT,
    PRESIDENT,
    of_kind,
    translated,
)

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


def test_the_holder_of_the_office_that_day_is_the_person_of_that_name(country, folder):
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


def test_an_id_whose_record_was_born_at_another_time_is_left_out_with_a_warning(country, folder):
    grandson = make_person("Ada Lovat", birth="1915", death="1991", living="dead")
    PersonIdentifier.objects.create(record=grandson, scheme="pocom", value="jefferson-thomas")

    rows, documents, near = translated(folder, JEFFERSON)

    assert identifiers_of(documents) == (
        [("bioguide", "J000069"), ("govtrack", "405974"), ("wikidata", "Q1")],
        None,
    )
    assert [(fault.code, fault.detail) for fault in rows[0].warnings] == [
        (
            "other_person",
            "pocom:jefferson-thomas is the id of somebody else here, who was born in 1915, died in 1991: it is left out.",
        )
    ]
    assert near == []


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
    # pocom means a grandson by the id that travels has for the 27th president.
    assert [row["name"] for row in rows if not (row["govtrack"] and row["pocom"])] == [
        "William Howard Taft"
    ]
    assert identifiers_beside("pocom", "taft-william-howard") == ()
    assert identifiers_beside("travels-person", "taft-william-howard") == (
        ("govtrack", "412359"),
        ("travels-person", "taft-william-howard"),
    )
    for each in ids:
        assert each in identifiers_beside(*each)
    assert identifiers_beside("pocom", "buren-martin-van") == identifiers_beside(
        "pocom", "van-buren-martin"
    )
    assert identifiers_beside("pocom", "nobody") == ()


def test_person_is_one_whichever_data_set_came_first_and_a_second_import_changes_nothing(
    country, folder, monkeypatch
):
    person = make_person("Thomas Jefferson")
    PersonIdentifier.objects.create(record=person, scheme="pocom", value="jefferson-thomas")
    translated(folder, JEFFERSON)

    first, second = import_folder(DATASET, folder), import_folder(DATASET, folder)

    assert (first["updated"], first["created"]) == (1, 2)
    assert second == {"unchanged": 3}
    assert Person.objects.get().identifiers.count() == 4
    assert [
        (tenure.start.edtf, tenure.end.edtf) for tenure in Tenure.objects.order_by("start_earliest")
    ] == [("1829-03-04", "1831-07-09"), ("1831-07-09", "1833-03-04")]
