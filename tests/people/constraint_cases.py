"""Each named constraint of the people app, and a write that breaks it and no other. Run by tests/contract/test_constraints.py."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import count
from typing import TYPE_CHECKING, Any

from django.db import connection, models
from django.utils import timezone

from people.models import (
    OfficeAccreditation,
    OfficeCitation,
    OfficeIdentifier,
    OfficeName,
    Organization,
    OrganizationCitation,
    OrganizationIdentifier,
    OrganizationName,
    OrganizationTopic,
    PersonCitation,
    PersonIdentifier,
    PersonName,
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
from records.registry import kind_of
from tests.factories.people import (
    make_office,
    make_organization,
    make_person,
    make_state,
    make_tenure,
)
from tests.factories.records import make_source, make_topic, publish_whole

if TYPE_CHECKING:
    from collections.abc import Callable

    from records.models import Record

CASES: dict[str, Callable[[], object]] = {}

_number = count(1)


def _row(row: models.Model) -> Any:
    """Return a queryset of just this row: its `update` passes the model by."""
    return type(row)._default_manager.filter(pk=row.pk)


def _is_not_in_its_list(prefix: str, field: str, make: Callable[[], models.Model]) -> None:
    CASES[f"{prefix}_{field}_is_in_its_list"] = lambda: _row(make()).update(**{field: "nonsense"})


def _uncertain_date(
    prefix: str, field: str, make: Callable[..., models.Model], **others: Any
) -> None:
    def turn_round() -> None:
        first, last = f"{field}_earliest", f"{field}_latest"
        _row(make(**{field: "2001"}, **others)).update(
            **{first: date(2001, 12, 31), last: date(2001, 1, 1)}
        )

    def leave_the_calendar() -> None:
        row = make(**{field: "2001"}, **others)
        with connection.cursor() as cursor:
            cursor.execute(
                f'UPDATE "{row._meta.db_table}" SET {field}_latest = %s WHERE id = %s',  # noqa: S608 - names of ours
                ["infinity", row.pk],
            )

    def keep_bounds_without_edtf() -> None:
        _row(make(**{field: "2001"}, **others)).update(**{f"{field}_edtf": ""})

    CASES[f"{prefix}_{field}_earliest_is_not_after_latest"] = turn_round
    CASES[f"{prefix}_{field}_stays_within_years_1_to_9999"] = leave_the_calendar
    CASES[f"{prefix}_{field}_bounds_come_from_edtf"] = keep_bounds_without_edtf


def _interval(prefix: str, make: Callable[..., models.Model]) -> None:
    def end_before_the_start() -> None:
        _row(make(start="2001")).update(
            end_edtf="2000",
            end_precision="year",
            end_earliest=date(2000, 1, 1),
            end_latest=date(2000, 12, 31),
        )

    _uncertain_date(prefix, "start", make)
    _uncertain_date(prefix, "end", make)
    CASES[f"{prefix}_does_not_certainly_end_before_it_starts"] = end_before_the_start


def _record(name: str, make: Callable[[], Record]) -> None:
    def rename_after_publication() -> None:
        record = _published(make())
        _row(record).update(slug="other")

    CASES[f"once_published_{name}_keeps_id_and_slug"] = rename_after_publication
    CASES[f"merged_{name}_names_its_survivor"] = lambda: _row(make()).update(
        editorial_state="merged"
    )
    CASES[f"published_{name}_has_a_time"] = lambda: _row(make()).update(editorial_state="published")


def _editions(name: str, make: Callable[[], Record]) -> None:
    def copy(**changes: Any) -> None:
        record = _published(make())
        edition = kind_of(record).editions._default_manager.get(record_id=record.pk)
        edition.pk = None
        edition.position += 1_000_000
        for field, value in changes.items():
            setattr(edition, field, value)
        edition.save(force_insert=True)

    def change() -> None:
        record = _published(make())
        kind_of(record).editions._default_manager.filter(record_id=record.pk).update(label="Other")

    CASES[f"{name}edition_newest_is_only_one"] = lambda: copy(revision=2)
    CASES[f"{name}edition_revision_is_unique"] = lambda: copy(
        superseded_at=timezone.now() + timedelta(days=1)
    )
    CASES[f"{name}edition_is_never_changed"] = change


def _citations(name: str, model: type[models.Model], make: Callable[[], Record]) -> None:
    def cite(**fields: Any) -> models.Model:
        return model._default_manager.create(record=make(), source=make_source(), **fields)

    def attribute_to_two() -> None:
        cite(attributed_to_person=make_person(), attributed_to_organization=make_organization())

    def remove_the_citation() -> None:
        record = _published(make())
        model._default_manager.filter(record=record).delete()

    _is_not_in_its_list(f"{name}citation", "evidence", cite)
    _is_not_in_its_list(f"{name}citation", "stance", cite)
    CASES[f"{name}citation_is_attributed_to_one_at_most"] = attribute_to_two
    if name != "state":
        CASES[f"published_{name}_has_a_citation"] = remove_the_citation


def _names(name: str, model: type[models.Model], make: Callable[[], Record]) -> None:
    def call(**fields: Any) -> models.Model:
        return model._default_manager.create(record=make(), name="Other name", **fields)

    _is_not_in_its_list(f"{name}name", "kind", call)
    _interval(f"{name}name", call)


def _identifiers(name: str, model: type[models.Model], make: Callable[[], Record]) -> None:
    def give_to_two() -> None:
        for _each in range(2):
            model._default_manager.create(record=make(), scheme="wikidata", value="Q1")

    CASES[f"{name}identifier_names_one_record"] = give_to_two


def _published(record: Record) -> Record:
    """Publish a record together with all that it names."""
    named = [record.person, record.office] if isinstance(record, Tenure) else []
    publish_whole(*named, record)
    return record


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


_MAKERS: dict[str, Callable[..., Record]] = {
    "state": make_state,
    "organization": make_organization,
    "person": make_person,
    "office": make_office,
    "tenure": make_tenure,
}
for _name, _make in _MAKERS.items():
    _record(_name, _make)
    _editions(_name, _make)
_citations("state", StateCitation, make_state)
_citations("organization", OrganizationCitation, make_organization)
_citations("person", PersonCitation, make_person)
_citations("office", OfficeCitation, make_office)
_citations("tenure", TenureCitation, make_tenure)
_names("state", StateName, make_state)
_names("organization", OrganizationName, make_organization)
_names("person", PersonName, make_person)
_names("office", OfficeName, make_office)
_identifiers("state", StateIdentifier, make_state)
_identifiers("organization", OrganizationIdentifier, make_organization)
_identifiers("person", PersonIdentifier, make_person)
_identifiers("office", OfficeIdentifier, make_office)
_identifiers("tenure", TenureIdentifier, make_tenure)


# States

_is_not_in_its_list("state", "kind", make_state)
_interval("state", make_state)
_interval("state_code", _code)
_is_not_in_its_list("state_succession", "kind", _succession)
_uncertain_date("state_succession", "date", _succession)


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

_is_not_in_its_list("organization", "classification", make_organization)
_interval("organization", make_organization)


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
CASES["only_a_diplomatic_mission_has_a_receiving_state"] = lambda: _row(make_organization()).update(
    receiving_state=make_state(),
)


# Persons

_is_not_in_its_list("person", "living", make_person)
_uncertain_date("person", "birth", make_person)
_uncertain_date("person", "death", make_person, living="dead")
CASES["person_does_not_certainly_die_before_birth"] = lambda: _row(
    make_person(birth="1901", living="dead")
).update(
    death_edtf="1900",
    death_precision="year",
    death_earliest=date(1900, 1, 1),
    death_latest=date(1900, 12, 31),
)
CASES["person_with_a_death_is_dead"] = lambda: _row(
    make_person(living="dead", death="1999")
).update(living="unknown")


# Offices

_is_not_in_its_list("office", "classification", make_office)
_is_not_in_its_list(
    "office", "mission_class", lambda: make_office(classification="head_of_mission")
)
_interval("office", make_office)


def _accredited_twice() -> None:
    state = make_state()
    OfficeAccreditation.objects.create(office=make_office(accredited_to=(state,)), state=state)


CASES["office_is_accredited_to_a_state_once"] = _accredited_twice
CASES["only_a_head_of_mission_has_a_mission_class"] = lambda: _row(make_office()).update(
    mission_class="charge"
)
CASES["office_has_a_seat"] = lambda: _row(make_office()).update(seats=0)


# Tenures

_is_not_in_its_list("tenure", "kind", make_tenure)
_is_not_in_its_list("tenure", "end_status", make_tenure)
_is_not_in_its_list("tenure", "end_reason", make_tenure)
_interval("tenure", make_tenure)
_is_not_in_its_list("tenure_milestone", "kind", _milestone)
_uncertain_date("tenure_milestone", "date", _milestone)


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


CASES["ongoing_tenure_has_no_end"] = lambda: _row(make_tenure(end="2001")).update(
    end_status="ongoing"
)
CASES["same_person_does_not_certainly_hold_an_office_twice"] = _held_twice_at_once
