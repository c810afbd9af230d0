"""Territories in the shape of gsh, of a continent that never was."""

from __future__ import annotations

import pytest

from imports.dataset import Row
from imports.datasets.gsh.importer import DATASET
from imports.files.tree import open_input
from imports.matching.states import Crosswalk
from imports.models import ImportBatch
from imports.options import ImportOptions
from imports.recognise import RecognisedFiles
from imports.run import run
from people.models import State, StateIdentifier, StateSuccession
from tests.factories.people import make_state

INDEPENDENT = "independent-state"
DEPENDENCY = "dependency-or-area-of-special-sovereignty"


@pytest.fixture
def folder(tmp_path, db):
    (tmp_path / "territories").mkdir()
    return tmp_path


def write(folder, given, since="1900", until="9999", *, before=(), after=(), name=None, **others):
    """Write a territory's file."""
    fields = {"official": "", "type": INDEPENDENT, "notes": "", "sources": ()} | others
    today = others.get("exists", "true" if until == "9999" else "false")
    if name is None:
        name = given.rsplit("-", 1)[0].title() if given[-1].isdigit() else given.title()

    def items(tag, values):
        return "".join(f"<{tag}>{value}</{tag}>" for value in values)

    (folder / "territories" / f"{given}.xml").write_text(
        f"""<?xml version="1.0" encoding="UTF-8"?>
<territory>
    <id>{given}</id>
    <short-form-name>{name}</short-form-name>
    <long-form-name type="none">{fields["official"]}</long-form-name>
    <type-of-territory>{fields["type"]}</type-of-territory>
    <valid-since>{since}</valid-since>
    <valid-until>{until}</valid-until>
    <exists-on-todays-map>{today}</exists-on-todays-map>
    <predecessors>{items("predecessor", before)}</predecessors>
    <successors>{items("successor", after)}</successors>
    <notes>{fields["notes"]}</notes>
    <sources>{items("source", fields["sources"])}</sources>
</territory>""",
        encoding="utf-8",
    )


def link(folder, *links, **years):
    """Write territories from `a="1900 1950"`, and links `a>b` that both of their ends tell."""
    pairs = [each.split(">") for each in links]
    for given, span in years.items():
        since, until, *kind = span.split(" ")
        write(
            folder,
            given,
            since.strip("?"),
            until.strip("?"),
            before=[one for one, other in pairs if other == given],
            after=[other for one, other in pairs if one == given],
            type=DEPENDENCY if kind else INDEPENDENT,
        )


def translated(folder):
    """Return the rows and the documents."""
    with open_input(folder) as tree:
        assert DATASET.recognises(tree)
        items = list(DATASET.translate(tree, "a-source"))
    return [item for item in items if isinstance(item, Row)], [
        item for item in items if isinstance(item, dict)
    ]


def imported(folder):
    """Import the files, and return how many rows ended in which way."""
    batch = ImportBatch.objects.create(file_name="gsh")
    with open_input(folder) as tree:
        found = RecognisedFiles(DATASET, tree)
        result = run(found, ImportOptions(), by=None, batch=batch, progress=lambda *_: None)
    return {outcome: count for outcome, count in result.rows.items() if count}


def steps(folder):
    """Return what came before each state, as `before>after kind date`."""
    _rows, documents = translated(folder)
    return [
        f"{each['state'].removeprefix('gsh:')}>{document['identifiers'][0]['value']} {each['kind']} {each.get('date', '-')}"
        for document in documents
        for each in document.get("predecessors", ())
    ]


def warnings(folder):
    rows, _documents = translated(folder)
    return [(row.id, warning.pointer, warning.code) for row in rows for warning in row.warnings]


def cited(given, **others):
    locator = f"territories/{given}.xml, {given}"
    return [{"source": "a-source", "locator": locator, "evidence": "reported"} | others]


def words(text):
    return {"text": text, "precision": "unknown"}


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
    assert imported(folder) == {"created": 1}


def test_a_year_that_may_be_off_is_marked(folder):
    write(folder, "ruritania")
    file = folder / "territories" / "ruritania.xml"
    file.write_text(
        file.read_text().replace("<valid-since>", '<valid-since precision="25" certainty="25">')
    )

    assert translated(folder)[1][0]["start"] == "1900%"


