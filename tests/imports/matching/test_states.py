"""Which state a data set means: known facts of history, and what the table may hold."""

from __future__ import annotations

import csv
from datetime import date, timedelta
from functools import cache
from itertools import pairwise
from uuid import UUID, uuid5

import pytest

from config.dates.values import UncertainDate
from imports.matching.states import (
    SHARED,
    TABLE,
    Crosswalk,
    OrganizationMatch,
    StateMatch,
    UnknownStateError,
    _NamedState,
    read_table,
    territories,
)
from people.models import State, StateIdentifier, StateName
from records.models import NameKind
from records.reference_data import reference_rows
from tests.factories.people import make_state

_SPACE = UUID("00000000-0000-4000-8000-000000000000")


@cache
def shipped() -> Crosswalk:
    """Return the crosswalk of a database with the states that ship, and with those of gsh under their ids."""
    states: dict[UUID, _NamedState] = {}
    names: list[tuple[UUID, str]] = []
    gsh: dict[str, UUID] = {}
    for row in reference_rows(State):
        pk = uuid5(_SPACE, row["slug"])
        states[pk] = _NamedState(
            StateMatch(pk, row["slug"], row["name"]),
            UncertainDate.parse(row["start"]).earliest if "start" in row else None,
            UncertainDate.parse(row["end"]).latest if "end" in row else None,
        )
        names += [
            (pk, name["name"])
            for name in row.get("names", ())
            if name["kind"] not in (NameKind.SHORT, NameKind.ALIAS)
        ]
    for target, ids in territories().items():
        pk = uuid5(_SPACE, target)
        if target.startswith("gsh:"):
            states[pk] = _NamedState(StateMatch(pk, target, target), None, date(1990, 1, 1))
        gsh |= dict.fromkeys(ids, pk)
    return Crosswalk(states, gsh, names)


def slug_of(dataset: str, given: str, label: str = "", on: str = "") -> str:
    day = date.fromisoformat(on) if on else None
    return shipped().state(dataset, given, label=label, on=day).slug


