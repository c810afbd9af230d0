"""Visits of foreign leaders to the United States, with small invented files in their shape."""

from __future__ import annotations

import pytest

from events.models import Event, EventLink, EventType
from imports.dataset import Row
from imports.datasets.travels.importer import DATASET as TRAVELS
from imports.datasets.visits.importer import DATASET
from imports.files.tree import InputError, open_input
from imports.models import ImportBatch
from imports.options import ImportOptions
from imports.recognise import RecognisedFiles
from imports.run import run
from people.models import Person, PersonIdentifier
from records.publishing.publish import publish
from tests.factories.people import make_office, make_person, make_state, make_tenure
from tests.imports.datasets.journeys import journey_files
from tests.imports.datasets.journeys.journey_files import (
    PRESIDENT,
    VISITS,
    citation,
    codes,
    trip,
    trips,
    visit,
    visits,
    write,
)


@pytest.fixture
def home(db):
    return make_state("United States", slug="united-states")


@pytest.fixture
def ruritania(home):
    return make_state("Ruritania", slug="ruritania")


def translated(folder, *told):
    return journey_files.translated(DATASET, folder, {VISITS: visits(*told)})


def events(documents):
    return [document for (kind, _slug), document in documents.items() if kind == "event"]


def persons(documents):
    """Return the visits of each person, by name."""
    return {
        document["name"]: [each["value"] for each in document["identifiers"]]
        for (kind, _slug), document in documents.items()
        if kind == "person"
    }


def guests(documents):
    """Return the title, the words and the person of each visitor."""
    return [
        (
            told["capacity_text"],
            told["name_as_given"],
            told["participant"]["ref"] if "participant" in told else None,
        )
        for event in events(documents)
        for told in event["participations"]
        if told["role"] == "visitor"
    ]


def test_a_visit_becomes_an_event_of_a_person_on_behalf_of_a_state(home, ruritania, tmp_path):
    told = visit("1", "1897-02-01", "1897-02-03", description="State visit.\n  Saw the sea.")

    rows, documents, near = translated(tmp_path, told)

    assert documents == {
        ("person", "rupert-hentzau"): {
            "object": "person",
            "slug": "rupert-hentzau",
            "identifiers": [{"scheme": "visits-person", "value": "1"}],
            "name": "Rupert Hentzau",
            "citations": citation(f"{VISITS}, 1"),
        },
        ("event", "ruritania-rupert-hentzau-united-states-1897-02-01"): {
            "object": "event",
            "slug": "ruritania-rupert-hentzau-united-states-1897-02-01",
            "type": "visit",
            "title": "Visit of President Rupert Hentzau (Ruritania) to the United States",
            "summary": "State visit. Saw the sea.",
            "when": "1897-02-01",
            "end": "1897-02-03",
            "status": "occurred",
            "attendance": "in_person",
            "visit_class": "state",
            "places": [{"state": str(home.id), "role": "destination", "order": 1}],
            "participations": [
                {
                    "name_as_given": "President Rupert Hentzau",
                    "participant": {"object": "person", "ref": "visits-person:1"},
                    "role": "visitor",
                    "capacity_text": "President",
                    "on_behalf_of": {"object": "state", "ref": str(ruritania.id)},
                    "presence": "present",
                    "order": 1,
                },
                {
                    "participant": {"object": "state", "ref": str(home.id)},
                    "role": "host",
                    "order": 2,
                },
            ],
            "identifiers": [{"scheme": "visits", "value": "1"}],
            "citations": citation(f"{VISITS}, 1"),
        },
    }
    assert list(rows.values()) == [
        Row(
            "visit:1",
            VISITS,
            "1",
            {
                "id": "1",
                "start-date": "1897-02-01",
                "end-date": "1897-02-03",
                "visitor": "President Rupert Hentzau",
                "from": {"@id": "ruritania", "": "Ruritania"},
                "description": "State visit. Saw the sea.",
            },
            becomes=(("event", "visits:1"), ("person", "visits-person:1")),
        )
    ]
    assert near == []


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (
            "President Rupert Hentzau and Prime Minister Paul Helsing",
            [
                ("President", "President Rupert Hentzau", "visits-person:1"),
                ("Prime Minister", "Prime Minister Paul Helsing", "visits-person:1-2"),
            ],
        ),
        (
            "Premier and Prince Hentzau",
            [("Premier and Prince", "Premier and Prince Hentzau", "visits-person:1")],
        ),
        (
            "President Rupert Hentzau, Jr.",
            [("President", "President Rupert Hentzau, Jr.", "visits-person:1")],
        ),
        ("Rupert Hentzau", [("", "Rupert Hentzau", "visits-person:1")]),
        ("King al-Helsing", [("King", "King al-Helsing", "visits-person:1")]),
        ("Crown Prince", [("", "Crown Prince", None)]),
        ("President Hentzau and others", [("", "President Hentzau and others", None)]),
        ("several ministers", [("", "several ministers", None)]),
        ("12", [("", "12", None)]),
    ],
)
def test_visitors_are_told_one_by_one_with_title_and_name_apart(
    ruritania, tmp_path, words, expected
):
    rows, documents, _near = translated(tmp_path, visit("1", "1897-02-01", visitor=words))

    assert guests(documents) == expected
    is_named = all(person for _title, _given, person in expected)
    assert codes(rows) == ({} if is_named else {"visit:1": ["no_name"]})


