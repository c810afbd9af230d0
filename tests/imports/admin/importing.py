"""Files to upload, and an import at the desk whose work is done in this process rather than in one of its own."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import orjson
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.test import Client

from imports import starting
from imports.models import ImportBatch

UPLOAD = "/admin/imports/importbatch/add/"

Capture = Callable[..., AbstractContextManager[list[Any]]]


def person(slug: str, **members: Any) -> dict[str, Any]:
    """Return a person in exchange form, who cites the source `atlas`."""
    document = {"object": "person", "slug": slug, "name": slug, "citations": [{"source": "atlas"}]}
    return document | members


def file_of(*documents: dict[str, Any], name: str = "people.ndjson") -> SimpleUploadedFile:
    """Return an exchange file to upload."""
    return SimpleUploadedFile(name, b"\n".join(map(orjson.dumps, documents)))


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

    def act(self, client: Client, batch: ImportBatch, act: str, **data: Any) -> Any:
        """Press a button of the import's page."""
        if batch.finished_at:
            data.setdefault("seen", batch.finished_at.isoformat())
        response = self.send(client, f"{page_of(batch)}{act}/", **data)
        batch.refresh_from_db()
        return response


def page_of(batch: ImportBatch) -> str:
    """Return the address of the import's page."""
    return f"/admin/imports/importbatch/{batch.pk}/"


def work_here(batch_id: Any, step: Any, by: Any) -> None:
    """Do in this process what the desk would start another for."""
    call_command("work_on_import", str(batch_id), f"--{step}", "--by", str(by.pk))


@pytest.fixture
def desk(monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Capture) -> Desk:
    """Imports at the desk, without processes."""
    monkeypatch.setattr(starting, "start", work_here)
    return Desk(django_capture_on_commit_callbacks)
