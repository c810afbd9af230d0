"""Reading and writing many rows of the working tables in a fixed number of statements."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db import connection, models

from records.bulk import insert, overwrite
from records.constraints import TriggerConstraint
from records.exchange.compare import Existing, Planned
from records.exchange.shapes import Exchange, PartShape, Shape, SiblingValue
from records.models import WRITTEN_AT

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from uuid import UUID

    from records.exchange.compare import Changes


def read_rows(
    exchange: Exchange, keys: Iterable[UUID], *, for_export: bool = False
) -> dict[UUID, Existing]:
    """Return records with all their parts: one query for the records and one per table of parts.

    For an export the rows also carry what is written of other parts that they name.
    """
    columns = ("slug", *exchange.columns)
    found = (
        exchange.model._default_manager.filter(pk__in=list(keys))
        .order_by("slug")
        .values("pk", *columns, written_at=WRITTEN_AT)
    )
    rows = {
        row["pk"]: Existing(row.pop("pk"), row, written_at=row.pop("written_at")) for row in found
    }
    _read_parts(exchange, rows, for_export=for_export)
    return rows


def _read_parts(shape: Shape, owners: dict[Any, Existing], *, for_export: bool) -> None:
    for part in shape.parts.values():
        siblings = [
            field
            for field in part.fields.values()
            if for_export and isinstance(field, SiblingValue)
        ]
        joined = [column for sibling in siblings for column in sibling.joined()]
        query = part.model._default_manager.filter(**{f"{part.link}__in": list(owners)})
        rows = {}
        for values in query.values("pk", part.link, *part.columns, *joined):
            existing = Existing(values.pop("pk"), values)
            owners[values.pop(part.link)].parts.setdefault(part.slot, []).append(existing)
            rows[existing.pk] = existing
        if part.parts and rows:
            _read_parts(part, rows, for_export=for_export)


def write_changes(changes: Changes, order: Sequence[Shape]) -> None:
    gone: dict[Shape, list[Any]] = defaultdict(list)
    for part, row in changes.deleted:
        _collect(part, row, gone)
    for shape in reversed(order):
        if gone[shape]:
            rows = shape.model._default_manager.filter(pk__in=gone[shape])
            # What belongs to these parts is in `gone` too, so there is nothing to look for.
            rows._raw_delete(rows.db)  # noqa: SLF001 - Django has no public name for it
    inserted: dict[Shape, list[tuple[Planned, Planned | None]]] = defaultdict(list)
    updated: dict[Shape, dict[tuple[str, ...], list[Planned]]] = {
        shape: defaultdict(list) for shape in order
    }
    for new, owner in changes.inserted:
        inserted[new.shape].append((new, owner))
    for changed, columns in changes.updated:
        updated[changed.shape][columns].append(changed)
    for shape in order:
        if inserted[shape] and isinstance(shape, PartShape):
            _draw_keys(shape.model, [row for row, _owner in inserted[shape]])
        for columns, rows_of_columns in updated[shape].items():
            # Nothing else of a row is written: what others write in it stays.
            overwrite(
                shape.model,
                [_changed_columns(row, columns) for row in rows_of_columns],
                default=_for_json,
            )
        if inserted[shape]:
            insert(
                shape.model,
                [_new_columns(row, owner) for row, owner in inserted[shape]],
            )


def _collect(shape: Shape, row: Existing, gone: dict[Shape, list[Any]]) -> None:
    gone[shape].append(row.pk)
    for name, rows in row.parts.items():
        for below in rows:
            _collect(shape.parts[name], below, gone)


def _draw_keys(model: type[models.Model], rows: Sequence[Planned]) -> None:
    """Give new parts their keys before they are written, so that what belongs to them can name them."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, %s)) FROM generate_series(1, %s)",
            [f'"{model._meta.db_table}"', model._meta.pk.column, len(rows)],
        )
        for row, (key,) in zip(rows, cursor.fetchall(), strict=True):
            row.pk = key


def _new_columns(row: Planned, owner: Planned | None) -> dict[str, Any]:
    shape = row.shape
    columns = {shape.model._meta.pk.attname: row.pk}
    for name, value in row.values.items():
        columns[name] = value.pk if type(value) is Planned else value
    if owner is not None and isinstance(shape, PartShape):
        columns[shape.link] = owner.pk
    return columns


def _changed_columns(row: Planned, names: Iterable[str]) -> dict[str, Any]:
    return {
        row.shape.model._meta.pk.attname: row.pk,
        **{name: row.values[name] for name in names},
    }


def _for_json(value: Any) -> Any:
    """Return what stands for a value that JSON does not know: the key of another part, a decimal number as text."""
    if isinstance(value, Planned):
        return value.pk
    if isinstance(value, Decimal):
        return str(value)
    raise TypeError(f"{value!r} is no value of a column.")


def rules_of(shapes: Iterable[Shape]) -> dict[str, models.BaseConstraint]:
    return {rule.name: rule for shape in shapes for rule in shape.model._meta.constraints}


def check_deferred(shapes: Iterable[Shape]) -> None:
    """Let the database check now what it would check at the end of the transaction, foreign keys excepted."""
    names = [
        f'"{rule.name}"'
        for shape in shapes
        for rule in shape.model._meta.constraints
        if isinstance(rule, TriggerConstraint)
        and any(
            "INITIALLY DEFERRED" in timing for _table, _events, timing in rule.triggers(shape.model)
        )
    ]
    if names:
        with connection.cursor() as cursor:
            cursor.execute(f"SET CONSTRAINTS {', '.join(names)} IMMEDIATE")
            cursor.execute(f"SET CONSTRAINTS {', '.join(names)} DEFERRED")
