"""An import that is killed again and again, and so is PostgreSQL, ends as one that was not disturbed.

A kill happens at a known place, whatever the load of the machine: the test locks what the import needs next, sees it wait
for that lock, and kills it then.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from contextlib import ExitStack, closing, contextmanager, suppress
from typing import TYPE_CHECKING, Any

import orjson
import psycopg2
import pytest

from config.db import embedded
from tests.factories.imports import ndjson
from tests.factories.servers import clean_environment

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

# Eleven processes that load Django, most of them killed, and PostgreSQL twice.
pytestmark = pytest.mark.long

#: Enough that two processes publish side by side, in several batches each (in_small_batches.py).
PERSONS = 200
EVENTS = 60
#: How long the import may take to come to a lock.
PATIENCE = 180

SESSIONS = """
    SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND backend_type = 'client backend'
"""
WRITTEN = "SELECT count(*) FROM people_person WHERE slug LIKE 'envoy-%'"
PUBLISHED = "SELECT count(*) FROM records_change"
LAST_PERSON = f"envoy-{PERSONS - 1}"
LOCK_PERSON = "SELECT 1 FROM people_person WHERE slug = %s FOR UPDATE"


def manage(*words: str, **variables: str) -> subprocess.Popen[bytes]:
    """Start a command in a process of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "tests.imports.in_small_batches", *words],
        cwd=embedded.PROJECT,
        env={**clean_environment(), "CHANCERY_VAR": os.environ["CHANCERY_VAR"], **variables},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )


def done(*words: str, **variables: str) -> bytes:
    process = manage(*words, **variables)
    output, _ = process.communicate(timeout=180)
    assert process.returncode == 0, output.decode()
    return output


def connect(database: str = embedded.NAME) -> Any:
    settings = embedded.main_server().django_settings()
    return psycopg2.connect(dbname=database, user=settings["USER"], host=settings["HOST"])


@contextmanager
def asking(database: str = embedded.NAME) -> Iterator[Callable[..., list[tuple[Any, ...]]]]:
    """Ask over one connection, as often as one likes."""
    with closing(connect(database)) as opened:
        opened.autocommit = True

        def ask(sql: str, *values: object) -> list[tuple[Any, ...]]:
            with opened.cursor() as cursor:
                cursor.execute(sql, values or None)
                return cursor.fetchall() if cursor.description else []

        yield ask


def query(sql: str, *values: object, database: str = embedded.NAME) -> list[tuple[Any, ...]]:
    with asking(database) as ask:
        return ask(sql, *values)


def number(sql: str) -> int:
    ((found,),) = query(sql)
    return int(found)


@contextmanager
def locked(sql: str, *values: object) -> Iterator[int]:
    """Hold a lock; gives the process of the server that holds it."""
    opened = connect()
    try:
        with opened.cursor() as cursor:
            cursor.execute(sql, values)
        yield opened.info.backend_pid
    finally:
        with suppress(psycopg2.Error):  # the server was killed
            opened.close()


def wait_for(process: subprocess.Popen[bytes], sql: str, value: int) -> None:
    """Return when the query finds a row. The process must be alive all the time."""
    until = time.monotonic() + PATIENCE
    with asking() as ask:
        while not ask(sql, value):
            assert process.poll() is None
            assert time.monotonic() < until
            time.sleep(0.02)
    assert process.poll() is None


def wait_until_blocked(process: subprocess.Popen[bytes], holder: int) -> None:
    """Return when the import waits for the lock: it cannot end before the lock is released."""
    wait_for(
        process, "SELECT 1 FROM pg_stat_activity WHERE %s = ANY(pg_blocking_pids(pid))", holder
    )


def file_of_meetings(folder: Path) -> Path:
    documents: list[dict[str, Any]] = [
        {"object": "source", "slug": "diary", "kind": "book", "title": "Diary"}
    ]
    cited = {"citations": [{"source": "diary"}]}
    documents += [
        {"object": "person", "slug": f"envoy-{n}", "name": f"Envoy {n}", **cited}
        for n in range(PERSONS)
    ]
    documents += [
        {
            "object": "event",
            "slug": f"meeting-{n}",
            "type": "meeting",
            "title": f"Meeting {n}",
            "when": f"19{n % 90 + 10}-05",
            # To the one after it, so that nothing can be published in the order of the lines.
            "links": [{"kind": "follow_up", "event": f"meeting-{(n + 1) % EVENTS}"}]
            if n % 20 == 0
            else [],
            "participations": [
                {
                    "participant": {"object": "person", "ref": f"envoy-{(n * 7 + k) % PERSONS}"},
                    "role": "participant",
                }
                for k in range(2)
            ],
            **cited,
        }
        for n in range(EVENTS)
    ]
    path = folder / "meetings.ndjson"
    path.write_bytes(ndjson(*documents))
    return path


