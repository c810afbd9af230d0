"""One import from its files to published records: translated, taken in, remembered, published, told."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from django.db import DatabaseError, connection, models, transaction
from django.utils import timezone

from imports.files.tree import InputError
from imports.from_data_set import take_data_set
from imports.from_exchange import take_exchange_files
from imports.models import ImportBatch, ImportStatus
from imports.recognise import EXCHANGE
from imports.report import REJECTED, Remark, Result
from records.exchange.publication import publish_all
from records.publishing.publish import deed

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from django.contrib.auth.models import AbstractBaseUser

    from imports.options import Terms
    from imports.recognise import Found
    from records.exchange.load import Progress

#: Key of the advisory lock that keeps two imports of one data set apart.
_LOCK = "chancery-import"


def run(
    found: Found,
    terms: Terms,
    *,
    by: AbstractBaseUser | None,
    batch: ImportBatch,
    progress: Progress,
) -> Result:
    """Do an import, and keep with `batch` what became of it.

    All records are written in one transaction: a process that is stopped leaves nothing half-written, and the same import
    again does what was left. Publishing follows in batches; what a stopped process did not publish, the same import does.

    Raises InputError when the files cannot be read, PermissionDenied when `by` may not do it.
    """
    batch.dataset = found.name
    batch.status = ImportStatus.CHECKING if terms.is_dry_run else ImportStatus.RUNNING
    batch.save(update_fields=["dataset", "status"])
    take = take_data_set if found.dataset else take_exchange_files
    try:
        with deed("import", by, terms.reason) as context:
            batch.context_id = context
            _keep_apart(found.name)
            _fail_stopped(batch)
            result, keys = take(found, terms, by, batch, progress)
            result.is_dry_run = terms.is_dry_run
            good = terms.is_partial or not result.rows[REJECTED]
            result.is_done = good and not terms.is_dry_run and not _has_fault_of_all(result)
            if result.is_done:
                batch.written_at = _now()
                _keep(batch, result, ImportStatus.PUBLISHING if keys else ImportStatus.DONE)
            else:
                transaction.set_rollback(True)
    except BaseException as error:
        _fail(batch, error)
        raise
    if not result.is_done:
        status = ImportStatus.CHECKED if terms.is_dry_run and good else ImportStatus.REJECTED
        if terms.is_dry_run:
            result.published = sum(map(len, keys.values()))
        _keep(batch, result, status)
    elif keys:
        _publish(keys, result, terms, by, batch, progress=progress)
    if (
        result.is_done and terms.publishes
    ):  # what others left unpublished when they were stopped, too
        _others(batch).filter(status=ImportStatus.PUBLISHING).update(
            status=ImportStatus.DONE, stage=""
        )
    return result


def _has_fault_of_all(result: Result) -> bool:
    """Whether something is wrong that is no single row's fault, so that no row can be kept."""
    return any(remark.outcome == "rejected" and not remark.file for remark in result.remarks)


def _keep_apart(name: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0))", [f"{_LOCK}:{name}"]
        )
        if not cursor.fetchone()[0]:
            reason = f"Another import of {name} is under way. Wait until it is done."
            raise InputError("busy", reason)


def _now() -> datetime:
    """Return the time by the database's clock, which marks changes of records too."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        moment: datetime = cursor.fetchone()[0]
    return moment


def _others(batch: ImportBatch) -> models.QuerySet[ImportBatch]:
    """Other imports of the same data set, or of the same exchange file."""
    others = ImportBatch.objects.filter(dataset=batch.dataset).exclude(pk=batch.pk)
    return others.filter(file_name=batch.file_name) if batch.dataset == EXCHANGE else others


def _fail_stopped(batch: ImportBatch) -> None:
    """Close imports whose process ended before anything was committed: it does not hold the lock any more."""
    _others(batch).filter(status__in=(ImportStatus.CHECKING, ImportStatus.RUNNING)).update(
        status=ImportStatus.FAILED,
        stage="",
        message="The process ended before it was done. Nothing was written.",
    )


def _keep(batch: ImportBatch, result: Result, status: ImportStatus) -> None:
    batch.status = status
    batch.rows = dict(result.rows)
    batch.records = {kind: dict(counter) for kind, counter in result.records.items()}
    batch.published = result.published
    batch.message = result.summary()
    batch.report = result.packed()
    batch.stage = ""
    batch.finished_at = None if status == ImportStatus.PUBLISHING else timezone.now()
    batch.changed_at = timezone.now()
    if status in {ImportStatus.DONE, ImportStatus.PUBLISHING}:
        batch.content = None
    batch.save()


def _fail(batch: ImportBatch, error: BaseException) -> None:
    """Say in the batch why nothing was written, where the database still answers."""
    batch.status = ImportStatus.FAILED
    batch.message = str(error) or type(error).__name__
    batch.finished_at = batch.changed_at = timezone.now()
    batch.context_id = None
    with suppress(DatabaseError):
        batch.save()


def _publish(
    keys: dict[str, list[UUID]],
    result: Result,
    terms: Terms,
    by: AbstractBaseUser | None,
    batch: ImportBatch,
    *,
    progress: Progress,
) -> None:
    total = sum(map(len, keys.values()))
    outcome = publish_all(
        keys,
        by=by,
        reason=terms.reason,
        progress=lambda done: progress("publishing", done, total),
    )
    result.published = outcome.published
    result.remarks += [
        Remark(
            "not_published",
            refusal.detail,
            refusal.code,
            object=refusal.record.object_kind,
            record=refusal.record.slug,
        )
        for refusal in outcome.refusals
    ]
    _keep(batch, result, ImportStatus.DONE)
