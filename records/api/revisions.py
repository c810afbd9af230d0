"""The revisions of one record: the list of them, and why none is served of a record that was withdrawn."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import orjson
from rest_framework import serializers

from config.api.fields import shape_of
from config.api.pagination import Ordering
from config.api.sql import Clause, is_one_of, select, table_of
from records.api.pages import Listing
from records.as_of import is_hidden
from records.models import Action, Reference
from records.publishing.feed import stamp

if TYPE_CHECKING:
    from uuid import UUID

    from config.api.pagination import Row
    from records.registry import Kind

NEWEST_FIRST = Ordering("revision", descending=True)


class RevisionSerializer(serializers.Serializer[Any]):
    """One step in what was published of a record."""

    revision = serializers.IntegerField(
        help_text="1 for the first published version, then counting up."
    )
    action = serializers.ChoiceField(Action.choices, help_text="What happened.")
    published_at = serializers.DateTimeField(help_text="When it became visible (UTC).")
    reason = serializers.CharField(allow_null=True, help_text="Why, as shown to the public.")
    merged_into = serializers.UUIDField(
        allow_null=True, help_text="The surviving record, after a merge."
    )
    url = serializers.CharField(
        help_text="The address of the document as it was then, a path on the same host."
    )


@dataclass(frozen=True, slots=True)
class RevisionListing(Listing):
    """A list of all editions of one record, current or not."""

    @classmethod
    def of(cls, kind: Kind, record_id: UUID) -> RevisionListing:
        """The revisions of a record, newest first."""
        return cls(
            kind.editions,
            ("revision", "action", "published_at", "reason", "merged_into"),
            is_one_of(kind.editions, "record_id", [record_id]),
            (),
            NEWEST_FIRST,
            partial(_revision, kind.path(record_id)),
            shape_of(RevisionSerializer),
        )

    @property
    def _sums(self) -> None:
        """None: the sums count records as they are public now."""


def _revision(address: str, row: Row) -> str:
    revision, action, published_at, reason, merged_into = row[4:]
    return orjson.dumps(
        {
            "revision": revision,
            "action": action,
            "published_at": stamp(published_at),
            "reason": reason or None,
            "merged_into": merged_into,
            "url": f"{address}revisions/{revision}/",
        },
    ).decode()


def withdrawal(kind: Kind, record_id: UUID) -> Clause:
    """A statement for why and when a record was withdrawn, or the one that it was merged into, if nothing of it is served."""
    table, references = table_of(kind.editions), Reference._meta.db_table
    hidden = Clause(f"id = %s AND {is_hidden(f'{references}.id')}", (record_id,))
    start = select("id", references, hidden)
    # From survivor to survivor: any of them may be the one that was withdrawn.
    return Clause(
        f"WITH RECURSIVE leads(id) AS ({start.sql} UNION"  # noqa: S608 - names of ours
        f" SELECT {table}.merged_into FROM {table} JOIN leads ON {table}.record_id = leads.id"
        f" WHERE {table}.merged_into IS NOT NULL)"
        f" SELECT reason, published_at FROM {table} JOIN leads ON {table}.record_id = leads.id"
        " WHERE action = 'withdrawn' ORDER BY position DESC LIMIT 1",
        start.values,
    )
