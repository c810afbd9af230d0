"""Who held an office on a day."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import orjson
import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from people.models import Office, OfficePeriod
from records.exchange.load import load
from records.publishing.publish import CurationRefused, publish
from tests.factories.answers import get
from tests.factories.documents import day as exactly
from tests.factories.documents import document_of, office_reference, reference
from tests.factories.people import make_office, make_part, make_person, make_tenure
from tests.factories.records import make_source, publish_whole

if TYPE_CHECKING:
    from django.test import Client

pytestmark = pytest.mark.django_db


def add_period(office: Office, kind: str, **fields: Any) -> OfficePeriod:
    if not office.citations.filter(field="periods").exists():
        office.citations.create(source=make_source(), field="periods")
    return make_part(OfficePeriod, office=office, kind=kind, **fields)


@pytest.fixture
def minister() -> Office:
    """An office of which its document says who held it until the end of May 2025, with one vacancy."""
    office = make_office("Foreign Minister", classification="foreign_minister")
    add_period(office, "complete", start="2010-01-01", end="2025-05-31")
    add_period(office, "vacant", start="2015-03-01", end="2015-03-10", note="Nobody was named.")
    publish_whole(office)
    return office


def ask(client: Client, asked: str) -> tuple[str, list[tuple[str, str]]]:
    answer = get(client, f"offices/foreign-minister/holders/?{asked}")
    return answer["status"], [
        (each["person"]["label"], each["match"]) for each in answer["holders"]
    ]


def hold(office: Office, name: str, **fields: Any) -> None:
    publish_whole(make_tenure(make_person(name), office, **fields))


def test_the_whole_answer(client: Client, minister: Office) -> None:
    person = make_person("Sartaj Aziz")
    tenure = make_tenure(person, minister, start="2013-06-07", end="2015-03-01")
    publish_whole(tenure)
    complete = {
        "kind": "complete",
        "start": exactly("2010-01-01"),
        "end": exactly("2025-05-31"),
        "end_status": "unknown",
        "note": None,
    }

    assert get(client, f"offices/{minister.pk}/holders/?on=2014-08-14") == {
        "on": "2014-08-14",
        "office": office_reference(minister, "Foreign Minister"),
        "status": "held",
        "holders": [
            {
                "tenure": reference(tenure, "Sartaj Aziz, Foreign Minister"),
                "person": reference(person, "Sartaj Aziz"),
                "kind": "substantive",
                "match": "certain",
                "start": exactly("2013-06-07"),
                "end": exactly("2015-03-01"),
                "end_status": "unknown",
                "contested": False,
            }
        ],
        "vacancy": None,
        "coverage": {**complete, "match": "certain"},
        "notes": [],
    }
    vacant = get(client, "offices/foreign-minister/holders/?on=2015-03-05")
    assert (vacant["status"], vacant["holders"]) == ("vacant", [])
    assert vacant["vacancy"] == {
        **document_of(minister)["periods"][1],
        "match": "certain",
    }
    assert get(client, "offices/foreign-minister/holders/?on=2015-03")["vacancy"]["match"] == (
        "possible"
    )


def test_nobody_is_never_said_for_not_known(client: Client, minister: Office) -> None:
    hold(minister, "Sartaj Aziz", start="2013-06-07", end="2015-03-01")

    assert ask(client, "on=2014") == ("held", [("Sartaj Aziz", "certain")])
    assert ask(client, "on=2012-05-01") == ("vacant", [])
    assert ask(client, "on=2009-05-01") == ("unknown", [])  # before the list begins
    assert ask(client, "on=2025-05") == ("vacant", [])
    assert ask(client, "on=2025") == ("unknown", [])  # the list ends within it
    assert ask(client, "on=2030") == ("unknown", [])
    hold(minister, "Khawaja Asif", end="2018-04-26")  # nobody knows since when

    assert ask(client, "on=2012-05-01") == ("unknown", [])
    assert ask(client, "on=2012-05-01&date_match=any") == ("unknown", [("Khawaja Asif", "unknown")])
    assert ask(client, "on=2018-04-26") == ("held", [("Khawaja Asif", "certain")])
    assert ask(client, "on=2019") == ("vacant", [])


def test_a_recorded_vacancy_says_that_who_may_have_held_it_did_not(
    client: Client, minister: Office
) -> None:
    hold(minister, "Sartaj Aziz", start="2013-06-07", end="2015-03")
    hold(minister, "Khawaja Asif", start="2015", end="2018-04-26")

    assert ask(client, "on=2015-03-05") == ("vacant", [])
    assert ask(client, "on=2015-03-11") == (
        "unknown",
        [("Sartaj Aziz", "possible"), ("Khawaja Asif", "possible")],
    )
    hold(minister, "Tehmina Janjua", kind="acting", start="2015-03-02", end="2015-03-09")

    assert ask(client, "on=2015-03-05") == ("held", [("Tehmina Janjua", "certain")])


def test_two_at_once_are_a_dispute_and_a_handover_is_none(client: Client, minister: Office) -> None:
    hold(minister, "Sartaj Aziz", start="2013-06-07", end="2014-08-04")
    hold(minister, "Khawaja Asif", start="2014-08-04", end="2018-04-26")

    both = [("Sartaj Aziz", "certain"), ("Khawaja Asif", "certain")]
    assert ask(client, "on=2014-08-04") == ("held", both)
    assert ask(client, "on=2014-08") == ("held", both)
    assert ask(client, "on=2014-08-05") == ("held", both[1:])
    # A record says that it was vacant meanwhile.
    assert ask(client, "on=2015-03-05") == ("disputed", both[1:])
    hold(minister, "Tehmina Janjua", kind="ad_interim", start="2016-01-01", end="2016-12-31")
    assert ask(client, "on=2016-06-01")[0] == "held"
    hold(minister, "Rival", start="2017-01-01", end="2017-12-31")
    assert ask(client, "on=2017-06-01")[0] == "disputed"
    Office.objects.filter(pk=minister.pk).update(seats=2)
    minister.refresh_from_db()
    publish(minister, by=None)
    assert ask(client, "on=2017-06-01")[0] == "held"


def test_a_contested_holder_is_a_dispute(client: Client, minister: Office) -> None:
    hold(minister, "Sartaj Aziz", start="2013-06-07", end="2014-08-04", contested=True)

    assert ask(client, "on=2013-07") == ("disputed", [("Sartaj Aziz", "certain")])
    assert ask(client, "on=2015-01-01") == ("vacant", [])


def test_without_a_day_it_is_today(client: Client) -> None:
    office = make_office("Foreign Minister")
    hold(office, "Ishaq Dar", start="2024-03-11", end_status="ongoing")
    before = datetime.now(UTC).date()

    answer = get(client, "offices/foreign-minister/holders/")

    assert answer["on"] in {str(before), str(datetime.now(UTC).date())}
    assert ask(client, "") == ("held", [("Ishaq Dar", "certain")])
    for on in ("0001-01-01", "2500", "9999-12-31", "9999"):
        assert ask(client, f"on={on}") == ("unknown", [])


def test_a_vacancy_that_goes_on_is_certain_until_it_was_published(client: Client) -> None:
    office = make_office("Foreign Minister")
    add_period(office, "vacant", start="2020-01-01", end_status="ongoing")
    publish_whole(office)

    assert ask(client, "") == ("vacant", [])
    assert ask(client, "on=2019") == ("unknown", [])
    assert ask(client, "on=2500") == ("unknown", [])


def test_what_is_said_of_vacancies_is_cited() -> None:
    office = make_office("Foreign Minister")
    make_part(OfficePeriod, office=office, kind="vacant", start="2015")
    file = (
        {"object": "source", "slug": "list", "kind": "book", "title": "List of viceroys"},
        {
            "object": "office",
            "slug": "viceroy",
            "title": "Viceroy",
            "classification": "other",
            "periods": [{"kind": "vacant", "start": "1947"}],
            "citations": [{"source": "list"}],
        },
    )
    detail = "has periods without a citation for them: add one whose field is `periods`."

    with pytest.raises(CurationRefused) as refused:
        publish_whole(office)

    assert [(each.code, each.detail) for each in refused.value.refusals] == [
        ("no_citation", f"Foreign Minister {detail}")
    ]
    report = load(io.BytesIO(b"\n".join(map(orjson.dumps, file))), by=None, publish=True)
    assert [(each.fault.code, each.fault.detail) for each in report.rejections] == [
        ("no_citation", f"Viceroy {detail}")
    ]
    add_period(office, "vacant", start="2016")
    publish_whole(office)

    def uncite() -> None:
        with transaction.atomic():
            office.citations.filter(field="periods").delete()
            connection.check_constraints()

    with pytest.raises(IntegrityError, match="needs a citation"):
        uncite()


def test_what_is_not_published_holds_nothing(client: Client, minister: Office) -> None:
    make_tenure(make_person("A Draft"), minister, start="2012-01-01", end="2012-12-31")
    OfficePeriod.objects.all().delete()

    assert ask(client, "on=2012-05") == ("vacant", [])


def test_an_office_that_was_no_more_is_said_to_be_none(client: Client) -> None:
    office = make_office("Ambassador to Czechoslovakia", start="1920", end="1992-12-31")
    hold(office, "Shirley Temple Black", start="1989-08-23", end_status="ongoing")

    def notes(on: str) -> list[tuple[str, str]]:
        answer = get(client, f"offices/ambassador-to-czechoslovakia/holders/?on={on}")
        return [(each["code"], each["value"]) for each in answer["notes"]]

    assert notes("1992") == notes("1920-01-01") == []
    assert notes("1993-01-01") == [("did_not_exist", "1993-01-01")]
    assert notes("1919") == [("did_not_exist", "1919")]


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ("on=2014-13", "invalid_date"),
        ("on=", "empty_value"),
        ("date_match=sure", "invalid_choice"),
        ("date=2014", "unknown_parameter"),
    ],
)
def test_what_is_not_understood_is_refused(
    client: Client, minister: Office, asked: str, code: str
) -> None:
    problem = get(client, f"offices/foreign-minister/holders/?{asked}", 400)

    assert [fault["code"] for fault in problem["errors"]] == [code]


def test_holders_cost_three_statements_and_are_not_sent_twice(
    client: Client, minister: Office
) -> None:
    address = "/api/v1/offices/foreign-minister/holders/?on=2014"
    for number in range(3):
        with CaptureQueriesContext(connection) as captured:
            response = client.get(address)
        assert len(captured) == 3
        again = client.get(address, headers={"if-none-match": response.headers["ETag"]})
        assert (again.status_code, again.content) == (304, b"")
        hold(minister, f"Person {number}", start="2014", end="2014")
        assert client.get(address, headers={"if-none-match": response.headers["ETag"]}).content
