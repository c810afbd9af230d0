"""What happened, as a reader of documents alone finds it: for the timeline to be compared with."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import combinations
from typing import TYPE_CHECKING, Any

import orjson

from records.registry import all_kinds
from tests.factories.days import ORIGIN, WORLD, Tried, TriedInterval

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

MOMENT_OF = {
    "signature": "signed",
    "ratification": "ratified",
    "entry_into_force": "entered_into_force",
}
IN_OFFICE = ("substantive", "acting", "ad_interim")


@dataclass
class Happening:
    """One dated fact, by what is asked of it."""

    document: dict[str, Any]
    place: int
    kind: str
    date: dict[str, Any] | None
    end: dict[str, Any] | None = None
    states: list[str] = field(default_factory=list)
    persons: list[str] = field(default_factory=list)
    others: list[str] = field(default_factory=list)
    paired: list[str] = field(default_factory=list)

    @property
    def interval(self) -> TriedInterval:
        if self.end and self.end["edtf"]:
            return TriedInterval.of(Tried.of(self.date), Tried.of(self.end))
        return TriedInterval.at(Tried.of(self.date))

    @property
    def first_day(self) -> int | None:
        """The first day that known dates leave possible."""
        return min(self.interval.proven, default=None)

    @property
    def pairs(self) -> set[frozenset[str]]:
        return {frozenset(two) for two in combinations(set(self.paired), 2)}

    def place_in(self, *, latest_first: bool) -> tuple[Any, ...]:
        """Where it stands in the list."""
        day = self.first_day
        record = self.document["id"]
        if day is None:
            day = min(WORLD) - 1 if latest_first else max(WORLD) + 1
        return (day, record, self.place)

    def match(self, after: int | None, before: int | None) -> str | None:
        """What the entry says of the days that are asked for; None when none are."""
        if after is None and before is None:
            return None
        return self.interval.match(after, before)

    def values(self, dimension: str) -> list[Any]:
        """The values under which it counts: ids, and words."""
        if dimension == "state":
            return self.states or [None]
        if dimension == "kind":
            return [self.kind]
        if dimension == "object":
            return [self.document["object"]]
        if self.first_day is None:
            return [None]
        # All days of the tests lie in one month; what may lie on any day before or after them lies in no one span.
        is_open = {min(WORLD), max(WORLD)} & self.interval.conceivable
        span = {"year": "2025", "month": "2025-05", "decade": "202X"}[dimension]
        return ["uncertain" if is_open else span]

    def shown(self) -> tuple[Any, ...]:
        """What the entry says of it."""
        return (
            self.document["id"],
            self.document["object"],
            self.kind,
            self.date,
            self.end,
            sorted(self.states),
            sorted(self.persons),
        )


def published_documents() -> Iterator[dict[str, Any]]:
    """Every document that is public now."""
    for kind in all_kinds():
        current = kind.editions._default_manager.current()
        yield from map(orjson.loads, current.values_list("document", flat=True))


def happenings(documents: Iterable[dict[str, Any]]) -> list[Happening]:
    """Every dated fact of some documents."""
    found: list[Happening] = []
    for document in documents:
        read = _READERS.get(document["object"])
        if read:
            found += [
                Happening(document, place, **members)
                for place, members in enumerate(read(document))
            ]
    return found


def days_asked(query: dict[str, str]) -> tuple[int | None, int | None]:
    """The first and the last day that a question asks for, as numbers from the origin."""
    after, before = (
        int(query[name][-2:]) - ORIGIN.day if name in query else None
        for name in ("date_after", "date_before")
    )
    return after, before


def happened(query: dict[str, str], public: Iterable[dict[str, Any]]) -> list[Happening]:
    """What documents say to a question of the timeline, in the order of the list."""
    documents = {document["id"]: document for document in public}
    offices = [one for one in documents.values() if one["object"] == "office"]
    relations = [one for one in documents.values() if one["object"] == "relation"]

    def ids(name: str) -> set[str]:
        return set(query[name].split(",")) if name in query else set()

    topics = ids("topic")
    for _ in documents:
        below = {
            one["id"]
            for one in documents.values()
            if one["object"] == "topic" and one["broader"] and one["broader"]["id"] in topics
        }
        if below <= topics:
            break
        topics |= below
    states, between = ids("state"), ids("between")
    receiving = {
        office["id"]
        for office in offices
        if any(state["id"] in states for state in office["accredited_to"])
    }
    beside = {
        office["id"]
        for office in offices
        if office["state"]
        and any(
            {office["state"]["id"], received["id"]} == between
            for received in office["accredited_to"]
        )
    } | {one["id"] for one in relations if {state["id"] for state in one["states"]} == between}
    after, before = days_asked(query)

    def is_found(one: Happening) -> bool:
        everyone = {*one.states, *one.persons, *one.others}
        return (
            (not between or frozenset(between) in one.pairs or bool(beside & set(one.others)))
            and (not states or bool(states & everyone) or bool(receiving & everyone))
            and all(
                not ids(name) or bool(ids(name) & everyone)
                for name in ("person", "organization", "office")
            )
            and (not topics or bool(topics & everyone))
            and (not ids("kind") or one.kind in ids("kind"))
            and (not ids("object") or one.document["object"] in ids("object"))
            and (
                (after is None and before is None)
                or one.interval.has_day(query.get("date_match", "possible"), after, before)
            )
        )

    latest_first = query.get("ordering") == "-date"
    return sorted(
        filter(is_found, happenings(documents.values())),
        key=lambda one: one.place_in(latest_first=latest_first),
        reverse=latest_first,
    )


def _ids(references: list[dict[str, Any] | None], *objects: str) -> list[str]:
    return list(dict.fromkeys(one["id"] for one in references if one and one["object"] in objects))


def _event(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    parts = document["participations"]
    named = [part["participant"] for part in parts]
    stood: list[dict[str, Any] | None] = []
    for part in parts:
        if part["states"] is None:
            stood += [part["participant"], part["on_behalf_of"]]
            stood += [each["office"]["state"] for each in part["capacities"]]
        else:
            stood += part["states"]
    yield {
        "kind": "event",
        "date": document["when"],
        "end": document["end"],
        "states": [state["id"] for state in document["states"]],
        "persons": _ids(named, "person"),
        "others": _ids([*named, *document["topics"]], "organization", "topic"),
        "paired": _ids(stood, "state"),
    }


def _statement(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    named = [document["speaker"], *document["about"]]
    offices = [each["office"]["state"] for each in document["capacities"]]
    yield {
        "kind": "statement",
        "date": document["date"],
        "states": _ids([*named, *offices], "state"),
        "persons": _ids(named, "person"),
        "others": [each["id"] for each in [*named, *document["topics"]] if each],
        "paired": _ids(document["about"], "state"),
    }


def _tenure(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    common = {
        "states": _ids([document["office"]["state"]], "state"),
        "persons": [document["person"]["id"]],
        "others": [document["office"]["id"]],
    }
    held = document["kind"] in IN_OFFICE
    if held:
        yield {"kind": "took_office", "date": document["start"], **common}
    for step in document["milestones"]:
        yield {"kind": step["kind"], "date": step["date"], **common}
    if held and (document["end"] or document["end_status"] == "ended"):
        yield {"kind": "left_office", "date": document["end"], **common}


def _agreement(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    is_multilateral = document["laterality"] == "multilateral"
    for action in document["actions"]:
        own = action["party"] and action["party"]["id"]
        concerned = []
        for party in document["parties"]:
            is_own = party["party"]["id"] == own
            is_bound = party["role"] not in ("beneficiary", "observer", "depositary")
            if is_own or (is_bound and not (own and is_multilateral)):
                concerned.append(party)
        named = [each for party in concerned for each in (party["party"], party["on_behalf_of"])]
        signing = action["kind"] in ("signature", "definitive_signature")
        persons = [
            person
            for party in concerned
            if signing and (not own or party["party"]["id"] == own)
            for person in party["represented_by"]
        ]
        states = _ids(named, "state")
        date = action["date"]
        if not (date and date["edtf"]):
            date = action["effective_date"] or date
        if action["kind"] == "entry_into_force":
            date = action["effective_date"] or date
        yield {
            "kind": MOMENT_OF.get(action["kind"], action["kind"]),
            "date": date,
            "states": states,
            "persons": _ids(persons, "person"),
            "others": _ids([*named, *document["topics"]], "organization", "topic"),
            "paired": [] if is_multilateral else states,
        }


def _relation(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    states = [state["id"] for state in document["states"]]
    for period in document["periods"]:
        others = [document["id"], *(topic["id"] for topic in period["topics"])]
        common = {"states": states, "others": others, "paired": states}
        yield {"kind": "relation_began", "date": period["start"], **common}
        if period["end"] or period["end_status"] == "ended":
            yield {"kind": "relation_ended", "date": period["end"], **common}


def _state(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for kind, when in (("state_began", document["start"]), ("state_ended", document["end"])):
        if when:
            yield {"kind": kind, "date": when, "states": [document["id"]]}


_READERS = {
    "event": _event,
    "statement": _statement,
    "tenure": _tenure,
    "agreement": _agreement,
    "relation": _relation,
    "state": _state,
}
