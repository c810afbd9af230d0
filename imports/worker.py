"""The process that works on an import which was uploaded at the desk: its start, its heartbeat and lock, its work."""

from __future__ import annotations

import io
import logging
import os
import subprocess
import sys
import time
from contextlib import suppress
from datetime import timedelta
from enum import StrEnum
from threading import Thread
from typing import TYPE_CHECKING, Any, Self

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import (
    DEFAULT_DB_ALIAS,
    Error,
    InterfaceError,
    OperationalError,
    connection,
    connections,
)
from django.db.models.functions import Now
from django.utils import timezone

from config.faults import Fault
from imports.files.opening import open_stream
from imports.files.tree import InputError
from imports.models import AT_WORK, ImportBatch, ImportStatus
from imports.options import ImportOptions
from imports.recognise import find_formats
from imports.report import SKIPPED, ReportLine, append
from imports.run import publish_later, run
from imports.undo import UndoRefused, undo

if TYPE_CHECKING:
    from collections.abc import Iterable
    from types import TracebackType
    from uuid import UUID

    from django.contrib.auth.models import AbstractBaseUser
    from django.db.backends.base.base import BaseDatabaseWrapper

    from imports.files.tree import Tree

log = logging.getLogger(__name__)

#: Seconds between two heartbeats of one stage.
PAUSE = 1.0
#: How long a process may take to start. After that, an import that no process holds the lock of has been abandoned.
SILENCE = timedelta(seconds=60)
#: The stage of an import whose process ended before its work was done.
STOPPED = "stopped"
#: Key of the lock that a process holds as long as it lives.
_LOCK = "chancery-import-at-work"
#: Seconds before the ending of a task is written again, where the database does not answer.
_PAUSES = (1, 5, 20)
#: Reasons of a refusal that are kept.
SHOWN = 20
#: At the desk, for messages that name an option of the command line.
_DESK_MESSAGES = {
    "unknown_format": "The format of the file is not recognised. Choose the format when you upload it.",
    "ambiguous_format": "The file fits several formats, or holds several data sets. Choose the format, or upload each "
    "data set by itself.",
}

_BEAT = """
    UPDATE imports_importbatch SET stage = %s, done = %s, total = %s, changed_at = clock_timestamp()
    WHERE id = %s AND status = ANY(%s)
"""
_LOCKED = """
    SELECT id FROM unnest(%s::uuid[]) AS id
    JOIN pg_locks ON locktype = 'advisory' AND objsubid = 1 AND granted
        AND (classid::bigint << 32 | objid::bigint) = hashtextextended(%s || id::text, 0)
    JOIN pg_database ON pg_database.oid = pg_locks.database AND datname = current_database()
"""

#: Connections of heartbeats, which a forked child must close.
_heartbeats: list[BaseDatabaseWrapper] = []


class Task(StrEnum):
    """What a process can do with an import: the option of `work_on_import`."""

    DRY_RUN = "dry-run"
    IMPORT = "import"  #: as drafts
    PUBLISH = "publish"  #: import and publish; or publish what was imported
    UNDO = "undo"


#: The statuses of an import that waits for a task.
WAITS_FOR = {
    Task.DRY_RUN: {ImportStatus.CHECKING},
    Task.IMPORT: {ImportStatus.RUNNING},
    Task.PUBLISH: {ImportStatus.RUNNING, ImportStatus.PUBLISHING},
    Task.UNDO: {ImportStatus.UNDOING},
}


class AlreadyAtWorkError(Exception):
    """Another process works on the import."""


class NotWaitingError(Exception):
    """The import does not wait for this task."""


def task_of(batch: ImportBatch) -> Task:
    if batch.status == ImportStatus.RUNNING:
        return Task.PUBLISH if batch.publishes else Task.IMPORT
    return next(task for task, statuses in WAITS_FOR.items() if batch.status in statuses)


