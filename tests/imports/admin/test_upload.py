"""A file at the desk: uploaded, checked, and then imported or given up."""

from __future__ import annotations

import io
import zipfile
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from imports.models import ImportBatch, ImportStatus
from people.models import Person
from records.models import Change
from records.publishing.publish import publish
from records.roles import CONTRIBUTOR
from tests.factories.imports import UPLOAD, Desk, file_of, page_of, person
from tests.factories.people import make_person
from tests.factories.records import make_source

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def atlas() -> None:
    publish(make_source(slug="atlas"), by=None)


def shown(client: Client, batch: ImportBatch, query: str = "") -> Any:
    response = client.get(f"{page_of(batch)}{query}")
    assert response.status_code == 200
    return response


def buttons(client: Client, batch: ImportBatch) -> set[str]:
    return set(shown(client, batch).context["possible"])


def test_an_upload_is_checked_and_shown_and_nothing_is_written(
    desk: Desk, contributor: Client
) -> None:
    make_person("ada")

    batch = desk.upload(contributor, file_of(person("ada", birth="1815"), person("ben")))

    page = shown(contributor, batch)
    assert (batch.status, batch.dataset) == (ImportStatus.CHECKED, "chancery")
    assert page.context["counts"] == [
        ("Rows of the file", ["1", "1", "", "", ""]),
        ("People", ["1", "1", "", "", ""]),
    ]
    assert "Nothing is written yet" in page.content.decode()
    assert list(Person.objects.values_list("slug", flat=True)) == ["ada"]
    assert buttons(contributor, batch) == {"import", "check", "give_up"}


def test_all_that_is_wrong_is_shown_at_once_and_nothing_can_be_imported(
    desk: Desk, contributor: Client
) -> None:
    batch = desk.upload(
        contributor, file_of(person("ada", birth="18-15"), person("ben", nmae="Ben"), person("cy"))
    )

    page = shown(contributor, batch)
    assert batch.status == ImportStatus.REJECTED
    assert [(line["where"], line["field"], line["code"]) for line in page.context["lines"]] == [
        ("people.ndjson, line 1", "/birth", "bad_date"),
        ("people.ndjson, line 2", "/nmae", "unknown_field"),
    ]
    assert buttons(contributor, batch) == {"check", "give_up"}
    desk.press(contributor, batch, "import")
    assert not Person.objects.exists()


def test_the_good_rows_are_imported_after_a_check_without_the_others(
    desk: Desk, contributor: Client
) -> None:
    batch = desk.upload(contributor, file_of(person("ada", birth="18-15"), person("ben")))

    desk.press(contributor, batch, "check", is_partial="on")
    assert (batch.status, batch.rows) == (ImportStatus.CHECKED, {"created": 1, "rejected": 1})
    desk.press(contributor, batch, "import")

    assert batch.status == ImportStatus.DONE
    assert [each.slug for each in Person.objects.all()] == ["ben"]


def test_a_contributor_imports_drafts(desk: Desk, contributor: Client) -> None:
    batch = desk.upload(contributor, file_of(person("ada")))

    response = desk.press(contributor, batch, "import")

    assert (response.status_code, response["Location"]) == (302, page_of(batch))
    assert batch.status == ImportStatus.DONE
    assert batch.content is None
    assert Person.objects.get().editorial_state == "draft"
    assert buttons(contributor, batch) == {"undo"}
    assert desk.press(contributor, batch, "publish").status_code == 403


def test_a_publisher_imports_and_publishes(desk: Desk, publisher: Client) -> None:
    batch = desk.upload(publisher, file_of(person("ada")), publishes="on", reason="Census.")

    assert batch.published == 1
    assert buttons(publisher, batch) == {"import", "publish", "check", "give_up"}
    desk.press(publisher, batch, "publish")

    assert (batch.status, batch.published) == (ImportStatus.DONE, 1)
    assert Person.objects.get().is_published


