"""Writers that work side by side, each on a connection of its own."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from queue import Queue
from threading import Barrier
from typing import TypeVar

from django.db import IntegrityError, OperationalError, connection, transaction
from psycopg2.errors import DeadlockDetected

T = TypeVar("T")


def refusals(*actions: Callable[[], object]) -> list[str]:
    """Run the actions side by side, each done before any is committed, but for those that wait for another one's end.

    Returns the rules that refused some. Two that look for each other in the same moment both wait: PostgreSQL ends one, which is done again.
    """
    known = Barrier(len(actions), timeout=60)
    running: set[int] = set()

    def until_others_wait(action: Callable[[], object], own: int) -> None:
        with transaction.atomic():
            action()
            running.discard(own)
            while not all(map(_is_waiting, [*running])):
                time.sleep(0.005)

    def run(action: Callable[[], object]) -> str | None:
        own = _pid()
        running.add(own)
        known.wait()
        try:
            try:
                until_others_wait(action, own)
            except OperationalError as error:
                if not isinstance(error.__cause__, DeadlockDetected):
                    raise
                until_others_wait(action, own)
        except IntegrityError as error:
            name = error.__cause__.diag.constraint_name  # type: ignore[union-attr] # psycopg2's own error
            assert isinstance(name, str)
            return name
        finally:
            running.discard(own)
            connection.close()
        return None

    with ThreadPoolExecutor(len(actions)) as pool:
        return [name for name in pool.map(run, actions) if name]


def at_once(*actions: Callable[[], object]) -> list[object]:
    """Run each action on a connection of its own, all starting together; return results or the exceptions."""
    start = Barrier(len(actions))

    def run(action: Callable[[], object]) -> object:
        try:
            connection.ensure_connection()
            start.wait()
            return action()
        except Exception as error:  # noqa: BLE001 - the test looks at it
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(actions)) as pool:
        return list(pool.map(run, actions))


def overtaken(
    first: Callable[[], object],
    second: Callable[[], T],
    last: Callable[[], object] = lambda: None,
) -> T:
    """Do `first`; once `second`, on a connection of its own, waits for it or is done, do `last` and commit the two.

    Returns what `second` gave.
    """
    pids: Queue[int] = Queue(1)

    def run() -> T:
        try:
            pids.put(_pid())
            return second()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            first()
            result = pool.submit(run)
            pid = pids.get(timeout=10)
            while not (result.done() or _is_waiting(pid)):
                time.sleep(0.01)
            last()
        return result.result()


def _pid() -> int:
    """The process of the server that this thread's connection has."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return int(cursor.fetchone()[0])


def _is_waiting(pid: int) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT cardinality(pg_blocking_pids(%s)) > 0", [pid])
        return bool(cursor.fetchone()[0])
