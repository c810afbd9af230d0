"""Undo an import from the history of changes, which has every row that it added, changed or removed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from imports.history import written_by
from imports.models import ImportBatch, ImportedRecord, ImportedRow, ImportStatus
from records.models import EditorialState, Nature, PossibleDuplicate, Record, Verdict
from records.publishing.deeds import deed
from records.publishing.previews import forget
from records.publishing.publish import (
    OWN_WORK,
    CurationRefused,
    demand_permission,
    keys_by_kind,
    publish,
    recorded,
    restore,
    withdraw,
)
from records.publishing.rows import remove, write_back
from records.publishing.settling import settle
from records.publishing.steps import Written, owners_of, written_in
from records.publishing.warnings import renew
from records.registry import all_kinds

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from uuid import UUID

    from django.contrib.auth.models import AbstractBaseUser

    from records.publishing.publish import Refusal

#: Reasons that a refusal lists.
SHOWN = 20


class UndoRefused(Exception):  # noqa: N818 - no error: an answer, with its reasons
    """Nothing was undone; the reasons say why, for every record at once."""

    def __init__(self, reasons: list[str]) -> None:
        self.reasons = reasons
        super().__init__(" ".join(reasons[:SHOWN]))


@dataclass(frozen=True)
class Undone:
    """The numbers of records that undoing an import deleted, withdrew and changed back."""

    deleted: int  #: drafts that the import had created
    withdrawn: int  #: published records that it had created; their ids answer 410 from now on
    restored: int  #: records that it had changed

    def summary(self) -> str:
        """Return the numbers in one line."""
        return (
            f"Undone: {self.deleted} drafts deleted, {self.withdrawn} published records withdrawn, "
            f"{self.restored} records changed back"
        )


@dataclass
class _Table(Written):
    """The rows of one table that an import wrote."""

    owners: dict[Any, UUID]  #: the records that the rows belong to; a record belongs to itself


@deed
def undo(
    batch: ImportBatch,
    *,
    by: AbstractBaseUser | None,
    progress: Callable[[str, int, int], None] = lambda *_: None,
) -> Undone:
    """Undo an import, all of it or nothing.

    Drafts that it created are deleted, published records that it created are withdrawn, records that it changed are changed
    back, and published again where the public reads what it said (by somebody else, where the setting SECOND_PERSON is on), and
    records that it withdrew are restored. What earlier imports of the data set said counts again. The change feed and the history keep what happened.

    Raises UndoRefused when records were edited or merged since, or other records refer to them, PermissionDenied when `by`
    may not publish what has to be published or withdrawn.
    """
    if batch.status not in {ImportStatus.DONE, ImportStatus.PUBLISHING, ImportStatus.UNDOING}:
        raise UndoRefused(["Only an import that is done can be undone."])
    reason = f"The import of {batch.file_name} was undone."
    with recorded("undo import", by, reason):
        tables = list(_tables(batch))
        # What the import withdrew was public before it.
        vanished = _withdrawn_by(tables)
        everything = [record for kind in all_kinds() for record in _records(batch, kind.model)]
        created = {
            key for table in tables if issubclass(table.model, Record) for key in table.added
        }
        _demand_unedited(batch, everything)
        total = len(everything)
        progress("undoing", 0, total)
        restored = [record for record in everything if record.pk not in created]
        drafts = {r.pk for r in everything if r.pk in created and r.published_at is None}
        public = [r for r in everything if r.pk in created and r.pk not in drafts]
        # Rows of what is withdrawn stay: the record still exists and may be restored.
        kept = {record.pk for record in public}
        _change_back(tables, drafts, kept)
        _demand_unreferenced()
        _renew_warnings(everything)
        # Of a record with unpublished changes the public reads nothing that the import said: nothing of it is published.
        republished = [
            record
            for record in restored
            if record.is_published and not record.has_unpublished_changes
        ]
        standing = [r for r in public if r.editorial_state == EditorialState.PUBLISHED]
        back = [record for record in restored if record.pk in vanished]
        demand_permission(by, [type(record) for record in (*republished, *standing, *back)])
        try:
            _restore(back, by, reason)
            _publish(republished, by, reason)
            settle(keys_by_kind(restored))
            if standing:
                withdraw(*standing, by=by, reason=reason)
        except CurationRefused as refused:
            raise UndoRefused([refusal.detail for refusal in refused.refusals]) from refused
        # What earlier imports kept counts again.
        ImportedRow.objects.filter(batch=batch).delete()
        ImportedRecord.objects.filter(batch=batch).delete()
        PossibleDuplicate.objects.filter(import_id=batch.pk, verdict=Verdict.OPEN).delete()
        undone = Undone(len(drafts), len(public), len(restored))
        ImportBatch.objects.filter(pk=batch.pk).update(
            status=ImportStatus.UNDONE,
            message=undone.summary(),
            stage="",
            finished_at=timezone.now(),
        )
    progress("undoing", total, total)
    batch.refresh_from_db()
    return undone


def _tables(batch: ImportBatch) -> Iterator[_Table]:
    """Read from the history what the import did, table by table."""
    if batch.context_id is None:
        return
    for table in written_in(batch.context_id):
        owners = owners_of(table.model, table.after)
        yield _Table(table.model, table.before, table.after, owners)


def _withdrawn_by(tables: Iterable[_Table]) -> set[Any]:
    """Return the records that were public before the import and were withdrawn by it."""
    return {
        key
        for table in tables
        if issubclass(table.model, Record)
        for key, row in table.others.items()
        if row["editorial_state"] == EditorialState.PUBLISHED
        and table.after[key]["editorial_state"] == EditorialState.WITHDRAWN
    }


def _publish(records: Sequence[Record], by: AbstractBaseUser | None, reason: str) -> None:
    """Publish what is changed back, but for what somebody else has to publish: that waits as an unpublished change."""
    while records:
        try:
            publish(*records, by=by, reason=reason, nature=Nature.CORRECTION)
        except CurationRefused as refused:
            own = {each.record.pk for each in refused.refusals if each.code == OWN_WORK}
            if len(own) < len(refused.refusals):
                raise
            records = [record for record in records if record.pk not in own]
        else:
            return


def _restore(records: Sequence[Record], by: AbstractBaseUser | None, reason: str) -> None:
    """Restore records, those first that others name. Raises CurationRefused when some of them cannot be."""
    waiting = list(records)
    while waiting:
        refused: list[Refusal] = []
        left = []
        for record in waiting:
            try:
                restore(record, by=by, reason=reason)
            except CurationRefused as error:
                refused += error.refusals
                left.append(record)
        if len(left) == len(waiting):
            raise CurationRefused(refused)
        waiting = left


def _records(batch: ImportBatch, model: type[Record]) -> Iterator[Record]:
    """Return the records of a kind that the import wrote, locked."""
    rows = model._default_manager.filter(written_by(batch, model))
    yield from rows.select_for_update(no_key=True).order_by("pk")


def _demand_unedited(batch: ImportBatch, records: list[Record]) -> None:
    reasons = []
    for record in records:
        what = f"{record._meta.verbose_name} “{record}”"
        if record.editorial_state == EditorialState.MERGED:
            reasons.append(f"The {what} was merged into another record after the import.")
        elif batch.written_at is None or record.written_at > batch.written_at:
            reasons.append(f"The {what} was edited after the import.")
    if reasons:
        raise UndoRefused(reasons)


def _change_back(tables: list[_Table], drafts: set[UUID], kept: set[UUID]) -> None:
    """Remove what was added, then write back what was changed or removed; rows of `kept` records stay."""
    for table in reversed(tables):
        added = [key for key in table.added if table.owners[key] not in kept]
        if issubclass(table.model, Record):
            added = [key for key in added if key in drafts]
        # What belongs to these rows was added by the import too, so there is nothing to look for.
        remove(table.model, added)
    for table in tables:
        rows = {key: row for key, row in table.others.items() if table.owners[key] not in kept}
        write_back(table.model, rows)


def _renew_warnings(records: Iterable[Record]) -> None:
    keys = keys_by_kind(records)
    renew(keys)
    for name, those in keys.items():
        forget(name, those)


def _demand_unreferenced() -> None:
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")
    except IntegrityError as error:
        diagnosis = getattr(error.__cause__, "diag", None)
        detail = getattr(diagnosis, "message_detail", None)
        reason = str(getattr(diagnosis, "message_primary", None) or error)  # a rule's own words
        if detail:
            reason = f"Other records refer to records that the import created: {detail}"
        raise UndoRefused([reason]) from error
