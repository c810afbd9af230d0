"""One import, from its files to published records."""

from __future__ import annotations

import logging
from contextlib import suppress
from typing import TYPE_CHECKING

from django.db import DatabaseError, connection, models, transaction
from django.db.models import Func, Value
from django.db.models.functions import Now
from django.utils import timezone

from config.db.statistics import renew_statistics
from imports.files.tree import InputError
from imports.from_data_set import import_data_set
from imports.from_exchange import import_exchange_files
from imports.history import written_by
from imports.models import ImportBatch, ImportStatus
from imports.recognise import EXCHANGE
from imports.report import ImportResult, ReportLine, append, packed
from records.exchange.publication import publish_all
from records.exchange.report import REJECTED
from records.models import EditorialState
from records.publishing.deeds import deed
from records.publishing.previews import bring_up_to_date_in_turns
from records.publishing.publish import recorded
from records.registry import all_kinds

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from django.contrib.auth.models import AbstractBaseUser

    from imports.options import ImportOptions
    from imports.recognise import RecognisedFiles
    from records.exchange.load import Progress
    from records.exchange.publication import Outcome
    from records.models import Nature

log = logging.getLogger(__name__)

#: Key of the advisory lock that keeps two imports of one data set apart.
_LOCK = "chancery-import"


def run(
    files: RecognisedFiles,
    options: ImportOptions,
    *,
    by: AbstractBaseUser | None,
    batch: ImportBatch,
    progress: Progress,
) -> ImportResult:
    """Do an import, and keep its result with `batch`.

    All records are written in one transaction: a process that is stopped leaves nothing half-written, and the same import
    again does the work. Publishing follows in batches; what a stopped process did not publish, the same import publishes.

    Raises InputError when the files cannot be read, PermissionDenied when `by` may not do it.
    """
    batch.dataset = files.name
    batch.status = ImportStatus.CHECKING if options.is_dry_run else ImportStatus.RUNNING
    batch.save(update_fields=["dataset", "status"])
    write = import_data_set if files.dataset else import_exchange_files

    @deed
    def write_all() -> tuple[ImportResult, dict[str, list[UUID]], bool]:
        with recorded("import", by, options.reason) as context:
            batch.context_id = context
            _lock(files.name)
            _fail_stopped(batch)
            result, keys = write(files, options, by, batch, progress)
            result.is_dry_run = options.is_dry_run
            is_good = options.is_partial or not result.rows[REJECTED]
            result.is_done = is_good and not options.is_dry_run and not _is_rejected_whole(result)
            if result.is_done:
                _name_uploader(batch, by)
                batch.written_at = _now()
                _keep(batch, result, ImportStatus.PUBLISHING if keys else ImportStatus.DONE)
            else:
                transaction.set_rollback(True)
        return result, keys, is_good

    try:
        result, keys, is_good = write_all()
    except BaseException as error:
        _fail(batch, error)
        raise
    if not result.is_done:
        status = ImportStatus.CHECKED if options.is_dry_run and is_good else ImportStatus.REJECTED
        if options.is_dry_run:
            result.published = sum(map(len, keys.values()))
        _keep(batch, result, status)
    elif keys:
        outcome = _publish(keys, by, options.reason, options.nature, progress)
        result.published = outcome.published
        result.lines += _not_published(outcome)
        _keep(batch, result, ImportStatus.DONE)
    if result.is_done and options.publishes:
        # What imports that were stopped left unpublished is published now, too.
        unfinished = _others(batch).filter(status=ImportStatus.PUBLISHING)
        unfinished.update(status=ImportStatus.DONE, stage="")
    if result.is_done:
        renew_statistics()  # of drafts, too
        _preview()
    return result


