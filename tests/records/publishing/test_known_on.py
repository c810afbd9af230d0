"""The day on which what a record says was last published: no revision moves it that says nothing new of the record."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import pytest

from agreements.kinds import publish_due_statuses
from records.publishing.merge import merge
from records.publishing.publish import publish, restore, withdraw
from tests.factories.agreements import make_action, make_agreement
from tests.factories.answers import get
from tests.factories.clocks import database_clock
from tests.factories.documents import document_of
from tests.factories.people import make_office, make_person, make_tenure
from tests.factories.records import publish_whole

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.test import Client

pytestmark = pytest.mark.django_db


@pytest.fixture
def in_year() -> Callable[[int], None]:
    """Sets the year in which things are published."""
    set_to = database_clock()
    return lambda year: set_to(datetime(year, 6, 1, 12, tzinfo=UTC))


def known_on(record: Any) -> tuple[str, str]:
    """The day and that of the revision."""
    document = document_of(record)
    return document["known_on"], document["published_at"][:10]


def test_what_goes_on_is_not_confirmed_by_a_new_name_of_the_office(
    client: Client, in_year: Callable[[int], None]
) -> None:
    in_year(2010)
    office, other = make_office("Foreign Minister"), make_office("Minister of Foreign Affairs")
    person, same = make_person("Ishaq Dar"), make_person("M. Ishaq Dar")
    tenure = make_tenure(same, office, start="2009", end_status="ongoing")
    publish_whole(tenure, other, person)
    in_year(2015)
    office.refresh_from_db()
    office.title = "Foreign Secretary"
    office.save()
    publish(office, by=None)
    assert known_on(office) == ("2015-06-01", "2015-06-01")
    in_year(2016)
    merge(same, person, by=None, reason="The same.")
    in_year(2017)
    merge(office, other, by=None, reason="The same.")

    assert known_on(tenure) == ("2010-06-01", "2017-06-01")
    matches = {
        on: [
            each["match"] for each in get(client, f"offices/{other.pk}/holders/?on={on}")["holders"]
        ]
        for on in ("2010-05-31", "2010-06-01", "2010-06-02", "2016")
    }
    assert matches == {
        "2010-05-31": ["certain"],
        "2010-06-01": ["certain"],
        "2010-06-02": ["possible"],
        "2016": ["possible"],
    }
    assert [
        row["match"] for row in get(client, "tenures/?on=2016&person=ishaq-dar")["results"]
    ] == ["possible"]
    in_year(2018)
    tenure.refresh_from_db()
    tenure.kind = "acting"
    tenure.save()
    publish(tenure, by=None)
    assert known_on(tenure) == ("2018-06-01", "2018-06-01")


def test_nor_by_a_restoration_nor_by_being_published_unchanged(
    in_year: Callable[[int], None],
) -> None:
    in_year(2010)
    tenure = make_tenure(start="2009", end_status="ongoing")
    publish_whole(tenure)
    in_year(2012)
    withdraw(tenure, by=None, reason="In doubt.")
    in_year(2015)
    restore(tenure, by=None)
    assert known_on(tenure) == ("2010-06-01", "2015-06-01")
    in_year(2016)
    tenure.refresh_from_db()
    publish(tenure, by=None)
    assert known_on(tenure) == ("2010-06-01", "2015-06-01")


def test_a_status_whose_day_has_come_leaves_what_is_known(client: Client) -> None:
    """What was announced for some day of a year is not done when the year begins, and what was done without a date stays done."""
    set_clock, now = database_clock(), datetime.now(UTC)
    set_clock(now)
    today, soon, later, last = (f"{now.date()}", *(f"{now.year + ahead}" for ahead in (2, 3, 4)))
    planned, undated = make_agreement("Planned"), make_agreement("Undated")
    make_action(planned, "announcement", "2001")
    make_action(planned, "signature", soon)
    make_action(undated, "signature")
    make_action(undated, "expiry", last)
    publish_whole(planned, undated)
    set_clock(datetime(int(later), 6, 1, tzinfo=UTC))

    assert publish_due_statuses(on=date(int(soon), 3, 1)) == 1

    assert known_on(planned) == (today, f"{later}-06-01")
    assert document_of(planned)["status"] == {
        "value": "unknown",
        "since": None,
        "until": f"{soon}-12-31",
    }
    assert publish_due_statuses(on=date(int(last), 3, 1)) == 2
    assert document_of(planned)["status"]["value"] == "signed"
    assert known_on(undated) == (today, f"{later}-06-01")
    asked = (f"{now.year - 1}-01-01", f"{now.year + 1}-01-01", f"{soon}-06-01")
    assert [
        [
            (row["slug"], row["match"])
            for row in get(client, f"agreements/?status=signed&status_on={on}")["results"]
        ]
        for on in asked
    ] == [
        [],
        [("undated", "certain")],
        [("planned", "possible"), ("undated", "certain")],
    ]
