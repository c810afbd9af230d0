"""The published records that a caller may have meant with a reference that names none.

Drafts, withdrawn and merged records are never suggested: only what stands as published is looked at.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from django.db import connection

from config.api.as_of import today
from config.api.sql import Clause
from config.faults import nearest
from records.bulk import as_array
from records.lookup.finding import find_each
from records.lookup.name_tables import Beginnings, published_names
from records.lookup.names import id_of
from records.lookup.steps import Search
from records.models import Reference, Standing
from records.models.word import SHORTEST_WORD
from records.registry import kind_named

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from records.registry import Kind

#: Records suggested for one reference at most.
SUGGESTED = 5
#: References of one request that suggestions are made for; those behind them get none.
ANSWERED = 10

_TABLE = Reference._meta.db_table


def likeliest(asked: Sequence[tuple[Sequence[str], str]]) -> list[list[str]]:
    """Return for each (kinds, text) the slugs of the published records that are called most like it, the likeliest first.

    Topics and event types are suggested by their codes. They are found as `autocomplete/` finds them, and by slugs that are
    near in the alphabet. What names nothing so is looked for once more without its shortest words, for "us-ambassador-to-pakistan" is
    called "Ambassador of the United States to Pakistan". Ten statements at most, however many are asked for.
    """
    found: list[list[str]] = [[] for _each in asked]
    places = [
        place
        for place, (_kinds, text) in enumerate(asked[:ANSWERED])
        if ":" not in text and id_of(text) is None
    ]
    if not places:
        return found
    day = today()
    days = (day, day)
    records = find_each([_search(*asked[place]) for place in places], on=days, limit=SUGGESTED)
    shorter = {
        at: _without_short_words(asked[place][1])
        for at, place in enumerate(places)
        if not records[at]
    }
    shorter = {at: text for at, text in shorter.items() if text}
    if shorter:
        again = [_search(asked[places[at]][0], text) for at, text in shorter.items()]
        for at, names in zip(shorter, find_each(again, on=days, limit=SUGGESTED), strict=True):
            records[at] = names
    called = _called({name.record for names in records for name in names})
    for place, names in zip(places, records, strict=True):
        found[place] = [called[name.record] for name in names if name.record in called]
    return found


def _without_short_words(text: str) -> str:
    """What is left of a text without its words of one and two letters; nothing if it has none, or no others."""
    words = re.split(r"[\s\-_]+", text)
    long = [word for word in words if len(word) >= SHORTEST_WORD]
    return " ".join(long) if len(long) < len(words) else ""


def _search(kinds: Sequence[str], text: str) -> Search:
    by_words = [kind for kind in kinds if kind_named(kind).editions.is_found_by_words]
    beginnings = [
        Beginnings(
            _TABLE,
            kind,
            Clause("kind = %s AND standing = %s", (kind, Standing.PUBLISHED.value)),
            text.lower(),
            record="id",
            name="slug",
            sorted_by="slug",
            is_compared=True,
        )
        for kind in kinds
    ]
    return Search(text, [published_names(by_words)] if by_words else [], beginnings)


def _called(records: Collection[str]) -> dict[str, str]:
    """The code or slug of each published record."""
    if not records:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT id::text, kind, code, slug FROM {_TABLE} WHERE id = ANY(%s::uuid[]) AND standing = %s",  # noqa: S608 - the name of a table
            [as_array(records), Standing.PUBLISHED],
        )
        return {
            record: code if kind_named(kind).keys else slug
            for record, kind, code, slug in cursor.fetchall()
        }


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
