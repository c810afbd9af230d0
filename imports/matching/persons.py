"""Which person of the database a data set means, and which it may mean.

    index = PersonIndex.read()
    index.by_identifier("pocom", "jefferson-thomas")
    index.same_person("Thomas Jefferson", on=date(1801, 3, 4), office=index.office_by_identifier("us-office", "president"))
    near_matches(index.named("T. Jefferson", born="1743"), "us-executive:J000069")

Two records are one person where an identifier says so, or where a name, an office and a day do: somebody of that name
certainly held the office that day, and nobody else who may be meant did. Who was not born yet that day, was a child or was
dead is never meant, whatever identifier, name or office say. Everything else, however alike the names, is near: for the
review list. A merged person is the one that it was merged into; a withdrawn one is found by identifier only.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any, Self
from uuid import UUID

from imports.dataset import NearMatch
from people.models import (
    Office,
    OfficeIdentifier,
    OfficeName,
    Person,
    PersonIdentifier,
    PersonName,
    Tenure,
)
from people.models.holding import EndStatus
from people.names import NEAR, Comparison, blocks, fold, parse
from people.names import PersonName as ParsedName
from people.names.likeness import LISTED, Bounds, KnownPerson, Match, Near, bounds, ranked
from records.models import EditorialState, NameKind

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from config.dates.values import UncertainDate

#: Records that are no more.
GONE = (EditorialState.MERGED, EditorialState.WITHDRAWN)
#: Names of a person that are no names of one: what somebody was or what stands for somebody.
NO_NAMES = (NameKind.RANK, NameKind.METONYM)


def near_matches(match: Match, name: str) -> list[NearMatch]:
    """Return the persons near, as an importer yields them; `name` is the document's (`imports.dataset.name_of`)."""
    return [NearMatch("person", name, str(near.id), near.score, near.reason) for near in match.near]


@dataclass(frozen=True, slots=True)
class Holder:
    """Somebody who may have held an office that day."""

    person: UUID
    tenure: UUID
    office: UUID
    is_certain: bool  #: whether the tenure certainly had that day; otherwise it may have
    comparison: Comparison  #: with the name that was asked for; a score of 1 where none was


@dataclass(frozen=True, slots=True)
class _Held:
    person: UUID
    tenure: UUID
    office: UUID
    start: Bounds
    end: Bounds
    is_ongoing: bool

    def possibly_on(self, day: date) -> bool:
        return (self.start[0] is None or self.start[0] <= day) and (
            self.end[1] is None or day <= self.end[1]
        )

    def certainly_on(self, day: date) -> bool:
        started, ended = self.start[1], self.end[0]
        if started is None or started > day:
            return False
        return self.is_ongoing or day == self.start[0] or (ended is not None and day <= ended)


