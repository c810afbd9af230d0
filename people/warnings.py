"""What is odd about a person or a tenure but possible."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import connection
from django.db.models import F, Q

from people.alike import known, like, same
from people.models import IN_OFFICE, Person, Tenure
from people.models.holding import CERTAINLY_HELD
from records.bulk import among, as_array
from records.models import EditorialState, FoundWarning
from records.registry import Checks

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence
    from datetime import date

LIKE_ANOTHER_PERSON = "like_another_person"
MORE_HOLDERS_THAN_SEATS = "more_holders_than_seats"
PERSON_NOT_ALIVE = "person_not_alive"

#: Persons like one of which a save warns at most.
LIKE = 3
#: Persons that are compared with everybody of a like name. Of more than that, which an import writes, only the same names are
#: asked for: what is near is for its list of possible duplicates.
FEW = 20


# Persons like others


def _like_others(keys: Sequence[UUID]) -> Iterator[FoundWarning]:
    """Persons whose names may be another person's, and whose dates do not speak against it.

    A pair that a curator marked as different is none.
    """
    names = {
        str(key): name
        for key, name in Person.objects.filter(among("pk", keys))
        .exclude(editorial_state__in=(EditorialState.MERGED, EditorialState.WITHDRAWN))
        .values_list("pk", "name")
    }
    candidates = same(names) if len(names) > FEW else like(names)
    pairs = [(UUID(key), other) for key, other in candidates if UUID(key) != other]
    if not pairs:
        return
    people, persons = known({key for pair in pairs for key in pair})
    different = _marked_as_different(pairs)
    # As in `people.alike`: not read where nothing is compared.
    from people.names import parse  # noqa: PLC0415
    from people.names.likeness import LISTED, ranked  # noqa: PLC0415

    near = defaultdict(list)
    for key, other in pairs:
        if other not in people or key not in people or frozenset((key, other)) in different:
            continue
        mine = people[key]
        found = people[other].near(
            people[other].likeness(parse(persons[key].name)), mine.born, mine.died
        )
        if found and found.score >= LISTED:
            near[key].append(found)
    for key, those in near.items():
        for each in ranked(those, LIKE):
            person = persons[each.id]
            dates = f" ({person.birth}–{person.death})" if person.birth or person.death else ""  # noqa: RUF001
            yield FoundWarning(
                key,
                LIKE_ANOTHER_PERSON,
                f"“{person}”{dates} may be the same person. {each.reason} "
                "If so, edit that record instead, or merge the two; else save again.",
                "name",
                each.id,
            )


def _marked_as_different(pairs: Sequence[tuple[UUID, UUID]]) -> set[frozenset[UUID]]:
    ones, others = as_array(min(pair) for pair in pairs), as_array(max(pair) for pair in pairs)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT record_id, other_id FROM records_possibleduplicate"
            " JOIN unnest(%s::uuid[], %s::uuid[]) AS pair(one, other) ON record_id = one AND other_id = other"
            " WHERE verdict = 'different'",
            [ones, others],
        )
        return {frozenset(pair) for pair in cursor.fetchall()}


# Tenures


def _more_than_seats(keys: Sequence[UUID]) -> Iterator[FoundWarning]:
    """Tenures of an office that more persons certainly held at the same time than it has seats."""
    counted = Tenure.objects.filter(kind__in=IN_OFFICE).exclude(
        editorial_state=EditorialState.MERGED
    )
    mine: list[Any] = list(
        counted.filter(among("pk", keys), office__seats__isnull=False)
        .annotate(certainly_held=CERTAINLY_HELD)
        .select_related("office")
        .order_by("pk")
    )
    if not mine:
        return
    beside: defaultdict[UUID, list[Any]] = defaultdict(list)
    for tenure in (
        counted.filter(among("office", {each.office_id for each in mine}))
        .annotate(certainly_held=CERTAINLY_HELD)
        .select_related("person")
        .order_by("pk")
    ):
        beside[tenure.office_id].append(tenure)
    for tenure in mine:
        others = {
            each.person_id: str(each.person)
            for each in beside[tenure.office_id]
            if each.person_id != tenure.person_id
            and _overlap(each.certainly_held, tenure.certainly_held)
        }
        seats = tenure.office.seats
        if len(others) >= seats:
            words = "one seat" if seats == 1 else f"{seats} seats"
            names = ", ".join(sorted(others.values()))
            detail = f"{tenure.office} has {words}, and was held at the same time by {names}."
            yield FoundWarning(tenure.pk, MORE_HOLDERS_THAN_SEATS, detail, "office")


def _overlap(one: Any, other: Any) -> bool:
    """Whether two ranges of days have one in common; a range without a bound is open there."""
    if one.isempty or other.isempty:
        return False
    starts = [each.lower for each in (one, other) if each.lower is not None]
    ends = [each.upper for each in (one, other) if each.upper is not None]
    return not starts or not ends or max(starts) < min(ends)


def _by_the_dead_or_unborn(keys: Sequence[UUID]) -> Iterator[FoundWarning]:
    """Tenures that began when the person had certainly died, or was certainly not born yet."""
    for tenure in (
        Tenure.objects.filter(among("pk", keys))
        .filter(_NOT_ALIVE)
        .exclude(editorial_state=EditorialState.MERGED)
        .select_related("person")
        .order_by("pk")
    ):
        yield FoundWarning(
            tenure.pk,
            PERSON_NOT_ALIVE,
            f"{not_alive(tenure.person, tenure.start.earliest)}, the tenure began on {tenure.start}. "
            "Choose the person who was meant, or correct the dates.",
            "person",
            tenure.person_id,
        )


_NOT_ALIVE = Q(person__birth_earliest__gt=F("start_latest")) | Q(
    person__death_latest__lt=F("start_earliest")
)


def not_alive(person: Person, on: date | None) -> str:
    """Say that a person was certainly not alive on a day, and why."""
    is_unborn = on and person.birth.earliest and person.birth.earliest > on
    lived = f"born {person.birth}" if is_unborn else f"died {person.death}"
    return f"{person} was not alive then: {lived}"


def _of_tenures(keys: Sequence[UUID]) -> Iterator[FoundWarning]:
    yield from _more_than_seats(keys)
    yield from _by_the_dead_or_unborn(keys)


def _tenures_turned_odd(written: Mapping[str, Collection[UUID]]) -> set[UUID]:
    """Return the tenures against which what is written of persons speaks."""
    persons = written.get(Person.object_kind)
    if not persons:
        return set()
    odd = Tenure.objects.filter(among("person", persons)).filter(_NOT_ALIVE)
    return set(odd.order_by().values_list("pk", flat=True))


PERSON_CHECKS = Checks({LIKE_ANOTHER_PERSON: "Like another person"}, _like_others)
TENURE_CHECKS = Checks(
    {
        MORE_HOLDERS_THAN_SEATS: "More holders than seats",
        PERSON_NOT_ALIVE: "Person not alive on that day",
    },
    _of_tenures,
    _tenures_turned_odd,
)
