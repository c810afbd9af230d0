"""Filters and orderings of agreements, by whole answers: which agreements, in which order."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

from events.models import Event, EventCitation, EventType
from tests.factories.agreements import make_action, make_agreement, make_party, make_value
from tests.factories.people import make_organization, make_person, make_state
from tests.factories.records import make_source, make_topic, publish_whole

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module", autouse=True)
def agreements(module_transaction: None) -> None:
    """Six published agreements and a draft."""
    pakistan = make_state("Pakistan", alpha_2="PK")
    usa, russia = make_state("United States", alpha_2="US"), make_state("Russia", alpha_2="RU")
    company = make_organization("Mota-Engil", slug="mota-engil", classification="company")
    minerals = make_topic("critical-minerals")
    rare_earths = make_topic("rare-earth-elements", broader=minerals)
    arms = make_topic("arms-control")
    obama = make_person("Barack Obama", slug="barack-obama")
    kind = EventType.objects.create(code="meeting", slug="meeting", label="Meeting")
    meeting = Event.objects.create(type=kind, title="Meeting", slug="islamabad-meeting")
    EventCitation.objects.create(record=meeting, source=make_source())

    package = make_agreement(
        "Minerals package", slug="minerals-package", form="package", topics=(rare_earths,)
    )
    make_party(package, pakistan)
    make_party(package, company, role="investor")
    make_action(package, "signature", {"text": "last Monday"}, event=meeting)
    make_value(package, 500_000_000, scope="package", kind="investment")

    start = make_agreement(
        "New START",
        slug="new-start",
        form="treaty",
        legal_character="treaty_binding",
        laterality="bilateral",
        topics=(arms,),
    )
    make_party(start, usa, represented_by=(obama,))
    make_party(start, russia)
    make_action(start, "signature", "2010-04-08")
    make_action(start, "entry_into_force", "2011-02-05")
    make_action(start, "expiry", "2026-02-05")

    loan = make_agreement(
        "Loan",
        slug="loan",
        form="contract",
        legal_character="commercial_contract",
        laterality="bilateral",
    )
    make_party(loan, company, on_behalf_of_state=pakistan)
    make_action(loan, "signature", "1990-05")
    make_value(loan, 10_000_000, qualifier="at_least")
    make_value(loan, 3_000_000_000, currency="PKR", qualifier="range", amount_max=4_000_000_000)

    pact = make_agreement(
        "Pact", slug="pact", form="treaty", laterality="multilateral", topics=(minerals, arms)
    )
    for state, signed in ((usa, "1961-03-01"), (pakistan, "2001")):
        party = make_party(pact, state)
        make_action(pact, "signature", signed, party=party)
    make_action(pact, "entry_into_force", "1961")
    make_value(pact, 20_000_000, qualifier="up_to")

    talks = make_agreement(
        "Talks", slug="talks", form="declaration", legal_character="political_commitment"
    )
    make_action(talks, "announcement", "1990-06-15")

    note = make_agreement("Ärztevertrag", slug="note", form="exchange_of_notes")

    published = [package, start, loan, pact, talks, note]
    publish_whole(*published)
    draft = make_agreement("Secret pact", slug="secret", form="treaty", topics=(minerals,))
    make_party(draft, pakistan)


def ask(query: str, status: int = 200) -> dict[str, Any]:
    response = Client().get(f"/api/v1/agreements/?{query}")
    assert response.status_code == status, response.content
    content: dict[str, Any] = json.loads(response.content)
    return content


ALL = ["new-start", "loan", "pact", "note", "talks", "minerals-package"]


@pytest.mark.parametrize(
    ("query", "slugs"),
    [
        ("form=treaty", ["new-start", "pact"]),
        ("form=package,contract", ["loan", "minerals-package"]),
        ("legal_character=undetermined", ["minerals-package", "pact", "note"]),
        ("laterality=bilateral", ["loan", "new-start"]),
        ("laterality__not=bilateral", ["minerals-package", "pact", "talks", "note"]),
        ("status=signed", ["loan", "minerals-package"]),
        ("status=in_force,expired", ["new-start", "pact"]),
        ("status=unknown", ["note"]),
        ("status_on=2010-12-31&status=signed", ["loan", "new-start"]),
        ("status_on=2015&status=in_force", ["new-start", "pact"]),
        ("status_on=1990&status=signed", ["loan"]),
        ("status_on=1990-04-30&status=signed", []),
        ("status_on=1990-05-10&status=signed", ["loan"]),
        # Signed nobody knows when: found from its publication on.
        ("status_on=9999-12-31&status=signed&date_match=certain", ["loan", "minerals-package"]),
        ("status_on=1990-05-10&status=signed&date_match=certain", []),
        ("status_on=1990-05-31&status=signed&date_match=certain", ["loan"]),
        ("status_on=1990-06-15&status=announced", ["talks"]),
        ("in_force_on=1961-06-01", ["pact"]),
        ("in_force_on=1961-06-01&date_match=certain", []),
        ("in_force_on=1961&date_match=certain", ["pact"]),
        ("in_force_on=1960-12-31", []),
        ("in_force_on=2011-02-05", ["new-start", "pact"]),
        ("in_force_on=2026-02-04", ["new-start", "pact"]),
        ("in_force_on=2026-02-05", ["pact"]),
        ("in_force_on=2015&status=expired", ["new-start"]),
        ("party=PK", ["loan", "minerals-package", "pact"]),
        ("party=pk", ["loan", "minerals-package", "pact"]),
        ("party=mota-engil", ["loan", "minerals-package"]),
        ("party=RU,mota-engil", ["loan", "minerals-package", "new-start"]),
        ("party__all=PK,mota-engil", ["loan", "minerals-package"]),
        ("party__all=US,PK", ["pact"]),
        ("party=iso3166-1-alpha-2:US", ["new-start", "pact"]),
        ("party=nobody", []),
        ("person=barack-obama", ["new-start"]),
        ("topic=critical-minerals", ["minerals-package", "pact"]),
        ("topic=rare-earth-elements", ["minerals-package"]),
        ("topic__all=critical-minerals,arms-control", ["pact"]),
        ("event=islamabad-meeting", ["minerals-package"]),
        ("party=PK&topic=critical-minerals", ["minerals-package", "pact"]),
        ("signed_after=1990", ["loan", "new-start", "pact"]),
        ("signed_after=1990-05-15&signed_before=2000", ["loan"]),
        ("signed_after=1990-05-15&signed_before=2000&date_match=certain", []),
        ("signed_after=1990-05&signed_before=1990-05&date_match=certain", ["loan"]),
        # Signed by one in 1961 and by another in 2001 is not signed in between.
        ("signed_after=1970&signed_before=1980", []),
        ("signed_before=1961-03-01", ["pact"]),
        (
            "signed_after=2005&date_match=any",
            ["new-start", "talks", "note", "minerals-package"],
        ),
        ("value__gte=100000000", ["loan", "minerals-package"]),
        ("value__gte=100000000&currency=USD", ["loan", "minerals-package"]),
        ("value__gte=100000000&value__lte=600000000&currency=USD", ["loan", "minerals-package"]),
        ("value__lte=15000000&currency=USD", ["loan", "pact"]),
        ("value__lte=5000000&currency=USD", ["pact"]),
        # The loan has a value below that in rupees only, and one in dollars: not one that is both.
        ("value__gte=3500000000&currency=PKR", ["loan"]),
        ("value__gte=4500000000&currency=PKR", []),
        ("value__lte=5000000000&currency=pkr", ["loan"]),
        ("currency=PKR,EUR", ["loan"]),
        ("currency=EUR", []),
        ("value__gte=500000000.01&currency=USD", ["loan"]),
        ("search=arztevertrag", ["note"]),
        ("search=mota-engil", ["minerals-package", "loan"]),
    ],
)
def test_filters_find_exactly(query: str, slugs: list[str]) -> None:
    answer = ask(query)

    assert sorted(result["slug"] for result in answer["results"]) == sorted(slugs)
    assert answer["total"] == {"value": len(slugs), "relation": "eq"}


def test_agreements_come_latest_signed_first_and_undated_last_either_way() -> None:
    dated = ["new-start", "loan", "pact"]

    def slugs(query: str) -> list[str]:
        return [result["slug"] for result in ask(query)["results"]]

    assert slugs("")[:3] == slugs("ordering=-signed")[:3] == dated
    assert slugs("ordering=signed")[:3] == dated[::-1]
    assert set(slugs("")) == set(slugs("ordering=signed")) == set(ALL)
    assert slugs("ordering=label") == [
        "note",
        "loan",
        "minerals-package",
        "new-start",
        "pact",
        "talks",
    ]
    assert slugs("ordering=-label&page_size=2") == ["talks", "pact"]


def test_pages_hold_every_agreement_once() -> None:
    found, address = [], "/api/v1/agreements/?page_size=2"
    while address:
        content = json.loads(Client().get(address).content)
        found += [result["slug"] for result in content["results"]]
        address = content["next"]

    assert found[:3] == ["new-start", "loan", "pact"]
    assert sorted(found) == sorted(ALL)


@pytest.mark.parametrize(
    ("query", "faults"),
    [
        ("status_on=2001", [("missing_parameter", "status_on")]),
        ("status=inforce", [("invalid_choice", "status")]),
        ("status_on=2001-13&status=signed", [("invalid_date", "status_on")]),
        (
            "in_force_on=yesterday&form=treety",
            [("invalid_choice", "form"), ("invalid_date", "in_force_on")],
        ),
        ("value__gte=much", [("invalid_number", "value__gte")]),
        ("value__gte=5&value__lte=4", [("reversed_range", "value__gte")]),
        ("signed_after=2001&signed_before=2000", [("reversed_range", "signed_after")]),
        ("partys=PK", [("unknown_parameter", "partys")]),
        (
            "date_match=sure",
            [("invalid_choice", "date_match"), ("missing_parameter", "date_match")],
        ),
        ("currency=DOLLAR", [("invalid_currency", "currency")]),
        ("currency=USX,EUR", [("invalid_choice", "currency")]),
    ],
)
def test_what_is_not_understood_is_refused(query: str, faults: list[tuple[str, str]]) -> None:
    problem = ask(query, status=400)

    assert sorted((fault["code"], fault["parameter"]) for fault in problem["errors"]) == sorted(
        faults
    )
