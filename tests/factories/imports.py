"""Files to import, imports of them, and an import at the desk whose work is done in this process."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any

import orjson
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command

from imports.files.opening import open_input
from imports.models import ImportBatch
from imports.options import ImportOptions
from imports.recognise import RecognisedFiles, find_formats
from imports.run import run

if TYPE_CHECKING:
    from pathlib import Path

    from django.contrib.auth.models import User
    from django.test import Client

    from imports.dataset import Dataset
    from imports.files.tree import Tree
    from imports.report import ImportResult

UPLOAD = "/admin/imports/importbatch/add/"

Capture = Callable[..., AbstractContextManager[list[Any]]]


def ndjson(*documents: dict[str, Any]) -> bytes:
    """Return an exchange file."""
    return b"\n".join(map(orjson.dumps, documents))


def person(slug: str, **members: Any) -> dict[str, Any]:
    """Return a person in exchange form, who cites the source `atlas`."""
    document = {"object": "person", "slug": slug, "name": slug, "citations": [{"source": "atlas"}]}
    return document | members


def file_of(*documents: dict[str, Any], name: str = "people.ndjson") -> SimpleUploadedFile:
    """Return an exchange file to upload."""
    return SimpleUploadedFile(name, ndjson(*documents))


def import_files(
    tree: Tree,
    dataset: Dataset | None = None,
    *,
    by: User | None = None,
    uploader: User | None = None,
    **options: Any,
) -> tuple[ImportResult, ImportBatch]:
    """Import files of a data set, or of the format that they are recognised as."""
    batch = ImportBatch.objects.create(file_name=tree.files[0].path, by=uploader)
    files = RecognisedFiles(dataset, tree) if dataset else find_formats(tree)[0][0]
    result = run(files, ImportOptions(**options), by=by, batch=batch, progress=lambda *_: None)
    batch.refresh_from_db()
    return result, batch


def import_path(path: Path, by: User | None = None, **options: Any) -> ImportResult:
    """Import a file or folder of the disk."""
    with open_input(path) as tree:
        result, _batch = import_files(tree, by=by, **options)
    return result


class Desk:
    """What somebody does with imports at the desk."""

    def __init__(self, capture: Capture) -> None:
        self._capture = capture

    def send(self, client: Client, address: str, **data: Any) -> Any:
        """Send a form, and let the process that it starts do its work."""
        with self._capture(execute=True):
            return client.post(address, data)

    def upload(self, client: Client, file: SimpleUploadedFile, **data: Any) -> ImportBatch:
        """Upload a file; return the import as its check left it."""
        response = self.send(client, UPLOAD, file=file, **data)
        assert response.status_code == 302, response.context["form"].errors
        return ImportBatch.objects.latest("started_at")

    def press(self, client: Client, batch: ImportBatch, action: str, **data: Any) -> Any:
        """Press a button of the import's page."""
        if batch.finished_at:
            data.setdefault("seen", batch.finished_at.isoformat())
        response = self.send(client, f"{page_of(batch)}{action}/", **data)
        batch.refresh_from_db()
        return response


def page_of(batch: ImportBatch) -> str:
    """Return the address of the import's page."""
    return f"/admin/imports/importbatch/{batch.pk}/"


def work_here(batch_id: Any, task: Any, by: Any) -> None:
    """Do in this process what the desk would start another for."""
    call_command("work_on_import", str(batch_id), f"--{task}", "--by", str(by.pk))
