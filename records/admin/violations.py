"""Broken database rules in the words that the models have for them."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from django.apps import apps
from django.db.models import ProtectedError

if TYPE_CHECKING:
    from django.db import DatabaseError


def message_of(error: DatabaseError) -> str:
    """Return what to tell the person who broke a rule of the database.

    Named constraints carry their own message. Those without a name of ours (a unique column, a foreign key) are checked
    by forms first, so that the database sees them broken only when two people save at the same moment.
    """
    if isinstance(error, ProtectedError):
        return f"Other records name it: {names_of(error)}."
    diagnosis = getattr(error.__cause__, "diag", None)
    name = getattr(diagnosis, "constraint_name", None)
    known = _messages().get(name or "")
    if known:
        return known
    if name:
        table = str(getattr(diagnosis, "table_name", "")).partition("_")[2]
        return (
            f"Somebody else has just saved something that this cannot go together with ({table}: {name}). "
            "Look at what changed, and save again."
        )
    return "The database refuses a value: it is too long, too large, or of another type than the field."


def names_of(error: ProtectedError) -> str:
    """Name a few of the rows that keep a record from being deleted."""
    rows = list(error.protected_objects)
    shown = ", ".join(f"{row._meta.verbose_name} “{row}”" for row in rows[:5])
    return f"{shown} and {len(rows) - 5} more" if len(rows) > 5 else shown


@cache
def _messages() -> dict[str, str]:
    return {
        constraint.name: str(constraint.get_violation_error_message())
        for model in apps.get_models()
        for constraint in model._meta.constraints
    }
