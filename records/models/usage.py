"""What callers of the API have used of their rate limits."""

from __future__ import annotations

from typing import ClassVar

from django.db import connection, models


class Usage(models.Model):
    """The units that a caller has used in one window of time, as far as workers have written them down.

    An unlogged table: a crash of the database empties it, and nobody is refused for that. It holds no addresses: callers are
    hashes, of which this installation alone knows the key.
    """

    #: What the role of the API may do with the table (config/db/api_role.py).
    api_may: ClassVar[tuple[str, ...]] = ("SELECT", "INSERT", "UPDATE", "DELETE")

    pk = models.CompositePrimaryKey("caller", "until")
    caller = models.BinaryField(max_length=16)
    until = models.BigIntegerField(help_text="The end of the window, in seconds since 1970.")
    units = models.BigIntegerField()

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.units} until {self.until}"

    @classmethod
    def add(cls, caller: bytes, until: int, units: int) -> int:
        """Add units to what a caller has used, and return all that it has used in this window."""
        with connection.cursor() as cursor:
            cursor.execute(_ADD, [caller, until, units])
            return int(cursor.fetchone()[0])

    @classmethod
    def prune(cls, now: float) -> None:
        """Delete the windows that have ended."""
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM records_usage WHERE until < %s", [int(now)])


_ADD = """
    INSERT INTO records_usage AS known (caller, until, units) VALUES (%s, %s, %s)
    ON CONFLICT (caller, until) DO UPDATE SET units = known.units + excluded.units
    RETURNING units
"""
