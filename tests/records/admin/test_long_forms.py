"""Records with many parts: their rows are lines, and only those that are opened are sent and saved."""

from __future__ import annotations

import json
import re
from html import unescape
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from agreements.models import Agreement, AgreementAction, AgreementParty
from people.models import State, Tenure
from records.admin.parts import FEW
from tests.factories.agreements import make_agreement, make_party
from tests.factories.events import make_event, make_participation
from tests.factories.people import (
    make_office,
    make_organization,
    make_person,
    make_state,
    make_tenure,
)
from tests.records.admin.filling import add_row, address, errors_of, filled

DAYS = (("signature", "2015-12-12"), ("ratification", "2016-11-04"))


def make_treaty(parties: int) -> Agreement:
    """Return an agreement with parties that have each signed and ratified."""
    agreement = make_agreement("A treaty")
    like = make_state("State 000")
    states = [like] + [
        State(name=f"State {number:03}", slug=f"state-{number:03}") for number in range(1, parties)
    ]
    State.objects.bulk_create(states[1:])
    rows = AgreementParty.objects.bulk_create(
        AgreementParty(agreement=agreement, state=state) for state in states
    )
    AgreementAction.objects.bulk_create(
        AgreementAction(agreement=agreement, party=party, kind=kind, date=date)  # type: ignore[misc] # a property
        for party in rows
        for kind, date in DAYS
    )
    return agreement


def facts(agreement: Agreement) -> tuple[list[Any], list[Any]]:
    return list(agreement.parties.order_by("pk").values()), list(
        agreement.actions.order_by("pk").values()
    )


def lines_of(response: Any, prefix: str) -> list[list[str]]:
    """Return what the lines of an inline say."""
    table = inline_of(response, prefix).table
    return [re.findall(r"(?:<td>|<a [^>]*>)(.*?)<", line.html) for line in table.lines]


def inline_of(response: Any, prefix: str) -> Any:
    (inline,) = [
        each for each in response.context["inline_admin_formsets"] if each.formset.prefix == prefix
    ]
    return inline


def test_a_treaty_with_182_parties_is_light_and_saves_one_row_alone(publisher: Client) -> None:
    treaty = make_treaty(182)
    party = treaty.parties.get(state__name="State 100")
    publisher.get(address(treaty))

    with CaptureQueriesContext(connection) as shown:
        page = publisher.get(address(treaty))
    assert len(page.content) < 200_000
    assert len(shown) == 10
    assert len(lines_of(page, "parties")) == 182
    assert lines_of(page, "parties")[100] == [
        "State 100",
        "Contracting party",
        "",
        "",
        "Signature 2015-12-12; Ratification 2016-11-04",
    ]
    assert lines_of(page, "actions")[1] == ["Signature", "State 001", "2015-12-12", "", ""]
    assert [len(inline_of(page, name).formset.forms) for name in ("parties", "actions")] == [0, 0]

    data = filled(publisher.get(f"{address(treaty)}?parties-open={party.pk}"))
    assert data["parties-TOTAL_FORMS"] == "1"
    parties, actions = facts(treaty)
    with CaptureQueriesContext(connection) as saved:
        answer = publisher.post(address(treaty), data | {"parties-0-role": "signatory"})

    assert answer.status_code == 302
    assert len(saved) <= 25
    parties[100]["role"] = "signatory"
    assert facts(treaty) == (parties, actions)


def test_an_event_is_shown_and_saved_in_as_many_queries_with_one_participant_as_with_eight(
    publisher: Client,
) -> None:
    office = make_office("Secretary of State")
    costs = []
    for count in (1, 8):
        event = make_event(f"A summit of {count}")
        for number in range(count):
            person = make_person(f"Delegate {count}.{number}")
            tenure = make_tenure(person, office, start="2025-01-20")
            make_participation(event, person, tenures=(tenure,))
        first = event.participations.earliest("pk")
        publisher.get(address(event))
        with CaptureQueriesContext(connection) as shown:
            page = publisher.get(address(event))
        data = filled(page)
        with CaptureQueriesContext(connection) as saved:
            answer = publisher.post(address(event), data | {"participations-0-side": "hosts"})
        assert answer.status_code == 302, errors_of(answer)
        first.refresh_from_db()
        assert (first.side, list(first.capacities.all())) == (
            "hosts",
            [Tenure.objects.get(person=first.person)],
        )
        costs.append((len(shown), len(saved)))

    assert costs[0] == costs[1]
    assert costs[1][0] <= 15
    assert costs[1][1] <= 25


def test_more_actions_than_a_page_shows_have_pages(publisher: Client) -> None:
    treaty = make_treaty(60)

    first = publisher.get(address(treaty))
    second = publisher.get(f"{address(treaty)}?actions-page=2")

    assert [len(lines_of(page, "actions")) for page in (first, second)] == [100, 20]
    assert inline_of(first, "actions").pages == [("?actions-page=2#actions-group", "Next rows")]
    link = re.search(r'href="([^"]*actions-open[^"]*)"', second.content.decode())
    assert link
    assert link[1].startswith("?actions-page=2&amp;actions-open=")


def test_few_rows_are_forms_and_one_more_makes_them_lines(publisher: Client) -> None:
    agreement = make_treaty(FEW)

    page = publisher.get(address(agreement))
    assert (len(inline_of(page, "parties").formset.forms), lines_of(page, "parties")) == (FEW, [])
    # Fields of all rows have the same names: each row says which it is.
    rows = re.findall(r'role="group" aria-label="(Party: [^"]+)"', page.content.decode())
    assert rows == [
        *(f"Party: State {number:03}, contracting party" for number in range(FEW)),
        "Party: new",
    ]

    make_party(agreement, make_state("Zambia"))
    page = publisher.get(address(agreement))
    assert len(inline_of(page, "parties").formset.forms) == 0
    assert [line[0] for line in lines_of(page, "parties")][-1] == "Zambia"


