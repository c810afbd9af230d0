"""What lies below one person: the tenures, as the list of all tenures shows them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from people.models import Person, StateCode
from tests.factories.answers import get, slugs
from tests.factories.people import make_office, make_part, make_person, make_state, make_tenure
from tests.factories.records import publish_whole

if TYPE_CHECKING:
    from django.test import Client

pytestmark = pytest.mark.django_db


@pytest.fixture
def dar() -> Person:
    """Somebody who held two offices, beside somebody else who held one of them."""
    pakistan = make_state("Pakistan", alpha_2="PK")
    minister = make_office(
        "Foreign Minister", classification="foreign_minister", state=pakistan, seats=1
    )
    deputy = make_office(
        "Deputy Prime Minister", classification="deputy_head_of_government", state=pakistan
    )
    person = make_person("Ishaq Dar")
    publish_whole(
        make_tenure(person, minister, slug="minister", start="2024-03-11", end_status="ongoing"),
        make_tenure(person, deputy, slug="deputy", start="2024-04-28", end_status="ongoing"),
        make_tenure(
            make_person("Jalil Abbas Jilani"),
            minister,
            slug="other",
            start="2023-08-17",
            end="2024-03-04",
        ),
    )
    return person


def test_a_persons_tenures_are_the_tenures_of_that_person(client: Client, dar: Person) -> None:
    for asked in ("", "classification=foreign_minister", "on=2024-04-01", "start_after=2024-04"):
        found = get(client, f"people/ishaq-dar/tenures/?{asked}")

        assert found == get(client, f"tenures/?person=ishaq-dar&{asked}"), asked
    assert slugs(client, "people/ishaq-dar/tenures/") == ["deputy", "minister"]
    assert slugs(client, f"people/{dar.pk}/tenures?ordering=start") == ["minister", "deputy"]
    assert slugs(client, "people/ishaq-dar/tenures/?on=2024-04-01") == ["minister"]


def test_the_person_is_said_by_the_address_alone(client: Client, dar: Person) -> None:
    problem = get(client, "people/ishaq-dar/tenures/?person=jalil-abbas-jilani", 400)

    assert [fault["code"] for fault in problem["errors"]] == ["unknown_parameter"]


def test_cursors_belong_to_one_person(client: Client, dar: Person) -> None:
    first = get(client, "people/ishaq-dar/tenures/?page_size=1")
    rest = client.get(first["next"]).json()
    cursor = first["next"].partition("?")[2]

    assert [row["slug"] for page in (first, rest) for row in page["results"]] == [
        "deputy",
        "minister",
    ]
    assert rest["next"] is None
    for other in ("people/jalil-abbas-jilani/tenures", "tenures"):
        problem = get(client, f"{other}/?{cursor}", 400)
        assert problem["errors"][0]["code"] == "cursor_mismatch"


def test_somebody_without_published_tenures_has_an_empty_list(client: Client) -> None:
    person = make_person("Natalie Baker")
    publish_whole(person)
    make_tenure(person)

    assert get(client, "people/natalie-baker/tenures/") == {
        "results": [],
        "next": None,
        "previous": None,
        "total": {"value": 0, "relation": "eq"},
        "notes": [],
    }


def test_a_code_means_the_state_that_had_it_on_the_day_asked(client: Client) -> None:
    north = make_state("North Yemen", kind="historical_state", end="1990-05-22")
    yemen = make_state("Yemen", start="1990-05-22")
    for state, days in ((north, {"end": "1990-05-22"}), (yemen, {"start": "1990-05-22"})):
        make_part(StateCode, state=state, scheme="iso3166-1-alpha-2", value="YE", **days)
    person = make_person("Ali Abdullah Saleh")
    publish_whole(
        *(
            make_tenure(
                person,
                make_office(f"President of {state}", state=state),
                slug=slug,
                start=start,
                end=end,
            )
            for state, slug, start, end in (
                (north, "of-the-north", "1978-07-18", "1990-05-22"),
                (yemen, "of-yemen", "1990-05-22", "2012-02-27"),
            )
        )
    )
    own = "people/ali-abdullah-saleh/tenures"

    for path in (own, "tenures"):
        assert slugs(client, f"{path}/?state=YE&on=1985") == ["of-the-north"]
        assert slugs(client, f"{path}/?state=YE&on=2000") == ["of-yemen"]
        assert slugs(client, f"{path}/?state=YE") == ["of-yemen"]
        assert slugs(client, f"{path}/?state=north-yemen&on=2000") == []
    assert slugs(client, "people/?state=YE&holding_on=1985") == ["ali-abdullah-saleh"]
    assert slugs(client, "people/?state=YE&holding_on=2013") == []
    problem = get(client, f"{own}/?state=YE&on=1985-13", 400)
    assert [fault["code"] for fault in problem["errors"]] == ["invalid_date"]


def test_a_persons_list_costs_as_many_statements_whatever_is_on_it(
    client: Client, dar: Person
) -> None:
    get(client, f"people/{dar.pk}/tenures/")  # statistics, which are read once in a while
    counted = {}
    for size in (1, 2):
        for ref in (dar.pk, "ishaq-dar"):
            with CaptureQueriesContext(connection) as captured:
                get(client, f"people/{ref}/tenures/?page_size={size}")
            counted[ref, size] = len(captured)

    assert counted == {(dar.pk, 1): 2, (dar.pk, 2): 2, ("ishaq-dar", 1): 3, ("ishaq-dar", 2): 3}
