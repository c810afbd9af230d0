"""The places of a journey, from the words in which a record lists them.

- A part of the list that can be the name of a place becomes one: `Saigon, Hue` two. It lies where it lies today, and the event
  says to which state it belonged then. What is no name, or only that of the state itself, stays as it was given.
- `Kingston (Jamaica)`, visited when it was British, lies in Jamaica today; `Halifax (Nova Scotia)` in the state visited.
- A state that is no more leaves its places to its successors: to the only one, or to the one under which a record names the
  same place. Otherwise where it lies today is left open.
- The records list the states of a journey, and where they list no place there is only the state.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from anyascii import anyascii
from django.utils.text import slugify

from events.models import Place, PlaceRole
from events.models.place import PlaceKind
from imports.datasets.journeys.place_names import (
    CITY_STATES,
    ELSEWHERE,
    USUAL_NAMES,
    is_name,
    kind_of,
)
from imports.datasets.kit import slug_of
from imports.matching.persons import GONE
from imports.matching.states import UnknownStateError
from people.models import State, StateKind, StateSuccession

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from uuid import UUID

    from imports.dataset import Document
    from imports.datasets.journeys.rows import Journey
    from imports.datasets.kit import LastImport
    from imports.matching.states import Crosswalk, StateMatch

#: A day on which only what goes on without an end still is.
_TODAY = date.max
_NAME = 300
#: A comma that belongs to a name: `Mexico, D.F.`.
_INNER_COMMA = re.compile(r",\s*(?=[A-Z]\.(?:[A-Z]\.)+)")
_APART = re.compile(r"\s*[,;]\s*")
_BRACKETS = re.compile(r"(.+?)\s*\(([^()]+)\)")


@dataclass(frozen=True)
class Part:
    """A part of the list."""

    given: str
    name: str  #: "" where it names no place
    within: str  #: what stands in brackets behind it


@dataclass(frozen=True)
class Spot:
    """A place that becomes a record."""

    slug: str
    name: str
    kind: PlaceKind
    state: UUID | None  #: the state in which it lies today


class Places:
    """Places of the journeys of a data set. Three queries."""

    def __init__(
        self, dataset: str, crosswalk: Crosswalk, last: LastImport, journeys: Iterable[tuple[Journey, str]]
    ) -> None:  # fmt: skip
        self._dataset = dataset
        self._crosswalk = crosswalk
        self._last = last
        self._dependencies: set[UUID] = set()
        self._ended: set[UUID] = set()
        self._slugs: dict[UUID, str] = {}
        for pk, slug, kind, end in State.objects.values_list("pk", "slug", "kind", "end_latest"):
            self._slugs[pk] = slug
            if kind == StateKind.DEPENDENCY:
                self._dependencies.add(pk)
            if end:
                self._ended.add(pk)
        self._successors: dict[UUID, list[UUID]] = defaultdict(list)
        for before, after in StateSuccession.objects.order_by("pk").values_list(
            "predecessor_id", "successor_id"
        ):
            self._successors[before].append(after)
        self._there: dict[tuple[str, UUID | None], list[dict[str, Any]]] = defaultdict(list)
        self._taken: set[str] = set()
        for row in (
            Place.objects.exclude(editorial_state__in=GONE)
            .order_by("pk")
            .values("pk", "slug", "name", "kind", "state_id")
        ):
            self._there[_folded(row["name"]), row["state_id"]].append(dict(row))
            self._taken.add(row["slug"])
        #: states of today under which each name stands
        self._under: dict[str, set[UUID]] = defaultdict(set)
        for journey, locale in journeys:
            today = self._today(journey)
            if today and today.id not in self._ended:
                for part in parts_of(locale):
                    self._under[_folded(part.name)].add(today.id)
        self._spots: dict[str, Spot] = {}

    def stops(self, journey: Journey, locale: str) -> list[Document]:
        assert journey.state is not None  # noqa: S101 - for the type checker: without one it is rejected
        found: list[Document] = []
        for part in parts_of(locale):
            spot = self._spot(part, journey) if part.name else None
            stop: Document = {"place": spot.slug} if spot else {}
            stop["state"] = journey.state.ref
            if not spot or spot.name != part.given:
                stop["name_as_given"] = part.given[:_NAME]
            if stop not in found:
                found.append(stop)
        stops = found or [{"state": journey.state.ref}]
        return [
            stop | {"role": PlaceRole.STOP.value, "order": order}
            for order, stop in enumerate(stops, start=1)
        ]

    def documents(self) -> Iterator[Document]:
        """Yield the places that stops name and the data set is to make, in the order of their slugs."""
        for slug in sorted(filter(self.is_own, self._spots)):
            spot = self._spots[slug]
            document: Document = {
                "object": "place",
                "slug": slug,
                "name": spot.name,
                "kind": spot.kind.value,
            }
            if spot.state:
                document["state"] = str(spot.state)
            yield document

    def is_own(self, slug: str) -> bool:
        """Return whether a place is the data set's own, and not in the database from elsewhere."""
        return slug not in self._taken or self._last.has("place", slug)

    def _spot(self, part: Part, journey: Journey) -> Spot | None:
        state = journey.state
        name = USUAL_NAMES.get(_folded(part.name), part.name)
        folded = _folded(name)
        if state is None or (folded == _folded(state.name) and state.slug not in CITY_STATES):
            return None
        kind = kind_of(name, folded)
        own = self._dependency(name)
        today = own or self._within(part.within) or self._elsewhere(state, part.name, name)
        if today is None:
            today = self._heir(self._today(journey), folded)
        lies_in = today.id if today else None
        if own:
            kind = PlaceKind.REGION
        known = self._there.get((folded, lies_in), [])
        if len(known) == 1:
            row = known[0]
            spot = Spot(row["slug"], row["name"], PlaceKind(row["kind"]), lies_in)
        else:
            beside = (today or state).slug
            slug = beside if slug_of(name) == beside else slug_of(name, beside)
            spot = Spot(slug, name, kind, lies_in)
        # Two spellings may make one slug; the first that was met names the place.
        return self._spots.setdefault(spot.slug, spot)

    def _today(self, journey: Journey) -> StateMatch | None:
        """Return the state that the data set's id means today; where it means none, the state as it was then."""
        for label in (journey.label, ""):
            try:
                return self._crosswalk.state(
                    self._dataset, journey.state_id, label=label, on=_TODAY
                )
            except UnknownStateError:
                continue
        return journey.state

    def _heir(self, state: StateMatch | None, folded: str) -> StateMatch | None:
        if state is None or state.id not in self._ended:
            return state
        heirs = self._heirs(state.id)
        named = heirs & self._under[folded]
        found = heirs if len(heirs) == 1 else named
        return self._crosswalk.find(self._slugs[next(iter(found))]) if len(found) == 1 else None

    def _heirs(self, state: UUID) -> set[UUID]:
        """Return the states of today that came after one, by any number of steps."""
        seen, waiting = {state}, [state]
        while waiting:
            for after in self._successors[waiting.pop()]:
                if after not in seen:
                    seen.add(after)
                    waiting.append(after)
        return {each for each in seen if each not in self._ended}

    def _dependency(self, name: str) -> StateMatch | None:
        """Return the dependency of this name: Bermuda is a place, and no place of the United Kingdom."""
        found = [each for each in self._crosswalk.namesakes(name) if each.id in self._dependencies]
        return found[0] if len(found) == 1 else None

    def _within(self, name: str) -> StateMatch | None:
        found = self._crosswalk.namesakes(name) if name else []
        there = [each for each in found if each.id not in self._ended]
        return there[0] if len(there) == 1 else None

    def _elsewhere(self, state: StateMatch, *names: str) -> StateMatch | None:
        slugs = (ELSEWHERE.get((state.slug, _folded(name))) for name in names)
        slug = next(filter(None, slugs), None)
        return self._crosswalk.find(slug) if slug else None


def parts_of(locale: str) -> list[Part]:
    """Return the parts of a list of places, in their order."""
    parts = []
    # What separates may stand in brackets too.
    guarded = re.sub(r"\([^()]*\)", lambda found: found[0].replace(",", "\0"), locale)
    for given in _APART.split(_INNER_COMMA.sub("\1", guarded)):
        text = given.replace("\0", ",").replace("\1", ", ").strip()
        if not text:
            continue
        bracketed = _BRACKETS.fullmatch(text)
        name, within = (bracketed[1], bracketed[2]) if bracketed else (text, "")
        name = re.sub(r"(?<=[a-z]{2})\.\Z", "", re.sub(r"(?<=\w)- (?=\w)", "-", name))
        parts.append(Part(text, name if is_name(name) else "", within))
    return parts


def _folded(name: str) -> str:
    return slugify(anyascii(name)).replace("-", " ")