def publish_later(batch: ImportBatch, *, by: AbstractBaseUser | None, progress: Progress) -> None:
    """Publish the records that an import left unpublished: its process ended, or they were to stay drafts at first.

    Raises PermissionDenied when `by` may not publish them.
    """
    keys = unpublished(batch)
    progress("publishing", 0, sum(map(len, keys.values())))
    outcome = _publish(keys, by, batch.reason, batch.stated_nature, progress)
    append(batch.pk, _not_published(outcome))
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
    """Return the records that an import wrote and that are not public in this form, by kind.

    What was withdrawn or merged since stays so.
    """
    found = {}
    for kind in all_kinds():
        records = (
            kind.model._default_manager.filter(written_by(batch, kind.model))
            .exclude(editorial_state__in=(EditorialState.WITHDRAWN, EditorialState.MERGED))
            .only("pk", "editorial_state", "changed_at", "published_at")
            .order_by("pk")
        )
        keys = [
            record.pk
            for record in records
            if not record.is_published or record.has_unpublished_changes
        ]
        if keys:
            found[kind.name] = keys
    return found


def _publish(
    keys: dict[str, list[UUID]],
    by: AbstractBaseUser | None,
    reason: str,
    nature: Nature | None,
    progress: Progress,
) -> Outcome:
    total = sum(map(len, keys.values()))
    return publish_all(
        keys,
        by=by,
        reason=reason,
        nature=nature,
        progress=lambda done: progress("publishing", done, total),
    )


def _preview() -> None:
    """Make the previews of what stays unpublished, for which the next list would wait. A list makes what fails here."""
    try:
        bring_up_to_date_in_turns()
    except DatabaseError:
        log.exception("Not all previews were made after an import.")


def _not_published(outcome: Outcome) -> list[ReportLine]:
    return [ReportLine.of_refusal("not_published", refusal) for refusal in outcome.refusals]


def _is_rejected_whole(result: ImportResult) -> bool:
    """Whether something is wrong that is no single row's fault, so that no row can be kept."""
    return any(not line.file for line in result.of(REJECTED))


def _lock(name: str) -> None:
    """Keep other imports of the data set away until the end of the transaction."""
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
    """Return other imports of the same data set, or of the same exchange file."""
    others = ImportBatch.objects.filter(dataset=batch.dataset).exclude(pk=batch.pk)
    return others.filter(file_name=batch.file_name) if batch.dataset == EXCHANGE else others


def _name_uploader(batch: ImportBatch, by: AbstractBaseUser | None) -> None:
    """Count who uploaded the file among the writers of what it says, where somebody else imports it."""
    uploader = batch.by_id
    if uploader is None or by is None or uploader == by.pk:
        return
    for kind in all_kinds():
        written = kind.model._default_manager.filter(written_by(batch, kind.model))
        written.exclude(writers__contains=[uploader]).update(
            writers=Func(
                "writers",
                Value(uploader),
                function="array_append",
                output_field=kind.model._meta.get_field("writers"),
            )
        )


def _fail_stopped(batch: ImportBatch) -> None:
    """Close imports whose process ended before anything was committed: it does not hold the lock any more."""
    _others(batch).filter(status__in=(ImportStatus.CHECKING, ImportStatus.RUNNING)).update(
        status=ImportStatus.FAILED,
        stage="",
        message="The process ended before it was done. Nothing was written.",
    )


def _keep(batch: ImportBatch, result: ImportResult, status: ImportStatus) -> None:
    batch.status = status
    batch.rows = dict(result.rows)
    batch.records = {kind: dict(counter) for kind, counter in result.records.items()}
    batch.published = result.published
    batch.message = result.summary()
    batch.report = packed(result.lines)
    batch.stage = ""
    batch.finished_at = None if status == ImportStatus.PUBLISHING else timezone.now()
    batch.changed_at = timezone.now()
    if status in {ImportStatus.DONE, ImportStatus.PUBLISHING}:
        batch.content = None
    batch.save()


def _fail(batch: ImportBatch, error: BaseException) -> None:
    """Keep with the batch why nothing was written, where the database still answers."""
    batch.status = ImportStatus.FAILED
    batch.message = str(error) or type(error).__name__
    batch.finished_at = batch.changed_at = timezone.now()
    batch.context_id = None
    with suppress(DatabaseError):
        batch.save()
