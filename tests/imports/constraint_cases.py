"""Rows that break one constraint of this app each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imports.models import ImportBatch, ImportedRecord, ImportedRow
from records.identity import new_id

if TYPE_CHECKING:
    from collections.abc import Callable


def _imported_twice() -> None:
    batch = ImportBatch.objects.create(file_name="trips.xml")
    for _ in range(2):
        ImportedRow.objects.create(dataset="travels", row_id="1", file="trips.xml", batch=batch)


def _kept_twice() -> None:
    batch = ImportBatch.objects.create(file_name="trips.xml")
    for _ in range(2):
        ImportedRecord.objects.create(
            dataset="travels",
            kind="event",
            name="travels:1",
            record_id=new_id(),
            members={},
            batch=batch,
        )


CASES: dict[str, Callable[[], object]] = {
    "import_status_is_in_its_list": lambda: ImportBatch.objects.create(
        file_name="trips.xml", status="lost"
    ),
    "imported_row_is_kept_once": _imported_twice,
    "imported_record_is_kept_once": _kept_twice,
}
