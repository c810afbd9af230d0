"""Who changed what in the working tables, kept by triggers (django-pghistory)."""

from __future__ import annotations

from typing import Any, TypeVar

import pghistory
import pghistory.trigger
import pgtrigger
from django.db import models

M = TypeVar("M", bound=type[models.Model])


class KeepVersions(pghistory.trigger.Event):
    """Keep the versions that one statement made: one statement more, however many rows there are (docs/decisions/0090).

    A row that the statement left as it was makes no version. Versions before and after are compared as sets: a join of
    the two would be planned for the first statement of a session, and stay a loop in a loop when thousands of rows come.
    """

    level = pgtrigger.Statement

    def get_func(self, model: Any) -> str:
        """Copy the tracked columns; the context is made once, and only where there is something to keep."""
        history: Any = self.event_model
        tracked = {field.name for field in model._meta.fields}
        columns = ", ".join(
            sorted(f'"{f.column}"' for f in history._meta.fields if f.name in tracked)
        )
        new, old = (f"SELECT {columns} FROM {rows}_values" for rows in ("new", "old"))  # noqa: S608 - our own names
        made = {"INSERT": new, "UPDATE": f"{new} EXCEPT {old}", "DELETE": old}[str(self.operation)]
        return (
            f'INSERT INTO "{history._meta.db_table}"'  # noqa: S608 - names of our own tables and columns
            f' ({columns}, "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id")'
            f" SELECT {columns}, (SELECT _pgh_attach_context()), now(), '{self.label}', \"{model._meta.pk.column}\""
            f" FROM ({made}) AS made; RETURN NULL;"
        )


class _Versions(pghistory.RowEvent):
    def __init__(self, label: str, operation: pgtrigger.Operation, row: str) -> None:
        super().__init__(label, operation=operation, row=row, condition=None)

    def add_event_trigger(self, event_model: Any) -> None:
        trigger = KeepVersions(  # type: ignore[no-untyped-call] # it carries no types
            event_model=event_model,
            label=self.label,
            name=self.trigger_name,
            row=self.row,
            operation=self.operation,
        )
        pgtrigger.register(trigger)(event_model.pgh_tracked_model)


def tracked(model: M) -> M:
    """Keep every version of a row of `model`, bulk and raw SQL writes included.

    A new `changed_at`, `noted_at` or author alone is not kept: it says that something changed that has a history of its own.
    """
    names = {field.name for field in model._meta.concrete_fields}
    decorated: M = pghistory.track(
        _Versions("insert", pgtrigger.Insert, "NEW"),
        _Versions("update", pgtrigger.Update, "NEW"),
        _Versions("delete", pgtrigger.Delete, "OLD"),
        append_only=True,
        exclude=sorted(names & {"changed_at", "noted_at", "writers"}) or None,
        model_name=f"{model.__name__}History",
        obj_field=pghistory.ObjForeignKey(related_name="history", related_query_name="history"),
    )(model)
    return decorated
