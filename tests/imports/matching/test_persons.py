"""Who of the database is meant: proved by ids, or by name, office and day; everything else is near."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from imports.dataset import NearMatch
from imports.matching.persons import PersonIndex, near_matches
from people.models import (
    Office,
    OfficeIdentifier,
    OfficeName,
    Person,
    PersonIdentifier,
    PersonName,
)
from people.names.likeness import Match
from records.publishing.merge import merge
from records.publishing.publish import withdraw
from tests.factories.people import make_office, make_part, make_person, make_state, make_tenure
from tests.factories.records import publish_whole

pytestmark = pytest.mark.django_db

ADAMS_TO_JEFFERSON = date(1801, 3, 4)


@pytest.fixture
def president() -> Office:
    office = make_office("President of the United States", classification="head_of_state")
    make_part(OfficeIdentifier, record=office, scheme="us-office", value="president")
    return office


def hold(name: str, office: Office, start: str = "", end: str = "", **fields: Any) -> Person:
    person = make_person(name, **fields)
    make_tenure(person, office, start=start, end=end)
    return person


def test_an_identifier_proves_who_is_meant_whatever_the_office(president) -> None:
    secretary = make_office("Secretary of State of the United States")
    jefferson = hold("Thomas Jefferson", secretary, "1790-03-22", "1793-12-31")
    make_tenure(jefferson, president, start="1801-03-04", end="1809-03-04")
    make_part(PersonIdentifier, record=jefferson, scheme="pocom", value="jefferson-thomas")

    index = PersonIndex.read()

    assert index.by_identifier("pocom", "jefferson-thomas") == jefferson.pk
    assert index.by_identifier("pocom", "jefferson-joseph") is None
    for office, on in ((secretary, date(1790, 3, 22)), (president, ADAMS_TO_JEFFERSON)):
        assert index.same_person("Jefferson, T.", office=office.pk, on=on) == Match(jefferson.pk)


def test_a_name_an_office_and_a_day_prove_it(president) -> None:
    hold("John Adams", president, "1797-03-04", "1801-03-04")
    jefferson = hold("Thomas Jefferson", president, "1801-03-04", "1809-03-04")
    office = PersonIndex.read().office_by_identifier("us-office", "president")

    for name in ("Thomas Jefferson", "President Jefferson", "JEFFERSON, Thomas", "Tom Jefferson"):
        found = PersonIndex.read().same_person(name, office=office, on=ADAMS_TO_JEFFERSON)
        assert found == Match(jefferson.pk), name


def test_the_two_presidents_bush_are_never_one(president) -> None:
    father = hold("George H. W. Bush", president, "1989-01-20", "1993-01-20", birth="1924-06-12")
    son = hold("George W. Bush", president, "2001-01-20", "2009-01-20", birth="1946-07-06")
    index = PersonIndex.read()

    def asked(name: str, on: date) -> Match:
        return index.same_person(name, office=president.pk, on=on)

    assert asked("George Bush", date(1990, 5, 1)).certain == father.pk
    assert asked("George Bush", date(2005, 5, 1)).certain == son.pk
    assert asked("George W. Bush", date(1990, 5, 1)).certain is None
    assert asked("George Herbert Walker Bush", date(2005, 5, 1)).certain is None
    assert [near.id for near in index.named("George H. W. Bush").near] == [father.pk]
    assert [near.id for near in index.named("Bush, George Walker", born="1946").near] == [son.pk]
    assert {near.id for near in index.named("George Bush").near} == {father.pk, son.pk}


def test_the_same_name_alone_is_near(president) -> None:
    jefferson = hold("Thomas Jefferson", president, "1801-03-04", "1809-03-04")

    found = PersonIndex.read().named("Thomas Jefferson")

    assert found.certain is None
    assert near_matches(found, "us-executive:J000069") == [
        NearMatch(
            "person", "us-executive:J000069", str(jefferson.pk), 1.0, "The names are the same."
        ),
    ]


@pytest.mark.parametrize(
    ("start", "end", "fields"),
    [
        pytest.param("", "", {}, id="no dates"),
        pytest.param("1801-03-04", "", {}, id="an unknown end"),
        pytest.param("1801", "1809", {}, id="a year in which it may have begun later"),
        pytest.param("", "1809-03-04", {}, id="an unknown start"),
    ],
)
def test_a_tenure_that_only_may_have_had_the_day_proves_nothing(
    president, start: str, end: str, fields: dict[str, Any]
) -> None:
    jefferson = hold("Thomas Jefferson", president, start, end, **fields)

    found = PersonIndex.read().same_person(
        "Thomas Jefferson", office=president.pk, on=date(1801, 6, 1)
    )

    assert found.certain is None
    assert [(near.id, near.reason) for near in found.near] == [
        (jefferson.pk, "May have held the office that day. The names are the same."),
    ]


def test_a_tenure_that_goes_on_has_every_later_day() -> None:
    office = make_office("President of Y", classification="head_of_state")
    person = make_person("Ana Ilic")
    make_tenure(person, office, start="2020-02-01", end_status="ongoing")

    found = PersonIndex.read().same_person("Ana Ilic", office=office.pk, on=date(2026, 1, 1))

    assert found.certain == person.pk


def test_two_who_may_be_meant_are_both_near() -> None:
    captains = make_office("Captain Regent of San Marino", seats=2, classification="head_of_state")
    one = hold("Marino Rossi", captains, "1990-04-01", "1990-10-01")
    two = hold("Paolo Rossi", captains, "1990-04-01", "1990-10-01")

    found = PersonIndex.read().same_person("Rossi", office=captains.pk, on=date(1990, 5, 1))

    assert found.certain is None
    assert {near.id for near in found.near} == {one.pk, two.pk}


def test_a_misspelt_name_proves_nothing_even_with_office_and_day() -> None:
    office = make_office("President of Georgia", classification="head_of_state")
    person = hold("Eduard Shevardnadze", office, "1995-11-26", "2003-11-23")

    found = PersonIndex.read().same_person(
        "Eduard Sheverdnadze", office=office.pk, on=date(1999, 1, 1)
    )

    assert found.certain is None
    assert [(near.id, near.score) for near in found.near] == [(person.pk, 0.87)]


def test_holders_are_found_by_class_and_state() -> None:
    egypt, other = make_state("Egypt"), make_state("Y")
    office = make_office("President of Egypt", classification="head_of_state", state=egypt)
    elsewhere = make_office("President of Y", classification="head_of_state", state=other)
    sadat = hold("Muhammad Anwar es-Sadat", office, "1970-10-15", "1981-10-06")
    hold("Anwar Sadat", elsewhere, "1970-10-15", "1981-10-06")
    index = PersonIndex.read()
    classes = ("head_of_state", "head_of_government")

    def holders(on: date, name: str = "") -> list[Any]:
        found = index.holders(classification=classes, state=egypt.pk, on=on, name=name)
        return [(holder.person, holder.is_certain) for holder in found]

    assert holders(date(1975, 1, 1)) == [(sadat.pk, True)]
    assert holders(date(1975, 1, 1), "Sadat") == [(sadat.pk, True)]
    assert holders(date(1975, 1, 1), "Nasser") == []
    assert holders(date(1982, 1, 1), "Sadat") == []
    found = index.same_person(
        "President al-Sadat", classification=classes, state=egypt.pk, on=date(1975, 1, 1)
    )
    assert found.certain == sadat.pk


def meant_on(president: Office, on: date, **life: Any) -> tuple[Any, ...]:
    """Return who held the office, who is meant by the name and who is near it, where a tenure had the day."""
    taft = make_person(
        "William Howard Taft", living="dead" if "death" in life else "unknown", **life
    )
    make_tenure(taft, president, start="1900", end="1999-12-31")
    index = PersonIndex.read()
    held = [holder.person for holder in index.holders(office=president.pk, on=on)]
    meant = index.same_person("William Howard Taft", office=president.pk, on=on)
    near = [each.id for each in index.named("William Howard Taft", on=on).near]
    assert {*held, meant.certain, *near} <= {taft.pk, None}
    return len(held), meant.certain is not None, len(meant.near), len(near)


@pytest.mark.parametrize(
    ("life", "on"),
    [
        ({"birth": "1894-03-05"}, date(1909, 3, 4)),
        ({"birth": "1915", "death": "1991"}, date(1909, 3, 4)),
        ({"birth": "1915", "death": "1991"}, date(1992, 1, 1)),
        ({"death": "1909-03-03"}, date(1909, 3, 4)),
        ({"birth": "1896-02-29"}, date(1911, 2, 28)),
    ],
)
def test_who_was_a_child_or_dead_that_day_is_never_meant(
    president, life: dict[str, str], on: date
) -> None:
    assert meant_on(president, on, **life) == (0, False, 0, 0)


@pytest.mark.parametrize(
    ("life", "on"),
    [
        ({}, date(1909, 3, 4)),
        ({"birth": "1894-03-04"}, date(1909, 3, 4)),
        ({"birth": "1894"}, date(1909, 3, 4)),
        ({"birth": "1915", "death": "1991"}, date(1991, 12, 31)),
        ({"birth": "1896-02-29"}, date(1911, 3, 1)),
        ({"birth": "[..1915]", "death": "[1991..]"}, date(1909, 3, 4)),
    ],
)
def test_who_may_have_been_grown_up_and_alive_that_day_is_meant(
    president, life: dict[str, str], on: date
) -> None:
    assert meant_on(president, on, **life) == (1, True, 0, 1)


def test_a_life_contradicts_by_its_dates_or_where_no_day_lies_in_it() -> None:
    taft = make_person("William Howard Taft III", birth="1915", death="1991", living="dead")
    unknown = make_person("William Howard Taft")
    index = PersonIndex.read()
    words = "born in 1915, died in 1991"

    assert index.contradiction(taft.pk, born="1857-09-15") == words
    assert index.contradiction(taft.pk, died="1930") == words
    assert index.contradiction(taft.pk, days=[date(1909, 1, 29), date(1909, 10, 16)]) == words
    assert index.contradiction(taft.pk, born="1917", died="1989") == ""
    # One of several days may be mistyped.
    assert index.contradiction(taft.pk, days=[date(1909, 1, 29), date(1969, 10, 16)]) == ""
    assert index.contradiction(taft.pk) == ""
    assert index.contradiction(unknown.pk, born="1857", days=[date(1909, 1, 29)]) == ""


def test_who_was_not_in_office_is_no_holder(president) -> None:
    person = make_person("Ann Elect")
    make_tenure(person, president, start="2000-11-01", end="2001-01-20", kind="elect")

    assert PersonIndex.read().holders(office=president.pk, on=date(2000, 12, 1)) == []


def test_dates_of_birth_lift_or_exclude() -> None:
    person = make_person("Ann Smith", birth="1950")
    index = PersonIndex.read()

    def scores(name: str, born: str) -> list[tuple[Any, float]]:
        return [(near.id, near.score) for near in index.named(name, born=born).near]

    assert scores("Ann B. Smith", "") == [(person.pk, 0.98)]
    assert scores("Ann B. Smith", "1950-05-01") == [(person.pk, 0.99)]
    assert scores("Ann B. Smith", "1951") == [(person.pk, 0.882)]
    assert scores("Ann B. Smith", "1971") == []


def test_a_family_name_alone_is_not_listed_unless_a_date_agrees() -> None:
    person = make_person("Charles Spencer Francis", birth="1853")
    index = PersonIndex.read()

    assert index.named("Pope Francis").near == ()
    assert [near.id for near in index.named("Francis", born="1853").near] == [person.pk]


def test_a_rank_is_no_name() -> None:
    person = make_person("Asim Munir")
    make_part(PersonName, record=person, name="Field Marshal", kind="rank")
    make_part(PersonName, record=person, name="Syed Asim Munir Ahmed Shah", kind="official")

    index = PersonIndex.read()

    assert index.named("Field Marshal").near == ()
    assert [near.id for near in index.named("Syed Asim Munir Ahmed Shah").near] == [person.pk]


def test_a_merged_person_is_the_survivor_and_a_withdrawn_one_is_found_by_identifier_only(
    president,
) -> None:
    gone = hold("Tomas Jeferson", president, "1801-03-04", "1809-03-04")
    make_part(PersonIdentifier, record=gone, scheme="visits-person", value="j")
    kept = make_person("Thomas Jefferson")
    merge(gone, kept, by=None, reason="The same man.")
    withdrawn = make_person("Ann Smith")
    make_part(PersonIdentifier, record=withdrawn, scheme="pocom", value="smith-ann")
    publish_whole(withdrawn)
    withdraw(withdrawn, by=None, reason="There was no such person.")

    index = PersonIndex.read()

    assert index.by_identifier("visits-person", "j") == kept.pk
    assert [near.id for near in index.named("Thomas Jefferson").near] == [kept.pk]
    assert index.by_identifier("pocom", "smith-ann") == withdrawn.pk
    assert index.named("Ann Smith").near == ()
    found = index.same_person("Thomas Jefferson", office=president.pk, on=date(1805, 1, 1))
    assert found.certain == kept.pk


def test_an_office_is_found_by_its_title_or_another_name_where_there_is_one() -> None:
    egypt = make_state("Egypt")
    office = make_office("Président of Egypt", state=egypt)
    make_part(OfficeName, record=office, name="Rais", kind="alias")
    make_office("Envoy", state=egypt, slug="envoy-1")
    make_office("Envoy", state=egypt, slug="envoy-2")
    index = PersonIndex.read()

    assert index.office_named("president of egypt", egypt.pk) == office.pk
    assert index.office_named("Rais", egypt.pk) == office.pk
    assert index.office_named("Rais", None) is None
    assert index.office_named("Envoy", egypt.pk) is None
    assert index.office_by_identifier("us-office", "president") is None


@pytest.mark.parametrize("count", [1, 3])
def test_the_index_is_read_with_seven_queries(django_assert_num_queries, president, count) -> None:
    for number in range(count):
        hold(f"Person {number}", president)

    with django_assert_num_queries(7):
        PersonIndex.read()


def test_a_text_without_a_name_finds_nobody() -> None:
    make_person("Ann Smith")

    assert PersonIndex.read().named("") == Match()
