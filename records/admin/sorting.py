"""A list that is sorted by a column with few values, or mostly without any: group by group, as far as rows are needed.

PostgreSQL reads no index for the whole of such an order, and would sort all rows of the table to show the first ones.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import connection
from django.db.models import ForeignKey, Q

from records.badges import CONDITIONS, Badge

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from django.db.models import QuerySet

    from records.lists import Group

#: Records that a column may name for a group each.
MOST = 100


def groups_of(rows: QuerySet[Any], names: Sequence[str]) -> Iterator[QuerySet[Any]]:
    """Yield the rows in their order: as they are, or in groups if they are sorted by one of these columns."""
    first, *others = rows.query.order_by or ("",)
    name = _sorted_by(rows)
    conditions = list(_conditions(rows.model, name)) if name in names else []
    if not conditions:
        yield rows
        return
    if first != name:
        conditions.reverse()
    for condition, is_one_value in conditions:
        group = rows.filter(condition)
        yield group.order_by(*others) if is_one_value else group


def asked_groups(rows: QuerySet[Any], names: Sequence[str]) -> list[Group]:
    """Return the groups of rows that are sorted by a column of words, each with the column and the word; none where they are not."""
    name = _sorted_by(rows)
    if (
        name not in names
        or name == "badge"
        or not (field := rows.model._meta.get_field(name)).choices
    ):
        return []
    words = _sorted([*([""] if field.blank else []), *field.flatchoices])
    if rows.query.order_by[0] != name:
        words.reverse()
    return [(rows.filter(**{name: word}), name, word) for word in words]


def _sorted_by(rows: QuerySet[Any]) -> str:
    """Return the column that rows are sorted by first, if that is one of their table."""
    first = (*rows.query.order_by, "")[0]
    return first.removeprefix("-") if isinstance(first, str) else ""


def _conditions(model: Any, name: str) -> Iterator[tuple[Q, bool]]:
    """Yield what makes the groups, in order, and whether all rows of a group have one value in the column; nothing where there are many."""
    if name == "badge":
        for value in _sorted(Badge.values):
            yield CONDITIONS.get(Badge(value), Q(editorial_state=value)), True
        return
    field = model._meta.get_field(name)
    if isinstance(field, ForeignKey):
        keys = list(field.related_model._default_manager.values_list("pk", flat=True)[: MOST + 1])
        if len(keys) <= MOST:
            yield from ((Q(**{name: key}), True) for key in keys)
    elif field.choices:
        blank = [""] if field.blank else []
        yield from ((Q(**{name: value}), True) for value in _sorted([*blank, *field.flatchoices]))
    else:
        yield Q(**{name: ""}), True
        yield ~Q(**{name: ""}), False


def _sorted(words: Sequence[Any]) -> list[str]:
    """Return words in the order of the database."""
    texts = [word if isinstance(word, str) else str(word[0]) for word in words]
    with connection.cursor() as cursor:
        cursor.execute("SELECT word FROM unnest(%s::text[]) AS words (word) ORDER BY word", [texts])
        return [word for (word,) in cursor.fetchall()]
