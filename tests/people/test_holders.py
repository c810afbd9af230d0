"""Who held an office on a day: every answer is compared with trying all days, from the documents alone."""

from __future__ import annotations

import io
import random
from datetime import UTC, datetime
from itertools import count, product
from typing import TYPE_CHECKING, Any

import orjson
import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from people.models import IN_OFFICE, Office, OfficePeriod, TenureMilestone
from records.exchange.load import load
from records.publishing.merge import merge
from records.publishing.publish import CurationRefused, publish, restore, withdraw
from tests.factories.answers import get
from tests.factories.days import MATCHES, Tried, TriedInterval, day, random_edtf
from tests.factories.documents import day as exactly
from tests.factories.documents import document_of, office_reference, reference
from tests.factories.people import make_office, make_part, make_person, make_tenure
from tests.factories.records import make_source, publish_whole

if TYPE_CHECKING:
    from django.test import Client

pytestmark = pytest.mark.django_db

#: Published long after all days that are tried.
GOES_ON = (8, 8)
ASKED = range(-1, 7)
RANKS = ["certain", "possible", "unknown"]
IN_POST = {"appointed", "sworn_in", "credentials_presented", "left_post"}
KINDS = ["substantive"] * 6 + ["acting", "ad_interim", "designate", "did_not_serve"]
PERIODS = ["vacant", "vacant", "complete"]


def add_period(office: Office, kind: str, **fields: Any) -> OfficePeriod:
    if not office.citations.filter(field="periods").exists():
        office.citations.create(source=make_source(), field="periods")
    return make_part(OfficePeriod, office=office, kind=kind, **fields)


@pytest.fixture(scope="module")
def offices(module_transaction: None) -> None:
    """Offices with a random history, some of it corrected, withdrawn, restored or merged since it was first published."""
    chance = random.Random(1961)  # noqa: S311 - reproducible data
    source, numbers = make_source(), count(1)
    persons = [make_person(f"Person {number}", source=source) for number in range(6)]
    published: list[Any] = []

    def dates() -> dict[str, Any]:
        is_ongoing = chance.randrange(4) == 0
        return {
            "start": random_edtf(chance),
            "end": "" if is_ongoing else random_edtf(chance),
            "end_status": "ongoing" if is_ongoing else "unknown",
        }

    def attempt(make: Any, *args: Any, **fields: Any) -> Any:
        try:
            with transaction.atomic():
                return make(*args, **fields)
        except IntegrityError:
            return None  # it would end before it starts

    for number in range(30):
        office = make_office(
            f"Office {number}", source=source, seats=chance.choice((1, 1, 2, None))
        )
        published.append(office)
        for _ in range(chance.choice((0, 1, 2, 3))):
            tenure = attempt(
                make_tenure,
                chance.choice(persons),
                office,
                slug=f"tenure-{next(numbers)}",
                kind=chance.choice(KINDS),
                contested=chance.randrange(5) == 0,
                source=source,
                **dates(),
            )
            if tenure:
                published.append(tenure)
                if chance.randrange(3) == 0:
                    make_part(
                        TenureMilestone,
                        tenure=tenure,
                        kind=chance.choice([*IN_POST, "nominated", "declined"]),
                        date=random_edtf(chance),
                    )
        for _ in range(chance.choice((0, 0, 1, 2))):
            attempt(add_period, office, chance.choice(PERIODS), **dates())
    publish_whole(*published)
    tenures = [each for each in published if each.object_kind == "tenure"]
    chance.shuffle(tenures)
    for tenure in tenures[:6]:
        for name, value in dates().items():
            setattr(tenure, name, value)
        if attempt(tenure.save) is None:
            publish_again(tenure)
    for tenure in tenures[6:10]:
        withdraw(tenure, by=None, reason="Nobody knows.")
    restore(tenures[6], by=None, reason="Somebody does.")
    held = [each for each in published if each.object_kind == "office"]
    merge(held[0], held[1], by=None, reason="The same office.")
    merge(persons[0], persons[1], by=None, reason="The same person.")


def publish_again(tenure: Any) -> None:
    tenure.refresh_from_db()
    publish(tenure, by=None)


def days_of(document: dict[str, Any]) -> TriedInterval:
    """The days of a tenure or a period, from the document alone."""
    return TriedInterval.of(
        Tried.of(document["start"]),
        Tried.of(document["end"]),
        [
            Tried.of(each["date"])
            for each in document.get("milestones", ())
            if each["kind"] in IN_POST
        ],
        GOES_ON if document["end_status"] == "ongoing" else None,
    )