def test_a_publisher_says_why_public_records_change(desk: Desk, publisher: Client) -> None:
    first = desk.upload(publisher, file_of(person("ada", birth="1815")), publishes="on")
    desk.press(publisher, first, "publish")
    changed = file_of(person("ada", birth="1816"))

    batch = desk.upload(publisher, changed, publishes="on", nature="recoding")
    desk.press(publisher, batch, "publish")

    assert list(Change.objects.filter(kind="person").values_list("action", "nature")) == [
        ("published", ""),
        ("updated", "recoding"),
    ]
    assert "<dd>Recoding</dd>" in publisher.get(page_of(batch)).content.decode()


def test_a_contributor_does_not_say_it(desk: Desk, contributor: Client) -> None:
    assert 'name="nature"' not in contributor.get(UPLOAD).content.decode()
    assert desk.upload(contributor, file_of(person("ada")), nature="recoding").nature == ""


def test_what_cannot_be_published_is_said_before_anything_is_written(
    desk: Desk, publisher: Client
) -> None:
    uncited = file_of(person("ada", citations=[]))

    batch = desk.upload(publisher, uncited, publishes="on")

    assert [line["code"] for line in shown(publisher, batch).context["lines"]] == ["no_citation"]
    desk.press(publisher, batch, "check")
    assert batch.status == ImportStatus.CHECKED
    desk.press(publisher, batch, "import")
    assert Person.objects.get().editorial_state == "draft"


def test_a_check_that_was_made_anew_has_to_be_looked_at_before_it_is_imported(
    desk: Desk, contributor: Client
) -> None:
    batch = desk.upload(contributor, file_of(person("ada")))
    assert batch.finished_at
    before = batch.finished_at.isoformat()
    desk.press(contributor, batch, "check", is_partial="on")

    response = desk.press(contributor, batch, "import", seen=before)

    assert batch.status == ImportStatus.CHECKED
    assert "No change: somebody else" in contributor.get(response["Location"]).content.decode()
    desk.press(contributor, batch, "import")
    assert batch.status == ImportStatus.DONE


def test_a_file_that_was_given_up_is_not_kept(desk: Desk, contributor: Client) -> None:
    batch = desk.upload(contributor, file_of(person("ada")))

    desk.press(contributor, batch, "give-up")

    assert batch.content is None
    assert "Given up by contributor." in shown(contributor, batch).content.decode()
    assert buttons(contributor, batch) == set()
    desk.press(contributor, batch, "import")
    assert not Person.objects.exists()


# What is uploaded by mistake, or in bad faith


@pytest.mark.parametrize(
    ("file", "message"),
    [
        (SimpleUploadedFile("empty.ndjson", b""), "The submitted file is empty."),
        (SimpleUploadedFile("x" * 300 + ".ndjson", b"{}"), "at most 250 characters"),
    ],
)
def test_a_file_that_cannot_be_one_is_refused_at_once(
    desk: Desk, contributor: Client, file: SimpleUploadedFile, message: str
) -> None:
    response = desk.send(contributor, UPLOAD, file=file)

    assert message in response.content.decode()
    assert not ImportBatch.objects.exists()


def test_a_file_that_is_too_large_is_refused_with_a_way_out(
    desk: Desk, contributor: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("imports.admin.upload.LARGEST", 1000)

    response = desk.send(contributor, UPLOAD, file=file_of(person("ada", name="A" * 1000)))

    assert "at most 1000\xa0bytes can be uploaded. Compress it" in response.content.decode()
    assert not ImportBatch.objects.exists()


def zipped(name: str, content: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return file.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("holiday.jpg", b"\xff\xd8\xff\xe0", "not recognised. Choose the format"),
        ("people.ndjson", b"\x00\x01\x02", "not"),
        ("people.ndjson", b"[1, 2]", "line 1"),
        ("people.zip", zipped("p.ndjson", b" " * 20_000_000), "as only a trap does"),
        ("people.zip", b"PK\x03\x04broken", "damaged"),
        ("people.7z", b"7z\xbc\xaf\x27\x1c", "7-Zip archive, which is not read"),
    ],
)
def test_a_file_that_cannot_be_read_ends_with_a_reason(
    desk: Desk, contributor: Client, name: str, content: bytes, message: str
) -> None:
    batch = desk.upload(contributor, SimpleUploadedFile(name, content))

    assert batch.status in {ImportStatus.FAILED, ImportStatus.REJECTED}
    assert message in shown(contributor, batch).content.decode()
    assert "import" not in buttons(contributor, batch)


