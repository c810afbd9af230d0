"""The states that ship with the project."""

from __future__ import annotations

import json
from collections import Counter
from io import StringIO
from typing import Any

import orjson
import pycountry
import pytest
from django.core.management import call_command

from people.models import State, StateCode, StateEdition, StateName
from people.reference_data.update import FILE, read_table, updated
from records.desk_search import Folded
from records.models import Change
from records.publishing.publish import publish
from records.reference_data import Loaded, load_all, reference_rows
from tests.factories.story import load_reference

pytestmark = pytest.mark.django_db

# 249 of ISO 3166-1, Kosovo, the 21 of ISO 3166-3 that are no mere renaming, North Yemen and South Vietnam, and those of
# the nineteenth century.
STATES = 249 + 1 + 21 + 2 + 22

HEADER = "ISO3166-1-Alpha-2,UNTERM French Short,UNTERM French Formal"


def load() -> list[Loaded]:
    return load_all(["people"])


def document_of(slug: str) -> dict[str, Any]:
    document: dict[str, Any] = orjson.loads(StateEdition.objects.current().get(slug=slug).document)
    return document


def codes_of(slug: str) -> set[tuple[str, str, str | None, str | None]]:
    return {
        (
            code["scheme"].removeprefix("iso3166-"),
            code["value"],
            code["start"] and code["start"]["edtf"],
            code["end"] and code["end"]["edtf"],
        )
        for code in document_of(slug)["codes"]
    }


def names_of(slug: str) -> list[tuple[str, str, str]]:
    return [(name["name"], name["kind"], name["language"]) for name in document_of(slug)["names"]]


def predecessors_of(slug: str) -> list[tuple[str, str, str]]:
    return [
        (each["state"]["label"], each["kind"], each["date"]["edtf"])
        for each in document_of(slug)["predecessors"]
    ]


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
    assert document_of("turkiye")["name"] == "Turkey"
    assert document_of("turkiye")["names"] == []
    assert document_of("turkiye")["revision"] == 2


def test_missing_states_are_added_between_those_that_are_there() -> None:
    yugoslavia = State.objects.create(
        name="Yugoslavia, by the desk", slug="yugoslavia", kind="historical_state"
    )
    publish(yugoslavia, by=None)

    loaded = load()

    assert loaded == [Loaded("states", created=STATES - 1, unchanged=1)]
    assert predecessors_of("slovenia") == [("Yugoslavia, by the desk", "dissolution", "1991-06-25")]


def test_every_code_of_iso_3166_is_there() -> None:
    load_reference()

    have = set(StateCode.objects.values_list("scheme", "value"))
    for country in pycountry.countries:
        assert ("iso3166-1-alpha-2", country.alpha_2) in have
        assert ("iso3166-1-alpha-3", country.alpha_3) in have
        assert ("iso3166-1-numeric", country.numeric) in have
    for country in pycountry.historic_countries:
        assert ("iso3166-1-alpha-2", country.alpha_2) in have
        assert ("iso3166-1-alpha-3", country.alpha_3) in have
        assert ("iso3166-3", country.alpha_4) in have


def test_kinds_of_states_add_up() -> None:
    load_reference()

    assert Counter(State.objects.values_list("kind", flat=True)) == {
        "sovereign_state": 193 + 2,  # members of the United Nations, the Holy See and Palestine
        "dependency": 48 + 10,
        "partially_recognised": 4,
        "historical_state": 10 + 22,
        "sub_state_entity": 3,
        "international_territory": 3,
    }


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


def test_no_name_in_another_language_is_an_english_name_or_a_code_of_another_state() -> None:
    load_reference()

    named = StateName.objects.annotate(folded=Folded("name"))
    foreign = set(named.exclude(language="en").values_list("folded", "record__slug"))
    english = {
        *named.filter(language="en").values_list("folded", "record__slug"),
        *State.objects.annotate(folded=Folded("name")).values_list("folded", "slug"),
        *StateCode.objects.annotate(folded=Folded("value")).values_list("folded", "state__slug"),
    }
    bearers: dict[str, set[str]] = {}
    for name, slug in english:
        bearers.setdefault(name, set()).add(slug)
    assert [(name, slug) for name, slug in foreign if bearers.get(name, set()) - {slug}] == []
    short = named.exclude(language="en").filter(kind="short")
    assert Counter(short.values_list("language", flat=True)) == dict.fromkeys(
        ("ar", "es", "fr", "ru", "zh"), 250
    )


