"""What is kept of an import for the next one: what was told, what vanished, and what may be there twice."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from imports.models import ImportBatch, ImportedRecord, ImportedRow, ImportStatus
from imports.report import Remark
from records.models import EditorialState, PossibleDuplicate
from records.publishing.publish import CurationRefused, withdraw
from records.registry import kind_named

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from django.contrib.auth.models import AbstractBaseUser

    from imports.report import Result
    from imports.translate import Name, Translation
    from records.models import Record

#: Rows that one statement takes.
CHUNK = 2_000


class Memory:
    """What earlier imports of a data set left."""

    def __init__(self, dataset: str) -> None:
        self.dataset = dataset
        self.hashes: dict[str, str] = {}  #: of the content of each row, by its id
        self._files: dict[str, str] = {}
        self._records: dict[str, list[Name]] = {}
        rows = ImportedRow.objects.filter(dataset=dataset).order_by("row_id")
        for row_id, content_hash, file, records in rows.values_list(
            "row_id", "content_hash", "file", "records"
        ):
            self.hashes[row_id] = content_hash
            self._files[row_id] = file
            self._records[row_id] = [(kind, name) for kind, name in records]

    def keep(self, batch: ImportBatch, told: Translation, keys: dict[Name, UUID]) -> None:
        """Keep what is new or changed of the rows and of what was told about records that were taken in."""
        rows = [
            ImportedRow(
                dataset=self.dataset,
                row_id=row.id,
                file=row.file,
                content_hash=row.content_hash,
                records=[list(name) for name in row.becomes],
                batch=batch,
            )
            for row in told.rows
            if not row.faults
            and all(name in keys for name in row.becomes)
            and not self._is_as_it_was(row.id, row.content_hash, row.file, list(row.becomes))
        ]
        ImportedRow.objects.bulk_create(
            rows,
            batch_size=CHUNK,
            update_conflicts=True,
            unique_fields=["dataset", "row_id"],
            update_fields=["file", "content_hash", "records", "batch"],
        )
        ImportedRecord.objects.bulk_create(
            [
                ImportedRecord(
                    dataset=self.dataset,
                    kind=name[0],
                    name=name[1],
                    record_id=keys[name],
                    members=told.members[name],
                    batch=batch,
                )
                for name in told.names
                if name in keys
            ],
            batch_size=CHUNK,
            update_conflicts=True,
            unique_fields=["dataset", "kind", "name"],
            update_fields=["record_id", "members", "batch"],
        )

    def _is_as_it_was(self, row_id: str, content_hash: str, file: str, names: list[Name]) -> bool:
        return (
            self.hashes.get(row_id) == content_hash
            and self._files[row_id] == file
            and self._records[row_id] == names
        )

    def vanished(self, told: Translation, files: Collection[str], *, is_whole: bool) -> list[str]:
        """Return the rows that are no longer there: of the whole data set, or of the files that were read."""
        there = {row.id for row in told.rows}
        return [
            row_id
            for row_id, file in self._files.items()
            if row_id not in there and (is_whole or file in files)
        ]

    def tell_vanished(
        self,
        result: Result,
        gone: list[str],
        told: Translation,
        *,
        withdraws: bool,
        by: AbstractBaseUser | None,
        reason: str,
    ) -> None:
        """Report rows that vanished; withdraw what only they stood for, if asked to."""
        claimed = {name for row in told.rows for name in row.becomes}
        names = {
            name
            for row_id in gone
            for name in self._records[row_id]
            if name not in claimed and name[0] != "source"
        }
        for row_id in gone:
            result.remarks.append(
                Remark(
                    "vanished",
                    "It is no longer in the data set. Its records stay as they are unless they are withdrawn on request.",
                    "vanished",
                    file=self._files[row_id],
                    row=row_id,
                )
            )
        if withdraws and names:
            self._withdraw(result, names, gone, by, reason)

    def _withdraw(
        self,
        result: Result,
        names: set[Name],
        gone: list[str],
        by: AbstractBaseUser | None,
        reason: str,
    ) -> None:
        records: list[Record] = []
        for kind in sorted({kind for kind, _name in names}):
            those = [name for of_kind, name in names if of_kind == kind]
            keys = ImportedRecord.objects.filter(
                dataset=self.dataset, kind=kind, name__in=those
            ).values("record_id")
            records += kind_named(kind).model._default_manager.filter(
                pk__in=keys, editorial_state=EditorialState.PUBLISHED
            )
        try:
            if records:
                why = reason or f"No longer in the data set {self.dataset}."
                withdraw(*records, by=by, reason=why)
                result.withdrawn = len(records)
        except CurationRefused as refused:
            result.remarks += [
                Remark(
                    "warning",
                    refusal.detail,
                    refusal.code,
                    file=self.dataset,
                    object=refusal.record.object_kind,
                    record=refusal.record.slug,
                )
                for refusal in refused.refusals
            ]
            return
        ImportedRow.objects.filter(dataset=self.dataset, row_id__in=gone).delete()


def to_publish(
    dataset: str, told: Translation, changed: dict[str, list[UUID]]
) -> dict[str, list[UUID]]:
    """Return what is to be published: what this import changed, and what an earlier one left unpublished.

    What the desk edits of a record that the data set leaves alone is the desk's to publish.
    """
    unfinished = set(
        ImportedRecord.objects.filter(
            dataset=dataset,
            batch__status=ImportStatus.PUBLISHING,
        ).values_list("record_id", flat=True)
    )
    found = {kind: list(keys) for kind, keys in changed.items()}
    by_kind: dict[str, list[UUID]] = {}
    for (kind, _name), key in told.same.items():
        by_kind.setdefault(kind, []).append(key)
    for kind, keys in by_kind.items():
        waiting = {
            record.pk
            for record in _rows(kind, keys)
            if not record.is_published
            or (record.has_unpublished_changes and record.pk in unfinished)
        }
        known = set(found.setdefault(kind, []))
        found[kind] += [key for key in keys if key in waiting and key not in known]
    return {kind: keys for kind, keys in found.items() if keys}


def _rows(kind: str, keys: list[UUID]) -> Iterator[Record]:
    for start in range(0, len(keys), CHUNK):
        yield from (
            kind_named(kind)
            .model._default_manager.filter(pk__in=keys[start : start + CHUNK])
            .exclude(editorial_state__in=(EditorialState.WITHDRAWN, EditorialState.MERGED))
            .only("pk", "editorial_state", "changed_at", "published_at")
            .order_by()
        )


def list_possible_duplicates(
    told: Translation, keys: dict[Name, UUID], batch: ImportBatch, result: Result
) -> None:
    """Put near matches on the review list; a pair that the desk has judged is not asked again."""
    pairs: dict[tuple[UUID, UUID], PossibleDuplicate] = {}
    for near in told.near:
        key = keys.get((near.kind, near.name))
        other = UUID(near.other)
        if key is None or key == other:
            continue
        one, two = sorted((key, other))
        pairs[one, two] = PossibleDuplicate(
            kind=near.kind,
            record_id=one,
            other_id=two,
            score=near.score,
            reason=near.reason,
            import_id=batch.pk,
        )
        result.remarks.append(
            Remark(
                "near",
                near.reason,
                "near_match",
                result.dataset,
                object=near.kind,
                record=near.name,
            )
        )
    PossibleDuplicate.objects.bulk_create(pairs.values(), batch_size=CHUNK, ignore_conflicts=True)