def start(batch_id: UUID, task: Task, by: Any) -> None:
    """Start a process that does the task in the name of `by` and outlives this one. Call it after the commit."""
    command = [sys.executable, "manage.py", "work_on_import", str(batch_id)]
    try:
        process = subprocess.Popen(
            [*command, f"--{task}", "--by", str(by.pk)],
            cwd=settings.BASE_DIR,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,  # the result is in the import; errors go to the server's log
            start_new_session=True,
        )
    except OSError as error:
        ImportBatch.objects.filter(pk=batch_id).update(
            stage=STOPPED, message=f"No process could be started ({error.strerror})."
        )
        return
    # Without a wait, the kernel keeps the ended process in its list until the server ends.
    Thread(target=process.wait, daemon=True).start()


class Heartbeat:
    """Writes the progress of an import on a connection of its own: the work's own transaction is not seen before its end.

    Used as a context: inside, the process holds a lock that ends with it, however it ends. Called as `Progress`, it writes
    at most once a second and when the stage changes. Raises AlreadyAtWorkError when another process holds the lock.
    """

    def __init__(self, batch_id: UUID) -> None:
        self._batch_id = batch_id
        self._stage = ""
        self._next = 0.0
        self._connection = connections.create_connection(DEFAULT_DB_ALIAS)

    def __enter__(self) -> Self:
        _heartbeats.append(self._connection)
        with self._connection.cursor() as cursor:
            # The row may be locked by this very process, which would then wait for itself.
            cursor.execute("SET lock_timeout = '1s'")
            cursor.execute(
                "SELECT pg_try_advisory_lock(hashtextextended(%s, 0))",
                [f"{_LOCK}:{self._batch_id}"],
            )
            is_ours = cursor.fetchone()[0]
        if not is_ours:
            self.__exit__()
            raise AlreadyAtWorkError
        return self

    def __exit__(
        self,
        _type: type[BaseException] | None = None,
        _error: BaseException | None = None,
        _traceback: TracebackType | None = None,
    ) -> None:
        _heartbeats.remove(self._connection)
        # A session that is closed keeps its locks until the server has noticed.
        with suppress(Error), self._connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock_all()")
        self._connection.close()

    def __call__(self, stage: str, done: int, total: int) -> None:
        """Write the stage, how much of it is done, and of how much; 0 when that is not known."""
        if stage == self._stage and time.monotonic() < self._next:
            return
        self._stage = stage
        self._next = time.monotonic() + PAUSE
        # A heartbeat that cannot be written does not stop the work.
        with suppress(Error), self._connection.cursor() as cursor:
            cursor.execute(_BEAT, [stage, done, total, self._batch_id, [*map(str, AT_WORK)]])


def _close_in_child() -> None:
    """Close the parent's sockets: a child that outlives it must not keep its locks."""
    for each in _heartbeats:
        if each.connection is not None:
            os.close(each.connection.fileno())
    _heartbeats.clear()


os.register_at_fork(after_in_child=_close_in_child)


def stopped(batches: Iterable[ImportBatch]) -> set[UUID]:
    """Return the imports whose process ended before its work was done. Costs one query, or none."""
    at_work = [batch for batch in batches if batch.status in AT_WORK]
    known = {batch.pk for batch in at_work if batch.stage == STOPPED}
    latest = timezone.now() - SILENCE
    silent = {batch.pk for batch in at_work if batch.changed_at < latest} - known
    if not silent:
        return known
    with connection.cursor() as cursor:
        cursor.execute(_LOCKED, [list(silent), f"{_LOCK}:"])
        alive = {key for (key,) in cursor.fetchall()}
    return known | (silent - alive)


