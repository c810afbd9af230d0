"""Import a folder as one data set."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imports.files.opening import open_input
from tests.factories.imports import import_files

if TYPE_CHECKING:
    from pathlib import Path

    from imports.dataset import Dataset


def import_folder(dataset: Dataset, folder: Path, *, publishes: bool = False) -> dict[str, int]:
    """Return how many rows ended in which way."""
    with open_input(folder) as tree:
        result, _batch = import_files(tree, dataset, publishes=publishes)
    return {outcome: count for outcome, count in result.rows.items() if count}
