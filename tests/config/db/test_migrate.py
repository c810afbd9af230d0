"""Migrating beside people who read, on a server of the test's own."""

import subprocess
import sys

import psycopg2
import pytest

from config.db import embedded
from tests.factories.servers import clean_environment


@pytest.fixture
def reader(server: embedded.Server, python):
    """Someone in the middle of reading a table, on a database that is migrated as far as it."""
    server.start()
    done = python("manage.py", "migrate", "axes", "0001", "--verbosity", "0")
    assert done.returncode == 0, done.stderr
    settings = server.django_settings()
    opened = psycopg2.connect(dbname=settings["NAME"], user=settings["USER"], host=settings["HOST"])
    opened.cursor().execute("SELECT * FROM axes_accessattempt")
    yield opened
    opened.close()


def migrate(*options: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "manage.py", "migrate", "axes", "--lock-timeout", "200ms", *options],
        cwd=embedded.PROJECT, env=clean_environment(), text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip


def test_it_lets_readers_pass_and_tries_again(reader):
    process = migrate()
    assert process.stderr
    assert "A table is in use (attempt 1 of 120)" in process.stderr.readline()

    # Had it kept waiting for the table, this would wait behind it.
    cursor = reader.cursor()
    cursor.execute("SET statement_timeout = '5s'")
    cursor.execute("SELECT count(*) FROM axes_accessattempt")
    reader.rollback()

    process.communicate(timeout=180)
    assert process.returncode == 0


def test_one_at_a_time(reader):
    reader.rollback()
    processes = [migrate() for _ in range(2)]

    for process in processes:
        assert process.communicate(timeout=180)[1] == ""
        assert process.returncode == 0
