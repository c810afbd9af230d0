"""Statements that the database works at while the rows of those before are used."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest
from django.db import DataError, connection

from config import baton as module
from config.api.ahead import Ahead
from config.api.sql import Clause
from config.baton import Baton

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.django_db

SECONDS = 30


def number(value: int) -> Clause:
    return Clause("SELECT %s::int", (value,))


def threads() -> list[threading.Thread]:
    """Those that wait for a statement."""
    return [each for each in threading.enumerate() if each.name == "reading-ahead"]


@contextmanager
def held() -> Iterator[threading.Event]:
    """Let statements wait for an event before they are executed."""
    go = threading.Event()

    def hold(execute: Any, *statement: Any) -> Any:
        assert go.wait(SECONDS)
        return execute(*statement)

    with connection.execute_wrapper(hold):
        yield go


def test_a_statement_is_under_way_until_its_rows_are_wanted() -> None:
    with Ahead() as ahead:
        with held() as go:
            ahead.ask(number(1))  # comes back at once
            (thread,) = threads()
            go.set()
            rows = ahead.rows()
        assert not thread.is_alive()
        ahead.ask(number(2))
        assert (rows, ahead.rows()) == ([(1,)], [(2,)])


def test_an_error_of_a_statement_is_raised_where_its_rows_are_wanted() -> None:
    with Ahead() as ahead:
        ahead.ask(Clause("SELECT 1 / 0"))
        with pytest.raises(DataError, match="division by zero"):
            ahead.rows()


def test_a_reader_who_leaves_waits_for_the_statement_that_is_under_way() -> None:
    """Else the next one would get a connection that is at work."""
    with held() as go, Ahead() as ahead:
        ahead.ask(number(1))
        (thread,) = threads()
        threading.Timer(0.05, go.set).start()
    assert not thread.is_alive()
    with connection.cursor() as cursor:
        cursor.execute("SELECT 2")
        assert cursor.fetchone() == (2,)


def test_nothing_waits_where_nothing_was_asked() -> None:
    with Ahead():
        assert threads() == []


def test_who_waits_for_a_statement_lets_others_compute(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PATIENCE", SECONDS)
    baton = Baton()

    def compute(go: threading.Event) -> None:
        with baton.carried():  # only while the other one waits
            go.set()

    with ThreadPoolExecutor(1) as others, held() as go, baton.carried(), Ahead() as ahead:
        ahead.ask(number(1))
        done = others.submit(compute, go)
        assert ahead.rows() == [(1,)]
        done.result(SECONDS)
