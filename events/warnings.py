"""What is odd about an event or a statement but possible."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING, Any

from django.db import connection
from django.db.models import Case, Exists, F, OuterRef, Q, When
from django.db.models.functions import Coalesce

from events.models import Event, Participation, ParticipationCapacity, StatementCapacity
from people.models import Organization, Person, State, Tenure
from people.models.holding import NEVER_HELD
from people.warnings import PERSON_NOT_ALIVE, not_alive
from records.bulk import among, as_array
from records.models import EditorialState, FoundWarning
from records.registry import Checks

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence
    from uuid import UUID

    from django.db.models import QuerySet

    from config.dates.values import UncertainDate

CAPACITY_NOT_ON_DAY = "capacity_not_on_day"
ON_BEHALF_OF_OTHER_STATE = "on_behalf_of_other_state"
STATE_NOT_ON_DAY = "state_not_on_day"
ORGANIZATION_NOT_ON_DAY = "organization_not_on_day"
LIKE_ANOTHER_EVENT = "like_another_event"

#: Events like it of which a save warns at most.
TWINS = 3
#: Days over which an event may be spread and still be compared with others: what is known by its decade alone is like many.
LONGEST = 400
#: A year, a month or a day. What else EDTF has is explained.
_PLAIN = re.compile(r"\d{4}(?:-(?:0[1-9]|1[0-2])(?:-\d\d)?)?", re.ASCII)


def _on(when: UncertainDate, end: UncertainDate | None = None) -> str:
    """Return a date, or the first and the last, as a sentence names them."""
    if end:
        return f"from {when} to {end}"
    first, _slash, last = when.edtf.partition("/")
    if first and last and ".." not in when.edtf:
        return f"from {first} to {last}"
    if not _PLAIN.fullmatch(when.edtf):
        return f"at a time given as {when} ({when.meaning()})"
    return f"on {when}" if when.edtf.count("-") == 2 else f"in {when}"


def _span(start: UncertainDate, end: UncertainDate) -> str:
    if start and end:
        return f"from {start} to {end}"
    return f"since {start}" if start else f"until {end}"


# Capacities


def _capacities_of_events(keys: Sequence[UUID]) -> Iterator[FoundWarning]:
    """Capacities in which nobody can have acted on any day on which the event may have been."""
    event = "participation__event"
    first, last = _days_of_event(event)
    rows: QuerySet[Any] = ParticipationCapacity.objects.filter(among(f"{event}", keys))
    for row in (
        _impossible(rows, first=first, last=last)
        .exclude(**{f"{event}__editorial_state": EditorialState.MERGED})
        .select_related(event)
        .order_by("participation__order", "pk")
    ):
        held = row.participation.event
        yield FoundWarning(
            held.pk,
            CAPACITY_NOT_ON_DAY,
            _not_held(row.tenure, f"the event was {_on(held.when, held.end)}"),
            f"participations.{row.participation_id}.capacities",
            row.tenure_id,
        )


def _days_of_event(event: str) -> tuple[str, Any]:
    """Return the first day on which an event may have been, and the last, by the path to it."""
    last = Case(
        When(**{f"{event}__end_edtf": ""}, then=F(f"{event}__when_latest")),
        default=F(f"{event}__end_latest"),
    )
    return f"{event}__when_earliest", last


def _capacities_of_statements(keys: Sequence[UUID]) -> Iterator[FoundWarning]:
    """Capacities in which nobody can have spoken on the day of the statement."""
    rows: QuerySet[Any] = StatementCapacity.objects.filter(among("statement", keys))
    for row in (
        _impossible(rows, first="statement__date_earliest", last=F("statement__date_latest"))
        .exclude(statement__editorial_state=EditorialState.MERGED)
        .select_related("statement")
        .order_by("pk")
    ):
        yield FoundWarning(
            row.statement_id,
            CAPACITY_NOT_ON_DAY,
            _not_held(row.tenure, f"the statement was made {_on(row.statement.date)}"),
            f"capacities.{row.pk}.tenure",
            row.tenure_id,
        )


def _impossible(rows: QuerySet[Any], *, first: str, last: Any) -> QuerySet[Any]:
    found: QuerySet[Any] = (
        rows.alias(last_day=last)
        .filter(
            Q(tenure__start_earliest__gt=F("last_day"))
            | Q(tenure__end_latest__lt=F(first))
            | Q(tenure__kind__in=NEVER_HELD)
        )
        .select_related("tenure__person", "tenure__office")
    )
    return found


def _not_held(tenure: Tenure, happened: str) -> str:
    if tenure.kind in NEVER_HELD:
        return (
            f"{tenure.person} never served as {tenure.office}, by the record of that tenure. "
            "Choose another capacity, or correct the tenure."
        )
    return (
        f"{tenure.person} was not {tenure.office} then: the tenure was {_span(tenure.start, tenure.end)}, {happened}. "
        "Choose another capacity, or correct the dates."
    )


# On whose behalf


def _on_behalf_of_others(keys: Sequence[UUID]) -> Iterator[FoundWarning]:
    """Participants who act for another state than that of each of their capacities."""
    rows: QuerySet[Any] = (
        ParticipationCapacity.objects.filter(
            among("participation__event", keys), participation__on_behalf_of_state__isnull=False
        )
        .annotate(of_state=Coalesce("tenure__office__state", "tenure__office__organization__state"))
        .exclude(participation__event__editorial_state=EditorialState.MERGED)
        .filter(of_state__isnull=False)
        .select_related(
            "participation__on_behalf_of_state",
            "tenure__person",
            "tenure__office__state",
            "tenure__office__organization__state",
        )
        .order_by("participation__order", "pk")
    )
    by_participation: defaultdict[int, list[Any]] = defaultdict(list)
    for row in rows:
        by_participation[row.participation_id].append(row)
    for capacities in by_participation.values():
        participation = capacities[0].participation
        state = participation.on_behalf_of_state
        if any(row.of_state == state.pk for row in capacities):
            continue
        of_others = ", ".join(
            f"{row.tenure.office} ({_state_of(row.tenure)})" for row in capacities
        )
        yield FoundWarning(
            participation.event_id,
            ON_BEHALF_OF_OTHER_STATE,
            f"{capacities[0].tenure.person} acts on behalf of {state}, in a capacity of another state: {of_others}. "
            "Choose the state of the capacity, or another capacity.",
            f"participations.{participation.pk}.on_behalf_of_state",
            state.pk,
        )


def _on_behalf_of_unknown(keys: Sequence[UUID]) -> Iterator[FoundWarning]:
    """Participants in no capacity of a state who act for one for which they are never known to act, and are for others."""
    others = Participation.objects.filter(
        person=OuterRef("person"), on_behalf_of_state__isnull=False
    ).exclude(event=OuterRef("event"))
    offices = (
        Tenure.objects.filter(person=OuterRef("person"))
        .exclude(editorial_state=EditorialState.MERGED)
        .alias(of_state=Coalesce("office__state", "office__organization__state"))
        .filter(of_state__isnull=False)
    )
    capacities = ParticipationCapacity.objects.filter(participation=OuterRef("pk")).alias(
        of_state=Coalesce("tenure__office__state", "tenure__office__organization__state")
    )
    same = OuterRef("on_behalf_of_state")
    rows: list[Any] = list(
        Participation.objects.filter(
            among("event", keys), person__isnull=False, on_behalf_of_state__isnull=False
        )
        .exclude(event__editorial_state=EditorialState.MERGED)
        .filter(
            ~Exists(capacities.filter(of_state__isnull=False)),
            ~Exists(others.filter(on_behalf_of_state=same)),
            ~Exists(offices.filter(of_state=same)),
            Exists(others) | Exists(offices),
        )
        .select_related("person", "on_behalf_of_state")
        .order_by("order", "pk")
    )
    if not rows:
        return
    known = _states_of_persons({row.person_id for row in rows})
    for row in rows:
        states = ", ".join(sorted(known[row.person_id] - {row.on_behalf_of_state.name}))
        yield FoundWarning(
            row.event_id,
            ON_BEHALF_OF_OTHER_STATE,
            f"{row.person} acts on behalf of {row.on_behalf_of_state} here, and everywhere else of {states}. "
            "Choose the state that was meant, or add the capacity in which the person acted.",
            f"participations.{row.pk}.on_behalf_of_state",
            row.on_behalf_of_state_id,
        )


def _states_of_persons(persons: Collection[UUID]) -> dict[UUID, set[str]]:
    """Return the names of the states for which persons are known to act, or to hold office."""
    acted = Participation.objects.filter(among("person", persons), on_behalf_of_state__isnull=False)
    held = Tenure.objects.filter(among("person", persons)).exclude(
        editorial_state=EditorialState.MERGED
    )
    of_state = Coalesce("office__state__name", "office__organization__state__name")
    found: defaultdict[UUID, set[str]] = defaultdict(set)
    for key, name in acted.order_by().values_list("person", "on_behalf_of_state__name").distinct():
        found[key].add(name)
    for key, name in held.order_by().values_list("person", of_state).distinct():
        if name:
            found[key].add(name)
    return found


def _state_of(tenure: Tenure) -> State | None:
    office = tenure.office
    return office.state or (office.organization.state if office.organization else None)


# States, organizations and persons

#: What an event names that has a first and a last day: kind, table, member in the form, column, and which rows of the table.
_NAMED = (
    ("state", "participation", "participations", "state_id", "TRUE"),
    ("state", "participation", "participations", "on_behalf_of_state_id", "TRUE"),
    ("state", "eventplace", "event_places", "state_id", "TRUE"),
    ("organization", "participation", "participations", "organization_id", "TRUE"),
    ("organization", "participation", "participations", "on_behalf_of_organization_id", "TRUE"),
    # Who is honoured, or did not come, need not be alive.
    (
        "person", "participation", "participations", "person_id",
        "role <> 'honoree' AND presence NOT IN ('absent', 'represented')",
    ),
)  # fmt: skip
_OUT_OF_TIME = """
    SELECT e.id, named.place, named.kind, named.record FROM ({}) named JOIN events_event e ON e.id = named.event_id
    LEFT JOIN people_state s ON named.kind = 'state' AND s.id = named.record
    LEFT JOIN people_organization o ON named.kind = 'organization' AND o.id = named.record
    LEFT JOIN people_person p ON named.kind = 'person' AND p.id = named.record
    WHERE e.editorial_state <> 'merged'
    AND (coalesce(s.start_earliest, o.start_earliest, p.birth_earliest)
         > CASE WHEN e.end_edtf = '' THEN e.when_latest ELSE e.end_latest END
         OR coalesce(s.end_latest, o.end_latest, p.death_latest) < e.when_earliest)
    ORDER BY e.id, named.place
