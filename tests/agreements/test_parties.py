"""The parties of one agreement on a day: who was bound how far, how sure that is, and by which actions."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from agreements.models import Agreement
from tests.factories.agreements import make_action, make_agreement, make_party
from tests.factories.answers import get
from tests.factories.documents import document_of
from tests.factories.people import make_organization, make_state
from tests.factories.records import publish_whole

if TYPE_CHECKING:
    from django.test import Client

pytestmark = pytest.mark.django_db


@pytest.fixture
def berne() -> Agreement:
    """A convention that two states joined at different times, kept by an organization."""
    us, pk = make_state("United States", alpha_2="US"), make_state("Pakistan", alpha_2="PK")
    treaty = make_agreement("Berne Convention", form="convention", laterality="multilateral")
    make_action(treaty, "entry_into_force", "1887-12-05")
    for state, joined in ((us, "1989-03-01"), (pk, "1948-07")):
        party = make_party(treaty, state)
        make_action(treaty, "accession", joined, party=party)
    make_party(treaty, make_organization("WIPO", classification="igo"), role="depositary")
    publish_whole(treaty)
    return treaty


def rows(client: Client, on: str) -> list[tuple[Any, ...]]:
    """Status, match, possible statuses and deciding actions of each row."""
    answer = get(client, f"agreements/berne-convention/parties/?on={on}")
    return [
        (
            row["party"]["label"],
            row["status"] and row["status"]["value"],
            row["match"],
            [(each["value"], each["match"]) for each in row["statuses"]],
            [each["kind"] for each in row["actions"]],
        )
        for row in answer["results"]
    ]


IN_FORCE = [("in_force", "certain")]
NOTHING: tuple[Any, ...] = ("unknown", "unknown", [("unknown", "certain")], [])
JOINED = ["entry_into_force", "accession"]
MAY_HAVE_JOINED = [("in_force", "possible"), ("unknown", "possible")]
WIPO: tuple[Any, ...] = ("WIPO", None, None, [], [])


@pytest.mark.parametrize(
    ("on", "us", "pk"),
    [
        ("0001-01-01", NOTHING, NOTHING),
        ("1900-01-01", NOTHING, NOTHING),
        ("1948-07-10", NOTHING, ("unknown", "unknown", MAY_HAVE_JOINED, JOINED)),
        ("1948-07-31", NOTHING, ("in_force", "certain", IN_FORCE, JOINED)),
        ("1950", NOTHING, ("in_force", "certain", IN_FORCE, JOINED)),
        ("1989-02-28", NOTHING, ("in_force", "certain", IN_FORCE, JOINED)),
        (
            "1989",
            ("unknown", "unknown", [("unknown", "certain"), ("in_force", "certain")], JOINED),
            ("in_force", "certain", IN_FORCE, JOINED),
        ),
        (
            "9999-12-31",
            ("in_force", "certain", IN_FORCE, JOINED),
            ("in_force", "certain", IN_FORCE, JOINED),
        ),
    ],
)
def test_each_party_has_its_status_of_the_day(
    client: Client, berne: Agreement, on: str, us: tuple[Any, ...], pk: tuple[Any, ...]
) -> None:
    assert rows(client, on) == [("United States", *us), ("Pakistan", *pk), WIPO]


def test_a_row_is_the_party_of_the_document_with_what_decides(
    client: Client, berne: Agreement
) -> None:
    document = document_of(berne)

    answer = get(client, "agreements/berne-convention/parties/?on=1990")

    us, pk, wipo = document["parties"]
    (entry,), (joined_by_us,), (joined_by_pk,) = (
        [each for each in document["actions"] if each["party"] == party]
        for party in (None, us["party"], pk["party"])
    )

    def deciding(*actions: dict[str, Any]) -> list[dict[str, Any]]:
        return [each for each in document["actions"] if each in actions]

    found = {"match": "certain", "statuses": [{"value": "in_force", "match": "certain"}]}
    nothing: dict[str, Any] = {"match": None, "statuses": [], "actions": []}
    assert answer == {
        "results": [
            {**us, **found, "actions": deciding(entry, joined_by_us)},
            {**pk, **found, "actions": deciding(entry, joined_by_pk)},
            {**wipo, **nothing},
        ],
        "next": None,
        "previous": None,
        "total": {"value": 3, "relation": "eq"},
        "notes": [],
    }
    assert wipo["status"] is None
    # Without a day, today: as the document says.
    today = get(client, f"agreements/{berne.pk}/parties/")["results"]
    assert [row["status"] for row in today] == [each["status"] for each in document["parties"]]


def test_an_unknown_end_leaves_possible_what_is_known(client: Client) -> None:
    """That it was left some day is no reason to think that it was not in force before."""
    treaty = make_agreement("Pact", form="treaty", laterality="multilateral")
    party = make_party(treaty, make_state("Chad"))
    make_action(treaty, "entry_into_force", "1960-05-01", party=party)
    make_action(treaty, "withdrawal", party=party)
    publish_whole(treaty)

    (row,) = get(client, "agreements/pact/parties/?on=1970-01-01")["results"]

    assert (row["status"]["value"], row["match"]) == ("in_force", "possible")
    assert row["status"]["since"]["edtf"] == "1960-05-01"
    assert row["statuses"] == [
        {"value": "in_force", "match": "possible"},
        {"value": "withdrawn", "match": "unknown"},
    ]
    assert {each["kind"] for each in row["actions"]} == {"entry_into_force", "withdrawal"}


def test_who_left_and_came_back_is_in_it_again(client: Client) -> None:
    """The United States left UNESCO twice and returned twice, without another entry into force on record."""
    unesco = make_agreement("UNESCO", form="convention", laterality="multilateral")
    party = make_party(unesco, make_state("United States"))
    for kind, date, effective_date in (
        ("acceptance", "1946-09-30", ""),
        ("entry_into_force", "1946-11-04", ""),
        ("withdrawal", "1983-12-28", "1984-12-31"),
        ("acceptance", "2003-10-01", ""),
        ("withdrawal", "2017-10-12", "2018-12-31"),
        ("acceptance", "2023-07-10", ""),
    ):
        make_action(unesco, kind, date, effective_date=effective_date, party=party)
    publish_whole(unesco)

    def stood(on: str) -> tuple[str, str, str]:
        (row,) = get(client, f"agreements/unesco/parties/?on={on}")["results"]
        return row["status"]["value"], row["match"], row["actions"][-1]["date"]["edtf"]

    assert [stood(on) for on in ("1946-10-01", "1984-12-30", "1990", "2010", "2020", "2024")] == [
        ("bound", "certain", "1946-09-30"),
        ("in_force", "certain", "1946-11-04"),
        ("withdrawn", "certain", "1983-12-28"),
        ("in_force", "certain", "2003-10-01"),
        ("withdrawn", "certain", "2017-10-12"),
        ("in_force", "certain", "2023-07-10"),
    ]


def test_a_withdrawal_without_a_date_is_before_a_return_that_is_announced(client: Client) -> None:
    year = datetime.now(UTC).year + 2
    treaty = make_agreement("Pact", form="treaty", laterality="multilateral")
    party = make_party(treaty, make_state("Chad"))
    make_action(treaty, "withdrawal", party=party)
    make_action(treaty, "entry_into_force", f"{year}-01-01", party=party)
    publish_whole(treaty)

    (row,) = get(client, f"agreements/pact/parties/?on={year}-01-01")["results"]

    assert (row["status"]["value"], row["match"]) == ("in_force", "certain")
    (row,) = get(client, f"agreements/pact/parties/?on={year - 1}")["results"]
    assert (row["status"]["value"], row["match"]) == ("withdrawn", "certain")


def test_a_state_that_is_no_more_is_said_to_be_none(client: Client) -> None:
    treaty = make_agreement("Pact", form="treaty", laterality="multilateral")
    for name, dates in (
        ("Czechoslovakia", {"end": "1992-12-31"}),
        ("Yugoslavia", {"end": "1992"}),
        ("Slovakia", {"start": "1993-01-01"}),
    ):
        party = make_party(treaty, make_state(name, **dates))
        make_action(treaty, "entry_into_force", "1960", party=party)
        if name == "Yugoslavia":
            make_action(treaty, "withdrawal", "1980", party=party)
    publish_whole(treaty)

    def doubted(asked: str) -> list[tuple[str, str, str]]:
        answer = get(client, f"agreements/pact/parties/?{asked}")
        return [(each["code"], each["value"], each["detail"]) for each in answer["notes"]]

    def detail(name: str) -> str:
        return f"{name} did not exist then, as its own record has it, and no action says what happened to its part."

    assert doubted("on=1959") == []
    assert doubted("on=1970") == [("did_not_exist", "1970", detail("Slovakia"))]
    assert doubted("on=1992-12-31") == [("did_not_exist", "1992-12-31", detail("Slovakia"))]
    assert doubted("on=1993") == [("did_not_exist", "1993", detail("Czechoslovakia"))]
    today = str(datetime.now(UTC).date())
    assert doubted("page_size=1") == [("did_not_exist", today, detail("Czechoslovakia"))]


def test_parties_are_read_page_by_page_both_ways(client: Client, berne: Agreement) -> None:
    whole = get(client, "agreements/berne-convention/parties/?on=1950")["results"]
    address = "agreements/berne-convention/parties/?on=1950&page_size=2"

    first = get(client, address)
    second = client.get(first["next"]).json()
    back = client.get(second["previous"]).json()

    assert first["results"] + second["results"] == whole
    assert (second["next"], back["previous"]) == (None, None)
    assert back["results"] == first["results"]
    assert get(client, f"{address}&count=none")["total"] is None
    assert get(client, f"{address}&count=exact")["total"] == {"value": 3, "relation": "eq"}
    cursor = first["next"].rpartition("cursor=")[2]
    other = f"agreements/berne-convention/parties/?on=1951&cursor={cursor}"
    assert get(client, other, 400)["errors"][0]["code"] == "cursor_mismatch"


def test_who_has_the_list_of_a_day_is_told_so(client: Client, berne: Agreement) -> None:
    address = "/api/v1/agreements/berne-convention/parties/"
    tags = {}
    for on in ("1950", "1951", "1950-01-01"):
        response = client.get(address, {"on": on})
        tags[response.headers["ETag"]] = on
        again = client.get(address, {"on": on}, headers={"if-none-match": response.headers["ETag"]})
        assert (again.status_code, again.content) == (304, b"")
    assert len(tags) == 3

    party = berne.parties.get(state__name="Pakistan")
    make_action(berne, "withdrawal", "1949", party=party)
    publish_whole(berne)
    for tag, on in tags.items():
        response = client.get(address, {"on": on}, headers={"if-none-match": tag})
        assert response.status_code == 200
    assert response.json()["results"][1]["status"]["value"] == "withdrawn"


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ("on=1950-13", "invalid_date"),
        ("on=", "empty_value"),
        ("party=PK", "unknown_parameter"),
        ("page_size=0", "out_of_range"),
    ],
)
def test_what_is_not_understood_is_refused(
    client: Client, berne: Agreement, asked: str, code: str
) -> None:
    problem = get(client, f"agreements/berne-convention/parties/?{asked}", 400)

    assert [fault["code"] for fault in problem["errors"]] == [code]


def test_parties_cost_two_statements_by_id_and_three_by_name(
    client: Client, berne: Agreement
) -> None:
    for ref, expected in ((berne.pk, 2), ("berne-convention", 3)):
        with CaptureQueriesContext(connection) as captured:
            get(client, f"agreements/{ref}/parties/?on=1950")
        assert len(captured) == expected


def test_parties_come_as_ndjson_and_csv(client: Client, berne: Agreement) -> None:
    address = "/api/v1/agreements/berne-convention/parties/?on=1950"
    parties = client.get(address).json()["results"]
    assert len(parties) > 2

    *lines, trailer = b"".join(client.get(f"{address}&format=ndjson")).splitlines()
    assert [json.loads(line) for line in lines] == parties
    assert json.loads(trailer)["count"] == len(parties)
    following = client.get(f"{address}&page_size=1").json()["next"]
    *lines, _trailer = b"".join(client.get(f"{following}&format=ndjson")).splitlines()
    assert [json.loads(line) for line in lines] == parties[1:]
    text = b"".join(client.get(f"{address}&format=csv")).decode()
    rows = list(csv.DictReader(io.StringIO(text, newline=""), strict=True))
    assert [row["party.label"] for row in rows] == [each["party"]["label"] for each in parties]