def test_what_is_not_looked_at_in_an_archive_is_told(desk: Desk, contributor: Client) -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("one/p.ndjson", "{}")
        archive.writestr("two/p.jpg", "")

    batch = desk.upload(contributor, SimpleUploadedFile("all.zip", file.getvalue()))

    assert batch.status in {ImportStatus.FAILED, ImportStatus.REJECTED}
    (left_out,) = shown(contributor, batch, "?sort=skipped").context["lines"]
    assert (left_out["where"], left_out["reason"]) == ("two", "No known data set.")


def test_an_error_of_the_program_is_told_and_leaves_nothing_half_done(
    desk: Desk, contributor: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_args: Any, **_kwargs: Any) -> None:
        raise KeyError("no such thing")

    monkeypatch.setattr("imports.run.import_exchange_files", broken)

    batch = desk.upload(contributor, file_of(person("ada")))

    assert batch.status == ImportStatus.FAILED
    assert batch.message.endswith("KeyError: 'no such thing'")
    assert buttons(contributor, batch) == {"check", "give_up"}


def test_markup_in_names_and_values_is_shown_as_text(desk: Desk, contributor: Client) -> None:
    script = "<script>alert(1)</script>"
    file = file_of(person("ada", birth=script), {"object": script}, name="<b>.ndjson")

    batch = desk.upload(contributor, file, reason=script)

    for page in (page_of(batch), "/admin/imports/importbatch/", "/admin/"):
        assert script not in contributor.get(page).content.decode()
        assert "<b>.ndjson" not in contributor.get(page).content.decode()


@pytest.mark.parametrize(
    "query", ["?sort=nonsense", "?p=0", "?p=x", "?p=99999999999999999999", "?p=-1&sort=%00"]
)
def test_any_query_of_the_page_has_an_answer(desk: Desk, contributor: Client, query: str) -> None:
    batch = desk.upload(contributor, file_of(person("ada", birth="x")))
    assert contributor.get(f"{page_of(batch)}{query}", follow=True).status_code == 200


# Who may


def somebody_else(role: str = CONTRIBUTOR) -> Client:
    user = User.objects.create_user("else", is_staff=True)
    user.groups.add(Group.objects.get(name=role))
    client = Client()
    client.force_login(user)
    return client


@pytest.mark.parametrize(
    "action", ["import", "publish", "check", "give-up", "undo", "go-on", "publish-later"]
)
def test_an_import_of_somebody_else_is_looked_at_and_left_alone(
    desk: Desk, contributor: Client, action: str
) -> None:
    batch = desk.upload(contributor, file_of(person("ada")))
    other = somebody_else()

    assert buttons(other, batch) == set()
    assert desk.press(other, batch, action).status_code == 403
    assert batch.status == ImportStatus.CHECKED
    assert batch.content is not None


def test_a_publisher_decides_for_others_too(
    desk: Desk, contributor: Client, publisher: Client
) -> None:
    batch = desk.upload(contributor, file_of(person("ada")))

    desk.press(publisher, batch, "publish")

    assert Person.objects.get().is_published


