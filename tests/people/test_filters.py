"""Every filter and ordering of people, offices and tenures: whole answers."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from records.publishing.publish import withdraw
from tests.factories.answers import slugs
from tests.factories.people import (
    make_office,
    make_organization,
    make_person,
    make_state,
    make_tenure,
)
from tests.factories.records import make_source, publish_whole

if TYPE_CHECKING:
    from django.test import Client

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def holders(module_transaction: None) -> None:
    """Offices of two states, an embassy of the one in the other, and who held them."""
    source = make_source()
    us, pk = make_state("United States", alpha_2="US"), make_state("Pakistan", alpha_2="PK")
    department = make_organization("Department of State", state=us, source=source)
    secretary = make_office(
        "Secretary of State",
        classification="foreign_minister",
        state=us,
        organization=department,
        source=source,
    )
    charge = make_office(
        "Chargé to Pakistan",
        classification="head_of_mission",
        mission_class="charge",
        state=us,
        accredited_to=(pk,),
        source=source,
    )
    deputy = make_office(
        "Deputy Prime Minister", classification="deputy_head_of_government", state=pk, source=source
    )
    minister = make_office(
        "Foreign Minister", classification="foreign_minister", state=pk, source=source
    )
    rubio = make_person("Marco Rubio", sort_name="Rubio, Marco", source=source)
    baker = make_person("Natalie Baker", sort_name="Baker, Natalie", source=source)
    dar = make_person("Ishaq Dar", sort_name="Dar, Ishaq", source=source)
    qureshi = make_person("Shah Mahmood Qureshi", sort_name="Qureshi, Shah Mahmood", source=source)
    unseated = make_person("Never Sworn In", source=source)
    tenures = (
        make_tenure(rubio, secretary, start="2025-01-21", end_status="ongoing", source=source),
        make_tenure(baker, charge, start="2025-01", kind="ad_interim", source=source),
        make_tenure(dar, deputy, source=source),
        make_tenure(dar, minister, start="2024-03-11", end_status="ongoing", source=source),
        make_tenure(
            qureshi,
            minister,
            start="2018-08-20",
            end="2022-04-10",
            end_status="ended",
            source=source,
        ),
        make_tenure(unseated, minister, start="2023", kind="did_not_serve", source=source),
    )
    publish_whole(
        us,
        pk,
        department,
        *(secretary, charge, deputy, minister),
        *(rubio, baker, dar, qureshi, unseated),
        *tenures,
    )
    draft = make_person("Draft", source=source)
    make_tenure(draft, minister, start="2025", end_status="ongoing", source=source)


RUBIO = "marco-rubio-secretary-of-state"
BAKER = "natalie-baker-charge-to-pakistan"
DAR_DEPUTY = "ishaq-dar-deputy-prime-minister"
DAR = "ishaq-dar-foreign-minister"
QURESHI = "shah-mahmood-qureshi-foreign-minister"
UNSEATED = "never-sworn-in-foreign-minister"


@pytest.mark.usefixtures("holders")
@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", [RUBIO, BAKER, DAR, UNSEATED, QURESHI, DAR_DEPUTY]),
        ("ordering=start", [QURESHI, UNSEATED, DAR, BAKER, RUBIO, DAR_DEPUTY]),
        ("ordering=label", [DAR_DEPUTY, DAR, RUBIO, BAKER, UNSEATED, QURESHI]),
        ("person=ishaq-dar", [DAR, DAR_DEPUTY]),
        ("person=ishaq-dar,marco-rubio", [RUBIO, DAR, DAR_DEPUTY]),
        ("person=draft", []),
        ("person=nobody-at-all", []),
        ("office=foreign-minister", [DAR, UNSEATED, QURESHI]),
        ("state=PK", [DAR, UNSEATED, QURESHI, DAR_DEPUTY]),
        ("accredited_to=PK", [BAKER]),
        ("between=PK,US", [BAKER]),
        ("between=us,pakistan", [BAKER]),
        ("end_reason=resigned", []),
        ("state=US", [RUBIO, BAKER]),
        ("classification=foreign_minister", [RUBIO, DAR, UNSEATED, QURESHI]),
        ("classification=foreign_minister&state=PK", [DAR, UNSEATED, QURESHI]),
        ("kind=ad_interim,did_not_serve", [BAKER, UNSEATED]),
        ("kind__not=substantive", [BAKER, UNSEATED]),
        ("end_status=ongoing", [RUBIO, DAR]),
        ("end_status=ended,unknown", [BAKER, UNSEATED, QURESHI, DAR_DEPUTY]),
        # Dar's time as deputy has no date at all, and proves no day.
        ("on=2020-01-01", [QURESHI]),
        ("on=2020-01-01&date_match=any", [QURESHI, DAR_DEPUTY]),
        ("on=1820-01-01", []),
        ("on=1820-01-01&date_match=any", [DAR_DEPUTY]),
        # Baker began in January 2025: when that ended is not known.
        ("on=2025-06-01", [RUBIO, DAR]),
        ("on=2025-06-01&date_match=any", [RUBIO, BAKER, DAR, DAR_DEPUTY]),
        ("on=2020-01-01&date_match=certain", [QURESHI]),
        ("on=2025-01", [RUBIO, BAKER, DAR]),
        ("on=2025-01&kind=did_not_serve", []),
        ("on=2023&date_match=certain", []),
        ("on=2025-01&date_match=certain", [RUBIO, BAKER, DAR]),
        ("on=2025-01-21&date_match=certain", [RUBIO, DAR]),
        ("on=2022-04-10&date_match=certain&office=foreign-minister", [QURESHI]),
        ("start_after=2024-03-11&start_before=2025-01-20", [BAKER, DAR]),
        ("start_after=2024-03-11&start_before=2025-01-20&date_match=certain", [DAR]),
        ("start_before=2023&date_match=any", [UNSEATED, QURESHI, DAR_DEPUTY]),
        ("end_after=2022-04", [QURESHI]),
        ("end_before=2022-04-09", []),
        ("search=rubio", [RUBIO]),
    ],
)
def test_tenures(client: Client, query: str, expected: list[str]) -> None:
    assert slugs(client, f"tenures/?{query}") == expected


@pytest.mark.usefixtures("holders")
def test_what_goes_on_is_certain_until_it_was_published_and_open_in_the_future(
    client: Client,
) -> None:
    today = datetime.now(UTC).date()
    next_year = today + timedelta(days=366)

    assert slugs(client, f"tenures/?end_status=ongoing&on={today}&date_match=certain") == [
        RUBIO,
        DAR,
    ]
    assert slugs(client, f"tenures/?end_status=ongoing&on={next_year}&date_match=certain") == []
    assert slugs(client, f"tenures/?end_status=ongoing&on={next_year}") == []
    assert slugs(client, f"tenures/?end_status=ongoing&on={next_year}&date_match=any") == [
        RUBIO,
        DAR,
    ]


def test_only_what_tenures_and_offices_say_now_counts(client: Client) -> None:
    source = make_source()
    us, pk = make_state("France", alpha_2="FR"), make_state("Germany", alpha_2="DE")
    ours, theirs = (
        make_office(title, state=state, classification="minister", source=source)
        for title, state in (("Secretary", us), ("Minister", pk))
    )
    held = make_tenure(
        make_person("Somebody", source=source), ours, start="2020", end="2021", source=source
    )
    publish_whole(held, theirs)

    def of(resource: str) -> dict[str, int]:
        return {code: len(slugs(client, f"{resource}/?state={code}")) for code in ("FR", "DE")}

    assert of("people") == of("tenures") == {"FR": 1, "DE": 0}

    held.office = theirs
    held.save()
    publish_whole(held)
    assert of("people") == of("tenures") == {"FR": 0, "DE": 1}

    theirs.state = us
    theirs.save()
    publish_whole(theirs)
    assert of("people") == of("tenures") == {"FR": 1, "DE": 0}

    withdraw(held, by=None, reason="It was somebody else.")
    assert of("people") == of("tenures") == {"FR": 0, "DE": 0}


@pytest.mark.usefixtures("holders")
@pytest.mark.parametrize(
    ("query", "expected"),
    [
        (
            "",
            ["ishaq-dar", "marco-rubio", "natalie-baker", "never-sworn-in", "shah-mahmood-qureshi"],
        ),
        (
            "ordering=sort_name",
            ["natalie-baker", "ishaq-dar", "never-sworn-in", "shah-mahmood-qureshi", "marco-rubio"],
        ),
        ("office=foreign-minister", ["ishaq-dar", "shah-mahmood-qureshi"]),
        ("state=PK", ["ishaq-dar", "shah-mahmood-qureshi"]),
        ("state=US", ["marco-rubio", "natalie-baker"]),
        ("classification=foreign_minister", ["ishaq-dar", "marco-rubio", "shah-mahmood-qureshi"]),
        (
            "classification=head_of_mission,deputy_head_of_government",
            ["ishaq-dar", "natalie-baker"],
        ),
        ("holding_on=2020-06-30", ["shah-mahmood-qureshi"]),
        ("holding_on=2020-06-30&date_match=any", ["ishaq-dar", "shah-mahmood-qureshi"]),
        # Dar was foreign minister, and may have held an office of Pakistan in 2020, but not that one.
        ("holding_on=2020-06-30&classification=foreign_minister", ["shah-mahmood-qureshi"]),
        ("holding_on=2020-06-30&office=foreign-minister&state=PK", ["shah-mahmood-qureshi"]),
        ("holding_on=2025-01&state=US", ["marco-rubio", "natalie-baker"]),
        ("holding_on=2025-01&date_match=certain&state=US", ["marco-rubio", "natalie-baker"]),
        ("classification__all=foreign_minister,deputy_head_of_government", ["ishaq-dar"]),
        ("classification__all=foreign_minister,deputy_head_of_government&holding_on=2025", []),
        (
            "classification__all=foreign_minister,deputy_head_of_government&holding_on=2025&date_match=any",
            ["ishaq-dar"],
        ),
        ("state=US&office=foreign-minister", []),
        ("office=no-such-office", []),
    ],
)
def test_people(client: Client, query: str, expected: list[str]) -> None:
    assert slugs(client, f"people/?{query}") == expected


@pytest.mark.usefixtures("holders")
@pytest.mark.parametrize(
    ("query", "expected"),
    [
        (
            "",
            [
                "charge-to-pakistan",
                "deputy-prime-minister",
                "foreign-minister",
                "secretary-of-state",
            ],
        ),
        ("state=US", ["charge-to-pakistan", "secretary-of-state"]),
        ("state=PK", ["deputy-prime-minister", "foreign-minister"]),
        ("organization=department-of-state", ["secretary-of-state"]),
        ("accredited_to=PK", ["charge-to-pakistan"]),
        ("accredited_to__all=PK,US", []),
        ("organization__isnull=true&state=US", ["charge-to-pakistan"]),
        ("classification=foreign_minister", ["foreign-minister", "secretary-of-state"]),
        ("classification__not=foreign_minister", ["charge-to-pakistan", "deputy-prime-minister"]),
    ],
)
def test_offices(client: Client, query: str, expected: list[str]) -> None:
    assert slugs(client, f"offices/?{query}") == expected


@pytest.mark.parametrize(
    ("address", "parameter", "code"),
    [
        ("tenures/?on=2025-13", "on", "invalid_date"),
        ("tenures/?on=2025&date_match=sure", "date_match", "invalid_choice"),
        ("tenures/?date_match=certain", "date_match", "missing_parameter"),
        ("people/?office=foreign-minister&date_match=any", "date_match", "missing_parameter"),
        ("offices/?include_predecessors=true", "include_predecessors", "missing_parameter"),
        ("offices/?state=PK&include_predecessors=yes", "include_predecessors", "invalid_boolean"),
        ("tenures/?between=PK", "between", "invalid_pair"),
        ("tenures/?between=PK,PK", "between", "invalid_pair"),
        ("tenures/?between=PK,US,CN", "between", "invalid_pair"),
        ("tenures/?start_after=2001&start_before=2000", "start_after", "reversed_range"),
        ("tenures/?end_status=over", "end_status", "invalid_choice"),
        ("people/?holding_on=yesterday", "holding_on", "invalid_date"),
        ("people/?classification=king", "classification", "invalid_choice"),
        ("states/?kind=empire", "kind", "invalid_choice"),
        ("states/?cod=PK", "cod", "unknown_parameter"),
        ("offices/?date_match=any", "date_match", "unknown_parameter"),
        ("organizations/?state=", "state", "empty_value"),
    ],
)
def test_what_is_not_understood_is_refused(
    client: Client, address: str, parameter: str, code: str
) -> None:
    response = client.get(f"/api/v1/{address}")

    content = json.loads(response.content)
    assert response.status_code == 400
    assert [(each["parameter"], each["code"]) for each in content["errors"]] == [(parameter, code)]
