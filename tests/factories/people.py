"""Valid states, organizations, persons, offices and tenures."""

from __future__ import annotations

from itertools import count
from typing import Any, TypeVar

from people.models import (
    Office,
    OfficeAccreditation,
    OfficeCitation,
    Organization,
    OrganizationCitation,
    OrganizationTopic,
    Person,
    PersonCitation,
    State,
    StateCode,
    Tenure,
    TenureCitation,
)
from records.models import Part, Source, Topic
from tests.factories.records import saved, some_source

P = TypeVar("P", bound=Part)

_number = count(1)


def make_state(name: str = "", *, alpha_2: str = "", **fields: Any) -> State:
    """Return a saved sovereign state, with that ISO 3166-1 alpha-2 code if one is given."""
    state = saved(
        State(**{"name": name or f"State {next(_number)}", "kind": "sovereign_state", **fields})
    )
    if alpha_2:
        StateCode.objects.create(state=state, scheme="iso3166-1-alpha-2", value=alpha_2)
    return state


def make_organization(
    name: str = "",
    *,
    topics: tuple[Topic, ...] = (),
    source: Source | None = None,
    **fields: Any,
) -> Organization:
    """Return a saved ministry, cited to `source` or to some source."""
    name = name or f"Ministry {next(_number)}"
    organization = saved(Organization(**{"name": name, "classification": "ministry", **fields}))
    OrganizationTopic.objects.bulk_create(
        OrganizationTopic(organization=organization, topic=topic) for topic in topics
    )
    OrganizationCitation.objects.create(record=organization, source=source or some_source())
    return organization


def make_person(name: str = "", *, source: Source | None = None, **fields: Any) -> Person:
    """Return a saved person, cited to `source` or to some source."""
    person = saved(Person(**{"name": name or f"Person {next(_number)}", **fields}))
    PersonCitation.objects.create(record=person, source=source or some_source())
    return person


def make_office(
    title: str = "",
    *,
    accredited_to: tuple[State, ...] = (),
    source: Source | None = None,
    **fields: Any,
) -> Office:
    """Return a saved minister's office, cited to `source` or to some source."""
    title = title or f"Minister {next(_number)}"
    office = saved(Office(**{"title": title, "classification": "minister", **fields}))
    OfficeAccreditation.objects.bulk_create(
        OfficeAccreditation(office=office, state=state) for state in accredited_to
    )
    OfficeCitation.objects.create(record=office, source=source or some_source())
    return office


def make_tenure(
    person: Person | None = None,
    office: Office | None = None,
    *,
    source: Source | None = None,
    **fields: Any,
) -> Tenure:
    """Return a saved tenure without dates, cited to `source` or to some source; person and office are made if not given."""
    tenure = saved(Tenure(person=person or make_person(), office=office or make_office(), **fields))
    TenureCitation.objects.create(record=tenure, source=source or some_source())
    return tenure


def make_part(model: type[P], **fields: Any) -> P:
    """Return a saved part of a record: a code, a name, a milestone ..."""
    return model._default_manager.create(**fields)
