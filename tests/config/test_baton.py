"""Threads that share a baton compute one at a time, and nobody waits for it for long."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest
from django.db import connection

from config import baton as module
from config.baton import Baton, waiting

SECONDS = 30


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """As long as a test may take: nothing goes on without the baton because the machine is slow."""
    monkeypatch.setattr(module, "PATIENCE", SECONDS)


def test_one_computes_while_the_others_wait_for_the_baton() -> None:
    baton = Baton()
    inside: list[int] = []
    most: list[int] = []

    def compute() -> None:
        for _ in range(50):
            with baton.carried():
                inside.append(1)
                most.append(len(inside))
                sum(range(2_000))
                inside.pop()

    with ThreadPoolExecutor(4) as threads:
        for done in [threads.submit(compute) for _ in range(4)]:
            done.result(SECONDS)
    assert max(most) == 1
    assert len(most) == 200


def test_who_waits_for_something_else_lets_others_compute() -> None:
    baton = Baton()
    both_wait = threading.Barrier(2, timeout=SECONDS)

    def wait() -> str:
        with baton.carried():
            with waiting:
                both_wait.wait()  # only when the other one is here too
            return "done"

    with ThreadPoolExecutor(2) as threads:
        assert [each.result(SECONDS) for each in [threads.submit(wait) for _ in range(2)]] == [
            "done",
            "done",
        ]


def test_after_waiting_it_computes_alone_again() -> None:
    baton = Baton()
    inside: list[int] = []
    most: list[int] = []

    def compute() -> None:
        with baton.carried():
            for _ in range(50):
                with waiting:
                    pass
                inside.append(1)
                most.append(len(inside))
                sum(range(2_000))
                inside.pop()

    with ThreadPoolExecutor(4) as threads:
        for done in [threads.submit(compute) for _ in range(4)]:
            done.result(SECONDS)
    assert max(most) == 1


def test_who_does_not_get_it_goes_on_without(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PATIENCE", 0.01)
    baton = Baton()
    is_over = threading.Event()

    def get_stuck() -> None:
        with baton.carried():
            is_over.wait(SECONDS)

    def compute() -> str:
        with baton.carried():
            with waiting:
                pass
            return "done"

    with ThreadPoolExecutor(2) as threads:
        stuck = threads.submit(get_stuck)
        try:
            assert threads.submit(compute).result(SECONDS) == "done"
        finally:
            is_over.set()
        stuck.result(SECONDS)
        # It took nothing from the one that had it.
        assert threads.submit(compute).result(SECONDS) == "done"
    assert baton._lock.acquire(blocking=False)


def test_an_error_gives_it_back() -> None:
    baton = Baton()

    with suppress(ValueError), baton.carried(), waiting:
        raise ValueError

    assert baton._lock.acquire(blocking=False)


def test_without_one_there_is_nothing_to_put_down() -> None:
    with waiting, waiting:
        pass


@pytest.mark.django_db
def test_the_database_is_waited_for_without_it() -> None:
    baton = Baton()
    seen: list[bool] = []

    def look() -> None:
        until = threading.Event()
        for _ in range(SECONDS * 20):
            if baton._lock.acquire(blocking=False):
                baton._lock.release()
                seen.append(True)
                return
            until.wait(0.05)

    with baton.carried():
        looker = threading.Thread(target=look)
        with connection.cursor() as cursor:
            looker.start()
            cursor.execute("SELECT pg_sleep(1)")
        assert not baton._lock.acquire(blocking=False)  # it is back in hand
    looker.join(SECONDS)
    assert seen == [True]
