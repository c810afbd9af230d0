"""A database that goes away while a session is saved is no log-out."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.contrib.auth.signals import user_logged_in
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client

PASSWORD = "correct horse battery"
LOGIN = "/admin/login/"

pytestmark = pytest.mark.django_db(transaction=True)


@contextmanager
def after_log_in(do: Callable[[], None]) -> Iterator[None]:
    """Do something when the log-in has succeeded, and its session is still to be saved."""

    def receive(**_sent: Any) -> None:
        do()

    user_logged_in.connect(receive)
    try:
        yield
    finally:
        user_logged_in.disconnect(receive)


def log_in() -> Any:
    User.objects.create_user("marco", password=PASSWORD, is_staff=True)
    client = Client(raise_request_exception=False)
    return client.post(LOGIN, {"username": "marco", "password": PASSWORD})


def end_the_connection() -> None:
    """As the server does when one of its processes dies."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (pid,) = cursor.fetchone()
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(%s, 10000)", [pid])
            assert cursor.fetchone() == (True,)
    finally:
        other.close()


def test_a_log_in_while_the_database_dies_may_come_back(caplog: pytest.LogCaptureFixture) -> None:
    with after_log_in(end_the_connection):
        answer = log_in()

    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    # It says what happened in a line: where in Django it was noticed says nothing.
    said = [each for each in caplog.records if each.levelno >= logging.WARNING]
    assert [(each.name, each.exc_info) for each in said] == [
        ("config.api.problems", None),
        ("django.request", None),
    ]


def test_a_session_that_was_deleted_meanwhile_is_none_any_more() -> None:
    with after_log_in(lambda: Session.objects.all().delete() and None):
        answer = log_in()

    assert answer.status_code == 400
    assert "Retry-After" not in answer.headers
