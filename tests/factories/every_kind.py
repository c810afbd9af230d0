"""The one table of the kinds of record in the tests. A kind that is registered without a row here fails tests/contract/test_kinds.py."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import connection

from agreements.models import Agreement
from events.models import Event, EventType, Place, Relation, Statement
from people.models import (
    Office,
    OfficePeriod,
    Organization,
    Person,
    PersonName,
    State,
    StateCode,
    Tenure,
    TenureMilestone,
)
from records.models import Source, Topic
from records.registry import all_kinds
from tests.factories.agreements import (
    make_action,
    make_agreement,
    make_link,
    make_party,
    make_value,
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
from tests.factories.people import (
    make_office,
    make_organization,
    make_part,
    make_person,
    make_state,
    make_tenure,
)
from tests.factories.records import make_source, make_topic


@dataclass(frozen=True)
class Maker:
    """How the tests make records of one kind."""

    make: Callable[..., Any]  #: a valid draft, without parts other than a citation
    with_parts: Callable[[int], Any]  #: a draft with so many of each of its parts
    text: str | None  #: the field that holds its name or title
    #: Queries of its list, its form and its history at the desk: three of each are the account and its rights.
    desk_queries: tuple[int, int, int]


def _add_parts(record: Any, parts: int, scheme: str, **citation: Any) -> range:
    """Give a record so many names, identifiers and citations, as far as its kind has them."""
    if hasattr(record, "citations"):
        record.citations.all().delete()
    for number in range(parts):
        record.identifiers.create(scheme=scheme, value=f"{record.pk}-{number}")
        if hasattr(record, "names"):
            record.names.create(name=f"Name {number}")
        if hasattr(record, "citations"):
            record.citations.create(source=make_source(), **citation)
    return range(parts)


def _source(parts: int) -> Source:
    source = make_source(
        publisher="A newspaper", authors=["One, A.", "Two, B."], published="2025-05"
    )
    _add_parts(source, parts, "isbn")
    return source


def _topic(parts: int) -> Topic:
    topic = make_topic(broader=make_topic())
    _add_parts(topic, parts, "wikidata")
    return topic


def _state(parts: int) -> State:
    state = make_state(start="1947-08-14")
    for number in _add_parts(state, parts, "wikidata", attributed_to_person=make_person()):
        make_part(StateCode, state=state, scheme="gw", value=f"{state.slug}-{number}", start="1947")
        state.predecessors.create(predecessor=make_state(), kind="separation")
    state.names.update(kind="official")
    return state


def _organization(parts: int) -> Organization:
    organization = make_organization(state=make_state(), parent=make_organization())
    for _number in _add_parts(organization, parts, "wikidata"):
        organization.organization_topics.create(topic=make_topic())
    return organization


def _person(parts: int) -> Person:
    person = make_person(birth="1950?")
    attributed = {"attributed_to_organization": make_organization()}
    for _number in _add_parts(person, parts, "wikidata", **attributed):
        make_part(PersonName, record=person, name="Field Marshal", kind="rank", start="2025-05")
        make_tenure(person)
    return person


def _office(parts: int) -> Office:
    office = make_office(state=make_state(), organization=make_organization(), seats=None)
    for _number in _add_parts(office, parts, "wikidata", field="periods"):
        office.accreditations.create(state=make_state())
        make_tenure(office=office)
        make_part(OfficePeriod, office=office, kind="vacant", start="2020", end="2021")
    return office


def _tenure(parts: int) -> Tenure:
    tenure = make_tenure(start="2025-01-21", end_status="ongoing")
    for number in _add_parts(tenure, parts, "pocom"):
        make_part(TenureMilestone, tenure=tenure, kind="appointed", date=f"202{number}")
    return tenure


def _event_type(parts: int) -> EventType:
    event_type = make_event_type(broader=make_event_type(), cameo_code="042", goldstein="1.9")
    _add_parts(event_type, parts, "wikidata")
    return event_type


def _place(parts: int) -> Place:
    place = make_place("A house", kind="venue", parent=make_place("A city"), state=make_state())
    _add_parts(place, parts, "geonames")
    return place


def _event(parts: int) -> Event:
    event = make_event("A call", when="2025-09-13", parent=make_event("A visit"))
    for _number in _add_parts(event, parts, "acled", field="when"):
        held = make_tenure()
        speaking = make_participation(
            event, held.person, role="caller", tenures=(held,), on_behalf_of_state=make_state()
        )
        speaking.participation_capacities.create(
            tenure=make_tenure(held.person), evidence="inferred"
        )
        make_participation(event, make_organization(), role="observer")
        event.event_topics.create(topic=make_topic())
        make_event_place(event, _place(0), state=make_state())
        make_event_link(event)
    return event


def _statement(parts: int) -> Statement:
    person = make_person()
    statement = make_statement(
        "That it was good.", kind="quote", speaker_person=person, event=make_event()
    )
    for _number in _add_parts(statement, parts, "url"):
        statement.statement_capacities.create(tenure=make_tenure(person))
        statement.subjects.create(state=make_state())
        statement.subjects.create(event=make_event())
        statement.agreement_subjects.create(agreement=make_agreement())
        statement.statement_topics.create(topic=make_topic())
    return statement


def _relation(parts: int) -> Relation:
    relation = make_relation()
    for _number in _add_parts(relation, parts, "cow"):
        make_period(
            relation,
            topics=(make_topic(),),
            start="2025-05/..",
            start_event=make_event(),
            asserted_by_person=make_person(),
        )
    return relation


def _agreement(parts: int) -> Agreement:
    agreement = make_agreement("A package", form="package", place=_place(0))
    for _number in _add_parts(agreement, parts, "unts"):
        party = make_party(agreement, represented_by=(make_person(),))
        make_party(agreement, make_organization(), role="investor")
        make_action(agreement, date="2025-09-08", party=party, event=make_event())
        make_value(agreement, 500_000_000, scope="package")
        agreement.agreement_topics.create(topic=make_topic())
        agreement.depositaries.create(state=make_state())
        make_link(agreement, kind="implements")
    return agreement


EVERY_KIND: dict[str, Maker] = {
    "source": Maker(make_source, _source, "title", (9, 6, 10)),
    "topic": Maker(make_topic, _topic, "label", (9, 6, 10)),
    "state": Maker(make_state, _state, "name", (9, 12, 16)),
    "organization": Maker(make_organization, _organization, "name", (9, 10, 16)),
    "person": Maker(make_person, _person, "name", (10, 9, 14)),
    "office": Maker(make_office, _office, "title", (9, 12, 17)),
    "tenure": Maker(make_tenure, _tenure, None, (9, 9, 15)),
    "event_type": Maker(make_event_type, _event_type, "label", (9, 6, 10)),
    "place": Maker(make_place, _place, "name", (9, 8, 12)),
    "event": Maker(make_event, _event, "title", (11, 14, 24)),
    "statement": Maker(make_statement, _statement, "summary", (9, 13, 22)),
    "relation": Maker(make_relation, _relation, None, (9, 11, 18)),
    "agreement": Maker(make_agreement, _agreement, "title", (11, 17, 28)),
}


def empty_all_kinds() -> None:
    """Remove every record, and with them their parts and editions."""
    tables = ", ".join(f'"{kind.model._meta.db_table}"' for kind in all_kinds())
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(f"TRUNCATE {tables} CASCADE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