def test_soviet_union_is_continued_by_russia_and_dissolved_into_others() -> None:
    load_reference()

    union = document_of("soviet-union")
    assert (union["kind"], union["start"]["edtf"], union["end"]["edtf"]) == (
        "historical_state",
        "1922-12-30",
        "1991-12-26",
    )
    assert codes_of("soviet-union") == {
        ("1-alpha-2", "SU", None, "1992-08-30"),
        ("1-alpha-3", "SUN", None, "1992-08-30"),
        ("1-numeric", "810", None, "1992-08-30"),
        ("3", "SUHH", None, None),
    }
    assert predecessors_of("russia") == [("Soviet Union", "continuation", "1991-12-26")]
    assert predecessors_of("ukraine") == [("Soviet Union", "dissolution", "1991-12-26")]
    assert predecessors_of("estonia") == []


def test_germany_is_one_state_which_east_germany_joined() -> None:
    load_reference()

    assert names_of("germany") == [
        ("Federal Republic of Germany", "official", "en"),
        ("West Germany", "former", "en"),
        ("ألمانيا", "short", "ar"),
        ("جمهورية ألمانيا الاتحادية", "official", "ar"),
        ("Alemania", "short", "es"),
        ("República Federal de Alemania", "official", "es"),
        ("Allemagne", "short", "fr"),
        ("République fédérale d'Allemagne", "official", "fr"),
        ("Германия", "short", "ru"),
        ("Федеративная Республика Германия", "official", "ru"),
        ("德国", "short", "zh"),
        ("德意志联邦共和国", "official", "zh"),
    ]
    assert predecessors_of("germany") == [("East Germany", "absorption", "1990-10-03")]
    assert ("3", "DDDE", None, None) in codes_of("east-germany")


def test_yugoslavia_and_its_namesake_share_a_code_one_after_the_other() -> None:
    load_reference()

    assert ("1-alpha-2", "YU", None, "1992-04-27") in codes_of("yugoslavia")
    assert ("1-alpha-2", "YU", "1992-04-27", "2003-07-23") in codes_of("serbia-and-montenegro")
    assert ("1-alpha-2", "CS", "2003-07-23", "2006-09-26") in codes_of("serbia-and-montenegro")
    assert predecessors_of("serbia-and-montenegro") == [("Yugoslavia", "dissolution", "1992-04-27")]
    assert ("1-alpha-2", "CS", None, "1993-06-15") in codes_of("czechoslovakia")


@pytest.mark.parametrize(
    ("slug", "code", "name"),
    [
        ("myanmar", "BUMM", "Burma"),
        ("benin", "DYBJ", "Dahomey"),
        ("burkina-faso", "HVBF", "Upper Volta"),
        ("democratic-republic-of-the-congo", "ZRCD", "Zaire"),
        ("zimbabwe", "RHZW", "Southern Rhodesia"),
        ("timor-leste", "TPTL", "Portuguese Timor"),
        ("vanuatu", "NHVU", "New Hebrides"),
        ("belarus", "BYAA", "Byelorussian Soviet Socialist Republic"),
        ("djibouti", "AIDJ", "French Territory of the Afars and the Issas"),
    ],
)
def test_new_name_makes_no_new_state(slug: str, code: str, name: str) -> None:
    load_reference()

    assert ("3", code, None, None) in codes_of(slug)
    assert (name, "former", "en") in names_of(slug)
    assert not State.objects.filter(name=name).exists()


@pytest.mark.parametrize(
    ("slug", "name", "kind", "official"),
    [
        ("united-states", "United States", "sovereign_state", "United States of America"),
        ("russia", "Russia", "sovereign_state", "Russian Federation"),
        ("south-korea", "South Korea", "sovereign_state", None),
        ("iran", "Iran", "sovereign_state", "Islamic Republic of Iran"),
        ("palestine", "Palestine", "sovereign_state", "State of Palestine"),
        ("holy-see", "Holy See", "sovereign_state", None),
        ("taiwan", "Taiwan", "partially_recognised", "Republic of China"),
        ("kosovo", "Kosovo", "partially_recognised", "Republic of Kosovo"),
        ("greenland", "Greenland", "dependency", None),
        ("cote-divoire", "Côte d'Ivoire", "sovereign_state", "Republic of Côte d'Ivoire"),
        (
            "bosnia-and-herzegovina",
            "Bosnia and Herzegovina",
            "sovereign_state",
            "Republic of Bosnia and Herzegovina",
        ),
    ],
)
def test_everyday_names_kinds_and_official_names(
    slug: str, name: str, kind: str, official: str | None
) -> None:
    load_reference()

    document = document_of(slug)
    assert (document["name"], document["label"], document["kind"]) == (name, name, kind)
    found = StateName.objects.filter(record__slug=slug, kind="official", language="en").values_list(
        "name", flat=True
    )
    assert list(found) == ([official] if official else [])