def test_a_row_is_opened_by_its_link_or_alone(publisher: Client) -> None:
    treaty = make_treaty(FEW + 1)
    one, other = treaty.parties.order_by("pk")[:2]

    page = publisher.get(f"{address(treaty)}?parties-open={one.pk}&parties-open=x&parties-open=²")
    table = inline_of(page, "parties").table
    assert [bool(line.form) for line in table.lines] == [True] + [False] * FEW
    # The link of another row keeps this one open.
    assert f"?parties-open={one.pk}&amp;parties-open={other.pk}#parties-row-{other.pk}" in (
        table.lines[1].html
    )

    with CaptureQueriesContext(connection) as asked:
        alone = publisher.get(f"{address(treaty)}?_one=parties&parties-open={one.pk}")
    text = alone.content.decode()
    assert text.count('class="inline-related') == 1
    assert f'name="parties-0-id" value="{one.pk}"' in text
    was = {
        f"parties:{one.pk}:state": [str(one.state_id)],
        f"parties:{one.pk}:role": ["contracting"],
    }
    (sent,) = re.findall(r'data-was="([^"]*)"', text)
    assert json.loads(unescape(sent)) == was
    assert len(asked) <= 12
    for query in ("_one=parties&parties-open=999999999", "_one=parties&parties-open=x"):
        assert publisher.get(f"{address(treaty)}?{query}").status_code == 404


def test_an_opened_row_is_deleted_and_its_errors_stand_in_its_line(publisher: Client) -> None:
    agreement = make_agreement("A treaty")
    for number in range(FEW + 1):
        make_party(agreement, make_state(f"State {number:02}"))
    one, *others = agreement.parties.order_by("pk")
    there = f"{address(agreement)}?parties-open={one.pk}"

    data = filled(publisher.get(there))
    wrong = publisher.post(there, data | {"parties-0-state": ""})
    assert "A party is a state or an organization: name one of them, not both." in errors_of(wrong)
    assert [bool(line.form) for line in inline_of(wrong, "parties").table.lines] == [
        True,
        *[False] * FEW,
    ]

    assert publisher.post(there, data | {"parties-0-DELETE": "on"}).status_code == 302
    assert list(agreement.parties.order_by("pk")) == others


def test_rows_that_are_opened_after_others_were_added_are_put_in_order(publisher: Client) -> None:
    agreement = make_treaty(FEW + 1)
    one = agreement.parties.order_by("pk")[0]
    data = filled(publisher.get(address(agreement)))
    zambia, chad = make_state("Zambia"), make_state("Chad")
    for state in (zambia, None, chad):
        number = add_row(data, "parties", state=str(state.pk) if state else "", role="observer")
        if state is None:  # the browser takes a new row away, and leaves the numbers of the others
            del data[f"parties-{number}-state"], data[f"parties-{number}-role"]
    add_row(data, "parties", id=str(one.pk), state=str(one.state_id), role="guarantor")
    data["parties-INITIAL_FORMS"] = "1"

    assert publisher.post(address(agreement), data).status_code == 302

    added = agreement.parties.order_by("pk").values_list("state__name", "role")
    first, *others = added
    assert first == ("State 000", "guarantor")
    assert others[FEW:] == [("Zambia", "observer"), ("Chad", "observer")]


def test_the_lines_of_an_event_say_who_in_which_capacity(publisher: Client) -> None:
    event = make_event("A summit", when="2024-05-18")
    dar = make_person("Ishaq Dar")
    tenure = make_tenure(dar, make_office("Foreign Minister"), start="2024-03-11")
    make_participation(event, dar, tenures=(tenure,), on_behalf_of_state=make_state("Pakistan"))
    make_participation(event, make_organization("ASEAN"), role="observer", presence="remote")
    for number in range(FEW):
        make_participation(event, f"Minister {number}", capacity_text="a minister")

    lines = lines_of(publisher.get(address(event)), "participations")

    assert lines[:3] == [
        ["Ishaq Dar", "Participant", "Foreign Minister", "Pakistan", "", ""],
        ["ASEAN", "Observer", "", "", "", "Remote"],
        ["Minister 0", "Participant", "a minister", "", "", ""],
    ]


@pytest.mark.django_db(transaction=True)
def test_a_colleagues_change_of_an_opened_row_is_merged_or_asked_and_of_others_stays(
    contributor: Client, publisher: Client
) -> None:
    treaty = make_treaty(FEW + 1)
    one, other = treaty.parties.order_by("pk")[:2]
    mine = filled(contributor.get(f"{address(treaty)}?parties-open={one.pk}"))
    for party, side in ((one, "theirs"), (other, "north")):
        data = filled(publisher.get(f"{address(treaty)}?parties-open={party.pk}"))
        assert publisher.post(address(treaty), data | {"parties-0-side": side}).status_code == 302

    # Another field of the same row: both survive; the other row stays as it is now.
    assert (
        contributor.post(address(treaty), mine | {"parties-0-role": "observer"}).status_code == 302
    )
    one.refresh_from_db()
    other.refresh_from_db()
    assert (one.role, one.side, other.side) == ("observer", "theirs", "north")

    # The same field: asked.
    asked = contributor.post(address(treaty), mine | {"parties-0-side": "mine"})
    (form,) = inline_of(asked, "parties").formset.forms
    assert ['<q class="theirs">theirs</q>' in each for each in form["side"].errors] == [True]
    one.refresh_from_db()
    assert one.side == "theirs"
