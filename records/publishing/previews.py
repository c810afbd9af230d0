"""Previews of records: made of the documents that publishing would make, when a list of the desk asks for them.

Code that writes records need not know of them: triggers remember what was written (`DuePreview`), and nothing else is looked at.
Publishing and merging remove them.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from itertools import islice
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import connection, transaction

from records.at_desk import at_desk
from records.bulk import among, as_array, insertion, run
from records.models import (
    HAS_PREVIEW,
    DatedPartPreview,
    DuePreview,
    EditorialState,
    Reference,
    ReferencePreview,
    preview_of,
)
from records.publishing.documents import (
    DocumentReferences,
    Draft,
    complete,
    edition_row,
    embedded,
    labels_at_desk,
    missing_in,
    reference_row,
    serialise,
    to_text,
)
from records.publishing.feed import stamp
from records.publishing.prefetch import read_as_it_is
from records.registry import all_kinds, kind_named

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from records.bulk import Statement
    from records.models import Record
    from records.registry import Kind

#: Documents that are made together.
BATCH = 500
#: Key of the advisory lock under which previews are made ("Preview" in ASCII).
PREVIEWS_LOCK = int.from_bytes(b"Preview", "big")

#: Keys of records by the names of their kinds.
Keys = dict[str, set[UUID]]


def bring_up_to_date(*, at_most: int | None = None) -> int:
    """Make the previews that are missing or out of date, up to `at_most`, and return how many are left, counted up to a batch."""
    if not _due(after=0):
        return 0
    turns = _Turns(at_most)
    with transaction.atomic():
        _hold()
        while turns.take():
            pass
    return turns.left


def bring_up_to_date_in_turns() -> None:
    """Make all previews that are missing or out of date, after much was written: a list that is asked meanwhile waits for one batch only."""
    turns = _Turns()
    is_more = True
    while is_more:
        with transaction.atomic():
            _hold()
            is_more = turns.take()


def make(keys: Mapping[str, Collection[UUID]]) -> int:
    """Make the previews of records anew, and of those whose previews follow from theirs; return how many were made."""
    made = 0
    waiting: Keys = {name: set(those) for name, those in keys.items()}
    done: set[UUID] = set()
    while waiting:
        batch = _first(waiting)
        changed, count = _make(batch)
        made += count
        done.update(key for those in batch.values() for key in those)
        for name, key in _following(changed):
            if key not in done:
                waiting.setdefault(name, set()).add(key)
    return made


def documents(kind: Kind, keys: Sequence[UUID]) -> dict[UUID, str]:
    """Return the document of each record: as it is public, or else as publishing all that is at the desk would make it.

    That one has the number of the next revision, and the time of the last publication if there was one.
    """
    editions = kind.editions._default_manager.newest().filter(among("record_id", keys))
    newest = {key: rest for key, *rest in editions.values_list("record_id", "revision", "document")}
    texts, others = {}, []
    for record in kind.model._default_manager.filter(among("pk", keys)).order_by():
        if record.is_published and not record.has_unpublished_changes:
            texts[record.pk] = newest[record.pk][1]
        else:
            others.append(record.pk)
    if not others:
        return texts
    drafts, references = _drafts({kind.name: set(others)})
    references.stand_in(labels_at_desk(missing_in(drafts)))
    wholes = _wholes({kind.name: set(others)})
    for draft in drafts:
        key = draft.record.pk
        revision, _text = newest.get(key, (0, ""))
        published_at = draft.record.published_at
        _finish(draft, wholes, revision + 1)
        draft.document["published_at"] = published_at and stamp(published_at)
        texts[key] = to_text(draft.document)
    return texts


def forget(name: str, keys: Collection[UUID]) -> None:
    """Remove the previews of records that were deleted."""
    run(_removal(name, list(keys)))


def removal(records: Iterable[Record]) -> list[Statement]:
    """Return the statements that remove the previews of records: what they say is public, or nobody's any more."""
    keys: defaultdict[str, list[UUID]] = defaultdict(list)
    for record in records:
        keys[record.object_kind].append(record.pk)
    return [statement for name, those in keys.items() for statement in _removal(name, those)]


