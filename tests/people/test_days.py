"""Who held what when: every answer of the API is compared with trying all days, from the documents alone."""

from __future__ import annotations

import random
from itertools import count, product
from typing import TYPE_CHECKING, Any

import pytest
from django.db import IntegrityError, transaction

from people.models import IN_OFFICE, StateSuccession, TenureMilestone
from tests.factories.answers import get, slugs
from tests.factories.days import MATCHES, Tried, TriedInterval, day, random_edtf
from tests.factories.lists import IN_POST, held
from tests.factories.people import make_office, make_part, make_person, make_state, make_tenure
from tests.factories.records import make_source, publish_whole

if TYPE_CHECKING:
    from django.test import Client

pytestmark = pytest.mark.django_db

#: Published long after all days that are tried, and asked on the day of publication.
GOES_ON = (8, 8)
ASKED = range(-1, 7)
WINDOWS = [
    (after, before)
    for after, before in product((None, 0, 2, 5), (None, 0, 3, 6))
    if (after is not None or before is not None)
    and (after is None or before is None or after <= before)
]
KINDS = ["substantive"] * 5 + ["acting", "designate", "did_not_serve"]


@pytest.fixture(scope="module")
def holders(module_transaction: None) -> None:
    """Persons who held up to three offices of two states, of whom little is known."""
    chance = random.Random(2025)  # noqa: S311 - reproducible data
    source = make_source()
    us, pk = make_state("United States", alpha_2="US"), make_state("Pakistan", alpha_2="PK")
    classes = ("foreign_minister", "head_of_government", "head_of_mission")
    offices = [
        make_office(f"{name} {state}", classification=name, state=state, source=source)
        for state in (us, pk)
        for name in classes
    ]
    numbers = count(1)
    published: list[Any] = [us, pk, *offices]
    for number in range(20):
        person = make_person(f"Person {number}", source=source)
        published.append(person)
        for office in chance.sample(offices, 3):
            is_ongoing = chance.randrange(4) == 0
            try:
                with transaction.atomic():
                    tenure = make_tenure(
                        person,
                        office,
                        slug=f"tenure-{next(numbers)}",
                        start=random_edtf(chance),
                        end="" if is_ongoing else random_edtf(chance),
                        end_status="ongoing" if is_ongoing else "unknown",
                        kind=chance.choice(KINDS),
                        source=source,
                    )
            except IntegrityError:
                continue  # it would end before it starts
            for _ in range(chance.choice((0, 0, 1, 2))):
                make_part(
                    TenureMilestone,
                    tenure=tenure,
                    kind=chance.choice([*IN_POST, "nominated", "declined", "other"]),
                    date=random_edtf(chance),
                )
            published.append(tenure)
    publish_whole(*published)


def listed(client: Client, address: str) -> list[dict[str, Any]]:
    answer = get(client, f"{address}page_size=200")
    assert answer["next"] is None
    results: list[dict[str, Any]] = answer["results"]
    return results


@pytest.mark.usefixtures("holders")
@pytest.mark.parametrize("match", MATCHES)
def test_tenures_on_a_day(client: Client, match: str) -> None:
    tenures = [(each["slug"], held(each, GOES_ON)) for each in listed(client, "tenures/?")]
    assert len(tenures) > 40

    for number in ASKED:
        rows = listed(client, f"tenures/?on={day(number)}&date_match={match}&")

        assert sorted((row["slug"], row["match"]) for row in rows) == sorted(
            (slug, days.match(number, number))
            for slug, days in tenures
            if days and days.has_day(match, number, number)
        )


@pytest.mark.usefixtures("holders")
@pytest.mark.parametrize("match", MATCHES)
@pytest.mark.parametrize("bound", ["start", "end"])
def test_tenures_by_start_and_end(client: Client, bound: str, match: str) -> None:
    tenures = [
        (each["slug"], TriedInterval.at(Tried.of(each[bound])))
        for each in listed(client, "tenures/?")
    ]

    for after, before in WINDOWS:
        found = listed(client, f"tenures/?{window(bound, after, before)}date_match={match}&")

        assert sorted(row["slug"] for row in found) == sorted(
            slug for slug, days in tenures if days.has_day(match, after, before)
        )


def window(name: str, after: int | None, before: int | None) -> str:
    given = {f"{name}_after": day(after), f"{name}_before": day(before)}
    return "".join(f"{parameter}={value}&" for parameter, value in given.items() if value)


@pytest.mark.usefixtures("holders")
@pytest.mark.parametrize("match", MATCHES)
def test_tenures_by_one_milestone(client: Client, match: str) -> None:
    tenures = listed(client, "tenures/?")

    for kind, (after, before) in product((None, "sworn_in", "nominated"), WINDOWS):
        asked = f"milestone.kind={kind}&" if kind else ""
        asked += window("milestone.date", after, before)
        found = listed(client, f"tenures/?{asked}date_match={match}&")

        assert sorted(row["slug"] for row in found) == sorted(
            each["slug"]
            for each in tenures
            if any(
                kind in {None, milestone["kind"]}
                and TriedInterval.at(Tried.of(milestone["date"])).has_day(match, after, before)
                for milestone in each["milestones"]
            )
        )


