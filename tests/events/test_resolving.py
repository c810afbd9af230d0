"""Unresolved names: grouped by name, resolved with one act, and undone as one."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from events.models import Event, Participation, ParticipationCapacity
from events.resolving import of_name
from people.models import Person
from records.models import BulkEdit
from tests.factories.events import make_event, make_participation
from tests.factories.people import make_office, make_person, make_state, make_tenure
from tests.factories.staff import logged_in
from tests.records.admin.filling import address

pytestmark = pytest.mark.django_db

NAMES = reverse("admin:events_event_unresolved")
NAME = reverse("admin:events_event_unresolved_name")


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


def resolve(client: Client, data: dict[str, Any], page: Any = None, **options: Any) -> Any:
    """Send the page of President Assad, as it is now or was, with a choice."""
    page = page or client.get(f"{NAME}?name=president+assad")
    given = {"_shown": page.context["shown"], **data}
    return client.post(f"{NAME}?name=president+assad", given, **options)


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

    response = resolve(contributor, {"candidate": syria.pk, "reason": "As the dates say"})

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

    undo = reverse("admin:events_event_unresolved_undo", args=[done.pk])
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

    response = resolve(
        contributor,
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


def marked(page: Any) -> list[tuple[str, str]]:
    return [(row.event.title, mark) for row, mark in page.context["rows"] if mark]


def test_what_came_after_the_page_was_shown_is_not_resolved_unseen(
    syria: Person, contributor: Client
) -> None:
    there = {"name": "president assad"}
    page = contributor.get(NAME, there)
    assert marked(page) == []
    make_participation(make_event("Talks since", when="2012"), "president ASSAD")
    Event.objects.filter(title="Talks 3").update(when_edtf="1998", when_earliest="1998-01-01", when_latest="1998-12-31")  # fmt: skip
    before = exported()

    refused = resolve(contributor, {"candidate": syria.pk, "reason": "As the dates say"}, page)

    assert refused.context["refusals"] == [
        "2 participations came or changed after the page was shown to you: see the marks below. Nothing is resolved yet."
    ]
    assert marked(refused) == [("Talks 3", "changed since"), ("Talks since", "new")]
    assert [row.event.title for row, _mark in refused.context["rows"][:2]] == [
        "Talks 3", "Talks since",
    ]  # fmt: skip
    assert 'value="As the dates say"' in refused.content.decode()
    assert (exported(), BulkEdit.objects.count()) == (before, 0)

    assert resolve(contributor, {"candidate": syria.pk}, refused).status_code == 302
    assert BulkEdit.objects.get().count == 12
    assert names(contributor) == [("several ministers", 1)]


def test_what_was_left_out_or_is_gone_since_stands_in_nobodys_way(
    syria: Person, contributor: Client
) -> None:
    page = contributor.get(NAME, {"name": "president assad"})
    left, gone, *_rest = of_name("president assad").order_by("pk")
    Event.objects.filter(pk=left.event_id).update(title="Called otherwise")
    gone.delete()

    done = resolve(contributor, {"candidate": syria.pk, "left_out": [left.pk]}, page)

    assert done.status_code == 302
    assert BulkEdit.objects.get().count == 9
    assert list(of_name("president assad")) == [left]


@pytest.mark.parametrize("shown", ["", "x", "1:2:3 :", "9" * 5000 + ":a", "1:\x00"])
def test_nothing_is_resolved_by_a_page_that_does_not_say_what_it_showed(
    syria: Person, contributor: Client, shown: str
) -> None:
    response = resolve(contributor, {"candidate": syria.pk, "_shown": shown})

    assert response.status_code == 200
    assert len(marked(response)) == 11
    assert not BulkEdit.objects.exists()


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

    resolve(contributor, {"candidate": syria.pk})

    twice.refresh_from_db()
    assert twice.person is None
    assert BulkEdit.objects.get().count == 10


# The act is known by its context in the history, which a transaction has to its end.
@pytest.mark.django_db(transaction=True)
def test_what_was_worked_on_since_stays_when_undone(syria: Person, contributor: Client) -> None:
    resolve(contributor, {"candidate": syria.pk})
    first, *_others = Participation.objects.filter(person=syria).order_by("pk")
    ParticipationCapacity.objects.create(participation=first, tenure=syria.tenures.get())

    undo = reverse("admin:events_event_unresolved_undo", args=[BulkEdit.objects.get().pk])
    response = contributor.post(undo, follow=True)

    assert "1 were changed since and stay." in response.content.decode()
    assert list(Participation.objects.filter(person=syria)) == [first]


def test_nobody_and_nothing_to_resolve_are_said(syria: Person, contributor: Client) -> None:
    page = contributor.post(f"{NAME}?name=president+assad", {"candidate": "x"})
    assert page.context["refusals"] == ["Choose a person."]
    assert contributor.get(NAME, {"name": "nobody"}).status_code == 404
    gone = contributor.post(f"{NAME}?name=nobody", {"candidate": syria.pk})
    assert gone.context["refusals"] == [
        "No unresolved name “nobody” is left that could be Bashar al-Assad."
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
