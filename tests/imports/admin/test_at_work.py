"""Imports at work: started twice, watched, killed, continued. With real transactions, for the work has several."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone

from imports import worker
from imports.models import ImportBatch, ImportStatus
from imports.worker import AlreadyAtWorkError, Heartbeat, stopped
from people.models import Person
from records.publishing.publish import publish
from records.roles import PUBLISHER
from tests.factories.imports import UPLOAD, Desk, file_of, page_of, person
from tests.factories.people import make_person
from tests.factories.records import make_source
from tests.factories.staff import logged_in

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def publisher() -> Client:
    publish(make_source(slug="atlas"), by=None)
    return logged_in(PUBLISHER)


def status_of(client: Client, batch: ImportBatch) -> dict[str, Any]:
    answer: dict[str, Any] = client.get(f"{page_of(batch)}status/").json()
    return answer


def silence(batch: ImportBatch) -> None:
    """Make the last heartbeat long ago."""
    batch.changed_at = timezone.now() - timedelta(minutes=5)
    batch.save(update_fields=["changed_at"])


def test_of_two_who_confirm_at_the_same_moment_one_does(
    desk: Desk, publisher: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch = desk.upload(publisher, file_of(person("ada")))
    started = []
    monkeypatch.setattr(worker, "start", lambda *given: started.append(given))
    assert batch.finished_at
    seen = batch.finished_at.isoformat()
    barrier = Barrier(2)

    def confirm(action: str) -> str:
        client = Client()
        client.force_login(User.objects.get(username="publisher"))
        barrier.wait()
        try:
            response = client.post(f"{page_of(batch)}{action}/", {"seen": seen})
        finally:
            connection.close()
        return str(response["Location"])

    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(confirm, ["import", "publish"]))

    assert answers == [page_of(batch)] * 2
    ((started_id, task, _by),) = started
    batch.refresh_from_db()
    assert (started_id, batch.status) == (batch.pk, ImportStatus.RUNNING)
    assert batch.publishes == (task == "publish")


def test_how_far_the_work_is_shows_while_its_transaction_is_open(
    publisher: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "PAUSE", 3600)
    batch = ImportBatch.objects.create(file_name="people.ndjson", status=ImportStatus.RUNNING)

    with Heartbeat(batch.pk) as heartbeat, transaction.atomic():
        make_person("ada")
        heartbeat("writing", 500, 1000)
        heartbeat("writing", 501, 1000)  # within the pause: not written
        before = status_of(publisher, batch)
        heartbeat("publishing", 0, 7)
        later = status_of(publisher, batch)
        transaction.set_rollback(True)

    assert before == {
        "state": "running",
        "stage": "Writing records",
        "done": 500,
        "total": 1000,
        "count": "500 of 1,000",
    }
    assert (later["stage"], later["done"], later["total"]) == ("Publishing", 0, 7)


def test_the_work_never_waits_for_its_own_transaction(publisher: Client) -> None:
    batch = ImportBatch.objects.create(file_name="people.ndjson", status=ImportStatus.RUNNING)

    with Heartbeat(batch.pk) as heartbeat, transaction.atomic():
        batch.save()
        heartbeat("writing", 1, 2)  # returns: it gives up

    assert status_of(publisher, batch)["done"] == 0


def test_only_one_process_works_on_an_import(publisher: Client) -> None:
    batch = ImportBatch.objects.create(file_name="people.ndjson")

    with Heartbeat(batch.pk):
        with pytest.raises(AlreadyAtWorkError), Heartbeat(batch.pk):
            pass
        with pytest.raises(CommandError, match="Another process"):
            call_command("work_on_import", str(batch.pk), "--dry-run")
    with Heartbeat(batch.pk):
        pass


@pytest.mark.parametrize("task", ["--import", "--publish", "--undo"])
def test_a_step_that_an_import_does_not_wait_for_is_not_done(
    desk: Desk, publisher: Client, task: str
) -> None:
    batch = desk.upload(publisher, file_of(person("ada")))

    with pytest.raises(CommandError, match="The import is checked: it does not wait for"):
        call_command("work_on_import", str(batch.pk), task)

    assert not Person.objects.exists()


def test_a_process_that_lives_is_waited_for_however_silent_it_is(publisher: Client) -> None:
    batch = ImportBatch.objects.create(file_name="people.ndjson")
    assert stopped([batch]) == set()
    silence(batch)

    with Heartbeat(batch.pk):
        assert stopped([batch]) == set()
    assert stopped([batch]) == {batch.pk}


@pytest.mark.parametrize("action", ["import", "publish"])
def test_an_import_whose_process_was_killed_goes_on(
    desk: Desk, publisher: Client, monkeypatch: pytest.MonkeyPatch, action: str
) -> None:
    batch = desk.upload(publisher, file_of(person("ada")))
    with monkeypatch.context() as patch:
        patch.setattr(worker, "start", lambda *_given: None)
        desk.press(publisher, batch, action)
        assert status_of(publisher, batch)["state"] == "running"
        desk.press(publisher, batch, "go-on")  # too early: the process may be starting
    assert batch.status == ImportStatus.RUNNING
    silence(batch)
    assert status_of(publisher, batch)["state"] == "stopped"

    desk.press(publisher, batch, "go-on")

    assert batch.status == ImportStatus.DONE
    assert Person.objects.get().is_published == (action == "publish")


@pytest.mark.parametrize("action", ["check", "import"])
def test_an_import_whose_process_was_killed_can_be_given_up(
    desk: Desk, publisher: Client, monkeypatch: pytest.MonkeyPatch, action: str
) -> None:
    batch = desk.upload(publisher, file_of(person("ada")))
    with monkeypatch.context() as patch:
        patch.setattr(worker, "start", lambda *_given: None)
        desk.press(publisher, batch, action)
    desk.press(publisher, batch, "give-up")  # too early: the process may be starting
    assert batch.content is not None
    silence(batch)

    desk.press(publisher, batch, "give-up")

    assert batch.status == ImportStatus.FAILED
    assert not ImportBatch.objects.exclude(content=None).exists()
    assert "Given up by publisher." in publisher.get(page_of(batch)).content.decode()
    with pytest.raises(CommandError, match="failed"):  # one that was only late
        call_command(
            "work_on_import", str(batch.pk), "--dry-run" if action == "check" else "--import"
        )
    assert not Person.objects.exists()


def test_publishing_that_broke_off_goes_on_with_what_is_left(
    desk: Desk, publisher: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch = desk.upload(publisher, file_of(person("ada"), person("ben")))

    def broken(*_args: Any, **_kwargs: Any) -> None:
        publish(Person.objects.get(slug="ada"), by=None)
        raise OSError("The disk is full.")

    with monkeypatch.context() as patch:
        patch.setattr("imports.run.publish_all", broken)
        desk.press(publisher, batch, "publish")
    assert (batch.status, status_of(publisher, batch)["state"]) == ("publishing", "stopped")
    page = publisher.get(page_of(batch)).content.decode()
    assert "OSError: The disk is full." in page
    assert "The written records stay." in page

    desk.press(publisher, batch, "go-on")

    assert (batch.status, batch.published) == (ImportStatus.DONE, 1)
    assert batch.rows == {"created": 2}
    assert all(each.is_published for each in Person.objects.all())


def test_drafts_of_an_import_are_published_later(desk: Desk, publisher: Client) -> None:
    ada = make_person("ada")
    publish(ada.citations.get().source, ada, by=None)
    batch = desk.upload(publisher, file_of(person("ada", names=[{"name": "A"}]), person("ben")))
    desk.press(publisher, batch, "import")

    desk.press(publisher, batch, "publish-later")

    assert (batch.status, batch.published) == (ImportStatus.DONE, 2)
    assert batch.message.endswith("; 2 published later")
    assert all(each.is_published for each in Person.objects.all())
    assert not any(each.has_unpublished_changes for each in Person.objects.all())


def test_a_process_that_cannot_be_started_is_told(
    publisher: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("imports.worker.sys.executable", "/no/such/python")

    publisher.post(UPLOAD, {"file": file_of(person("ada"))})

    batch = ImportBatch.objects.get()
    assert status_of(publisher, batch)["state"] == "stopped"
    assert "No process could be started" in publisher.get(page_of(batch)).content.decode()