def test_what_todays_map_contradicts_is_told(folder):
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


def test_of_a_state_that_ships_with_the_project_only_what_adds_is_told(folder):
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


# Successions


@pytest.mark.parametrize(
    ("territories", "links", "expected"),
    [
        ({"a": "1800 1900", "b": "1900 9999"}, ["a>b"], ["a>b renaming 1900"]),
        ({"a": "1800 1900 dep", "b": "1900 9999"}, ["a>b"], ["a>b continuation 1900"]),
        ({"a": "1800 1900", "b": "1901 9999"}, ["a>b"], ["a>b renaming [1900..1901]"]),
        (
            {"a": "1800 1900", "b": "1900 9999", "c": "1900 9999"},
            ["a>b", "a>c"],
            ["a>b dissolution 1900", "a>c dissolution 1900"],
        ),
        ({"a": "1800 9999", "b": "1900 9999"}, ["a>b"], ["a>b separation 1900"]),
        ({"a": "1800 1950", "b": "1900 9999"}, ["a>b"], ["a>b separation 1900"]),
        (
            {"a": "1800 1900", "b": "1800 1900", "c": "1900 9999"},
            ["a>c", "b>c"],
            ["a>c union 1900", "b>c union 1900"],
        ),
        ({"a": "1850 1900", "b": "1800 9999"}, ["a>b"], ["a>b absorption 1900"]),
        # b came out of c, so that a joined it when it ended.
        (
            {"a": "1700 1950", "b": "1900 9999", "c": "1800 1900"},
            ["a>b", "c>b"],
            ["c>b continuation 1900", "a>b absorption 1950"],
        ),
        # ... unless it did not live to see that.
        (
            {"a": "1700 1950", "b": "1900 1940", "c": "1800 1900"},
            ["a>b", "c>b"],
            ["a>b separation 1900", "c>b continuation 1900"],
        ),
        # c is what became of b, not of a.
        (
            {"a": "1800 1900", "b": "1900 1950", "c": "1950 9999"},
            ["a>b", "b>c", "a>c"],
            ["a>b continuation 1900", "a>c dissolution [1900..1950]", "b>c continuation 1950"],
        ),
        ({"a": "1800 1850", "b": "1900 9999"}, ["a>b"], ["a>b continuation [1850..1900]"]),
        ({"a": "1800 ?", "b": "1900 9999"}, ["a>b"], ["a>b continuation 1900"]),
        ({"a": "? ?", "b": "? ?"}, ["a>b"], ["a>b continuation -"]),
        # Neither ended, neither began: no succession.
        ({"a": "1900 9999", "b": "1800 9999"}, ["a>b"], []),
    ],
)
def test_lists_and_years_prove_how_one_came_after_another(folder, territories, links, expected):
    link(folder, *links, **territories)

    assert steps(folder) == expected


def test_kinds_that_the_years_do_not_prove_are_told(folder):
    link(folder, "a>b", "c>d", "e>f", a="1800 1850", b="1900 9999", c="1800 1950", d="1900 9999")
    link(folder, "e>f", e="1800 1900", f="1900 9999")

    assert warnings(folder) == [
        ("b", "/predecessors", "kind_not_proved"),
        ("d", "/predecessors", "kind_not_proved"),
    ]


def test_links_that_are_no_succession_are_told(folder):
    link(folder, "a>b", a="1900 9999", b="1800 9999")

    assert warnings(folder) == [("b", "/predecessors", "no_succession")]


def test_what_one_of_two_says_counts_and_is_told(folder):
    write(folder, "a", "1800", "1900", after=["b"])
    write(folder, "b", "1900", "1950")
    write(folder, "c", "1950", before=["b"])

    assert steps(folder) == ["a>b renaming 1900", "b>c renaming 1950"]
    assert warnings(folder) == [
        ("a", "/successors", "one_sided"),
        ("c", "/predecessors", "one_sided"),
    ]


def test_ids_without_a_file_and_ones_own_are_not_followed(folder):
    write(folder, "a", "1800", "1900", before=["nobody"], after=["a"])

    assert steps(folder) == []
    assert warnings(folder) == [
        ("a", "/predecessors", "unknown_territory"),
        ("a", "/successors", "names_itself"),
    ]


