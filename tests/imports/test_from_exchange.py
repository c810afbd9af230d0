"""Importing exchange files: several at once, places of what is wrong, and who may."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.core.exceptions import PermissionDenied
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from imports.files.opening import open_input
from imports.files.tree import InputError
from imports.models import ImportBatch, ImportStatus
from imports.run import publish_later
from records.models import Change, Nature, Topic
from records.roles import CONTRIBUTOR
from tests.factories.imports import import_files, import_path, ndjson

TOPIC = {"object": "topic", "slug": "mining", "code": "mining", "label": "Mining"}


def write(path: Path, *documents: dict[str, Any]) -> Path:
    path.write_bytes(ndjson(*documents))
    return path


@pytest.mark.django_db
def test_files_of_a_folder_are_one_import_and_may_name_each_other(tmp_path: Path) -> None:
    write(tmp_path / "a.ndjson", TOPIC | {"broader": "economy"})
    write(
        tmp_path / "b.ndjson",
        {"object": "topic", "slug": "economy", "code": "economy", "label": "Economy"},
        TOPIC | {"slug": "gold", "code": "gold", "lable": "Gold"},
    )

    result = import_path(tmp_path)
    assert [(r.file, r.line, r.fault.pointer, r.fault.code) for r in result.of("rejected")] == [
        ("b.ndjson", 2, "/lable", "unknown_field")
    ]

    partly = import_path(tmp_path, is_partial=True)
    assert dict(partly.rows) == {"created": 2, "rejected": 1}
    mining = Topic.objects.get(slug="mining")
    assert mining.broader is not None
    assert mining.broader.slug == "economy"


@pytest.mark.django_db
def test_a_good_line_that_names_a_bad_one_is_left_out_with_it(tmp_path: Path) -> None:
    path = write(
        tmp_path / "topics.ndjson",
        TOPIC,
        TOPIC | {"slug": "gold", "code": "gold", "broader": "metals"},
        # The database refuses it, after lines that name it were written.
        {
            "object": "topic",
            "slug": "metals",
            "code": "metals",
            "label": "Metals",
            "broader": "gold",
        },
    )

    result = import_path(path, is_partial=True)

    assert dict(result.rows) == {"created": 1, "rejected": 2}
    assert sorted((r.line, r.fault.code) for r in result.of("rejected")) == [
        (2, "rejected_reference"),
        (3, "topic_is_not_broader_than_itself"),
    ]
    assert [topic.slug for topic in Topic.objects.all()] == ["mining"]


@pytest.mark.django_db
def test_who_may_not_publish_cannot_import_and_publish(tmp_path: Path) -> None:
    path = write(tmp_path / "topics.ndjson", TOPIC)
    contributor = User.objects.create_user("contributor")
    contributor.groups.add(Group.objects.get(name=CONTRIBUTOR))

    with pytest.raises(PermissionDenied):
        import_path(path, contributor, publishes=True)
    with pytest.raises(PermissionDenied, match="You may not add topics"):
        import_path(path, User.objects.create_user("nobody"))
    assert not Topic.objects.exists()
    assert set(ImportBatch.objects.values_list("status", flat=True)) == {ImportStatus.FAILED}

    assert dict(import_path(path, contributor).rows) == {"created": 1}


@pytest.mark.django_db(transaction=True)
def test_two_imports_of_one_form_at_once_are_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "topics.ndjson", TOPIC)
    holding, over = Event(), Event()

    def hold() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_advisory_xact_lock(hashtextextended('chancery-import:chancery', 0))"
            )
            holding.set()
            over.wait(30)
        connection.close()

    other = Thread(target=hold)
    other.start()
    try:
        assert holding.wait(30)
        with pytest.raises(InputError, match="Another import of chancery is under way"):
            import_path(path)
    finally:
        over.set()
        other.join()
    assert dict(import_path(path).rows) == {"created": 1}


@pytest.mark.django_db
def test_a_stopped_import_is_closed_by_the_next(tmp_path: Path) -> None:
    path = write(tmp_path / "topics.ndjson", TOPIC)
    stopped = ImportBatch.objects.create(
        file_name="topics.ndjson", dataset="chancery", status=ImportStatus.RUNNING
    )

    import_path(path)

    stopped.refresh_from_db()
    assert (stopped.status, stopped.message) == (
        "failed",
        "The process ended before it was done. Nothing was written.",
    )


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "There is no record in it"),
        (b"\n\n", "There is no record in it"),
        (b"\x1f\x8b\x08\x00broken", "gzip"),
        ('{"object": "topic"}'.encode("utf-16"), "rejected"),
    ],
)
def test_files_that_are_none_are_refused_in_a_line(
    tmp_path: Path, content: bytes, message: str
) -> None:
    path = tmp_path / "topics.ndjson"
    path.write_bytes(content)

    with pytest.raises(CommandError, match=message):
        call_command("import", str(path))
    assert not Topic.objects.exists()


def natures() -> list[tuple[str, str]]:
    """The action and the nature of every change of a tenure."""
    return list(Change.objects.filter(kind="tenure").values_list("action", "nature"))


@pytest.mark.django_db
def test_a_later_file_says_a_development_where_a_day_lies_after_the_edition_and_else_a_correction(
    tmp_path: Path,
) -> None:
    cited = {"citations": [{"source": "atlas"}]}
    tenure = {
        "object": "tenure",
        "slug": "held",
        "person": "somebody",
        "office": "minister",
    } | cited
    path = write(
        tmp_path / "first.ndjson",
        {"object": "source", "slug": "atlas", "kind": "book", "title": "Atlas"},
        {"object": "person", "slug": "somebody", "name": "Somebody"} | cited,
        {"object": "office", "slug": "minister", "title": "Minister", "classification": "minister"}
        | cited,
        tenure | {"start": "2001-02"},
    )
    import_path(path, publishes=True)
    tomorrow = (datetime.now(UTC).date() + timedelta(days=1)).isoformat()

    import_path(write(path, tenure | {"start": "2001-03"}), publishes=True)
    import_path(write(path, tenure | {"end": tomorrow}), publishes=True)
    import_path(write(path, tenure | {"kind": "acting"}), publishes=True, nature=Nature.RECODING)
    write(path, tenure | {"start": "2001-04"})
    call_command("import", str(path), "--publish", "--nature", "development")

    assert natures() == [
        ("published", ""),
        ("updated", "correction"),
        ("updated", "development"),
        ("updated", "recoding"),
        ("updated", "development"),
    ]


@pytest.mark.django_db
def test_the_nature_of_labels_cannot_be_said_of_an_import(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="invalid choice: 'reference'"):
        call_command("import", str(tmp_path), "--nature", "reference")


@pytest.mark.django_db
def test_what_is_published_later_has_the_nature_that_was_said_of_the_import(tmp_path: Path) -> None:
    path = write(tmp_path / "topics.ndjson", TOPIC)
    import_path(path, publishes=True)
    with open_input(write(path, TOPIC | {"label": "Mining and quarrying"})) as tree:
        _result, batch = import_files(tree)
    ImportBatch.objects.filter(pk=batch.pk).update(nature="recoding")
    batch.refresh_from_db()

    publish_later(batch, by=None, progress=lambda *_: None)

    found = Change.objects.filter(kind="topic").values_list("action", "nature")
    assert list(found) == [("published", ""), ("updated", "recoding")]
