"""Ending how far back the change feed goes. Nothing does it by itself: without this, every change is kept."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from django.db import connection, transaction

from records.models import Change, ChangeOfState
from records.publishing.feed import last_position

#: Days that are always kept: what is being published, and who reads, still needs the last changes.
LEAST_DAYS = 7


def prune(days: int) -> int:
    """Remove the changes that are older than so many days, and return how many there were.

    The last change always stays, for positions are counted from it. Editions, and so revisions, are not touched. Raises
    ValueError for less than a week.
    """
    if days < LEAST_DAYS:
        msg = f"Changes of the last {LEAST_DAYS} days are always kept."
        raise ValueError(msg)
    oldest = datetime.now(UTC) - timedelta(days=days)
    with transaction.atomic():
        # The feed is not locked: nobody who publishes looks at changes that are older than a week.
        last = last_position()
        recent = Change.objects.filter(at__gte=oldest, position__lte=last).order_by("position")
        first = recent.values_list("position", flat=True).first() or last
        with connection.cursor() as cursor:
            for model in (ChangeOfState, Change):
                cursor.execute(
                    f'DELETE FROM "{model._meta.db_table}" WHERE position < %s',  # noqa: S608 - our own name
                    [first],
                )
            return int(cursor.rowcount)
