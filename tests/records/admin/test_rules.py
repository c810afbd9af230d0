"""Broken rules of the database come back as errors of the form, in the words of the model."""

from __future__ import annotations

from django.test import Client

from events.models import Event, Participation
from people.models import StateCode
from tests.factories.events import make_event_type
from tests.factories.people import make_office, make_person, make_state, make_tenure
from tests.factories.records import make_topic, publish_whole
from tests.records.admin.filling import add_row, address, errors_of, filled, prefix_of


def test_rules_of_the_database_are_told_in_their_own_words(contributor: Client) -> None:
    record = make_state("Pakistan", alpha_2="PK")
    other = make_state("Palestine")
    page = contributor.get(address(other))
    data = filled(page)
    add_row(data, prefix_of(page, StateCode), scheme="iso3166-1-alpha-2", value="PK")

    response = contributor.post(address(other), data)

    assert response.status_code == 200
    assert set(errors_of(response)) == {
        "Another state has this code at that time: give one of them an end."
    }
    assert record.codes.count() == 1
    assert other.codes.count() == 0


def test_rules_that_only_the_database_knows_are_errors_of_the_form(contributor: Client) -> None:
    above = make_topic("above")
    below = make_topic("below", broader=above)
    data = filled(contributor.get(address(above))) | {"broader": below.pk}

    response = contributor.post(address(above), data)

    assert errors_of(response) == ["A topic cannot lie below itself."]
    assert response.context["adminform"].form["broader"].value() == str(below.pk)


def test_rules_checked_at_commit_are_errors_of_the_form(publisher: Client) -> None:
    person = make_person("Marco Rubio")
    publish_whole(person)
    page = publisher.get(address(person))
    data = filled(page) | {"citations-0-DELETE": "on", "given_name": "Marco"}

    response = publisher.post(address(person), data)

    assert errors_of(response) == ["A published person has at least one citation."]
    person.refresh_from_db()
    assert (person.citations.count(), person.given_name) == (1, "")


def test_what_is_odd_is_said_and_saved(contributor: Client) -> None:
    office = make_office("Prime Minister", seats=1)
    make_tenure(make_person("The One"), office, start="2024-03", end_status="ongoing")
    other = make_tenure(make_person("The Other"), office, start="2024-04", end_status="ongoing")

    page = contributor.get(address(other))
    assert page.context["warnings"] == []  # no save has asked yet
    warned = contributor.post(address(other), filled(page))
    assert [each["detail"] for each in warned.context["warnings"]] == [
        "Prime Minister has one seat, and was held at the same time by The One."
    ]
    response = contributor.post(address(other), filled(warned), follow=True)

    assert "was held at the same time by The One" in response.content.decode()


def test_two_states_of_one_form_are_saved_together_or_not_at_all(contributor: Client) -> None:
    page = contributor.get(address(Event, "add"))
    data = filled(page) | {"title": "A visit", "type": make_event_type("visit").pk}
    prefix = prefix_of(page, Participation)
    for _ in range(2):
        add_row(
            data, prefix, name_as_given="ministers", role="visitor", presence="unknown", order="0"
        )

    response = contributor.post(address(Event, "add"), data)

    assert response.status_code == 200
    assert errors_of(response)
    assert not Event.objects.exists()
