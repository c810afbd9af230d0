"""Many rows in one statement.

Rows to write travel as one JSON value, and the database gives them the types of the model's columns. Keys of rows to read
travel as one array.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar, cast

import orjson
from django.contrib.postgres.search import SearchVectorField
from django.db import connection, models
from django.db.models.base import ModelState

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from uuid import UUID

    from django.db.backends.base.base import BaseDatabaseWrapper
    from django.db.models.sql.compiler import SQLCompiler

M = TypeVar("M", bound=models.Model)
#: The text search configuration made by the first migration: unaccented, English stems, no stop words.
CONFIGURATION = "chancery"


def insert(
    model: type[models.Model],
    rows: Sequence[dict[str, Any]],
    *,
    or_update: bool = False,
    default: Callable[[Any], Any] | None = None,
) -> None:
    """Insert rows in one statement; with `or_update`, rows whose primary key is there are overwritten.

    The rows travel as one JSON value and are given the types of the model's columns by the database, which is several
    times cheaper than a parameter per cell. A full-text column takes its texts as [weight A, weight B, weight C].
    `default` gives what stands for a value that JSON does not know.
    """
    if not rows:
        return
    fields: list[Any] = [model._meta.get_field(name) for name in rows[0]]
    names = [str(field.column) for field in fields]
    shape = ", ".join(
        f'"{field.column}" {"json" if isinstance(field, SearchVectorField) else field.db_type(connection)}'
        for field in fields
    )
    values = ", ".join(
        _search_vector(name) if isinstance(field, SearchVectorField) else f'r."{name}"'
        for field, name in zip(fields, names, strict=True)
    )
    columns = ", ".join(f'"{name}"' for name in names)
    statement = f'INSERT INTO "{model._meta.db_table}" ({columns}) SELECT {values} FROM json_to_recordset(%s) AS r({shape})'  # noqa: S608 - names of our own tables and columns
    if or_update:
        key = model._meta.pk.column
        updates = ", ".join(f'"{name}" = EXCLUDED."{name}"' for name in names if name != key)
        statement += f' ON CONFLICT ("{key}") DO UPDATE SET {updates}'
    with connection.cursor() as cursor:
        cursor.execute(statement, [_as_json(rows, default)])


def _as_json(rows: Sequence[dict[str, Any]], default: Callable[[Any], Any] | None) -> str:
    return orjson.dumps(rows, default=default, option=orjson.OPT_PASSTHROUGH_DATACLASS).decode()


def _search_vector(column: str) -> str:
    return " || ".join(
        f"setweight(to_tsvector('{CONFIGURATION}', coalesce(r.\"{column}\"->>{index}, '')), '{weight}')"
        for index, weight in enumerate("ABC")
    )


def overwrite(
    model: type[models.Model],
    rows: Sequence[dict[str, Any]],
    *,
    default: Callable[[Any], Any] | None = None,
) -> None:
    """Overwrite the columns that the rows hold, in one statement; the rows travel as one JSON value."""
    key = model._meta.pk.attname
    columns = {field.attname: field for field in model._meta.concrete_fields}
    fields = [columns[name] for name in rows[0]]
    shape = ", ".join(f'"{field.column}" {field.db_type(connection)}' for field in fields)
    values = ", ".join(
        f'"{field.column}" = r."{field.column}"' for field in fields if field.attname != key
    )
    table = model._meta.db_table
    statement = (
        f'UPDATE "{table}" SET {values} '  # noqa: S608 - names of our own tables and columns
        f'FROM json_to_recordset(%s) AS r({shape}) WHERE "{table}"."{key}" = r."{key}"'
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, [_as_json(rows, default)])


@models.ForeignKey.register_lookup
@models.Field.register_lookup
class Among(models.Lookup):
    """Whether a key is in an array, written as PostgreSQL reads arrays. Use `among()`."""

    lookup_name = "among"
    prepare_rhs = False

    def as_sql(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper
    ) -> tuple[str, tuple[Any, ...]]:
        """Compare with one parameter, however many keys there are."""
        column, parameters = self.process_lhs(compiler, connection)
        kind = cast("models.Field[Any, Any]", self.lhs.output_field).rel_db_type(connection)
        array, keys = self.process_rhs(compiler, connection)
        return f"{column} = ANY({array}::{kind}[])", (*parameters, *keys)


def among(name: str, keys: Iterable[UUID | int]) -> models.Q:
    """Return the condition that a key is one of these: as `__in`, which handles each of thousands of keys on its own."""
    array = "{" + ",".join(map(str, keys)) + "}"
    return models.Q(**{f"{name}__among": models.Value(array, models.TextField())})


def read(rows: models.QuerySet[M]) -> list[M]:
    """Return the rows as instances of their model, as a query set would.

    Without the model's `__init__`, which takes longer than the database: columns read from it need no conversion.
    """
    model = rows.model
    names = [field.attname for field in model._meta.concrete_fields]
    database = rows.db
    found = []
    for values in rows.values_list(*names):
        instance = model.__new__(model)
        instance._state = ModelState()
        instance._state.db = database
        instance._state.adding = False
        vars(instance).update(zip(names, values, strict=True))
        found.append(instance)
    return found
