"""Records that say again, or still, what the public reads: nothing of them waits to be published."""

from __future__ import annotations

from typing import TYPE_CHECKING

import orjson
from django.db.models.functions import Now
from django.utils import timezone

from records.bulk import among
from records.models import UNDER_REVIEW, Review
from records.publishing.differences import says_the_same
from records.publishing.previews import forget
from records.publishing.publish import newest_by_record, preview
from records.registry import all_kinds, kind_named, kind_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping
    from datetime import datetime
    from uuid import UUID

    from records.models import Record


def settle(
    keys: Mapping[str, Collection[UUID]],
    *,
    at: datetime | None = None,
    renamed: Mapping[UUID, UUID] | None = None,
) -> None:
    """Mark changed records, by the names of their kinds, as published as they are, where they say what is public of them.

    They are held. One under review stays as it is: its reviewer says what becomes of it. `at` is the time of a publication in
    this transaction, if there was one. Labels of others, and references to what is `renamed`, may still be on their way into
    public documents (`records.publishing.labels`).
    """
    changed: list[Record] = []
    for kind in all_kinds():
        rows = kind.model._default_manager.filter(among("pk", keys.get(kind.name, ())))
        changed += [row for row in rows.order_by("pk") if row.has_unpublished_changes]
    if changed:
        reviewed = Review.objects.filter(
            among("record_id", [each.pk for each in changed]), state__in=UNDER_REVIEW
        )
        under_review = set(reviewed.values_list("record_id", flat=True))
        changed = [each for each in changed if each.pk not in under_review]
    for name, same in as_published(changed, renamed or {}).items():
        rows = kind_named(name).model._default_manager.filter(among("pk", same))
        rows.update(published_at=at or Now(), writers=[])
        forget(name, same)


def as_published(
    records: Iterable[Record], renamed: Mapping[UUID, UUID] | None = None
) -> dict[str, list[UUID]]:
    """Return the keys of those published records that say what the public reads, by the names of their kinds."""
    published = [each for each in records if each.is_published]
    if not published:
        return {}
    newest = newest_by_record(published)
    documents = preview(*published, at=timezone.now()).documents
    same: dict[str, list[UUID]] = {}
    for each in published:
        public = newest[each.pk].document
        for former, now in (renamed or {}).items():
            public = public.replace(str(former), str(now))
        kind = kind_of(each)
        if says_the_same(kind, orjson.loads(public), orjson.loads(documents[each.pk])):
            same.setdefault(kind.name, []).append(each.pk)
    return same
