"""Reading what would be public if all that is at the desk were published: what the lists of the desk are asked of.

Public tables are read as `as_of` reads them, by a definition of the table's name before a statement: it leaves out what was
published of records that have a preview, and adds their previews. Nothing of this is sent by the API.
"""

from __future__ import annotations

import re
from contextlib import contextmanager
from functools import cache, partial
from typing import TYPE_CHECKING, Any

from django.db import connection

from config.api.as_of import with_tables
from records.models import (
    DatedPart,
    DatedPartPreview,
    Reference,
    ReferencePreview,
    preview_of,
)
from records.models.edition import is_current
from records.registry import all_kinds

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from django.db.models import Model

    from records.models import Edition


def columns_of(model: type[Model]) -> list[str]:
    return [f'"{field.column}"' for field in model._meta.concrete_fields]


def current(editions: type[Edition]) -> str:
    """What is public of a kind."""
    columns = ", ".join(columns_of(editions))
    return (
        f'SELECT {columns} FROM "{editions._meta.db_table}"'  # noqa: S608 - names of ours
        f" WHERE {is_current()}"
    )


def previewed(editions: type[Edition]) -> str:
    """The previews of a kind, as editions: without a document, and without what only a revision has."""
    preview = preview_of(editions)
    there = {field.column for field in preview._meta.concrete_fields}
    columns = ", ".join(
        f'"{field.column}"'
        if field.column in there
        else f'{_absent(field)}::{_type_of(field)} AS "{field.column}"'
        for field in editions._meta.concrete_fields
    )
    return f'SELECT {columns} FROM "{preview._meta.db_table}"'  # noqa: S608 - names of ours


def _type_of(field: Any) -> str:
    return (
        str(field.rel_db_type(connection)) if field.primary_key else str(field.db_type(connection))
    )


def _absent(field: Any) -> str:
    """What stands in a column that previews lack. The document is there, so that they count as current."""
    return "''" if field.name == "document" else "NULL"


def _editions(editions: type[Edition]) -> str:
    return _instead(
        current(editions),
        f'"{editions._meta.db_table}".record_id',
        f'"{preview_of(editions)._meta.db_table}" AS preview WHERE preview.record_id',
        previewed(editions),
        joint="AND",
    )


def _rows(model: type[Model], key: str, previews: type[Model]) -> str:
    """The same of a table that has the columns of its previews; `key` names the record."""
    table, columns = model._meta.db_table, ", ".join(columns_of(model))
    return _instead(
        f"SELECT {columns} FROM {table}",  # noqa: S608 - names of ours
        f"{table}.{key}",
        f"{ReferencePreview._meta.db_table} AS preview WHERE preview.id",
        f"SELECT {columns} FROM {previews._meta.db_table}",  # noqa: S608 - names of ours
    )


def _instead(public: str, key: str, previews: str, rows: str, *, joint: str = "WHERE") -> str:
    """The public rows of records without a preview, and the rows of previews."""
    return f"{public} {joint} NOT EXISTS (SELECT FROM {previews} = {key}) UNION ALL {rows}"


@cache
def _tables() -> tuple[dict[str, Callable[[], str]], re.Pattern[str]]:
    """Each table that is read otherwise by its name, and what finds the names where a statement reads them."""
    found: dict[str, Callable[[], str]] = {
        kind.editions._meta.db_table: partial(_editions, kind.editions) for kind in all_kinds()
    }
    found[DatedPart._meta.db_table] = partial(_rows, DatedPart, "record_id", DatedPartPreview)
    found[Reference._meta.db_table] = partial(_rows, Reference, "id", ReferencePreview)
    return found, re.compile(rf'\b(?:FROM|JOIN)\s+"?({"|".join(found)})\b')


def tables_in(sql: str) -> dict[str, str]:
    """The queries that the tables stand for which a statement reads, by their names."""
    tables, names = _tables()
    return {name: tables[name]() for name in dict.fromkeys(names.findall(sql))}


@contextmanager
def at_desk() -> Iterator[None]:
    """Read public tables as they would be if all that is at the desk were published."""

    def execute(run: Any, sql: str, params: Any, many: bool, context: Any) -> Any:  # noqa: FBT001 - Django's signature
        return run(with_tables(sql, tables_in(sql)), params, many, context)

    with connection.execute_wrapper(execute):
        yield
