"""Trips with small invented files in their shape."""

from __future__ import annotations

import pytest

from events.models import Event, EventType
from imports.dataset import NearMatch, Row
from imports.datasets.travels.importer import DATASET
from imports.files.tree import InputError
from people.models import PersonIdentifier, Tenure
from records.publishing.publish import publish
from tests.factories.people import make_office, make_person, make_state, make_tenure
from tests.imports.datasets.importing import import_folder
from tests.imports.datasets.journeys import journey_files
from tests.imports.datasets.journeys.journey_files import (
    PRESIDENT,
    PRESIDENTS,
    SECRETARY,
    citation,
    codes,
    left,
    president,
    presidents,
    secretary_trip,
    trip,
    trips,
    write,
)


def translated(folder, files):
    return journey_files.translated(DATASET, folder, files)


def events(documents):
    return {slug: document for (kind, slug), document in documents.items() if kind == "event"}


def visitor(home, person="pocom:rassendyll-rudolf", capacity="President", tenure=None):
    told = {
        "participant": {"object": "person", "ref": person},
        "role": "visitor",
        "capacity_text": capacity,
        "on_behalf_of": {"object": "state", "ref": str(home.id)},
        "presence": "present",
        "order": 1,
    }
    if tenure:
        told["capacities"] = [{"tenure": tenure, "evidence": "reported"}]
    return told


def host(state):
    return {"participant": {"object": "state", "ref": str(state.id)}, "role": "host", "order": 2}


def test_a_trip_becomes_a_visit_of_a_person_to_a_state_with_its_places(home, ruritania, tmp_path):
    told = trip(
        "1", "1897-02-01", "1897-02-03", locale="Strelsau, Zenda", remarks="State visit.\n  Saw the king."
    )  # fmt: skip

    rows, documents, near = translated(tmp_path, {PRESIDENT: trips(told)})

    assert documents == {
        ("person", "rudolf-rassendyll"): {
            "object": "person",
            "slug": "rudolf-rassendyll",
            "identifiers": [{"scheme": "pocom", "value": "rassendyll-rudolf"}],
            "name": "Rudolf Rassendyll",
            "citations": citation(f"{PRESIDENT}, 1"),
        },
        ("place", "strelsau-ruritania"): {
            "object": "place",
            "slug": "strelsau-ruritania",
            "name": "Strelsau",
            "kind": "city",
            "state": str(ruritania.id),
        },
        ("place", "zenda-ruritania"): {
            "object": "place",
            "slug": "zenda-ruritania",
            "name": "Zenda",
            "kind": "city",
            "state": str(ruritania.id),
        },
        ("event", "rassendyll-rudolf-ruritania-1897-02-01"): {
            "object": "event",
            "slug": "rassendyll-rudolf-ruritania-1897-02-01",
            "type": "visit",
            "title": "Visit of Rudolf Rassendyll to Ruritania",
            "summary": "State visit. Saw the king.",
            "when": "1897-02-01",
            "end": "1897-02-03",
            "status": "occurred",
            "attendance": "in_person",
            "visit_class": "state",
            "parent": None,
            "places": [
                {
                    "place": f"{name}-ruritania",
                    "state": str(ruritania.id),
                    "role": "stop",
                    "order": order,
                }
                for order, name in enumerate(("strelsau", "zenda"), start=1)
            ],
            "participations": [visitor(home), host(ruritania)],
            "identifiers": [{"scheme": "travels", "value": "1"}],
            "citations": citation(f"{PRESIDENT}, 1"),
        },
    }
    assert list(rows.values()) == [
        Row(
            "trip:1",
            PRESIDENT,
            "1",
            {
                "@role": "president",
                "@who": "rassendyll-rudolf",
                "id": "1",
                "role": "president",
                "name": "Rudolf Rassendyll",
                "start-date": "1897-02-01",
                "end-date": "1897-02-03",
                "country": {"@id": "ruritania", "": "Ruritania"},
                "locale": "Strelsau, Zenda",
                "remarks": "State visit. Saw the king.",
            },
            becomes=(
                ("event", "travels:1"),
                ("person", "pocom:rassendyll-rudolf"),
                ("place", "strelsau-ruritania"),
                ("place", "zenda-ruritania"),
            ),
        )
    ]
    assert near == []


