"""The records and parts that an import wrote, from the history of changes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db.models import Q

from records.models import Part, Record
from records.publishing.steps import history_of, path_to_record, record_model

if TYPE_CHECKING:
    from imports.models import ImportBatch


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
