"""Rules of the working tables that a single broken row does not show."""

from __future__ import annotations

import threading

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.db.models import RestrictedError

from agreements.models import Agreement, AgreementAction, AgreementParty
from tests.factories.agreements import make_action, make_agreement, make_link, make_party


@pytest.mark.django_db
def test_a_form_says_that_the_party_is_of_another_agreement() -> None:
    action = AgreementAction(agreement=make_agreement(), kind="signature", party=make_party())

    with pytest.raises(ValidationError) as refused:
        action.full_clean()

    assert refused.value.messages == ["An action is done by a party to the same agreement."]


@pytest.mark.django_db
def test_a_party_of_which_something_is_recorded_is_not_removed_by_itself() -> None:
    party = make_party()
    make_action(party.agreement, party=party)

    with pytest.raises(RestrictedError):
        party.delete()

    party.agreement.delete()

    assert not AgreementParty.objects.exists()
    assert not AgreementAction.objects.exists()


@pytest.mark.django_db
def test_agreements_may_supplement_each_other() -> None:
    one, other = make_agreement(), make_agreement()
    make_link(one, other, kind="supplements")
    make_link(other, one, kind="supplements")

    assert one.links.get().linked_agreement == other


@pytest.mark.django_db
def test_a_link_that_becomes_part_of_a_package_is_checked_then() -> None:
    outer, inner = make_agreement(form="package"), make_agreement(form="package")
    make_link(inner, outer)
    link = make_link(outer, inner, kind="supplements")

    link.kind = "part_of_package"
    with pytest.raises(IntegrityError, match="part of itself"), transaction.atomic():
        link.save()


@pytest.mark.django_db(transaction=True)
def test_a_party_cannot_move_away_while_an_action_of_it_is_being_recorded() -> None:
    party, elsewhere = make_party(), make_agreement()
    results: list[Exception | None] = []

    def move() -> None:
        try:
            AgreementParty.objects.filter(pk=party.pk).update(agreement=elsewhere)
            results.append(None)
        except IntegrityError as error:
            results.append(error)
        finally:
            connection.close()

    with transaction.atomic():
        AgreementAction.objects.create(agreement=party.agreement, kind="signature", party=party)
        mover = threading.Thread(target=move)
        mover.start()
        mover.join(0.5)
        assert mover.is_alive(), "it waits for the action's transaction"
    mover.join(10)

    assert [str(result).partition("\n")[0] for result in results] == [
        "An action is done by a party to the same agreement."
    ]


@pytest.mark.django_db(transaction=True)
def test_two_halves_of_a_circle_of_packages_do_not_pass_each_other() -> None:
    one, other = make_agreement(form="package"), make_agreement(form="package")
    results: list[Exception | None] = []

    def close_the_circle() -> None:
        try:
            make_link(Agreement.objects.get(pk=other.pk), Agreement.objects.get(pk=one.pk))
            results.append(None)
        except IntegrityError as error:
            results.append(error)
        finally:
            connection.close()

    with transaction.atomic():
        make_link(one, other)
        second = threading.Thread(target=close_the_circle)
        second.start()
        second.join(0.5)
        assert second.is_alive(), "it waits for the first half"
    second.join(10)

    assert len(results) == 1
    assert isinstance(results[0], IntegrityError)