def test_a_circle_is_opened_where_the_later_state_was_there_first(folder):
    link(folder, "a>b", "b>c", "c>a", a="1800 1850", b="1850 1900", c="1900 1950")

    assert steps(folder) == ["a>b renaming 1850", "b>c renaming 1900"]
    assert ("a", "/predecessors", "circle") in warnings(folder)


def test_forms_of_one_state_do_not_come_after_one_another(folder):
    make_state("Egypt", slug="egypt")
    make_state("Syria", slug="syria")
    write(folder, "egypt-1958", "1922", "1958", after=["united-arab-republic-1971"])
    write(folder, "syria-1958", "1944", "1958", after=["united-arab-republic-1971"])
    write(
        folder,
        "united-arab-republic-1971",
        "1958",
        "1971",
        before=["egypt-1958", "syria-1958"],
        after=["egypt"],
    )
    write(folder, "egypt", "1971", before=["united-arab-republic-1971", "egypt-1958"])

    slugs = {str(pk): slug for pk, slug in State.objects.values_list("pk", "slug")}
    [union] = [document for document in translated(folder)[1] if "slug" in document]

    assert sorted((slugs[each["state"]], each["kind"]) for each in union["predecessors"]) == [
        ("egypt", "union"),
        ("syria", "union"),
    ]
    assert ("egypt", "/predecessors", "circle") in warnings(folder)


def test_what_the_project_tells_of_its_states_stays(folder):
    names = {"soviet-union": "Soviet Union", "russia": "Russia", "lithuania": "Lithuania"}
    states = {slug: make_state(name, slug=slug) for slug, name in names.items()}
    StateSuccession.objects.create(
        successor=states["russia"],
        predecessor=states["soviet-union"],
        kind="continuation",
        date_edtf="1991-12-26",
    )
    write(folder, "soviet-union-1991", "1917", "1991", after=["russia", "lithuania"])
    write(folder, "russia", "1991", before=["soviet-union-1991"])
    write(folder, "lithuania", "1991", before=["soviet-union-1991"])

    assert steps(folder) == []
    assert warnings(folder) == [("lithuania", "/predecessors", "told_otherwise")]


def test_what_the_desk_tells_is_not_contradicted(folder):
    write(folder, "a", "1800", "1900", after=["b"])
    write(folder, "b", "1900", before=["a"])
    assert imported(folder) == {"created": 2}
    first, second = (StateIdentifier.objects.get(value=value).record for value in "ab")
    StateSuccession.objects.all().delete()
    StateSuccession.objects.create(successor=first, predecessor=second, kind="renaming")

    assert steps(folder) == []
    assert warnings(folder) == [("b", "/predecessors", "circle")]


# Files


@pytest.mark.parametrize(
    ("change", "field", "code"),
    [
        (("<id>ruritania</id>", ""), "/id", "required"),
        (("<short-form-name>Ruritania</short-form-name>", ""), "/short-form-name", "required"),
        ((INDEPENDENT, "empire"), "/type-of-territory", "unknown_value"),
        ((INDEPENDENT, ""), "/type-of-territory", "required"),
        (("</territory>", ""), "", "xml"),
        (("<territory>", "<!DOCTYPE x><territory>"), "", "dtd"),
    ],
)
def test_a_file_that_is_no_good_is_a_rejected_row(folder, change, field, code):
    write(folder, "ruritania", before=["strelsau"])
    write(folder, "strelsau", "1800", "1900")
    file = folder / "territories" / "ruritania.xml"
    file.write_text(file.read_text().replace(*change))

    rows, documents = translated(folder)

    assert [(row.id, [(fault.pointer, fault.code) for fault in row.faults]) for row in rows] == [
        ("territories/ruritania.xml", [(field, code)]),
        ("strelsau", []),
    ]
    assert [document["slug"] for document in documents] == ["strelsau"]


def test_a_territory_that_is_no_more_may_be_of_unknown_type(folder):
    write(folder, "ruritania-1918", "1500", "1918", type="")

    assert translated(folder)[1][0]["kind"] == "historical_state"
    assert warnings(folder) == [("ruritania-1918", "/type-of-territory", "type_missing")]


