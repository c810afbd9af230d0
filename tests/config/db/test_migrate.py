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


def migrate(*to: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "manage.py", "migrate", "axes", *to, "--lock-timeout", "200ms"],
        cwd=embedded.PROJECT, env=clean_environment(), text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip


@pytest.mark.long
def test_it_lets_readers_pass_and_tries_again_one_at_a_time(reader):
    process = migrate("0005")
    assert process.stderr
    assert "A table is in use (attempt 1 of 120)" in process.stderr.readline()

    # Had it kept waiting for the table, this would wait behind it.
    cursor = reader.cursor()
    cursor.execute("SET statement_timeout = '5s'")
    cursor.execute("SELECT count(*) FROM axes_accessattempt")
    reader.rollback()

    process.communicate(timeout=180)
    assert process.returncode == 0

    # Two that begin together do what is left one after the other.
    for both in [migrate() for _ in range(2)]:
        assert both.communicate(timeout=180)[1] == ""
        assert both.returncode == 0
    cursor.execute(
        "SELECT count(*), count(DISTINCT name) FROM django_migrations WHERE app = 'axes'"
    )
    ((rows, names),) = cursor.fetchall()
    assert rows == names > 5
