"""`make run` from outside: it starts, answers, heals and leaves nothing behind."""

import http.client
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from config.db import embedded, prepared
from tests.factories.servers import (
    Service,
    clean_environment,
    command_of,
    locked,
    serving,
)


@pytest.fixture
def serve(var: Path) -> Iterator[Callable[[int], Service]]:
    """Start the service on a data folder of the test's own."""
    with ExitStack() as started:

        def start(port: int, **variables: str) -> Service:
            return started.enter_context(serving(port, **{"WORKERS": "1", **variables}))

        yield start


def ask_in_vain(service: Service) -> None:
    with pytest.raises((OSError, http.client.HTTPException)):
        service.get("/api/v1/events/")


@pytest.mark.long
def test_the_life_of_a_service(serve, prepared_server, var, free_port):
    """One story in one test, since every start of it costs seconds."""
    server = prepared_server
    # The first start has made everything, and said the password once. It is the one that all tests copy (`prepared_in`).
    assert "admin" in (var / "said").read_text()

    # The second start keeps the data, so there is no new password.
    first = serve(free_port)
    assert "admin" not in first.wait_until_ready()
    assert first.get("/readyz") == (200, '{"status": "ok"}')
    assert first.get("/static/admin/css/base.css")[0] == 200

    # A second one on the same data, whose port is in use.
    second = serve(free_port)
    _, complaint = second.process.communicate(timeout=120)
    assert second.process.returncode == 1
    assert complaint.count("\n") == 1
    assert f"cannot listen on 127.0.0.1:{free_port}" in complaint
    assert first.get("/readyz")[0] == 200

    # The database is killed: the process still lives, and the database comes back by itself.
    os.kill(int((server.data / "postmaster.pid").read_text().split()[0]), signal.SIGKILL)
    assert first.get("/healthz") == (200, '{"status": "ok"}')
    deadline = time.monotonic() + 120
    while first.get("/readyz")[0] != 200:
        assert time.monotonic() < deadline
        time.sleep(0.2)

    # SIGTERM ends it all.
    assert first.end(signal.SIGTERM) == 0
    assert first.refuses()
    assert not server.is_ready()

    # What prepared it is remembered, until something is migrated or the code is another.
    assert (
        prepared.is_prepared({**server.django_settings(), "OPTIONS": {}}) is False
    )  # it is stopped
    server.hold()
    assert prepared.is_prepared({**server.django_settings(), "OPTIONS": {}}) is True
    assert server.stop_if_unused()

    # Ctrl-C ends it as well.
    again = serve(free_port)
    again.wait_until_ready()
    assert again.end(signal.SIGINT) == 0
    assert not server.is_ready()

    # Nor does anything stay when it is killed without a chance to clean up, but the database,
    # which the next one to use it stops.
    killed = serve(free_port)
    killed.wait_until_ready()
    killed.end(signal.SIGKILL)
    deadline = time.monotonic() + 120
    while not killed.refuses():
        assert time.monotonic() < deadline
        time.sleep(0.1)
    assert server.stop_if_unused()


def test_ending_it_does_not_stop_a_database_that_others_use(serve, server, free_port):
    server.hold()
    service = serve(free_port, SAMPLE_STORY="off")
    # While it still prepares the database, too.
    until = time.monotonic() + 60
    while not service.processes()["web"]:
        assert time.monotonic() < until
        time.sleep(0.05)

    assert service.end() == 0
    assert server.is_ready()
    assert server.stop_if_unused()


