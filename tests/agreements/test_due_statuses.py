"""The daily command: documents whose status has changed by the passing of a day, and nothing else in them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.management import CommandError, call_command

from agreements.kinds import publish_due_statuses
from agreements.models import Agreement, AgreementEdition
from records.models import Change
from records.publishing.publish import restore, withdraw
from tests.factories.agreements import make_action, make_agreement, make_party
from tests.factories.documents import day, document_of
from tests.factories.people import make_state
from tests.factories.records import publish_whole

pytestmark = pytest.mark.django_db

SOON = datetime.now(UTC).date() + timedelta(days=10)
LATER = SOON + timedelta(days=10)


def make_expiring(ends: date) -> Agreement:
    agreement = make_agreement()
    make_action(agreement, "entry_into_force", "2001-02-03")
    make_action(agreement, "expiry", ends.isoformat())
    return agreement


def test_a_document_whose_day_has_come_tells_the_new_status_and_nothing_else_new() -> None:
    agreement = make_expiring(SOON)
    publish_whole(agreement)
    before = document_of(agreement)

    assert publish_due_statuses(on=SOON) == 1

    after = document_of(agreement)
    assert before["status"] == {
        "value": "in_force",
        "since": day(date(2001, 2, 3)),
        "until": SOON.isoformat(),
    }
    assert after == {
        **before,
        "revision": 2,
        "published_at": after["published_at"],
        "status": {"value": "expired", "since": day(SOON), "until": None},
    }
    edition = AgreementEdition.objects.current().get(record_id=agreement.pk)
    assert (edition.action, edition.status, edition.status_until) == ("updated", "expired", None)
    changes = Change.objects.filter(record_id=agreement.pk).values_list("nature", "changed")
    assert list(changes) == [
        ("", []),
        ("development", ["/status/value", "/status/since/edtf", "/status/since/earliest",
                         "/status/since/latest", "/status/until"]),
    ]  # fmt: skip


def test_a_draft_does_not_leak_through_the_daily_command() -> None:
    agreement = make_expiring(SOON)
    publish_whole(agreement)
    Agreement.objects.filter(pk=agreement.pk).update(title="SECRET")
    agreement.actions.filter(kind="expiry").delete()
    make_action(agreement, "termination", "2002-02-02", text="SECRET")
    make_party(agreement, make_state("SECRET"))
    agreement.refresh_from_db()

    publish_due_statuses(on=SOON)

    edition = AgreementEdition.objects.current().get(record_id=agreement.pk)
    assert edition.status == "expired"
    assert "SECRET" not in edition.document
    agreement.refresh_from_db()
    assert agreement.has_unpublished_changes


def test_the_status_of_a_party_is_due_on_its_own_day() -> None:
    agreement = make_agreement(laterality="multilateral")
    party = make_party(agreement)
    make_action(agreement, "entry_into_force", "2001-02-03")
    make_action(agreement, "accession", "2002-02-03", party=party)
    make_action(agreement, "withdrawal", "2026-01-01", effective_date=SOON.isoformat(), party=party)
    publish_whole(agreement)
    before = document_of(agreement)

    assert publish_due_statuses(on=SOON - timedelta(days=1)) == 0
    assert publish_due_statuses(on=SOON) == 1

    after = document_of(agreement)
    assert before["parties"][0]["status"]["until"] == SOON.isoformat()
    assert after["status"] == before["status"]
    assert after["parties"][0]["status"] == {
        "value": "withdrawn",
        "since": day(SOON),
        "until": None,
    }


def test_a_run_that_comes_late_tells_how_things_stand_now_and_a_second_one_has_nothing_to_do() -> (
    None
):
    agreement = make_agreement()
    make_action(agreement, "signature", "2001-02-03")
    make_action(agreement, "entry_into_force", SOON.isoformat())
    make_action(agreement, "expiry", LATER.isoformat())
    publish_whole(agreement)

    assert publish_due_statuses(on=LATER) == 1
    assert publish_due_statuses(on=LATER) == 0

    assert document_of(agreement)["status"] == {
        "value": "expired",
        "since": day(LATER),
        "until": None,
    }
    assert document_of(agreement)["revision"] == 2


def test_an_uncertain_day_is_told_when_it_may_have_come_and_again_when_it_has() -> None:
    agreement = make_expiring(SOON)
    agreement.actions.filter(kind="expiry").delete()
    make_action(agreement, "expiry", f"[{SOON}..{LATER}]")
    publish_whole(agreement)
    told = [document_of(agreement)["status"]["value"]]

    for when in (SOON, LATER):
        assert publish_due_statuses(on=when) == 1
        told.append(document_of(agreement)["status"]["value"])

    assert told == ["in_force", "unknown", "expired"]


def test_withdrawn_agreements_are_left_alone_and_restored_ones_catch_up() -> None:
    agreement = make_expiring(SOON)
    publish_whole(agreement)
    withdraw(agreement, by=None, reason="Entered twice.")

    assert publish_due_statuses(on=SOON) == 0

    restore(agreement, by=None)

    assert publish_due_statuses(on=SOON) == 1
    assert document_of(agreement)["status"]["value"] == "expired"


def test_batches_reach_every_document() -> None:
    agreements = [make_expiring(SOON) for _each in range(5)]
    publish_whole(*agreements)

    assert publish_due_statuses(on=SOON, size=2) == 5

    assert {document_of(agreement)["status"]["value"] for agreement in agreements} == {"expired"}
    positions = list(Change.objects.order_by("position").values_list("position", flat=True))
    assert positions == list(range(1, len(positions) + 1))


def test_the_command_says_what_it_did(capsys: pytest.CaptureFixture[str]) -> None:
    publish_whole(make_expiring(SOON))
    before = datetime.now(UTC).date()

    call_command("publish_due_statuses")

    said = {
        f"0 agreements published with the status of {day}.\n"
        for day in (before, datetime.now(UTC).date())
    }
    assert capsys.readouterr().out in said


@pytest.mark.parametrize("when", ["tomorrow", "9999-12-31"])
def test_the_command_takes_no_day_that_is_still_to_come(when: str) -> None:
    with pytest.raises(CommandError):
        call_command("publish_due_statuses", f"--on={when}")
