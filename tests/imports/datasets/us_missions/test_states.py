"""Names that meant several states, and several names for one state."""

from __future__ import annotations

from people.models import StateIdentifier
from tests.factories.people import make_state
from tests.imports.datasets.us_missions.change_files import codes, relation, translated


def test_a_name_that_meant_several_states_is_cut_where_one_followed_the_other(home, folder):
    empire = make_state("Russian Empire", slug="tsars", end="1917")
    StateIdentifier.objects.create(record=empire, scheme="gsh", value="russian-empire-1917")
    union = make_state("Soviet Union", slug="soviet-union", end="1991-12-25")
    russia = make_state("Russia", slug="russia")

    rows, documents = translated(
        folder, "Russia,None,1917,11,,2024-01-01,\nRussia,Embassy,1933,12,13,2024-01-01,\n"
    )

    assert documents == [
        relation(
            home,
            empire,
            ("none", "1917-11", "1917-12-31", "ended"),
            slug="tsars-united-states",
            locators=["Russia"],
        ),
        relation(
            home,
            union,
            ("none", "1918-01-01", "1933-12-12", "ended"),
            ("embassy", "1933-12-13", "1991-12-25", "ended"),
            slug="soviet-union-united-states",
            locators=["Russia"],
        ),
        relation(
            home,
            russia,
            ("embassy", "1991-12-26", None, "ongoing"),
            slug="russia-united-states",
            locators=["Russia"],
        ),
    ]
    assert [row.becomes for row in rows] == [
        (("relation", "us-missions:tsars"), ("relation", "us-missions:soviet-union")),
        (("relation", "us-missions:soviet-union"), ("relation", "us-missions:russia")),
    ]


def test_a_period_ends_with_its_state(home, folder):
    make_state("Ruritania", slug="ruritania", end="1918-10")

    rows, documents = translated(
        folder,
        "Ruritania,Legation,1900,1,1,2024-01-01,\nRuritania,None,1905,1,1,2024-01-01,\n"
        "Ruritania,Embassy,1925,1,1,2024-01-01,\n",
    )

    assert [
        (period["start"], period["end"], period["end_status"]) for period in documents[0]["periods"]
    ] == [
        ("1900-01-01", "1904-12-31", "ended"),
        ("1905-01-01", "1918-10", "ended"),
        ("1925-01-01", None, "unknown"),
    ]
    assert codes(rows) == [([], []), ([], []), ([], ["state_ended"])]


def test_what_is_carried_to_a_state_gives_way_to_the_lines_of_its_own_name(home, folder):
    kingdom = make_state("Kingdom of Serbia", slug="kingdom-of-serbia", end="1918-11-30")
    StateIdentifier.objects.create(record=kingdom, scheme="gsh", value="kingdom-of-serbia-1918")
    make_state("Yugoslavia", slug="yugoslavia", end="1992-04-27")
    both = make_state("Serbia and Montenegro", slug="serbia-and-montenegro", end="2006-06-04")
    serbia = make_state("Serbia", slug="serbia")

    _rows, documents = translated(
        folder,
        "Kingdom of Serbia/Yugoslavia,Embassy,1942,9,29,2024-01-01,\n"
        "Serbia,Embassy,1992,5,21,2024-01-01,\n"
        "Serbia,None,1999,3,23,2024-01-01,\n"
        "Serbia,Embassy,2001,5,,2024-01-01,\n",
    )

    assert documents[1:] == [
        relation(
            home,
            both,
            ("embassy", "1992-04-28", "1992-05-20", "ended"),
            ("embassy", "1992-05-21", "1999-03-22", "ended"),
            ("none", "1999-03-23", "[2001-04-30..2001-05-30]", "ended"),
            ("embassy", "2001-05", "2006-06-04", "ended"),
            slug="serbia-and-montenegro-united-states",
            locators=["Kingdom of Serbia/Yugoslavia", "Serbia"],
        ),
        relation(
            home,
            serbia,
            ("embassy", "2006-06-05", None, "ongoing"),
            slug="serbia-united-states",
        ),
    ]


def test_name_of_a_part_does_not_end_what_holds_for_the_whole(home, folder):
    for slug, end in (("tanganyika-1964", "1964-04-25"), ("zanzibar-1964", "1964-04-25")):
        part = make_state(slug, slug=slug, end=end)
        StateIdentifier.objects.create(record=part, scheme="gsh", value=slug)
    whole = make_state("Tanzania", slug="tanzania")

    rows, documents = translated(
        folder,
        "Tanzania,Embassy,1961,12,9,2024-01-01,\n"
        "Zanzibar,Embassy,1963,12,10,2024-01-01,\n"
        "Zanzibar,Consulate,1964,6,27,2024-01-01,\n",
    )

    assert documents[1] == relation(
        home,
        whole,
        ("embassy", "1964-04-26", None, "ongoing"),
        ("consulate", "1964-06-27", None, "ongoing"),
        slug="tanzania-united-states",
        locators=["Tanzania", "Zanzibar"],
    )
    assert codes(rows) == [([], []), ([], []), ([], ["names_disagree"])]


def test_two_names_that_disagree_about_one_state_are_both_kept_with_a_warning(home, folder):
    make_state("Myanmar", slug="myanmar")

    rows, documents = translated(
        folder, "Burma,Embassy,1947,1,1,2024-01-01,\nMyanmar,None,1950,1,1,2024-01-01,\n"
    )

    assert [period["value"] for period in documents[0]["periods"]] == ["embassy", "none"]
    assert codes(rows) == [([], ["names_disagree"]), ([], ["names_disagree"])]
