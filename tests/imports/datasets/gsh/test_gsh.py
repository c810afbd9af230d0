"""Territories as states, and whole imports of them."""

from __future__ import annotations

import pytest

from imports.dataset import Row
from imports.datasets.gsh.importer import DATASET
from imports.matching.states import Crosswalk
from people.models import State, StateIdentifier, StateSuccession
from tests.factories.people import make_state
from tests.imports.datasets.gsh.territory_files import (
    DEPENDENCY,
    INDEPENDENT,
    cited,
    link,
    translated,
    warnings,
    words,
    write,
)
from tests.imports.datasets.importing import import_folder

# States


def test_a_territory_becomes_a_state_with_its_names_and_its_source(folder):
    write(
        folder,
        "ruritania",
        "987",
        official="Kingdom of Ruritania",
        notes="Crowned  in\n the abbey",
        sources=["https://example.org/1", "https://example.org/2"],
    )

    rows, documents = translated(folder)

    assert documents == [
        {
            "object": "state",
            "slug": "ruritania",
            "identifiers": [{"scheme": "gsh", "value": "ruritania"}],
            "name": "Ruritania",
            "kind": "sovereign_state",
            "start": "0987",
            "curators_note": "Crowned in the abbey",
            "names": [{"name": "Kingdom of Ruritania", "kind": "official", "language": "en"}],
            "citations": cited(
                "ruritania", attribution_text="https://example.org/1; https://example.org/2"
            ),
        }
    ]
    assert rows == [
        Row(
            "ruritania",
            "territories/ruritania.xml",
            "ruritania",
            {
                "id": "ruritania",
                "short-form-name": "Ruritania",
                "long-form-name": "Kingdom of Ruritania",
                "long-form-name@type": "none",
                "type-of-territory": INDEPENDENT,
                "valid-since": "987",
                "valid-until": "9999",
                "exists-on-todays-map": "true",
                "predecessors": "",
                "successors": "",
                "notes": "Crowned in the abbey",
                "sources": ["https://example.org/1", "https://example.org/2"],
            },
            becomes=(("state", "gsh:ruritania"),),
        )
    ]


def test_what_ended_is_a_historical_state_and_its_year_is_not_in_its_slug(folder):
    write(folder, "ruritania-1918", "1500", "1918", name="Ruritania", official="Ruritanian Crown")

    assert translated(folder)[1] == [
        {
            "object": "state",
            "slug": "ruritania",
            "identifiers": [{"scheme": "gsh", "value": "ruritania-1918"}],
            "name": "Ruritania",
            "kind": "historical_state",
            "start": "1500",
            "end": "1918",
            "names": [
                {
                    "name": "Ruritanian Crown",
                    "kind": "official",
                    "language": "en",
                    "start": "1500",
                    "end": "1918",
                }
            ],
            "citations": cited("ruritania-1918"),
        }
    ]


def test_a_slug_that_two_would_like_keeps_the_year(folder):
    write(folder, "ruritania-1800", "1700", "1800")
    write(folder, "ruritania-1918", "1850", "1918")
    # The reference has a Palestine, and other data sets mean the kingdom by hawaii.
    write(folder, "palestine-1948", "1922", "1948")
    write(folder, "hawaii-1948", "1898", "1948")

    assert [document["slug"] for document in translated(folder)[1]] == [
        "hawaii-1948",
        "palestine-1948",
        "ruritania-1800",
        "ruritania-1918",
    ]


def test_a_dependency_stays_one_when_it_ends(folder):
    write(folder, "port", type=DEPENDENCY)
    write(folder, "isle-1900", "1800", "1900", type=DEPENDENCY)

    assert [document["kind"] for document in translated(folder)[1]] == ["dependency"] * 2


@pytest.mark.parametrize(
    ("since", "until", "expected", "codes"),
    [
        ("1900", "9999", ("1900", None), []),
        ("", "", (None, None), []),
        ("301", "1900", ("0301", "1900"), []),
        ("-0800", "9999", (words("-0800"), None), ["odd_year"]),
        ("0", "1900", (words("0"), "1900"), ["odd_year"]),
        ("long ago", "1900", (words("long ago"), "1900"), ["odd_year"]),
        ("9999", "9999", (None, None), ["odd_year"]),
        ("1986", "1964", (words("1986"), words("1964")), ["ends_before_it_starts"]),
    ],
)
def test_years_that_cannot_be_kept_are_kept_in_words(folder, since, until, expected, codes):
    write(folder, "ruritania", since, until)

    rows, [document] = translated(folder)

    assert (document.get("start"), document.get("end")) == expected
    assert [warning.code for warning in rows[0].warnings] == codes
    assert import_folder(DATASET, folder) == {"created": 1}


def test_a_year_that_may_be_off_is_marked(folder):
    write(folder, "ruritania")
    file = folder / "territories" / "ruritania.xml"
    file.write_text(
        file.read_text().replace("<valid-since>", '<valid-since precision="25" certainty="25">')
    )

    assert translated(folder)[1][0]["start"] == "1900%"


def test_what_todays_map_contradicts_is_warned_of(folder):
    write(folder, "ruritania", exists="false")

    assert warnings(folder) == [("ruritania", "/exists-on-todays-map", "contradiction")]


