"""A database for the tests: migrated once for this code, and copied for each process.

`python -m tests.factories.databases` makes what is copied, for processes that are not there yet.
"""

from __future__ import annotations

import fcntl
import os
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Any

import psycopg2

from config.db import embedded, prepared

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.db.backends.base.base import BaseDatabaseWrapper

#: Names of what is copied begin so; the code that it was made by follows.
TEMPLATES = "template_of_"


def drop(name: str) -> None:
    """Drop a database for tests, also while somebody is still connected: threads of a live server end when the browser lets them go."""
    with _server() as cursor:
        cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def copy_template(connection: BaseDatabaseWrapper, name: str) -> None:
    """Make a database for tests on the embedded test server, and connect to it."""
    with _alone(), _server() as cursor:
        template = _template()
        if not _exists(cursor, template):
            _make(cursor, connection, template)
        # A killed process of the same id may have left one.
        cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        cursor.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}" STRATEGY FILE_COPY')
    _connect(connection, name)


def _template() -> str:
    """The name of what this very code makes."""
    return TEMPLATES + prepared.fingerprint()


def _make(cursor: Any, connection: BaseDatabaseWrapper, template: str) -> None:
    from django.core.management import call_command  # noqa: PLC0415 - most who ask find it made

    # Of other code; and what a process that was killed left half made.
    cursor.execute("SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [TEMPLATES])
    for (other,) in cursor.fetchall():
        cursor.execute(f'DROP DATABASE "{other}" WITH (FORCE)')
    unfinished = f"{TEMPLATES}new"
    cursor.execute(f'CREATE DATABASE "{unfinished}"')
    _connect(connection, unfinished)
    call_command("migrate", verbosity=0)
    connection.close()
    cursor.execute(f'ALTER DATABASE "{unfinished}" RENAME TO "{template}"')


def _connect(connection: BaseDatabaseWrapper, name: str) -> None:
    connection.close()
    connection.settings_dict["NAME"] = name


def _exists(cursor: Any, name: str) -> bool:
    cursor.execute("SELECT FROM pg_database WHERE datname = %s", [name])
    return bool(cursor.rowcount)


@contextmanager
def _alone() -> Iterator[None]:
    """Let one process at a time make and copy templates."""
    path = embedded.var() / "postgres-test.template.lock"
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@contextmanager
def _server() -> Iterator[Any]:
    """A cursor outside of any database that is copied."""
    at = embedded.test_server().django_settings()
    found = psycopg2.connect(dbname="postgres", user=at["USER"], host=at["HOST"])
    with closing(found):
        found.autocommit = True
        yield found.cursor()


def main() -> None:
    """Make what is copied, unless it is there."""
    with _alone():
        embedded.test_server().hold()
        with _server() as cursor:
            if _exists(cursor, template := _template()):
                return
            import django  # noqa: PLC0415 - likewise
            from django.db import connections  # noqa: PLC0415

            os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
            django.setup()
            connection = connections["default"]
            connection.settings_dict.update(embedded.test_server().django_settings())
            _make(cursor, connection, template)


if __name__ == "__main__":
    main()
