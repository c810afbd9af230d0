"""Rows of models as lines for COPY: a template per model with its defaults, into which each row writes what it has."""

from __future__ import annotations

import io
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from django.db import connection, models, transaction

from config.dates.values import UncertainDate

if TYPE_CHECKING:
    from collections.abc import Iterator

NULL = "\\N"
_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


class Lines:
    """Lines for the table of one model."""

    def __init__(self, model: type[models.Model], *, with_key: bool = False) -> None:
        self.model = model
        # Columns that the database fills are left to it; so is a counted key, unless other rows name it.
        fields = [
            field
            for field in model._meta.concrete_fields
            if not field.has_db_default() and (with_key or not isinstance(field, models.AutoField))
        ]
        self.columns = [field.column for field in fields]
        self.place = {column: index for index, column in enumerate(self.columns)}
        self.defaults = [_text(_default(field)) for field in fields]
        self.lines: list[str] = []

    def add(self, **values: Any) -> None:
        """Add a row. A column that is not named has its default; an `UncertainDate` fills the columns of its name."""
        cells = self.defaults.copy()
        for name, value in values.items():
            if isinstance(value, UncertainDate):
                for part in ("edtf", "text", "earliest", "latest", "precision"):
                    cells[self.place[f"{name}_{part}"]] = _text(getattr(value, part))
            else:
                cells[self.place[name]] = _text(value)
        self.lines.append("\t".join(cells))

    def write(self) -> None:
        """COPY the rows with the triggers off: what is measured is publishing and reading, not typing in."""
        if not self.lines:
            return
        columns = ", ".join(f'"{column}"' for column in self.columns)
        text = io.StringIO("\n".join(self.lines) + "\n")
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL session_replication_role = replica")
            cursor.copy_expert(f'COPY "{self.model._meta.db_table}" ({columns}) FROM STDIN', text)
            cursor.execute("SET LOCAL session_replication_role = origin")
        self.lines.clear()


class Tables:
    """Lines for several models, written together."""

    def __init__(self, *with_key: type[models.Model]) -> None:
        self.with_key = with_key
        self.lines: dict[type[models.Model], Lines] = {}

    def add(self, model: type[models.Model], **values: Any) -> None:
        if model not in self.lines:
            self.lines[model] = Lines(model, with_key=model in self.with_key)
        self.lines[model].add(**values)

    def write(self) -> None:
        """Write all, in one transaction."""
        with transaction.atomic():
            for lines in self.lines.values():
                lines.write()


def continue_counting(*with_key: type[models.Model]) -> None:
    """Let the keys that the database gives follow those that were copied in."""
    with connection.cursor() as cursor:
        for model in with_key:
            table = model._meta.db_table
            cursor.execute(
                f"SELECT setval(pg_get_serial_sequence(%s, 'id'), greatest(max(id), 1)) FROM \"{table}\"",
                [table],
            )


@lru_cache(maxsize=100_000)
def when(edtf: str) -> UncertainDate:
    """Read a date; most days come again and again."""
    return UncertainDate.parse(edtf)


def _default(field: models.Field[Any, Any]) -> Any:
    return None if isinstance(field, models.AutoField) else field.get_default()


def _text(value: Any) -> str:
    if value is None:
        return NULL
    if isinstance(value, bool):
        return "t" if value else "f"
    if isinstance(value, list):
        return "{" + ",".join(value) + "}"
    return str(value).translate(_ESCAPES) if isinstance(value, str) else str(value)


def chunks(count: int, size: int) -> Iterator[tuple[int, int]]:
    """First and last number of each chunk of 1 to `count`."""
    for first in range(1, count + 1, size):
        yield first, min(first + size - 1, count)
