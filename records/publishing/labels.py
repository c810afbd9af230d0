"""When a published label changes: the documents that show it get a new edition with the label patched.

They are patched as published and never rendered again from working tables, for that would publish drafts.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any
from uuid import UUID

import orjson
from django.db import connection, transaction

from records.models import Action, PendingLabel, Reference, Standing
from records.publishing import feed
from records.publishing.documents import embedded, reference_to, to_text
from records.registry import all_kinds

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from records.registry import Kind

#: A label shown in more documents than this is propagated in batches after the publish.
AT_ONCE = 1_000
#: Documents per transaction then, so that the desk is never blocked for long.
BATCH = 500
#: Key of the advisory lock that keeps two drains apart.
DRAIN_LOCK = feed.FEED_LOCK + 1


def store_and_propagate(
    entries: Sequence[feed.NewEdition], position: int, moment: datetime
) -> None:
    """Append editions and bring the documents that name those records up to date."""
    known = Reference.objects.in_bulk([UUID(entry.document["id"]) for entry in entries])
    bodies = {key: reference.body for key, reference in known.items()}
    position = feed.append(entries, position, moment)
    changed = {
        key
        for entry in entries
        if (key := UUID(entry.document["id"])) in bodies
        and bodies[key] != reference_to(entry.kind, entry.document).body
    }
    propagate(changed, position, moment)


def propagate(changed: set[UUID], position: int, moment: datetime) -> None:
    """Patch all documents that show the records in `changed`; what is shown too often is patched after the commit."""
    _patch_all(changed, position, moment)
    if PendingLabel.objects.exists():
        transaction.on_commit(drain_aside)


def _patch_all(changed: set[UUID], position: int, moment: datetime) -> None:
    while changed:
        now: set[UUID] = set()
        later: set[UUID] = set()
        for key in changed:
            (later if _is_shown_too_often(key) else now).add(key)
        PendingLabel.objects.bulk_create(
            [PendingLabel(record_id=key, since=moment) for key in later],
            update_conflicts=True,
            unique_fields=["record_id"],
            update_fields=["since"],
        )
        entries = (
            [
                entry
                for kind in all_kinds()
                for entry in _patched(
                    kind, kind.editions._default_manager.current().filter(refs__overlap=list(now))
                )
            ]
            if now
            else []
        )
        changed = _relabelled(entries)
        position = feed.append(entries, position, moment)


def drain(*, size: int = BATCH, batches: int | None = None) -> int:
    """Patch what is pending, a batch per transaction, and return how many documents got a new edition.

    Safe to stop at any moment and to start again: a document is done when its edition is younger than the change.
    Only one process drains at a time; another returns at once.
    """
    done = 0
    while batches is None or batches > 0:
        batches = None if batches is None else batches - 1
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [DRAIN_LOCK])
                if not cursor.fetchone()[0]:
                    return done
            position, moment = feed.lock_feed()
            pending = PendingLabel.objects.order_by("since", "record_id").first()
            if pending is None:
                return done
            entries = _stale(pending, size)
            if not entries:
                pending.delete()
            again = _relabelled(entries)
            _patch_all(again, feed.append(entries, position, moment), moment)
        done += len(entries)
    return done


def _stale(pending: PendingLabel, size: int) -> list[feed.NewEdition]:
    entries: list[feed.NewEdition] = []
    for kind in all_kinds():
        stale = kind.editions._default_manager.current().filter(
            refs__contains=[pending.record_id],
            published_at__lt=pending.since,
        )
        # Unchanged ones too: what has no newer edition would be stale for ever.
        entries += _patched(kind, stale.order_by("id")[: size - len(entries)], all_of_them=True)
        if len(entries) >= size:
            break
    return entries


def _is_shown_too_often(key: UUID) -> bool:
    left = AT_ONCE
    for kind in all_kinds():
        shown = kind.editions._default_manager.current().filter(refs__contains=[key])
        left -= shown.values("id")[: left + 1].count()
        if left < 0:
            return True
    return False


def _patched(kind: Kind, editions: Any, *, all_of_them: bool = False) -> list[feed.NewEdition]:
    """Bring documents up to date; those that show nothing new only with `all_of_them`."""
    entries = []
    found = list(editions.values_list("revision", "document"))
    documents = [orjson.loads(document) for _revision, document in found]
    bodies = _bodies({UUID(node["id"]) for document in documents for node in embedded(document)})
    for (revision, before), document in zip(found, documents, strict=True):
        _replace(document, bodies)
        kind.editions.follow(document)
        # An office shows its state, and a tenure both: what was patched for the one may not differ for the other.
        if not all_of_them and to_text(document) == before:
            continue
        document["revision"] = revision + 1
        entries.append(feed.NewEdition(kind, document, Action.UPDATED))
    return entries


def _relabelled(entries: Iterable[feed.NewEdition]) -> set[UUID]:
    """Records whose own reference changed because it shows the references that were patched."""
    composed = {
        UUID(entry.document["id"]): reference_to(entry.kind, entry.document).body
        for entry in entries
        if entry.kind.editions.reference_needs_references
    }
    before = Reference.objects.in_bulk(list(composed))
    return {key for key, body in composed.items() if before[key].body != body}


def _bodies(keys: set[UUID]) -> dict[str, dict[str, Any]]:
    """What is published now of the records, and of those that references to them show.

    A merged one is shown as its survivor.
    """
    bodies = _bodies_of(keys)
    within = {UUID(node["id"]) for node in embedded(list(bodies.values()))} - keys
    return bodies | _bodies_of(within) if within else bodies


def _bodies_of(keys: set[UUID]) -> dict[str, dict[str, Any]]:
    found = Reference.objects.in_bulk(list(keys))
    survivors = Reference.objects.in_bulk(
        [reference.merged_into for reference in found.values() if reference.merged_into],
    )
    return {
        str(key): (
            survivors[reference.merged_into] if reference.merged_into else reference
        ).embedded()
        for key, reference in found.items()
        if reference.standing != Standing.WITHDRAWN
    }


def _replace(document: dict[str, Any], bodies: dict[str, dict[str, Any]]) -> dict[UUID, str]:
    missing = {}
    for node in embedded(document):
        body = bodies.get(node["id"])
        if body is None:
            missing[UUID(node["id"])] = node["object"]
        else:
            node.clear()
            node.update(body)
    return missing


def refresh(kind: Kind, document: dict[str, Any]) -> dict[UUID, str]:
    """Bring the references in a stored document, and what follows from them, up to date.

    Returns the references that are no longer published.
    """
    missing = _replace(document, _bodies({UUID(node["id"]) for node in embedded(document)}))
    if not missing:
        kind.editions.follow(document)
    return missing


def drain_aside() -> None:
    """Drain in a thread of its own, so that the publisher's answer does not wait for it.

    What a stopped process leaves is done by the next publish, or by `manage.py propagate_labels`.
    """
    threading.Thread(target=_drain_and_close, name="propagate-labels", daemon=True).start()


def _drain_and_close() -> None:
    try:
        drain()
    finally:
        connection.close()
