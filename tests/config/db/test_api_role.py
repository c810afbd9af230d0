"""The role of the API: what it can do in the database that `migrate` made, and what is said where it cannot be had."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest
from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.db import ProgrammingError, connection, models
from django.http import HttpResponse
from django.test import RequestFactory
from psycopg2.errors import InsufficientPrivilege

from config.checks import api_reads_as_its_own_role
from config.db import api_role
from config.db.pool.readers import readers_middleware
from events.models import EventPosting
from records.models import ApiKey, Edition, Part, PendingLabel, Record, Usage

if TYPE_CHECKING:
    from collections.abc import Iterator

ROLE = "chancery_test_role"


def read_in_a_view(table: str, columns: str = "*") -> None:
    """Read a table in a view of the public, on a connection of the pool's backend."""

    def view(request: object) -> HttpResponse:
        wrapper = connection.copy()
        try:
            with wrapper.cursor() as cursor:
                cursor.execute(f'SELECT {columns} FROM "{table}" LIMIT 0')  # noqa: S608 - our own names
        finally:
            wrapper.close()
        return HttpResponse()

    readers_middleware(view)(RequestFactory().get("/api/v1/events/"))


@pytest.mark.django_db
def test_a_public_view_that_reads_what_is_not_public_is_refused() -> None:
    made = connection.introspection.table_names()
    tables = {
        model._meta.db_table: model
        for model in apps.get_models(include_auto_created=True)
        if model._meta.db_table in made
    }
    refused = set()
    for table in tables:
        try:
            read_in_a_view(table)
        except ProgrammingError as error:
            assert isinstance(error.__cause__, InsufficientPrivilege)  # noqa: PT017
            refused.add(table)

    read_in_a_view("records_apikey", "id, digest, expires_at, revoked_at")
    read_in_a_view("django_migrations")
    working = {
        table
        for table, model in tables.items()
        if issubclass(model, Record | Part) or model in {ApiKey, PendingLabel}
    }
    others = {"auth_user", "django_session", "django_admin_log", "axes_accesslog"}
    assert (working | others) - refused == set()
    editions = {table for table, model in tables.items() if issubclass(model, Edition)}
    assert tables.keys() - refused == {
        *editions,
        "events_eventposting",
        "events_eventsum",
        "records_change",
        "records_changeofstate",
        "records_datedpart",
        "records_formermoment",
        "records_formerpart",
        "records_formerreference",
        "records_moment",
        "records_momentposting",
        "records_publishedname",
        "records_publishedword",
        "records_reference",
        "records_usage",
    }


@pytest.mark.django_db
def test_the_role_writes_nothing_but_what_callers_use_and_when_keys_were_used() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname, right_ FROM pg_class, unnest(ARRAY['INSERT', 'UPDATE', 'DELETE', 'TRUNCATE']) AS right_"
            " WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v')"
            " AND has_table_privilege(%s, oid, right_)",
            [connection.settings_dict["API_USER"]],
        )
        assert set(cursor.fetchall()) == {
            (Usage._meta.db_table, right) for right in ("INSERT", "UPDATE", "DELETE")
        }
        cursor.execute(
            "SELECT attname FROM pg_attribute WHERE attrelid = 'records_apikey'::regclass AND attnum > 0"
            " AND has_column_privilege(%s, attrelid, attnum, 'UPDATE')",
            [connection.settings_dict["API_USER"]],
        )
        assert cursor.fetchall() == [("last_used_at",)]


@pytest.mark.django_db
def test_migrating_gives_new_tables_their_rights_and_takes_what_is_not_said(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A table that says so is as good as new when its right is gone."""
    table = EventPosting._meta.db_table
    monkeypatch.delattr(EventPosting, "api_may")
    call_command("migrate", verbosity=0)
    assert rights(connection.settings_dict["API_USER"], EventPosting) == set()
    monkeypatch.undo()

    call_command("migrate", verbosity=0)

    assert rights(connection.settings_dict["API_USER"], EventPosting) == {"SELECT"}
    assert api_role.rights_of([EventPosting])[table] == ("SELECT",)


def rights(user: str, model: type[models.Model]) -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT privilege_type FROM pg_class, aclexplode(relacl)"
            " WHERE relname = %s AND grantee = (SELECT oid FROM pg_roles WHERE rolname = %s)",
            [model._meta.db_table, user],
        )
        return {right for (right,) in cursor.fetchall()}


@contextmanager
def acting_as_an_owner_without_more() -> Iterator[None]:
    """As a role that owns the tables and may not make roles, as on many servers."""
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE ROLE {ROLE}")
        cursor.execute(f"GRANT CREATE ON SCHEMA public TO {ROLE}")
        cursor.execute(f"ALTER TABLE django_migrations OWNER TO {ROLE}")
        cursor.execute(f"SET ROLE {ROLE}")
        yield
        cursor.execute("RESET ROLE")


@pytest.mark.django_db
def test_an_owner_who_may_not_make_roles_is_told_what_to_have_done() -> None:
    with (
        acting_as_an_owner_without_more(),
        pytest.raises(api_role.RoleError, match='CREATE ROLE "chancery_else" LOGIN PASSWORD'),
    ):
        api_role.set_rights(connection, "chancery_else")


@pytest.mark.django_db
def test_a_role_that_could_read_more_is_refused_and_loses_nothing() -> None:
    owner = str(connection.settings_dict["USER"])
    with pytest.raises(api_role.RoleError, match="owns or can read"):
        api_role.set_rights(connection, owner)
    assert Record.__subclasses__()[0]._default_manager.count() == 0  # it can still read

    with connection.cursor() as cursor:
        cursor.execute(f"CREATE ROLE {ROLE}")
        cursor.execute(f"GRANT pg_read_all_data TO {ROLE}")
    with pytest.raises(api_role.RoleError, match="such as agreements_agreement"):
        api_role.set_rights(connection, ROLE)
    assert rights(ROLE, EventPosting) == set()


@pytest.mark.django_db
def test_a_role_is_made_with_its_password() -> None:
    connection.settings_dict["API_PASSWORD"] = "not in any log"
    try:
        api_role.set_rights(connection, ROLE)
    finally:
        connection.settings_dict["API_PASSWORD"] = ""

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT rolcanlogin, rolsuper, rolpassword LIKE 'SCRAM-SHA-256$%%' FROM pg_authid WHERE rolname = %s",
            [ROLE],
        )
        assert cursor.fetchone() == (True, False, True)


@pytest.mark.django_db
def test_a_role_that_cannot_log_in_is_named_with_the_reason() -> None:
    api_role.refuse_unusable(connection)
    other = connection.copy()
    other.settings_dict["API_USER"] = "chancery_nobody"
    with pytest.raises(
        api_role.RoleError,
        match=r'chancery_nobody, .* cannot log in: .*"chancery_nobody" does not exist',
    ):
        api_role.refuse_unusable(other)


def test_a_deployment_without_the_role_is_warned_of(monkeypatch: pytest.MonkeyPatch) -> None:
    assert api_reads_as_its_own_role() == []
    monkeypatch.setitem(settings.DATABASES["default"], "API_USER", "")

    assert [each.id for each in api_reads_as_its_own_role()] == ["config.W001"]
