"""The memory of a data set: the rows and records of earlier imports, so that the next one sees what is new or gone."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING
from uuid import UUID

from config.faults import Fault
from imports.models import ImportBatch, ImportedRecord, ImportedRow, ImportStatus
from imports.report import ReportLine
from records.bulk import among
from records.models import EditorialState, PossibleDuplicate
from records.publishing.publish import CurationRefused, withdraw
from records.registry import kind_named

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from django.contrib.auth.models import AbstractBaseUser

    from imports.options import ImportOptions
    from imports.report import ImportResult
    from imports.translate import Name, Translation
    from records.models import Record

#: Rows that one statement takes.
CHUNK = 2_000


class Memory:
    """The rows of earlier imports of a data set."""

    def __init__(self, dataset: str, batch: ImportBatch) -> None:
        """`batch` is the import that comes now."""
        self.dataset = dataset
        self._batch = batch
        self.hashes: dict[str, str] = {}  #: of the content of each row, by its id
        self._files: dict[str, str] = {}
        self._records: dict[str, list[list[str]]] = {}  #: pairs of kind and name
        rows = ImportedRow.last(dataset)
        for row_id, content_hash, file, records in rows.values_list(
            "row_id", "content_hash", "file", "records"
        ):
            self.hashes[row_id] = content_hash
            self._files[row_id] = file
            self._records[row_id] = records

    def keep(self, translation: Translation, records: dict[Name, UUID]) -> None:
        """Keep new and changed rows, and what the documents of records that were not rejected say."""
        rows = [
            ImportedRow(
                dataset=self.dataset,
                row_id=row.id,
                file=row.file,
                content_hash=translation.hashes[row.id],
                records=[list(name) for name in row.becomes],
                batch=self._batch,
            )
            for row in translation.rows
            if not row.faults and all(name in records for name in row.becomes)
        ]
        ImportedRow.objects.bulk_create(
            [row for row in rows if not self._has(row)], batch_size=CHUNK
        )
        ImportedRecord.objects.bulk_create(
            [
                ImportedRecord(
                    dataset=self.dataset,
                    kind=name[0],
                    name=name[1],
                    record_id=records[name],
                    members=translation.members[name],
                    batch=self._batch,
                )
                for name in translation.names
                if name in records
            ],
            batch_size=CHUNK,
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
        names_of = {
            row_id: {
                (kind, name)
                for kind, name in self._records[row_id]
                if (kind, name) not in claimed and kind != "source"
            }
            for row_id in gone
        }
        if options.withdraws and any(names_of.values()):
            self._withdraw(result, names_of, by, options.reason)

    def _withdraw(
        self,
        result: ImportResult,
        names_of: dict[str, set[Name]],
        by: AbstractBaseUser | None,
        reason: str,
    ) -> None:
        """Withdraw the records of rows that are gone, all but those that published records of others still name."""
        names = set().union(*names_of.values())
        keys: dict[Name, UUID] = {}
        records: dict[UUID, Record] = {}
        for kind in sorted({kind for kind, _name in names}):
            said = ImportedRecord.last(self.dataset, [kind]).filter(
                name__in=[name for of_kind, name in names if of_kind == kind]
            )
            found = dict(said.values_list("name", "record_id"))
            keys |= {(kind, name): key for name, key in found.items()}
            public = kind_named(kind).model._default_manager.filter(
                pk__in=found.values(), editorial_state=EditorialState.PUBLISHED
            )
            records |= {record.pk: record for record in public}
        why = reason or f"No longer in the data set {self.dataset}."
        while records:
            try:
                withdraw(*records.values(), by=by, reason=why)
            except CurationRefused as refused:
                result.lines += [
                    ReportLine.of_refusal("not_withdrawn", refusal, self.dataset)
                    for refusal in refused.refusals
                ]
                # What they name in turn is refused the next time.
                left = {refusal.record.pk for refusal in refused.refusals}
                keys = {name: key for name, key in keys.items() if key not in left}
                records = {key: each for key, each in records.items() if key not in left}
            else:
                result.withdrawn = len(records)
                break
        ImportedRow.objects.bulk_create(
            [
                ImportedRow(
                    dataset=self.dataset, row_id=row_id, file=self._files[row_id], batch=self._batch
                )
                for row_id, those in names_of.items()
                if those and those <= keys.keys()
            ],
            batch_size=CHUNK,
        )


def withdrawn_of(records: Mapping[Name, UUID]) -> Iterator[Name]:
    """Return those of some records that are withdrawn, by what the data set calls them."""
    by_kind: defaultdict[str, dict[Name, UUID]] = defaultdict(dict)
    for name, key in records.items():
        by_kind[name[0]][name] = key
    for kind, those in by_kind.items():
        withdrawn = set(
            kind_named(kind)
            .model._default_manager.filter(
                among("pk", those.values()), editorial_state=EditorialState.WITHDRAWN
            )
            .values_list("pk", flat=True)
        )
        yield from (name for name, key in those.items() if key in withdrawn)


def to_publish(
    dataset: str, translation: Translation, changed: dict[str, list[UUID]], *, restores: bool
) -> dict[str, list[UUID]]:
    """Return what is to be published: what this import changed, what an earlier one left unpublished, and what is to be restored.

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
    gone = (
        {EditorialState.MERGED} if restores else {EditorialState.MERGED, EditorialState.WITHDRAWN}
    )
    found = {kind: list(keys) for kind, keys in changed.items()}
    for kind, keys in same.items():
        records = (
            kind_named(kind)
            .model._default_manager.filter(pk__in=keys)
            .exclude(editorial_state__in=gone)
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