def test_a_second_file_of_the_same_id_is_rejected_and_links_to_the_first_stay(folder):
    write(folder, "a", "1800", "1900", after=["b"])
    write(folder, "b", "1900", before=["a"])
    (folder / "territories" / "z.xml").write_text((folder / "territories" / "a.xml").read_text())

    rows, _documents = translated(folder)

    assert [(row.id, [fault.code for fault in row.faults]) for row in rows] == [
        ("a", []),
        ("b", []),
        ("territories/z.xml", ["duplicate"]),
    ]
    assert steps(folder) == ["a>b renaming 1900"]


def test_a_link_to_a_rejected_territory_is_told(folder):
    write(folder, "a", "1800", "1900", name="")
    write(folder, "b", "1900", before=["a"])

    assert [(warning.code) for row in translated(folder)[0] for warning in row.warnings] == [
        "rejected_reference"
    ]


def test_a_reference_state_that_was_not_loaded_is_asked_for(folder):
    write(folder, "abyssinia-1936", "1137", "1936")

    [row], documents = translated(folder)

    assert [(fault.pointer, fault.code) for fault in row.faults] == [("/id", "unknown_state")]
    assert documents == []


def test_code_tables_and_other_data_sets_are_no_rows(folder):
    write(folder, "ruritania")
    (folder / "code-tables").mkdir()
    (folder / "code-tables" / "territory-types.xml").write_text("<code-table/>")
    (folder / "territories" / "other.xml").write_text("<person><id>x</id></person>")

    rows, _documents = translated(folder)

    assert [row.id for row in rows] == ["ruritania"]


@pytest.mark.parametrize("text", ["<code-table/>", "<person/>", "<territories/>", "no xml"])
def test_other_files_are_not_recognised(folder, text):
    (folder / "territories" / "some.xml").write_text(text)

    with open_input(folder) as tree:
        assert not DATASET.recognises(tree)


def test_a_file_alone_is_recognised_after_a_mark_and_comments(folder):
    write(folder, "ruritania")
    file = folder / "territories" / "ruritania.xml"
    head, _newline, rest = file.read_text().partition("\n")
    file.write_text(f"\ufeff{head}\n<!-- <person> -->\n{rest}", encoding="utf-8")

    with open_input(file) as tree:
        assert DATASET.recognises(tree)


# Whole imports


def test_a_file_alone_says_what_it_says_in_its_folder(folder):
    write(folder, "ruritania")

    assert imported(folder) == {"created": 1}
    assert imported(folder / "territories" / "ruritania.xml") == {"unchanged": 1}


def test_created_states_are_found_by_their_ids_and_a_second_import_changes_nothing(folder):
    make_state("Ethiopia", slug="ethiopia")
    link(folder, "a>b", a="1800 1900", b="1900 9999")
    write(folder, "ethiopia", "1974")
    write(folder, "abyssinia-1936", "1137", "1936")

    assert imported(folder) == {"created": 4}
    assert imported(folder) == {"unchanged": 4}
    crosswalk = Crosswalk.read()
    assert [
        crosswalk.state("gsh", given).slug for given in ("a", "b", "ethiopia", "abyssinia-1936")
    ] == ["a", "b", "ethiopia", "ethiopia"]
    assert [str(each) for each in StateSuccession.objects.all()] == ["A → B"]


def test_a_part_of_the_files_does_not_undo_what_the_whole_said(folder):
    write(folder, "prussia-1871", "1701", "1871", name="Old Prussia", after=["prussia-1918"])
    write(folder, "prussia-1918", "1871", "1918", name="Prussia", before=["prussia-1871"])
    link(folder, "a>c", "b>c", a="1800 1900", b="1800 1900", c="1900 9999")
    assert imported(folder) == {"created": 5}

    for given in ("prussia-1918", "b"):
        (folder / "territories" / f"{given}.xml").unlink()

    assert imported(folder) == {"unchanged": 3}
    assert [str(each) for each in StateSuccession.objects.filter(kind="union")] == [
        "A → C",
        "B → C",
    ]
    assert State.objects.get(slug="prussia").end.edtf == "1918"
