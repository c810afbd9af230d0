"""Each named constraint of the agreements app, and a write that breaks it and no other. Run by tests/contract/test_constraints.py."""

from __future__ import annotations

from typing import Any

from agreements.models import (
    AgreementAction,
    AgreementDepositary,
    AgreementLink,
    AgreementParty,
    AgreementRepresentative,
    AgreementSubject,
    AgreementTopic,
    Currency,
    MonetaryValue,
)
from events.models import Statement
from tests.contract.constraint_rules import (
    Cases,
    interval,
    outside_its_list,
    plain_text,
    row,
    uncertain_date,
)
from tests.factories.agreements import (
    make_action,
    make_agreement,
    make_currency,
    make_link,
    make_party,
    make_value,
)
from tests.factories.people import make_organization, make_person, make_state
from tests.factories.records import make_topic

CASES: Cases = {}


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


CASES |= outside_its_list("agreement", "form", "legal_character", "laterality", make=make_agreement)
CASES["only_a_package_has_an_item_count"] = lambda: row(make_agreement()).update(item_count=2)
CASES["package_item_count_is_positive"] = lambda: row(make_agreement(form="package")).update(
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
    row(make_party(actor=make_state())).update(organization=make_organization())


def _party_twice() -> None:
    party = make_party()
    AgreementParty.objects.create(agreement=party.agreement, state=party.state, role=party.role)


def _representative_twice() -> None:
    person = make_person()
    AgreementRepresentative.objects.create(
        party=make_party(represented_by=(person,)), person=person
    )


CASES |= outside_its_list("agreement_party", "role", make=make_party)
CASES |= plain_text("agreementparty", "side", make_party)
CASES["exactly_one_of_state_and_organization_is_a_party"] = _two_actors_in_one_party
CASES["agreement_party_is_on_behalf_of_one_at_most"] = lambda: row(make_party()).update(
    on_behalf_of_state=make_state(),
    on_behalf_of_organization=make_organization(),
)
CASES["agreement_party_has_a_role_once"] = _party_twice
CASES["agreement_representative_is_listed_once"] = _representative_twice


# Actions


def _action_by_a_party_to_another_agreement() -> None:
    AgreementAction.objects.create(agreement=make_agreement(), kind="signature", party=make_party())


CASES |= outside_its_list("agreement_action", "kind", make=make_action)
CASES |= plain_text("agreementaction", "text", make_action)
CASES |= uncertain_date("agreement_action", "date", make_action)
CASES |= uncertain_date("agreement_action", "effective_date", make_action)
CASES["agreement_action_is_by_a_party_to_the_agreement"] = _action_by_a_party_to_another_agreement


# Values and currencies


def _euro(**fields: Any) -> Currency:
    return make_currency("EUR", is_withdrawn=True, **fields)


CASES |= outside_its_list("monetary_value", "qualifier", "kind", "scope", make=make_value)
CASES |= plain_text("monetaryvalue", "as_reported", make_value)
CASES |= interval("currency", _euro)
CASES |= plain_text("currency", "name", _euro)
CASES["monetary_value_is_not_negative"] = lambda: row(make_value()).update(amount=-1)
CASES["monetary_value_has_a_greatest_amount_if_it_is_a_range"] = lambda: row(make_value()).update(
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
CASES["currency_numeric_code_is_three_digits"] = lambda: row(_euro()).update(numeric_code="36")
CASES["currency_has_at_most_four_decimal_places"] = lambda: row(_euro()).update(minor_units=5)
CASES["currency_with_an_end_is_withdrawn"] = lambda: row(_euro(end="2001")).update(
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


CASES |= outside_its_list("agreement_link", "kind", make=make_link)
CASES["agreement_is_not_linked_to_itself"] = _link_to_itself
CASES["agreement_link_is_made_once"] = _link_twice
CASES["package_is_not_part_of_itself"] = _package_within_its_own_part
