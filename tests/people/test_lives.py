"""Days on which a state was not there: what lists that ask for it on these days say in their notes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from people.models import StateSuccession
from tests.factories.answers import get
from tests.factories.people import make_part, make_state
from tests.factories.records import publish_whole

if TYPE_CHECKING:
    from django.test import Client

pytestmark = pytest.mark.django_db


def noted(client: Client, address: str) -> list[tuple[str, str, str, list[str]]]:
    """The notes of a list on when states were: code, parameter, detail and suggestions of each. It has no rows (see test_coverage)."""
    return [
        (note["code"], note["parameter"], note["detail"], note["suggestions"])
        for note in get(client, address)["notes"]
        if note["code"] != "coverage"
    ]


@pytest.fixture(scope="module")
def successions(module_transaction: None) -> None:
    """One state after another; two of which no start is told, of whom one was joined by a third."""
    union = make_state("Union", start="1922-12-30", end="1991-12-26")
    republic = make_state("Republic", start="1991-12-25")
    make_part(StateSuccession, successor=republic, predecessor=union, kind="continuation")
    empire, small = make_state("Empire", end="1918"), make_state("Small")
    make_part(StateSuccession, successor=small, predecessor=empire, kind="dissolution", date="1918")
    joined = make_state("Joined", end="1990-10-03")
    make_part(
        StateSuccession, successor=small, predecessor=joined, kind="absorption", date="1990-10-03"
    )
    publish_whole(union, republic, empire, joined, small, make_state("New", start="2011-07-09"))


BEFORE = "By its own record “republic” began 25 December 1991. What was before is found with union."
BOTH = f"{BEFORE} `include_predecessors=true` finds all of it."
OVER = "By its own record “union” ended 26 December 1991. After it came republic."
SMALL = "By its own record “small” came after others some day in 1918. What was before is found with empire."


@pytest.mark.usefixtures("successions")
@pytest.mark.parametrize(
    ("address", "notes"),
    [
        # All of the days are before it, or some of them.
        ("events/?state=republic&date_before=1990", [("did_not_exist", "state", BOTH, ["union"])]),
        ("events/?state=republic&date_before=1995", [("predecessors", "state", BOTH, ["union"])]),
        ("tenures/?state=republic&on=1980", [("did_not_exist", "state", BOTH, ["union"])]),
        (
            "timeline/?state=republic&date_before=1990",
            [("did_not_exist", "state", BOTH, ["union"])],
        ),
        (
            "tenures/?accredited_to=republic&on=1980",
            [("did_not_exist", "accredited_to", BEFORE, ["union"])],
        ),
        (
            "agreements/?party=republic&in_force_on=1980",
            [("did_not_exist", "party", BEFORE, ["union"])],
        ),
        (
            "events/counts/?by=year&state=republic&date_before=1990",
            [("did_not_exist", "state", BOTH, ["union"])],
        ),
        (
            "events/?state=new&date_before=2000",
            [("did_not_exist", "state", "By its own record “new” began 9 July 2011.", [])],
        ),
        # After it.
        ("events/?state=union&date_after=1992", [("did_not_exist", "state", OVER, ["republic"])]),
        (
            "events/?between=small,union&date_after=1992",
            [("did_not_exist", "between", OVER, ["republic"])],
        ),
        # No start is told, and one that joined it was beside it.
        (
            "tenures/?accredited_to=small&on=1901",
            [("predecessors", "accredited_to", SMALL, ["empire"])],
        ),
        ("tenures/?accredited_to=small&on=1950", []),
        ("events/?state=small&date_before=1950", []),
        # There is nothing to say.
        ("events/?state=republic&date_before=1990&include_predecessors=true", []),
        ("events/?state=republic", []),
        ("events/?state=republic&date_after=1992", []),
        ("events/?state=union&date_after=1985", []),
        ("events/?state__not=republic&date_before=1990", []),
        ("states/?predecessor=union&existed_on=2000", []),
    ],
)
def test_days_on_which_a_state_was_not_there_are_noted(
    client: Client, address: str, notes: list[tuple[str, str, str, list[str]]]
) -> None:
    assert noted(client, address) == notes
