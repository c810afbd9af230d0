"""Persons who may have a name, found in the database by the parts of their names, without reading all of them."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from django.db import connection, models, transaction
from django.db.models import F, Func, Value

from people.likeness import KnownPerson, Match, bounds, ranked, telling
from people.matching import NO_NAMES
from people.models import Person, PersonName
from people.names import PersonName as ParsedName
from people.names import fold, parse
from records.folding import Folded
from records.models import EditorialState

if TYPE_CHECKING:
    from uuid import UUID

    from config.db.edtf import UncertainDate

#: How much of a word's trigrams a name must have, for PostgreSQL's `<%`. `gaddafi` has 0.5 of those of `qaddafi`,
#: `shevardnadze` 0.6 of those of `sheverdnadze`; from 0.3 on, half of all names would come.
WORD_LIKENESS = 0.4
#: Names that are compared, the likeliest first.
MAX_COMPARED = 300
#: Words of a name that are looked up: family names first.
MAX_WORDS = 6


def candidates(
    name: str | ParsedName,
    *,
    limit: int = 10,
    born: UncertainDate | str | None = None,
    died: UncertainDate | str | None = None,
) -> Match:
    """Return who may have that name, the likeliest first; nobody is certain. Four queries, whatever there is.

    Found through the trigram indexes of `Person.name` and `PersonName.name`, then compared as `people.names.compare` does.
    Merged and withdrawn persons are left out.
    """
    parsed = parse(name) if isinstance(name, str) else name
    words = [word for word in (*parsed.family_words, *parsed.given_words) if len(word) > 1]
    words = list(dict.fromkeys(words or parsed.words))[:MAX_WORDS]
    if not words:
        return Match()
    found = _found(words, fold(parsed.text))
    dates = (bounds(born), bounds(died))
    near = (known.near(known.likeness(parsed), *dates) for known in _known(found))
    return Match(None, ranked((each for each in near if each), limit))


def _found(words: list[str], whole: str) -> list[UUID]:
    with transaction.atomic(), connection.cursor() as cursor:
        # The operator that an index serves takes its threshold from a setting; this one ends with the transaction.
        cursor.execute(
            "SELECT set_config('pg_trgm.word_similarity_threshold', %s, true)", [str(WORD_LIKENESS)]
        )
        people = _like(Person.objects.order_by(), F("pk"), words, whole)
        names = _like(
            PersonName.objects.exclude(kind__in=NO_NAMES).order_by(), F("record_id"), words, whole
        )
        rows = people.union(names, all=True).order_by("-likeness", "person")[:MAX_COMPARED]
        return list(dict.fromkeys(row["person"] for row in rows))


def _like(
    rows: models.QuerySet[models.Model], person: F, words: list[str], whole: str
) -> models.QuerySet[models.Model, dict[str, UUID]]:
    any_word = models.Q()
    for word in words:
        any_word |= models.Q(name__folded__trigram_word_similar=word)
    likeness = Func(
        Folded("name"), Value(whole), function="similarity", output_field=models.FloatField()
    )
    return rows.filter(any_word).values(person=person, likeness=likeness)


def _known(found: list[UUID]) -> list[KnownPerson]:
    names: defaultdict[UUID, list[ParsedName]] = defaultdict(list)
    others = PersonName.objects.exclude(kind__in=NO_NAMES).filter(record__in=found).order_by("pk")
    for person, name in others.values_list("record_id", "name"):
        names[person].append(parse(name))
    people = Person.objects.filter(pk__in=found).exclude(
        editorial_state__in=[EditorialState.MERGED, EditorialState.WITHDRAWN]
    )
    return [
        KnownPerson(
            person.pk,
            telling((parse(person.name), *names[person.pk])),
            (person.birth_earliest, person.birth_latest),
            (person.death_earliest, person.death_latest),
        )
        for person in people
    ]
