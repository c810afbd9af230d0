"""Each named constraint of the events app, and a write that breaks it and no other. Run by tests/contract/test_constraints.py."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from django.db import connection, models
from django.db.models import F
from django.utils import timezone

from events.models import (
    Event,
    EventCitation,
    EventIdentifier,
    EventPlace,
    EventTopic,
    EventType,
    EventTypeIdentifier,
    Participation,
    ParticipationCapacity,
    Place,
    PlaceIdentifier,
    PlaceName,
    Relation,
    RelationCitation,
    RelationIdentifier,
    RelationPeriodTopic,
    Statement,
    StatementAbout,
    StatementCapacity,
    StatementCitation,
    StatementIdentifier,
    StatementTopic,
)
from records.models import Record
from records.registry import kind_of
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
from tests.factories.records import make_source, make_topic, publish_whole

Make = Callable[..., Any]

CASES: dict[str, Callable[[], object]] = {}

MAKERS: dict[str, Make] = {
    "eventtype": make_event_type,
    "place": make_place,
    "event": make_event,
    "relation": make_relation,
    "statement": make_statement,
}


def row(of: models.Model) -> Any:
    """Return a queryset of just this row: its `update` passes the model by."""
    return type(of)._default_manager.filter(pk=of.pk)


def published(record: Record) -> Record:
    publish_whole(record)
    return record


# Rules that several models have


def outside_its_list(prefix: str, field: str, make: Make) -> None:
    CASES[f"{prefix}_{field}_is_in_its_list"] = lambda: row(make()).update(**{field: "nonsense"})


def uncertain_date(prefix: str, field: str, make: Make) -> None:
    first, last = f"{field}_earliest", f"{field}_latest"

    def turn_round() -> None:
        days = {first: date(2001, 12, 31), last: date(2001, 1, 1)}
        row(make(**{field: "2001"})).update(**days)

    def leave_the_calendar() -> None:
        made = make(**{field: "2001"})
        with connection.cursor() as cursor:
            cursor.execute(
                f'UPDATE "{made._meta.db_table}" SET "{last}" = %s WHERE id = %s',  # noqa: S608 - names of ours
                ["infinity", made.pk],
            )

    CASES[f"{prefix}_{field}_earliest_is_not_after_latest"] = turn_round
    CASES[f"{prefix}_{field}_stays_within_years_1_to_9999"] = leave_the_calendar
    CASES[f"{prefix}_{field}_bounds_come_from_edtf"] = lambda: row(make(**{field: "2001"})).update(
        **{f"{field}_edtf": ""},
    )


def interval(prefix: str, make: Make, start: str = "start") -> None:
    year_2000 = {
        "end_edtf": "2000",
        "end_precision": "year",
        "end_earliest": date(2000, 1, 1),
        "end_latest": date(2000, 12, 31),
    }
    uncertain_date(prefix, start, make)
    uncertain_date(prefix, "end", make)
    CASES[f"{prefix}_does_not_certainly_end_before_it_starts"] = lambda: row(
        make(**{start: "2001"}),
    ).update(**year_2000)


def twice(make: Callable[[], models.Model]) -> Callable[[], None]:
    """Make a row and copy it."""

    def copy() -> None:
        made = make()
        made.pk = None
        made.save(force_insert=True)

    return copy


def a_record(name: str, make: Make) -> None:
    def change_the_edition() -> None:
        record = published(make())
        kind_of(record).editions._default_manager.filter(record_id=record.pk).update(label="Other")

    def copy_the_edition(**changes: Any) -> None:
        record = published(make())
        edition = kind_of(record).editions._default_manager.get(record_id=record.pk)
        edition.pk = None
        edition.position += 1_000_000
        for field, value in changes.items():
            setattr(edition, field, value)
        edition.save(force_insert=True)

    CASES[f"once_published_{name}_keeps_id_and_slug"] = lambda: row(published(make())).update(
        slug="other"
    )
    CASES[f"merged_{name}_names_its_survivor"] = lambda: row(make()).update(
        editorial_state="merged"
    )
    CASES[f"published_{name}_has_a_time"] = lambda: row(make()).update(editorial_state="published")
    CASES[f"{name}edition_newest_is_only_one"] = lambda: copy_the_edition(revision=2)
    CASES[f"{name}edition_revision_is_unique"] = lambda: copy_the_edition(
        superseded_at=timezone.now() + timedelta(days=1)
    )
    CASES[f"{name}edition_is_never_changed"] = change_the_edition


def identifiers(name: str, model: type[models.Model]) -> None:
    def give_to_two() -> None:
        for _each in range(2):
            model._default_manager.create(record=MAKERS[name](), scheme="wikidata", value="Q1")

    CASES[f"{name}identifier_names_one_record"] = give_to_two


def citations(name: str, model: type[models.Model]) -> None:
    def cite(**fields: Any) -> models.Model:
        return model._default_manager.create(record=MAKERS[name](), source=make_source(), **fields)

    def attribute_to_two() -> None:
        cite(attributed_to_person=make_person(), attributed_to_organization=make_organization())

    def remove_the_citation() -> None:
        model._default_manager.filter(record=published(MAKERS[name]())).delete()

    outside_its_list(f"{name}citation", "evidence", cite)
    outside_its_list(f"{name}citation", "stance", cite)
    CASES[f"{name}citation_is_attributed_to_one_at_most"] = attribute_to_two
    CASES[f"published_{name}_has_a_citation"] = remove_the_citation


for _name, _make in MAKERS.items():
    a_record(_name, _make)
identifiers("eventtype", EventTypeIdentifier)
identifiers("place", PlaceIdentifier)
identifiers("event", EventIdentifier)
identifiers("relation", RelationIdentifier)
identifiers("statement", StatementIdentifier)
citations("event", EventCitation)
citations("relation", RelationCitation)
citations("statement", StatementCitation)


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


def _place_name(**fields: Any) -> PlaceName:
    return PlaceName.objects.create(record=make_place(), name="Other name", **fields)


outside_its_list("place", "kind", make_place)
outside_its_list("placename", "kind", _place_name)
interval("placename", _place_name)
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


for _field in ("status", "attendance", "visit_class"):
    outside_its_list("event", _field, make_event)
interval("event", make_event, start="when")
outside_its_list("event_place", "role", make_event_place)
outside_its_list("event_link", "kind", make_event_link)
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


outside_its_list("participation", "role", make_participation)
outside_its_list("participation", "presence", make_participation)
outside_its_list("participation_capacity", "evidence", _capacity)
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


for _field in ("dimension", "direction", "end_status"):
    outside_its_list("relation_period", _field, make_period)
interval("relation_period", make_period)
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


outside_its_list("statement", "kind", make_statement)
uncertain_date("statement", "date", make_statement)
outside_its_list("statement_capacity", "evidence", _spoken_in)
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
