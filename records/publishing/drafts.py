"""What records say, as documents: as the public would read them now, as it read them, and as the desk had them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import orjson
from django.utils import timezone

from records.models import EditorialState
from records.publishing.dependencies import gather
from records.publishing.documents import (
    DocumentReferences,
    complete,
    labels_at_desk,
    missing_in,
    serialise,
)
from records.publishing.prefetch import made_of
from records.publishing.publish import preview
from records.publishing.steps import rows_after
from records.registry import kind_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from records.models import Record
    from records.publishing.publish import Refusal
    from records.publishing.steps import Rows, Step


@dataclass(frozen=True)
class Draft:
    """The document of a record as it would be, were it published now."""

    text: str  #: as it would be served, byte for byte; empty where none can be made
    refusals: Sequence[Refusal]  #: why it cannot be published
    also: Sequence[Record]  #: what would be published with it, for it names these


def draft_of(record: Record, *, at: datetime | None = None) -> Draft:
    """Return what publishing the working record at this instant would serve, with what it names and is not public yet."""
    if record.editorial_state == EditorialState.MERGED:
        return Draft("", (), ())
    at = at or timezone.now()
    gathering = gather(record, at=at)
    documents = gathering.documents
    # What it names was merged: it is shown all the same.
    if record.pk not in documents and gathering.also:
        documents = preview(record, at=at).documents
    return Draft(documents.get(record.pk, ""), gathering.obstacles, gathering.also)


def document_after(record: Record, step: Step) -> dict[str, Any] | None:
    """Return what the desk had after a step of the record's history, as a document; None where there was no record.

    Other records appear as they are called now.
    """
    rows = rows_after(type(record), record.pk, step)
    return document_of(record, rows) if rows[type(record)] else None


def document_of(record: Record, rows: Rows) -> dict[str, Any]:
    """Return the document of these rows of a record and its parts."""
    kind = kind_of(record)
    references = DocumentReferences({})
    drafts = serialise(kind, [made_of(kind, rows)], references)
    complete(drafts, references)
    references.stand_in(labels_at_desk(missing_in(drafts)))
    # As a reader of a revision has it, in which what is the same is one object no more.
    document: dict[str, Any] = orjson.loads(orjson.dumps(drafts[0].document))
    return document


def revisions_of(record: Record) -> list[Any]:
    """Return the editions of a record, newest first, tombstones included."""
    editions = kind_of(record).editions._default_manager.filter(record_id=record.pk)
    return list(editions.order_by("-revision"))