def test_trips_that_follow_each_other_are_parts_of_one_tour(home, ruritania, tmp_path):
    make_state("Grauland", slug="grauland")
    told = (
        trip("1", "1897-02-01", "1897-02-03"),
        trip("2", "1897-02-04", "1897-02-09", state="grauland", label="Grauland"),
        trip("3", "1897-02-06", "1897-02-07"),
        trip("4", "1897-02-11"),
    )

    rows, documents, _near = translated(tmp_path, {PRESIDENT: trips(*told)})

    assert events(documents)["rassendyll-rudolf-tour-1897-02-01"] == {
        "object": "event",
        "slug": "rassendyll-rudolf-tour-1897-02-01",
        "type": "tour",
        "title": "Tour of Rudolf Rassendyll (1897-02-01 to 1897-02-09): Ruritania, Grauland",
        "when": "1897-02-01",
        "end": "1897-02-09",
        "status": "occurred",
        "attendance": "in_person",
        "participations": [visitor(home)],
        "identifiers": [{"scheme": "travels-tour", "value": "1"}],
        "citations": citation(f"{PRESIDENT}, 1, 2, 3"),
    }
    assert {
        document["identifiers"][0]["value"]: document["parent"]
        for document in events(documents).values()
        if "parent" in document
    } == {"1": "travels-tour:1", "2": "travels-tour:1", "3": "travels-tour:1", "4": None}
    types = {slug: document["type"] for slug, document in events(documents).items()}
    assert sorted(types.values()) == ["tour", "visit", "visit", "visit", "visit"]
    assert ("event", "travels-tour:1") in rows["trip:3"].becomes
    assert codes(rows) == {"trip:3": ["overlap"]}


def test_the_last_day_that_there_is_ends_a_tour_too(ruritania, tmp_path):
    told = (trip("1", "1897-02-01", "9999-12-31"), trip("2", "1897-02-04", "9999-12-31"))

    _rows, documents, _near = translated(tmp_path, {PRESIDENT: trips(*told)})

    assert events(documents)["rassendyll-rudolf-tour-1897-02-01"]["end"] == "9999-12-31"


def test_a_line_of_presidents_becomes_a_tenure_where_none_is_there(home, ruritania, tmp_path):
    files = {
        PRESIDENTS: presidents(president("90", "1897-03-04", left("1901-03-04"))),
        PRESIDENT: trips(trip("1", "1898-01-01")),
    }

    rows, documents, _near = translated(tmp_path, files)

    assert documents["person", "rudolf-rassendyll"] == {
        "object": "person",
        "slug": "rudolf-rassendyll",
        "identifiers": [{"scheme": "pocom", "value": "rassendyll-rudolf"}],
        "name": "Rudolf Rassendyll",
        "birth": "1850",
        "death": "1901",
        "living": "dead",
        "citations": citation(f"{PRESIDENTS}, rassendyll-rudolf"),
    }
    assert documents["office", "president-of-the-united-states"] == {
        "object": "office",
        "slug": "president-of-the-united-states",
        "title": "President of the United States",
        "state": str(home.id),
        "classification": "head_of_state",
        "seats": 1,
        "identifiers": [{"scheme": "us-office", "value": "president"}],
        "citations": citation(f"{PRESIDENTS}, 90"),
    }
    assert documents["tenure", "rudolf-rassendyll-president-1897-03-04"] == {
        "object": "tenure",
        "slug": "rudolf-rassendyll-president-1897-03-04",
        "person": "pocom:rassendyll-rudolf",
        "office": "us-office:president",
        "start": "1897-03-04",
        "end": "1901-03-04",
        "end_status": "ended",
        "kind": "substantive",
        "identifiers": [{"scheme": "travels-president", "value": "90"}],
        "citations": citation(f"{PRESIDENTS}, 90"),
    }
    stop = events(documents)["rassendyll-rudolf-ruritania-1898-01-01"]
    assert stop["participations"][0] == visitor(home, tenure="travels-president:90")
    assert rows["president:90"].becomes == (
        ("person", "pocom:rassendyll-rudolf"),
        ("tenure", "travels-president:90"),
    )


