"""What the states that ship with the project are, as everybody reads them: they are loaded once for all tests here."""

from __future__ import annotations

from collections import Counter
from typing import Any

import orjson
import pycountry
import pytest

from people.models import State, StateCode, StateEdition, StateName
from records.desk_search import Folded
from tests.factories.story import load_reference

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference_data")]


@pytest.fixture(scope="module")
def reference_data(module_transaction: None) -> None:
    load_reference()


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


def test_every_code_of_iso_3166_is_there() -> None:
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
    assert Counter(State.objects.values_list("kind", flat=True)) == {
        "sovereign_state": 193 + 2,  # members of the United Nations, the Holy See and Palestine
        "dependency": 48 + 10,
        "partially_recognised": 4,
        "historical_state": 10 + 22,
        "sub_state_entity": 3,
        "international_territory": 3,
    }


def test_soviet_union_is_continued_by_russia_and_dissolved_into_others() -> None:
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
    assert names_of("germany") == [
        ("Federal Republic of Germany", "official", "en"),
        ("FRG", "short", "en"),
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
    document = document_of(slug)
    assert (document["name"], document["label"], document["kind"]) == (name, name, kind)
    found = StateName.objects.filter(record__slug=slug, kind="official", language="en").values_list(
        "name", flat=True
    )
    assert list(found) == ([official] if official else [])


def test_no_name_in_another_language_is_an_english_name_or_a_code_of_another_state() -> None:
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
