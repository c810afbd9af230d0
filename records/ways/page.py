"""The rows of a page that were found, in order, with their columns."""

from __future__ import annotations

from typing import TYPE_CHECKING

from config.api.pagination import selected
from config.api.sql import Clause, table_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from config.api.pagination import Ordering, Page
    from records.models import Edition


def shown(
    page: Page,
    parts: Clause,
    total: Clause,
    *,
    editions: type[Edition],
    columns: Sequence[str | Clause],
    ordering: Ordering,
) -> Clause:
    """The rows of the part `page`, which has `key` and `record_id`, with their columns; key and id alone where nothing else is wanted."""
    table = table_of(editions)
    if not columns and page.count is not None:
        found = f"SELECT key, record_id::text FROM page {in_order(page, ordering, 'page.key', 'page.record_id')}"
        return Clause(f"WITH RECURSIVE {parts.sql} {found}", parts.values)
    key = ordering.shown(editions)
    chosen = selected(editions, columns)
    total = page.total_of(total)
    return Clause(
        f"WITH RECURSIVE {parts.sql} SELECT {key.sql}, {table}.record_id::text, ({total.sql}), {chosen.sql}"
        f" FROM page JOIN {table} ON {table}.record_id = page.record_id AND {table}.superseded_at IS NULL"
        f" {in_order(page, ordering, 'page.key', 'page.record_id')}",
        (*parts.values, *key.values, *total.values, *chosen.values),
    )


def in_order(page: Page, ordering: Ordering, key: str, unique: str) -> str:
    way = page.way(ordering)
    return f"ORDER BY {key} {way}, {unique} {way}"
