"""Many rows in one statement.

Rows to write travel as a few texts, and the database gives them the types of the model's columns. Keys of rows to read travel
as one array.
"""

from __future__ import annotations

from datetime import date
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar, cast

import orjson
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.search import SearchVectorField
from django.db import connection, models
from django.db.models.base import ModelState

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from uuid import UUID

    from django.db.backends.base.base import BaseDatabaseWrapper
    from django.db.models.sql.compiler import SQLCompiler

M = TypeVar("M", bound=models.Model)
#: Text search configurations made by the first migration, both unaccented and without stop words: English stems for prose,
#: and words as they are for names.
PROSE, NAMES = "chancery", "chancery_names"


#: SQL, and its parameters.
Statement = tuple[str, list[Any]]


def insert(model: type[models.Model], rows: Sequence[dict[str, Any]]) -> None:
    """Insert rows in one statement."""
    if rows:
        run([insertion(model, rows)])


def run(statements: Sequence[Statement]) -> None:
    """Run statements one after another, sent at once: the database is waited for once."""
    if statements:
        text = "; ".join(statement for statement, _parameters in statements)
        with connection.cursor() as cursor:
            cursor.execute(text, [each for _statement, those in statements for each in those])


def as_array(values: Iterable[object]) -> str:
    """Return ids or other plain values as the text of an array, several times cheaper to hand over than a list of them."""
    return "{" + ",".join(map(str, values)) + "}"


def insertion(
    model: type[models.Model], rows: Sequence[dict[str, Any]], *, or_update: bool = False
) -> Statement:
    """Return the statement that inserts rows; with `or_update`, rows whose primary key is there are overwritten.

    Each column travels as one array of texts, and the database gives them the types of the model's columns: several times
    cheaper than a parameter per cell, and half of what one JSON value costs it. A full-text column takes [label,
    other names, prose, marks]: the first two as weights A and B, the prose as weight C, and marks, a list, as they are.
    """
    members = tuple(rows[0])
    columns = [_texts(model._meta.get_field(name), [row[name] for row in rows]) for name in members]
    return _insertion(model, members, or_update), columns


@cache
def _insertion(model: type[models.Model], members: tuple[str, ...], or_update: bool) -> str:  # noqa: FBT001 - a cache's key
    fields: list[Any] = [model._meta.get_field(name) for name in members]
    names = [str(field.column) for field in fields]
    values = ", ".join(map(_value, fields))
    columns = ", ".join(f'"{name}"' for name in names)
    arrays = ", ".join(["%s::text[]"] * len(fields))
    statement = f'INSERT INTO "{model._meta.db_table}" ({columns}) SELECT {values} FROM unnest({arrays}) AS r({columns})'  # noqa: S608 - names of our own tables and columns
    if or_update:
        key = model._meta.pk.column
        updates = ", ".join(f'"{name}" = EXCLUDED."{name}"' for name in names if name != key)
        statement += f' ON CONFLICT ("{key}") DO UPDATE SET {updates}'
    return statement


def _value(field: Any) -> str:
    if isinstance(field, SearchVectorField):
        return _search_vector(f'(r."{field.column}"::json)')
    if isinstance(field, models.CharField | models.TextField):
        # Left to the assignment, which refuses what is too long, where a cast would cut it.
        return f'r."{field.column}"'
    return f'r."{field.column}"::{field.db_type(connection)}'


def _texts(field: Any, values: Sequence[Any]) -> str:
    """Return values of one column as the text of an array of texts."""
    if isinstance(field, ArrayField):
        values = [None if value is None else _array(map(_text, value)) for value in values]
    elif isinstance(field, models.JSONField | SearchVectorField):
        values = [None if value is None else orjson.dumps(value).decode() for value in values]
    else:
        values = [_text(value) for value in values]
    return _array(values)


def _text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, date):
        return value.isoformat()
    return str(value)


def _array(texts: Iterable[str | None]) -> str:
    elements = [
        "NULL" if text is None else '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
        for text in texts
    ]
    return "{" + ",".join(elements) + "}"


def _search_vector(texts: str) -> str:
    weighed = [
        f"setweight(to_tsvector('{configuration}', {texts}->>{index}), '{weight}')"
        for index, (configuration, weight) in enumerate([(NAMES, "A"), (NAMES, "B"), (PROSE, "C")])
    ]
    marks = f"array_to_tsvector(ARRAY(SELECT json_array_elements_text({texts}->3)))"
    return " || ".join([*weighed, marks])


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
    text = orjson.dumps(rows, default=default, option=orjson.OPT_PASSTHROUGH_DATACLASS).decode()
    run([(statement, [text])])


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
    return models.Q(**{f"{name}__among": models.Value(as_array(keys), models.TextField())})


def instance_of(model: type[M], names: Iterable[str], values: Iterable[Any], database: str) -> M:
    """Return an instance of a row that was read, as a query set would.

    Without the model's `__init__`, which takes longer than the database: columns read from it need no conversion.
    """
    instance = model.__new__(model)
    instance._state = ModelState()
    instance._state.db = database
    instance._state.adding = False
    vars(instance).update(zip(names, values, strict=True))
    return instance