def test_somebody_spelt_several_ways_is_one_person(ruritania, tmp_path):
    _rows, documents, _near = translated(
        tmp_path,
        visit("1", "1897-02-01", visitor="Prime Minister Mohammed Helsing"),
        visit("2", "1899-02-01", visitor="Prime Minister Mohammad Karl Helsing"),
        visit("3", "1900-02-01", visitor="President Helsing"),
        visit("4", "1900-03-01", visitor="Prime Minister Helsing"),
        visit("5", "1915-02-01", visitor="President Mohammed Helsing"),
    )

    assert persons(documents) == {"Mohammad Karl Helsing": ["1", "2", "4", "5"], "Helsing": ["3"]}
    assert documents["person", "mohammad-karl-helsing"]["names"] == [
        {"name": "Mohammed Helsing", "kind": "alias", "language": "en"},
        {"name": "Helsing", "kind": "alias", "language": "en"},
    ]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        # of two states
        (
            {"visitor": "King Rudolf V"},
            {"visitor": "King Rudolf V", "state": "grauland", "label": "Grauland"},
        ),
        # a family name alone, long after
        (
            {"visitor": "Prime Minister Paul Helsing"},
            {"visitor": "Prime Minister Helsing", "start": "1910-01-01"},
        ),
        # another number
        ({"visitor": "King Rudolf V"}, {"visitor": "King Rudolf VI"}),
        # another given name
        ({"visitor": "President Paul Helsing"}, {"visitor": "President Peter Helsing"}),
        # a name spelt otherwise, long after
        (
            {"visitor": "President Mohammed Helsing"},
            {"visitor": "President Mohammad Helsing", "start": "1910-01-01"},
        ),
    ],
)
def test_what_does_not_prove_one_person_leaves_two(ruritania, tmp_path, first, second):
    make_state("Grauland", slug="grauland")

    _rows, documents, _near = translated(
        tmp_path,
        visit("1", **({"start": "1897-02-01"} | first)),
        visit("2", **({"start": "1898-02-01"} | second)),
    )

    people = [document for (kind, _slug), document in documents.items() if kind == "person"]
    assert [document["identifiers"][0]["value"] for document in people] == ["1", "2"]


def test_who_held_the_office_that_day_is_the_visitor_with_that_tenure(ruritania, tmp_path):
    office = make_office("President of Ruritania", state=ruritania, classification="head_of_state")
    person = make_person("Rupert Hentzau")
    tenure = make_tenure(person, office, start="1896-01-01", end="1899-01-01", end_status="ended")

    _rows, documents, near = translated(
        tmp_path, visit("1", "1897-02-01"), visit("2", "1900-02-01")
    )

    assert documents["person", "rupert-hentzau"] == {
        "object": "person",
        "slug": "rupert-hentzau",
        "id": str(person.id),
        "identifiers": [
            {"scheme": "visits-person", "value": "1"},
            {"scheme": "visits-person", "value": "2"},
        ],
        "citations": citation(f"{VISITS}, 1"),
    }
    assert [event["participations"][0].get("capacities") for event in events(documents)] == [
        [{"tenure": str(tenure.id), "evidence": "reported"}],
        None,
    ]
    assert near == []


def test_a_namesake_is_near_and_not_merged(ruritania, tmp_path):
    other = make_person("Rupert Hentzau")

    _rows, documents, near = translated(tmp_path, visit("1", "1897-02-01"))

    assert "id" not in documents["person", "rupert-hentzau"]
    assert [(each.name, each.other) for each in near] == [("visits-person:1", str(other.id))]


def test_two_persons_of_the_database_are_near_where_visits_say_that_they_are_one(
    ruritania, tmp_path
):
    one, two = make_person("Rupert Hentzau"), make_person("R. Hentzau")
    PersonIdentifier.objects.create(record=one, scheme="visits-person", value="2")
    PersonIdentifier.objects.create(record=two, scheme="visits-person", value="1")

    _rows, documents, near = translated(
        tmp_path, visit("1", "1897-02-01"), visit("2", "1898-02-01")
    )

    (document,) = [each for (kind, _slug), each in documents.items() if kind == "person"]
    assert document["identifiers"] == [{"scheme": "visits-person", "value": "1"}]
    assert [(each.name, each.other) for each in near] == [("visits-person:1", str(one.id))]


