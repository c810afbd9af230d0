"""Publishing events: what is taken from published records only, what is refused, what it costs."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from events.models import (
    Event,
    EventEdition,
    EventType,
)
from people.models import Office, Person, Tenure
from records.models import Source
from records.publishing.publish import CurationRefused, publish
from tests.factories.documents import document_of
from tests.factories.events import (
    make_event,
    make_event_link,
    make_event_place,
    make_event_type,
    make_participation,
    make_place,
)
from tests.factories.people import (
    make_office,
    make_organization,
    make_person,
    make_state,
    make_tenure,
)
from tests.factories.records import edition_of, make_source, make_topic, publish_whole

pytestmark = pytest.mark.django_db


def test_drafts_of_what_it_names_do_not_show_in_a_newly_published_event() -> None:
    """Everything that an event takes from other records is taken from what is published of them."""
    us, pk, qatar = (make_state(name) for name in ("United States", "Pakistan", "Qatar"))
    published_office = make_office("Secretary of State", state=us)
    person = make_person("Marco Rubio")
    tenure = make_tenure(person, published_office)
    ministry = make_organization("Ministry", state=pk)
    broader, kind = make_event_type("meeting"), make_event_type("summit")
    kind.broader = broader
    kind.save()
    place = make_place("Doha", state=qatar)
    secret = make_office("Draft office", state=make_state("Draft state"))
    publish_whole(tenure, ministry, kind, place)
    expected = _event_of(person, tenure, ministry, kind, place)
    publish_whole(expected)

    Person.objects.update(name="Draft name")
    Office.objects.filter(pk=published_office.pk).update(title="Draft title", state=pk)
    Tenure.objects.filter(pk=tenure.pk).update(office=secret)
    type(ministry).objects.filter(pk=ministry.pk).update(name="Draft ministry", state=secret.state)
    EventType.objects.filter(pk=kind.pk).update(label="Draft type", broader=None)
    type(place).objects.filter(pk=place.pk).update(name="Draft place", state=pk)
    event = _event_of(person, tenure, ministry, kind, place)
    publish_whole(event)

    own = {"id", "slug", "url", "published_at"}
    shown = {name: value for name, value in document_of(event).items() if name not in own}
    assert shown == {
        name: value for name, value in document_of(expected).items() if name not in own
    }
    assert "Draft" not in EventEdition.objects.current().get(record_id=event.pk).document
    assert [state["label"] for state in shown["states"]] == ["Pakistan", "Qatar", "United States"]


def _event_of(person: Any, tenure: Any, ministry: Any, kind: Any, place: Any) -> Event:
    source = Source.objects.filter(title="S1").first() or make_source(title="S1")
    event = make_event("Summit", type=kind, source=source)
    make_participation(event, person, tenures=(tenure,))
    make_participation(event, ministry)
    make_event_place(event, place)
    return event


def test_event_that_names_a_draft_is_refused_with_what_to_publish_first() -> None:
    us = make_state("United States")
    tenure = make_tenure(make_person("Marco Rubio"), make_office("Secretary of State", state=us))
    event = make_event(type=make_event_type("call"))
    make_participation(event, tenure.person, tenures=(tenure,))

    with pytest.raises(CurationRefused) as refused:
        publish(event, by=None)

    assert {str(record) for record in refused.value.publish_first} == {
        "Call",
        "Marco Rubio",
        "Marco Rubio, Secretary of State",
        str(Source.objects.get(pk=event.citations.get().source_id)),
    }
    assert not EventEdition.objects.exists()


def test_a_change_of_a_part_of_a_part_waits_to_be_published() -> None:
    tenure = make_tenure()
    event = make_event()
    participation = make_participation(event, tenure.person, tenures=(tenure,))
    publish_whole(event)
    event.refresh_from_db()
    assert not event.has_unpublished_changes

    participation.participation_capacities.update(evidence="inferred")

    event.refresh_from_db()
    assert event.has_unpublished_changes


def test_publishing_a_batch_of_events_costs_the_same_number_of_statements_whatever_it_holds() -> (
    None
):
    def batch(size: int) -> list[Event]:
        events = []
        for _each in range(size):
            tenure = make_tenure(office=make_office(state=make_state()))
            event = make_event(topics=(make_topic(),))
            make_participation(event, tenure.person, tenures=(tenure,))
            make_event_place(event, make_place(state=make_state()))
            make_event_link(event, make_event())
            publish_whole(event)
            Event.objects.filter(pk=event.pk).update(summary="Told again.")
            events.append(event)
        return events

    counts = []
    for size in (1, 4):
        events = batch(size)
        with CaptureQueriesContext(connection) as captured:
            publish(*events, by=None)
        counts.append(len(captured))

    assert counts[0] == counts[1]


def test_a_new_title_is_published_in_seven_statements(django_assert_num_queries: Any) -> None:
    """BEGIN, lock and parts, references and newest edition, feed, all writes, who names it, COMMIT."""
    person = make_person("Marco Rubio")
    tenure = make_tenure(person, make_office(state=make_state()))
    event = make_event("Talks", topics=(make_topic(), make_topic()))
    make_participation(event, person, tenures=(tenure,))
    make_event_place(event, make_place())
    publish_whole(event)
    Event.objects.filter(pk=event.pk).update(title="Talks on grain")
    event.refresh_from_db()

    with django_assert_num_queries(7):
        publish(event, by=None)

    edition = edition_of(event)
    assert (edition.label, edition.revision) == ("Talks on grain", 2)
    assert document_of(event)["label"] == "Talks on grain"