def work(batch_id: UUID, task: Task, by: AbstractBaseUser | None) -> None:
    """Do a task of an import in the name of `by`. Whatever goes wrong is written into the import.

    Raises AlreadyAtWorkError and NotWaitingError, both before anything is done.
    """
    with Heartbeat(batch_id) as heartbeat:
        # The file may be large, and is written back with nothing else.
        batch = ImportBatch.objects.defer("content", "report").filter(pk=batch_id).first()
        if batch is None:
            raise NotWaitingError(f"There is no import {batch_id}.")
        if batch.status not in WAITS_FOR[task]:
            state = batch.get_status_display().lower()
            raise NotWaitingError(f"The import is {state}: it does not wait for {task}.")
        try:
            if task == Task.UNDO:
                heartbeat("undoing", 0, 0)
                undo(batch, by=by, progress=heartbeat)
            elif batch.status == ImportStatus.PUBLISHING:
                publish_later(batch, by=by, progress=heartbeat)
            else:
                _import(batch, task, by, heartbeat)
        except UndoRefused as refused:
            _fail(batch_id, refused.reasons)
        except InputError as error:
            _fail(batch_id, [_DESK_MESSAGES.get(error.code, str(error))])
        except PermissionDenied as error:
            _fail(batch_id, [str(error)])
        except Exception as error:  # shown at the desk, whatever it is
            log.exception("The import %s failed.", batch_id)
            what = " ".join(f"{type(error).__name__}: {error}".split())
            _fail(
                batch_id,
                [f"An error in the program or its database ended the import. {what[:500]}"],
            )


def _import(
    batch: ImportBatch, task: Task, by: AbstractBaseUser | None, heartbeat: Heartbeat
) -> None:
    content = ImportBatch.objects.values_list("content", flat=True).get(pk=batch.pk)
    if content is None:
        raise InputError("no_content", "The file is no longer stored. Upload it again.")
    publishes = batch.publishes if task == Task.DRY_RUN else task == Task.PUBLISH
    options = ImportOptions(
        source=batch.source_ref,
        publishes=publishes,
        is_partial=batch.is_partial,
        is_dry_run=task == Task.DRY_RUN,
        withdraws=batch.withdraws,
        restores=batch.restores and publishes,
        reason=batch.reason,
        nature=batch.stated_nature,
    )
    heartbeat("reading", 0, 0)
    with open_stream(io.BytesIO(content), batch.file_name) as tree:
        del content
        recognised, unknown = find_formats(tree, batch.dataset or "auto")
        if len(recognised) > 1:
            names = ", ".join(each.name for each in recognised)
            reason = f"The file holds several data sets: {names}. Upload each data set by itself."
            raise InputError("several_data_sets", reason)
        run(recognised[0], options, by=by, batch=batch, progress=heartbeat)
        append(batch.pk, _unread_files(tree, unknown))


def _unread_files(tree: Tree, folders: list[str]) -> list[ReportLine]:
    reasons = [(each.path, each.reason) for each in tree.left_out]
    reasons += [(folder, "No known data set.") for folder in folders]
    return [ReportLine(SKIPPED, Fault("left_out", reason), path) for path, reason in reasons]


def _fail(batch_id: UUID, reasons: list[str]) -> None:
    """Write into the import why the task was not done, and leave it where it can continue from."""
    more = [f"... and {len(reasons) - SHOWN} more like this"] if len(reasons) > SHOWN else []
    text = "\n".join([*reasons[:SHOWN], *more])
    for pause in (*_PAUSES, None):
        try:
            _write_failure(batch_id, text)
        except (InterfaceError, OperationalError):
            if pause is None:
                raise
            connection.close()
            time.sleep(pause)
        else:
            return


def _write_failure(batch_id: UUID, text: str) -> None:
    rows = ImportBatch.objects.filter(pk=batch_id)
    status, message = rows.values_list("status", "message").get()
    summary = message.partition("\n")[0]
    values: dict[str, Any] = {"status": ImportStatus.FAILED, "stage": "", "message": text}
    if status == ImportStatus.PUBLISHING:  # the written records stay
        values = {"stage": STOPPED, "message": f"{summary}\nNot everything was published. {text}"}
    elif status == ImportStatus.UNDOING:
        values = {
            "status": ImportStatus.DONE,
            "stage": "",
            "message": f"{summary}\nNot undone. {text}",
        }
    rows.update(**values, changed_at=Now(), finished_at=Now())
