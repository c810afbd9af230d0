"""What the API serves of agreements: whole documents."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from agreements.editions.agreement import plain_amount
from agreements.models import (
    AgreementDepositary,
    AgreementEdition,
    AgreementIdentifier,
    AgreementName,
    AgreementSubject,
)
from events.models import Event, EventCitation, EventType, Place, Statement, StatementCitation
from records.publishing.publish import CurationRefused, publish
from tests.factories.agreements import (
    make_action,
    make_agreement,
    make_currency,
    make_link,
    make_party,
    make_value,
)
from tests.factories.documents import day, document_of, reference, words
from tests.factories.people import make_organization, make_person, make_state
from tests.factories.records import edition_of, make_source, make_topic, publish_whole

pytestmark = pytest.mark.django_db


def make_meeting(title: str) -> Event:
    kind = EventType.objects.create(code="meeting", slug="meeting", label="Meeting")
    event = Event.objects.create(type=kind, title=title, slug="meeting")
    EventCitation.objects.create(record=event, source=make_source())
    return event


def test_the_package_of_the_sample_story_is_published_whole() -> None:
    story = make_source(title="S1")
    pakistan = make_state("Pakistan", alpha_2="PK")
    metals = make_organization("United States Strategic Metals", classification="company")
    mota = make_organization("Mota-Engil", classification="company", contested=True)
    minerals = make_topic("critical-minerals")
    rare_earths = make_topic("rare-earth-elements", broader=minerals)
    meeting = make_meeting("Prime Minister Sharif meets a US delegation")
    package = make_agreement(
        "Agreements between Pakistan and two companies based in the United States",
        slug="critical-minerals-package",
        form="package",
        topics=(minerals, rare_earths),
        source=story,
    )
    for actor, role in ((pakistan, "contracting"), (metals, "investor"), (mota, "investor")):
        make_party(package, actor, role=role)
    make_action(package, "signature", {"text": "last Monday"}, event=meeting)
    make_value(package, 500_000_000, kind="investment", scope="package", as_reported="$500 million")

    publish_whole(package)
    edition = edition_of(package)

    status = {"value": "signed", "since": words("last Monday"), "until": None}
    for_a_party = {**status, "value": "signatory"}
    nothing: dict[str, Any] = {
        "side": None,
        "represented_by": [],
        "represented_by_text": None,
        "on_behalf_of": None,
    }
    assert list(document_of(package).items()) == list(
        {
            "id": str(package.pk),
            "object": "agreement",
            "slug": "critical-minerals-package",
            "url": f"/api/v1/agreements/{package.pk}/",
            "label": "Agreements between Pakistan and two companies based in the United States",
            "revision": 1,
            "published_at": edition.published_at.strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
            "known_on": edition.published_at.date().isoformat(),
            "contested": False,
            "title": "Agreements between Pakistan and two companies based in the United States",
            "short_title": None,
            "form": "package",
            "legal_character": "undetermined",
            "laterality": "undetermined",
            "status": status,
            "topics": [
                reference(minerals, "Critical minerals", code="critical-minerals"),
                reference(rare_earths, "Rare earth elements", code="rare-earth-elements"),
            ],
            "depositaries": [],
            "place": None,
            "item_count": None,
            "parties": [
                {
                    "party": reference(pakistan, "Pakistan", code="PK"),
                    "role": "contracting",
                    **nothing,
                    "status": for_a_party,
                },
                {
                    "party": reference(metals, "United States Strategic Metals"),
                    "role": "investor",
                    **nothing,
                    "status": for_a_party,
                },
                {
                    "party": reference(mota, "Mota-Engil"),
                    "role": "investor",
                    **nothing,
                    "status": for_a_party,
                },
            ],
            "actions": [
                {
                    "kind": "signature",
                    "party": None,
                    "date": words("last Monday"),
                    "effective_date": None,
                    "instrument": None,
                    "text": None,
                    "event": reference(meeting, "Prime Minister Sharif meets a US delegation"),
                },
            ],
            "values": [
                {
                    "amount": "500000000.00",
                    "amount_max": None,
                    "currency": "USD",
                    "qualifier": "exact",
                    "kind": "investment",
                    "scope": "package",
                    "as_reported": "$500 million",
                },
            ],
            "links": [],
            "names": [],
            "identifiers": [],
            "citations": [
                {
                    "source": reference(story, "S1", web_address=None),
                    "field": None,
                    "locator": None,
                    "attributed_to": None,
                    "attribution_text": None,
                    "evidence": "reported",
                    "stance": "supports",
                },
            ],
        }.items(),
    )


def test_a_treaty_shows_who_acted_for_whom_and_what_became_of_it() -> None:
    switzerland = make_state("Switzerland", alpha_2="CH")
    iran, usa = make_state("Iran", alpha_2="IR"), make_state("United States", alpha_2="US")
    bern = Place.objects.create(name="Bern", slug="bern", kind="city")
    envoy = make_person("Ana Envoy")
    framework = make_agreement("General framework", short_title="Framework")
    treaty = make_agreement(
        "Treaty on the care of interests",
        short_title="Interests Treaty",
        form="treaty",
        legal_character="treaty_binding",
        laterality="bilateral",
        place=bern,
    )
    AgreementDepositary.objects.create(agreement=treaty, state=switzerland)
    AgreementName.objects.create(record=treaty, name="Interessenvertrag", language="de")
    AgreementIdentifier.objects.create(record=treaty, scheme="un-treaty-series", value="I-12345")
    make_party(treaty, iran)
    swiss = make_party(
        treaty, switzerland, on_behalf_of_state=usa, side="sending", represented_by=(envoy,)
    )
    make_party(treaty, usa, role="beneficiary", represented_by_text="an interests section")
    make_action(treaty, "entry_into_force", "1981-01-19")
    make_action(treaty, "signature", "1981-01-18")
    make_action(
        treaty,
        "denunciation",
        "1990-01-01",
        effective_date="1990-07-01",
        party=swiss,
        instrument="Note 7",
    )
    make_action(treaty, "reservation", party=swiss, text="Article 3 is not applied.")
    make_link(treaty, framework, kind="implements")

    publish_whole(treaty)

    document = document_of(treaty)
    denounced = day("1990-07-01")
    undated = {"effective_date": None, "instrument": None, "text": None, "event": None}
    assert {
        name: document[name]
        for name in ("label", "place", "depositaries", "status", "parties", "actions", "links")
    } == {
        "label": "Interests Treaty",
        "place": reference(bern, "Bern"),
        "depositaries": [reference(switzerland, "Switzerland", code="CH")],
        "status": {"value": "terminated", "since": denounced, "until": None},
        "parties": [
            {
                "party": reference(iran, "Iran", code="IR"),
                "role": "contracting",
                "side": None,
                "represented_by": [],
                "represented_by_text": None,
                "on_behalf_of": None,
                "status": {"value": "terminated", "since": denounced, "until": None},
            },
            {
                "party": reference(switzerland, "Switzerland", code="CH"),
                "role": "contracting",
                "side": "sending",
                "represented_by": [reference(envoy, "Ana Envoy")],
                "represented_by_text": None,
                "on_behalf_of": reference(usa, "United States", code="US"),
                "status": {"value": "withdrawn", "since": denounced, "until": None},
            },
            {
                "party": reference(usa, "United States", code="US"),
                "role": "beneficiary",
                "side": None,
                "represented_by": [],
                "represented_by_text": "an interests section",
                "on_behalf_of": None,
                "status": None,
            },
        ],
        "actions": [
            {"kind": "signature", "party": None, "date": day("1981-01-18"), **undated},
            {"kind": "entry_into_force", "party": None, "date": day("1981-01-19"), **undated},
            {
                **undated,
                "kind": "denunciation",
                "party": reference(switzerland, "Switzerland", code="CH"),
                "date": day("1990-01-01"),
                "effective_date": denounced,
                "instrument": "Note 7",
            },
            {
                **undated,
                "kind": "reservation",
                "party": reference(switzerland, "Switzerland", code="CH"),
                "date": None,
                "text": "Article 3 is not applied.",
            },
        ],
        "links": [{"kind": "implements", "agreement": reference(framework, "Framework")}],
    }
    assert [name["name"] for name in document["names"]] == ["Interessenvertrag"]
    assert document["identifiers"] == [{"scheme": "un-treaty-series", "value": "I-12345"}]


def test_the_status_says_until_when_it_lasts() -> None:
    agreement = make_agreement()
    ahead = (datetime.now(UTC) + timedelta(days=30)).date().isoformat()
    make_action(agreement, "entry_into_force", "2001-02-03")
    make_action(agreement, "expiry", effective_date=ahead)

    publish_whole(agreement)

    assert document_of(agreement)["status"] == {
        "value": "in_force",
        "since": day("2001-02-03"),
        "until": ahead,
    }


def test_publishing_again_without_a_change_makes_no_edition() -> None:
    agreement = make_agreement()
    make_action(agreement, "signature", {"text": "last Monday"})
    make_action(agreement, "expiry", "2999-01-01")
    publish_whole(agreement)

    publish(agreement, by=None)

    assert AgreementEdition.objects.filter(record_id=agreement.pk).count() == 1


@pytest.mark.parametrize(
    ("amount", "minor_units", "text"),
    [
        ("500000000.0000", 2, "500000000.00"),
        ("5E+8", 2, "500000000.00"),
        ("1.5000", 0, "1.5"),
        ("120.0000", 0, "120"),
        ("0.1250", 2, "0.125"),
        ("7.0000", None, "7"),
        ("0", 3, "0.000"),
        ("99999999999999999999.9999", 2, "99999999999999999999.9999"),
    ],
)
def test_amounts_are_plain_digits_with_the_places_of_the_currency(
    amount: str, minor_units: int | None, text: str
) -> None:
    assert plain_amount(Decimal(amount), minor_units) == text


def test_amounts_come_back_as_they_were_entered() -> None:
    agreement = make_agreement()
    make_currency("JPY", minor_units=0)
    make_value(agreement, "99999999999999999999.9999")
    make_value(agreement, "1500", "JPY", qualifier="range", amount_max="2500")

    publish_whole(agreement)

    found = [
        (value["amount"], value["amount_max"], value["currency"])
        for value in document_of(agreement)["values"]
    ]
    assert found == [("99999999999999999999.9999", None, "USD"), ("1500", "2500", "JPY")]


def test_an_agreement_that_names_unpublished_records_is_refused_with_their_list() -> None:
    agreement = make_agreement()
    person, state = make_person("Ana Envoy"), make_state("Ruritania")
    make_party(agreement, state, represented_by=(person,))

    with pytest.raises(CurationRefused) as refused:
        publish(agreement, by=None)

    named = {str(record) for record in refused.value.publish_first}
    assert named == {"Ana Envoy", "Ruritania", str(agreement.citations.get().source)}


def test_a_statement_is_about_an_agreement() -> None:
    agreement = make_agreement("Minerals deal")
    statement = Statement.objects.create(
        kind="claim", summary="Such deals are a priority.", slug="priority"
    )
    StatementCitation.objects.create(record=statement, source=make_source())
    AgreementSubject.objects.create(statement=statement, agreement=agreement)

    publish_whole(statement)

    assert document_of(statement)["about"] == [reference(agreement, "Minerals deal")]


def queries_to_publish(size: int) -> int:
    """How many queries it takes to publish that many changed agreements with as many parts each."""
    agreements = []
    for _each in range(size):
        agreement = make_agreement(topics=(make_topic(),))
        party = make_party(agreement, represented_by=(make_person(),))
        for _one in range(size):
            make_action(agreement, "ratification", "2001", party=party)
            make_value(agreement)
        agreements.append(agreement)
    publish_whole(*agreements)
    for agreement in agreements:
        agreement.actions.update(text="Changed.")
    with CaptureQueriesContext(connection) as queries:
        publish(*agreements, by=None)
    return len(queries)


def test_publishing_agreements_costs_the_same_number_of_queries_however_many() -> None:
    assert queries_to_publish(1) == queries_to_publish(6)
