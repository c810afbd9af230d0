"""The published records that a caller may have meant with a reference that names none.

Drafts, withdrawn and merged records are never suggested: only what stands as published is looked at.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import connection

from config.faults import nearest
from records.lookup.names import id_of
from records.models import Reference, Standing
from records.registry import kind_named

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from records.registry import Kind

#: Records suggested for one reference at most.
SUGGESTED = 5
#: References of one request that suggestions are made for; those behind them get none.
ANSWERED = 10
#: Published names that one request compares, all its references together, which bounds its cost at any size of the data.
COMPARED = 600
#: Names that are compared for one reference and kind at least.
COMPARED_EACH = 40
#: How alike two names are at least (pg_trgm, 0 to 1).
LIKENESS = 0.4

_TABLE = Reference._meta.db_table


def likeliest(asked: Sequence[tuple[Sequence[str], str]]) -> list[list[str]]:
    """Return for each (kinds, text) the slugs of the published records that are called most like it, the likeliest first.

    Topics and event types are suggested by their codes. One statement for all. A name is compared with those that stand near
    it in the alphabet, as many as the request can afford: all of a small kind, and whatever begins alike of a large one.
    """
    found: list[list[str]] = [[] for _each in asked]
    wanted = [
        (place, kind_named(kind), text)
        for place, (kinds, text) in enumerate(asked[:ANSWERED])
        if ":" not in text and id_of(text) is None
        for kind in kinds
    ]
    if not wanted:
        return found
    window = max(COMPARED // len(wanted), COMPARED_EACH) // 2
    parts, values = [], []
    for place, kind, text in wanted:
        parts.append(_nearby("code" if kind.keys else "slug", window))
        values += _values(place, kind, text.lower())
    with connection.cursor() as cursor:
        # Names of columns and a table only; what callers wrote goes as values.
        cursor.execute(" UNION ALL ".join(parts), values)
        rows = sorted(cursor.fetchall(), key=lambda row: (row[0], -row[2], row[1]))
    for place, name, _likeness in rows:
        if len(found[place]) < SUGGESTED and name not in found[place]:
            found[place].append(name)
    return found


def _nearby(name: str, window: int) -> str:
    of_kind = (
        f"SELECT slug, {name} AS name FROM {_TABLE}"  # noqa: S608 - names of a column and a table
        f" WHERE kind = %s AND standing = '{Standing.PUBLISHED}' AND slug"
    )
    return (
        "(SELECT %s::int AS place, name, likeness FROM (SELECT name, greatest(similarity(slug, %s),"  # noqa: S608
        " 0.9 * word_similarity(%s, slug), 0.9 * strict_word_similarity(slug, %s)) AS likeness FROM"
        f" (({of_kind} >= %s ORDER BY slug LIMIT {window}) UNION ALL"
        f" ({of_kind} < %s ORDER BY slug DESC LIMIT {window})) AS nearby) AS compared"
        f" WHERE likeness >= {LIKENESS} ORDER BY likeness DESC, name LIMIT {SUGGESTED})"
    )


def _values(place: int, kind: Kind, text: str) -> list[Any]:
    return [place, text, text, text, kind.name, text, kind.name, text]


def nearest_code(kind: Kind, text: str) -> str | None:
    """Return the published code that is most like one that no record of the kind has, in the same scheme or of the same length."""
    if kind.codes is None:
        return None
    scheme, colon, value = text.rpartition(":")
    value = value.upper()
    scheme = scheme or kind.codes.bare[len(value)]
    code = nearest_word(kind, value, _published_values(kind, scheme))
    return f"{scheme}{colon}{code}" if code and colon else code


def nearest_word(kind: Kind, value: str, known: Sequence[str]) -> str | None:
    """Return the word that is most like a value which is none of them; of codes rather one of the same length."""
    if kind.codes is None:
        return nearest(value, known)
    value = kind.codes.mistaken.get(value, value)
    return _nearest_value(value, [one for one in known if len(one) == len(value)])


def _published_values(kind: Kind, scheme: str) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT unnest(keys) FROM {_TABLE} WHERE kind = %s AND standing = %s",  # noqa: S608 - the name of a table
            [kind.name, Standing.PUBLISHED],
        )
        keys = [key for (key,) in cursor.fetchall()]
    return sorted({value for key in keys for of, _, value in [key.partition(":")] if of == scheme})


def _nearest_value(value: str, values: Iterable[str]) -> str | None:
    known = list(values)
    if value in known:
        return value
    swapped = next((one for one in known if sorted(one) == sorted(value)), None)
    alike = [one for one in known if one[0] == value[0]]
    return swapped or nearest(value, alike, at_least=0.5) or nearest(value, known, at_least=0.5)
