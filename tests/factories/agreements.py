"""Valid agreements with their parties, actions, values and links, and currencies."""

from __future__ import annotations

from itertools import count
from typing import Any

from agreements.models import (
    Agreement,
    AgreementAction,
    AgreementCitation,
    AgreementLink,
    AgreementParty,
    AgreementRepresentative,
    AgreementTopic,
    Currency,
    MonetaryValue,
)
from people.models import Organization, Person, State
from records.models import Source, Topic
from tests.factories.people import make_state
from tests.factories.records import saved, some_source

_number = count(1)


def make_agreement(
    title: str = "",
    *,
    topics: tuple[Topic, ...] = (),
    source: Source | None = None,
    **fields: Any,
) -> Agreement:
    """Return a saved agreement without parties and actions, cited to `source` or to some source."""
    agreement = saved(
        Agreement(**{"title": title or f"Agreement {next(_number)}", "form": "agreement", **fields})
    )
    AgreementTopic.objects.bulk_create(
        AgreementTopic(agreement=agreement, topic=topic) for topic in topics
    )
    AgreementCitation.objects.create(record=agreement, source=source or some_source())
    return agreement


def make_party(
    agreement: Agreement | None = None,
    actor: State | Organization | None = None,
    *,
    represented_by: tuple[Person, ...] = (),
    **fields: Any,
) -> AgreementParty:
    """Return a saved contracting party; the agreement and a state are made if not given."""
    actor = actor or make_state()
    party = saved(
        AgreementParty(
            agreement=agreement or make_agreement(),
            **{actor.object_kind: actor},
            **fields,
        )
    )
    AgreementRepresentative.objects.bulk_create(
        AgreementRepresentative(party=party, person=person) for person in represented_by
    )
    return party


def make_action(
    agreement: Agreement | None = None,
    kind: str = "signature",
    date: Any = None,
    **fields: Any,
) -> AgreementAction:
    """Return a saved action of the agreement as a whole, a signature; the agreement is made if not given."""
    return saved(
        AgreementAction(
            **{"agreement": agreement or make_agreement(), "kind": kind, "date": date, **fields},
        )
    )


def make_currency(code: str = "USD", **fields: Any) -> Currency:
    """Return the currency with that code, made with two decimal places where it is not there."""
    found = Currency.objects.filter(code=code).first()
    return found or saved(Currency(**{"code": code, "name": code, "minor_units": 2, **fields}))


def make_value(
    agreement: Agreement | None = None,
    amount: int | str = 1,
    currency: str = "USD",
    **fields: Any,
) -> MonetaryValue:
    """Return a saved exact value; agreement and currency are made if not there."""
    return saved(
        MonetaryValue(
            agreement=agreement or make_agreement(),
            amount=amount,
            currency=make_currency(currency),
            **fields,
        )
    )


def make_link(
    agreement: Agreement | None = None,
    linked_agreement: Agreement | None = None,
    **fields: Any,
) -> AgreementLink:
    """Return a saved link, part of a package; agreements are made if not given."""
    return saved(
        AgreementLink(
            agreement=agreement or make_agreement(),
            linked_agreement=linked_agreement or make_agreement(form="package"),
            **{"kind": "part_of_package", **fields},
        )
    )
