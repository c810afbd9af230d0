"""Exchanges of visits: a trip to a state and a visit from there that share a day, as at the dedication of a dam on the border.

They are counterparts where the record of the visit names the traveller, by office and name. The two data sets come one after
the other: whichever comes later makes the link, and the other then lets it be.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from events.models import Event, EventIdentifier, EventLink, EventLinkKind, Participation, Role
from imports.matching.persons import GONE
from people.names import compare, parse

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date
    from uuid import UUID

    from imports.dataset import Document

TRAVELS, VISITS = "travels", "visits"
_MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December"
_NAMED = re.compile(
    r"\b(?:President(?:-[Ee]lect)?|Secretary(?: of State)?) "
    rf"(?P<name>(?:(?!(?:{_MONTHS})\b)(?:[A-Z]\.|[A-Z][\w'\u2019-]*)\s?)+)"
)


@dataclass
class Side:
    """One side of an exchange, of either data set."""

    ref: str  #: what documents call the event
    first: date | None
    last: date | None
    words: str
    states: set[UUID] = field(default_factory=set)  #: to which, or from which it went
    names: list[str] = field(default_factory=list)

    def meets(self, other: Side) -> bool:
        if not (self.first and self.last and other.first and other.last):
            return False
        return self.first <= other.last and other.first <= self.last


class Exchanges:
    """The events of the other data set, to which those of one are linked. Five queries."""

    def __init__(self, own: str) -> None:
        self._is_trip = own == TRAVELS
        other = VISITS if self._is_trip else TRAVELS
        self._others: dict[UUID, Side] = {}
        for pk, first, only, last, words in (
            Event.objects.filter(identifiers__scheme=other)
            .exclude(editorial_state__in=GONE)
            .order_by("pk")
            .values_list("pk", "when_earliest", "when_latest", "end_latest", "summary")
        ):
            self._others[pk] = Side(str(pk), first, last or only, words)
        # A trip leads to its host; a visitor comes on behalf of a state.
        role, state_of = (
            (Role.VISITOR, "on_behalf_of_state_id") if self._is_trip else (Role.HOST, "state_id")
        )
        for pk, state in Participation.objects.filter(
            event__in=self._others, role=role
        ).values_list("event_id", state_of):
            if state:
                self._others[pk].states.add(state)
        for pk, person in (
            Participation.objects.filter(
                event__in=self._others, role=Role.VISITOR, person__isnull=False
            )
            .order_by("order", "pk")
            .values_list("event_id", "person__name")
        ):
            self._others[pk].names.append(person)
        ids = dict(
            EventIdentifier.objects.filter(scheme=own).values_list("record_id", "value")
        )  # fmt: skip
        self._linked: dict[str, set[str]] = defaultdict(set)
        for other_pk, own_pk in EventLink.objects.filter(
            kind=EventLinkKind.COUNTERPART, event__in=self._others
        ).values_list("event_id", "linked_event_id"):
            if own_pk in ids:
                self._linked[f"{own}:{ids[own_pk]}"].add(str(other_pk))
        self._by_state: dict[UUID, list[Side]] = defaultdict(list)
        for side in self._others.values():
            for state in sorted(side.states):
                self._by_state[state].append(side)

    def links(self, side: Side) -> list[Document]:
        """Return the links to the counterparts that do not link to this one already."""
        return [
            {"kind": EventLinkKind.COUNTERPART.value, "event": other.ref}
            for state in sorted(side.states)
            for other in self._by_state[state]
            if other.ref not in self._linked[side.ref] and self._is_exchange(side, other)
        ]

    def _is_exchange(self, own: Side, other: Side) -> bool:
        trip, visit = (own, other) if self._is_trip else (other, own)
        return trip.meets(visit) and names_one_of(visit.words, trip.names)


def names_one_of(words: str, names: Iterable[str]) -> bool:
    """Return whether a description names one of these travellers, by office and name."""
    said = [parse(found["name"].rstrip(" .")) for found in _NAMED.finditer(words)]
    return any(compare(one, parse(name)).is_compatible for one in said for name in names)