def _removal(name: str, keys: Sequence[UUID]) -> list[Statement]:
    tables = (
        (preview_of(kind_named(name).editions)._meta.db_table, "record_id"),
        (ReferencePreview._meta.db_table, "id"),
        (DatedPartPreview._meta.db_table, "record_id"),
    )
    return [
        (f'DELETE FROM "{table}" WHERE {key} = ANY(%s::uuid[])', [as_array(keys)])  # noqa: S608 - names of ours
        for table, key in tables
    ]


def _first(waiting: Keys) -> Keys:
    """Take a batch: kinds that are named before those that name them."""
    batch: Keys = {}
    left = BATCH
    for kind in all_kinds():
        if left and (keys := waiting.get(kind.name)):
            batch[kind.name] = set(islice(sorted(keys), left))
            keys -= batch[kind.name]
            left -= len(batch[kind.name])
    for name in [name for name, keys in waiting.items() if not keys]:
        del waiting[name]
    return batch


class _Turns:
    """What is due, taken batch by batch, the oldest first. What cannot be made yet stays due, and is taken again when all others are made."""

    def __init__(self, at_most: int | None = None) -> None:
        self.at_most = at_most
        self.made = self.left = 0
        self._after = self._made_before = 0

    def take(self) -> bool:
        """Make the previews of a batch; return whether there may be more to be made."""
        due = _due(self._after)
        if not due:
            if not self.left or self.made == self._made_before:
                return False
            self._after, self._made_before, self.left = 0, self.made, 0
            return True
        lagging = _lagging((name, key) for _place, name, key in due)
        if lagging and self.at_most is not None and self.made >= self.at_most:
            self.left += len(lagging)
            return False
        if lagging:
            self.made += make(_by_kind(lagging))
            lagging = _lagging(lagging)
            self.left += len(lagging)
        DuePreview.objects.filter(
            pk__in=[place for place, name, key in due if (name, key) not in lagging]
        ).delete()
        self._after = due[-1][0]
        return True


