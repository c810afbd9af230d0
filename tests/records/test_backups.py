"""Backup and restore of the sample story: what comes back is what was there, and what differs is seen."""

from __future__ import annotations

import json
import re
from contextlib import closing, contextmanager
from dataclasses import replace
from io import StringIO
from typing import TYPE_CHECKING

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection

from config.db import dumps, embedded
from records.backups import database, facts
from records.models import ApiKey, Change
from records.publishing.publish import publish
from tests.factories.records import make_topic

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from config.db.dumps import Database

pytestmark = pytest.mark.django_db(transaction=True)


@contextmanager
def another_database() -> Iterator[Database]:
    """An empty database on the same server."""
    name = f"{connection.settings_dict['NAME']}_restored"
    with connection.cursor() as cursor:
        cursor.execute(f'CREATE DATABASE "{name}" TEMPLATE template0')
    here = database()
    try:
        yield replace(here, parameters={**here.parameters, "dbname": name})
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def ask(there: Database, *statements: str) -> list[tuple[object, ...]]:
    with closing(there.connect()) as found:
        found.autocommit = True
        with found.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)
            return list(cursor.fetchall())


@pytest.mark.long
def test_what_is_restored_is_what_was_there(story: None, tmp_path: Path) -> None:
    """One story in one test, since reading a dump in costs seconds."""
    by = User.objects.create_user("curator", password="a long one")
    _key, token = ApiKey.make(owner="A library", by=by)
    publish(make_topic("archives"), by=None)
    position = Change.objects.count()
    path, said = tmp_path / "story.dump", StringIO()
    # Where the key of sessions came from the environment, there is no file of it to be named.
    (embedded.var() / "secret-key").touch()

    call_command("backup", str(path), stdout=said)

    # It says what is in it, and what is not.
    manifest = json.loads(dumps.beside(path).read_text())
    assert manifest["facts"] == {
        "documents": manifest["facts"]["revisions"],  # nothing was published twice
        "revisions": position,
        "feed position": Change.objects.latest("position").position,
        "accounts": User.objects.count(),
        "keys": 1,
    }
    assert position > 300
    assert manifest["tables"]["public.auth_user"]["rows"] == 1
    assert not {"public.django_session", "public.records_usage"} & manifest["tables"].keys()
    assert re.search(r"/secret-key \(signs sessions", said.getvalue())
    assert path.stat().st_mode & 0o777 == 0o600
    assert token.encode() not in path.read_bytes()

    # A database that has anything is refused, and so is another file under the name.
    with pytest.raises(CommandError, match="The database is not empty: it has "):
        call_command("restore", str(path))
    with pytest.raises(CommandError, match="exists already"):
        call_command("backup", str(path))
    damaged = tmp_path / "damaged.dump"
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    damaged.write_bytes(content)
    dumps.beside(damaged).write_text(dumps.beside(path).read_text())

    with another_database() as there:
        with pytest.raises(dumps.DumpError, match="its hash is another one"):
            dumps.restore(there, damaged, facts())
        dumps.restore(there, path, facts())

        # Every document and every change, compared by the database itself.
        editions = (
            "SELECT record_id, revision, document::text FROM events_eventedition ORDER BY 1, 2"
        )
        changes = "SELECT position, kind, at FROM records_change ORDER BY 1"
        people = "SELECT username, password FROM auth_user UNION ALL SELECT prefix, digest::text FROM records_apikey"
        for statement in (editions, changes, people):
            assert ask(there, statement) == ask(database(), statement)

        # What is changed, added or lost afterwards is seen.
        with closing(there.connect()) as found, found.cursor() as cursor:
            assert dumps.differences(cursor, manifest, facts()) == []
            cursor.execute("UPDATE auth_user SET is_superuser = true")
            cursor.execute("DELETE FROM records_apikey")
            assert dumps.differences(cursor, manifest, facts()) == [
                "keys is 0 and was 1",
                "public.auth_user has other rows",
                "public.records_apikey has 0 rows and had 1",
            ]


def test_a_dump_that_lacks_rows_is_not_kept(
    db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dumps, "rows_in", lambda database, path: {})

    with pytest.raises(CommandError, match=r"does not hold all rows of public\.auth_group"):
        call_command("backup", str(tmp_path / "some.dump"))

    assert list(tmp_path.iterdir()) == []


def test_what_cannot_be_read_is_refused_in_one_line(db: None, tmp_path: Path) -> None:
    path = tmp_path / "some.dump"
    with pytest.raises(CommandError, match=r"some\.dump\.json cannot be read"):
        call_command("restore", str(path))
    dumps.beside(path).write_text("{}")
    path.touch()
    with pytest.raises(CommandError, match="is not the manifest of a dump"):
        call_command("restore", str(path))


def test_a_database_that_cannot_be_reached_is_said_in_one_line(
    db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    good = dict(connection.settings_dict)
    connection.close()
    monkeypatch.setitem(connection.settings_dict, "HOST", "127.0.0.1")
    monkeypatch.setitem(connection.settings_dict, "PORT", "1")
    try:
        with pytest.raises(CommandError, match=r"^The database cannot be reached: [^\n]+$"):
            call_command("backup", str(tmp_path / "out.dump"))
    finally:
        connection.settings_dict.update(good)
        connection.close()

    assert list(tmp_path.iterdir()) == []