"""
_CODES = {
    "state": STATE_NOT_ON_DAY,
    "organization": ORGANIZATION_NOT_ON_DAY,
    "person": PERSON_NOT_ALIVE,
}


def _named_out_of_time(keys: Sequence[UUID]) -> Iterator[FoundWarning]:
    """States and organizations that did not exist, and persons who did not live, on any day on which the event may have been."""
    found = _out_of_time(events=keys)
    if not found:
        return
    events = Event.objects.in_bulk({event for event, _place, _kind, _record in found})
    there: dict[UUID, Any] = {}
    for model in (State, Organization, Person):
        if wanted := {key for *_rest, kind, key in found if kind == model.object_kind}:
            there |= model._default_manager.in_bulk(wanted)
    for event_key, place, kind, key in found:
        event, record = events[event_key], there[key]
        happened = f"the event was {_on(event.when, event.end)}"
        if isinstance(record, Person):
            detail = (
                f"{not_alive(record, event.when.earliest)}, {happened}. "
                "Choose the person who was meant, or correct the dates."
            )
        else:
            detail = (
                f"{record} did not exist then: it existed {_span(record.start, record.end)}, {happened}. "
                f"Choose the {kind} of that time, or correct the date."
            )
        yield FoundWarning(event_key, _CODES[kind], detail, place, key)


def _out_of_time(
    *, events: Collection[UUID] = (), records: Collection[UUID] = ()
) -> list[tuple[UUID, str, str, UUID]]:
    """Return event, place, kind and record of what was not there on the day: of some events, or of what names some records."""
    each = " UNION ALL ".join(
        f"SELECT event_id, '{member}.' || id || '.{column.removesuffix('_id')}' AS place, '{kind}' AS kind, {column} AS record"  # noqa: S608 - our own names
        f" FROM events_{table} WHERE {'event_id' if events else column} = ANY(%s::uuid[]) AND {which}"
        for kind, table, member, column, which in _NAMED
    )
    with connection.cursor() as cursor:
        cursor.execute(_OUT_OF_TIME.format(each), [as_array(events or records)] * len(_NAMED))
        return list(cursor.fetchall())


# Events like others

#: The days on which an event may have been. As in the index `event_by_type_and_days`.
_DAYS = "daterange(LEAST({0}.when_earliest, {0}.when_latest), GREATEST({0}.end_latest, {0}.when_latest), '[]')"
#: Who took part in an event: the keys of the records, or the words where there is none, in order.
_WHO = (
    "(SELECT array_agg(DISTINCT coalesce(p.person_id::text, p.organization_id::text, p.state_id::text,"
    " chancery_folded(p.name_as_given)) ORDER BY coalesce(p.person_id::text, p.organization_id::text, p.state_id::text,"
    " chancery_folded(p.name_as_given))) FROM events_participation p WHERE p.event_id = {0})"
)
# Event by event, off the index: the planner would rather compare the participants of all events.
_TWINS = f"""
    WITH mine AS MATERIALIZED (
        SELECT e.id, e.type_id, e.parent_id, {_DAYS.format("e")} AS days, {_WHO.format("e.id")} AS who
        FROM events_event e
        WHERE e.id = ANY(%s::uuid[]) AND e.editorial_state NOT IN ('merged', 'withdrawn')
        AND e.when_earliest IS NOT NULL AND e.when_latest IS NOT NULL
        AND GREATEST(e.end_latest, e.when_latest) - e.when_earliest <= {LONGEST}
    ), candidate AS MATERIALIZED (
        SELECT mine.id, mine.who, o.id AS twin, o.when_earliest
        FROM mine CROSS JOIN LATERAL (
            SELECT o.id, o.when_earliest FROM events_event o
            WHERE o.type_id = mine.type_id AND {_DAYS.format("o")} && mine.days
            AND o.when_earliest IS NOT NULL AND o.when_latest IS NOT NULL
            AND o.id <> mine.id AND o.editorial_state NOT IN ('merged', 'withdrawn')
            AND GREATEST(o.end_latest, o.when_latest) - o.when_earliest <= {LONGEST}
            AND o.parent_id IS DISTINCT FROM mine.id AND mine.parent_id IS DISTINCT FROM o.id
            OFFSET 0
        ) o
        WHERE mine.who IS NOT NULL
    )
    SELECT c.id, c.twin FROM candidate c
    WHERE {_WHO.format("c.twin")} = c.who
    AND NOT EXISTS (SELECT FROM events_eventlink l WHERE l.event_id = c.id AND l.linked_event_id = c.twin)
    AND NOT EXISTS (SELECT FROM events_eventlink l WHERE l.event_id = c.twin AND l.linked_event_id = c.id)
    AND NOT EXISTS (
        SELECT FROM records_possibleduplicate d WHERE d.verdict = 'different'
        AND d.record_id = LEAST(c.id, c.twin) AND d.other_id = GREATEST(c.id, c.twin)
    )
    ORDER BY c.id, c.when_earliest, c.twin
