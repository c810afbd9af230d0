"""An import that is killed again and again, and so is PostgreSQL, ends as one that was not disturbed."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any

import orjson
import psycopg2

from config.db import embedded
from tests.config.conftest import (  # noqa: F401 - fixtures
    clean_environment,
    initialised,
    server,
    var,
)

if TYPE_CHECKING:
    from pathlib import Path

#: Enough that two processes publish side by side.
PERSONS = 2_100
EVENTS = 600
KILLS = 5


def manage(*words: str, **variables: str) -> subprocess.Popen[bytes]:
    """Start a command in a process of its own."""
    return subprocess.Popen(
        [sys.executable, "manage.py", *words],
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


def query(sql: str, database: str = embedded.NAME) -> list[tuple[Any, ...]]:
    settings = embedded.main_server().django_settings()
    opened = psycopg2.connect(dbname=database, user=settings["USER"], host=settings["HOST"])
    opened.autocommit = True
    try:
        with opened.cursor() as cursor:
            cursor.execute(sql)
            return cursor.fetchall() if cursor.description else []
    finally:
        opened.close()


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
            if n % 50 == 0
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
    path.write_bytes(b"\n".join(map(orjson.dumps, documents)))
    return path


def records(database: str) -> list[dict[str, Any]]:
    """What is exported, but for the ids, which every database gives for itself."""
    url = f"postgres://{embedded.NAME}@/{database}?host={embedded.main_server().socket_folder}"
    lines = done("export", DATABASE_URL=url).splitlines()
    found = [orjson.loads(line) for line in lines if line.startswith(b"{")]
    return [{name: value for name, value in line.items() if name != "id"} for line in found]


def published(database: str) -> list[tuple[Any, ...]]:
    """What the world sees, and how often it was published; positions in the feed are without a gap."""
    (feed,) = query("SELECT count(*), max(position) FROM records_change", database)
    assert feed[0] == feed[1]
    return query(
        "SELECT kind, body->>'label', standing, (SELECT count(*) FROM records_change c WHERE c.record_id = r.id) "
        "FROM records_reference r ORDER BY kind, slug",
        database,
    )


def published_records() -> int:
    ((count,),) = query("SELECT count(*) FROM records_change")
    return int(count)


def wait_until_it_publishes(process: subprocess.Popen[bytes]) -> None:
    """Return when a batch of persons is in the feed: processes beside the command are at work then."""
    source_alone = published_records() + 1
    until = time.monotonic() + 120
    while published_records() <= source_alone:
        assert process.poll() is None
        assert time.monotonic() < until
        time.sleep(0.02)


def kill_server() -> None:
    pid = int((embedded.main_server().data / "postmaster.pid").read_text().split()[0])
    os.kill(pid, signal.SIGKILL)


def test_what_is_killed_five_times_ends_as_what_was_not(
    server: embedded.Server,  # noqa: F811 - the fixture
    tmp_path: Path,
) -> None:
    server.start()
    done("migrate", "--verbosity=0")
    done("load_reference", "--verbosity=0")
    query("CREATE DATABASE undisturbed TEMPLATE chancery")
    path = str(file_of_meetings(tmp_path))
    chance = random.Random(1648)  # noqa: S311 - when to kill is no secret

    url = f"postgres://{embedded.NAME}@/undisturbed?host={server.socket_folder}"
    started = time.monotonic()
    done("import", path, "--publish", DATABASE_URL=url)
    duration = time.monotonic() - started

    interrupted = 0
    for attempt in range(KILLS):
        process = manage("import", path, "--publish")
        if attempt == 0:
            wait_until_it_publishes(process)
        else:
            time.sleep(duration * chance.uniform(0.15, 0.95))
        if process.poll() is None:
            interrupted += 1
        if attempt % 2:
            kill_server()
            said, _ = process.communicate(timeout=60)
            assert b"Traceback" not in said
            server.start()
        else:
            process.kill()
            # The pipe is closed when the last process that writes to it is gone: none outlives the command.
            process.communicate(timeout=60)
    assert interrupted >= KILLS - 2

    done("import", path, "--publish")

    assert records(embedded.NAME) == records("undisturbed")
    assert published(embedded.NAME) == published("undisturbed")
    last = done("import", path, "--publish").decode()
    assert (
        f"{PERSONS + EVENTS + 1} lines: 0 created, 0 updated, {PERSONS + EVENTS + 1} unchanged"
        in last
    )