@pytest.mark.long
def test_what_is_killed_comes_back(serve, prepared_server, free_port):
    """Within 10 seconds on a machine that has nothing else to do."""
    service = serve(free_port, WORKERS="2")
    service.wait_until_ready()

    # Every worker that there is, again and again.
    until = time.monotonic() + 2
    killed: set[int] = set()
    while time.monotonic() < until or len(killed) < 4:
        for worker in set(service.processes()["workers"]) - killed:
            os.kill(worker, signal.SIGKILL)
            killed.add(worker)
        assert time.monotonic() < until + 60
    service.wait_for("/readyz", seconds=30)

    # What they are forked from, which leaves them behind.
    (web,) = service.processes()["web"]
    left = service.processes()["workers"]
    os.kill(web, signal.SIGKILL)
    while service.processes()["web"] in ([], [web]):
        assert time.monotonic() < until + 90
        time.sleep(0.05)
    service.wait_for("/readyz", seconds=60)
    assert not set(left) & set(service.processes()["workers"])

    # The process above them all, with a request at work: nothing is left that keeps the next start from the port.
    left = service.processes()
    cut = threading.Thread(target=ask_in_vain, args=(service,))
    with locked(prepared_server, "events_eventedition") as until_it_waits:
        cut.start()
        until_it_waits()
        service.process.kill()
        service.process.wait()
        service = serve(free_port, WORKERS="2")
        service.wait_until_ready()
    cut.join(30)
    service.wait_for("/readyz", seconds=30)
    assert not any(map(command_of, (*left["web"], *left["workers"])))

    # A request that is at work is answered before it ends.
    answers: list[tuple[int, str]] = []
    asking = threading.Thread(target=lambda: answers.append(service.get("/api/v1/events/")))
    with locked(prepared_server, "events_eventedition") as until_it_waits:
        asking.start()
        until_it_waits()
        service.process.send_signal(signal.SIGHUP)
        time.sleep(0.5)
    asking.join(30)
    assert [status for status, _body in answers] == [200]
    service.process.communicate(timeout=120)
    assert service.process.returncode == 0
    assert service.refuses()
    assert not prepared_server.is_ready()


def test_a_wrong_setting_is_one_line(serve, free_port):
    service = serve(free_port, THREADS="many")

    _, complaint = service.process.communicate(timeout=120)

    assert service.process.returncode == 1
    assert "THREADS must be a whole number from 1 to 64, not 'many'." in complaint
    assert complaint.count("\n") == 1


def test_a_folder_that_cannot_be_written_is_one_line(serve, server, free_port):
    blocked = server.folder.parent / "file"
    blocked.touch()
    service = serve(free_port, CHANCERY_VAR=str(blocked))

    _, complaint = service.process.communicate(timeout=120)

    assert service.process.returncode == 1
    assert f"{blocked} cannot be written" in complaint
    assert complaint.count("\n") == 1


def test_a_database_that_cannot_be_reached_is_one_line(serve, free_port):
    service = serve(free_port, DATABASE_URL="postgres://u:p@127.0.0.1:1/none")

    _, complaint = service.process.communicate(timeout=120)

    assert service.process.returncode == 1
    assert "port 1 failed: Connection refused" in complaint
    assert "(see DATABASE_URL)" in complaint
    assert complaint.count("\n") == 1


@pytest.mark.parametrize(
    ("said", "complains"), [("", False), ("serve\n", True)], ids=["no word", "the word"]
)
def test_workers_that_cannot_load_say_so_when_told_to_serve(server, said, complains):
    """Before, the process that started them may have to say something that explains more."""
    process = subprocess.run(
        [sys.executable, "-m", "config.workers"],
        cwd=embedded.PROJECT, env={**clean_environment(), "SECRET_KEY": "short"},
        input=said, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip

    assert process.returncode == 1
    assert ("SECRET_KEY must have 50 characters" in process.stderr) is complains
    assert bool(process.stderr) is complains


def test_ready_names_what_is_missing(server, free_port):
    """Without our supervisor, as another deployment may run it: nothing has been migrated."""
    server.start()
    environment = {**clean_environment(), "ALLOWED_HOSTS": "example.org", "HTTPS": "on"}
    process = subprocess.Popen(
        [sys.executable, "-m", "granian", "config.wsgi:application", "--interface", "wsgi",
         "--port", str(free_port), "--blocking-threads", "2", "--log-level", "critical"],
        cwd=embedded.PROJECT, env=environment, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    service = Service(process, free_port)
    try:
        deadline = time.monotonic() + 120
        while service.refuses():
            assert time.monotonic() < deadline
            time.sleep(0.1)

        # Probes name no host that we know, and speak plain HTTP.
        assert service.get("/healthz") == (200, '{"status": "ok"}')
        assert service.get("/readyz") == (
            503,
            '{"status": "unavailable", "reasons": ["the database is empty: run migrate"]}',
        )
        server.stop()
        assert service.get("/readyz") == (
            503,
            '{"status": "unavailable", "reasons": ["the database cannot be reached"]}',
        )
    finally:
        assert service.end() == 0
