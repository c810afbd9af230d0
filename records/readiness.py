"""What must be readable for the API to answer: asked by `/readyz`."""

from __future__ import annotations

from records.models import Change, Reference
from records.registry import all_kinds


def tables() -> list[str]:
    """Return the tables that every public question reads one of."""
    editions = [kind.editions._meta.db_table for kind in all_kinds()]
    return [Reference._meta.db_table, Change._meta.db_table, *editions]
