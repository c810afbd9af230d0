"""The PostgreSQL that starts by itself, on real processes."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import psycopg2
import psycopg2.extras
import pytest
from django.db import connection

from config.db import embedded
from tests.factories.servers import command_of, dispose


def query(server: embedded.Server, sql: str) -> object:
    settings = server.django_settings()
    with psycopg2.connect(
        dbname=settings["NAME"], user=settings["USER"], host=settings["HOST"]
    ) as opened:
        cursor = opened.cursor()
        cursor.execute(sql)
        row = cursor.fetchone()
    opened.close()
    return row and row[0]


def pid_file(server: embedded.Server) -> str:
    return (server.data / "postmaster.pid").read_text()


def until(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.01)


@pytest.mark.django_db
def test_tests_use_the_fast_server_and_a_database_of_their_own():
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('fsync'), current_database()")

        assert cursor.fetchone() == ("off", connection.settings_dict["NAME"])
    assert connection.settings_dict["NAME"].startswith(f"test_chancery_{os.getpid()}")


def test_four_processes_that_start_at_once_share_one_server(var):
    server = embedded.main_server()
    starting = [
        subprocess.Popen(
            [sys.executable, "-m", "config.db.embedded", "start"], cwd=embedded.PROJECT
        )
        for _ in range(4)
    ]

    assert [process.wait(60) for process in starting] == [0, 0, 0, 0]
    assert query(server, "SELECT current_database()") == "chancery"
    assert server.start() is False


def test_the_socket_is_closed_to_other_users_and_no_port_is_open(server):
    server.start()

    assert server.socket_folder.stat().st_mode & 0o777 == 0o700
    assert query(server, "SHOW listen_addresses") == ""


def test_order_of_text_does_not_depend_on_the_machine(server):
    server.start()

    found = query(server, "SELECT string_agg(w, '' ORDER BY w) FROM unnest('{b,B,a,é}'::text[]) w")

    assert found == "Babé"


def test_data_survive_a_killed_server(server):
    server.start()
    query(server, "CREATE TABLE kept AS SELECT 1 AS one; SELECT 1")

    os.kill(int(pid_file(server).split()[0]), signal.SIGKILL)
    server.start()

    assert query(server, "SELECT one FROM kept") == 1


def test_what_a_killed_server_left_at_work_does_not_stop_the_start(server):
    server.start()
    settings = server.django_settings()
    with closing(
        psycopg2.connect(
            dbname=settings["NAME"], user=settings["USER"], host=settings["HOST"], async_=True
        )
    ) as opened:
        psycopg2.extras.wait_select(opened)
        # It computes for minutes, and looks for nothing meanwhile.
        opened.cursor().execute("SELECT count(*) FROM generate_series(1, 10000000000) AS n")
        busy = opened.info.backend_pid
        until(lambda: "SELECT" in command_of(busy))

        os.kill(int(pid_file(server).split()[0]), signal.SIGKILL)
        until(lambda: not server.is_alive())
        assert "SELECT" in command_of(busy)
        assert server.start() is True

    assert server.is_alive() is True
    assert command_of(busy) == ""
    assert query(server, "SELECT 1") == 1


def test_a_process_id_that_now_means_something_else_does_not_stop_the_start(server):
    server.start()
    content = pid_file(server)
    server.stop()
    # As after a crash, when the system has given the old server's id to this very process.
    lines = content.splitlines()
    for path, first in [
        (server.data / "postmaster.pid", [str(os.getpid()), *lines[1:]]),
        (server.socket_folder / ".s.PGSQL.5432.lock", [str(os.getpid()), *lines[1:]]),
    ]:
        path.write_text("\n".join(first) + "\n")

    assert server.start() is True
    assert server.is_ready()


def test_a_server_that_is_too_busy_to_answer_is_waited_for(server):
    server.start()
    before = pid_file(server)
    postmaster = int(before.split()[0])

    os.kill(postmaster, signal.SIGSTOP)
    waking = threading.Timer(5, os.kill, (postmaster, signal.SIGCONT))
    waking.start()
    try:
        assert server.start() is False
    finally:
        waking.join()
    assert pid_file(server) == before
    assert query(server, "SELECT 1") == 1


def test_asking_whether_it_is_ready_leaves_no_complaint_in_its_log(server):
    log = server.home / "log"
    earlier = log.stat().st_size if log.exists() else 0
    server.start()

    assert server.is_ready()
    assert b"FATAL" not in log.read_bytes()[earlier:]


def test_an_init_that_was_killed_is_begun_again(server):
    server.data.rename(server.home / "data.new")
    (server.home / "data.new" / "PG_VERSION").unlink()

    assert server.start() is True


def test_data_of_another_version_are_refused_and_named(server):
    (server.data / "PG_VERSION").write_text("12\n")

    with pytest.raises(
        embedded.EmbeddedError,
        match=r"written by PostgreSQL 12, but this is \d+: `make db-upgrade`",
    ):
        server.start()


def test_a_folder_with_a_long_or_odd_name_works(var, monkeypatch):
    monkeypatch.setenv("CHANCERY_VAR", str(var / ("long, and 'odd' " * 8)))
    server = embedded.main_server()
    try:
        assert server.start() is True
        assert server.home == server.folder
        assert server.socket_folder.parent == embedded.SHORT_TEMP
        assert query(server, "SELECT 1") == 1
    finally:
        dispose(server)


def test_a_closed_folder_stays_closed(var, monkeypatch):
    # Root's server runs as somebody else, who cannot enter it.
    closed = var / "closed"
    closed.mkdir(parents=True, mode=0o700)
    monkeypatch.setenv("CHANCERY_VAR", str(closed / "var"))
    server = embedded.main_server()
    try:
        server.start()

        assert (server.home != server.folder) == (os.geteuid() == 0)
        assert query(server, "SELECT 1") == 1
        assert closed.stat().st_mode & 0o777 == 0o700
    finally:
        dispose(server)


def test_the_last_user_out_stops_the_server_even_if_the_others_were_killed(server):
    code = "import time; from config.db import embedded as e; e.main_server().hold(); print(); time.sleep(60)"
    other = subprocess.Popen(
        [sys.executable, "-c", code], cwd=embedded.PROJECT, stdout=subprocess.PIPE
    )
    assert other.stdout
    other.stdout.read(1)  # it holds the server now
    server.hold()

    assert server.stop_if_unused() is False
    assert server.is_ready()

    other.kill()
    other.communicate()
    assert server.stop_if_unused() is True
    assert not server.is_ready()


def test_a_folder_that_cannot_be_written_is_named_in_one_line(python, tmp_path):
    blocked = tmp_path / "file"
    blocked.touch()

    done = python("-m", "config.db.embedded", "start", CHANCERY_VAR=str(blocked / "var"))

    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert str(blocked / "var") in done.stderr


def test_manage_py_starts_the_server_that_it_needs(python, server):
    done = python(
        "manage.py", "shell", "--no-imports", "-c",
        "from django.db import connection as c; c.ensure_connection(); print(c.settings_dict['HOST'])",
    )  # fmt: skip

    assert done.stdout.strip() == str(server.socket_folder), done.stderr
    assert server.is_ready()


def test_with_a_database_url_nothing_is_started(python, var: Path):
    done = python("manage.py", "migrate", "--plan", DATABASE_URL="postgres://u@127.0.0.1:1/none")

    assert "Connection refused" in done.stderr
    assert not (var / "postgres").exists()
    assert not embedded.main_server().home.exists()
