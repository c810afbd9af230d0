"""The change feed, and the one place where editions, references and changes are written."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC
from typing import TYPE_CHECKING, Any

from django.db import connection

from records.bulk import insert
from records.models import Action, Change, PublishedName, Reference, Standing
from records.publishing.documents import edition_row, reference_row

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from records.registry import Kind

#: Key of the advisory lock under which feed positions are drawn ("Chancery" in ASCII).
FEED_LOCK = int.from_bytes(b"Chancery"[:7], "big")


def last_position() -> int:
    """Return the feed's last position, without waiting for other publishers."""
    return Change.objects.order_by("-position").values_list("position", flat=True).first() or 0


def has_changed(record_ids: Sequence[UUID], *, since: int) -> bool:
    """Whether an edition of any of these records was published after that position."""
    return Change.objects.filter(position__gt=since, record_id__in=record_ids).exists()


def lock_feed() -> tuple[int, datetime]:
    """Wait for the feed, hold it until the transaction ends, and return its last position and the time.

    Positions are drawn one after another under this lock, so that they commit in order: a reader that pages by
    position cannot miss a late commit. The time never goes back, whatever the server's clock does.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [FEED_LOCK])
        cursor.execute(
            "SELECT coalesce(max(position), 0), greatest(clock_timestamp(), max(at)) FROM"
            " (SELECT position, at FROM records_change ORDER BY position DESC LIMIT 1) AS last",
        )
        position, moment = cursor.fetchone()
    return position, moment


@dataclass(slots=True)
class NewEdition:
    """One step to append to the feed: an edition with its document, or a tombstone made of the last document."""

    kind: Kind
    document: dict[str, Any]
    action: Action
    reason: str = ""
    merged_into: UUID | None = None

    @property
    def is_tombstone(self) -> bool:
        """Whether the record is not public any more."""
        return self.action in {Action.WITHDRAWN, Action.MERGED}


def append(entries: Sequence[NewEdition], position: int, moment: datetime) -> int:
    """Append editions, feed rows and references, close what they replace, and return the feed's last position.

    Call under `lock_feed()`, with what it returned. Each document says its new revision.
    """
    changes = []
    by_kind: dict[str, list[dict[str, Any]]] = defaultdict(list)
    kinds = {}
    for place, entry in enumerate(entries, start=position + 1):
        document = entry.document
        document["published_at"] = stamp(moment)
        row = {
            **edition_row(entry.kind, document),
            "position": place,
            "action": entry.action,
            "reason": entry.reason,
            "merged_into": entry.merged_into,
        }
        if entry.is_tombstone:
            row["document"] = None
        by_kind[entry.kind.name].append(row)
        kinds[entry.kind.name] = entry.kind
        changes.append(
            {
                "position": place,
                "at": moment,
                "action": entry.action,
                "kind": entry.kind.name,
                "record_id": document["id"],
                "revision": document["revision"],
                "merged_into": entry.merged_into,
            },
        )
    for name, rows in by_kind.items():
        replaced = [row["record_id"] for row in rows if row["revision"] > 1]
        if replaced:
            newest = kinds[name].editions._default_manager.filter(
                record_id__in=replaced, superseded_at=None
            )
            newest.update(superseded_at=moment)
        insert(kinds[name].editions, rows)
    _keep_names(entries)
    insert(Change, changes)
    insert(Reference, [_reference_row(entry) for entry in entries], or_update=True)
    return position + len(entries)


def _keep_names(entries: Sequence[NewEdition]) -> None:
    """Give the records the names that their documents have now; those that are not public any more have none."""
    named = [entry for entry in entries if entry.kind.editions.is_found_by_words]
    replaced = [entry.document["id"] for entry in named if entry.document["revision"] > 1]
    if replaced:
        PublishedName.objects.filter(record_id__in=replaced).delete()
    insert(
        PublishedName,
        [
            row
            for entry in named
            if not entry.is_tombstone
            for row in PublishedName.rows_of(
                entry.kind.name, entry.document, entry.kind.editions.called(entry.document)
            )
        ],
    )


def _reference_row(entry: NewEdition) -> dict[str, Any]:
    row = reference_row(entry.kind, entry.document)
    if entry.is_tombstone:
        row["standing"] = Standing.MERGED if entry.merged_into else Standing.WITHDRAWN
        row["merged_into"] = entry.merged_into
    return row


def stamp(moment: datetime) -> str:
    """Return an instant as documents write it: UTC, to the microsecond, `2026-05-01T09:30:00.000000Z`."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