@pytest.mark.parametrize("page", ["", "status/", "report/", "import/", "undo/"])
def test_without_a_right_nothing_is_seen(desk: Desk, contributor: Client, page: str) -> None:
    batch = desk.upload(contributor, file_of(person("ada")))
    stranger = Client()
    stranger.force_login(User.objects.create_user("stranger", is_staff=True))

    assert stranger.get(f"{page_of(batch)}{page}").status_code == 403
    assert stranger.post(f"{page_of(batch)}{page}").status_code == 403
    assert stranger.get(UPLOAD).status_code == 403
    assert desk.send(stranger, UPLOAD, file=file_of(person("ben"))).status_code == 403
    assert Client().get(f"{page_of(batch)}{page}").status_code == 302
    assert ImportBatch.objects.count() == 1


def test_a_contributor_cannot_ask_for_publishing_or_withdrawing(
    desk: Desk, contributor: Client
) -> None:
    batch = desk.upload(contributor, file_of(person("ada")), publishes="on", withdraws="on")
    assert (batch.publishes, batch.withdraws) == (False, False)

    desk.press(contributor, batch, "check", publishes="on")
    assert not batch.publishes


def test_records_of_a_kind_that_one_may_not_edit_are_not_imported(desk: Desk) -> None:
    user = User.objects.create_user("importer", is_staff=True)
    rights = Group.objects.get(name=CONTRIBUTOR).permissions
    user.user_permissions.set(rights.filter(codename__endswith="importbatch"))
    client = Client()
    client.force_login(user)

    batch = desk.upload(client, file_of(person("ada")))

    assert batch.status == ImportStatus.FAILED
    assert batch.message == "You may not add people, which are in this file."


@pytest.mark.parametrize(
    "action", ["import", "publish", "check", "give-up", "go-on", "publish-later"]
)
def test_looking_changes_nothing(desk: Desk, publisher: Client, action: str) -> None:
    batch = desk.upload(publisher, file_of(person("ada")))

    assert publisher.get(f"{page_of(batch)}{action}/").status_code == 405
    batch.refresh_from_db()
    assert batch.status == ImportStatus.CHECKED


def test_another_site_cannot_press_the_buttons(desk: Desk, contributor: Client) -> None:
    batch = desk.upload(contributor, file_of(person("ada")))
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(User.objects.get(username="contributor"))

    assert desk.press(strict, batch, "import").status_code == 403
    assert desk.send(strict, UPLOAD, file=file_of(person("ben"))).status_code == 403
    assert batch.status == ImportStatus.CHECKED


def test_imports_cannot_be_deleted_or_edited(desk: Desk, administrator: Client) -> None:
    batch = desk.upload(administrator, file_of(person("ada")))
    root = Client()
    root.force_login(User.objects.create_superuser("root"))

    assert root.get(f"{page_of(batch)}delete/").status_code == 404
    assert root.post(f"{page_of(batch)}change/", {"status": "done"}).status_code == 404
    assert root.post(page_of(batch), {"status": "done"}).status_code in {200, 405}
    batch.refresh_from_db()
    assert batch.status == ImportStatus.CHECKED


# The list


def test_the_list_costs_the_same_whatever_it_shows(
    desk: Desk, contributor: Client, django_assert_num_queries: Any
) -> None:
    desk.upload(contributor, file_of(person("ada")))
    with django_assert_num_queries(7):
        contributor.get("/admin/imports/importbatch/")
    desk.upload(contributor, file_of(person("ben")))
    desk.upload(contributor, file_of(person("cy", birth="x")))
    with django_assert_num_queries(7):
        page = contributor.get("/admin/imports/importbatch/").content.decode()

    assert "1 rejected" in page
    assert "Import a file" in page


def test_no_more_are_at_work_at_once_than_the_machine_bears(
    desk: Desk, contributor: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("imports.admin.batch.AT_ONCE", 1)
    user = User.objects.get(username="contributor")
    ImportBatch.objects.create(file_name="slow.ndjson", by=user)

    response = desk.send(contributor, UPLOAD, file=file_of(person("ada")))

    assert "Wait until one of them is done" in response.content.decode()
    assert ImportBatch.objects.count() == 1
