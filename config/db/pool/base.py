"""Keep database connections open between requests, whichever thread serves them.

Opening a connection costs more than most queries. Django's own persistent connections belong to
a thread, and the server ends idle threads without closing what they held; its pool needs another
driver. Here `close()` puts the connection back instead, and the next request takes the one that
was used last.

The number of threads bounds the number of connections, so nobody ever waits for one.

Only the web server opens the pool (config/wsgi.py). In commands and tests `close()` closes, and
with it go session settings, temporary tables and session locks. Code that serves requests must
therefore not set any: a transaction's own (`SET LOCAL`, `pg_advisory_xact_lock`) are fine.
"""

import os
import select
from typing import Any, cast

import psycopg2
from django.conf import settings
from django.db.backends.postgresql import base
from psycopg2.extensions import TRANSACTION_STATUS_IDLE

from config.baton import waiting
from config.db.pool.readers import as_reader, is_reading

# What is idle, last used last; readers' connections and others apart. Appending to and popping from a list are atomic.
_idle: dict[bool, list[tuple[dict[str, Any], psycopg2.extensions.connection]]] = {
    True: [],
    False: [],
}
_size = 0


def open_pool(*, size: int) -> None:
    """Let this process keep up to `size` idle connections."""
    global _size  # noqa: PLW0603 - one pool per process, opened once
    _size = size


# A forked child must neither use nor close its parent's connections.
def _forget() -> None:
    for connections in _idle.values():
        connections.clear()


os.register_at_fork(after_in_child=_forget)


class Cursor(psycopg2.extensions.cursor):
    """Lets another thread compute while it waits for the database."""

    def execute(self, query: Any, vars: Any = None) -> None:  # noqa: A002 - psycopg2's name
        with waiting:
            super().execute(query, vars)


class DatabaseWrapper(base.DatabaseWrapper):
    """PostgreSQL, with connections that outlive `close()` while the pool is open."""

    _is_reading = False  #: whether the connection is a reader's

    def get_connection_params(self) -> dict[str, Any]:
        parameters = super().get_connection_params()
        self._is_reading = is_reading.get()
        if not self._is_reading:
            return parameters
        if settings.READ_TIMEOUT:
            options = parameters.get("options", "")
            # Of two settings the later one holds. Waiting for a lock counts.
            parameters["options"] = f"{options} -c statement_timeout={settings.READ_TIMEOUT}s"
        if user := self.settings_dict.get("API_USER"):
            # Logged in as the role that can read what is published: nothing that is asked then makes it another one.
            parameters |= {"user": user, "password": self.settings_dict.get("API_PASSWORD") or None}
        return parameters

    def ensure_connection(self) -> None:
        """Connect, also in place of a connection of the other sort: who writes after a reader's question is no reader."""
        if (
            self.connection is not None
            and self._is_reading != is_reading.get()
            and not self.in_atomic_block
        ):
            self.close()
        super().ensure_connection()

    def close_if_unusable_or_obsolete(self) -> None:
        """Look, at the end of a request, at the connection that there is, in place of one of the other sort that would be opened to be closed."""
        with as_reader(so=self._is_reading):
            super().close_if_unusable_or_obsolete()

    def get_new_connection(self, conn_params: dict[str, Any]) -> psycopg2.extensions.connection:
        self._parameters = conn_params
        idle = _idle[self._is_reading]
        while idle:
            try:
                parameters, connection = idle.pop()
            except IndexError:  # another thread took the last one
                break
            if parameters == conn_params and _is_alive(connection):
                return connection
            connection.close()
        with waiting:
            connection = super().get_new_connection(conn_params)
        connection.cursor_factory = Cursor
        return cast("psycopg2.extensions.connection", connection)

    def _commit(self) -> None:
        with waiting:
            super()._commit()  # type: ignore[misc] # the stubs do not know it

    def _close(self) -> None:
        if not self._keep():
            super()._close()  # type: ignore[misc] # the stubs do not know it

    def _keep(self) -> bool:
        """Put the connection back if there is room and it is in order."""
        connection = self.connection
        idle = _idle[self._is_reading]
        if connection is None or connection.closed or len(idle) >= _size:
            return False
        try:
            if connection.info.transaction_status != TRANSACTION_STATUS_IDLE:
                connection.rollback()
        except psycopg2.Error:
            return False
        idle.append((self._parameters, connection))
        return True


def _is_alive(connection: psycopg2.extensions.connection) -> bool:
    """Whether the server has not closed it, without a round trip: an idle connection has nothing else to send."""
    poll = select.poll()
    poll.register(connection.fileno(), select.POLLIN)
    return not poll.poll(0)
