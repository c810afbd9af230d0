"""Publishing people and offices: labels travel, drafts stay, and what is refused."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from events.models import EventEdition
from events.terms import participation
from records.models import Reference, Source
from records.publishing.publish import CurationRefused, publish, restore, withdraw
from records.terms import term
from tests.factories.documents import document_of, office_reference, reference
from tests.factories.events import make_event, make_participation
from tests.factories.people import (
    make_office,
    make_organization,
    make_person,
    make_state,
    make_tenure,
)
from tests.factories.records import make_source, publish_whole

pytestmark = pytest.mark.django_db


def test_new_name_of_a_person_reaches_the_tenures_and_their_labels_when_it_is_published() -> None:
    source = make_source(title="Story")
    person, office = (
        make_person("Shahbaz Sharif", source=source),
        make_office("Prime Minister", source=source),
    )
    tenure = make_tenure(person, office, source=source)
    publish(source, person, office, tenure, by=None)
    person.name = "Shehbaz Sharif"
    person.save()

    publish(person, by=None)

    document = document_of(tenure)
    assert document["label"] == "Shehbaz Sharif, Prime Minister"
    assert document["person"] == reference(person, "Shehbaz Sharif")
    assert document["revision"] == 2
    assert Reference.objects.get(pk=tenure.pk).body["label"] == "Shehbaz Sharif, Prime Minister"


def test_unpublished_name_of_a_person_stays_out_of_a_tenure_published_meanwhile() -> None:
    source = make_source(title="Story")
    person, office = (
        make_person("Shahbaz Sharif", source=source),
        make_office("Prime Minister", source=source),
    )
    publish(source, person, office, by=None)
    person.name = "Shehbaz Sharif"
    person.save()
    tenure = make_tenure(person, office, source=source)

    publish(tenure, by=None)

    document = document_of(tenure)
    assert document["label"] == "Shahbaz Sharif, Prime Minister"
    assert document["person"] == reference(person, "Shahbaz Sharif")


def test_restored_tenure_is_labelled_as_its_person_is_called_by_now() -> None:
    person, office = make_person("Ali Khan"), make_office("Minister")
    tenure = make_tenure(person, office)
    publish_whole(person, office, tenure)
    withdraw(tenure, by=None, reason="Doubtful.")
    person.name = "Ali Ahmad Khan"
    person.save()
    publish(person, by=None)

    restore(tenure, by=None)

    document = document_of(tenure)
    assert document["person"] == reference(person, "Ali Ahmad Khan")
    assert document["label"] == "Ali Ahmad Khan, Minister"
    assert Reference.objects.get(pk=tenure.pk).body["label"] == "Ali Ahmad Khan, Minister"


def test_new_label_of_a_state_reaches_what_shows_an_office_of_it_once() -> None:
    state = make_state("Burma", alpha_2="MM")
    office = make_office("Foreign Minister", state=state)
    tenure = make_tenure(office=office)
    event = make_event()
    make_participation(event, tenure.person, tenures=(tenure,))
    publish_whole(event)
    state.refresh_from_db()
    state.name = "Myanmar"
    state.save()

    publish(state, by=None)

    shown = office_reference(office, "Foreign Minister", reference(state, "Myanmar", code="MM"))
    in_event = document_of(event)
    assert Reference.objects.get(pk=office.pk).body == shown
    assert document_of(tenure)["office"] == shown
    assert in_event["participations"][0]["capacities"][0]["office"] == shown
    assert in_event["states"] == [reference(state, "Myanmar", code="MM")]
    assert [document_of(each)["revision"] for each in (state, office, tenure, event)] == [
        2,
        2,
        2,
        2,
    ]


def test_new_state_of_an_office_reaches_the_events_in_which_its_holder_stood_for_it() -> None:
    yugoslavia, serbia = make_state("Yugoslavia"), make_state("Serbia", alpha_2="RS")
    office = make_office("Foreign Minister", state=yugoslavia)
    tenure = make_tenure(office=office)
    event = make_event()
    make_participation(event, tenure.person, role="visitor", tenures=(tenure,))
    publish_whole(event, serbia)
    office.refresh_from_db()
    office.state = serbia
    office.save()

    publish(office, by=None)

    in_serbia = reference(serbia, "Serbia", code="RS")
    document = document_of(event)
    capacity = document["participations"][0]["capacities"][0]
    assert capacity["office"] == office_reference(office, "Foreign Minister", in_serbia)
    assert document["participations"][0]["states"] is None
    assert document["states"] == [in_serbia]
    edition = EventEdition.objects.current().get(record_id=event.pk)
    assert edition.posted == edition.stood_for == [term("state", str(serbia.pk))]
    assert participation(role="visitor", state=str(serbia.pk)) in edition.terms
    assert participation(role="visitor", state=str(yugoslavia.pk)) not in edition.terms


def test_restored_tenure_shows_the_state_that_its_office_has_by_now() -> None:
    state = make_state("Pakistan", alpha_2="PK")
    office = make_office("Foreign Minister")
    tenure = make_tenure(office=office)
    publish_whole(tenure, state)
    tenure.refresh_from_db()
    withdraw(tenure, by=None, reason="Doubtful.")
    office.refresh_from_db()
    office.state = state
    office.save()
    publish(office, by=None)

    restore(tenure, by=None)

    assert document_of(tenure)["office"] == office_reference(
        office, "Foreign Minister", reference(state, "Pakistan", code="PK")
    )


def test_new_state_of_an_office_reaches_its_tenures() -> None:
    source = make_source(title="Story")
    state = make_state("Pakistan", alpha_2="PK")
    person, office = (
        make_person("Ishaq Dar", source=source),
        make_office("Foreign Minister", source=source),
    )
    tenure = make_tenure(person, office, source=source)
    publish(source, state, person, office, tenure, by=None)
    office.state = state
    office.save()

    publish(office, by=None)

    assert document_of(office)["state"] == reference(state, "Pakistan", code="PK")
    assert document_of(tenure)["office"] == office_reference(
        office, "Foreign Minister", reference(state, "Pakistan", code="PK")
    )


def test_tenure_of_an_unpublished_person_is_refused_with_what_to_publish_first() -> None:
    source = make_source(title="Story")
    person, office = make_person(source=source), make_office(source=source)
    tenure = make_tenure(person, office, source=source)
    publish(source, office, by=None)

    with pytest.raises(CurationRefused) as refused:
        publish(tenure, by=None)

    assert [(each.code, each.publish_first) for each in refused.value.refusals] == [
        ("unpublished_reference", (person,))
    ]


def test_state_needs_no_citation_and_a_person_does() -> None:
    state, person = make_state(), make_person()
    person.citations.all().delete()

    publish(state, by=None)
    with pytest.raises(CurationRefused) as refused:
        publish(person, by=None)

    assert [each.code for each in refused.value.refusals] == ["no_citation"]


def test_publishing_three_of_each_kind_costs_the_queries_of_publishing_one() -> None:
    counts = []
    for number in (1, 3):
        records = []
        for _each in range(number):
            state = make_state()
            organization = make_organization(state=state)
            office = make_office(organization=organization, accredited_to=(state,))
            person = make_person()
            tenure = make_tenure(person, office)
            records += [state, organization, office, person, tenure]
        publish(*Source.objects.all(), by=None)
        with CaptureQueriesContext(connection) as queries:
            publish(*records, by=None)
        counts.append(len(queries))

    assert counts[0] == counts[1]