def test_a_tenure_that_is_there_is_the_capacity_and_is_not_imported_again(
    home, ruritania, tmp_path
):
    office = make_office(
        "President of the United States", state=home, classification="head_of_state"
    )
    person = make_person("Rudolf Rassendyll")
    tenure = make_tenure(person, office, start="1897-03-04", end="1901-03-04", end_status="ended")
    files = {
        PRESIDENTS: presidents(president("90", "1897-03-04", left("1901-03-04"))),
        PRESIDENT: trips(trip("1", "1898-01-01")),
    }

    rows, documents, _near = translated(tmp_path, files)

    assert documents["person", "rudolf-rassendyll"]["id"] == str(person.id)
    assert [kind for kind, _slug in documents if kind in ("tenure", "office")] == []
    stop = events(documents)["rassendyll-rudolf-ruritania-1898-01-01"]
    assert stop["participations"][0] == visitor(home, tenure=str(tenure.id))
    assert rows["president:90"].becomes == (("person", "pocom:rassendyll-rudolf"),)


@pytest.mark.parametrize(
    ("told", "capacity"),
    [
        (("1897-03-03", ""), ("President-elect", None)),
        (("1897-03-04", ""), ("President", "travels-president:90")),
        (("1897-03-05", "Visit made as President-elect."), ("President-elect", None)),
        (("1902-01-01", ""), ("President", None)),
        (
            ("1898-01-01", "Met with President-elect Hentzau."),
            ("President", "travels-president:90"),
        ),
    ],
)
def test_nobody_travels_as_president_before_the_inauguration(
    home, ruritania, tmp_path, told, capacity
):
    day, remarks = told
    files = {
        PRESIDENTS: presidents(president("90", "1897-03-04", left("1901-03-04"))),
        PRESIDENT: trips(trip("1", day, remarks=remarks)),
    }

    _rows, documents, _near = translated(tmp_path, files)

    words, tenure = capacity
    stop = events(documents)[f"rassendyll-rudolf-ruritania-{day}"]
    assert stop["participations"][0] == visitor(home, capacity=words, tenure=tenure)


def test_a_secretary_who_accompanied_a_president_is_linked_to_that_stop(
    home, ruritania, tmp_path
):  # fmt: skip
    words = "Accompanied President Rassendyll to a summit."
    files = {
        PRESIDENT: trips(trip("1", "1898-01-01", "1898-01-04")),
        SECRETARY: trips(
            secretary_trip("2", "1898-01-02", remarks=words),
            secretary_trip("3", "1899-01-02", remarks=words),
            secretary_trip("4", "1898-01-04", remarks="Accompanied President Hentzau."),
        ),
    }

    rows, documents, _near = translated(tmp_path, files)

    assert {
        document["identifiers"][0]["value"]: document["links"]
        for document in events(documents).values()
        if "links" in document
    } == {"2": [{"kind": "caused_by", "event": "travels:1"}]}
    assert codes(rows) == {"trip:3": ["no_such_trip"], "trip:4": ["no_such_trip"]}


def test_ids_of_the_same_president_in_other_sets_lead_to_one_person(home, ruritania, tmp_path):
    there = make_person("George Bush")
    PersonIdentifier.objects.create(record=there, scheme="bioguide", value="B001166")
    told = trip("1", "1989-02-10", who="bush-george-h-w", name="George H. W. Bush")

    _rows, documents, near = translated(tmp_path, {PRESIDENT: trips(told)})

    assert documents["person", "george-h-w-bush"]["identifiers"] == [
        {"scheme": "pocom", "value": "bush-george-h-w"},
        {"scheme": "bioguide", "value": "B001166"},
        {"scheme": "govtrack", "value": "402108"},
        {"scheme": "pocom", "value": "bush-george-herbert-walker"},
    ]
    assert near == []


def test_a_namesake_is_near_and_not_merged(home, ruritania, tmp_path):
    other = make_person("Rudolf Rassendyll")

    _rows, documents, near = translated(tmp_path, {PRESIDENT: trips(trip("1", "1897-02-01"))})

    assert "id" not in documents["person", "rudolf-rassendyll"]
    assert [(type(each), each.name, each.other) for each in near] == [
        (NearMatch, "pocom:rassendyll-rudolf", str(other.id))
    ]


