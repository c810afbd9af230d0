"""The records and parts that an import wrote, from the history of changes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db.models import Q

from records.models import Part, Record

if TYPE_CHECKING:
    from django.db import models

    from imports.models import ImportBatch


def history_of(model: Any) -> Any:
    """Return the model of the events that record the changes of a model's rows."""
    return model._meta.get_field("history").related_model


def path_to_record(part: type[Part]) -> tuple[Any, Any | None]:
    """Return the foreign key of a part to its record; of a part of a part, the keys to the other part and from there."""
    first, _, second = part.part_of.partition("__")
    link: Any = part._meta.get_field(first)
    return link, link.related_model._meta.get_field(second) if second else None


def record_model(model: type[models.Model]) -> Any:
    """Return the kind of record that rows of a model belong to."""
    if not issubclass(model, Part):
        return model
    link, onward = path_to_record(model)
    return (onward or link).related_model


def written_by(batch: ImportBatch, model: type[Record]) -> Q:
    """Match the records of a kind that an import wrote to, or to whose parts."""

    def events(of: Any) -> Any:
        return history_of(of)._default_manager.filter(pgh_context_id=batch.context_id)

    written = Q(pk__in=events(model).values("pgh_obj_id"))
    for part in apps.get_models():
        if not issubclass(part, Part) or record_model(part) is not model:
            continue
        link, onward = path_to_record(part)
        owners = events(part).values(link.attname)
        if onward is not None:  # The part between may be gone, so its history is asked.
            between = history_of(link.related_model)._default_manager
            owners = between.filter(pgh_obj_id__in=owners).values(onward.attname)
        written |= Q(pk__in=owners)
    return written
