"""What must be true of a database, whatever was killed while it was written: one declaration each, checked by SQL."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pghistory
from django.apps import apps
from django.db import connection, models

from records.models import (
    DatedPart,
    Moment,
    MomentPosting,
    PublishedName,
)
from records.registry import all_kinds

if TYPE_CHECKING:
    from collections.abc import Iterator

#: What breaks an invariant is shown up to here.
SHOWN = 5
ROOMS = ("records", "people", "events", "agreements", "imports")


@dataclass(frozen=True)
class Invariant:
    """A sentence, and statements that give a row for everything that breaks it."""

    name: str
    statements: tuple[str, ...]

    def broken(self) -> list[tuple[Any, ...]]:
        found: list[tuple[Any, ...]] = []
        with connection.cursor() as cursor:
            for statement in self.statements:
                cursor.execute(statement)
                found += cursor.fetchall()
        return found


def all_invariants() -> list[Invariant]:
    """Return every invariant, in the order of the table that is printed."""
    return [
        *(Invariant(name, (statement,)) for name, statement in _OF_THE_FEED.items()),
        *(
            Invariant(name, tuple(statement.format(**words) for words in _words_of_kinds()))
            for name, statement in _OF_EACH_KIND.items()
        ),
        Invariant(
            "Nothing is listed, found or counted by a record that is not public.",
            tuple(_not_public()),
        ),
        Invariant(
            "The audit of each row ends with what the row is, or with its deletion.",
            tuple(_audited()),
        ),
        Invariant("Every foreign key leads to a row.", tuple(_orphans())),
    ]


#: Of tables that all kinds share.
_OF_THE_FEED = {
    "Positions of the feed are 1, 2, 3 ... without a gap.": """
        SELECT last, number FROM (SELECT coalesce(max(position), 0) AS last, count(*) AS number FROM records_change) AS feed
        WHERE last <> number""",
    "The feed's time never goes back.": """
        SELECT position FROM (SELECT position, at, lag(at) OVER (ORDER BY position) AS before FROM records_change) AS feed
        WHERE at < before""",
    "The feed of each state names changes that are there.": """
        SELECT state_id, position FROM records_changeofstate AS part
        WHERE NOT EXISTS (SELECT FROM records_change AS feed WHERE feed.position = part.position AND feed.kind = part.kind)""",
    "No label waits to be propagated.": "SELECT record_id FROM records_pendinglabel",
    "Only merged references lead on, to a record that has a reference.": """
        SELECT id FROM records_reference AS gone WHERE merged_into IS NOT NULL
        AND NOT EXISTS (SELECT FROM records_reference AS kept WHERE kept.id = gone.merged_into)""",
}

#: Of each kind: `{editions}`, `{records}` and `{history}` are its tables, `{kind}` is its name.
_OF_EACH_KIND = {
    "Every record that was ever published has exactly one newest edition.": """
        SELECT record_id, '{kind}' FROM {editions} GROUP BY record_id
        HAVING count(*) FILTER (WHERE superseded_at IS NULL) <> 1""",
    "The newest edition is the last revision, and revisions have no gaps.": """
        SELECT record_id, '{kind}' FROM {editions} GROUP BY record_id
        HAVING count(*) <> max(revision) OR max(revision) <> max(revision) FILTER (WHERE superseded_at IS NULL)""",
    "An edition ends when the next one is published.": """
        SELECT record_id, '{kind}' FROM (SELECT record_id, superseded_at, lead(published_at) OVER (PARTITION BY record_id
        ORDER BY revision) AS next FROM {editions}) AS edition WHERE superseded_at IS DISTINCT FROM next""",
    "Each edition is a row of the feed, and each row of the feed an edition.": """
        SELECT coalesce(edition.position, feed.position), '{kind}' FROM {editions} AS edition
        FULL JOIN (SELECT * FROM records_change WHERE kind = '{kind}') AS feed ON feed.position = edition.position
        AND feed.record_id = edition.record_id AND feed.revision = edition.revision AND feed.action = edition.action
        AND feed.at = edition.published_at AND feed.merged_into IS NOT DISTINCT FROM edition.merged_into
        WHERE edition.position IS NULL OR feed.position IS NULL""",
    "A document says its own id, revision and time.": """
        SELECT position, '{kind}' FROM {editions} WHERE document IS NOT NULL AND (document::json ->> 'id' <> record_id::text
        OR (document::json ->> 'revision')::int <> revision OR (document::json ->> 'published_at')::timestamptz <> published_at)""",
    "Only withdrawals and mergers have no document.": """
        SELECT position, '{kind}' FROM {editions} WHERE (document IS NULL) <> (action IN ('withdrawn', 'merged'))""",
    "A record is at the desk what its newest edition says.": """
        SELECT coalesce(record.id, edition.record_id), '{kind}' FROM {records} AS record
        FULL JOIN (SELECT * FROM {editions} WHERE superseded_at IS NULL) AS edition ON edition.record_id = record.id
        WHERE record.editorial_state IS DISTINCT FROM CASE edition.action WHEN 'withdrawn' THEN 'withdrawn' WHEN 'merged'
        THEN 'merged' ELSE CASE WHEN edition.action IS NULL THEN 'draft' ELSE 'published' END END""",
    "The reference of a record says what its newest edition says.": """
        SELECT coalesce(reference.id, edition.record_id), '{kind}' FROM (SELECT * FROM records_reference WHERE kind = '{kind}') AS reference
        FULL JOIN (SELECT * FROM {editions} WHERE superseded_at IS NULL) AS edition ON edition.record_id = reference.id
        WHERE reference.standing IS DISTINCT FROM CASE WHEN edition.action IN ('withdrawn', 'merged') THEN edition.action
        ELSE 'published' END OR reference.merged_into IS DISTINCT FROM edition.merged_into""",
    "Whatever was published by somebody, the audit has too.": """
        SELECT feed.position, '{kind}' FROM records_change AS feed WHERE kind = '{kind}' AND nature <> 'reference'
        AND action IN ('published', 'updated', 'withdrawn') AND NOT EXISTS (SELECT FROM {history} AS audit
        WHERE audit.pgh_obj_id = feed.record_id AND audit.published_at = feed.at)""",
}


def _words_of_kinds() -> Iterator[dict[str, str]]:
    for kind in all_kinds():
        model: Any = kind.model
        history = model._meta.get_field("history").related_model
        yield {
            "kind": kind.name,
            "editions": kind.editions._meta.db_table,
            "records": kind.model._meta.db_table,
            "history": history._meta.db_table,
        }


def _not_public() -> Iterator[str]:
    """All that publishing keeps by record beside editions and references."""
    postings = [
        model
        for model in apps.get_models()
        if model.__name__.endswith("Posting") and model is not MomentPosting
    ]
    tables: list[Any] = [PublishedName, DatedPart, Moment, MomentPosting, *postings]
    for model in tables:
        table = model._meta.db_table
        yield (
            f"SELECT DISTINCT record_id, '{table}' FROM {table} AS kept WHERE NOT EXISTS"
            " (SELECT FROM records_reference WHERE id = kept.record_id AND standing = 'published')"
        )


def _audited() -> Iterator[str]:
    """Compare the last version of each row with the row."""
    histories: list[Any] = list(apps.get_models())
    for history in histories:
        if not issubclass(history, pghistory.models.Event):
            continue
        model: Any = history.pgh_tracked_model
        names = {field.column for field in model._meta.concrete_fields}
        columns = [
            field.column
            for field in history._meta.concrete_fields
            if field.column in names and field.column != "pgh_id"
        ]
        one, other = (
            "(" + ", ".join(f'{side}."{name}"' for name in columns) + ")" for side in ("r", "h")
        )
        yield (
            f"SELECT coalesce(r.id::text, h.pgh_obj_id::text), '{model._meta.db_table}' FROM {model._meta.db_table} AS r"
            f" FULL JOIN (SELECT DISTINCT ON (pgh_obj_id) * FROM {history._meta.db_table} ORDER BY pgh_obj_id, pgh_id DESC) AS h"
            " ON h.pgh_obj_id = r.id WHERE (r.id IS NULL AND h.pgh_label <> 'delete')"
            f" OR (r.id IS NOT NULL AND (h.pgh_label = 'delete' OR {one} IS DISTINCT FROM {other}))"
        )


def _is_foreign_key(field: Any) -> bool:
    """Whether the database keeps it: history has the keys of rows that are gone."""
    return isinstance(field, models.ForeignKey) and bool(getattr(field, "db_constraint", False))


def _orphans() -> Iterator[str]:
    for model in apps.get_models():
        if model._meta.app_label not in ROOMS or not model._meta.managed:
            continue
        fields: list[Any] = list(model._meta.concrete_fields)
        for field in fields:
            if _is_foreign_key(field):
                target = field.related_model
                yield (
                    f"SELECT '{model._meta.db_table}.{field.column}', part.\"{field.column}\"::text FROM {model._meta.db_table} AS part"
                    f' WHERE part."{field.column}" IS NOT NULL AND NOT EXISTS (SELECT FROM {target._meta.db_table} AS whole'
                    f' WHERE whole."{field.target_field.column}" = part."{field.column}")'
                )