def records(database: str) -> list[dict[str, Any]]:
    """What is exported, but for the ids, which every database gives for itself."""
    url = f"postgres://{embedded.NAME}@/{database}?host={embedded.main_server().socket_folder}"
    lines = done("export", DATABASE_URL=url).splitlines()
    found = [orjson.loads(line) for line in lines if line.startswith(b"{")]
    return [{name: value for name, value in line.items() if name != "id"} for line in found]


def published(database: str) -> list[tuple[Any, ...]]:
    """What is public, and how often it was published; positions in the feed are without a gap."""
    (feed,) = query("SELECT count(*), max(position) FROM records_change", database=database)
    assert feed[0] == feed[1]
    return query(
        "SELECT kind, body->>'label', standing, (SELECT count(*) FROM records_change c WHERE c.record_id = r.id) "
        "FROM records_reference r ORDER BY kind, slug",
        database=database,
    )


def kill(process: subprocess.Popen[bytes]) -> None:
    """Kill the process of the import, and wait for its sessions to end."""
    process.kill()
    # The pipe is closed when the last process that writes to it is gone: none outlives the command.
    process.communicate(timeout=60)


def kill_server(process: subprocess.Popen[bytes]) -> None:
    """Kill PostgreSQL; the import then ends with a message."""
    pid = int((embedded.main_server().data / "postmaster.pid").read_text().split()[0])
    os.kill(pid, signal.SIGKILL)
    output, _ = process.communicate(timeout=60)
    assert b"Traceback" not in output
    embedded.main_server().start()


def wait_until_alone() -> None:
    """Return when the server has noticed that the killed process is gone: it releases its locks then."""
    until = time.monotonic() + PATIENCE
    with asking() as ask:
        while ask(SESSIONS) != [(1,)]:
            assert time.monotonic() < until
            time.sleep(0.02)


def test_what_is_killed_five_times_ends_as_what_was_not(
    prepared_server: embedded.Server, tmp_path: Path
) -> None:
    """Beside the sample story, since a database that has it is there to be copied."""
    prepared_server.start()
    query("CREATE DATABASE undisturbed TEMPLATE chancery")
    path = str(file_of_meetings(tmp_path))
    url = f"postgres://{embedded.NAME}@/undisturbed?host={prepared_server.socket_folder}"
    done("import", path, "--publish", DATABASE_URL=url)
    public = number(PUBLISHED) + 1  # the source, which is published first

    # Before anything is written
    process = manage("import", path, "--publish")
    with locked("LOCK TABLE people_person IN SHARE MODE") as holder:
        wait_until_blocked(process, holder)
        kill(process)
    wait_until_alone()

    # When persons are written, and events are not
    process = manage("import", path, "--publish")
    with locked("LOCK TABLE events_event IN SHARE MODE") as holder:
        wait_until_blocked(process, holder)
        kill_server(process)
    assert number(WRITTEN) == 0

    # When a batch of persons is public: processes beside the command are at work then
    process = manage("import", path, "--publish")
    with ExitStack() as stack:
        with locked("LOCK TABLE people_personedition IN SHARE MODE") as holder:
            wait_until_blocked(process, holder)
            last_person = stack.enter_context(locked(LOCK_PERSON, LAST_PERSON))
        wait_for(process, "SELECT 1 FROM records_change HAVING count(*) > %s", public)
        wait_until_blocked(process, last_person)
        kill(process)
    wait_until_alone()
    assert number(WRITTEN) == PERSONS
    assert public < number(PUBLISHED) < public + PERSONS

    # When the last persons are about to be published
    process = manage("import", path, "--publish")
    with locked(LOCK_PERSON, LAST_PERSON) as holder:
        wait_until_blocked(process, holder)
        kill_server(process)
    assert number(PUBLISHED) < public + PERSONS

    # When all persons are public, and no event is
    process = manage("import", path, "--publish")
    with locked("LOCK TABLE events_eventedition IN SHARE MODE") as holder:
        wait_until_blocked(process, holder)
        kill(process)
    wait_until_alone()
    assert number(PUBLISHED) == public + PERSONS

    done("import", path, "--publish")

    assert records(embedded.NAME) == records("undisturbed")
    assert published(embedded.NAME) == published("undisturbed")
    last = done("import", path, "--publish").decode()
    assert (
        f"{PERSONS + EVENTS + 1} lines: 0 created, 0 updated, {PERSONS + EVENTS + 1} unchanged"
        in last
    )
