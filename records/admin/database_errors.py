"""Broken database rules in the words that the models have for them."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from django.apps import apps
from django.db.models import ProtectedError

from records.publishing.deeds import ContentionError

if TYPE_CHECKING:
    from django.db import DatabaseError


def message_of(error: DatabaseError) -> str:
    """Return the message for the person who broke a rule of the database.

    Named constraints carry their own message. Those without a name of ours (a unique column, a foreign key) are checked
    by forms first, so that the database sees them broken only when two people save at the same moment.
    """
    if isinstance(error, ContentionError):
        return (
            "Others were saving the same records at every try, so nothing is saved yet. Try again."
        )
    if isinstance(error, ProtectedError):
        rows = list(error.protected_objects)
        shown = ", ".join(f"{row._meta.verbose_name} “{row}”" for row in rows[:5])
        more = f" and {len(rows) - 5} more" if len(rows) > 5 else ""
        return f"Other records refer to it: {shown}{more}."
    diagnosis = getattr(error.__cause__, "diag", None)
    name = getattr(diagnosis, "constraint_name", None)
    known = _messages().get(name or "")
    if known:
        return known
    if name:
        table = str(getattr(diagnosis, "table_name", "")).partition("_")[2]
        return (
            f"This conflicts with something that somebody else has just saved ({table}: {name}). "
            "Look at what changed, then save again."
        )
    return "The database refuses a value: it is too long, too large, or of another type than the field."


@cache
def _messages() -> dict[str, str]:
    return {
        constraint.name: str(constraint.get_violation_error_message())
        for model in apps.get_models()
        for constraint in model._meta.constraints
    }