def _hold() -> None:
    """Make others who make previews wait. What they made meanwhile is not made again."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [PREVIEWS_LOCK])


def _due(after: int) -> list[tuple[int, str, UUID]]:
    """Return up to a batch of what was written and is not looked at yet: its places in turn, the kinds and keys of the records."""
    rows = DuePreview.objects.filter(pk__gt=after).order_by("pk")
    return list(rows.values_list("pk", "kind", "record_id")[:BATCH])


def _lagging(keys: Iterable[tuple[str, UUID]]) -> set[tuple[str, UUID]]:
    """Return those of some records that are not public as they are, and whose previews are missing or older."""
    each, values = [], []
    for name, those in _by_kind(keys).items():
        kind = kind_named(name)
        table, preview = kind.model._meta.db_table, preview_of(kind.editions)._meta.db_table
        each.append(
            f'SELECT \'{name}\', record.id FROM "{table}" AS record LEFT JOIN "{preview}" AS preview ON preview.record_id = record.id'  # noqa: S608 - names of ours
            f" WHERE record.id = ANY(%s::uuid[]) AND {HAS_PREVIEW.format('record')}"
            " AND preview.made_of IS DISTINCT FROM record.changed_at"
        )
        values.append(as_array(those))
    if not each:
        return set()
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(each), values)
        return set(cursor.fetchall())


def _by_kind(keys: Iterable[tuple[str, UUID]]) -> Keys:
    found: Keys = {}
    for name, key in keys:
        found.setdefault(name, set()).add(key)
    return found


def _make(batch: Keys) -> tuple[set[UUID], int]:
    """Make previews; return which records stand for something else than before, and how many were made.

    No preview is made of what names records that nothing is known of yet: it is found again.
    """
    drafts, _references = _drafts(batch)
    drafts = [
        draft
        for draft in drafts
        if draft.record.editorial_state != EditorialState.MERGED
        and (draft.record.has_unpublished_changes or not draft.record.is_published)
    ]
    with at_desk():
        before = _stood_for(draft.record.pk for draft in drafts)
    whole = [draft for draft in drafts if not draft.missing]
    wholes = _wholes(batch)
    previews: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
    of_references, parts = [], []
    since = dt.datetime.now(dt.UTC)
    changed = set()
    for draft in whole:
        _finish(draft, wholes, revision=1)
        previews[draft.kind.name].append(_row(draft))
        reference = {**reference_row(draft.kind, draft.document), "since": since}
        of_references.append(reference)
        if before.get(draft.record.pk) != (
            [str(each) for each in reference["state_ids"]],
            reference["facts"],
        ):
            changed.add(draft.record.pk)
        parts += [
            {"record_id": draft.record.pk, "value": "", "party_id": None, "since": since, **part}
            for part in draft.kind.editions.dated_parts(draft.document)
        ]
    if not whole:
        return changed, 0
    those = as_array(draft.record.pk for draft in whole)
    statements: list[Statement] = [
        (
            f"DELETE FROM {DatedPartPreview._meta.db_table} WHERE record_id = ANY(%s::uuid[])",  # noqa: S608 - a name of ours
            [those],
        ),
        insertion(ReferencePreview, of_references, or_update=True),
    ]
    for name, rows in previews.items():
        statements.append(insertion(preview_of(kind_named(name).editions), rows, or_update=True))
    if parts:
        statements.append(insertion(DatedPartPreview, parts))
    run(statements)
    return changed, len(whole)


def _drafts(batch: Keys) -> tuple[list[Draft], DocumentReferences]:
    """Make the documents of records, with what the desk knows of those that they name."""
    drafts: list[Draft] = []
    references = DocumentReferences({})
    with at_desk():
        for name, keys in batch.items():
            drafts += serialise(kind_named(name), read_as_it_is(kind_named(name), keys), references)
        complete(drafts, references)
    return drafts, references


def _finish(draft: Draft, wholes: Collection[UUID], revision: int) -> None:
    """Say in a document what publishing says: its revision, the day on which it is known, and whether it has parts."""
    draft.document.update(revision=revision, known_on=dt.datetime.now(dt.UTC).date().isoformat())
    if draft.kind.editions.whole_member:
        draft.document["has_parts"] = draft.record.pk in wholes


def _row(draft: Draft) -> dict[str, Any]:
    """Return the row of a preview."""
    columns = edition_row(draft.kind, draft.document, embedded(draft.document))
    kept = {field.attname for field in preview_of(draft.kind.editions)._meta.concrete_fields}
    return {
        **{name: value for name, value in columns.items() if name in kept},
        "published_at": draft.record.published_at,
        "made_of": draft.record.changed_at,
    }


def _stood_for(keys: Iterable[UUID]) -> dict[UUID, tuple[list[str], dict[str, Any]]]:
    """Return what others may say of records that they name, as far as it is known."""
    rows = Reference.objects.filter(pk__in=list(keys)).values_list("pk", "state_ids", "facts")
    return {key: ([str(each) for each in states], facts) for key, states, facts in rows}


def _wholes(batch: Keys) -> set[UUID]:
    """Return the records of a batch that have parts."""
    found: set[UUID] = set()
    for name, keys in batch.items():
        kind = kind_named(name)
        if member := kind.editions.whole_member:
            parts = kind.model._default_manager.exclude(editorial_state=EditorialState.MERGED)
            whole = f"{member}_id"
            found.update(
                parts.order_by().filter(**{f"{whole}__in": keys}).values_list(whole, flat=True)
            )
    return found


def _following(changed: Collection[UUID]) -> list[tuple[str, UUID]]:
    """Return the previews of records that name any of these."""
    if not changed:
        return []
    each = " UNION ALL ".join(
        f"SELECT '{kind.name}', record_id FROM \"{preview_of(kind.editions)._meta.db_table}\" WHERE refs && %s::uuid[]"  # noqa: S608 - names of ours
        for kind in all_kinds()
    )
    kinds: list[Kind] = list(all_kinds())
    with connection.cursor() as cursor:
        cursor.execute(each, [as_array(changed)] * len(kinds))
        return list(cursor.fetchall())
