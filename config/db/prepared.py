"""Whether a database was prepared by this very code, remembered in it: the comment on Django's table of migrations.

A start that finds the code's fingerprint there has nothing to migrate, load or make, and need not load Django to see it.
"""

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg2

from config.db.embedded import PROJECT

if TYPE_CHECKING:  # the start of the service loads no more of Django than it needs
    from django.db.backends.utils import CursorWrapper

ROOMS = ("config", "records", "people", "events", "agreements", "imports")


def fingerprint(project: Path = PROJECT) -> str:
    """Return a hash of all that `manage.py prepare` goes by: the code, migrations included, and the packages' versions."""
    digest = hashlib.blake2b(digest_size=16)
    for path in sorted(
        [project / "requirements.txt"]
        + [path for room in ROOMS for path in (project / room).rglob("*.py")]
    ):
        if path.is_file():
            content = path.read_bytes()
            digest.update(f"{path.relative_to(project)} {len(content)}\n".encode())
            digest.update(content)
    return digest.hexdigest()


def is_prepared(database: Mapping[str, Any]) -> bool:
    """Whether this code has prepared the database that Django's settings describe, and somebody can still log in there.

    Whatever keeps it from being seen counts as no: preparing says what is wrong.
    """
    options = {
        "dbname": database["NAME"],
        "user": database["USER"],
        "password": database["PASSWORD"],
        "host": database["HOST"],
        "port": database["PORT"],
    }
    given = {name: value for name, value in options.items() if value}
    try:
        connection = psycopg2.connect(**given, **database["OPTIONS"])
    except psycopg2.Error:
        return False
    try:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT obj_description('django_migrations'::regclass, 'pg_class') = %(now)s"
                " AND EXISTS (SELECT FROM auth_user WHERE is_superuser)"
                # An error, and so no, where there is no such role.
                " AND (%(api)s = '' OR has_table_privilege(%(api)s, 'django_migrations', 'SELECT'))",
                {"now": fingerprint(), "api": database.get("API_USER", "")},
            )
            return bool(cursor.fetchone() == (True,))
    except psycopg2.Error:
        return False
    finally:
        connection.close()


def remember(cursor: "CursorWrapper") -> None:
    """Say in the database that this code has prepared it, where the user owns its tables."""
    if _is_owner(cursor):
        cursor.execute("COMMENT ON TABLE django_migrations IS %s", [fingerprint()])


def forget(cursor: "CursorWrapper") -> None:
    """Call before anything is migrated, in any direction."""
    if _is_owner(cursor):
        cursor.execute("COMMENT ON TABLE django_migrations IS NULL")


def _is_owner(cursor: "CursorWrapper") -> bool:
    cursor.execute(
        "SELECT coalesce((SELECT pg_has_role(relowner, 'USAGE') FROM pg_class"
        " WHERE oid = to_regclass('django_migrations')), false)"
    )
    return bool(cursor.fetchone() == (True,))
