"""Writing rows of the working tables back as the history has them."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any, TypeVar

from django.db import DataError, IntegrityError, transaction

from records.bulk import insert, overwrite
from records.models import Record

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

    from django.db.models import Model

T = TypeVar("T")

#: What publishing and the database itself write in a record.
NOT_EDITED = (
    "editorial_state", "published_at", "changed_at", "noted_at", "created_at", "merged_into_id", "writers",
)  # fmt: skip


def by_halves(
    items: Sequence[T], write: Callable[[Sequence[T]], None]
) -> Iterator[tuple[Sequence[T], DataError | IntegrityError | None]]:
    """Write items together; where the database refuses, find by halves those that it refuses.

    Yields the items that are written, in groups, and each that is refused with its error.
    """
    waiting = [items] if items else []
    while waiting:
        group = waiting.pop()
        try:
            with transaction.atomic():
                write(group)
        except (DataError, IntegrityError) as error:
            if len(group) == 1:
                yield group, error
            else:
                half = len(group) // 2
                waiting += [group[half:], group[:half]]
        else:
            yield group, None


def remove(table: type[Model], keys: Collection[Any]) -> None:
    """Remove rows, of which the caller knows that what belongs to them goes too."""
    if keys:
        rows = table._default_manager.filter(pk__in=list(keys))
        rows._raw_delete(rows.db)  # noqa: SLF001 - Django has no public name for it


def write_back(table: type[Model], rows: Mapping[Any, Mapping[str, Any]]) -> None:
    """Give rows the values that they had, and insert those that are gone. Only what differs is written.

    What publishing writes in a record stays as it is.
    """
    left_alone = NOT_EDITED if issubclass(table, Record) else ()
    existing = {row["id"]: row for row in table._default_manager.filter(pk__in=list(rows)).values()}
    removed: list[dict[str, Any]] = []
    by_columns: defaultdict[tuple[str, ...], list[dict[str, Any]]] = defaultdict(list)
    for key, row in rows.items():
        before = {name: value for name, value in row.items() if name not in left_alone}
        if key in existing:
            now = existing[key]
            columns = tuple(name for name, value in before.items() if now[name] != value)
            by_columns[columns].append({"id": key} | {name: before[name] for name in columns})
        else:
            removed.append(before)
    for columns, those in by_columns.items():
        if columns:
            overwrite(table, those, default=str)
    insert(table, removed)
