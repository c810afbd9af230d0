"""When a published label changes: the documents that show it get a new edition with the label patched.

They are patched as published and never rendered again from working tables, for that would publish drafts.
"""

from __future__ import annotations

import threading
from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count, groupby, islice
from operator import itemgetter
from typing import TYPE_CHECKING, Any
from uuid import UUID

import orjson
from django.db import connection, transaction

from records.models import Action, Nature, PendingLabel, Standing
from records.publishing import feed
from records.publishing.documents import embedded, published, reference_row, to_text
from records.publishing.naming import naming
from records.registry import kind_named

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from records.bulk import Statement
    from records.models import Reference
    from records.publishing.naming import Place
    from records.registry import Kind

#: Labels shown in more documents than this are propagated in batches after the publish, so that it holds up nobody long.
AT_ONCE = 100
#: Documents per transaction then: few, for another publisher may have to wait for a batch, and more are hardly faster.
BATCH = 25
#: Key of the advisory lock that keeps two drains apart.
DRAIN_LOCK = feed.FEED_LOCK + 1


def store_and_propagate(
    entries: Sequence[feed.NewEdition],
    before: Mapping[UUID, Reference],
    turn: feed.Turn,
    beside: Sequence[Statement],
) -> None:
    """Append editions and bring the documents that name those records up to date; `before` is what named them until now."""
    turn = feed.append(entries, turn, beside)
    changed = {
        entry.record_id: entry.kind.name
        for entry in entries
        if entry.record_id in before and before[entry.record_id].body != entry.reference["body"]
    }
    propagate(changed, turn)


def propagate(changed: Mapping[UUID, str], turn: feed.Turn) -> None:
    """Patch all documents that show the records in `changed`, which have kinds; if they are too many, after the commit."""
    is_waiting = turn.is_label_waiting
    while changed:
        shown = naming(changed, kinds=changed.values(), limit=AT_ONCE + 1)
        if len(shown) > AT_ONCE:
            _postpone(changed, turn.moment)
            is_waiting = True
        if not shown or len(shown) > AT_ONCE:
            break
        patches = _patch(shown, turn.position)
        turn = feed.append(patches.entries, turn)
        changed = patches.relabelled
    if is_waiting:
        transaction.on_commit(drain_aside)


def _postpone(changed: Iterable[UUID], moment: datetime) -> None:
    """Leave labels to `drain()`, which goes through all their documents, whatever was done for an earlier change."""
    PendingLabel.objects.bulk_create(
        [PendingLabel(record_id=key, since=moment) for key in changed],
        update_conflicts=True,
        unique_fields=["record_id"],
        update_fields=["since", "done_kind", "done_id"],
    )


@dataclass
class Patches:
    """New editions of documents in which labels are patched, and what they are made of."""

    seen: int  #: the feed's last position before anything was read
    entries: list[feed.NewEdition] = field(default_factory=list)
    #: Records whose own reference changed because it is made of the labels that were patched, and their kinds.
    relabelled: dict[UUID, str] = field(default_factory=dict)
    #: Every document that was looked at, with all the records of which something was read for it.
    read: dict[Place, set[str]] = field(default_factory=dict)

    def done_again(self, position: int) -> Patches:
        """Patch those documents once more of which something was published since, up to `position`."""
        changed = set(map(str, feed.changed_since(self.seen, position)))
        outdated = {place for place, read in self.read.items() if not changed.isdisjoint(read)}
        if not outdated:
            return self
        ids = {key for _kind, key in outdated}
        again = _patch([place for place in self.read if place in outdated], position)
        again.entries += [entry for entry in self.entries if entry.record_id not in ids]
        again.relabelled |= {key: name for key, name in self.relabelled.items() if key not in ids}
        return again


def _patch(places: Sequence[Place], seen: int) -> Patches:
    """Bring references in the published documents of these records up to date. Those that show nothing old are left alone.

    `seen` is a position that the feed had before, or has while it is held.
    """
    patches = Patches(seen)
    found = []
    for place, text in _documents(places):
        document = orjson.loads(text)
        found.append((place, text, document, embedded(document)))
    bodies, survivors = _bodies({node["id"] for *_others, nodes in found for node in nodes})
    for place, text, document, nodes in found:
        name, key = place
        shown = {node["id"] for node in nodes}
        patches.read[place] = {
            str(key),
            *shown,
            *(survivors[one] for one in shown & survivors.keys()),
        }
        kind = kind_named(name)
        former_states = feed.states_of(document, nodes)
        _replace(nodes, bodies)
        kind.editions.follow(document)
        # An office shows its state, and a tenure both: what was patched for the one may not differ for the other.
        if to_text(document) == text:
            continue
        # Of the text, for the document's own references are patched in place.
        former = orjson.loads(text)
        before = reference_row(kind, former)
        document["revision"] += 1
        entry = feed.NewEdition(
            kind,
            document,
            Action.UPDATED,
            former=former,
            former_states=former_states,
            said_nature=Nature.REFERENCE,
        ).prepare()
        entry.keeps_reference = entry.reference == before
        patches.entries.append(entry)
        if entry.reference["body"] != before["body"]:
            patches.relabelled[key] = name
    return patches


def _documents(places: Iterable[Place]) -> Iterator[tuple[Place, str]]:
    """Read the public documents of these records as they are stored, in this order, one query per kind."""
    for name, those in groupby(places, key=itemgetter(0)):
        keys = [key for _name, key in those]
        current = kind_named(name).editions._default_manager.current().filter(record_id__in=keys)
        texts = dict(current.values_list("record_id", "document"))
        yield from (((name, key), texts[key]) for key in keys if key in texts)