"""  # noqa: S608 - our own constants


def _like_others(keys: Sequence[UUID]) -> Iterator[FoundWarning]:
    """Events of the same type, with the same participants, that may have been on the same day.

    A pair that a curator linked, or marked as different, is none; nor is an event and a part of it.
    """
    with connection.cursor() as cursor:
        cursor.execute(_TWINS, [as_array(keys)])
        pairs = cursor.fetchall()
    if not pairs:
        return
    twins: defaultdict[UUID, list[UUID]] = defaultdict(list)
    for event, twin in pairs:
        twins[event].append(twin)
    shown = {twin for those in twins.values() for twin in those[:TWINS]}
    events = Event.objects.select_related("type").in_bulk(shown)
    for event, those in twins.items():
        for twin in (events[key] for key in those[:TWINS]):
            yield FoundWarning(
                event,
                LIKE_ANOTHER_EVENT,
                f"“{twin}” ({twin.when}) is like this event: of the same type, with the same participants, and "
                "perhaps on the same day. If they are one event, keep one; else link the two, or save again.",
                other=twin.pk,
            )


def _of_events(keys: Sequence[UUID]) -> Iterator[FoundWarning]:
    yield from _capacities_of_events(keys)
    yield from _on_behalf_of_others(keys)
    yield from _on_behalf_of_unknown(keys)
    yield from _named_out_of_time(keys)
    yield from _like_others(keys)


def _events_turned_odd(written: Mapping[str, Collection[UUID]]) -> set[UUID]:
    """Return the events against which what is written of other records speaks."""
    found: set[UUID] = set()
    if tenures := written.get(Tenure.object_kind):
        rows: QuerySet[Any] = ParticipationCapacity.objects.filter(among("tenure", tenures))
        event = "participation__event"
        first, last = _days_of_event(event)
        found.update(_impossible(rows, first=first, last=last).values_list(event, flat=True))
    named = {key for kind in _CODES for key in written.get(kind, ())}
    if named:
        found.update(event for event, *_rest in _out_of_time(records=named))
    return found


def _statements_turned_odd(written: Mapping[str, Collection[UUID]]) -> set[UUID]:
    tenures = written.get(Tenure.object_kind)
    if not tenures:
        return set()
    rows: QuerySet[Any] = StatementCapacity.objects.filter(among("tenure", tenures))
    odd = _impossible(rows, first="statement__date_earliest", last=F("statement__date_latest"))
    return set(odd.values_list("statement", flat=True))


_LABELS = {CAPACITY_NOT_ON_DAY: "Capacity not held on that day"}
EVENT_CHECKS = Checks(
    {
        **_LABELS,
        ON_BEHALF_OF_OTHER_STATE: "On behalf of another state",
        STATE_NOT_ON_DAY: "State did not exist on that day",
        ORGANIZATION_NOT_ON_DAY: "Organization did not exist on that day",
        PERSON_NOT_ALIVE: "Person not alive on that day",
        LIKE_ANOTHER_EVENT: "Like another event",
    },
    _of_events,
    _events_turned_odd,
)
STATEMENT_CHECKS = Checks(_LABELS, _capacities_of_statements, _statements_turned_odd)
