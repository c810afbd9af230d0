"""What a start may skip: only what this very code has done to this very database."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.db import connection

from config.db import prepared
from records.models import Source
from tests.factories.records import make_source

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.django_db(transaction=True)


def is_prepared() -> bool:
    return prepared.is_prepared({**settings.DATABASES["default"], **connection.settings_dict})


def prepare() -> None:
    make_source()  # so that nothing is loaded
    call_command("prepare", sample_story=False)


@pytest.fixture(autouse=True)
def _forget() -> Any:
    """The comment is no row, so emptying the tables leaves it."""
    yield
    with connection.cursor() as cursor:
        prepared.forget(cursor)


def test_a_database_is_prepared_once_prepare_has_run() -> None:
    assert not is_prepared()

    prepare()

    assert is_prepared()
    assert Source.objects.count() == 1


def test_whatever_migrates_makes_it_unprepared() -> None:
    prepare()

    call_command("migrate", "records", verbosity=0)

    assert not is_prepared()


def test_a_database_without_an_administrator_is_not_prepared() -> None:
    prepare()

    get_user_model().objects.all().delete()

    assert not is_prepared()


def test_other_code_finds_it_unprepared(monkeypatch: pytest.MonkeyPatch) -> None:
    prepare()

    monkeypatch.setattr(prepared, "fingerprint", lambda: "another")

    assert not is_prepared()


def test_a_server_that_does_not_answer_is_not_prepared() -> None:
    database = {**settings.DATABASES["default"], "HOST": "/nowhere"}

    assert prepared.is_prepared(database) is False


def test_the_fingerprint_follows_code_names_and_versions(tmp_path: Path) -> None:
    (tmp_path / "records").mkdir()
    (tmp_path / "records" / "models.py").write_text("one")
    (tmp_path / "requirements.txt").write_text("django==5.2.1")
    seen = {prepared.fingerprint(tmp_path)}
    assert prepared.fingerprint(tmp_path) in seen

    for path, text in (
        ("records/models.py", "two"),
        ("records/more.py", ""),
        ("requirements.txt", "django==5.2.2"),
    ):
        (tmp_path / path).write_text(text)
        found = prepared.fingerprint(tmp_path)
        assert found not in seen
        seen.add(found)
