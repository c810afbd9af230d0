"""Dumps of what this installation holds, and restoring them: `manage.py backup` and `manage.py restore`."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import OperationalError, connection

from config.db import api_role, dumps, embedded
from records.models import ApiKey, Change
from records.registry import all_kinds

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

#: What lies in the data folder, is not in a dump, and would be missed; with what it is for.
BESIDE = {
    "secret-key": "signs sessions and the cursors of lists: keep it where the dumps are not, or set SECRET_KEY",
    "snapshots": "files that were published; new ones can be made, those of earlier days cannot",
}


def database() -> dumps.Database:
    """The database of the settings, with the tools that fit its server. Raises DumpError."""
    parameters = connection.get_connection_params()
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_setting('server_version_num')::int / 10000")
            (version,) = cursor.fetchone()
    except OperationalError as error:
        raise dumps.DumpError(dumps.unreachable(error)) from None
    return dumps.Database(parameters, embedded.client_programs(version))


def facts() -> dict[str, str]:
    """What is compared by name beside the rows of all tables: a statement for each."""
    tables = [kind.editions._meta.db_table for kind in all_kinds()]
    every = " UNION ALL ".join(
        f'SELECT superseded_at, document IS NULL AS is_gone FROM "{table}"'  # noqa: S608 - names of ours
        for table in tables
    )
    change, key = Change._meta.db_table, ApiKey._meta.db_table
    current = "superseded_at IS NULL AND NOT is_gone"
    return {
        "documents": f"SELECT count(*) FROM ({every}) AS edition WHERE {current}",  # noqa: S608 - names of ours
        "revisions": f"SELECT count(*) FROM ({every}) AS edition",  # noqa: S608 - names of ours
        "feed position": f"SELECT coalesce(max(position), 0) FROM {change}",  # noqa: S608 - names of ours
        "accounts": "SELECT count(*) FROM auth_user",
        "keys": f"SELECT count(*) FROM {key}",  # noqa: S608 - names of ours
    }


def back_up(path: Path | None) -> tuple[Path, Mapping[str, Any]]:
    """Write a dump, by default into backups/ of the data folder, and return where it is and its manifest. Raises DumpError."""
    if path is None:
        path = embedded.var() / "backups" / f"chancery-{datetime.now(UTC):%Y%m%dT%H%M%SZ}.dump"
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if path.exists():
        raise dumps.DumpError(f"{path} exists already.")
    return path, dumps.write(database(), path, facts())


def restore(path: Path) -> Mapping[str, Any]:
    """Read a dump into the database of the settings, which must be empty. Raises DumpError, or RoleError."""
    manifest = dumps.restore(database(), path, facts())
    if user := settings.DATABASES["default"].get("API_USER"):
        api_role.set_rights(connection, user)
    return manifest
