"""Import a folder as one data set."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imports.files.opening import open_input
from imports.models import ImportBatch
from imports.options import Terms
from imports.recognise import Found
from imports.run import run

if TYPE_CHECKING:
    from pathlib import Path

    from imports.dataset import Dataset


def import_folder(dataset: Dataset, folder: Path, *, publishes: bool = False) -> dict[str, int]:
    """Return how many rows ended in which way."""
    batch = ImportBatch.objects.create(file_name=dataset.name)
    with open_input(folder) as tree:
        found, terms = Found(dataset, tree), Terms(publishes=publishes)
        result = run(found, terms, by=None, batch=batch, progress=lambda *_: None)
    return {outcome: count for outcome, count in result.rows.items() if count}
