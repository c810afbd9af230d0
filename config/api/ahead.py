"""Reading ahead: the database works at the next statement while the rows of the one before are used."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any, Self

from django.db import connection

from config.baton import waiting

if TYPE_CHECKING:
    from config.api.sql import Clause


class Ahead:
    """Statements one after the other, on the connection of the thread that uses them; at most one is under way.

    A thread of its own waits for the database, and does nothing else: rows are made of the answer where they are used. It ends with
    the statement, which is waited for when the block is left, however that happens: nobody else gets a connection that is at work.
    """

    def __init__(self) -> None:
        self._thread: threading.Thread | None = None
        self._cursor: Any = None
        self._error: BaseException | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self._wait()
        if self._cursor is not None:
            self._cursor.close()

    def ask(self, statement: Clause) -> None:
        """Let the database work at a statement; `rows` has its answer."""
        self._cursor = connection.cursor()
        # No reason to keep a process that is asked to stop.
        thread = threading.Thread(
            target=self._execute, args=(statement,), name="reading-ahead", daemon=True
        )
        thread.start()
        self._thread = thread

    def rows(self) -> list[Any]:
        """Wait for the statement that was asked, and return its rows. Raises what it raised."""
        self._wait()
        if self._error is not None:
            try:
                raise self._error
            finally:
                self._error = None  # which holds this object
        with self._cursor as cursor:
            rows: list[Any] = cursor.fetchall()
            return rows

    def _execute(self, statement: Clause) -> None:
        try:
            self._cursor.execute(statement.sql, statement.values)
        except BaseException as error:  # noqa: BLE001 - it is raised where the rows are used
            self._error = error

    def _wait(self) -> None:
        if self._thread is not None:
            with waiting:
                self._thread.join()
            self._thread = None
