"""Changing a table that somebody reads, and whose transaction does not end."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from functools import partial
from threading import Thread
from typing import Any

import psycopg2
import pytest
from django.db import connection, models

from config.db import altering
from config.db.altering import Patience, SchemaEditor, StillInUseError
from records.models import PendingLabel

pytestmark = pytest.mark.django_db(transaction=True)

TABLE = PendingLabel._meta.db_table
INDEX = models.Index(fields=["since"], name="pendinglabel_by_since")


@pytest.fixture
def reader() -> Iterator[Any]:
    """Somebody in the middle of a transaction that has read the table."""
    at = connection.get_connection_params()
    named = {
        name: at[name] for name in ("dbname", "user", "password", "host", "port") if at.get(name)
    }
    with closing(psycopg2.connect(**named)) as opened:
        opened.cursor().execute(f'SELECT * FROM "{TABLE}"')
        yield opened


@pytest.fixture(autouse=True)
def short_waits(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(altering, "PAUSE_SECONDS", 0.01)
    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = '50ms'")
    yield
    with connection.cursor() as cursor:
        cursor.execute("RESET lock_timeout")
        cursor.execute(f'ALTER TABLE "{TABLE}" DROP COLUMN IF EXISTS extra')
        cursor.execute(f"DROP INDEX IF EXISTS {INDEX.name}")


def editor(patience: Patience) -> Any:
    return SchemaEditor(connection, atomic=False, patience=patience)


def has_column() -> bool:
    with connection.cursor() as cursor:
        columns = connection.introspection.get_table_description(cursor, TABLE)
    return "extra" in {column.name for column in columns}


ADD = f'ALTER TABLE "{TABLE}" ADD COLUMN extra integer'


def test_a_statement_lets_readers_pass_and_is_tried_again(reader: Any) -> None:
    said: list[str] = []

    def say(text: str) -> None:
        # Had it kept waiting for the table, this would wait behind it.
        with reader.cursor() as cursor:
            cursor.execute("SET statement_timeout = '5s'")
            cursor.execute(f'SELECT count(*) FROM "{TABLE}"')
        said.append(text)
        if len(said) == 2:
            reader.rollback()

    with editor(Patience(5, say)) as each:
        each.execute(ADD)

    assert said == [f"A table is in use (attempt {number} of 5)." for number in (1, 2)]
    assert has_column()


def test_it_gives_up_in_the_end(reader: Any) -> None:
    said: list[str] = []

    with pytest.raises(StillInUseError):
        Patience(2, said.append).apply(partial(_execute, ADD))

    assert len(said) == 2
    assert not has_column()


def test_other_errors_are_not_tried_again() -> None:
    said: list[str] = []

    with pytest.raises(Exception, match="does not exist"):
        Patience(2, said.append).apply(
            partial(_execute, "ALTER TABLE nowhere ADD COLUMN x integer")
        )

    assert said == []


def _execute(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def test_an_index_waits_for_as_long_as_it_takes_and_replaces_what_was_left(reader: Any) -> None:
    """Its own reader may go on reading: nobody waits behind an index that is built concurrently."""
    reader.rollback()
    said: list[str] = []
    with editor(Patience(1, said.append)) as each:
        each.add_index(PendingLabel, INDEX, concurrently=True)
    assert _is_valid()
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE pg_index SET indisvalid = false WHERE indexrelid = %s::regclass", [INDEX.name]
        )
    assert not _is_valid()
    # It sees a moment before the index, so the index waits for it.
    with reader.cursor() as cursor:
        cursor.execute(f'LOCK TABLE "{TABLE}" IN ROW EXCLUSIVE MODE')
    failed: list[BaseException] = []

    def build() -> None:
        try:
            with connection.cursor() as cursor:
                cursor.execute("SET lock_timeout = '50ms'")
            with editor(Patience(1, said.append)) as each:
                each.add_index(PendingLabel, INDEX, concurrently=True)
            with connection.cursor() as cursor:
                cursor.execute("SHOW lock_timeout")
                assert cursor.fetchone()[0] == "50ms"
        except BaseException as error:  # noqa: BLE001 - shown by the test
            failed.append(error)
        finally:
            connection.close()

    builder = Thread(target=build)
    builder.start()
    builder.join(0.5)
    assert builder.is_alive(), failed
    with reader.cursor() as cursor:
        cursor.execute("SET statement_timeout = '5s'")
        cursor.execute(f'SELECT count(*) FROM "{TABLE}"')
    reader.rollback()
    builder.join(30)
    assert (failed, said, _is_valid()) == ([], [], True)


def _is_valid() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass(%s)", [INDEX.name]
        )
        row = cursor.fetchone()
    return bool(row and row[0])
