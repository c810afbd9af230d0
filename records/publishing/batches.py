"""Publishing many records, a batch per transaction, in one process or side by side in several."""

from __future__ import annotations

import os
from collections import deque
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass
from itertools import islice
from multiprocessing import get_context, parent_process
from threading import Thread
from typing import TYPE_CHECKING

from django.db import connection
from django.db.transaction import TransactionManagementError

from records.publishing.publish import BATCH, CurationRefused, Refusal, publish_by_key

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from multiprocessing.process import BaseProcess
    from uuid import UUID

    from django.contrib.auth.models import AbstractBaseUser

    from records.models import Nature
    from records.registry import Kind


@dataclass(frozen=True)
class Batch:
    """One batch: the records that are published now, and why the others are not."""

    published: list[UUID]
    refusals: list[Refusal]


def publish_in_batches(
    kind: Kind,
    keys: Iterable[UUID],
    *,
    by: AbstractBaseUser | None,
    reason: str = "",
    nature: Nature | None = None,
    size: int = BATCH,
    processes: int = 1,
) -> Iterator[Batch]:
    """Publish many records of one kind, a batch per transaction, so that the desk is never blocked for long.

    A record that is refused is left out and reported; the others of its batch are published. Memory is bounded by the
    batches under way, and each costs a fixed number of queries whatever it holds. With more than one process, batches are
    rendered side by side and stored one after another; each process has a connection of its own, so this is refused
    inside a transaction, whose rows they would not see.
    """
    waiting = iter(keys)
    chunks = iter(lambda: list(islice(waiting, size)), [])
    if processes == 1:
        for chunk in chunks:
            yield _publish_batch(kind.name, chunk, by, reason, nature)
        return
    if connection.in_atomic_block:
        msg = "Several processes cannot publish inside one transaction."
        raise TransactionManagementError(msg)
    connection.close()  # or the children would share it
    with ProcessPoolExecutor(processes, get_context("fork"), _end_with_parent) as pool:

        def submit(chunk: list[UUID]) -> Future[Batch]:
            return pool.submit(_publish_batch, kind.name, chunk, by, reason, nature)

        under_way = deque(submit(chunk) for chunk in islice(chunks, processes * 2))
        while under_way:
            batch = under_way.popleft().result()
            under_way += [submit(chunk) for chunk in islice(chunks, 1)]
            yield batch


def _end_with_parent() -> None:
    """End this process when its parent does; one that was killed cannot stop its children."""
    parent = parent_process()
    if parent is not None:
        Thread(target=_follow, args=(parent,), daemon=True).start()


def _follow(parent: BaseProcess) -> None:
    parent.join()
    os._exit(1)


def _publish_batch(
    kind: str,
    chunk: list[UUID],
    by: AbstractBaseUser | None,
    reason: str,
    nature: Nature | None,
) -> Batch:
    refusals: list[Refusal] = []
    while chunk:
        try:
            published = publish_by_key({kind: chunk}, by, reason, nature)
            return Batch([record.pk for record in published], refusals)
        except CurationRefused as refused:
            refusals += refused.refusals
            out = {refusal.record.pk for refusal in refused.refusals}
            chunk = [key for key in chunk if key not in out]
    return Batch([], refusals)
