"""A database whose clock is set by hand, for histories that are published over many days."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import connection

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime


def database_clock() -> Callable[[datetime], None]:
    """Return what sets the clock that publishing reads, until the transaction ends.

    A name without a schema is looked up along the search path: a function that stands before PostgreSQL's own is found first.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE SCHEMA by_hand;"
            " CREATE FUNCTION by_hand.clock_timestamp() RETURNS timestamptz LANGUAGE sql STABLE"
            " AS $$ SELECT current_setting('by_hand.clock')::timestamptz $$;"
            " SET LOCAL search_path TO by_hand, public, pg_catalog"
        )

    def set_to(instant: datetime) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('by_hand.clock', %s, TRUE)", [instant.isoformat()])

    return set_to
