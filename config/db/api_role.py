"""The database role as which public questions are answered: it can read what is published, and nothing else.

Each model says by `api_may` what the role may do with its table; without it, nothing. The rights are given anew after every
`migrate` (docs/decisions/0134).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.core.management.base import CommandError
from django.db import DatabaseError, IntegrityError, ProgrammingError, connections, transaction
from psycopg2.errors import DuplicateObject, InsufficientPrivilege
from psycopg2.extensions import encrypt_password

from config.db.pool.readers import as_reader

if TYPE_CHECKING:
    from django.db import models
    from django.db.backends.base.base import BaseDatabaseWrapper
    from django.db.backends.utils import CursorWrapper

#: Which migrations are applied: asked by `/readyz`.
MIGRATIONS = "django_migrations"


class RoleError(CommandError):
    """The role cannot be used as it is; the message says what to do."""


def rights_of(models_: Iterable[type[models.Model]]) -> dict[str, tuple[str, ...]]:
    """Return what the role may do, by table: words of GRANT."""
    found = {model._meta.db_table: getattr(model, "api_may", ()) for model in models_}
    return {MIGRATIONS: ("SELECT",)} | {table: may for table, may in found.items() if may}


def keep_role(*, using: str, **signal: Any) -> None:
    """Make the role if there is none, and set its rights to exactly those that the models say. Called after every `migrate`."""
    connection = connections[using]
    user = connection.settings_dict.get("API_USER", "")
    # A flush of a test database sends the signal too, without a plan.
    if user and "plan" in signal:
        set_rights(connection, user)


def set_rights(connection: BaseDatabaseWrapper, user: str) -> None:
    """Make the role if there is none, and set its rights. Raises RoleError."""
    tables = [*connection.introspection.django_table_names(only_existing=True), MIGRATIONS]
    rights = rights_of(apps.get_models(include_auto_created=True))
    with connection.cursor() as cursor, transaction.atomic(using=connection.alias):
        cursor.execute("SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = %s)", [user])
        if cursor.fetchone() != (True,):
            _make(cursor, connection, user)
        # Before anything is revoked: an owner would lose its own tables.
        _refuse(cursor, user, tables, "pg_has_role(%s, relowner, 'MEMBER')")
        for statement in _statements(connection, user, tables, rights):
            cursor.execute(statement)
        others = [table for table in tables if table not in rights]
        _refuse(cursor, user, others, "has_any_column_privilege(%s, oid, 'SELECT')")


def _make(cursor: CursorWrapper, connection: BaseDatabaseWrapper, user: str) -> None:
    name = connection.ops.quote_name(user)
    password = connection.settings_dict.get("API_PASSWORD", "")
    try:
        with transaction.atomic(using=connection.alias):
            if password:
                # Hashed here, so that no log of the server has it.
                hashed = encrypt_password(password, user, connection.connection, "scram-sha-256")
                cursor.execute(f"CREATE ROLE {name} LOGIN PASSWORD %s", [hashed])
            else:
                cursor.execute(f"CREATE ROLE {name} LOGIN")
            # A role sees the connections of the roles that it is a member of.
            cursor.execute(f"GRANT {name} TO CURRENT_USER")
    except (ProgrammingError, IntegrityError) as error:
        if isinstance(error.__cause__, InsufficientPrivilege):
            owner = connection.ops.quote_name(connection.settings_dict["USER"])
            raise RoleError(
                f"The role {user}, as which what is public is read (DATABASE_API_USER), does not exist, and DATABASE_URL's"
                f" role may not make it. Let an administrator of the server run: CREATE ROLE {name} LOGIN PASSWORD '…';"
                f" GRANT {name} TO {owner};"
            ) from None
        if not isinstance(error.__cause__, DuplicateObject) and not isinstance(
            error, IntegrityError
        ):
            raise  # else another database of the server was faster


def _statements(
    connection: BaseDatabaseWrapper,
    user: str,
    tables: Sequence[str],
    rights: Mapping[str, Sequence[str]],
) -> Iterable[str]:
    name, quote = connection.ops.quote_name(user), connection.ops.quote_name
    listed = ", ".join(map(quote, tables))
    yield f"REVOKE ALL ON {listed} FROM {name}"
    by_rights: dict[tuple[str, ...], list[str]] = {}
    for table, may in rights.items():
        if table in tables:
            by_rights.setdefault(tuple(may), []).append(quote(table))
    for may, granted in by_rights.items():
        yield f"GRANT {', '.join(may)} ON {', '.join(granted)} TO {name}"


def _refuse(cursor: CursorWrapper, user: str, tables: Sequence[str], condition: str) -> None:
    """Refuse a role for which a condition holds of a table: it could read more than what is public."""
    cursor.execute(
        "SELECT relname FROM pg_class WHERE relnamespace = current_schema()::regnamespace AND relname = ANY (%s)"  # noqa: S608 - a condition of ours
        f" AND {condition} ORDER BY relname",
        [[*tables], user],
    )
    readable = [name for (name,) in cursor.fetchall()]
    if readable:
        raise RoleError(
            f"The role {user} (DATABASE_API_USER) must be able to read nothing but what is public, and owns or can read"
            f" {len(readable)} tables, such as {readable[0]}. Name a role that owns nothing and is a member of no other."
        )


def refuse_unusable(connection: BaseDatabaseWrapper) -> None:
    """Log in as the role once. Raises RoleError where that fails."""
    user = connection.settings_dict.get("API_USER", "")
    if not user:
        return
    reader = connection.copy()
    try:
        with as_reader(), closing(reader):
            reader.ensure_connection()
    except DatabaseError as error:
        reason = " ".join(str(error).split())
        raise RoleError(
            f"The role {user}, as which what is public is read, cannot log in: {reason}"
            " (see DATABASE_API_USER and DATABASE_API_PASSWORD; an existing role keeps its password:"
            f" ALTER ROLE {connection.ops.quote_name(user)} PASSWORD '…' changes it)."
        ) from None