@pytest.mark.parametrize(
    ("description", "expected"),
    [
        ("State Visit.", "state"),
        ("Official visit. Afterwards visited Chicago.", "official"),
        ("Official Working visit.", "official_working"),
        ("Working Visit", "working"),
        ("Informal, unofficial visit.", "informal"),
        ("Met with President Black during a private visit.", "private"),
        ("Private visit. Official visit.", None),
        ("Attended a summit.", None),
        ("", None),
    ],
)
def test_fixed_words_are_the_class_of_a_visit(ruritania, tmp_path, description, expected):
    _rows, documents, _near = translated(
        tmp_path, visit("1", "1897-02-01", description=description)
    )

    assert [event.get("visit_class") for event in events(documents)] == [expected]


def test_what_cannot_be_taken_in_is_rejected_with_its_reason(ruritania, tmp_path):
    write(tmp_path, {"data/broken.xml": "<visits><visit", "data/roles.xml": "<roles/>"})

    rows, documents, _near = translated(
        tmp_path,
        visit("1", "1897-02-01"),
        visit("2", "1897-02-01", state="atlantis"),
        visit("3", "1897-02-01", visitor=""),
        visit("1", "1897-02-01"),
        visit("1", "1897-02-02"),
        visit("4", "1897-02-30", "1897-03-04", visitor="Several"),
        visit("5", "1897-02-04", "1897-02-01", visitor="King Karl"),
        "<visit/>",
    )

    assert len(events(documents)) == 3
    assert {key: [fault.code for fault in row.faults] for key, row in rows.items()} == {
        "data/broken.xml": ["xml"],
        "data/roles.xml": ["unknown_element"],
        "visit:1": [],
        "visit:2": ["unknown_state"],
        "visit:3": ["required"],
        "visit:1~2": [],
        "visit:1~3": ["duplicate"],
        "visit:4": [],
        "visit:5": [],
        f"visit:{VISITS}:1": ["required", "required", "required"],
    }
    assert rows["visit:1~2"].skipped == f"{VISITS} says the same of 1."
    assert [fault.code for fault in rows["visit:4"].warnings] == ["bad_date"]
    assert [fault.code for fault in rows["visit:5"].warnings] == ["ends_before_start"]


def take(folder, dataset=DATASET):
    batch = ImportBatch.objects.create(file_name="visits")
    with open_input(folder) as tree:
        found = RecognisedFiles(dataset, tree)
        result = run(
            found, ImportOptions(publishes=True), by=None, batch=batch, progress=lambda *_: None
        )
    assert result.of("rejected") == []
    return {name: number for name, number in result.rows.items() if number}


def test_a_second_import_of_the_same_files_changes_nothing(home, ruritania, tmp_path):
    kind = EventType.objects.create(code="visit", slug="visit", label="Visit")
    publish(home, ruritania, kind, by=None)
    told = (
        visit("1", "1897-02-01"),
        visit("2", "1898-02-01", visitor="President Rupert Hentzau and King Karl"),
        visit("3", "1899-02-01", visitor="several ministers"),
    )
    write(tmp_path, {VISITS: visits(*told)})

    assert [take(tmp_path), take(tmp_path)] == [{"created": 3}, {"unchanged": 3}]
    assert Event.objects.filter(editorial_state="published").count() == 3
    assert [person.name for person in Person.objects.order_by("name")] == ["Karl", "Rupert Hentzau"]


DAM = "Met with President Rassendyll February 1 at the dedication of a dam."


def links_after(folder, *datasets):
    """Import the data sets one after the other; return the links and the outcomes of a further import of each."""
    for each in datasets:
        take(folder, each)
    outcomes = [take(folder, each) for each in (*datasets, *datasets)]
    links = EventLink.objects.values_list(
        "kind", "event__identifiers__value", "linked_event__identifiers__value"
    )
    return list(links), outcomes


@pytest.mark.parametrize("datasets", [(DATASET, TRAVELS), (TRAVELS, DATASET)])
def test_a_trip_and_a_visit_that_answer_each_other_are_counterparts_whichever_came_first(
    home, ruritania, tmp_path, datasets
):
    kind = EventType.objects.create(code="visit", slug="visit", label="Visit")
    publish(home, ruritania, kind, by=None)
    write(
        tmp_path,
        {
            PRESIDENT: trips(trip("1", "1897-02-01"), trip("2", "1898-02-01")),
            VISITS: visits(
                visit("3", "1897-02-01", description=DAM),
                visit("4", "1898-02-01", description="Met with President Black."),
                visit("5", "1899-02-01", description=DAM),
            ),
        },
    )

    links, outcomes = links_after(tmp_path, *datasets)

    (link,) = links
    assert link in {("counterpart", "1", "3"), ("counterpart", "3", "1")}
    assert [set(outcome) for outcome in outcomes] == [{"unchanged"}] * 4


def test_without_the_united_states_nothing_can_be_told(db, tmp_path):
    with pytest.raises(InputError) as caught:
        translated(tmp_path, visit("1", "1897-02-01"))

    assert caught.value.code == "unknown_state"
