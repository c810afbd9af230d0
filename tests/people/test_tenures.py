"""When a person may hold an office, as the database sees it, and what it lets pass with a warning."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from people.models import Office, Person, Tenure
from tests.factories.people import make_office, make_person, make_tenure
from tests.factories.records import warnings_of

pytestmark = pytest.mark.django_db

ONCE = "The same person certainly held the same office in another tenure at that time."


def hold(person: Person, office: Office, number: int, **fields: Any) -> Tenure:
    tenure = Tenure(person=person, office=office, slug=f"tenure-{number}", **fields)
    tenure.save()
    return tenure


@pytest.mark.parametrize(
    "tenures",
    [
        pytest.param(
            [
                {"start": "2001-01-20", "end": "2005-01-20"},
                {"start": "2005-01-20", "end": "2009-01-20"},
            ],
            id="one begins on the day on which the other ends",
        ),
        pytest.param([{}, {}, {"end_status": "ongoing"}], id="unknown starts may lie anywhere"),
        pytest.param(
            [{"start": "2001"}, {"start": "2001"}], id="unknown ends may lie in the same year"
        ),
        pytest.param(
            [{"start": "2001", "end": "2003"}, {"start": "2003", "end": "2004"}],
            id="years that meet",
        ),
        pytest.param(
            [{"start": "2001-01-20"}, {"start": "2009-01-20", "end_status": "ongoing"}],
            id="an unknown end is not a tenure without end",
        ),
        pytest.param(
            [
                {"start": "1968", "end": "1972"},
                {"start": "1969", "end": "1971", "kind": "did_not_serve"},
            ],
            id="who did not serve was not in office",
        ),
        pytest.param(
            [
                {"start": "2024-11-06", "end": "2025-01-20", "kind": "elect"},
                {"start": "2025-01-20", "end_status": "ongoing"},
            ],
            id="elect, then in office",
        ),
        pytest.param(
            [
                {"start": "2001", "end": "2009"},
                {"start": "2002", "end": "2008", "editorial_state": "merged"},
            ],
            id="merged into the other",
        ),
    ],
)
def test_tenures_that_may_both_be_true_are_taken(tenures: list[dict[str, Any]]) -> None:
    person, office = make_person(), make_office()
    for number, fields in enumerate(tenures):
        if fields.get("editorial_state") == "merged":
            fields = {**fields, "merged_into": Tenure.objects.get(slug="tenure-0")}  # noqa: PLW2901
        hold(person, office, number, **fields)

    assert Tenure.objects.count() == len(tenures)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        pytest.param(
            {"start": "2001-01-20", "end": "2005-01-20"},
            {"start": "2005-01-19", "end": "2009"},
            id="a day in common",
        ),
        pytest.param(
            {"start": "2001", "end": "2005"},
            {"start": "2002", "end": "2004", "kind": "acting"},
            id="years between",
        ),
        pytest.param(
            {"start": "2001", "end_status": "ongoing"},
            {"start": "2020-05-01"},
            id="within one that goes on",
        ),
        pytest.param(
            {"start": "2001-01-20"},
            {"start": "2001-01-20"},
            id="the same day, both ends unknown",
        ),
        pytest.param(
            {"start": "2001~", "end_status": "ongoing"},
            {"start": "/2010", "end_status": "ongoing"},
            id="both go on, one began at the latest in 2010",
        ),
    ],
)
def test_same_office_twice_at_once_is_refused_by_forms_and_by_the_database(
    first: dict[str, Any], second: dict[str, Any]
) -> None:
    person, office = make_person(), make_office()
    hold(person, office, 1, **first)

    with pytest.raises(ValidationError) as in_a_form:
        Tenure(person=person, office=office, **second).full_clean()
    with pytest.raises(IntegrityError) as in_the_database, transaction.atomic():
        hold(person, office, 2, **second)

    assert in_a_form.value.message_dict == {"__all__": [ONCE]}
    assert "same_person_does_not_certainly_hold_an_office_twice" in str(in_the_database.value)


def test_one_person_may_hold_two_offices_and_two_persons_one() -> None:
    dar, sharif = make_person("Ishaq Dar"), make_person("Shehbaz Sharif")
    deputy, minister = make_office("Deputy Prime Minister"), make_office("Foreign Minister")

    for person, office in ((dar, deputy), (dar, minister), (sharif, minister)):
        make_tenure(person, office, start="2024-03-11", end_status="ongoing")

    assert Tenure.objects.count() == 3


# Warnings


def test_second_holder_of_a_one_seat_office_is_taken_with_a_warning() -> None:
    office = make_office("US Ambassador to Pakistan", classification="head_of_mission")
    ambassador = make_tenure(
        make_person("Donald Blome"), office, start="2022-07-02", end="2025-01-17"
    )
    charge = make_tenure(
        make_person("Natalie Baker"),
        office,
        kind="ad_interim",
        start="2025-01-10",
        end_status="ongoing",
    )

    assert warnings_of(charge) == [
        "US Ambassador to Pakistan has one seat, and was held at the same time by Donald Blome."
    ]
    assert warnings_of(ambassador) == [
        "US Ambassador to Pakistan has one seat, and was held at the same time by Natalie Baker."
    ]


@pytest.mark.parametrize(
    ("seats", "other"),
    [
        pytest.param(2, {"start": "2020", "end_status": "ongoing"}, id="a seat is left"),
        pytest.param(None, {"start": "2020", "end_status": "ongoing"}, id="seats are not limited"),
        pytest.param(1, {"start": "2020", "end": "2021"}, id="one after the other"),
        pytest.param(1, {"start": "2020"}, id="the other's end is unknown"),
        pytest.param(1, {}, id="the other's dates are unknown"),
        pytest.param(
            1,
            {"start": "2020", "end_status": "ongoing", "kind": "designate"},
            id="not in office yet",
        ),
    ],
)
def test_holders_who_may_not_have_met_are_no_cause_for_a_warning(
    seats: int | None, other: dict[str, Any]
) -> None:
    office = make_office(seats=seats)
    tenure = make_tenure(office=office, start="2022-03-01", end_status="ongoing")
    make_tenure(office=office, **other)

    assert warnings_of(tenure) == []
