"""Successions: what lists and years prove."""

from __future__ import annotations

import pytest

from imports.datasets.gsh.importer import DATASET
from people.models import State, StateIdentifier, StateSuccession
from tests.factories.people import make_state
from tests.imports.datasets.gsh.territory_files import link, steps, translated, warnings, write
from tests.imports.datasets.importing import import_folder

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
        # c follows b, not a.
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


def test_kinds_that_the_years_do_not_prove_are_warned_of(folder):
    link(folder, "a>b", "c>d", "e>f", a="1800 1850", b="1900 9999", c="1800 1950", d="1900 9999")
    link(folder, "e>f", e="1800 1900", f="1900 9999")

    assert warnings(folder) == [
        ("b", "/predecessors", "kind_not_proved"),
        ("d", "/predecessors", "kind_not_proved"),
    ]


def test_links_that_are_no_succession_are_warned_of(folder):
    link(folder, "a>b", a="1900 9999", b="1800 9999")

    assert warnings(folder) == [("b", "/predecessors", "no_succession")]


def test_what_one_of_two_says_counts_with_a_warning(folder):
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


def test_what_the_project_says_of_its_states_stays(folder):
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


def test_what_the_desk_says_is_not_contradicted(folder):
    write(folder, "a", "1800", "1900", after=["b"])
    write(folder, "b", "1900", before=["a"])
    assert import_folder(DATASET, folder) == {"created": 2}
    first, second = (StateIdentifier.objects.get(value=value).record for value in "ab")
    StateSuccession.objects.all().delete()
    StateSuccession.objects.create(successor=first, predecessor=second, kind="renaming")

    assert steps(folder) == []
    assert warnings(folder) == [("b", "/predecessors", "circle")]