def _bodies(ids: Iterable[str]) -> tuple[dict[str, dict[str, Any]], dict[str, str]]:
    """What is published of the records now, and the survivors of those that were merged, as which they are shown."""
    _seen, found = published(ids)
    survivors = {key: known.merged_into for key, known in found.items() if known.merged_into}
    if survivors:
        _seen, others = published(survivors.values())
        found |= {key: others[survivor] for key, survivor in survivors.items()}
    bodies = {
        str(key): reference.embedded()
        for key, reference in found.items()
        if reference.standing != Standing.WITHDRAWN
    }
    return bodies, {str(key): str(survivor) for key, survivor in survivors.items()}


def _replace(nodes: Iterable[dict[str, Any]], bodies: Mapping[str, dict[str, Any]]) -> None:
    """Show references as `bodies` have them, those within others too."""
    for node in nodes:
        body = bodies.get(node["id"])
        if body is not None and body != node:
            node.clear()
            node.update(body)
            _replace(embedded(node), bodies)


def refresh(kind: Kind, document: dict[str, Any]) -> dict[UUID, str]:
    """Bring the references in a stored document, and what follows from them, up to date.

    Returns the references that are no longer published.
    """
    nodes = embedded(document)
    named = {node["id"]: node["object"] for node in nodes}
    bodies, _survivors = _bodies(named)
    missing = {UUID(key): name for key, name in named.items() if key not in bodies}
    _replace(nodes, bodies)
    if not missing:
        kind.editions.follow(document)
    return missing


def drain(*, size: int = BATCH, batches: int | None = None) -> int:
    """Patch what is pending, a batch per transaction, and return how many documents got a new edition.

    Safe to stop at any moment and to start again: each batch leaves its place. Documents are listed once, and read and
    patched before the feed is locked, the next batch while this one is stored. One that is published meanwhile shows the
    new label already, so what is listed can only be too much. Only one process drains at a time; another returns at once.
    """
    done = 0
    with _reader() as reader:
        work = Work(size, reader)
        for _ in count() if batches is None else range(batches):
            stored = work.store_batch()
            if stored is None:
                break
            done += stored
    return done


@dataclass(frozen=True)
class Labels:
    """Pending labels that changed in one transaction, and how far their propagation has come."""

    ids: frozenset[UUID]
    since: datetime
    done: Place | None  #: the last document that is done

    @classmethod
    def first(cls) -> Labels | None:
        """Return those that have waited longest."""
        oldest = PendingLabel.objects.order_by("since").values("since")[:1]
        rows = list(PendingLabel.objects.filter(since=oldest))
        if not rows:
            return None
        # Each batch leaves one place for all; where there are several all the same, what is done is done again.
        places = {(row.done_kind, row.done_id) for row in rows}
        kind, key = places.pop()
        done = (kind, key) if key and not places else None
        return cls(frozenset(row.record_id for row in rows), rows[0].since, done)

    def leave(self, done: Place | None) -> Labels:
        """Store how far it has come; None says all of it. A label that changed again has another time, and stays pending."""
        rows = PendingLabel.objects.filter(since=self.since, record_id__in=self.ids)
        if done is None:
            rows.delete()
        else:
            rows.update(done_kind=done[0], done_id=done[1])
        return Labels(self.ids, self.since, done)


class Work:
    """One drain: the labels that it propagates, and what is left of their documents."""

    def __init__(self, size: int, reader: ThreadPoolExecutor | None) -> None:
        self._size = size
        self._reader = reader
        self._labels: Labels | None = None  #: as the last batch has left them
        self._left: deque[list[Place]] = deque()
        self._ahead: Future[Patches] | None = None  #: the first of those that are left

    def store_batch(self) -> int | None:
        """Return how many documents got a new edition; None when nothing is pending, or another process drains."""
        with transaction.atomic():
            labels = Labels.first() if _is_only_drain() else None
            if labels is None:
                return None
            if labels != self._labels:
                self._list(labels)
            batch = self._left.popleft() if self._left else []
            patches = self._ahead.result() if self._ahead else _read_ahead(batch)
            self._ahead = None
            if self._left and self._reader:
                self._ahead = self._reader.submit(_read_ahead, self._left[0])
            done = _store(patches)
            self._labels = labels.leave(batch[-1] if self._left else None)
        return done

    def _list(self, labels: Labels) -> None:
        places = iter(naming(labels.ids, beyond=labels.done))
        self._left = deque(iter(lambda: list(islice(places, self._size)), []))
        self._ahead = None


def _read_ahead(places: Sequence[Place]) -> Patches:
    """Patch documents before the feed is locked."""
    return _patch(places, feed.last_position())


def _store(patches: Patches) -> int:
    if not patches.entries:
        return 0
    turn = feed.lock_feed()
    patches = patches.done_again(turn.position)
    feed.append(patches.entries, turn)
    if patches.relabelled:
        _postpone(patches.relabelled, turn.moment)
    return len(patches.entries)


def _is_only_drain() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [DRAIN_LOCK])
        return bool(cursor.fetchone()[0])


@contextmanager
def _reader() -> Iterator[ThreadPoolExecutor | None]:
    """Give a thread that reads on a connection of its own; none inside a transaction, whose rows it would not see."""
    if connection.in_atomic_block:
        yield None
        return
    with ThreadPoolExecutor(1, "read-ahead") as reader:
        try:
            yield reader
        finally:
            reader.submit(_close).result()


def _close() -> None:
    """Close the connection of the thread that this runs in; `connection.close` would be that of the one which says so."""
    connection.close()


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
