"""The memory of a data set: the rows and records of earlier imports, so that the next one sees what is new or gone."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING
from uuid import UUID

from config.faults import Fault
from imports.models import ImportBatch, ImportedRecord, ImportedRow, ImportStatus
from imports.report import ReportLine
from records.models import EditorialState, PossibleDuplicate
from records.publishing.publish import CurationRefused, withdraw
from records.registry import kind_named

if TYPE_CHECKING:
    from collections.abc import Collection

    from django.contrib.auth.models import AbstractBaseUser

    from imports.options import ImportOptions
    from imports.report import ImportResult
    from imports.translate import Name, Translation
    from records.models import Record

#: Rows that one statement takes.
CHUNK = 2_000


class Memory:
    """The rows of earlier imports of a data set."""

    def __init__(self, dataset: str) -> None:
        self.dataset = dataset
        self.hashes: dict[str, str] = {}  #: of the content of each row, by its id
        self._files: dict[str, str] = {}
        self._records: dict[str, list[list[str]]] = {}  #: pairs of kind and name
        rows = ImportedRow.objects.filter(dataset=dataset).order_by("row_id")
        for row_id, content_hash, file, records in rows.values_list(
            "row_id", "content_hash", "file", "records"
        ):
            self.hashes[row_id] = content_hash
            self._files[row_id] = file
            self._records[row_id] = records

    def keep(self, batch: ImportBatch, translation: Translation, records: dict[Name, UUID]) -> None:
        """Keep new and changed rows, and what the documents of records that were not rejected say."""
        rows = [
            ImportedRow(
                dataset=self.dataset,
                row_id=row.id,
                file=row.file,
                content_hash=translation.hashes[row.id],
                records=[list(name) for name in row.becomes],
                batch=batch,
            )
            for row in translation.rows
            if not row.faults and all(name in records for name in row.becomes)
        ]
        ImportedRow.objects.bulk_create(
            [row for row in rows if not self._has(row)],
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
                    record_id=records[name],
                    members=translation.members[name],
                    batch=batch,
                )
                for name in translation.names
                if name in records
            ],
            batch_size=CHUNK,
            update_conflicts=True,
            unique_fields=["dataset", "kind", "name"],
            update_fields=["record_id", "members", "batch"],
        )

    def _has(self, row: ImportedRow) -> bool:
        return (
            self.hashes.get(row.row_id) == row.content_hash
            and self._files[row.row_id] == row.file
            and self._records[row.row_id] == row.records
        )

    def report_vanished(
        self,
        result: ImportResult,
        translation: Translation,
        paths: Collection[str],
        options: ImportOptions,
        by: AbstractBaseUser | None,
    ) -> None:
        """Report rows that are no longer there; withdraw the records that only they stood for, if asked to.

        Rows of the whole data set, or of the file where only one was read; `paths` are those of the files that were read.
        """
        gone = [
            row_id
            for row_id, file in self._files.items()
            if row_id not in translation.hashes and (len(paths) > 1 or file in paths)
        ]
        reason = "The row is no longer in the data set. Its records stay, unless you ask to withdraw them."
        fault = Fault("vanished", reason)
        result.lines += [
            ReportLine("vanished", fault, self._files[row_id], row=row_id) for row_id in gone
        ]
        claimed = {name for row in translation.rows for name in row.becomes}
        names = {
            (kind, name)
            for row_id in gone
            for kind, name in self._records[row_id]
            if (kind, name) not in claimed and kind != "source"
        }
        if options.withdraws and names:
            self._withdraw(result, names, gone, by, options.reason)

    def _withdraw(
        self,
        result: ImportResult,
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
            result.lines += [
                ReportLine.of_refusal("warning", refusal, self.dataset)
                for refusal in refused.refusals
            ]
            return
        ImportedRow.objects.filter(dataset=self.dataset, row_id__in=gone).delete()


def to_publish(
    dataset: str, translation: Translation, changed: dict[str, list[UUID]]
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
    same: defaultdict[str, list[UUID]] = defaultdict(list)
    for (kind, _name), key in translation.same.items():
        same[kind].append(key)
    found = {kind: list(keys) for kind, keys in changed.items()}
    for kind, keys in same.items():
        records = (
            kind_named(kind)
            .model._default_manager.filter(pk__in=keys)
            .exclude(editorial_state__in=(EditorialState.WITHDRAWN, EditorialState.MERGED))
            .only("pk", "editorial_state", "changed_at", "published_at")
            .order_by()
        )
        waiting = {
            record.pk
            for record in records
            if not record.is_published
            or (record.has_unpublished_changes and record.pk in unfinished)
        }
        waiting.difference_update(found.setdefault(kind, []))
        found[kind] += [key for key in keys if key in waiting]
    return {kind: keys for kind, keys in found.items() if keys}


def list_possible_duplicates(
    translation: Translation, records: dict[Name, UUID], batch: ImportBatch, result: ImportResult
) -> None:
    """Put near matches on the review list; a pair that the desk has judged is not listed again."""
    pairs: dict[tuple[UUID, UUID], PossibleDuplicate] = {}
    for near in translation.near:
        key = records.get((near.kind, near.name))
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
        fault = Fault("near_match", near.reason)
        result.lines.append(
            ReportLine("near", fault, result.dataset, object=near.kind, record=near.name)
        )
    PossibleDuplicate.objects.bulk_create(pairs.values(), batch_size=CHUNK, ignore_conflicts=True)
