"""Whether what a curator may choose was there on the day of what is being described."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from django.db.models import Case, IntegerField, Q, Value, When

from config.dates.values import EdtfError, UncertainDate

if TYPE_CHECKING:
    from django.db.models import Model, QuerySet

    from records.lookup.reading import Days

#: Columns of models whose records begin and end: states, organizations, tenures.
_BOUNDS = frozenset({"start_earliest", "end_latest"})


def days_of(edtf: str) -> Days | None:
    """Return the first and the last day that an EDTF text allows; None where it sets no bound, or cannot be read."""
    try:
        when = UncertainDate.parse(edtf.strip())
    except EdtfError:
        return None
    if when.earliest is None and when.latest is None:
        return None
    return when.earliest or date.min, when.latest or date.max


def is_dated(model: type[Model]) -> bool:
    return {field.name for field in model._meta.concrete_fields} >= _BOUNDS


def is_possible(record: Any, on: Days | None) -> bool:
    """Whether a record may have been there on one of the days. What is not known is possible."""
    if on is None or not is_dated(type(record)):
        return True
    first, last = on
    start, end = record.start_earliest, record.end_latest
    return (start is None or start <= last) and (end is None or first <= end)


def possible_first(rows: QuerySet[Any], on: Days | None) -> QuerySet[Any]:
    """Put the records that are not possible on any of the days behind the others; the order is otherwise as it was."""
    if on is None or not is_dated(rows.model):
        return rows
    first, last = on
    place = Case(
        When(Q(start_earliest__gt=last) | Q(end_latest__lt=first), then=Value(1)),
        default=Value(0),
        output_field=IntegerField(),
    )
    order = rows.query.order_by or rows.model._meta.ordering
    return rows.order_by(place, *order)
