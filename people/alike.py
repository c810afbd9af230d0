"""Persons of the working tables with names like some text: asked when a person is saved, and for names that stand for nobody yet."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from django.db import connection

from people.models import Person, PersonName
from records.bulk import among
from records.models import EditorialState, NameKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from uuid import UUID

    from people.names.likeness import KnownPerson

#: Names that are read for each text, the likeliest first.
READ = 60

_ASKED = "WITH mine AS (SELECT id, chancery_folded(name) AS folded FROM unnest(%s::text[], %s::text[]) AS asked(id, name))"
_SAME_NAMES = """
    SELECT mine.id, p.id FROM mine JOIN people_person p ON chancery_folded(p.name) = mine.folded
    UNION
    SELECT mine.id, n.record_id FROM mine JOIN people_personname n ON chancery_folded(n.name) = mine.folded
"""
# Who shares a word with the name, or has a name that looks like it. Each side is read off its own index of trigrams.
_LIKE_NAMES = """, word AS (
        SELECT mine.id, folded, word FROM mine, regexp_split_to_table(btrim(folded), ' +') AS word WHERE length(word) > 2
    ), found AS (
        SELECT mine.id, folded, p.id AS other, chancery_folded(p.name) AS name
        FROM mine JOIN people_person p ON chancery_folded(p.name) %% folded
        UNION SELECT mine.id, folded, n.record_id, chancery_folded(n.name)
        FROM mine JOIN people_personname n ON chancery_folded(n.name) %% folded
        UNION SELECT word.id, folded, p.id, chancery_folded(p.name)
        FROM word JOIN people_person p ON chancery_folded(p.name) LIKE '%%' || word || '%%'
        UNION SELECT word.id, folded, n.record_id, chancery_folded(n.name)
        FROM word JOIN people_personname n ON chancery_folded(n.name) LIKE '%%' || word || '%%'
    ), placed AS (
        SELECT id, other, row_number() OVER (PARTITION BY id ORDER BY similarity(name, folded) DESC, other) AS place FROM found
        WHERE other::text <> id
    )
    SELECT DISTINCT id, other FROM placed WHERE place <= %s
"""


def like(names: Mapping[str, str]) -> list[tuple[str, UUID]]:
    """Return pairs of a key of `names` and a person who may have that name: candidates, still to be compared."""
    with connection.cursor() as cursor:
        cursor.execute(_ASKED + _LIKE_NAMES, [list(names), list(names.values()), READ])
        return list(cursor.fetchall())


def same(names: Mapping[str, str]) -> list[tuple[str, UUID]]:
    """Return pairs of a key of `names` and a person with that very name, whatever its accents and case."""
    with connection.cursor() as cursor:
        cursor.execute(_ASKED + _SAME_NAMES, [list(names), list(names.values())])
        return list(cursor.fetchall())


def known(keys: Iterable[UUID]) -> tuple[dict[UUID, KnownPerson], Mapping[UUID, Person]]:
    """Return what can be compared of persons, and the persons, without those that are merged or withdrawn."""
    # Taking names apart reads tables of words that a process which compares nothing does without.
    from people.names.likeness import KnownPerson  # noqa: PLC0415

    persons = {
        person.pk: person
        for person in Person.objects.filter(among("pk", keys)).exclude(
            editorial_state__in=(EditorialState.MERGED, EditorialState.WITHDRAWN)
        )
    }
    others = defaultdict(list)
    for name in PersonName.objects.filter(among("record", persons)).exclude(
        kind__in=(NameKind.RANK, NameKind.METONYM)
    ):
        others[name.record_id].append(name.name)
    found = {
        key: KnownPerson.of(
            key,
            person.name,
            person.given_name,
            person.family_name,
            others[key],
            born=(person.birth.earliest, person.birth.latest),
            died=(person.death.earliest, person.death.latest),
        )
        for key, person in persons.items()
    }
    return found, persons
