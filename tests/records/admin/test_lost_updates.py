"""Two people at one record: nothing of either is lost unseen."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client

from people.models import Person, PersonName
from tests.factories.people import make_person
from tests.factories.races import at_once
from tests.factories.records import publish_whole
from tests.records.admin.filling import add_row, address, errors_of, filled, prefix_of

# The database tells the time of a change by its transaction: each request has its own here.
pytestmark = pytest.mark.django_db(transaction=True)


def test_a_form_opened_before_a_change_is_refused_and_keeps_what_was_typed(
    contributor: Client, publisher: Client
) -> None:
    person = make_person("Marco Rubio")
    mine = filled(contributor.get(address(person))) | {"given_name": "Marco Antonio"}
    theirs = filled(publisher.get(address(person))) | {"family_name": "Rubio"}
    assert publisher.post(address(person), theirs).status_code == 302

    response = contributor.post(address(person), mine)

    (error,) = errors_of(response)
    assert error.startswith("Somebody changed this record after you opened it")
    (change_set,) = response.context["conflicting"]
    assert (change_set.who, [(each.name, each.after) for each in change_set.rows[0].fields]) == (
        "publisher",
        [("family name", "Rubio")],
    )
    assert response.context["adminform"].form["given_name"].value() == "Marco Antonio"
    person.refresh_from_db()
    assert (person.given_name, person.family_name) == ("", "Rubio")

    # Having seen that, they may save: the page that came back knows the newest state.
    again = filled(response) | {"family_name": "Rubio"}
    assert contributor.post(address(person), again).status_code == 302
    person.refresh_from_db()
    assert (person.given_name, person.family_name) == ("Marco Antonio", "Rubio")


def test_a_change_of_a_part_counts_as_well(contributor: Client, publisher: Client) -> None:
    person = make_person("Marco Rubio")
    mine = filled(contributor.get(address(person))) | {"given_name": "Marco"}
    page = publisher.get(address(person))
    theirs = filled(page)
    add_row(theirs, prefix_of(page, PersonName), name="Little Marco", kind="alias")
    assert publisher.post(address(person), theirs).status_code == 302

    response = contributor.post(address(person), mine)

    (change_set,) = response.context["conflicting"]
    assert [(row.verb, row.what, row.name) for row in change_set.rows] == [
        ("added", "person name", "Little Marco, Alias")
    ]


def test_a_part_that_an_older_transaction_saves_last_counts_as_well(contributor: Client) -> None:
    person = make_person("Marco Rubio")

    def change_and_open() -> object:
        Person.objects.filter(pk=person.pk).update(curators_note="Checked.")
        return filled(contributor.get(address(person)))

    with transaction.atomic():
        # Whatever is read begins the transaction: before the change, and before the form is opened.
        assert not person.names.exists()
        (mine,) = at_once(change_and_open)
        person.names.create(name="Little Marco")
    assert isinstance(mine, dict)

    response = contributor.post(address(person), mine | {"given_name": "Marco"})

    (error,) = errors_of(response)
    assert error.startswith("Somebody changed this record after you opened it")
    rows = [row for change_set in response.context["conflicting"] for row in change_set.rows]
    assert ("added", "person name", "Little Marco, Alias") in {
        (row.verb, row.what, row.name) for row in rows
    }


def test_a_row_that_somebody_removed_meanwhile_is_an_error_too(
    contributor: Client, publisher: Client
) -> None:
    person = make_person("Marco Rubio")
    name = person.names.create(name="Little Marco")
    mine = filled(contributor.get(address(person)))
    name.delete()

    response = contributor.post(address(person), mine)

    assert response.status_code == 200
    assert errors_of(response)
    assert response.context["conflicting"][0].rows[0].verb == "removed"


def test_a_form_that_does_not_say_what_it_saw_is_refused(contributor: Client) -> None:
    person = make_person("Marco Rubio")
    data = filled(contributor.get(address(person))) | {"given_name": "Marco"}
    for seen in ("", "yesterday", "2025-01-01", "\x00"):
        assert contributor.post(address(person), data | {"_seen": seen}).status_code == 200
    del data["_seen"]
    assert contributor.post(address(person), data).status_code == 200
    person.refresh_from_db()
    assert person.given_name == ""


def test_publishing_in_between_is_no_change_of_the_text(contributor: Client) -> None:
    person = make_person("Marco Rubio")
    data = filled(contributor.get(address(person))) | {
        "given_name": "Marco",
        "editorial_state": "draft",
    }
    publish_whole(person)

    assert contributor.post(address(person), data).status_code == 302

    person.refresh_from_db()
    assert (person.given_name, person.editorial_state) == ("Marco", "published")
    assert person.has_unpublished_changes


def test_of_two_forms_sent_at_the_same_moment_one_is_refused(
    contributor: Client, publisher: Client
) -> None:
    person = make_person("Marco Rubio")
    forms = [
        (contributor, filled(contributor.get(address(person))) | {"given_name": "Marco"}),
        (publisher, filled(publisher.get(address(person))) | {"family_name": "Rubio"}),
    ]
    together = Barrier(len(forms))

    def send(client: Client, data: dict[str, Any]) -> int:
        together.wait()
        try:
            return client.post(address(person), data).status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(len(forms)) as pool:
        answers = list(pool.map(lambda form: send(*form), forms))

    assert sorted(answers) == [200, 302]
    person.refresh_from_db()
    assert (person.given_name, person.family_name) in {("Marco", ""), ("", "Rubio")}
