"""The one order of locks, and the one comparison of what was read with what is there.

A change of records, at the desk, by an import, a merge, an undo or a publication, takes its locks in this order:

1. the advisory lock of its import, if it is one;
2. the rows of all records that it changes, or whose parts it changes: kind by kind as they register, and each by key. A part is
   never written without its record's lock. A record that is named is not locked, but its key is held by foreign keys;
3. the lock of a tree (`records.constraints.NoCycle`), taken by the database when something goes below something else;
4. the feed (`records.publishing.feed.lock_feed`). Before, the database has checked everything that waits for the end of the
   transaction, foreign keys among it; after, nothing is waited for any more.

An import learns line by line what it changes, so it takes its rows in several steps. What it runs into then is done again
(`records.publishing.deeds`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from records.bulk import among
from records.models import WRITTEN_AT
from records.registry import all_kinds

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import datetime
    from uuid import UUID


def hold(keys: Mapping[str, Collection[UUID]]) -> dict[UUID, datetime]:
    """Lock records, by the names of their kinds, until the transaction ends; return when each was written last.

    Records that are gone are missing. What is read of a record after this stays as it was read.
    """
    held: dict[UUID, datetime] = {}
    for kind in all_kinds():
        if keys.get(kind.name):
            rows = kind.model._base_manager.filter(among("pk", keys[kind.name])).order_by("pk")
            held |= dict(rows.select_for_update(no_key=True).values_list("pk", WRITTEN_AT))
    return held


def changed_since(kind: str, seen: Mapping[UUID, datetime | None]) -> set[UUID]:
    """Lock records of one kind; return those that somebody changed, or deleted, since they were read.

    `seen` has their `written_at` as it was read, before any of their parts.
    """
    held = hold({kind: seen.keys()})
    return {key for key, written_at in seen.items() if held.get(key) != written_at}