#: Data set, what it calls the state, the label beside that, the day, and the state that it was.
FACTS = """
pocom       | germany                   |                    | 1870-01-01 | gsh:prussia-1918
pocom       | germany                   |                    | 1871-01-18 | germany
visits      | germany                   | Germany            | 1938-06-01 | germany
visits      | germany                   | Germany, Federal Republic of | 1955-06-01 | germany
travels     | germany                   | Germany            | 1995-06-01 | germany
visits      | german-democratic-republic | German Democratic Republic | 1989-11-01 | east-germany
travels     | germany                   | East Germany       | 1989-11-01 | east-germany
gsh         | west-germany-1990         |                    |            | germany
gsh         | germany-1945              |                    | 1940-01-01 | germany
us-missions | East Germany (German Democratic Republic) |    | 1974-12-09 | east-germany
pocom       | russia                    |                    | 1900-01-01 | gsh:russian-empire-1917
pocom       | russia                    |                    | 1917-11-01 | gsh:russian-empire-1917
pocom       | russia                    |                    | 1950-01-01 | soviet-union
pocom       | russia                    |                    | 1995-01-01 | russia
travels     | russia                    | U.S.S.R.           | 1974-06-27 | soviet-union
travels     | russia                    | U.S.S.R.           | 1992-01-27 | russia
us-missions | Russia                    |                    | 1933-11-16 | soviet-union
wipo        | Russian Federation        |                    |            | russia
wipo        | Soviet Union              |                    |            | soviet-union
gsh         | soviet-union-1991         |                    |            | soviet-union
pocom       | ukraine                   |                    | 1960-01-01 | soviet-union
pocom       | ukraine                   |                    | 1992-01-01 | ukraine
pocom       | estonia                   |                    | 1925-01-01 | estonia
visits      | vietnam                   | Vietnam            | 1951-09-03 | gsh:state-of-vietnam-1955
visits      | vietnam                   | Vietnam            | 1960-01-01 | south-vietnam
visits      | vietnam                   | North Vietnam      | 1960-01-01 | north-vietnam
travels     | vietnam                   | Vietnam            | 2000-11-16 | vietnam
us-missions | Vietnam                   |                    | 1907-12-09 | gsh:indochina-1950
wipo        | Viet Nam                  |                    |            | vietnam
pocom       | yugoslavia                |                    | 1910-01-01 | gsh:kingdom-of-serbia-1918
pocom       | yugoslavia                |                    | 1925-01-01 | yugoslavia
visits      | yugoslavia                | Yugoslavia         | 1985-05-31 | yugoslavia
visits      | yugoslavia                | Yugoslavia         | 1999-05-09 | serbia-and-montenegro
pocom       | serbia                    |                    | 1900-01-01 | gsh:kingdom-of-serbia-1918
pocom       | serbia                    |                    | 1999-01-01 | serbia-and-montenegro
pocom       | serbia                    |                    | 2005-01-01 | serbia-and-montenegro
pocom       | serbia                    |                    | 2010-01-01 | serbia
pocom       | croatia                   |                    | 1985-01-01 | yugoslavia
pocom       | croatia                   |                    | 1995-01-01 | croatia
pocom       | montenegro                |                    | 1910-01-01 | kingdom-of-montenegro
pocom       | montenegro                |                    | 1920-06-18 | kingdom-of-montenegro
pocom       | montenegro                |                    | 2010-01-01 | montenegro
travels     | kosovo                    | Yugoslavia (Kosovo) | 2001-07-24 | serbia-and-montenegro
pocom       | pakistan                  |                    | 1960-01-01 | pakistan
pocom       | bangladesh                |                    | 1960-01-01 | pakistan
pocom       | bangladesh                |                    | 1975-01-01 | bangladesh
gsh         | east-bengal-1955          |                    |            | gsh:east-pakistan-1971
visits      | egypt                     | Egypt              | 1960-01-01 | gsh:united-arab-republic-1971
visits      | syria                     | Syria              | 1960-01-01 | gsh:united-arab-republic-1971
visits      | syria                     | Syria              | 1970-01-01 | syria
pocom       | egypt                     |                    | 1975-01-01 | egypt
visits      | united-arab-republic      | United Arab Republic | 1960-01-01 | gsh:united-arab-republic-1971
pocom       | congo-republic            |                    | 1965-01-01 | republic-of-the-congo
pocom       | congo-brazzaville         |                    | 1965-01-01 | republic-of-the-congo
visits      | congo-democratic-republic | Republic of the Congo | 1960-07-27 | democratic-republic-of-the-congo
visits      | congo-democratic-republic | Democratic Republic of the Congo (Zaire) | 1984-01-01 | democratic-republic-of-the-congo
wipo        | Congo                     |                    |            | republic-of-the-congo
wipo        | Zaire                     |                    |            | democratic-republic-of-the-congo
pocom       | czech-republic            |                    | 1992-07-20 | czechoslovakia
pocom       | czech-republic            |                    | 1995-01-01 | czechia
pocom       | slovakia                  |                    | 1930-01-01 | czechoslovakia
visits      | slovakia                  | Slovak Republic    | 2008-10-07 | slovakia
gsh         | czechoslovakia-1993       |                    |            | czechoslovakia
us-missions | Czechoslovakia            |                    | 1900-01-01 | gsh:austria-hungary-1918
pocom       | korea                     |                    | 1880-01-01 | gsh:korea-1948
visits      | korea                     | Korea, South       | 1950-01-01 | south-korea
visits      | korea                     | North Korea        | 1950-01-01 | north-korea
visits      | korea-south               | Korea              | 1953-06-16 | south-korea
us-missions | Korea                     |                    | 1883-05-20 | gsh:korea-1948
pocom       | china                     |                    | 1900-01-01 | china
pocom       | china                     |                    | 1940-01-01 | china
pocom       | china                     |                    | 1955-01-01 | taiwan
pocom       | china                     |                    | 1980-01-01 | china
travels     | china                     | China, People\N{RIGHT SINGLE QUOTATION MARK}s Republic of | 1972-02-21 | china
travels     | taiwan                    | Republic of China  | 1960-06-18 | taiwan
pocom       | texas                     |                    | 1840-01-01 | gsh:republic-of-texas-1845
pocom       | hawaii                    |                    | 1890-01-01 | gsh:kingdom-of-hawaii-1898
gsh         | hawaii-1948               |                    | 1940-01-01 | gsh:hawaii-1948
pocom       | turkey                    |                    | 1910-01-01 | gsh:ottoman-empire-1922
pocom       | turkey                    |                    | 1930-01-01 | turkiye
us-missions | Turkey                    |                    | 1831-09-13 | gsh:ottoman-empire-1922
pocom       | austria                   |                    | 1850-01-01 | gsh:austrian-empire-1867
pocom       | austria                   |                    | 1900-01-01 | gsh:austria-hungary-1918
pocom       | austria                   |                    | 1930-01-01 | austria
pocom       | hungary                   |                    | 1900-01-01 | gsh:austria-hungary-1918
pocom       | hungary                   |                    | 1930-01-01 | hungary
pocom       | italy                     |                    | 1855-01-01 | kingdom-of-sardinia
pocom       | italy                     |                    | 1870-01-01 | italy
pocom       | two-sicilies              |                    | 1855-01-01 | gsh:kingdom-of-two-sicilies-1861
pocom       | holy-see                  |                    | 1850-01-01 | gsh:papal-states-1929
pocom       | holy-see                  |                    | 1950-01-01 | holy-see
pocom       | norway                    |                    | 1890-01-01 | sweden
pocom       | norway                    |                    | 1906-01-01 | norway
pocom       | guatemala                 |                    | 1830-01-01 | gsh:united-provinces-of-central-america-1839
pocom       | colombia                  |                    | 1825-01-01 | gsh:gran-colombia-1830
pocom       | panama                    |                    | 1900-01-01 | colombia
pocom       | yemen                     |                    | 1980-01-01 | north-yemen
pocom       | tanzania                  |                    | 1962-01-01 | gsh:tanganyika-1964
pocom       | zanzibar                  |                    | 1964-01-01 | gsh:zanzibar-1964
pocom       | israel                    |                    | 1930-01-01 | gsh:palestine-1948
pocom       | swaziland                 |                    | 1980-01-01 | eswatini
wipo        | Germany, Federal Republic of |                 |            | germany
wipo        | The former Yugoslav Republic of Macedonia |    |            | north-macedonia
gsh         | abyssinia-1936            |                    |            | ethiopia
"""


