"""Suggestions while typing: published records only, exact before begun before alike, and distinguished by hints."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import orjson
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from people.models import PersonName, State, StateCode, StateName
from records.desk_search import Folded
from records.models import PublishedName, PublishedWord
from records.publishing.merge import merge
from records.publishing.publish import publish, restore, withdraw
from records.registry import all_kinds
from tests.factories.agreements import make_agreement
from tests.factories.events import make_event, make_event_type
from tests.factories.people import make_office, make_part, make_person, make_state, make_tenure
from tests.factories.records import make_source, make_topic
from tests.factories.thorough import one_in

if TYPE_CHECKING:
    from django.test import Client

pytestmark = pytest.mark.django_db


def suggested(client: Client, typed: str, **more: str) -> list[dict[str, Any]]:
    rest = "".join(f"&{name}={value}" for name, value in more.items())
    response = client.get(f"/api/v1/autocomplete/?q={quote(typed)}{rest}")
    assert response.status_code == 200, response.content
    results: list[dict[str, Any]] = response.json()["results"]
    return results


def labels(client: Client, typed: str, **more: str) -> list[str]:
    return [each["label"] for each in suggested(client, typed, **more)]


@pytest.fixture
def world(db: None) -> dict[str, Any]:
    """States, persons and an event, all of them published."""
    source = make_source(title="Dawn", publisher="Dawn Media")
    pakistan = make_state("Pakistan", alpha_2="PK", start="1947-08-14")
    make_part(StateName, record=pakistan, name="پاکستان")
    make_part(StateName, record=pakistan, name="Dominion of Pakistan", kind="former")
    soviet = make_state("Soviet Union", kind="historical_state", start="1922", end="1991-12-26")
    make_part(StateCode, state=soviet, scheme="iso3166-3", value="SUHH")
    dar, zardari = (
        make_person("Ishaq Dar", source=source),
        make_person("Asif Ali Zardari", source=source),
    )
    kerry = make_person("John Kerry", source=source, birth="1943-12-11")
    gaddafi = make_person(
        "Muammar Gaddafi", source=source, birth="1942", death="2011-10-20", living="dead"
    )
    make_part(PersonName, record=gaddafi, name="Муаммар Каддафи")
    minister = make_office("Foreign Minister", state=pakistan, source=source)
    tenure = make_tenure(dar, minister, start="2024-03-11", end_status="ongoing", source=source)
    call = make_event_type("call", label="Call")
    event = make_event("Call between Dar and Rubio", when="2025-05-10", type=call, source=source)
    made = [source, pakistan, soviet, dar, zardari, kerry, gaddafi, minister, tenure, call, event]
    publish(*made, by=None)
    return {"source": source, "dar": dar, "pakistan": pakistan, "soviet": soviet, "event": event}


def test_a_suggestion_says_what_was_found_and_how_to_tell_it_apart(
    client: Client, world: dict[str, Any]
) -> None:
    response = client.get("/api/v1/autocomplete/?q=ishaq")

    assert response.json() == {
        "results": [
            {
                "id": str(world["dar"].pk),
                "object": "person",
                "label": "Ishaq Dar",
                "hint": "Foreign Minister, Pakistan (since 2024)",
                "matched": "Ishaq Dar",
                "url": f"/api/v1/people/{world['dar'].pk}/",
            },
            {
                "id": str(world["dar"].tenures.get().pk),
                "object": "tenure",
                "label": "Ishaq Dar, Foreign Minister",
                "hint": "since 2024",
                "matched": "Ishaq Dar, Foreign Minister",
                "url": f"/api/v1/tenures/{world['dar'].tenures.get().pk}/",
            },
        ]
    }
    assert response.headers["Cache-Control"] == "public, max-age=60"
    again = client.get(
        "/api/v1/autocomplete/?q=ishaq", headers={"if-none-match": response.headers["ETag"]}
    )
    assert again.status_code == 304


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("pk", ["Pakistan"]),
        ("PAKI", ["Pakistan"]),
        ("پاکس", ["Pakistan"]),
        ("dominion", ["Pakistan"]),
        ("suhh", ["Soviet Union"]),
        ("dar", ["Ishaq Dar"]),
        ("dar ish", ["Ishaq Dar"]),
        ("zardar", ["Asif Ali Zardari"]),
        ("Kery", ["John Kerry"]),
        ("john kerri", ["John Kerry"]),
        ("Gadafi", ["Muammar Gaddafi"]),
        ("gaddaif", ["Muammar Gaddafi"]),
        ("каддафи", ["Muammar Gaddafi"]),
        ("Каддаффи", ["Muammar Gaddafi"]),
        ("call bet", ["Call between Dar and Rubio"]),
        ("rubio", []),  # events are found by the beginning of their label
        ("xyzzy", []),
        ("!!", []),
        ("%", []),
        ("_", []),
        ("\\", []),
        ("'", []),
    ],
)
def test_names_codes_scripts_beginnings_and_slips(
    client: Client, world: dict[str, Any], typed: str, expected: list[str]
) -> None:
    kinds = "state,person,organization,event,topic"
    assert labels(client, typed, object=kinds) == expected


def test_hints_by_kind(client: Client, world: dict[str, Any]) -> None:
    hints = {
        (each["object"], each["hint"])
        for typed in (
            "Soviet",
            "Kerry",
            "Gaddafi",
            "Foreign",
            "Call",
            "Dawn",
            "Zardari",
            "Pakistan",
        )
        for each in suggested(client, typed)
    }

    assert hints == {
        ("state", "SUHH, 1922–1991"),  # noqa: RUF001
        ("state", "PK, since 1947"),
        ("person", "born 1943"),
        ("person", "1942–2011"),  # noqa: RUF001
        ("person", None),
        ("office", "Pakistan"),
        ("event_type", None),
        ("event", "2025-05-10, Call"),
        ("source", "Dawn Media"),
    }


def test_what_was_not_there_on_the_day_is_left_out_and_without_a_day_comes_later(
    client: Client, world: dict[str, Any]
) -> None:
    old = make_state("Georgia", kind="historical_state", start="1918", end="1921")
    new = make_state("Georgia", alpha_2="GE", start="1991")
    make_part(StateCode, state=old, scheme="iso3166-1-alpha-2", value="GG", end="1921")
    other = make_state("Guernsey")
    make_part(StateCode, state=other, scheme="iso3166-1-alpha-2", value="GG", start="1950")
    publish(old, new, other, by=None)

    def found(typed: str, **more: str) -> list[str]:
        return [each["id"] for each in suggested(client, typed, object="state", **more)]

    assert found("georgia") == [str(new.pk), str(old.pk)]
    assert found("georgia", on="1920") == [str(old.pk)]
    assert found("georgia", on="1950-01-01") == []
    assert found("georgia", on="2025") == [str(new.pk)]
    assert found("georgia", on="1921") == [str(old.pk)]
    assert found("GG") == [str(other.pk), str(old.pk)]
    assert found("gg", on="1919") == [str(old.pk)]
    assert labels(client, "ishaq dar,", object="tenure", on="2023") == []
    assert labels(client, "ishaq dar,", object="tenure", on="2024") == [
        "Ishaq Dar, Foreign Minister"
    ]


def test_only_what_is_published_is_found(client: Client, world: dict[str, Any]) -> None:
    source = world["source"]
    person = make_person("Wolfram Quux", source=source)
    assert labels(client, "quux") == []

    publish(person, by=None)
    person.name = "Wolfram Changed"
    person.save()
    assert labels(client, "quux") == ["Wolfram Quux"]
    assert labels(client, "changed") == []

    publish(person, by=None)
    assert labels(client, "quux") == []
    assert labels(client, "changed") == ["Wolfram Changed"]

    withdraw(person, by=None, reason="Wrong.")
    assert labels(client, "changed") == []
    assert not PublishedName.objects.filter(record_id=person.pk).exists()
    restore(person, by=None)
    assert labels(client, "changed") == ["Wolfram Changed"]

    survivor = make_person("Somebody Else", source=source)
    publish(survivor, by=None)
    merge(person, survivor, by=None, reason="The same person.")
    assert labels(client, "changed") == []
    assert str(person.pk) not in {each["id"] for each in suggested(client, "changed")}


def test_the_table_of_names_is_what_documents_say(story: None) -> None:
    """Whatever was published, in whatever order: recomputed from the current documents, it is the same."""
    expected = []
    for kind in all_kinds():
        if kind.editions.is_found_by_words:
            for text in kind.editions._default_manager.current().values_list("document", flat=True):
                document = orjson.loads(text)
                expected += [
                    (row["record_id"], row["place"], row["kind"], row["sort"], row["name"])
                    for row in PublishedName.rows_of(
                        kind.name, document, kind.editions.called(document)
                    )
                ]

    kept = PublishedName.objects.values_list("record_id", "place", "kind", "sort", "name")
    assert sorted((str(key), *rest) for key, *rest in kept) == sorted(expected)
    assert len(expected) > 300


def test_the_words_that_are_known_are_those_of_all_published_names(story: None) -> None:
    words = {
        word
        for folded in PublishedName.objects.values_list("folded", flat=True)
        for word in folded.split()
    }

    assert set(PublishedWord.objects.values_list("word", flat=True)) >= words
    assert len(words) > 300


def test_whole_words_are_ranked_as_a_recount_of_all_names_ranks_them(
    client: Client, world: dict[str, Any]
) -> None:
    """Random names of few words, so that many have the same: exact, with the word at the beginning, shorter, by the alphabet."""
    dice = random.Random(88)  # noqa: S311 - no secret
    words = ["Abara", "Bodul", "Cetiva", "Dorosh"]
    names = sorted({" ".join(dice.choices(words, k=dice.choice([1, 2, 3]))) for _ in range(60)})
    publish(*[make_person(name, source=world["source"]) for name in names], by=None)

    for typed in words:
        having = [name for name in names if typed in name.split()]
        expected = sorted(
            having,
            key=lambda name: (
                name != typed,
                not name.startswith(typed),
                len(name),
                name,
            ),
        )
        assert labels(client, typed.lower(), object="person") == expected[:10], typed


def test_every_state_is_first_by_its_exact_name_and_by_its_exact_code(
    client: Client, story: None
) -> None:
    states = list(State.objects.filter(editorial_state="published"))
    codes = StateCode.objects.filter(scheme="iso3166-1-alpha-2", end_edtf="")
    asked = [
        *((state.name, state.pk) for state in states),
        *((code.value, code.state_id) for code in codes),
        *((code.value.lower(), code.state_id) for code in codes[::10]),
    ]
    # That of the desk, which asks many at once, has all of them.
    wrong = [
        (typed, [each["label"] for each in found[:2]])
        for typed, key in asked[:: one_in(3)]
        if (found := suggested(client, typed)) == [] or found[0]["id"] != str(key)
    ]

    assert len(states) > 190
    assert len(codes) > 190
    assert wrong == []


def test_states_are_found_by_their_names_in_other_languages(client: Client, story: None) -> None:
    names = StateName.objects.exclude(language__in=("", "en"))
    bearers: dict[str, set[str]] = {}
    for name, state in names.annotate(folded=Folded("name")).values_list("folded", "record_id"):
        bearers.setdefault(name, set()).add(str(state))
    asked = list(names.order_by("name", "pk"))[::41]
    wrong = [
        (name.name, name.language)
        for name in asked
        if [each["id"] for each in suggested(client, name.name, object="state")][:1]
        != [str(name.record_id)]
    ]

    assert len(asked) > 40
    assert max(map(len, bearers.values())) == 1
    assert wrong == []
    for typed in (
        "Allemagne",
        "alemania",
        "Германия",
        "德国",
        "ألمانيا",
        "République fédérale d'Allemagne",
    ):
        assert labels(client, typed, object="state")[0] == "Germany", typed
        found = client.get("/api/v1/states/", {"search": typed, "fields": "label"}).json()
        assert [each["label"] for each in found["results"]] == ["Germany"], typed
        asked_for = {"queries": [{"name": typed, "object": "state"}]}
        answer = client.post("/api/v1/resolve/", asked_for, content_type="application/json").json()
        assert [(each["status"], each["record"]["label"]) for each in answer["results"]] == [
            ("found", "Germany")
        ], typed


def test_names_in_other_languages_come_behind_english_ones_unless_they_are_exact(
    client: Client, db: None
) -> None:
    states = [
        make_state(name) for name in ("Argentina", "Algeria", "Sudan", "Taiwan", "China", "Albania")
    ]
    argentina, algeria, sudan, taiwan, china, _albania = states
    korea = make_state("South Korea")
    make_part(StateName, record=algeria, name="Argelia", kind="short", language="es")
    make_part(StateName, record=korea, name="Corée du Sud", kind="short", language="fr")
    make_part(StateName, record=taiwan, name="Chinese Taipei", kind="alias", language="en")
    make_part(StateName, record=china, name="Chine", kind="short", language="fr")
    make_part(StateName, record=argentina, name="Argentine", kind="short", language="fr")
    make_part(StateName, record=sudan, name="Soudan", kind="short", language="fr")
    publish(*states, korea, by=None)

    assert labels(client, "ar") == ["Argentina", "Algeria"]  # Argelia is shorter
    assert labels(client, "sud") == ["Sudan", "South Korea"]  # Sud is a whole word
    assert labels(client, "sou") == ["South Korea", "Sudan"]  # Soudan is shorter
    assert labels(client, "chin") == ["China", "Taiwan"]
    assert labels(client, "chine")[:2] == ["China", "Taiwan"]  # Chine is exact
    assert suggested(client, "argentine")[0]["matched"] == "Argentine"


@pytest.mark.parametrize(
    ("query", "faults"),
    [
        ("q=a&object=person,persn", [("invalid_choice", "object", "person")]),
        ("q=a&on=yesterday", [("invalid_date", "on", None)]),
        ("q=", [("empty_value", "q", None)]),
        (f"q={'a' * 101}", [("too_long", "q", None)]),
        ("q=a&limit=3", [("unknown_parameter", "limit", None)]),
        ("q=%00", [("invalid_encoding", "q", None)]),
    ],
)
def test_parameters_are_read_strictly(
    client: Client, query: str, faults: list[tuple[str, str, str | None]]
) -> None:
    response = client.get(f"/api/v1/autocomplete/?{query}")

    assert response.status_code == 400
    assert [
        (fault["code"], fault["parameter"], fault.get("suggestion"))
        for fault in response.json()["errors"]
    ] == faults


def test_the_number_of_statements_does_not_depend_on_what_is_found(
    client: Client, world: dict[str, Any]
) -> None:
    def statements(typed: str) -> int:
        with CaptureQueriesContext(connection) as queries:
            suggested(client, typed, object="person")
        return len(queries)

    publish(
        *[make_person(f"Quorum {number}", source=world["source"]) for number in range(12)], by=None
    )
    # What was typed; names; documents; offices. With fewer than ten found, also words and names that look alike.
    assert statements("quorum") == 4
    assert statements("ishaq") == 6
    assert statements("xyzzy") == 4
    assert len(suggested(client, "quorum")) == 10


def test_topics_and_agreements_are_found_by_all_their_names(
    client: Client, world: dict[str, Any]
) -> None:
    topic = make_topic(
        "critical-minerals", label="Critical minerals", alternative_labels=["Rare earths"]
    )
    treaty = make_agreement(
        "Treaty on the Prohibition of Everything",
        short_title="Everything Treaty",
        source=world["source"],
    )
    publish(topic, treaty, by=None)

    assert labels(client, "rare ear") == ["Critical minerals"]
    assert labels(client, "critical-min") == ["Critical minerals"]
    assert labels(client, "everything tr") == ["Everything Treaty"]
    assert labels(client, "prohib") == ["Everything Treaty"]
