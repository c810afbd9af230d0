"""The states that ship with the project: how they are loaded, and what their file says. What they are is in test_reference_states.py."""

from __future__ import annotations

import json
from io import StringIO

import pytest
from django.core.management import call_command

from people.models import State
from people.reference_data.update import FILE, read_table, updated
from records.models import Change
from records.publishing.publish import publish
from records.reference_data import Loaded, load_all, reference_rows
from tests.factories.documents import document_of

pytestmark = pytest.mark.django_db

# 249 of ISO 3166-1, Kosovo, the 21 of ISO 3166-3 that are no mere renaming, North Yemen and South Vietnam, and those of
# the nineteenth century.
STATES = 249 + 1 + 21 + 2 + 22

HEADER = "ISO3166-1-Alpha-2,UNTERM French Short,UNTERM French Formal"


def load() -> list[Loaded]:
    return load_all(["people"])


def test_states_arrive_published_and_a_second_run_changes_nothing() -> None:
    first, second = StringIO(), StringIO()

    call_command("load_reference", stdout=first)
    published = list(Change.objects.values_list("kind", "action").filter(kind="state"))
    call_command("load_reference", stdout=second)

    assert f"states: {STATES} created, 0 there already\n" in first.getvalue()
    assert f"states: 0 created, {STATES} there already\n" in second.getvalue()
    assert published == [("state", "published")] * STATES
    assert Change.objects.filter(kind="state").count() == STATES
    assert not State.objects.exclude(editorial_state="published").exists()


def test_what_the_desk_changed_or_removed_stays_so() -> None:
    load()
    state = State.objects.get(slug="turkiye")
    state.name = "Turkey"
    state.save()
    state.names.all().delete()
    publish(state, by=None)
    State.objects.filter(slug="georgia").update(curators_note="kept as a draft")

    loaded = load()

    assert loaded == [Loaded("states", created=0, unchanged=STATES)]
    assert document_of(state)["name"] == "Turkey"
    assert document_of(state)["names"] == []
    assert document_of(state)["revision"] == 2


def test_missing_states_are_added_between_those_that_are_there() -> None:
    yugoslavia = State.objects.create(
        name="Yugoslavia, by the desk", slug="yugoslavia", kind="historical_state"
    )
    publish(yugoslavia, by=None)

    loaded = load()

    assert loaded == [Loaded("states", created=STATES - 1, unchanged=1)]
    assert [
        (each["state"]["label"], each["kind"], each["date"]["edtf"])
        for each in document_of(State.objects.get(slug="slovenia"))["predecessors"]
    ] == [("Yugoslavia, by the desk", "dissolution", "1991-06-25")]


def test_no_reference_in_the_file_is_misspelt() -> None:
    rows = {row["slug"]: row for row in reference_rows(State)}
    predecessors = [each["state"] for row in rows.values() for each in row.get("predecessors", ())]

    assert len(rows) == STATES
    assert set(predecessors) <= rows.keys()
    assert len(predecessors) == 53


def test_the_file_says_what_iso_3166_and_the_cldr_say() -> None:
    text = FILE.read_text(encoding="utf-8")

    assert updated(text) == text


def test_updating_restores_what_the_standards_say_and_keeps_our_own_decisions() -> None:
    rows = {row["slug"]: row for row in reference_rows(State)}
    rows["turkiye"] |= {"name": "Turkey", "names": rows["turkiye"]["names"][1:]}
    rows["georgia"]["codes"].pop()
    rows["soviet-union"]["codes"][0]["end"] = "1991"
    rows["holy-see"] |= {"name": "The Holy See", "kind": "international_territory"}
    angola = rows.pop("angola")

    text = "".join(json.dumps(row) + "\n" for row in rows.values())
    found = [json.loads(line) for line in updated(text).splitlines()]

    expected = {row["slug"]: row for row in reference_rows(State)}
    expected["holy-see"] |= {"name": "The Holy See", "kind": "international_territory"}
    del expected["angola"]
    # What only the table of the United Nations has is not there without it.
    angola["names"] = [
        name for name in angola["names"] if name["kind"] == "short" or name["language"] == "en"
    ]
    assert found == [*expected.values(), angola]


@pytest.mark.parametrize(
    ("told", "names"),
    [
        pytest.param(
            "Allemagne (l'),la  République fédérale d\N{RIGHT SINGLE QUOTATION MARK}Allemagne *",
            [("Allemagne", "short"), ("République fédérale d'Allemagne", "official")],
            id="articles, footnotes and spaces",
        ),
        pytest.param(
            "Germanie (État fédéral de),l\N{RIGHT SINGLE QUOTATION MARK}Allemagne",
            [("Allemagne", "short"), ("Germanie", "alias")],
            id="another short name, and an official one that is the everyday one",
        ),
        pytest.param(
            "Pologne (la),la République d'Angola",
            [("Allemagne", "short"), ("République d'Angola", "official"), ("Pologne", "alias")],
            id="what another state is called in French is kept",
        ),
        pytest.param(
            "Poland,la U.S.S.R.",
            [("Allemagne", "short")],
            id="what another state is called in English is left out",
        ),
        pytest.param("PL,SUHH", [("Allemagne", "short")], id="and so is a code of another"),
        pytest.param(
            "Deutschland,DE",
            [("Allemagne", "short"), ("DE", "official"), ("Deutschland", "alias")],
            id="its own code is no other's",
        ),
        pytest.param(",", [("Allemagne", "short")], id="nothing"),
    ],
)
def test_names_in_other_languages_come_from_the_cldr_and_the_table(
    told: str, names: list[tuple[str, str]]
) -> None:
    short, formal = told.split(",")
    table = read_table(f"{HEADER}\nDE,{short},{formal}\n".splitlines())
    rows = {row["slug"]: row for row in reference_rows(State)}
    rows["soviet-union"]["names"].append({"name": "USSR", "kind": "short", "language": "en"})
    text = "".join(json.dumps(row) + "\n" for row in rows.values())

    found = [json.loads(line) for line in updated(text, table).splitlines()]

    (germany,) = (row for row in found if row["slug"] == "germany")
    assert [
        (each["name"], each["kind"]) for each in germany["names"] if each["language"] == "fr"
    ] == names
