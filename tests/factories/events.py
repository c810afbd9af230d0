"""Valid event types, places, events, participations, statements and relations."""

from __future__ import annotations

from itertools import count
from typing import Any

from events.models import (
    Event,
    EventCitation,
    EventLink,
    EventPlace,
    EventTopic,
    EventType,
    Participation,
    ParticipationCapacity,
    Place,
    Relation,
    RelationCitation,
    RelationPeriod,
    RelationPeriodTopic,
    Statement,
    StatementAbout,
    StatementCapacity,
    StatementCitation,
    StatementTopic,
)
from people.models import Organization, Person, State, Tenure
from records.models import Record, Source, Topic
from tests.factories.people import make_state
from tests.factories.records import saved, some_source

_number = count(1)

_SOME_TYPE = "some_type"


def make_event_type(code: str = "", **fields: Any) -> EventType:
    """Return a saved event type; its label is made of its code."""
    code = code or f"type_{next(_number)}"
    return saved(
        EventType(**{"code": code, "label": code.replace("_", " ").capitalize(), **fields})
    )


def some_event_type() -> EventType:
    """Return the type of events of which a test does not say what they are: the same for all of them."""
    return EventType.objects.filter(code=_SOME_TYPE).first() or make_event_type(_SOME_TYPE)


def make_place(name: str = "", **fields: Any) -> Place:
    """Return a saved city."""
    return saved(Place(**{"name": name or f"City {next(_number)}", "kind": "city", **fields}))


def make_event(
    title: str = "",
    *,
    topics: tuple[Topic, ...] = (),
    source: Source | None = None,
    **fields: Any,
) -> Event:
    """Return a saved event that occurred on an unknown day, of `type` or some type, cited to `source` or to some source."""
    if "type" not in fields:
        fields["type"] = some_event_type()
    event = saved(Event(**{"title": title or f"Event {next(_number)}", **fields}))
    EventTopic.objects.bulk_create(EventTopic(event=event, topic=topic) for topic in topics)
    EventCitation.objects.create(record=event, source=source or some_source())
    return event


def make_event_place(
    event: Event | None = None, place: Place | None = None, **fields: Any
) -> EventPlace:
    """Return a saved place of an event; the event is made if not given, and the place if nothing else names one."""
    if place is None and not fields.keys() & {"state", "name_as_given"}:
        place = make_place()
    return saved(EventPlace(event=event or make_event(), place=place, **fields))


def make_participation(
    event: Event | None = None,
    participant: Person | Organization | State | str | None = None,
    *,
    tenures: tuple[Tenure, ...] = (),
    **fields: Any,
) -> Participation:
    """Return a saved participation of a record, or of somebody known by name only, in the capacities of `tenures`.

    The event and a state are made if not given.
    """
    participant = participant or make_state()
    named = (
        {"name_as_given": participant}
        if isinstance(participant, str)
        else {participant.object_kind: participant}
    )
    participation = saved(Participation(event=event or make_event(), **named, **fields))
    for tenure in tenures:
        saved(ParticipationCapacity(participation=participation, tenure=tenure))
    return participation


def make_event_link(
    event: Event | None = None, linked_event: Event | None = None, **fields: Any
) -> EventLink:
    """Return a saved link, a follow-up; the events are made if not given."""
    fields = {"kind": "follow_up", **fields}
    return saved(
        EventLink(event=event or make_event(), linked_event=linked_event or make_event(), **fields)
    )


def make_relation(
    one: State | None = None,
    other: State | None = None,
    *,
    source: Source | None = None,
    **fields: Any,
) -> Relation:
    """Return the saved relation of two states in whichever order, cited to `source` or to some source; states are made if not given."""
    relation = saved(Relation(state_a=one or make_state(), state_b=other or make_state(), **fields))
    RelationCitation.objects.create(record=relation, source=source or some_source())
    return relation


def make_period(
    relation: Relation | None = None,
    *,
    topics: tuple[Topic, ...] = (),
    **fields: Any,
) -> RelationPeriod:
    """Return a saved period of warming relations without dates; the relation is made if not given."""
    fields = {"dimension": "tenor", "value": "warming", **fields}
    period = saved(RelationPeriod(relation=relation or make_relation(), **fields))
    RelationPeriodTopic.objects.bulk_create(
        RelationPeriodTopic(period=period, topic=topic) for topic in topics
    )
    return period


def make_statement(
    summary: str = "",
    *,
    about: tuple[Record, ...] = (),
    tenures: tuple[Tenure, ...] = (),
    topics: tuple[Topic, ...] = (),
    source: Source | None = None,
    **fields: Any,
) -> Statement:
    """Return a saved paraphrase by nobody in particular, cited to `source` or to some source."""
    fields = {"kind": "paraphrase", "summary": summary or f"Statement {next(_number)}.", **fields}
    statement = saved(Statement(**fields))
    for subject in about:
        saved(StatementAbout(statement=statement, **{subject.object_kind: subject}))
    for tenure in tenures:
        saved(StatementCapacity(statement=statement, tenure=tenure))
    StatementTopic.objects.bulk_create(
        StatementTopic(statement=statement, topic=topic) for topic in topics
    )
    StatementCitation.objects.create(record=statement, source=source or some_source())
    return statement
