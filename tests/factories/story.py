"""The reference data and the sample story in the database: loaded once in each process, and copied from then on."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from io import BytesIO
from typing import TYPE_CHECKING

from django.core.management import call_command
from django.db import connection, transaction

if TYPE_CHECKING:
    from django.db.backends.utils import CursorWrapper


@dataclass(frozen=True)
class _Rows:
    """Rows of a table as COPY writes them, with all its columns that are not generated."""

    table: str
    columns: str
    text: bytes


#: What each way to load a story put into empty tables.
_loaded: dict[tuple[str, ...], list[_Rows]] = {}


def load_story() -> None:
    """Load what a newcomer sees: the reference data and the sample story."""
    _load("load_reference", "load_sample_story")


def load_reference() -> None:
    """Load the reference data of all rooms."""
    _load("load_reference")


def _load(*commands: str) -> None:
    """Do what commands do that load records. Into empty tables their rows are copied, with ids and instants of the first time."""
    with connection.cursor() as cursor:
        if _tables_with_rows(cursor):
            _call(*commands)
        elif rows := _loaded.get(commands):
            _write(cursor, rows)
        else:
            _call(*commands)
            _loaded[commands] = [_read(cursor, table) for table in _tables_with_rows(cursor)]


def _call(*commands: str) -> None:
    for command in commands:
        call_command(command, verbosity=0)


@cache
def _columns() -> dict[str, str]:
    """The tables of our rooms, with their columns that take values. Commands do not write to those of accounts and sessions."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT table_name, string_agg(quote_ident(column_name), ', ' ORDER BY ordinal_position)
            FROM information_schema.columns JOIN information_schema.tables USING (table_schema, table_name)
            WHERE table_schema = 'public' AND table_type = 'BASE TABLE' AND is_generated = 'NEVER'
              AND table_name !~ '^(auth|django)_'
            GROUP BY table_name ORDER BY table_name
            """
        )
        return dict(cursor.fetchall())


def _tables_with_rows(cursor: CursorWrapper) -> list[str]:
    tables = list(_columns())
    each = ", ".join(f'EXISTS (SELECT FROM "{table}")' for table in tables)
    cursor.execute(f"SELECT {each}")
    return [table for table, has in zip(tables, cursor.fetchone() or (), strict=True) if has]


def _read(cursor: CursorWrapper, table: str) -> _Rows:
    text, columns = BytesIO(), _columns()[table]
    cursor.copy_expert(f'COPY "{table}" ({columns}) TO STDOUT', text)
    return _Rows(table, columns, text.getvalue())


def _write(cursor: CursorWrapper, rows: list[_Rows]) -> None:
    with transaction.atomic():
        # Without triggers, since what they write is among the rows, and they would refuse some of it.
        cursor.execute("SET LOCAL session_replication_role = replica")
        for each in rows:
            cursor.copy_expert(
                f'COPY "{each.table}" ({each.columns}) FROM STDIN', BytesIO(each.text)
            )
        cursor.execute("SET LOCAL session_replication_role = DEFAULT")