def match_of(days: TriedInterval, first: int, last: int) -> str | None:
    return days.match(first, last) if days.has_day("any", first, last) else None


def fills(days: TriedInterval, first: int, last: int) -> bool:
    return all(days.has_day("certain", each, each) for each in range(first, last + 1))


def holds(days: TriedInterval, number: int, half: str) -> bool:
    """Whether it is certain for the morning or the evening of a day: it ends in the one and begins in the other."""
    if half == "morning":
        return all(first < number <= last for first, last in days.truths)
    return all(first <= number < last for first, last in days.truths)


def expected(
    office: dict[str, Any], tenures: list[dict[str, Any]], first: int, last: int
) -> tuple[str, list[tuple[str, str]]]:
    """Status, and every holder with the match, by living through the mornings and evenings of the days."""
    periods = {
        kind: [days_of(each) for each in office["periods"] if each["kind"] == kind]
        for kind in ("vacant", "complete")
    }
    is_vacant = any(fills(days, first, last) for days in periods["vacant"])
    found = []
    for tenure in tenures:
        days = days_of(tenure)
        match = match_of(days, first, last) if tenure["kind"] in IN_OFFICE else None
        in_full_right = tenure["kind"] == "substantive"
        if match and not (is_vacant and in_full_right and match != "certain"):
            found.append((tenure, days, match))
    holders = sorted((tenure["id"], match) for tenure, _days, match in found)
    certain = [(tenure, days) for tenure, days, match in found if match == "certain"]
    halves = list(product(range(first, last + 1), ("morning", "evening")))
    is_crowded = office["seats"] is not None and any(
        len(
            {
                tenure["person"]["id"]
                for tenure, days in certain
                if tenure["kind"] != "ad_interim" and holds(days, *half)
            }
        )
        > office["seats"]
        for half in halves
    )
    is_denied = any(
        holds(days, *half) and holds(vacancy, *half)
        for half in halves
        for tenure, days in certain
        for vacancy in periods["vacant"]
        if tenure["kind"] == "substantive"
    )
    if certain:
        is_contested = any(tenure["contested"] for tenure, _days in certain)
        return "disputed" if is_contested or is_crowded or is_denied else "held", holders
    if any(match == "possible" for _tenure, _days, match in found):
        return "unknown", holders
    is_listed = any(fills(days, first, last) for days in periods["complete"])
    return "vacant" if is_vacant or (is_listed and not found) else "unknown", holders


@pytest.mark.usefixtures("offices")
@pytest.mark.parametrize("match", MATCHES)
def test_holders_are_those_whom_trying_all_days_finds(client: Client, match: str) -> None:
    tenures = get(client, "tenures/?page_size=200")["results"]
    statuses: dict[str, int] = {}
    shown = RANKS[: MATCHES.index(match) + 1]

    for office in get(client, "offices/?page_size=200")["results"]:
        own = [each for each in tenures if each["office"]["id"] == office["id"]]
        for number in ASKED:
            status, holders = expected(office, own, number, number)
            answer = get(
                client, f"offices/{office['id']}/holders/?on={day(number)}&date_match={match}"
            )

            assert answer["status"] == status
            assert sorted((each["tenure"]["id"], each["match"]) for each in answer["holders"]) == [
                each for each in holders if each[1] in shown
            ]
            statuses[status] = statuses.get(status, 0) + 1
    assert statuses.keys() == {"held", "vacant", "unknown", "disputed"}
    assert all(number > 3 for number in statuses.values()), statuses


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


def test_the_holders_go_where_the_office_goes(client: Client, minister: Office) -> None:
    same, wrong = make_office("Minister of Foreign Affairs"), make_office("Wrong")
    publish_whole(same, wrong)
    merge(same, minister, by=None, reason="The same.")
    withdraw(wrong, by=None, reason="There was none.")
    make_office("Draft")

    moved = client.get("/api/v1/offices/minister-of-foreign-affairs/holders/?on=2014")

    assert moved.status_code == 308
    assert moved.headers["Location"] == f"/api/v1/offices/{minister.pk}/holders/?on=2014"
    assert get(client, "offices/wrong/holders/", 410)["reason"] == "There was none."
    for ref in ("draft", "never-there"):
        assert get(client, f"offices/{ref}/holders/", 404)["code"] == "not_found"


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
