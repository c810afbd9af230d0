"""One record of every kind, with a chosen number of each of its parts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from agreements.models import (
    Agreement,
    AgreementAction,
    AgreementCitation,
    AgreementDepositary,
    AgreementIdentifier,
    AgreementLink,
    AgreementName,
    AgreementParty,
    AgreementRepresentative,
    AgreementSubject,
    AgreementTopic,
    Currency,
    MonetaryValue,
)
from events.models import (
    Event,
    EventCitation,
    EventIdentifier,
    EventLink,
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
    RelationPeriod,
    RelationPeriodTopic,
    Statement,
    StatementAbout,
    StatementCapacity,
    StatementCitation,
    StatementIdentifier,
    StatementTopic,
)
from people.models import (
    Office,
    OfficeAccreditation,
    OfficeCitation,
    OfficeIdentifier,
    OfficeName,
    Organization,
    OrganizationCitation,
    OrganizationIdentifier,
    OrganizationName,
    OrganizationTopic,
    Person,
    PersonCitation,
    PersonIdentifier,
    PersonName,
    State,
    StateCitation,
    StateCode,
    StateIdentifier,
    StateName,
    StateSuccession,
    Tenure,
    TenureCitation,
    TenureIdentifier,
    TenureMilestone,
)
from records.models import Record, Source, SourceIdentifier, Topic, TopicIdentifier
from tests.factories.people import (
    make_office,
    make_organization,
    make_person,
    make_state,
    make_tenure,
)
from tests.factories.records import make_source, make_topic


def saved(record: Any) -> Any:
    """Check and save."""
    record.full_clean()
    record.save()
    return record


def add(model: Any, **fields: Any) -> Any:
    """Save a part."""
    return model.objects.create(**fields)


def make_event_type(code: str = "call", **fields: Any) -> EventType:
    """Return the event type with that code, made if it is not there."""
    found = EventType.objects.filter(code=code).first()
    return found or saved(EventType(code=code, label=code.capitalize(), **fields))


def make_event(title: str = "A call", **fields: Any) -> Event:
    """Return a saved event, cited."""
    event: Event = saved(Event(**{"title": title, "type": make_event_type(), **fields}))
    add(EventCitation, record=event, source=make_source())
    return event


def source(parts: int) -> Source:
    record = make_source(
        publisher="A newspaper", authors=["One, A.", "Two, B."], published="2025-05"
    )
    for number in range(parts):
        add(SourceIdentifier, record=record, scheme="isbn", value=f"{record.pk}-{number}")
    return record


def topic(parts: int) -> Topic:
    record = make_topic(broader=make_topic())
    for number in range(parts):
        add(TopicIdentifier, record=record, scheme="wikidata", value=f"{record.pk}-{number}")
    return record


def state(parts: int) -> State:
    record = make_state(start="1947-08-14")
    for number in range(parts):
        add(StateCode, state=record, scheme="gw", value=f"{record.slug}-{number}", start="1947")
        add(StateName, record=record, name=f"Name {number}", kind="official", start="1947")
        add(StateIdentifier, record=record, scheme="wikidata", value=f"{record.pk}-{number}")
        add(StateCitation, record=record, source=make_source(), attributed_to_person=make_person())
        add(StateSuccession, successor=record, predecessor=make_state(), kind="separation")
    return record


def organization(parts: int) -> Organization:
    record = make_organization(state=make_state(), parent=make_organization())
    record.citations.all().delete()
    for number in range(parts):
        add(OrganizationName, record=record, name=f"Name {number}")
        add(OrganizationIdentifier, record=record, scheme="wikidata", value=f"{record.pk}-{number}")
        add(OrganizationCitation, record=record, source=make_source())
        add(OrganizationTopic, organization=record, topic=make_topic())
    return record


def person(parts: int) -> Person:
    record = make_person(birth="1950?")
    record.citations.all().delete()
    for number in range(parts):
        add(PersonName, record=record, name=f"Rank {number}", kind="rank", start="2025-05")
        add(PersonIdentifier, record=record, scheme="wikidata", value=f"{record.pk}-{number}")
        add(
            PersonCitation,
            record=record,
            source=make_source(),
            attributed_to_organization=make_organization(),
        )
        make_tenure(record)
    return record


def office(parts: int) -> Office:
    record = make_office(state=make_state(), organization=make_organization(), seats=None)
    record.citations.all().delete()
    for number in range(parts):
        add(OfficeName, record=record, name=f"Title {number}")
        add(OfficeIdentifier, record=record, scheme="wikidata", value=f"{record.pk}-{number}")
        add(OfficeCitation, record=record, source=make_source())
        add(OfficeAccreditation, office=record, state=make_state())
        make_tenure(office=record)
    return record


def tenure(parts: int) -> Tenure:
    record = make_tenure(start="2025-01-21", end_status="ongoing")
    record.citations.all().delete()
    for number in range(parts):
        add(TenureIdentifier, record=record, scheme="pocom", value=f"{record.pk}-{number}")
        add(TenureCitation, record=record, source=make_source())
        add(TenureMilestone, tenure=record, kind="appointed", date=f"202{number}")
    return record


def event_type(parts: int) -> EventType:
    record = make_event_type(
        f"visit_{parts}", broader=make_event_type("contact"), cameo_code="042", goldstein="1.9"
    )
    for number in range(parts):
        add(EventTypeIdentifier, record=record, scheme="wikidata", value=f"{record.pk}-{number}")
    return record


def place(parts: int) -> Place:
    record: Place = saved(
        Place(
            name="A house",
            kind="venue",
            parent=saved(Place(name="A city", kind="city")),
            state=make_state(),
        )
    )
    for number in range(parts):
        add(PlaceName, record=record, name=f"Name {number}")
        add(PlaceIdentifier, record=record, scheme="geonames", value=f"{record.pk}-{number}")
    return record


def event(parts: int) -> Event:
    record = make_event(when="2025-09-13", parent=make_event("A visit"))
    record.citations.all().delete()
    for number in range(parts):
        held = make_tenure()
        taking_part = add(
            Participation,
            event=record,
            person=held.person,
            role="caller",
            on_behalf_of_state=make_state(),
        )
        add(ParticipationCapacity, participation=taking_part, tenure=held)
        add(
            ParticipationCapacity,
            participation=taking_part,
            tenure=make_tenure(held.person),
            evidence="inferred",
        )
        add(Participation, event=record, organization=make_organization(), role="observer")
        add(EventTopic, event=record, topic=make_topic())
        add(EventPlace, event=record, place=place(0), state=make_state())
        add(EventLink, event=record, kind="follow_up", linked_event=make_event())
        add(EventIdentifier, record=record, scheme="acled", value=f"{record.pk}-{number}")
        add(EventCitation, record=record, source=make_source(), field="when")
    return record


def statement(parts: int) -> Statement:
    held = make_tenure()
    record: Statement = saved(
        Statement(
            kind="quote",
            speaker_person=held.person,
            summary="That it was good.",
            event=make_event(),
        )
    )
    for number in range(parts):
        add(StatementCapacity, statement=record, tenure=make_tenure(held.person))
        add(StatementAbout, statement=record, state=make_state())
        add(StatementAbout, statement=record, event=make_event())
        add(AgreementSubject, statement=record, agreement=agreement(0))
        add(StatementTopic, statement=record, topic=make_topic())
        add(StatementIdentifier, record=record, scheme="url", value=f"{record.pk}-{number}")
        add(StatementCitation, record=record, source=make_source())
    return record


def relation(parts: int) -> Relation:
    record: Relation = saved(Relation(state_a=make_state(), state_b=make_state()))
    for number in range(parts):
        period = add(
            RelationPeriod,
            relation=record,
            dimension="tenor",
            value="warming",
            start="2025-05/..",
            start_event=make_event(),
            asserted_by_person=make_person(),
        )
        add(RelationPeriodTopic, period=period, topic=make_topic())
        add(RelationIdentifier, record=record, scheme="cow", value=f"{record.pk}-{number}")
        add(RelationCitation, record=record, source=make_source())
    return record


def agreement(parts: int) -> Agreement:
    record: Agreement = saved(Agreement(title="A package", form="package", place=place(0)))
    dollar, _made = Currency.objects.get_or_create(
        code="USD", defaults={"name": "US dollar", "minor_units": 2}
    )
    for number in range(parts):
        party = add(AgreementParty, agreement=record, state=make_state())
        add(AgreementRepresentative, party=party, person=make_person())
        add(AgreementParty, agreement=record, organization=make_organization(), role="investor")
        add(
            AgreementAction,
            agreement=record,
            kind="signature",
            party=party,
            date="2025-09-08",
            event=make_event(),
        )
        add(MonetaryValue, agreement=record, amount="500000000", currency=dollar, scope="package")
        add(AgreementTopic, agreement=record, topic=make_topic())
        add(AgreementDepositary, agreement=record, state=make_state())
        add(AgreementLink, agreement=record, kind="implements", linked_agreement=agreement(0))
        add(AgreementName, record=record, name=f"Name {number}")
        add(AgreementIdentifier, record=record, scheme="unts", value=f"{record.pk}-{number}")
        add(AgreementCitation, record=record, source=make_source())
    return record


MAKERS: dict[str, Callable[[int], Record]] = {
    maker.__name__: maker
    for maker in (
        source,
        topic,
        state,
        organization,
        person,
        office,
        tenure,
        event_type,
        place,
        event,
        statement,
        relation,
        agreement,
    )
}
