"""What can be done with an import at the desk, when, and by whom."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models.functions import Now

from imports import starting
from imports.models import AT_WORK, ImportBatch, ImportStatus
from imports.pulse import stopped
from imports.starting import Step, step_of
from records.registry import all_kinds, kind_named

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

#: Where a file waits for somebody to decide what becomes of it.
UNDECIDED = (ImportStatus.CHECKED, ImportStatus.REJECTED, ImportStatus.FAILED)


@dataclass(frozen=True)
class Act:
    """One thing that can be done with an import."""

    name: str  #: the last part of its address
    words: str  #: on the button
    before: tuple[ImportStatus, ...]  #: the statuses in which it makes sense
    after: ImportStatus | None = None  #: the status that it leads to; None leaves it
    step: Step | None = None  #: what a process then does
    needs_file: bool = True  #: whether the uploaded file has to be there still
    publishes: bool | None = None  #: what it sets; None leaves it


IMPORT = Act(
    "import",
    "Import as drafts",
    (ImportStatus.CHECKED,),
    ImportStatus.RUNNING,
    Step.IMPORT,
    publishes=False,
)
PUBLISH = Act(
    "publish",
    "Import and publish",
    (ImportStatus.CHECKED,),
    ImportStatus.RUNNING,
    Step.PUBLISH,
    publishes=True,
)
CHECK = Act("check", "Check again", UNDECIDED, ImportStatus.CHECKING, Step.DRY_RUN)
GIVE_UP = Act("give-up", "Give up", (*UNDECIDED, ImportStatus.CHECKING, ImportStatus.RUNNING))
PUBLISH_LATER = Act(
    "publish-later",
    "Publish what was imported",
    (ImportStatus.DONE,),
    ImportStatus.PUBLISHING,
    Step.PUBLISH,
    needs_file=False,
    publishes=True,
)
GO_ON = Act("go-on", "Go on", AT_WORK, needs_file=False)
UNDO = Act(
    "undo",
    "Undo…",
    (ImportStatus.DONE, ImportStatus.PUBLISHING),
    ImportStatus.UNDOING,
    Step.UNDO,
    needs_file=False,
)
ACTS = {act.name: act for act in (IMPORT, PUBLISH, CHECK, GIVE_UP, PUBLISH_LATER, GO_ON, UNDO)}


def may_publish(user: Any, kinds: Iterable[str] = ()) -> bool:
    """Whether an account may publish records of these kinds; of all kinds, where none is named."""
    known = {kind.name for kind in all_kinds()}
    models = [kind_named(name).model for name in known.intersection(kinds) or known]
    return all(
        user.has_perm(f"{model._meta.app_label}.publish_{model._meta.model_name}")
        for model in models
    )


def may(user: Any, act: Act, batch: ImportBatch) -> bool:
    """Whether an account may do that with an import, whatever its status.

    One's own imports are one's own; those of others, and of commands, belong to who may publish what is in them.
    """
    if not user.has_perm("imports.change_importbatch"):
        return False
    publishes = may_publish(user, batch.records)
    if act in {PUBLISH, PUBLISH_LATER}:
        return publishes
    return publishes or (batch.by_id is not None and batch.by_id == user.pk)


def fits(act: Act, batch: Any) -> bool:
    """Whether the act makes sense as the import stands; `batch` says in `has_file` whether its file is there still."""
    if batch.status not in act.before or (act.needs_file and not batch.has_file):
        return False
    if batch.status not in AT_WORK:
        return True
    # What a command was at work on, and had not written yet, only the command can do again.
    is_written = batch.status in {ImportStatus.PUBLISHING, ImportStatus.UNDOING}
    return (is_written or batch.has_file) and batch.pk in stopped([batch])


def do(act: Act, batch: Any, user: Any, given: Mapping[str, str]) -> bool:
    """Do it if the import still stands as the person saw it; of two who do it at once, one does. Tells whether it was done.

    `given` is what the form sent: `seen`, the time of the check that was shown; `is_partial` and `publishes` for a new check.
    """
    if not fits(act, batch):
        return False
    if act in {IMPORT, PUBLISH} and given.get("seen") != seen(batch):
        return False
    values: dict[str, Any] = {"changed_at": Now(), "stage": ""}
    if act == GIVE_UP:
        words = f"Given up by {user.get_full_name() or user.get_username()}."
        values |= {"content": None, "message": f"{batch.message}\n{words}"}
        if batch.status in AT_WORK:  # and its process has ended, before anything was written
            values |= {"status": ImportStatus.FAILED, "finished_at": Now()}
    elif act != GO_ON:
        values |= {"status": act.after, "done": 0, "total": 0, "finished_at": None}
    if act.publishes is not None:
        values["publishes"] = act.publishes
    if act == CHECK:
        values["is_partial"] = "is_partial" in given
        values["publishes"] = "publishes" in given and may_publish(user, batch.records)
    # Whatever is done with an import changes this time.
    as_seen = ImportBatch.objects.filter(
        pk=batch.pk, status=batch.status, changed_at=batch.changed_at
    )
    with transaction.atomic():
        is_done = bool(as_seen.update(**values))
        step = step_of(batch) if act == GO_ON else act.step
        if is_done and step is not None:
            transaction.on_commit(partial(starting.start, batch.pk, step, user))
    return is_done


def seen(batch: ImportBatch) -> str:
    """Return what tells one check of a file from another."""
    return batch.finished_at.isoformat() if batch.finished_at else ""
