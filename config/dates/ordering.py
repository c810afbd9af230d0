"""Sort keys that keep unknown dates last in either direction, for orderings and for the indexes that serve them."""

from __future__ import annotations

from django.db.models import DateField, F, Func
from django.db.models.functions import Coalesce


class EndOfTime(Func):
    """The day after all days. It exists in the database only: Python's dates stop at 9999."""

    template = "'infinity'::date"
    output_field = DateField()


class BeginningOfTime(Func):
    """The day before all days."""

    template = "'-infinity'::date"
    output_field = DateField()


def undated_last(column: str, *, descending: bool) -> Coalesce:
    """The sort key of a nullable date. It is never NULL, so pages can be cut by comparing rows.

    Index both: `Index(undated_last("date", descending=True), F("record_id"), condition=CURRENT, name=...)`. Such an index is
    read backwards for the descending order, so both of its columns stand in their plain order.
    """
    return Coalesce(F(column), BeginningOfTime() if descending else EndOfTime())
