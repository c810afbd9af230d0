"""Each named constraint of the people app, and a write that breaks it and no other. Run by tests/contract/test_constraints.py."""

from __future__ import annotations

from itertools import count
from typing import Any

from people.models import (
    OfficeAccreditation,
    OfficePeriod,
    Organization,
    OrganizationTopic,
    StateCode,
    StateSuccession,
    Tenure,
    TenureMilestone,
)
from tests.contract.constraint_rules import (
    Cases,
    interval,
    outside_its_list,
    plain_text,
    row,
    uncertain_date,
    year_2000,
)
from tests.factories.people import (
    make_office,
    make_organization,
    make_person,
    make_state,
    make_tenure,
)
from tests.factories.records import make_topic, publish_whole

CASES: Cases = {}

_number = count(1)


def _code(**fields: Any) -> StateCode:
    return StateCode.objects.create(
        **{"state": make_state(), "scheme": "cow", "value": str(next(_number)), **fields},
    )


def _succession(**fields: Any) -> StateSuccession:
    return StateSuccession.objects.create(
        **{"successor": make_state(), "predecessor": make_state(), "kind": "union", **fields},
    )


def _milestone(**fields: Any) -> TenureMilestone:
    return TenureMilestone.objects.create(
        **{"tenure": make_tenure(), "kind": "appointed", **fields}
    )


# States

CASES |= outside_its_list("state", "kind", make=make_state)
CASES |= interval("state", make_state)
CASES |= interval("state_code", _code)
CASES |= plain_text("statecode", "value", _code)
CASES |= outside_its_list("state_succession", "kind", make=_succession)
CASES |= uncertain_date("state_succession", "date", _succession)
CASES |= plain_text("statesuccession", "date_text", _succession)


def _two_states_of_one_code() -> None:
    """Georgia got the code in 1992, thirteen years after it was the Gilbert and Ellice Islands' (so far, so good)."""
    _code(scheme="iso3166-1-alpha-2", value="GE", end="1979")
    _code(scheme="iso3166-1-alpha-2", value="GE", start="1992")
    _code(scheme="iso3166-1-alpha-2", value="GE")


def _predecessor_twice() -> None:
    succession = _succession()
    _succession(
        successor=succession.successor, predecessor=succession.predecessor, kind="separation"
    )


def _successor_before_its_predecessor() -> None:
    first, second, third = make_state(), make_state(), make_state()
    _succession(predecessor=first, successor=second)
    _succession(predecessor=second, successor=third)
    _succession(predecessor=third, successor=first)


CASES["a_code_names_one_state_at_a_time"] = _two_states_of_one_code
CASES["state_code_has_a_scheme_and_a_value"] = lambda: _code(value=" ")
CASES["a_state_succeeds_another_once"] = _predecessor_twice
CASES["a_state_does_not_succeed_itself"] = _successor_before_its_predecessor


# Organizations

CASES |= outside_its_list("organization", "classification", make=make_organization)
CASES |= interval("organization", make_organization)


def _organization_within_its_own_part() -> None:
    ministry = make_organization()
    department = make_organization(parent=ministry)
    Organization.objects.filter(pk=ministry.pk).update(parent=department)


def _topic_twice() -> None:
    topic = make_topic()
    organization = make_organization(topics=(topic,))
    OrganizationTopic.objects.create(organization=organization, topic=topic)


CASES["organization_is_not_part_of_itself"] = _organization_within_its_own_part
CASES["organization_topic_is_named_once"] = _topic_twice
CASES["only_a_diplomatic_mission_has_a_receiving_state"] = lambda: row(make_organization()).update(
    receiving_state=make_state(),
)


# Persons

CASES |= outside_its_list("person", "living", make=make_person)
CASES |= uncertain_date("person", "birth", make_person)
CASES |= uncertain_date("person", "death", make_person, living="dead")
CASES["person_does_not_certainly_die_before_birth"] = lambda: row(
    make_person(birth="2001", living="dead")
).update(**year_2000("death"))
CASES["person_with_a_death_is_dead"] = lambda: row(make_person(living="dead", death="1999")).update(
    living="unknown"
)


# Offices

CASES |= outside_its_list("office", "classification", make=make_office)
CASES |= outside_its_list(
    "office", "mission_class", make=lambda: make_office(classification="head_of_mission")
)
CASES |= interval("office", make_office)


def _accredited_twice() -> None:
    state = make_state()
    OfficeAccreditation.objects.create(office=make_office(accredited_to=(state,)), state=state)


CASES["office_is_accredited_to_a_state_once"] = _accredited_twice
CASES["only_a_head_of_mission_has_a_mission_class"] = lambda: row(make_office()).update(
    mission_class="charge"
)
CASES["office_has_a_seat"] = lambda: row(make_office()).update(seats=0)


def _period(**fields: Any) -> OfficePeriod:
    return OfficePeriod.objects.create(**{"office": make_office(), "kind": "vacant", **fields})


def _published_uncited() -> None:
    office = make_office()
    publish_whole(office)
    _period(office=office)


CASES |= outside_its_list("office_period", "kind", "end_status", make=_period)
CASES |= interval("office_period", _period)
CASES |= plain_text("officeperiod", "note", _period)
CASES["ongoing_office_period_has_no_end"] = lambda: row(_period(end="2001")).update(
    end_status="ongoing"
)
CASES["published_office_period_is_cited"] = _published_uncited


# Tenures

CASES |= outside_its_list("tenure", "kind", "end_status", "end_reason", make=make_tenure)
CASES |= interval("tenure", make_tenure)
CASES |= outside_its_list("tenure_milestone", "kind", make=_milestone)
CASES |= uncertain_date("tenure_milestone", "date", _milestone)
CASES |= plain_text("tenuremilestone", "note", _milestone)


def _held_twice_at_once() -> None:
    """The second begins on the last day of the first (so far, so good), the third before."""
    person, office = make_person(), make_office()
    holdings = (
        {"slug": "first", "start": "2001-01-20", "end": "2005-01-20"},
        {"slug": "second", "start": "2005-01-20", "end_status": "ongoing"},
        {"slug": "third", "start": "2004", "end": "2006"},
    )
    for fields in holdings:
        Tenure(person=person, office=office, **fields).save()


CASES["ongoing_tenure_has_no_end"] = lambda: row(make_tenure(end="2001")).update(
    end_status="ongoing"
)
CASES["same_person_does_not_certainly_hold_an_office_twice"] = _held_twice_at_once
