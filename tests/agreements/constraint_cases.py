"""Each named constraint of the agreements app, and a write that breaks it and no other. Run by tests/contract/test_constraints.py."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from django.db import connection, models
from django.utils import timezone

from agreements.models import (
    Agreement,
    AgreementAction,
    AgreementCitation,
    AgreementDepositary,
    AgreementEdition,
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
from events.models import Statement
from tests.factories.agreements import (
    make_action,
    make_agreement,
    make_currency,
    make_link,
    make_party,
    make_value,
)
from tests.factories.people import make_organization, make_person, make_state
from tests.factories.records import make_source, make_topic, publish_whole

if TYPE_CHECKING:
    from collections.abc import Callable

CASES: dict[str, Callable[[], object]] = {}


def _row(row: models.Model) -> Any:
    """Return a queryset of just this row: its `update` passes the model by."""
    return type(row)._default_manager.filter(pk=row.pk)


def _is_not_in_its_list(prefix: str, field: str, make: Callable[[], models.Model]) -> None:
    CASES[f"{prefix}_{field}_is_in_its_list"] = lambda: _row(make()).update(**{field: "nonsense"})


def _uncertain_date(prefix: str, field: str, make: Callable[..., models.Model]) -> None:
    def turn_round() -> None:
        first, last = f"{field}_earliest", f"{field}_latest"
        _row(make(**{field: "2001"})).update(**{first: date(2001, 12, 31), last: date(2001, 1, 1)})

    def leave_the_calendar() -> None:
        row = make(**{field: "2001"})
        key = row._meta.pk.column
        with connection.cursor() as cursor:
            cursor.execute(
                f'UPDATE "{row._meta.db_table}" SET {field}_latest = %s WHERE {key} = %s',  # noqa: S608 - names of ours
                ["infinity", row.pk],
            )

    def keep_bounds_without_edtf() -> None:
        _row(make(**{field: "2001"})).update(**{f"{field}_edtf": ""})

    CASES[f"{prefix}_{field}_earliest_is_not_after_latest"] = turn_round
    CASES[f"{prefix}_{field}_stays_within_years_1_to_9999"] = leave_the_calendar
    CASES[f"{prefix}_{field}_bounds_come_from_edtf"] = keep_bounds_without_edtf


def _interval(prefix: str, make: Callable[..., models.Model]) -> None:
    def end_before_the_start() -> None:
        _row(make(start="2001", end="2002")).update(
            end_edtf="2000",
            end_earliest=date(2000, 1, 1),
            end_latest=date(2000, 12, 31),
        )

    _uncertain_date(prefix, "start", make)
    _uncertain_date(prefix, "end", make)
    CASES[f"{prefix}_does_not_certainly_end_before_it_starts"] = end_before_the_start


# What every record has


def _published() -> Agreement:
    agreement = make_agreement()
    publish_whole(agreement)
    return agreement


def _copy_edition(**changes: Any) -> None:
    edition = AgreementEdition.objects.get(record_id=_published().pk)
    edition.pk = None
    edition.position += 1_000_000
    for field, value in changes.items():
        setattr(edition, field, value)
    edition.save(force_insert=True)


def _cite(**fields: Any) -> AgreementCitation:
    return AgreementCitation.objects.create(record=make_agreement(), source=make_source(), **fields)


def _call(**fields: Any) -> AgreementName:
    return AgreementName.objects.create(record=make_agreement(), name="Other name", **fields)


def _identify_two_alike() -> None:
    for _each in range(2):
        AgreementIdentifier.objects.create(
            record=make_agreement(), scheme="un-treaty-series", value="I-1"
        )


CASES["once_published_agreement_keeps_id_and_slug"] = lambda: _row(_published()).update(
    slug="other"
)
CASES["merged_agreement_names_its_survivor"] = lambda: _row(make_agreement()).update(
    editorial_state="merged"
)
CASES["published_agreement_has_a_time"] = lambda: _row(make_agreement()).update(
    editorial_state="published"
)
CASES["agreementedition_newest_is_only_one"] = lambda: _copy_edition(revision=2)
CASES["agreementedition_revision_is_unique"] = lambda: _copy_edition(
    superseded_at=timezone.now() + timedelta(days=1),
)
CASES["agreementedition_is_never_changed"] = lambda: AgreementEdition.objects.filter(
    record_id=_published().pk,
).update(label="Other")
CASES["published_agreement_has_a_citation"] = lambda: _published().citations.all().delete()
CASES["agreementcitation_is_attributed_to_one_at_most"] = lambda: _cite(
    attributed_to_person=make_person(),
    attributed_to_organization=make_organization(),
)
CASES["agreementidentifier_names_one_record"] = _identify_two_alike
_is_not_in_its_list("agreementcitation", "evidence", _cite)
_is_not_in_its_list("agreementcitation", "stance", _cite)
_is_not_in_its_list("agreementname", "kind", _call)
_interval("agreementname", _call)


# Agreements


def _topic_twice() -> None:
    topic = make_topic()
    AgreementTopic.objects.create(agreement=make_agreement(topics=(topic,)), topic=topic)


def _depositary_twice() -> None:
    agreement, state = make_agreement(), make_state()
    for _each in range(2):
        AgreementDepositary.objects.create(agreement=agreement, state=state)


def _subject_twice() -> None:
    statement = Statement.objects.create(slug="said", kind="claim", summary="It was said.")
    agreement = make_agreement()
    for _each in range(2):
        AgreementSubject.objects.create(statement=statement, agreement=agreement)


_is_not_in_its_list("agreement", "form", make_agreement)
_is_not_in_its_list("agreement", "legal_character", make_agreement)
_is_not_in_its_list("agreement", "laterality", make_agreement)
CASES["only_a_package_has_an_item_count"] = lambda: _row(make_agreement()).update(item_count=2)
CASES["package_item_count_is_positive"] = lambda: _row(make_agreement(form="package")).update(
    item_count=0
)
CASES["agreement_topic_is_named_once"] = _topic_twice
CASES["exactly_one_of_state_and_organization_is_a_depositary"] = lambda: (
    AgreementDepositary.objects.create(
        agreement=make_agreement(),
    )
)
CASES["agreement_depositary_is_named_once"] = _depositary_twice
CASES["agreement_subject_is_listed_once"] = _subject_twice


# Parties


def _two_actors_in_one_party() -> None:
    _row(make_party(actor=make_state())).update(organization=make_organization())


def _party_twice() -> None:
    party = make_party()
    AgreementParty.objects.create(agreement=party.agreement, state=party.state, role=party.role)


def _representative_twice() -> None:
    person = make_person()
    AgreementRepresentative.objects.create(
        party=make_party(represented_by=(person,)), person=person
    )


_is_not_in_its_list("agreement_party", "role", make_party)
CASES["exactly_one_of_state_and_organization_is_a_party"] = _two_actors_in_one_party
CASES["agreement_party_is_on_behalf_of_one_at_most"] = lambda: _row(make_party()).update(
    on_behalf_of_state=make_state(),
    on_behalf_of_organization=make_organization(),
)
CASES["agreement_party_has_a_role_once"] = _party_twice
CASES["agreement_representative_is_listed_once"] = _representative_twice


# Actions


def _action_by_a_party_to_another_agreement() -> None:
    AgreementAction.objects.create(agreement=make_agreement(), kind="signature", party=make_party())


_is_not_in_its_list("agreement_action", "kind", make_action)
_uncertain_date("agreement_action", "date", make_action)
_uncertain_date("agreement_action", "effective_date", make_action)
CASES["agreement_action_is_by_a_party_to_the_agreement"] = _action_by_a_party_to_another_agreement


# Values and currencies


def _euro(**fields: Any) -> Currency:
    return make_currency("EUR", is_withdrawn=True, **fields)


_is_not_in_its_list("monetary_value", "qualifier", make_value)
_is_not_in_its_list("monetary_value", "kind", make_value)
_is_not_in_its_list("monetary_value", "scope", make_value)
_interval("currency", _euro)
CASES["monetary_value_is_not_negative"] = lambda: _row(make_value()).update(amount=-1)
CASES["monetary_value_has_a_greatest_amount_if_it_is_a_range"] = lambda: _row(make_value()).update(
    amount_max=2
)
CASES["monetary_value_range_is_in_order"] = lambda: MonetaryValue.objects.create(
    agreement=make_agreement(),
    qualifier="range",
    amount=2,
    amount_max=1,
    currency=make_currency(),
)
CASES["currency_code_is_three_capitals"] = lambda: Currency.objects.create(
    code="usd", name="US Dollar"
)
CASES["currency_numeric_code_is_three_digits"] = lambda: _row(_euro()).update(numeric_code="36")
CASES["currency_has_at_most_four_decimal_places"] = lambda: _row(_euro()).update(minor_units=5)
CASES["currency_with_an_end_is_withdrawn"] = lambda: _row(_euro(end="2001")).update(
    is_withdrawn=False
)


# Links


def _link_twice() -> None:
    link = make_link()
    AgreementLink.objects.create(
        agreement=link.agreement,
        linked_agreement=link.linked_agreement,
        kind=link.kind,
    )


def _package_within_its_own_part() -> None:
    outer, inner, innermost = (make_agreement(form="package") for _each in range(3))
    make_link(inner, outer)
    make_link(innermost, inner)
    AgreementLink.objects.create(
        agreement=outer, linked_agreement=innermost, kind="part_of_package"
    )


def _link_to_itself() -> None:
    agreement = make_agreement()
    AgreementLink.objects.create(agreement=agreement, linked_agreement=agreement, kind="amends")


_is_not_in_its_list("agreement_link", "kind", make_link)
CASES["agreement_is_not_linked_to_itself"] = _link_to_itself
CASES["agreement_link_is_made_once"] = _link_twice
CASES["package_is_not_part_of_itself"] = _package_within_its_own_part