def test_a_faulty_row_is_rejected_with_its_reason(home, ruritania, tmp_path):
    files = {
        PRESIDENT: trips(
            trip("1", "1897-02-01"),
            trip("2", "1897-03-01", state="atlantis", label="Atlantis"),
            trip("3", "1897-04-01", role="doorkeeper"),
            trip("4", "1897-05-01", who=""),
            trip("1", "1897-02-01"),
            trip("1", "1897-02-02"),
            "<trip/>",
        ),
        PRESIDENTS: "<presidents><president",
        SECRETARY: "<roles/>",
    }

    rows, documents, _near = translated(tmp_path, files)

    assert list(events(documents)) == ["rassendyll-rudolf-ruritania-1897-02-01"]
    assert {key: [fault.code for fault in row.faults] for key, row in rows.items()} == {
        PRESIDENTS: ["xml"],
        SECRETARY: ["unknown_element"],
        "trip:1": [],
        "trip:2": ["unknown_state"],
        "trip:3": ["unknown_value"],
        "trip:4": ["required"],
        "trip:1~2": [],
        "trip:1~3": ["duplicate"],
        f"trip:{PRESIDENT}:1": ["required", "required", "required", "required", "unknown_value"],
    }
    assert rows["trip:1~2"].skipped == f"{PRESIDENT} says the same of 1."


@pytest.mark.parametrize(
    ("days", "dates", "warned"),
    [
        (("1897-02", "1897-03-02"), ("1897-02", "1897-03-02"), []),
        (("1897-02-30", "1897-03-02"), ({"text": "1897-02-30", "precision": "unknown"}, "1897-03-02"), ["bad_date"]),
        (("1897-02-04", "1897-02-01"), ("1897-02-04", {"text": "1897-02-01", "precision": "day"}), ["ends_before_start"]),
        (("", ""), (None, None), ["no_date"]),
    ],
)  # fmt: skip
def test_odd_dates_are_kept_with_a_warning(ruritania, tmp_path, days, dates, warned):
    told = trip("1", *days).replace("<end-date></end-date>", "")

    rows, documents, _near = translated(tmp_path, {PRESIDENT: trips(told)})

    (event,) = events(documents).values()
    assert (event["when"], event["end"]) == dates
    assert codes(rows).get("trip:1", []) == warned


def test_places_lie_where_they_lie_today_and_keep_what_they_were_called(home, tmp_path):
    united_kingdom = make_state("United Kingdom", slug="united-kingdom")
    india = make_state("India", slug="india")
    told = trip(
        "1", "1898-01-01", state="united-kingdom", label="United Kingdom", locale="Bombay (India), various cities"
    )  # fmt: skip

    _rows, documents, _near = translated(tmp_path, {PRESIDENT: trips(told)})

    assert documents["place", "mumbai-india"]["state"] == str(india.id)
    (event,) = events(documents).values()
    assert event["places"] == [
        {
            "place": "mumbai-india",
            "state": str(united_kingdom.id),
            "name_as_given": "Bombay (India)",
            "role": "stop",
            "order": 1,
        },
        {
            "state": str(united_kingdom.id),
            "name_as_given": "various cities",
            "role": "stop",
            "order": 2,
        },
    ]


def test_a_second_import_of_the_same_files_changes_nothing(home, ruritania, tmp_path):
    types = [
        EventType.objects.create(code=code, slug=code, label=code.capitalize())
        for code in ("visit", "tour")
    ]
    publish(home, ruritania, *types, by=None)
    files = {
        PRESIDENTS: presidents(president("90", "1897-03-04", left("1901-03-04"))),
        PRESIDENT: trips(
            trip("1", "1898-01-01", "1898-01-04", locale="Zenda"), trip("2", "1898-01-04")
        ),
        SECRETARY: trips(
            secretary_trip("3", "1898-01-02", remarks="Accompanied President Rassendyll.")
        ),
    }
    write(tmp_path, files)

    assert [
        import_folder(DATASET, tmp_path, publishes=True),
        import_folder(DATASET, tmp_path, publishes=True),
    ] == [{"created": 4}, {"unchanged": 4}]
    assert Event.objects.filter(editorial_state="published").count() == 4
    assert Tenure.objects.get().participation_capacities.count() == 3


def test_without_the_united_states_nothing_is_imported(db, tmp_path):
    with pytest.raises(InputError) as caught:
        translated(tmp_path, {PRESIDENT: trips(trip("1", "1897-02-01"))})

    assert caught.value.code == "unknown_state"