@pytest.mark.parametrize("fact", FACTS.strip().splitlines())
def test_a_name_at_a_time_is_the_state_that_it_was(fact):
    dataset, given, label, on, state = (part.strip() for part in fact.split("|"))

    assert slug_of(dataset, given, label, on) == state


@pytest.mark.parametrize(
    ("dataset", "given", "label", "on"),
    [
        # Nobody says which of the two.
        ("pocom", "congo", "", "1965-01-01"),
        # Both were called so, and the id may mean either as days go by.
        ("pocom", "korea", "", ""),
        # A spelling that is not known is not guessed.
        ("pocom", "ruritania", "", "1900-01-01"),
        ("wipo", "Germny", "", ""),
        ("us-missions", "Nowhere", "", "1900-01-01"),
        # The label is the name of a state that the id never stands for.
        ("travels", "austria", "Australia", "1990-01-01"),
    ],
)
def test_what_is_not_certain_is_not_guessed(dataset, given, label, on):
    with pytest.raises(UnknownStateError) as caught:
        slug_of(dataset, given, label, on)

    fault = caught.value.fault
    assert (fault.code, given in str(fault.value)) == ("unknown_state", True)
    assert caught.value.at("/country").pointer == "/country"


def test_a_name_that_is_not_known_comes_with_the_nearest_one():
    with pytest.raises(UnknownStateError) as caught:
        slug_of("pocom", "etiopia")

    assert caught.value.fault.suggestion == "ethiopia"


def test_an_organization_among_the_states_is_recognised():
    given = "African Intellectual Property Organization (OAPI)"

    assert shipped().organization("wipo", given) == OrganizationMatch(
        "African Intellectual Property Organization", "OAPI"
    )
    assert shipped().organization("wipo", "Zaire") is None
    with pytest.raises(UnknownStateError, match="is an organization"):
        slug_of("wipo", given)


def test_what_outlasts_its_state_falls_into_the_times_of_each():
    spans = shipped().spans("us-missions", "Russia", start=date(1809, 11, 5))

    assert [(span.state.slug, span.start, span.end) for span in spans] == [
        ("gsh:russian-empire-1917", date(1809, 11, 5), date(1917, 12, 31)),
        ("soviet-union", date(1918, 1, 1), date(1991, 12, 25)),
        ("russia", date(1991, 12, 26), None),
    ]


# The table


def table_rows():
    with TABLE.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_the_table_is_in_order_and_has_no_row_twice():
    columns = ("dataset", "id", "label", "from", "until")
    keys = [tuple(row[column] for column in columns) for row in table_rows()]

    assert keys == sorted(set(keys))


