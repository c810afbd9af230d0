"""Each named constraint of the events app, and a write that breaks it and no other. Run by tests/contract/test_constraints.py."""

from __future__ import annotations

from typing import Any

from django.db.models import F

from events.models import (
    Event,
    EventPlace,
    EventTopic,
    EventType,
    Participation,
    ParticipationCapacity,
    Place,
    Relation,
    RelationPeriodTopic,
    Statement,
    StatementAbout,
    StatementCapacity,
    StatementTopic,
)
from tests.contract.constraint_rules import (
    Cases,
    interval,
    outside_its_list,
    plain_text,
    row,
    twice,
    uncertain_date,
)
from tests.factories.events import (
    make_event,
    make_event_link,
    make_event_place,
    make_event_type,
    make_participation,
    make_period,
    make_place,
    make_relation,
    make_statement,
)
from tests.factories.people import make_organization, make_person, make_state, make_tenure
from tests.factories.records import make_topic

CASES: Cases = {}


# Event types


def _type_below_itself() -> None:
    top = make_event_type()
    below = make_event_type(broader=top)
    EventType.objects.filter(pk=top.pk).update(broader=below)


CASES |= {
    "event_type_is_not_broader_than_itself": _type_below_itself,
    "event_type_cameo_code_is_two_to_four_digits": lambda: row(make_event_type()).update(
        cameo_code="42",
    ),
    "event_type_goldstein_lies_on_its_scale": lambda: row(make_event_type()).update(
        goldstein="10.1"
    ),
    "event_type_plover_mode_has_a_type": lambda: row(make_event_type()).update(plover_mode="phone"),
}


# Places


def _place_in_itself() -> None:
    city = make_place()
    venue = make_place(parent=city, kind="venue")
    Place.objects.filter(pk=city.pk).update(parent=venue)


CASES |= outside_its_list("place", "kind", make=make_place)
CASES |= {
    "place_does_not_lie_in_itself": _place_in_itself,
    "place_latitude_is_within_90_degrees": lambda: row(make_place()).update(
        latitude="90.5",
        longitude="0",
    ),
    "place_longitude_is_within_180_degrees": lambda: row(make_place()).update(
        latitude="0",
        longitude="-180.5",
    ),
    "place_has_both_coordinates_or_none": lambda: row(make_place()).update(latitude="33.7"),
}


# Events


def _event_within_its_own_part() -> None:
    visit = make_event()
    meeting = make_event(parent=visit)
    Event.objects.filter(pk=visit.pk).update(parent=meeting)


CASES |= outside_its_list("event", "status", "attendance", "visit_class", make=make_event)
CASES |= interval("event", make_event, start="when")
CASES |= outside_its_list("event_place", "role", make=make_event_place)
CASES |= plain_text("eventplace", "name_as_given", make_event_place)
CASES |= outside_its_list("event_link", "kind", make=make_event_link)
CASES |= {
    "event_is_not_part_of_itself": _event_within_its_own_part,
    "event_topic_is_named_once": twice(
        lambda: EventTopic.objects.create(event=make_event(), topic=make_topic()),
    ),
    "event_place_names_a_place": lambda: EventPlace.objects.create(event=make_event()),
    "event_place_is_named_once": twice(make_event_place),
    "event_is_not_linked_to_itself": lambda: row(make_event_link()).update(
        linked_event=F("event"),
    ),
    "event_link_is_made_once": twice(make_event_link),
}


# Participations


def _capacity(**fields: Any) -> ParticipationCapacity:
    tenure = make_tenure()
    participation = make_participation(participant=tenure.person)
    return ParticipationCapacity.objects.create(
        **{"participation": participation, "tenure": tenure, **fields},
    )


CASES |= outside_its_list("participation", "role", "presence", make=make_participation)
CASES |= plain_text("participation", "capacity_text", make_participation)
CASES |= outside_its_list("participation_capacity", "evidence", make=_capacity)
CASES |= {
    "participation_names_somebody": lambda: Participation.objects.create(event=make_event()),
    "participation_is_of_one_participant": lambda: row(make_participation()).update(
        person=make_person(),
    ),
    "participation_is_on_behalf_of_one_at_most": lambda: row(make_participation()).update(
        on_behalf_of_state=make_state(),
        on_behalf_of_organization=make_organization(),
    ),
    "participation_is_not_listed_twice": twice(make_participation),
    "participation_capacity_is_listed_once": twice(_capacity),
    "participation_capacity_belongs_to_the_participant": lambda: _capacity(tenure=make_tenure()),
}


# Relations


def _pair_twice() -> None:
    relation = make_relation()
    Relation(state_a=relation.state_a, state_b=relation.state_b, slug="again").save()


CASES |= outside_its_list(
    "relation_period", "dimension", "direction", "end_status", make=make_period
)
CASES |= interval("relation_period", make_period)
CASES |= plain_text("relationperiod", "asserted_by_as_given", make_period)
CASES |= {
    "relation_pair_is_ordered": lambda: row(make_relation()).update(
        state_a=F("state_b"),
        state_b=F("state_a"),
    ),
    "relation_pair_is_unique": _pair_twice,
    "relation_period_value_is_one_word": lambda: row(make_period()).update(value="Very warm"),
    "ongoing_relation_period_has_no_end": lambda: row(make_period(end="2001")).update(
        end_status="ongoing",
    ),
    "relation_period_is_asserted_by_one_at_most": lambda: row(make_period()).update(
        asserted_by_person=make_person(),
        asserted_by_organization=make_organization(),
    ),
    "relation_period_topic_is_named_once": twice(
        lambda: RelationPeriodTopic.objects.create(period=make_period(), topic=make_topic()),
    ),
}


# Statements


def _statement_within_its_own_part() -> None:
    whole = make_statement()
    part = make_statement(part_of=whole)
    Statement.objects.filter(pk=whole.pk).update(part_of=part)


def _spoken_in(**fields: Any) -> StatementCapacity:
    tenure = make_tenure()
    statement = make_statement(speaker_person=tenure.person)
    return StatementCapacity.objects.create(
        **{"statement": statement, "tenure": tenure, **fields},
    )


def _subject(**fields: Any) -> StatementAbout:
    return StatementAbout.objects.create(statement=make_statement(), state=make_state(), **fields)


CASES |= outside_its_list("statement", "kind", make=make_statement)
CASES |= uncertain_date("statement", "date", make_statement)
CASES |= outside_its_list("statement_capacity", "evidence", make=_spoken_in)
CASES |= {
    "statement_has_one_speaker_at_most": lambda: row(make_statement()).update(
        speaker_person=make_person(),
        speaker_organization=make_organization(),
    ),
    "statement_says_something": lambda: row(make_statement()).update(summary=""),
    "statement_is_not_part_of_itself": _statement_within_its_own_part,
    "statement_capacity_is_listed_once": twice(_spoken_in),
    "statement_capacity_belongs_to_the_speaker": lambda: _spoken_in(tenure=make_tenure()),
    "statement_about_names_one_subject": lambda: _subject(person=make_person()),
    "statement_about_is_listed_once": twice(_subject),
    "statement_topic_is_named_once": twice(
        lambda: StatementTopic.objects.create(statement=make_statement(), topic=make_topic()),
    ),
}
