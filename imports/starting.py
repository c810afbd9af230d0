"""Starting a process that does a step of an import: it outlives the web worker that started it."""

from __future__ import annotations

import subprocess
import sys
from enum import StrEnum
from threading import Thread
from typing import TYPE_CHECKING, Any

from django.conf import settings

from imports.models import ImportBatch, ImportStatus
from imports.pulse import STOPPED

if TYPE_CHECKING:
    from uuid import UUID


class Step(StrEnum):
    """What a process can be asked to do with an import; the option of `work_on_import`."""

    DRY_RUN = "dry-run"
    IMPORT = "import"  #: as drafts
    PUBLISH = "publish"  #: import and publish; or publish what was imported
    UNDO = "undo"


#: The statuses in which an import waits for a step.
WAITS_FOR = {
    Step.DRY_RUN: {ImportStatus.CHECKING},
    Step.IMPORT: {ImportStatus.RUNNING},
    Step.PUBLISH: {ImportStatus.RUNNING, ImportStatus.PUBLISHING},
    Step.UNDO: {ImportStatus.UNDOING},
}


def step_of(batch: ImportBatch) -> Step:
    """Return the step that an import at work is in."""
    if batch.status == ImportStatus.RUNNING:
        return Step.PUBLISH if batch.publishes else Step.IMPORT
    return {
        ImportStatus.CHECKING: Step.DRY_RUN,
        ImportStatus.PUBLISHING: Step.PUBLISH,
        ImportStatus.UNDOING: Step.UNDO,
    }[ImportStatus(batch.status)]


def start(batch_id: UUID, step: Step, by: Any) -> None:
    """Start a process that does the step in the name of `by`. Call it after the commit: the process reads the import."""
    command = [sys.executable, "manage.py", "work_on_import", str(batch_id)]
    try:
        process = subprocess.Popen(
            [*command, f"--{step}", "--by", str(by.pk)],
            cwd=settings.BASE_DIR,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,  # what there is to tell is in the import; errors go to the server's log
            start_new_session=True,
        )
    except OSError as error:
        ImportBatch.objects.filter(pk=batch_id).update(
            stage=STOPPED, message=f"No process could be started ({error.strerror})."
        )
        return
    # Somebody has to ask how it ended, or the kernel keeps it in its list until the server ends.
    Thread(target=process.wait, daemon=True).start()
