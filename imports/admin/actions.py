"""The actions on an import at the desk: when they are possible, and for whom."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import transaction
from django.db.models.functions import Now

from imports import worker
from imports.models import AT_WORK, ImportBatch, ImportStatus
from imports.worker import Task, stopped, task_of
from records.publishing.colleagues import name_of
from records.registry import all_kinds, kind_named

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

#: The statuses in which a file waits to be imported, checked again or given up.
UNDECIDED = (ImportStatus.CHECKED, ImportStatus.REJECTED, ImportStatus.FAILED)


@dataclass(frozen=True)
class Action:
    """An action on an import, with a button on its page."""

    name: str  #: the last part of its address
    label: str  #: of the button
    before: tuple[ImportStatus, ...]  #: the statuses in which it is possible
    after: ImportStatus | None = None  #: the status that it leads to; None leaves it
    task: Task | None = None  #: what a process then does
    needs_file: bool = True  #: whether the uploaded file must still be stored
    publishes: bool | None = None  #: the import's `publishes` afterwards; None leaves it


IMPORT = Action(
    "import",
    "Import as drafts",
    (ImportStatus.CHECKED,),
    ImportStatus.RUNNING,
    Task.IMPORT,
    publishes=False,
)
PUBLISH = Action(
    "publish",
    "Import and publish",
    (ImportStatus.CHECKED,),
    ImportStatus.RUNNING,
    Task.PUBLISH,
    publishes=True,
)
CHECK = Action("check", "Check again", UNDECIDED, ImportStatus.CHECKING, Task.DRY_RUN)
GIVE_UP = Action("give-up", "Give up", (*UNDECIDED, ImportStatus.CHECKING, ImportStatus.RUNNING))
PUBLISH_LATER = Action(
    "publish-later",
    "Publish what was imported",
    (ImportStatus.DONE,),
    ImportStatus.PUBLISHING,
    Task.PUBLISH,
    needs_file=False,
    publishes=True,
)
GO_ON = Action("go-on", "Go on", AT_WORK, needs_file=False)
UNDO = Action(
    "undo",
    "Undo…",
    (ImportStatus.DONE, ImportStatus.PUBLISHING),
    ImportStatus.UNDOING,
    Task.UNDO,
    needs_file=False,
)
ACTIONS = {
    action.name: action for action in (IMPORT, PUBLISH, CHECK, GIVE_UP, PUBLISH_LATER, GO_ON, UNDO)
}


def may_publish(user: Any, kinds: Iterable[str] = ()) -> bool:
    """Whether an account may publish records of these kinds; of all kinds, where none is named."""
    known = {kind.name for kind in all_kinds()}
    models = [kind_named(name).model for name in known.intersection(kinds) or known]
    return all(
        user.has_perm(f"{model._meta.app_label}.publish_{model._meta.model_name}")
        for model in models
    )


def may_publish_at_once(user: Any, kinds: Iterable[str] = ()) -> bool:
    """Whether an account may publish what it imports: not where somebody else has to, who then publishes what was imported."""
    return not settings.SECOND_PERSON and may_publish(user, kinds)


def is_allowed(user: Any, action: Action, batch: ImportBatch) -> bool:
    """Whether an account may do this with an import, whatever its status.

    An import belongs to its uploader, and to everybody who may publish the kinds of record in it.
    """
    if not user.has_perm("imports.change_importbatch"):
        return False
    publishes = may_publish(user, batch.records)
    if action == PUBLISH:
        return may_publish_at_once(user, batch.records)
    if action == PUBLISH_LATER:
        return publishes
    return publishes or (batch.by_id is not None and batch.by_id == user.pk)


def who_may(action: Action, batch: ImportBatch) -> str:
    """Say to whom an import belongs, for those who may not do something with it."""
    if action == PUBLISH and settings.SECOND_PERSON:
        return "What is imported is published by somebody else than who imports it: import it as drafts first."
    who = "those who may publish all kinds of record in it"
    if action not in {PUBLISH, PUBLISH_LATER} and batch.by is not None:
        who = f"{name_of(batch.by)}, who uploaded it, and {who}"
    return f"This is for {who}."


def is_possible(action: Action, batch: Any) -> bool:
    """Whether the import is in a status for this action; its annotation `has_file` says whether its file is stored."""
    if batch.status not in action.before or (action.needs_file and not batch.has_file):
        return False
    if batch.status not in AT_WORK:
        return True
    # An import by command that has not written its records yet can only be repeated by command.
    is_written = batch.status in {ImportStatus.PUBLISHING, ImportStatus.UNDOING}
    return (is_written or batch.has_file) and batch.pk in stopped([batch])


def perform(action: Action, batch: Any, user: Any, form: Mapping[str, str]) -> bool:
    """Do it unless the import has changed since the person saw it; of two at once, one does. Return whether it was done.

    `form` has `seen`, the time of the check that was shown, and `is_partial`, `publishes` and `restores` for a new check.
    """
    if not is_possible(action, batch):
        return False
    if action in {IMPORT, PUBLISH} and form.get("seen") != seen(batch):
        return False
    values: dict[str, Any] = {"changed_at": Now(), "stage": ""}
    if action == GIVE_UP:
        note = f"Given up by {user.get_full_name() or user.get_username()}."
        values |= {"content": None, "message": f"{batch.message}\n{note}"}
        if batch.status in AT_WORK:  # and its process has ended, before anything was written
            values |= {"status": ImportStatus.FAILED, "finished_at": Now()}
    elif action != GO_ON:
        values |= {"status": action.after, "done": 0, "total": 0, "finished_at": None}
    if action.publishes is not None:
        values["publishes"] = action.publishes
    if action == CHECK:
        values["is_partial"] = "is_partial" in form
        values["publishes"] = "publishes" in form and may_publish_at_once(user, batch.records)
        values["restores"] = "restores" in form and values["publishes"]
    # Every action changes this time.
    as_seen = ImportBatch.objects.filter(
        pk=batch.pk, status=batch.status, changed_at=batch.changed_at
    )
    with transaction.atomic():
        is_done = bool(as_seen.update(**values))
        task = task_of(batch) if action == GO_ON else action.task
        if is_done and task is not None:
            transaction.on_commit(partial(worker.start, batch.pk, task, user))
    return is_done


def seen(batch: ImportBatch) -> str:
    """Return the time of the last check, which a form sends back to show which check was seen."""
    return batch.finished_at.isoformat() if batch.finished_at else ""
