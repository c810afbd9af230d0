"""Two people at one record: nothing of either is lost unseen."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core import signing
from django.db import connection, transaction
from django.test import Client

from people.models import Person, PersonName
from records.models import Topic
from tests.factories.people import make_person
from tests.factories.races import at_once
from tests.factories.records import make_topic, publish_whole
from tests.factories.staff import client_of
from tests.records.admin.filling import add_row, address, errors_of, filled, prefix_of

# The time of a change is that of its transaction: each request has its own here.
pytestmark = pytest.mark.django_db(transaction=True)


def test_two_people_who_change_different_fields_both_keep_theirs(
    contributor: Client, publisher: Client
) -> None:
    person = make_person("Marco Rubio")
    mine = filled(contributor.get(address(person))) | {"given_name": "Marco Antonio"}
    theirs = filled(publisher.get(address(person))) | {"family_name": "Rubio"}
    assert publisher.post(address(person), theirs).status_code == 302

    response = contributor.post(address(person), mine, follow=True)

    assert any("Both are saved" in str(each) for each in response.context["messages"])
    person.refresh_from_db()
    assert (person.given_name, person.family_name) == ("Marco Antonio", "Rubio")


@pytest.mark.parametrize(
    ("answer", "kept"), [("mine", "Marco Antonio"), ("theirs", "Marcus"), ("", None)]
)
def test_what_both_changed_is_asked_and_nothing_is_saved_before(
    contributor: Client, publisher: Client, answer: str, kept: str | None
) -> None:
    person = make_person("Marco Rubio")
    mine = filled(contributor.get(address(person))) | {"given_name": "Marco Antonio"}
    mine |= {"curators_note": "Mine."}
    theirs = filled(publisher.get(address(person))) | {"given_name": "Marcus"}
    assert publisher.post(address(person), theirs).status_code == 302

    response = contributor.post(address(person), mine)

    assert errors_of(response)[0].startswith("Somebody changed the same fields")
    form = response.context["adminform"].form
    assert (form["given_name"].value(), form["curators_note"].value()) == ("Marco Antonio", "Mine.")
    assert ['<q class="theirs">Marcus</q>' in each for each in form["given_name"].errors] == [True]
    assert response.context["conflicting"][0].who == "publisher"
    person.refresh_from_db()
    assert (person.given_name, person.curators_note) == ("Marcus", "")

    again = filled(response) | {"_asked": ["given_name"], "_take-given_name": answer}
    status = contributor.post(address(person), again).status_code
    person.refresh_from_db()
    if kept is None:
        assert (status, person.given_name) == (200, "Marcus")
    else:
        assert (status, person.given_name, person.curators_note) == (302, kept, "Mine.")


def test_publishing_asks_to_look_at_what_somebody_else_changed(publisher: Client) -> None:
    topic = make_topic("mining")
    mine = filled(publisher.get(address(topic))) | {"label": "Mines", "_publish": "1"}
    topic.alternative_labels = ["Pits"]
    topic.save()

    response = publisher.post(address(topic), mine)

    assert errors_of(response)[0].startswith("Somebody changed other parts of this record")
    form = response.context["adminform"].form
    assert (form["label"].value(), form["alternative_labels"].value()) == ("Mines", "Pits")
    topic.refresh_from_db()
    assert (topic.label, topic.editorial_state) == ("Mining", "draft")
    assert publisher.post(address(topic), filled(response) | {"_publish": "1"}).status_code == 302
    topic.refresh_from_db()
    assert (topic.label, topic.alternative_labels) == ("Mines", ["Pits"])


class TestRows:
    """Rows of a record, as its fields: by their keys, whatever stands before them."""

    @pytest.fixture
    def person(self) -> Person:
        person = make_person("Marco Rubio")
        for name in ("Little Marco", "Marquito", "Rubio"):
            person.names.create(name=name)
        return person

    def rows(self, person: Person) -> list[tuple[str, str]]:
        return sorted(person.names.values_list("name", "language"))

    def opened(self, client: Client, person: Person) -> tuple[dict[str, Any], str, dict[str, int]]:
        page = client.get(address(person))
        prefix = prefix_of(page, PersonName)
        data = filled(page)
        numbers = {data[f"{prefix}-{n}-name"]: n for n in range(3)}
        return data, prefix, numbers

    def test_each_changes_another_field_and_another_row(
        self, person: Person, contributor: Client, publisher: Client
    ) -> None:
        mine, prefix, number = self.opened(contributor, person)
        theirs, _prefix, _number = self.opened(publisher, person)
        mine[f"{prefix}-{number['Marquito']}-language"] = "es"
        theirs[f"{prefix}-{number['Marquito']}-name"] = "Marquitos"
        theirs[f"{prefix}-{number['Rubio']}-DELETE"] = "on"
        add_row(theirs, prefix, name="The senator", kind="alias")
        add_row(mine, prefix, name="Mr Secretary", kind="alias")
        assert publisher.post(address(person), theirs).status_code == 302

        assert contributor.post(address(person), mine).status_code == 302

        assert self.rows(person) == [
            ("Little Marco", ""),
            ("Marquitos", "es"),
            ("Mr Secretary", ""),
            ("The senator", ""),
        ]

    def test_a_form_that_is_sent_twice_adds_its_rows_once(
        self, person: Person, contributor: Client
    ) -> None:
        mine, prefix, number = self.opened(contributor, person)
        mine[f"{prefix}-{number['Marquito']}-language"] = "es"
        for name in ("Mr Secretary", "Twin", "Twin"):
            add_row(mine, prefix, name=name, kind="alias")

        for _click in range(3):
            assert contributor.post(address(person), mine).status_code == 302

        assert self.rows(person) == [
            ("Little Marco", ""),
            ("Marquito", "es"),
            ("Mr Secretary", ""),
            ("Rubio", ""),
            ("Twin", ""),
            ("Twin", ""),
        ]

    @pytest.mark.parametrize(("answer", "kept"), [("mine", "Marco M."), ("theirs", "Marco T.")])
    def test_the_same_field_of_a_row_is_asked(
        self, person: Person, contributor: Client, publisher: Client, answer: str, kept: str
    ) -> None:
        mine, prefix, number = self.opened(contributor, person)
        theirs, _prefix, _number = self.opened(publisher, person)
        place = f"{prefix}-{number['Little Marco']}-name"
        theirs[f"{prefix}-0-DELETE" if number["Little Marco"] else f"{prefix}-1-DELETE"] = "on"
        mine[place], theirs[place] = "Marco M.", "Marco T."
        assert publisher.post(address(person), theirs).status_code == 302

        response = contributor.post(address(person), mine)

        assert response.status_code == 200
        again = filled(response)
        (asked,) = [name for name, value in again.items() if value == "Marco M."]
        again |= {"_asked": [asked], f"_take-{asked}": answer}
        assert contributor.post(address(person), again).status_code == 302
        names = [name for name, _language in self.rows(person)]
        assert (len(names), kept in names) == (2, True)

    @pytest.mark.parametrize(("answer", "count"), [("mine", 3), ("theirs", 2)])
    def test_a_row_that_one_removed_and_the_other_changed_is_asked(
        self, person: Person, contributor: Client, publisher: Client, answer: str, count: int
    ) -> None:
        mine, prefix, number = self.opened(contributor, person)
        mine[f"{prefix}-{number['Marquito']}-name"] = "Marquitos"
        person.names.filter(name="Marquito").delete()

        response = contributor.post(address(person), mine)

        assert response.status_code == 200
        assert person.names.count() == 2
        again = filled(response)
        asked = f"{prefix}-2-DELETE"
        assert again[f"{prefix}-2-name"] == "Marquitos"
        assert contributor.post(address(person), again | {"_asked": [asked]}).status_code == 200
        again |= {"_asked": [asked], f"_take-{asked}": answer}
        assert contributor.post(address(person), again).status_code == 302
        assert person.names.count() == count
        assert person.names.filter(name="Marquitos").exists() == (answer == "mine")

    @pytest.mark.parametrize(("answer", "count"), [("mine", 2), ("theirs", 3)])
    def test_a_row_that_one_changed_and_the_other_removes_is_asked(
        self, person: Person, contributor: Client, publisher: Client, answer: str, count: int
    ) -> None:
        mine, prefix, number = self.opened(contributor, person)
        gone = f"{prefix}-{number['Marquito']}-DELETE"
        mine[gone] = "on"
        person.names.filter(name="Marquito").update(name="Marquitos")

        response = contributor.post(address(person), mine)

        assert response.status_code == 200
        again = filled(response) | {gone: "on", "_asked": [gone], f"_take-{gone}": answer}
        assert contributor.post(address(person), again).status_code == 302
        assert person.names.count() == count


def test_a_part_that_an_older_transaction_saves_last_survives_as_well(contributor: Client) -> None:
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

    response = contributor.post(address(person), mine | {"given_name": "Marco"}, follow=True)

    assert any("Both are saved" in str(each) for each in response.context["messages"])
    person.refresh_from_db()
    assert (person.given_name, person.names.count()) == ("Marco", 1)


def test_a_form_that_does_not_say_what_it_showed_is_asked(contributor: Client) -> None:
    person = make_person("Marco Rubio")
    data = filled(contributor.get(address(person))) | {"given_name": "Marco"}
    for seen in ("", "yesterday", "2025-01-01", "\x00"):
        for was in ("", "[]", "{"):
            crafted = data | {"_seen": seen, "_was": was}
            assert contributor.post(address(person), crafted).status_code == 200
    del data["_seen"], data["_was"]
    assert contributor.post(address(person), data).status_code == 200
    person.refresh_from_db()
    assert person.given_name == ""


def test_publishing_in_between_is_no_change_of_the_text(contributor: Client) -> None:
    person = make_person("Marco Rubio")
    data = filled(contributor.get(address(person))) | {"given_name": "Marco"}
    publish_whole(person)

    assert contributor.post(address(person), data).status_code == 302

    person.refresh_from_db()
    assert (person.given_name, person.editorial_state) == ("Marco", "published")
    assert person.has_unpublished_changes


def test_two_forms_sent_at_the_same_moment_are_both_saved(
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

    assert answers == [302, 302]
    person.refresh_from_db()
    assert (person.given_name, person.family_name) == ("Marco", "Rubio")


class TestNewRecords:
    """A form adds its record once, and a second one only to somebody who has seen the first."""

    def form(self, client: Client) -> dict[str, Any]:
        return filled(client.get(address(Person, "add"))) | {"name": "Ishaq Dar"}

    def test_a_form_that_is_sent_again_says_what_it_has_added(self, contributor: Client) -> None:
        data = self.form(contributor)
        assert contributor.post(address(Person, "add"), data).status_code == 302
        (dar,) = Person.objects.all()

        again = contributor.post(address(Person, "add"), data | {"given_name": "Mohammad"})

        assert errors_of(again) == [
            f'This form was sent before, and added “<a href="{address(dar)}">Ishaq Dar</a>”. Save it again only if you want another one.'
        ]
        assert again.context["adminform"].form["given_name"].value() == "Mohammad"
        assert Person.objects.count() == 1
        warned = contributor.post(address(Person, "add"), filled(again))
        assert contributor.post(address(Person, "add"), filled(warned)).status_code == 302
        assert sorted(Person.objects.values_list("given_name", flat=True)) == ["", "Mohammad"]

    def test_two_clicks_at_the_same_moment_add_one(self, contributor: Client) -> None:
        data = self.form(contributor)
        two = [client_of(User.objects.get(username="contributor")) for _ in range(2)]

        answers: Any = at_once(
            *(lambda client=each: client.post(address(Person, "add"), data) for each in two)
        )

        assert sorted(answer.status_code for answer in answers) == [200, 302]
        (refused,) = [answer for answer in answers if answer.status_code == 200]
        assert errors_of(refused)[0].startswith("This form was sent before, and added")
        assert Person.objects.count() == 1

    @pytest.mark.parametrize("ticket", ["", "x", "\x00", "of a topic", "forged"])
    def test_nobody_chooses_an_id(self, contributor: Client, ticket: str) -> None:
        known = {
            "of a topic": filled(contributor.get(address(Topic, "add")))["_new"],
            "forged": signing.dumps(["person", "0" * 32], salt="another"),
        }
        data = self.form(contributor) | {"_new": known.get(ticket, ticket)}

        assert contributor.post(address(Person, "add"), data).status_code == 302

        assert Person.objects.get().pk.version == 7
        assert str(Person.objects.get().pk) not in str(known)
