"""Signs of life of a process that works on an import, and whether one is there at all."""

from __future__ import annotations

import os
from contextlib import suppress
from datetime import timedelta
from time import monotonic
from typing import TYPE_CHECKING, Self

from django.db import DEFAULT_DB_ALIAS, Error, connection, connections
from django.utils import timezone

from imports.models import AT_WORK, ImportBatch

if TYPE_CHECKING:
    from collections.abc import Iterable
    from types import TracebackType
    from uuid import UUID

    from django.db.backends.base.base import BaseDatabaseWrapper

#: Seconds between two signs of life, unless something else is being done meanwhile.
PAUSE = 1.0
#: How long a process may take to start; after that, one that holds no lock is no more.
SILENCE = timedelta(seconds=60)
#: The stage of an import whose process has ended before its work was done.
STOPPED = "stopped"
#: Key of the lock that a process holds as long as it lives.
_LOCK = "chancery-import-at-work"

_SIGN = """
    UPDATE imports_importbatch SET stage = %s, done = %s, total = %s, changed_at = clock_timestamp()
    WHERE id = %s AND status = ANY(%s)
"""
_HELD = """
    SELECT id FROM unnest(%s::uuid[]) AS id
    JOIN pg_locks ON locktype = 'advisory' AND objsubid = 1 AND granted
        AND (classid::bigint << 32 | objid::bigint) = hashtextextended(%s || id::text, 0)
    JOIN pg_database ON pg_database.oid = pg_locks.database AND datname = current_database()
"""

#: Connections of this process that a forked child must leave alone.
_ours: list[BaseDatabaseWrapper] = []


class AlreadyAtWorkError(Exception):
    """Another process works on the import."""


class Pulse:
    """Writes into an import how far it is, on a connection of its own: what the work itself writes is not seen before its end.

    Used as a context: inside, the process holds a lock that ends with it, however it ends. Called as `Progress`, at most
    once a second and when the stage changes. Raises AlreadyAtWorkError when another process holds the lock.
    """

    def __init__(self, batch_id: UUID) -> None:
        self._batch_id = batch_id
        self._stage = ""
        self._next = 0.0
        self._connection = connections.create_connection(DEFAULT_DB_ALIAS)

    def __enter__(self) -> Self:
        _ours.append(self._connection)
        with self._connection.cursor() as cursor:
            # Whoever holds the row may be this very process, which would then wait for itself.
            cursor.execute("SET lock_timeout = '1s'")
            cursor.execute(
                "SELECT pg_try_advisory_lock(hashtextextended(%s, 0))",
                [f"{_LOCK}:{self._batch_id}"],
            )
            is_ours = cursor.fetchone()[0]
        if not is_ours:
            self.__exit__()
            raise AlreadyAtWorkError
        return self

    def __exit__(
        self,
        _type: type[BaseException] | None = None,
        _error: BaseException | None = None,
        _traceback: TracebackType | None = None,
    ) -> None:
        _ours.remove(self._connection)
        # A session that is closed keeps its locks until the server has noticed.
        with suppress(Error), self._connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock_all()")
        self._connection.close()

    def __call__(self, stage: str, done: int, total: int) -> None:
        """Say what is being done, how much of it is done, and of how much; 0 when that is not known."""
        if stage == self._stage and monotonic() < self._next:
            return
        self._stage = stage
        self._next = monotonic() + PAUSE
        # The work does not fail because nobody could be told how far it is.
        with suppress(Error), self._connection.cursor() as cursor:
            cursor.execute(_SIGN, [stage, done, total, self._batch_id, [*map(str, AT_WORK)]])


def _leave_to_parent() -> None:
    """Let go of the parent's sockets: a child that outlives it must not keep its locks."""
    for each in _ours:
        if each.connection is not None:
            os.close(each.connection.fileno())
    _ours.clear()


os.register_at_fork(after_in_child=_leave_to_parent)


def stopped(batches: Iterable[ImportBatch]) -> set[UUID]:
    """Return those of the imports whose process has ended before its work was done. Costs one query, or none."""
    at_work = [batch for batch in batches if batch.status in AT_WORK]
    said = {batch.pk for batch in at_work if batch.stage == STOPPED}
    latest = timezone.now() - SILENCE
    silent = {batch.pk for batch in at_work if batch.changed_at < latest} - said
    if not silent:
        return said
    with connection.cursor() as cursor:
        cursor.execute(_HELD, [list(silent), f"{_LOCK}:"])
        alive = {key for (key,) in cursor.fetchall()}
    return said | (silent - alive)
