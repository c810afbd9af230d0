"""Many rows in one statement.

Rows to write travel as a few texts, and the database gives them the types of the model's columns. Keys of rows to read travel
as one array.
"""

from __future__ import annotations

import gc
from contextlib import contextmanager
from datetime import date
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar, cast

import orjson
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.search import SearchVectorField
from django.db import connection, models
from django.db.models.base import ModelState

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
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
    other names, prose, marks]: the first two as weights A and B, the prose as stems, and marks, a list, as they are.
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
        of_numbers = isinstance(field.base_field, models.IntegerField | models.UUIDField)
        make = as_array if of_numbers else _texts_as_array
        values = [None if value is None else make(value) for value in values]
    elif isinstance(field, models.JSONField | SearchVectorField):
        values = [None if value is None else orjson.dumps(value).decode() for value in values]
    elif (values[0] is None or type(values[0]) is str) and values.count(values[0]) == len(values):
        # As most columns of an import: nothing, or what it is by default.
        return "{" + ",".join([_array(values[:1])[1:-1]] * len(values)) + "}"
    else:
        values = [
            value if value is None or type(value) is str else _text(value) for value in values
        ]
    return _array(values)


def _text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, date):
        return value.isoformat()
    return str(value)


#: Between two texts, and for one that is not there, while an array is made: PostgreSQL's texts do not hold the one, and ours
#: hardly the other.
_BETWEEN, _NULL = "\0", "\1"


def _array(texts: Sequence[str | None]) -> str:
    """Quote all texts at once: one by one took a sixth of an import's Python."""
    if not texts:
        return "{}"
    nulls = texts.count(None)
    joined = _BETWEEN.join([_NULL if text is None else text for text in texts] if nulls else texts)  # type: ignore[arg-type] # none of them is None
    if joined.count(_BETWEEN) == len(texts) - 1 and joined.count(_NULL) == nulls:
        quoted = _quoted(joined).replace(_BETWEEN, '","')
        return "{" + (quoted.replace(f'"{_NULL}"', "NULL") if nulls else quoted) + "}"
    return "{" + ",".join("NULL" if text is None else _quoted(text) for text in texts) + "}"


def _texts_as_array(values: Iterable[Any]) -> str:
    return _array(list(map(_text, values)))


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _search_vector(texts: str) -> str:
    names = [
        f"setweight(to_tsvector('{NAMES}', {texts}->>{index}), '{weight}')"
        for index, weight in enumerate("AB")
    ]
    # Where a stem stands is not kept: it is a third of what full text takes, and ranks prose by little.
    stems = as_stems(f"strip(to_tsvector('{PROSE}', {texts}->>2))", "tsvector")
    marks = f"array_to_tsvector(ARRAY(SELECT json_array_elements_text({texts}->3)))"
    return " || ".join([*names, stems, marks])


def as_stems(words: str, kind: str) -> str:
    """Return SQL that begins each word of a text search value with a space, which no name does: so stems and names never meet."""
    return f"replace(' ' || {words}::text, ' ''', ' '' ')::{kind}"


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


@contextmanager
def rare_collections() -> Iterator[None]:
    """Look for circular garbage rarely: rows by the thousand are none, and looking at them took a fifth of an import's Python.

    For the whole process, so only for one that does nothing else.
    """
    before = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(100_000, 20, 50)
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()
