"""Every filter and ordering of organizations: whole answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.factories.answers import slugs
from tests.factories.people import (
    make_organization,
    make_state,
)
from tests.factories.records import publish_whole

if TYPE_CHECKING:
    from django.test import Client

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def organizations(module_transaction: None) -> None:
    """A government, its ministry, its mission abroad, and a company that has only its seat there."""
    us, pk = make_state("United States", alpha_2="US"), make_state("Pakistan", alpha_2="PK")
    department = make_organization("Department of State", state=us)
    embassy = make_organization(
        "US Embassy in Islamabad",
        classification="diplomatic_mission",
        parent=department,
        state=us,
        receiving_state=pk,
    )
    company = make_organization(
        "United States Strategic Metals", classification="company", domicile=us
    )
    publish_whole(us, pk, department, embassy, company)
    make_organization("Draft", state=us)


@pytest.mark.usefixtures("organizations")
@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ["department-of-state", "united-states-strategic-metals", "us-embassy-in-islamabad"]),
        (
            "classification=company,ministry",
            ["department-of-state", "united-states-strategic-metals"],
        ),
        ("classification__not=company", ["department-of-state", "us-embassy-in-islamabad"]),
        ("state=US", ["department-of-state", "us-embassy-in-islamabad"]),
        ("state=PK", []),
        ("state__isnull=true", ["united-states-strategic-metals"]),
        ("parent=department-of-state", ["us-embassy-in-islamabad"]),
        ("parent__isnull=true&state=US", ["department-of-state"]),
    ],
)
def test_organizations(client: Client, query: str, expected: list[str]) -> None:
    assert slugs(client, f"organizations/?{query}") == expected