@pytest.mark.usefixtures("holders")
@pytest.mark.parametrize("match", MATCHES)
@pytest.mark.parametrize(
    ("asked", "classes", "state"),
    [
        ("", (), None),
        ("state=PK&", (), "PK"),
        ("classification__all=foreign_minister,head_of_government&", ("foreign_minister", "head_of_government"), None),
        ("state=US&classification__all=foreign_minister,head_of_mission&", ("foreign_minister", "head_of_mission"), "US"),
    ],
)  # fmt: skip
def test_people_holding_on_a_day(
    client: Client, asked: str, classes: tuple[str, ...], state: str | None, match: str
) -> None:
    offices = {each["id"]: each for each in listed(client, "offices/?")}
    tenures = [each for each in listed(client, "tenures/?") if each["kind"] in IN_OFFICE]
    people = listed(client, "people/?")

    def best(person: dict[str, Any], classification: str | None, number: int) -> str | None:
        """How well the best fitting tenure of the person matches."""
        found = []
        for tenure in tenures:
            office, days = offices[tenure["office"]["id"]], held(tenure, GOES_ON)
            if (
                tenure["person"]["id"] == person["id"]
                and classification in {None, office["classification"]}
                and state in {None, office["state"]["code"]}
                and days
                and days.has_day(match, number, number)
            ):
                found.append(days.match(number, number))
        return min(found, key=RANKS.index, default=None)

    for number in ASKED:
        rows = listed(client, f"people/?holding_on={day(number)}&{asked}date_match={match}&")
        expected = []
        for person in people:
            matches = [best(person, one, number) for one in classes or (None,)]
            if None not in matches:
                expected.append((person["slug"], max(map(str, matches), key=RANKS.index)))

        assert sorted((row["slug"], row["match"]) for row in rows) == sorted(expected)


RANKS = ["certain", "possible", "unknown"]


@pytest.mark.usefixtures("holders")
def test_the_match_of_a_row_stays_whatever_fields_are_picked(client: Client) -> None:
    asked = f"tenures/?on={day(2)}&date_match=any&page_size=3"
    whole = [row["match"] for row in get(client, asked)["results"]]

    picked = get(client, f"{asked}&fields=label")["results"]
    named = get(client, f"{asked}&fields=label,match")["results"]
    left = get(client, f"{asked}&omit=label")["results"]
    (fault,) = get(client, "tenures/?fields=match", 400)["errors"]

    assert [row["match"] for row in picked] == [row["match"] for row in left] == whole
    assert all(list(row) == ["id", "object", "label", "match"] for row in picked)
    assert named == picked
    assert (fault["code"], fault["parameter"]) == ("unknown_field", "fields")
    assert [list(row)[-1] for row in get(client, asked)["results"]] == ["match"] * 3
    assert all("match" not in row for row in get(client, "tenures/")["results"])


def test_an_undated_secretary_of_state_was_not_in_office_in_1820(client: Client) -> None:
    secretary = make_office("Secretary of State", classification="foreign_minister")
    publish_whole(make_tenure(make_person("Marco Rubio"), secretary, end_status="ongoing"))
    label = "marco-rubio-secretary-of-state"

    assert slugs(client, "tenures/?on=1820-01-01") == []
    assert slugs(client, "people/?holding_on=1820-01-01") == []
    asked = "tenures/?on=1820-01-01&date_match=any&person=marco-rubio"
    rows = get(client, asked)["results"]
    assert [(row["slug"], row["match"]) for row in rows] == [(label, "unknown")]


def test_states_before_a_state_stand_for_it_when_asked(client: Client) -> None:
    empire = make_state("Russian Empire", start="1721", end="1917", kind="historical_state")
    union = make_state("Soviet Union", start="1922-12-30", end="1991-12-26", kind="historical_state")  # fmt: skip
    russia = make_state("Russia", alpha_2="RU", start="1991-12-26")
    for former, state in ((empire, union), (union, russia)):
        make_part(StateSuccession, predecessor=former, successor=state, kind="continuation")
    offices = [
        make_office(f"Foreign Minister of {state}", classification="foreign_minister", state=state)
        for state in (empire, union, russia)
    ]
    publish_whole(empire, union, russia, *offices)
    draft = make_state("Novgorod")
    make_part(StateSuccession, predecessor=draft, successor=empire, kind="absorption")

    of_russia, of_empire, of_union = (
        f"foreign-minister-of-{name}" for name in ("russia", "russian-empire", "soviet-union")
    )
    assert slugs(client, "offices/?state=RU") == [of_russia]
    assert slugs(client, "offices/?state=RU&include_predecessors=false") == [of_russia]
    assert slugs(client, "offices/?state=RU&include_predecessors=true") == [
        of_russia,
        of_empire,
        of_union,
    ]
    assert slugs(client, "states/?predecessor=soviet-union") == ["russia"]
    assert slugs(client, "states/?successor=RU") == ["soviet-union"]
    assert slugs(client, "states/?successor=soviet-union") == ["russian-empire"]
    assert slugs(client, "states/?predecessor=novgorod") == []
