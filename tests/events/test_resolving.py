"""Participants in words only: grouped by name, resolved with one act, and undone as one."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from events.models import Participation, ParticipationCapacity
from events.resolving import of_name
from people.models import Person
from records.models import BulkEdit
from tests.factories.events import make_event, make_participation
from tests.factories.people import make_office, make_person, make_state, make_tenure
from tests.factories.staff import logged_in
from tests.records.admin.filling import address

pytestmark = pytest.mark.django_db

NAMES = reverse("admin:events_event_in_words")
NAME = reverse("admin:events_event_in_words_name")


@pytest.fixture
def syria() -> Person:
    """Eleven events with somebody called President Assad, and the person whom most of them mean."""
    bashar = make_person("Bashar al-Assad", birth="1965-09-11")
    hafez = make_person("Hafez al-Assad", birth="1930-10-06")
    office = make_office("President of Syria")
    make_tenure(bashar, office, start="2000-07-17", end="2024-12-08")
    make_tenure(hafez, office, start="1971-03-12", end="2000-06-10")
    for number in range(11):
        event = make_event(
            f"Talks {number}", when="1999-05-01" if number == 10 else f"20{number + 10}"
        )
        make_participation(event, "President Assad" if number % 2 else "President  ASSAD")
    make_participation(make_event(), "several ministers")
    return bashar


def names(client: Client) -> list[tuple[str, int]]:
    return [(row["folded"], row["count"]) for row in client.get(NAMES).context["page"]]


def exported() -> list[Any]:
    return list(Participation.objects.order_by("pk").values())


def test_names_are_grouped_whatever_their_spelling(syria: Person, contributor: Client) -> None:
    assert names(contributor) == [("president assad", 11), ("several ministers", 1)]


def test_candidates_come_with_reasons_those_in_office_first(
    syria: Person, contributor: Client
) -> None:
    page = contributor.get(NAME, {"name": "president assad"})

    assert [
        (each.person.name, each.days, each.offices) for each, _state in page.context["candidates"]
    ] == [
        ("Bashar al-Assad", 10, "President of Syria"),
        ("Hafez al-Assad", 1, "President of Syria"),
    ]
    assert "Held an office on the days of 10 of the 11 events" in page.content.decode()
    assert 'data-key="1"' in page.content.decode()


def test_all_are_resolved_with_one_act_and_undone_as_one(
    syria: Person, contributor: Client
) -> None:
    before = exported()

    response = contributor.post(
        f"{NAME}?name=president+assad", {"candidate": syria.pk, "reason": "As the dates say"}
    )

    assert response.status_code == 302
    assert Participation.objects.filter(person=syria).count() == 11
    assert names(contributor) == [("several ministers", 1)]
    done = BulkEdit.objects.get()
    assert (done.what, done.count, str(done.by)) == (
        "“president assad” is Bashar al-Assad", 11, "contributor",
    )  # fmt: skip
    event = Participation.objects.filter(person=syria)[0].event
    history = contributor.get(address(event, "history")).content.decode()
    assert "resolve a name" in history
    assert "As the dates say" in history

    undo = reverse("admin:events_event_in_words_undo", args=[done.pk])
    assert contributor.post(undo).status_code == 302

    assert exported() == before
    assert names(contributor) == [("president assad", 11), ("several ministers", 1)]
    again = contributor.post(undo, follow=True)
    assert "This was undone already." in again.content.decode()


def test_some_are_left_out_and_what_speaks_against_the_rest_is_said_at_once(
    syria: Person, contributor: Client
) -> None:
    """One name may mean father and son."""
    hafez = Person.objects.get(name="Hafez al-Assad")
    Person.objects.filter(pk=hafez.pk).update(
        death_edtf="2000-06-10", death_earliest="2000-06-10", death_latest="2000-06-10",
        death_precision="day", living="dead",
    )  # fmt: skip
    rows = of_name("president assad")
    later = list(
        rows.exclude(event__when_edtf="1999-05-01").order_by("pk").values_list("pk", flat=True)
    )

    response = contributor.post(
        f"{NAME}?name=president+assad",
        {"candidate": hafez.pk, "left_out": [*map(str, later[1:]), "x"]},
        follow=True,
    )

    assert set(Participation.objects.filter(person=hafez).values_list("event__when_edtf", flat=True)) == {
        "1999-05-01", "2010",
    }  # fmt: skip
    assert [str(message).partition(" <a ")[0] for message in response.context["messages"]] == [
        "“president assad” is Hafez al-Assad in 2 participations now. Their events wait to be published.",
        "Hafez al-Assad was not alive then: died 2000-06-10, the event was in 2010. Choose the person who was meant, or correct the dates.",
    ]
    assert names(contributor) == [("president assad", 9), ("several ministers", 1)]


def test_namesakes_differ_in_where_they_took_part(syria: Person, contributor: Client) -> None:
    state = make_state("Syria")
    for when in ("1999-05-01", "2010", ""):
        make_participation(make_event(when=when), syria, on_behalf_of_state=state)
    make_participation(make_event(when="1991"), Person.objects.get(name="Hafez al-Assad"))

    page = contributor.get(NAME, {"name": "president assad"})

    assert {each.person.name: each.acts for each, _state in page.context["candidates"]} == {
        "Bashar al-Assad": "Takes part in 3 events from 1999 to 2010, on behalf of Syria.",
        "Hafez al-Assad": "Takes part in one event of 1991.",
    }


def test_events_in_which_the_person_is_named_already_are_left_as_they_are(
    syria: Person, contributor: Client
) -> None:
    twice = Participation.objects.filter(name_as_given__startswith="President")[0]
    make_participation(twice.event, syria)

    contributor.post(f"{NAME}?name=president+assad", {"candidate": syria.pk})

    twice.refresh_from_db()
    assert twice.person is None
    assert BulkEdit.objects.get().count == 10


# The act is known by its context in the history, which a transaction has to its end.
@pytest.mark.django_db(transaction=True)
def test_what_was_worked_on_since_stays_when_undone(syria: Person, contributor: Client) -> None:
    contributor.post(f"{NAME}?name=president+assad", {"candidate": syria.pk})
    first, *_others = Participation.objects.filter(person=syria).order_by("pk")
    ParticipationCapacity.objects.create(participation=first, tenure=syria.tenures.get())

    undo = reverse("admin:events_event_in_words_undo", args=[BulkEdit.objects.get().pk])
    response = contributor.post(undo, follow=True)

    assert "1 were changed since and stay." in response.content.decode()
    assert list(Participation.objects.filter(person=syria)) == [first]


def test_nobody_and_nothing_to_resolve_are_said(syria: Person, contributor: Client) -> None:
    page = contributor.post(f"{NAME}?name=president+assad", {"candidate": "x"})
    assert page.context["refusals"] == ["Choose a person."]
    assert contributor.get(NAME, {"name": "nobody"}).status_code == 404
    gone = contributor.post(f"{NAME}?name=nobody", {"candidate": syria.pk})
    assert gone.context["refusals"] == [
        "No participant is left who is known as “nobody” only, and could be Bashar al-Assad."
    ]
    assert not BulkEdit.objects.exists()


def test_only_who_may_change_events_may_resolve(syria: Person) -> None:
    from django.contrib.auth.models import User  # noqa: PLC0415

    User.objects.create_user("reader", is_staff=True)
    client = Client()
    client.force_login(User.objects.get(username="reader"))
    assert client.get(NAMES).status_code == 403
    assert client.post(f"{NAME}?name=president+assad", {"candidate": syria.pk}).status_code == 403
    assert logged_in("publisher").get(NAMES).status_code == 200
