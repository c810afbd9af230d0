"""Whether all that is kept beside the editions is what their documents say.

Nothing is computed by other means than publishing has: the documents that are public now are appended once more, to tables
that were emptied, inside a transaction that is rolled back.
"""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import orjson
from django.apps import apps
from django.db import connection, transaction

from records.models import (
    Action,
    Change,
    ChangeOfState,
    DatedPart,
    Edition,
    FormerMoment,
    FormerPart,
    FormerReference,
    Moment,
    MomentPosting,
    PublishedName,
    PublishedWord,
    Reference,
    SumTable,
)
from records.publishing import feed
from records.registry import all_kinds

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.db.models import Model

#: Documents that are appended at once.
BATCH = 500
#: What says when, and by which step, something became public: it is another one the second time.
_OF_THE_STEP = {
    "id", "position", "action", "reason", "merged_into", "document", "published_at", "superseded_at", "since", "revision",
}  # fmt: skip
#: Rows of them that only say what is public now, where there are others.
_CURRENT = "superseded_at IS NULL AND document IS NOT NULL"


def _kept_for_kinds() -> Iterator[type[Model]]:
    for model in apps.get_models():
        if issubclass(model, SumTable) or (
            model.__name__.endswith("Posting") and model is not MomentPosting
        ):
            yield model


def statements() -> dict[str, str]:
    """Return, by table, the statement that reads what is public now off it."""
    found = {}
    everywhere = (Moment, MomentPosting, DatedPart, PublishedName, *_kept_for_kinds())
    tables: list[Any] = [*(kind.editions for kind in all_kinds()), Reference, *everywhere]
    for model in tables:
        names = [field.column for field in model._meta.concrete_fields]
        is_by_id = model is Reference
        columns = ", ".join(
            f'"{name}"' for name in names if name not in _OF_THE_STEP or (is_by_id and name == "id")
        )
        where = "TRUE"
        if issubclass(model, Edition):
            where = _CURRENT
        elif model is Reference:
            where = "standing = 'published'"
        elif issubclass(model, SumTable):
            where = "count <> 0"
        table = model._meta.db_table
        found[table] = f"SELECT ROW({columns})::text FROM {table} WHERE {where}"
    return found


def _read() -> dict[str, Counter[str]]:
    found = {}
    with connection.cursor() as cursor:
        for table, statement in statements().items():
            cursor.execute(statement)
            found[table] = Counter(text for (text,) in cursor.fetchall())
    return found


def differences() -> list[tuple[str, str, str]]:
    """Return every row that is there and should not be, or should be and is not: the table, which of the two, and the row."""
    documents = {
        kind.name: list(
            kind.editions._default_manager.current()
            .order_by("position")
            .values_list("document", flat=True)
        )
        for kind in all_kinds()
    }
    kept = _read()
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT word FROM {PublishedWord._meta.db_table}")
        words = {word for (word,) in cursor.fetchall()}
    with transaction.atomic():
        _empty()
        _append(documents)
        made = _read()
        needed = set(PublishedWord.objects.values_list("word", flat=True))
        transaction.set_rollback(True)
    found = [
        (table, side, row)
        for table in kept
        for side, rows in (
            ("too much", kept[table] - made[table]),
            ("missing", made[table] - kept[table]),
        )
        for row in rows.elements()
    ]
    # Words stay when the last name with them goes.
    found += [(PublishedWord._meta.db_table, "missing", word) for word in sorted(needed - words)]
    return found


def _empty() -> None:
    tables = [
        *statements(),
        *(
            model._meta.db_table
            for model in (
                Change, ChangeOfState, FormerMoment, FormerPart, FormerReference, PublishedWord,
            )
        ),
    ]  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(f"TRUNCATE {', '.join(tables)}")


def _append(documents: dict[str, list[str]]) -> None:
    turn = feed.Turn(0, datetime.now(UTC), is_label_waiting=False)
    for kind in all_kinds():
        texts = documents[kind.name]
        for start in range(0, len(texts), BATCH):
            entries = []
            for text in texts[start : start + BATCH]:
                document = orjson.loads(text)
                # As a first edition: what a later one takes away of the one before is not there.
                document["revision"] = 1
                entries.append(feed.NewEdition(kind, document, Action.PUBLISHED))
            turn = feed.append(entries, turn)
