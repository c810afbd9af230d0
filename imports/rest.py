"""Publishing what an import has written, later than at once: where its process ended, or where it was to stay draft at first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db import models
from django.db.models.functions import Now

from imports.kept_report import append
from imports.models import ImportBatch, ImportStatus
from imports.report import Remark
from records.exchange.publication import publish_all
from records.models import EditorialState, Part
from records.registry import all_kinds

if TYPE_CHECKING:
    from collections.abc import Iterator
    from uuid import UUID

    from django.contrib.auth.models import AbstractBaseUser

    from records.exchange.load import Progress
    from records.models import Record

#: Keys that one query takes.
CHUNK = 2_000


def publish_rest(batch: ImportBatch, *, by: AbstractBaseUser | None, progress: Progress) -> None:
    """Publish what the import wrote and the world does not have; say in the import what came of it.

    Raises PermissionDenied when `by` may not publish what is left.
    """
    keys = unpublished(batch)
    total = sum(map(len, keys.values()))
    progress("publishing", 0, total)
    outcome = publish_all(
        keys,
        by=by,
        reason=batch.reason,
        progress=lambda done: progress("publishing", done, total),
    )
    append(
        batch,
        [
            Remark(
                "not_published",
                refusal.detail,
                refusal.code,
                object=refusal.record.object_kind,
                record=refusal.record.slug,
            )
            for refusal in outcome.refusals
        ],
    )
    summary = batch.message.partition("\n")[0]
    refused = f", {len(outcome.refusals)} not" if outcome.refusals else ""
    ImportBatch.objects.filter(pk=batch.pk).update(
        status=ImportStatus.DONE,
        stage="",
        published=batch.published + outcome.published,
        message=f"{summary}; {outcome.published} published later{refused}",
        content=None,
        changed_at=Now(),
        finished_at=Now(),
    )


def unpublished(batch: ImportBatch) -> dict[str, list[UUID]]:
    """Return the records that the import made or changed and that the world has not got in this form, by kind.

    What was withdrawn or merged since stays so.
    """
    found: dict[str, list[UUID]] = {}
    for kind in all_kinds():
        touched = sorted(_touched(kind.model, batch))
        for start in range(0, len(touched), CHUNK):
            rows = kind.model._default_manager.filter(pk__in=touched[start : start + CHUNK])
            waiting = [
                record.pk
                for record in rows.exclude(
                    editorial_state__in=(EditorialState.WITHDRAWN, EditorialState.MERGED)
                )
                .only("pk", "editorial_state", "changed_at", "published_at")
                .order_by("pk")
                if not record.is_published or record.has_unpublished_changes
            ]
            if waiting:
                found.setdefault(kind.name, []).extend(waiting)
    return found


def _touched(model: type[Record], batch: ImportBatch) -> set[UUID]:
    """Ask the history which records of a kind the import wrote to, or to whose parts."""
    touched = set(_written(model, batch, "pgh_obj_id"))
    for part in apps.get_models():
        if not issubclass(part, Part):
            continue
        first, _, rest = part.part_of.partition("__")
        link: Any = part._meta.get_field(first)
        owner = (
            link.related_model._meta.get_field(rest).related_model if rest else link.related_model
        )
        if owner is not model:
            continue
        owners = set(_written(part, batch, link.attname))
        if rest:  # a part of a part: where that is gone too, it has a line in the history itself
            middle = link.related_model._default_manager.order_by()
            keys, owners = list(owners), set()
            for start in range(0, len(keys), CHUNK):
                chunk = middle.filter(pk__in=keys[start : start + CHUNK])
                owners.update(chunk.values_list(f"{rest}_id", flat=True))
        touched |= owners
    return touched


def _written(model: type[models.Model], batch: ImportBatch, column: str) -> Iterator[Any]:
    relation: Any = model._meta.get_field("history")
    history = relation.related_model._default_manager.filter(pgh_context_id=batch.context_id)
    yield from history.order_by().values_list(column, flat=True).distinct()
