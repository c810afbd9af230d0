"""One step of an import that was uploaded at the desk. However it ends, the import says how."""

from __future__ import annotations

import io
import logging
import time
from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied
from django.db import InterfaceError, OperationalError, connection
from django.db.models.functions import Now

from imports.files.opening import open_stream
from imports.files.tree import InputError
from imports.kept_report import append
from imports.models import ImportBatch, ImportStatus
from imports.options import Terms
from imports.pulse import STOPPED, Pulse
from imports.recognise import find_formats
from imports.report import Remark
from imports.rest import publish_rest
from imports.run import run
from imports.starting import WAITS_FOR, Step
from imports.undo import UndoRefused, undo

if TYPE_CHECKING:
    from uuid import UUID

    from django.contrib.auth.models import AbstractBaseUser

    from imports.files.tree import Tree

log = logging.getLogger(__name__)

#: Seconds before it is tried again to say how a step ended, where the database does not answer.
_PAUSES = (1, 5, 20)
#: Reasons that are listed when something is refused.
SHOWN = 20
#: What the readers say of formats is meant for a command line.
_HINTS = {
    "unknown_format": "The file is in no form that is known. Choose the format when you upload it.",
    "ambiguous_format": "The file could be in several forms, or holds several data sets. Choose the format, or upload "
    "each data set by itself.",
}


class NotWaitingError(Exception):
    """The import is not waiting for this step."""


def work(batch_id: UUID, step: Step, by: AbstractBaseUser | None) -> None:
    """Do a step of an import in the name of `by`, and keep with the import what came of it.

    Raises AlreadyAtWorkError and NotWaitingError, both before anything is done. Whatever goes wrong later is said in the
    import.
    """
    with Pulse(batch_id) as pulse:
        # The file may be large, and is written back with nothing else.
        batch = ImportBatch.objects.defer("content", "report").filter(pk=batch_id).first()
        if batch is None:
            raise NotWaitingError(f"There is no import {batch_id}.")
        if batch.status not in WAITS_FOR[step]:
            state = batch.get_status_display().lower()
            raise NotWaitingError(f"The import is {state}, so it does not wait for {step}.")
        try:
            if step == Step.UNDO:
                pulse("undoing", 0, 0)
                undo(batch, by=by, progress=pulse)
            elif batch.status == ImportStatus.PUBLISHING:
                publish_rest(batch, by=by, progress=pulse)
            else:
                _take(batch, step, by, pulse)
        except UndoRefused as refused:
            _end_badly(batch_id, refused.reasons)
        except InputError as error:
            _end_badly(batch_id, [_HINTS.get(error.code, str(error))])
        except PermissionDenied as error:
            _end_badly(batch_id, [str(error)])
        except Exception as error:  # the person at the desk is told of all
            log.exception("The import %s failed.", batch_id)
            what = " ".join(f"{type(error).__name__}: {error}".split())
            _end_badly(
                batch_id, [f"It was ended by an error of the program or its database. {what[:500]}"]
            )


def _take(batch: ImportBatch, step: Step, by: AbstractBaseUser | None, pulse: Pulse) -> None:
    content = ImportBatch.objects.values_list("content", flat=True).get(pk=batch.pk)
    if content is None:
        raise InputError("no_content", "The file is no longer kept. Upload it again.")
    terms = Terms(
        source=batch.source_ref,
        publishes=batch.publishes if step == Step.DRY_RUN else step == Step.PUBLISH,
        is_partial=batch.is_partial,
        is_dry_run=step == Step.DRY_RUN,
        withdraws=batch.withdraws,
        reason=batch.reason,
    )
    pulse("reading", 0, 0)
    with open_stream(io.BytesIO(content), batch.file_name) as tree:
        del content
        found, unknown = find_formats(tree, batch.dataset or "auto")
        if len(found) > 1:
            names = ", ".join(each.name for each in found)
            reason = f"There are several data sets in it: {names}. Upload them one after the other."
            raise InputError("several_data_sets", reason)
        run(found[0], terms, by=by, batch=batch, progress=pulse)
        append(batch, _left_out(tree, unknown))


def _left_out(tree: Tree, folders: list[str]) -> list[Remark]:
    """Tell which files of an archive were not looked at."""
    remarks = [Remark("skipped", each.reason, "left_out", each.path) for each in tree.left_out]
    reason = "No data set that is known."
    return remarks + [Remark("skipped", reason, "left_out", folder) for folder in folders]


def _end_badly(batch_id: UUID, reasons: list[str]) -> None:
    """Say in the import why the step was not done, and leave it where it can go on from."""
    more = [f"... and {len(reasons) - SHOWN} more like this"] if len(reasons) > SHOWN else []
    told = "\n".join([*reasons[:SHOWN], *more])
    for pause in (*_PAUSES, None):
        try:
            _write_ending(batch_id, told)
        except (InterfaceError, OperationalError):
            if pause is None:
                raise
            connection.close()
            time.sleep(pause)
        else:
            return


def _write_ending(batch_id: UUID, told: str) -> None:
    rows = ImportBatch.objects.filter(pk=batch_id)
    status, message = rows.values_list("status", "message").get()
    summary = message.partition("\n")[0]
    values: dict[str, Any] = {"status": ImportStatus.FAILED, "stage": "", "message": told}
    if status == ImportStatus.PUBLISHING:  # what was written stays
        values = {"stage": STOPPED, "message": f"{summary}\nNot all was published. {told}"}
    elif status == ImportStatus.UNDOING:
        values = {
            "status": ImportStatus.DONE,
            "stage": "",
            "message": f"{summary}\nNot undone. {told}",
        }
    rows.update(**values, changed_at=Now(), finished_at=Now())
