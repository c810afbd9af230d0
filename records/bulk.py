"""Many rows in one statement: they travel as one JSON value, and the database gives them the types of the model's columns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson
from django.contrib.postgres.search import SearchVectorField
from django.db import connection, models

if TYPE_CHECKING:
    from collections.abc import Sequence

#: Text search configurations made by the first migration, both unaccented and without stop words: English stems for prose,
#: and words as they are for names.
PROSE, NAMES = "chancery", "chancery_names"


def insert(
    model: type[models.Model], rows: Sequence[dict[str, Any]], *, or_update: bool = False
) -> None:
    """Insert rows in one statement; with `or_update`, rows whose primary key is there are overwritten.

    The rows travel as one JSON value and are given the types of the model's columns by the database, which is several
    times cheaper than a parameter per cell. A full-text column takes [label, other names, prose, marks]: the first two as weights
    A and B, the prose as weight C, and marks, a list, as they are.
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
        cursor.execute(statement, [orjson.dumps(rows).decode()])


def _search_vector(column: str) -> str:
    texts = [
        f"setweight(to_tsvector('{configuration}', r.\"{column}\"->>{index}), '{weight}')"
        for index, (configuration, weight) in enumerate([(NAMES, "A"), (NAMES, "B"), (PROSE, "C")])
    ]
    marks = f'array_to_tsvector(ARRAY(SELECT json_array_elements_text(r."{column}"->3)))'
    return " || ".join([*texts, marks])


def overwrite(model: type[models.Model], rows: Sequence[dict[str, Any]]) -> None:
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
        cursor.execute(statement, [orjson.dumps(rows).decode()])
