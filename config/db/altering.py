"""Changing tables that others use: nothing waits for a lock in front of readers for longer than they notice (docs/migrations.md)."""

from __future__ import annotations

import time
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import OperationalError
from django.db.backends.postgresql.schema import DatabaseSchemaEditor
from psycopg2.errors import LockNotAvailable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from django.db.models import Index, Model

#: A query of a table that a change waits for waits behind it. The gate lets no request wait longer than 0.4 s.
LOCK_TIMEOUT = "100ms"
#: Between two tries, in which those who waited are served.
PAUSE_SECONDS = 1.0
ATTEMPTS = 120


class StillInUseError(Exception):
    """Another transaction held the table at every try."""


@dataclass(frozen=True)
class Patience:
    """How often a change is tried that found its table in use."""

    attempts: int
    say: Callable[[str], object]

    def apply(self, change: Callable[[], object]) -> None:
        """Make the change. Raises StillInUseError when its table was in use at every try."""
        for attempt in range(1, self.attempts + 1):
            try:
                change()
            except OperationalError as error:
                if not isinstance(error.__cause__, LockNotAvailable):
                    raise
                self.say(f"A table is in use (attempt {attempt} of {self.attempts}).")
                if attempt < self.attempts:
                    time.sleep(PAUSE_SECONDS)
            else:
                return
        raise StillInUseError


class SchemaEditor(DatabaseSchemaEditor):
    """Tries each statement again that finds its table in use. Inside a transaction, all of which has ended then, its caller does.

    Indexes that are built or dropped concurrently wait for as long as it takes, for nobody waits behind them.
    """

    def __init__(self, *args: Any, patience: Patience, **options: Any) -> None:
        super().__init__(*args, **options)
        self._patience = patience

    def execute(self, sql: Any, params: Any = ()) -> None:
        run = super().execute
        if self.connection.in_atomic_block:
            run(sql, params)
        else:
            self._patience.apply(lambda: run(sql, params))

    def add_index(self, model: type[Model], index: Index, concurrently: bool = False) -> None:  # noqa: FBT001, FBT002 - Django's signature
        if not concurrently:
            super().add_index(model, index)
            return
        with self._waiting_for_locks():
            if self._is_left_invalid(index.name):
                super().remove_index(model, index, concurrently=True)
            super().add_index(model, index, concurrently=True)

    def remove_index(self, model: type[Model], index: Index, concurrently: bool = False) -> None:  # noqa: FBT001, FBT002 - Django's signature
        if not concurrently:
            super().remove_index(model, index)
            return
        with self._waiting_for_locks():
            super().remove_index(model, index, concurrently=True)

    def _is_left_invalid(self, name: str) -> bool:
        """Whether building this index was ended before it was done."""
        with self.connection.cursor() as cursor:
            cursor.execute(
                "SELECT EXISTS (SELECT FROM pg_index WHERE indexrelid = to_regclass(%s) AND NOT indisvalid)",
                [name],
            )
            return bool(cursor.fetchone()[0])

    @contextmanager
    def _waiting_for_locks(self) -> Iterator[None]:
        with self.connection.cursor() as cursor:
            cursor.execute("SELECT current_setting('lock_timeout')")
            before = cursor.fetchone()[0]
            cursor.execute("SET lock_timeout = 0")
            yield
            cursor.execute("SELECT set_config('lock_timeout', %s, false)", [before])