def test_forms_that_the_table_takes_for_one_state_are_one_record(folder):
    write(folder, "prussia-1871", "1701", "1871", name="Prussia", official="Kingdom of Prussia")
    write(folder, "prussia-1918", "1871", "1918", name="German Empire")

    rows, documents = translated(folder)

    assert documents == [
        {
            "object": "state",
            "slug": "prussia",
            "identifiers": [
                {"scheme": "gsh", "value": "prussia-1918"},
                {"scheme": "gsh", "value": "prussia-1871"},
            ],
            "name": "German Empire",
            "kind": "historical_state",
            "start": "1701",
            "end": "1918",
            "names": [
                {
                    "name": name,
                    "kind": kind,
                    "language": "en",
                    "start": "1701",
                    "end": "1871",
                }
                for name, kind in (("Prussia", "former"), ("Kingdom of Prussia", "official"))
            ],
            "citations": [*cited("prussia-1871"), *cited("prussia-1918")],
        }
    ]
    assert [row.becomes for row in rows] == [(("state", "gsh:prussia-1918"),)] * 2


def test_of_a_state_that_ships_with_the_project_only_additions_are_imported(folder):
    state = make_state("Ethiopia", slug="ethiopia")
    write(folder, "ethiopia", "1974", official="Federal Democratic Republic of Ethiopia")
    write(folder, "abyssinia-1936", "1137", "1936", name="Abyssinia", notes="Invaded in 1936")

    rows, documents = translated(folder)

    assert documents == [
        {
            "object": "state",
            "id": str(state.pk),
            "identifiers": [
                {"scheme": "gsh", "value": "abyssinia-1936"},
                {"scheme": "gsh", "value": "abyssinia-1974"},
                {"scheme": "gsh", "value": "ethiopia"},
            ],
            "names": [
                {
                    "name": "Abyssinia",
                    "kind": "former",
                    "language": "en",
                    "start": "1137",
                    "end": "1936",
                }
            ],
            "citations": [
                *cited(
                    "abyssinia-1936",
                    locator="territories/abyssinia-1936.xml, abyssinia-1936: Invaded in 1936",
                ),
                *cited("ethiopia"),
            ],
        }
    ]
    assert {row.becomes for row in rows} == {(("state", "gsh:abyssinia-1936"),)}


def test_a_namesake_of_a_state_that_ships_with_the_project_is_it_only_when_the_id_says_so_too(
    folder,
):
    make_state("Chad", slug="chad")
    write(folder, "chad", name="Lake Chad")
    write(folder, "great-chad", name="Chad")

    assert [document.get("slug") for document in translated(folder)[1]] == ["chad", "great-chad"]


def test_two_ids_that_the_desk_has_merged_are_one_record(folder):
    survivor, merged = make_state("North"), make_state("South")
    for state, given in ((survivor, "north"), (merged, "south")):
        StateIdentifier.objects.create(record=state, scheme="gsh", value=given)
    State.objects.filter(pk=merged.pk).update(merged_into=survivor, editorial_state="merged")
    write(folder, "north", "1900")
    write(folder, "south", "1900")

    rows, documents = translated(folder)

    assert [document["identifiers"] for document in documents] == [
        [{"scheme": "gsh", "value": "north"}, {"scheme": "gsh", "value": "south"}]
    ]
    assert {row.becomes for row in rows} == {(("state", "gsh:north"),)}


# Whole imports


def test_a_file_alone_says_what_it_says_in_its_folder(folder):
    write(folder, "ruritania")

    assert import_folder(DATASET, folder) == {"created": 1}
    assert import_folder(DATASET, folder / "territories" / "ruritania.xml") == {"unchanged": 1}


def test_created_states_are_found_by_their_ids_and_a_second_import_changes_nothing(folder):
    make_state("Ethiopia", slug="ethiopia")
    link(folder, "a>b", a="1800 1900", b="1900 9999")
    write(folder, "ethiopia", "1974")
    write(folder, "abyssinia-1936", "1137", "1936")

    assert import_folder(DATASET, folder) == {"created": 4}
    assert import_folder(DATASET, folder) == {"unchanged": 4}
    crosswalk = Crosswalk.read()
    assert [
        crosswalk.state("gsh", given).slug for given in ("a", "b", "ethiopia", "abyssinia-1936")
    ] == ["a", "b", "ethiopia", "ethiopia"]
    assert [str(each) for each in StateSuccession.objects.all()] == ["A → B"]


def test_a_part_of_the_files_does_not_undo_what_the_whole_said(folder):
    write(folder, "prussia-1871", "1701", "1871", name="Old Prussia", after=["prussia-1918"])
    write(folder, "prussia-1918", "1871", "1918", name="Prussia", before=["prussia-1871"])
    link(folder, "a>c", "b>c", a="1800 1900", b="1800 1900", c="1900 9999")
    assert import_folder(DATASET, folder) == {"created": 5}

    for given in ("prussia-1918", "b"):
        (folder / "territories" / f"{given}.xml").unlink()

    assert import_folder(DATASET, folder) == {"unchanged": 3}
    assert [str(each) for each in StateSuccession.objects.filter(kind="union")] == [
        "A → C",
        "B → C",
    ]
    assert State.objects.get(slug="prussia").end.edtf == "1918"
