"""What is odd but possible is saved, and the desk shows a warning."""

from __future__ import annotations

import pytest

from agreements.models import Agreement
from tests.factories.agreements import (
    make_action,
    make_agreement,
    make_currency,
    make_link,
    make_party,
    make_value,
)
from tests.factories.people import make_state
from tests.factories.records import warnings_of

pytestmark = pytest.mark.django_db


def odd() -> Agreement:
    agreement = make_agreement()
    make_action(agreement, "signature", "1979-03-26")
    return agreement


def test_a_plain_agreement_gives_no_warning() -> None:
    agreement = odd()
    make_party(agreement)
    make_value(agreement)
    make_action(agreement, "entry_into_force", "1979-04-25")
    make_action(agreement, "expiry", "1999-04-25")

    assert warnings_of(agreement) == []


def test_entry_into_force_before_signature() -> None:
    agreement = odd()
    make_action(agreement, "entry_into_force", "1978")

    assert warnings_of(agreement) == ["It entered into force (1978) before anybody signed it."]


def test_entry_into_force_in_the_year_of_signature_is_not_odd() -> None:
    agreement = odd()
    make_action(agreement, "entry_into_force", "1979")

    assert warnings_of(agreement) == []


def test_an_effect_before_the_act() -> None:
    agreement = odd()
    make_action(agreement, "termination", "1990-02-01", effective_date="1990-01-01")

    assert warnings_of(agreement) == [
        "Termination, 1990-02-01 took effect (1990-01-01) before it was done.",
    ]


def test_two_expiries() -> None:
    agreement = odd()
    make_action(agreement, "expiry", "2011-02-05")
    make_action(agreement, "expiry", "2026-02-05")

    assert warnings_of(agreement) == [
        "It expires more than once (2011-02-05, 2026-02-05): after an extension, keep only the expiry that holds now.",
    ]


def test_a_party_that_is_no_more() -> None:
    agreement = odd()
    make_party(agreement, make_state("Soviet Union", end="1991-12-26"))
    make_party(agreement, make_state("Prussia", end="1947"))

    assert warnings_of(agreement) == [
        "Soviet Union ended (1991-12-26): record what happened to its participation in the agreement.",
        "Prussia ended (1947) before the agreement was signed.",
    ]


def test_a_currency_that_was_not_in_use() -> None:
    agreement = odd()
    make_currency("EUR", start="1999")
    make_currency(
        "ITL", name="Italian Lira", is_withdrawn=True, start="1862-08-24", end="2002-02-28"
    )
    make_value(agreement, 1, "EUR")
    make_value(agreement, 1, "ITL")

    assert warnings_of(agreement) == ["EUR (EUR) was not in use when the agreement was signed."]


def test_a_package_with_more_members_than_it_holds() -> None:
    package = make_agreement(form="package", item_count=1)
    for _each in range(2):
        make_link(make_agreement(), package)

    assert warnings_of(package) == [
        "Its number of items is 1, but 2 agreements are recorded as part of it."
    ]


def test_a_part_of_something_that_is_no_package() -> None:
    link = make_link(make_agreement(), make_agreement("Treaty", form="treaty"))

    assert warnings_of(link.agreement) == ["It is part of “Treaty”, which is not a package."]
