"""Taking an import back: from the history, which knows every row that it added, changed or removed."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db import IntegrityError, connection, models, transaction
from django.utils import timezone

from imports.models import ImportBatch, ImportedRecord, ImportedRow, ImportStatus
from records.bulk import insert, overwrite
from records.models import EditorialState, Part, PossibleDuplicate, Record, Verdict
from records.publishing.publish import CurationRefused, deed, demand_permission, publish, withdraw
from records.registry import all_kinds, kind_named

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from uuid import UUID

    from django.contrib.auth.models import AbstractBaseUser

#: Rows that one statement takes.
CHUNK = 2_000
#: Reasons that a refusal lists.
SHOWN = 20
#: What publishing and the database itself write in a record.
_NOT_EDITED = ("editorial_state", "published_at", "changed_at", "created_at", "merged_into_id")


class UndoRefused(Exception):  # noqa: N818 - no error: an answer, with its reasons
    """Nothing was taken back; the reasons say why, for every record at once."""

    def __init__(self, reasons: list[str]) -> None:
        self.reasons = reasons
        super().__init__(" ".join(reasons[:SHOWN]))


@dataclass(frozen=True)
class Undone:
    """What was taken back."""

    deleted: int  #: drafts that the import had made
    withdrawn: int  #: published records that it had made; their ids answer 410 from now on
    restored: int  #: records that it had changed, and that are as they were

    def summary(self) -> str:
        """Return it in a line."""
        return (
            f"Undone: {self.deleted} drafts deleted, {self.withdrawn} published records withdrawn, "
            f"{self.restored} records as they were before"
        )


@dataclass
class _Table:
    """What an import did to one table, by key: the row before, None for what was not there."""

    model: type[models.Model]
    before: dict[Any, dict[str, Any] | None]
    owners: dict[Any, UUID]  #: the records that the rows belong to; a record belongs to itself

    @property
    def added(self) -> list[Any]:
        """The keys of rows that the import added."""
        return [key for key, row in self.before.items() if row is None]

    @property
    def others(self) -> dict[Any, dict[str, Any]]:
        """The rows that it changed or removed, as they were."""
        return {key: row for key, row in self.before.items() if row is not None}


def undo(
    batch: ImportBatch,
    *,
    by: AbstractBaseUser | None,
    progress: Callable[[str, int, int], None] = lambda *_: None,
) -> Undone:
    """Take an import back, all of it or nothing.

    Drafts that it made are deleted, published records that it made are withdrawn, and what it changed is put back as it was,
    and published again where it is published. What publishing wrote into the feed stays there, as history does.

    Raises UndoRefused when records were edited, merged or named by others since, PermissionDenied when `by` may not publish
    what has to be published or withdrawn.
    """
    if batch.status not in {ImportStatus.DONE, ImportStatus.PUBLISHING, ImportStatus.UNDOING}:
        raise UndoRefused(["Only an import that is done can be undone."])
    reason = f"The import of {batch.file_name} was undone."
    with deed("undo import", by, reason):
        tables = list(_tables(batch))
        records = {kind.name: _records(kind.name, tables) for kind in all_kinds()}
        created = {
            key for table in tables if issubclass(table.model, Record) for key in table.added
        }
        everything = [record for those in records.values() for record in those]
        _demand_unedited(batch, everything)
        total = len(everything)
        progress("undoing", 0, total)
        restored = [record for record in everything if record.pk not in created]
        drafts = {r.pk for r in everything if r.pk in created and r.published_at is None}
        public = [r for r in everything if r.pk in created and r.pk not in drafts]
        # Rows of what is withdrawn stay: the record is there still, for whoever restores it.
        kept = {record.pk for record in public}
        _put_back(tables, drafts, kept)
        republished = [record for record in restored if record.is_published]
        standing = [r for r in public if r.editorial_state == EditorialState.PUBLISHED]
        demand_permission(by, [type(record) for record in (*republished, *standing)])
        try:
            if republished:
                publish(*republished, by=by, reason=reason)
            if standing:
                withdraw(*standing, by=by, reason=reason)
        except CurationRefused as refused:
            raise UndoRefused([refusal.detail for refusal in refused.refusals]) from refused
        _demand_unnamed()
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
    for model in apps.get_models():
        if not issubclass(model, Record | Part):
            continue
        history = _history(model)._default_manager
        events = history.filter(pgh_context_id=batch.context_id).order_by("pgh_id")
        first: dict[Any, Any] = {}
        last: dict[Any, dict[str, Any]] = {}
        names = [field.attname for field in model._meta.concrete_fields]
        kept = [name for name in names if _is_kept(history.model, name)]
        for event in events.values("pgh_id", "pgh_label", *kept):
            first.setdefault(event["id"], (event["pgh_id"], event["pgh_label"]))
            last[event["id"]] = event
        before: dict[Any, dict[str, Any] | None] = {}
        changed = {}
        for key, (event_id, label) in first.items():
            if label == "insert":
                before[key] = None
            elif label == "delete":
                before[key] = {name: last[key][name] for name in kept}
            else:
                changed[key] = event_id
        before |= _earlier(history, changed, kept)
        if before:
            yield _Table(model, before, _owners(model, last))


def _history(model: Any) -> Any:
    return model._meta.get_field("history").related_model


def _is_kept(history: type[models.Model], name: str) -> bool:
    return any(field.attname == name for field in history._meta.concrete_fields)


def _earlier(
    history: models.Manager[Any], changed: dict[Any, int], names: list[str]
) -> dict[Any, dict[str, Any]]:
    """Return the rows as they were before their first change."""
    found: dict[Any, dict[str, Any]] = {}
    keys = list(changed)
    for start in range(0, len(keys), CHUNK):
        chunk = keys[start : start + CHUNK]
        for row in history.filter(pgh_obj_id__in=chunk).order_by("pgh_id").values("pgh_id", *names):
            if row["pgh_id"] < changed[row["id"]]:
                found[row["id"]] = {name: row[name] for name in names}
    return found


def _owners(model: type[models.Model], rows: dict[Any, dict[str, Any]]) -> dict[Any, UUID]:
    if issubclass(model, Record):
        return {key: key for key in rows}
    assert issubclass(model, Part)  # noqa: S101 - for the type checker
    first, _, rest = model.part_of.partition("__")
    link: Any = model._meta.get_field(first)
    owners = {key: row[link.attname] for key, row in rows.items()}
    if not rest:
        return owners
    # A part of a part: what it belongs to may be gone, so its history is asked.
    middle = link.related_model
    onward = middle._meta.get_field(rest).attname
    found = dict(
        _history(middle)
        ._default_manager.filter(pgh_obj_id__in=set(owners.values()))
        .values_list("id", onward)
    )
    return {key: found[owner] for key, owner in owners.items()}


def _records(kind: str, tables: list[_Table]) -> list[Record]:
    """Return the records of a kind that the import touched, locked."""
    model = kind_named(kind).model
    keys = {
        owner
        for table in tables
        if _record_model(table.model) is model
        for owner in table.owners.values()
    }
    rows = model._default_manager.select_for_update(no_key=True).order_by("pk")
    found: list[Record] = []
    wanted = sorted(keys)
    for start in range(0, len(wanted), CHUNK):
        found += rows.filter(pk__in=wanted[start : start + CHUNK])
    return found


def _record_model(model: type[models.Model]) -> type[models.Model]:
    if not issubclass(model, Part):
        return model
    for name in model.part_of.split("__"):
        link: Any = model._meta.get_field(name)
        model = link.related_model
    return model


def _demand_unedited(batch: ImportBatch, records: list[Record]) -> None:
    reasons = []
    for record in records:
        what = f"{record._meta.verbose_name} “{record}”"
        if record.editorial_state == EditorialState.MERGED:
            reasons.append(f"The {what} was merged into another record since.")
        elif batch.written_at is None or record.changed_at > batch.written_at:
            reasons.append(f"The {what} was edited since.")
    if reasons:
        raise UndoRefused(reasons)


def _put_back(tables: list[_Table], drafts: set[UUID], kept: set[UUID]) -> None:
    """Remove what was added, then bring back what was changed or removed; rows of `kept` records stay."""
    for table in reversed(tables):
        gone = [key for key in table.added if table.owners[key] not in kept]
        if issubclass(table.model, Record):
            gone = [key for key in gone if key in drafts]
        for start in range(0, len(gone), CHUNK):
            rows = table.model._default_manager.filter(pk__in=gone[start : start + CHUNK])
            # What belongs to these rows was added by the import too, so there is nothing to look for.
            rows._raw_delete(rows.db)  # noqa: SLF001 - Django has no public name for it
    for table in tables:
        rows_before = [row for key, row in table.others.items() if table.owners[key] not in kept]
        by_shape: dict[bool, list[dict[str, Any]]] = defaultdict(list)
        there = set(
            table.model._default_manager.filter(pk__in=list(table.others)).values_list(
                "pk", flat=True
            )
        )
        for row in rows_before:
            left_alone = _NOT_EDITED if issubclass(table.model, Record) else ()
            by_shape[row["id"] in there].append(
                {
                    name: str(value) if isinstance(value, Decimal) else value
                    for name, value in row.items()
                    if name not in left_alone
                }
            )
        if by_shape[True]:
            overwrite(table.model, by_shape[True])
        if by_shape[False]:
            insert(table.model, by_shape[False])


def _demand_unnamed() -> None:
    """Check that nothing names what was deleted."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")
    except IntegrityError as error:
        diagnosis = getattr(error.__cause__, "diag", None)
        detail = getattr(diagnosis, "message_detail", None) or str(error)
        told = f"What the import made is named by other records since: {detail}"
        raise UndoRefused([told]) from error