@dataclass
class PersonIndex:
    """The persons, offices and tenures of the database, read once with seven queries."""

    persons: dict[UUID, KnownPerson] = field(default_factory=dict)
    _survivors: dict[UUID, UUID] = field(default_factory=dict)
    _identifiers: dict[tuple[str, str], UUID] = field(default_factory=dict)
    _blocks: defaultdict[str, list[UUID]] = field(default_factory=lambda: defaultdict(list))
    _held: defaultdict[UUID, list[_Held]] = field(default_factory=lambda: defaultdict(list))
    _offices: dict[tuple[str, UUID | None], list[UUID]] = field(default_factory=dict)
    _office_titles: defaultdict[tuple[str, UUID | None], set[UUID]] = field(
        default_factory=lambda: defaultdict(set)
    )
    _office_identifiers: dict[tuple[str, str], UUID] = field(default_factory=dict)

    @classmethod
    def read(cls) -> Self:
        index = cls()
        index._read_persons()
        index._read_offices()
        for row in Tenure.objects.in_office().values_list(
            "person_id",
            "pk",
            "office_id",
            "start_earliest",
            "start_latest",
            "end_earliest",
            "end_latest",
            "end_status",
            "editorial_state",
        ):
            person, tenure, office, *bounds, status, state = row
            if state in GONE:
                continue
            index._held[office].append(
                _Held(
                    index._survivors.get(person, person),
                    tenure,
                    office,
                    (bounds[0], bounds[1]),
                    (bounds[2], bounds[3]),
                    is_ongoing=status == EndStatus.ONGOING,
                ),
            )
        return index

    def _read_persons(self) -> None:
        others: defaultdict[UUID, list[str]] = defaultdict(list)
        people: list[Any] = list(
            Person.objects.order_by("pk").values_list(
                "pk",
                "name",
                "given_name",
                "family_name",
                "birth_earliest",
                "birth_latest",
                "death_earliest",
                "death_latest",
                "editorial_state",
                "merged_into_id",
            ),
        )
        self._survivors = _ends({row[0]: row[9] for row in people if row[9]})
        for person, name in (
            PersonName.objects.exclude(kind__in=NO_NAMES)
            .order_by("pk")
            .values_list("record_id", "name")
        ):
            others[self._survivors.get(person, person)].append(name)
        for pk, name, given, family, *rest in people:
            state = rest[4]
            if state in GONE:
                continue
            known = KnownPerson.of(
                pk,
                name,
                given,
                family,
                others[pk],
                born=(rest[0], rest[1]),
                died=(rest[2], rest[3]),
            )
            self.persons[pk] = known
            for key in sorted({key for each in known.names for key in blocks(each)}):
                self._blocks[key].append(pk)
        for person, scheme, value in PersonIdentifier.objects.values_list(
            "record_id", "scheme", "value"
        ):
            self._identifiers[scheme, value] = self._survivors.get(person, person)

    def _read_offices(self) -> None:
        titles = list(
            Office.objects.order_by("pk").values_list(
                "pk", "title", "state_id", "classification", "editorial_state", "merged_into_id"
            ),
        )
        survivors = _ends({row[0]: row[5] for row in titles if row[5]})
        states = {}
        for pk, title, state_id, classification, editorial_state, _into in titles:
            if editorial_state in GONE:
                continue
            states[pk] = state_id
            self._offices.setdefault((classification, state_id), []).append(pk)
            self._office_titles[fold(title), state_id].add(pk)
        for pk, name in OfficeName.objects.values_list("record_id", "name"):
            if pk in states:
                self._office_titles[fold(name), states[pk]].add(pk)
        for pk, scheme, value in OfficeIdentifier.objects.values_list(
            "record_id", "scheme", "value"
        ):
            self._office_identifiers[scheme, value] = survivors.get(pk, pk)

    # Persons

    def by_identifier(self, scheme: str, value: str) -> UUID | None:
        return self._identifiers.get((scheme, value))

    def contradiction(
        self,
        person: UUID,
        *,
        born: UncertainDate | str | None = None,
        died: UncertainDate | str | None = None,
        days: Collection[date] = (),
    ) -> str:
        """Return the life of a person, in words, where it cannot be the one that is meant; else "".

        It cannot where births or deaths are further apart than sources differ, or where the person could act on none of the
        days: of several, one may be mistyped.
        """
        known = self.persons.get(person)
        if known is None:
            return ""
        acted = not days or any(map(known.may_act, days))
        return known.life if known.excludes(bounds(born), bounds(died)) or not acted else ""

    def named(
        self,
        name: str | ParsedName,
        *,
        born: UncertainDate | str | None = None,
        died: UncertainDate | str | None = None,
        on: date | None = None,
    ) -> Match:
        """Return who may have that name. Nobody is certain: a name proves nothing, nor does a year of birth beside it.

        `born` and `died` are EDTF. They lift whom they agree with, and exclude whom they contradict. With a day, who could
        not act then is left out.
        """
        parsed = parse(name) if isinstance(name, str) else name
        dates = (bounds(born), bounds(died))
        found = []
        for known in self._like(parsed):
            if on and not known.may_act(on):
                continue
            near = known.near(known.likeness(parsed), *dates)
            if near and near.score >= LISTED:
                found.append(near)
        return Match(None, ranked(found))

    def _like(self, name: ParsedName) -> Iterator[KnownPerson]:
        keys = sorted(blocks(name))
        for pk in dict.fromkeys(pk for key in keys for pk in self._blocks.get(key, ())):
            yield self.persons[pk]

    def same_person(
        self,
        name: str | ParsedName,
        *,
        on: date,
        office: UUID | None = None,
        classification: str | Collection[str] = (),
        state: UUID | None = None,
        born: UncertainDate | str | None = None,
        died: UncertainDate | str | None = None,
    ) -> Match:
        """Return who of that name held the office, or one of that class and state, that day.

        Certain is who certainly held it that day and whose name nothing speaks against, when there is one such person.
        All others who may be meant are near: holders who perhaps held it, holders with a name spelt otherwise, and
        whatever other persons have such a name.
        """
        parsed = parse(name) if isinstance(name, str) else name
        dates = (bounds(born), bounds(died))
        proved = set()
        near = list(self.named(parsed, born=born, died=died, on=on).near)
        for holder in self.holders(
            on=on, office=office, classification=classification, state=state, name=parsed
        ):
            fits = self.persons[holder.person].near(holder.comparison, *dates)
            if fits is None:
                continue
            if holder.is_certain and holder.comparison.is_compatible:
                proved.add(holder.person)
            held = (
                "Held the office that day"
                if holder.is_certain
                else "May have held the office that day"
            )
            near.append(Near(fits.id, fits.score, f"{held}. {fits.reason}"))
        certain = proved.pop() if len(proved) == 1 else None
        return Match(certain, ranked(each for each in near if each.id != certain))

    def holders(
        self,
        *,
        on: date,
        office: UUID | None = None,
        classification: str | Collection[str] = (),
        state: UUID | None = None,
        name: str | ParsedName = "",
    ) -> list[Holder]:
        """Return who may have held the office that day, or any office of that class and state, the likeliest first.

        Who could not act that day held nothing, whatever tenures say. With a name, only those who may have it. Several tenures of one person are several holders.
        """
        parsed = parse(name) if isinstance(name, str) else name
        classes = [classification] if isinstance(classification, str) else classification
        offices = [office] if office else []
        for each in classes:
            offices += self._offices.get((each, state), [])
        found = []
        for held in (
            held for office_id in dict.fromkeys(offices) for held in self._held[office_id]
        ):
            known = self.persons.get(held.person)
            if known is None or not held.possibly_on(on) or not known.may_act(on):
                continue
            comparison = (
                known.likeness(parsed) if parsed.words else Comparison(1.0, is_compatible=True)
            )
            if comparison.score >= NEAR:
                found.append(
                    Holder(held.person, held.tenure, held.office, held.certainly_on(on), comparison)
                )
        return sorted(found, key=lambda each: (-each.comparison.score, not each.is_certain))

    # Offices

    def office(self, scheme: str, value: str, title: str, state: UUID | None) -> UUID | None:
        """Return the office with an identifier, else the one office of the state with that title."""
        return self.office_by_identifier(scheme, value) or self.office_named(title, state)

    def office_by_identifier(self, scheme: str, value: str) -> UUID | None:
        return self._office_identifiers.get((scheme, value))

    def office_named(self, title: str, state: UUID | None) -> UUID | None:
        """Return the one office of the state with that title or other name; None when there are several."""
        found = self._office_titles.get((fold(title), state), set())
        return next(iter(found)) if len(found) == 1 else None


def _ends(links: dict[UUID, UUID]) -> dict[UUID, UUID]:
    ends = {}
    for start in links:
        at, seen = start, {start}
        while at in links and links[at] not in seen:
            at = links[at]
            seen.add(at)
        ends[start] = at
    return ends
