"""What else has to be published for some records to be published: the closure of their unpublished references."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from records.publishing.publish import preview

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from uuid import UUID

    from records.models import Record
    from records.publishing.publish import Refusal


@dataclass(frozen=True)
class Gathering:
    """Records to be published together."""

    asked: tuple[Record, ...]  #: those that were asked for
    also: tuple[
        Record, ...
    ]  #: those that they name, directly or not, and that are not published yet
    reasons: tuple[Refusal, ...]  #: why those asked for cannot be published alone
    obstacles: tuple[Refusal, ...]  #: what would still refuse all of them together
    fingerprints: Mapping[UUID, str]  #: of what would be public of each, for `publish(seen=...)`
    documents: Mapping[UUID, str]  #: of each, where it was asked when they would be published

    @property
    def together(self) -> tuple[Record, ...]:
        return self.asked + self.also


def gather(*records: Record, at: datetime | None = None) -> Gathering:
    """Find what these records need, and what that needs in turn. Writes nothing.

    The documents are made as `preview` makes them.
    """
    found = {record.pk: record for record in records}
    together = preview(*records, at=at)
    reasons = together.refusals
    while named := {
        record.pk: record
        for refusal in together.refusals
        for record in refusal.publish_first
        if record.pk not in found
    }:
        found |= named
        together = preview(*found.values(), at=at)
    also = tuple(record for record in found.values() if record not in records)
    return Gathering(
        tuple(records),
        also,
        tuple(reasons),
        tuple(together.refusals),
        together.fingerprints,
        together.documents,
    )
