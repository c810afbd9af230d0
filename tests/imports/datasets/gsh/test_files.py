"""Files of territories: which are rows, and what is wrong with them."""

from __future__ import annotations

import pytest

from imports.datasets.gsh.importer import DATASET
from imports.files.opening import open_input
from tests.imports.datasets.gsh.territory_files import (
    INDEPENDENT,
    steps,
    translated,
    warnings,
    write,
)

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


def test_a_link_to_a_rejected_territory_is_warned_of(folder):
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