def test_the_table_leads_to_states_that_ship_or_to_territories_that_stand_for_themselves():
    slugs = {row["slug"] for row in reference_rows(State)}
    own = {row["id"]: row["state"] for row in table_rows() if row["dataset"] == "gsh"}

    assert [
        row
        for row in table_rows()
        if row["state"] not in slugs
        and own.get(row["state"].removeprefix("gsh:")) != row["state"]
        and not row["state"].startswith("organization:")
    ] == []


def test_the_table_knows_the_data_sets_only_and_gsh_without_days():
    rows = table_rows()

    assert {row["dataset"] for row in rows} == {"gsh", SHARED, "pocom", "us-missions", "wipo"}
    assert {
        (row["label"], row["from"], row["until"]) for row in rows if row["dataset"] == "gsh"
    } == {("", "", "")}


def test_no_two_rows_of_the_table_fit_the_same_day():
    for entries in read_table().values():
        dated = sorted(
            (entry.label, entry.start or date.min, entry.end or date.max)
            for entry in entries
            if entry.is_dated
        )
        for label, start, end in dated:
            assert start <= end, (entries, label)
        for (label, _start, end), (other, start, _end) in pairwise(dated):
            assert label != other or end < start, entries


@pytest.mark.parametrize(
    "given", sorted({row["id"] for row in table_rows() if row["dataset"] == SHARED})
)
def test_rows_of_the_table_hold_from_their_first_to_their_last_day(given):
    for entry in read_table()[SHARED, given]:
        for day, holds in (
            (entry.start, True),
            (entry.end, True),
            (entry.start and entry.start - timedelta(days=1), False),
            (entry.end and entry.end + timedelta(days=1), False),
        ):
            assert day is None or entry.fits(entry.label, day) is holds


# The database


@pytest.mark.django_db
def test_states_of_the_database_are_found_by_identifier_slug_and_name():
    state = make_state("Ruritania", slug="ruritania")
    StateIdentifier.objects.create(record=state, scheme="gsh", value="ruritania-1918")
    StateName.objects.create(record=state, name="Kingdom of Ruritania", kind=NameKind.OFFICIAL)
    StateName.objects.create(record=state, name="Strelsau", kind=NameKind.ALIAS)

    crosswalk = Crosswalk.read()

    assert crosswalk.state("gsh", "ruritania-1918").ref == str(state.pk)
    assert crosswalk.state("pocom", "ruritania").ref == str(state.pk)
    assert crosswalk.state("wipo", "the kingdom of RURITANIA").ref == str(state.pk)
    with pytest.raises(UnknownStateError):
        crosswalk.state("wipo", "Strelsau")  # too easily shared
    assert crosswalk.find("gsh:ruritania-1918") == crosswalk.find("ruritania")
    assert crosswalk.is_called("ruritania", "Kingdom of Ruritania")
    assert not crosswalk.is_called("ruritania", "Strelsau")


@pytest.mark.django_db
def test_a_merged_state_stands_for_its_survivor():
    survivor, merged = make_state("North", slug="north"), make_state("South", slug="south")
    StateIdentifier.objects.create(record=merged, scheme="gsh", value="south-1900")
    State.objects.filter(pk=merged.pk).update(merged_into=survivor, editorial_state="merged")

    crosswalk = Crosswalk.read()

    assert crosswalk.state("gsh", "south-1900").slug == "north"


@pytest.mark.django_db
def test_of_namesakes_the_one_that_was_there_is_meant():
    for slug, start, end in (("old", "1800", "1900"), ("new", "1950", "")):
        make_state("Ruritania", slug=slug, start_edtf=start, end_edtf=end)

    crosswalk = Crosswalk.read()

    assert [match.slug for match in crosswalk.namesakes("Ruritania")] == ["new", "old"]
    assert crosswalk.state("wipo", "Ruritania", on=date(1850, 1, 1)).slug == "old"
    assert crosswalk.state("wipo", "Ruritania", on=date(1960, 1, 1)).slug == "new"
    assert crosswalk.state("wipo", "Ruritania").slug == "new"
    with pytest.raises(UnknownStateError, match="Several states are called"):
        crosswalk.state("wipo", "Ruritania", on=date(1920, 1, 1))


@pytest.mark.django_db
def test_a_territory_that_was_not_imported_yet_is_asked_for():
    with pytest.raises(UnknownStateError, match="import gsh first"):
        Crosswalk.read().state("pocom", "texas", on=date(1840, 1, 1))


@pytest.mark.django_db
def test_reading_takes_three_queries(django_assert_num_queries):
    with django_assert_num_queries(3):
        Crosswalk.read()
