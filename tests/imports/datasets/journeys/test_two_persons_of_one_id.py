"""An id by which pocom and travels mean two persons: they stay two, whichever data set comes first."""

from __future__ import annotations

from itertools import permutations
from typing import TYPE_CHECKING

import pytest

from events.models import EventType, Participation
from imports.datasets.pocom.importer import DATASET as POCOM
from imports.datasets.travels.importer import DATASET as TRAVELS
from imports.datasets.us_executive.importer import DATASET as EXECUTIVE
from people.models import Person, Tenure
from tests.imports.datasets.importing import import_folder
from tests.imports.datasets.journeys import journey_files
from tests.imports.datasets.pocom import files as pocom_files

if TYPE_CHECKING:
    from pathlib import Path

    from imports.dataset import Dataset


@pytest.fixture(autouse=True)
def visit(ruritania):
    EventType.objects.create(code="visit", slug="visit", label="Visit")


EXECUTIVE_FILES = {
    "executive.yaml": """
- id: {govtrack: 412359}
  name: {first: William, middle: Howard, last: Taft}
  bio: {birthday: '1857-09-15'}
  terms:
  - {type: prez, start: '1909-03-04', end: '1913-03-04', how: election}
"""
}


def pocom(who: str) -> dict[str, str]:
    life = "<birth>1915</birth><death>1991</death>"
    held = pocom_files.appointment("rr-1953-taft-01", who, started="1953-05-13", ended="1957-06-25")
    return {
        f"people/t/{who}.xml": pocom_files.person(who, "William Howard", "Taft", life),
        "roles-country-chiefs/ambassador-e-p.xml": pocom_files.AMBASSADOR,
        "missions-countries/ruritania.xml": pocom_files.mission(held),
    }


def travels(who: str) -> dict[str, str]:
    named = {"who": who, "name": "William Howard Taft"}
    trips = [
        journey_files.trip("1", "1909-01-29", "1909-02-07", **named),
        journey_files.trip("2", "1909-10-16", **named),
    ]
    return {f"president-travels/{who}.xml": journey_files.trips(*trips)}


def imported(folder: Path, dataset: Dataset, files: dict[str, str]) -> dict[str, int]:
    own = folder / dataset.name
    journey_files.write(own, files)
    return import_folder(dataset, own)


def persons() -> list[tuple[str, list[str], list[str], list[str]]]:
    """Return the birth, the identifiers, the starts of tenures and the days of journeys of each person."""
    return sorted(
        (
            person.birth.edtf,
            sorted(f"{each.scheme}:{each.value}" for each in person.identifiers.all()),
            sorted(tenure.start.edtf for tenure in Tenure.objects.filter(person=person)),
            sorted(
                Participation.objects.filter(
                    person=person, event__identifiers__scheme="travels"
                ).values_list("event__when_edtf", flat=True)
            ),
        )
        for person in Person.objects.all()
    )


@pytest.mark.parametrize(
    "order", list(permutations(["us-executive", "pocom", "travels"])), ids="-".join
)
def test_the_president_and_his_grandson_stay_two(tmp_path, order):
    sets = {
        "us-executive": (EXECUTIVE, EXECUTIVE_FILES),
        "pocom": (POCOM, pocom("taft-william-howard")),
        "travels": (TRAVELS, travels("taft-william-howard")),
    }

    for name in order:
        imported(tmp_path, *sets[name])
    first = persons()
    # What came first finds more the second time: the tenure in which somebody travelled.
    for name in order:
        assert "created" not in imported(tmp_path, *sets[name])

    assert first == [
        (
            "1857-09-15",
            ["govtrack:412359", "travels-person:taft-william-howard"],
            ["1909-03-04"],
            ["1909-01-29", "1909-10-16"],
        ),
        ("1915", ["pocom:taft-william-howard"], ["1953-05-13"], []),
    ]
    assert persons() == first


def test_an_id_that_no_table_has_is_not_believed_against_the_days(tmp_path):
    imported(tmp_path, POCOM, pocom("taft-w"))

    rows, _documents, near = journey_files.translated(TRAVELS, tmp_path, travels("taft-w"))
    imported(tmp_path, TRAVELS, travels("taft-w"))

    assert [(fault.code, fault.detail) for fault in rows["trip:1"].warnings] == [
        (
            "other_person",
            "In pocom this is the id of somebody else, who was born in 1915, died in 1991: taken as another person.",
        )
    ]
    assert near == []
    assert persons() == [
        ("", ["travels-person:taft-w"], [], ["1909-01-29", "1909-10-16"]),
        ("1915", ["pocom:taft-w"], ["1953-05-13"], []),
    ]
    assert set(imported(tmp_path, TRAVELS, travels("taft-w"))) == {"unchanged"}


def test_an_id_that_a_record_of_another_life_has_is_left_to_it(tmp_path):
    """Whether the journeys came first, with the list of presidents, and pocom means somebody else."""
    listed = journey_files.president(
        "27",
        "1909-03-04",
        journey_files.left("1913-03-04"),
        who="taft-w",
        name="William Howard Taft",
        birth="<birth-year>1857</birth-year>",
        death="<death-year>1930</death-year>",
    )
    presidents = {journey_files.PRESIDENTS: journey_files.presidents(listed)}
    imported(tmp_path, TRAVELS, travels("taft-w") | presidents)

    imported(tmp_path, POCOM, pocom("taft-w"))

    assert persons() == [
        ("1857", ["pocom:taft-w"], ["1909-03-04"], ["1909-01-29", "1909-10-16"]),
        ("1915", ["pocom-person:taft-w"], ["1953-05-13"], []),
    ]
    assert set(imported(tmp_path, POCOM, pocom("taft-w"))) == {"unchanged"}
    # A date that the data set corrects makes nobody else of the person that it wrote.
    changed = pocom("taft-w")
    changed["people/t/taft-w.xml"] = changed["people/t/taft-w.xml"].replace("1915", "1935")
    assert imported(tmp_path, POCOM, changed)["updated"] == 1
    assert [birth for birth, *_rest in persons()] == ["1857", "1935"]
