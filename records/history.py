"""Who changed what in the working tables, kept by triggers (django-pghistory)."""

from __future__ import annotations

from typing import TypeVar

import pghistory
from django.db import models

M = TypeVar("M", bound=type[models.Model])


def tracked(model: M) -> M:
    """Keep every version of a row of `model`, bulk and raw SQL writes included.

    A new `changed_at` alone is not kept: it says that a part of the record changed, which has a history of its own.
    """
    has_changed_at = any(field.name == "changed_at" for field in model._meta.concrete_fields)
    decorated: M = pghistory.track(
        pghistory.InsertEvent(),
        pghistory.UpdateEvent(),
        pghistory.DeleteEvent(),
        append_only=True,
        exclude=["changed_at"] if has_changed_at else None,
        model_name=f"{model.__name__}History",
        obj_field=pghistory.ObjForeignKey(related_name="history", related_query_name="history"),
    )(model)
    return decorated
