"""Which state a data set means: what it calls the state, the label beside that, and the day, led to one record.

    crosswalk = Crosswalk.read()
    crosswalk.state("travels", "russia", label="U.S.S.R.", on=date(1974, 6, 27)).slug  # "soviet-union"

In this order, the first that answers:

1. The table `states.csv`. A row may ask for a label, a first and a last day; of those that fit, one with a label
   goes before one without, and one with days before one without. A row never holds outside its days, whatever the label
   says: a label of 1992 that still reads "U.S.S.R." names no state of 1992. Without a day only a label, or a row without
   days, can decide.
2. The identifier `gsh` of a state, or a slug, where the data set has ids; the name of a state where it has names.

A label that is the name of a state which the id never stands for contradicts the id, and neither is believed. Nothing
else is tried: a spelling that is not known is not guessed. Decision 82 (docs/decisions) says why.
"""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Self

from anyascii import anyascii

from config.faults import Fault, nearest
from imports.files.tree import InputError
from people.models import State, StateIdentifier, StateName
from records.models import NameKind

if TYPE_CHECKING:
    from collections.abc import Iterable
    from uuid import UUID

TABLE = Path(__file__).parent / "states.csv"
#: Data sets of history.state.gov, which name states by ids: rows of `history-state` are about the three that follow the
#: ids' states through time, and what `gsh` calls a territory holds for all.
SHARED = "history-state"
_BY_ID = {
    "gsh": ("gsh",),
    "pocom": ("pocom", SHARED, "gsh"),
    "travels": ("travels", SHARED, "gsh"),
    "visits": ("visits", SHARED, "gsh"),
}
#: Data sets that write names.
_BY_NAME = {"us-missions": ("us-missions",), "wipo": ("wipo",)}
_LAYERS = _BY_ID | _BY_NAME
_ORGANIZATION = "organization:"
_GSH = "gsh:"


@dataclass(frozen=True, slots=True)
class StateMatch:
    """A state of the database."""

    id: UUID
    slug: str
    name: str

    @property
    def ref(self) -> str:
        return str(self.id)


@dataclass(frozen=True, slots=True)
class Span:
    """A state for as long as a data set's name means it. None where there is no limit; both days count."""

    state: StateMatch
    start: date | None
    end: date | None


@dataclass(frozen=True, slots=True)
class OrganizationMatch:
    """An organization that a data set lists among states: it is none, and its importer makes it."""

    name: str
    abbreviation: str


class UnknownStateError(LookupError):
    """What the data set says leads to no state, or to several. `fault` says so."""

    def __init__(self, fault: Fault) -> None:
        self.fault = fault
        super().__init__(fault.detail)

    def at(self, field: str) -> Fault:
        return replace(self.fault, pointer=field)


@dataclass(frozen=True, slots=True)
class CrosswalkRow:
    """A row of the table."""

    dataset: str
    id: str
    label: str  #: folded; "" for any
    start: date | None  #: first day, None without limit
    end: date | None  #: last day, None without limit
    state: str  #: a slug, `gsh:<id>` or `organization:<name>`

    @property
    def is_dated(self) -> bool:
        """Whether it holds for some time only."""
        return self.start is not None or self.end is not None

    def fits(self, label: str, on: date | None) -> bool:
        """Return whether it holds for a folded label and a day."""
        if self.label not in ("", label):
            return False
        if on is None:
            return bool(self.label) or not self.is_dated
        return (self.start is None or self.start <= on) and (self.end is None or on <= self.end)


@cache
def read_table() -> dict[tuple[str, str], tuple[CrosswalkRow, ...]]:
    """Return the rows of the table by data set and id; of a data set that writes names, by folded name."""
    found: dict[tuple[str, str], list[CrosswalkRow]] = defaultdict(list)
    with TABLE.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            name = _key(row["dataset"], row["id"])
            found[row["dataset"], name].append(
                CrosswalkRow(
                    row["dataset"],
                    name,
                    folded(row["label"]),
                    date.fromisoformat(row["from"]) if row["from"] else None,
                    date.fromisoformat(row["until"]) if row["until"] else None,
                    row["state"],
                )
            )
    return {key: tuple(entries) for key, entries in found.items()}


def folded(name: str) -> str:
    """Return a name as it is compared: without accents, case, signs and article, `St.` and `&` written out."""
    text = anyascii(name).lower().replace("&", " and ").replace("'", "")
    text = re.sub(r"[^a-z0-9]+", " ", re.sub(r"\bst\.", "saint ", text)).strip()
    return text.removeprefix("the ").removesuffix(" the")


@cache
def territories() -> dict[str, tuple[str, ...]]:
    """Return the ids of `gsh` that the table leads to each state, by slug or `gsh:<id>`."""
    found: dict[str, list[str]] = defaultdict(list)
    for (dataset, given), entries in read_table().items():
        if dataset == "gsh":
            found[entries[0].state].append(given)
    return {target: tuple(sorted(ids)) for target, ids in found.items()}


def _key(dataset: str, name: str) -> str:
    return folded(name) if dataset in _BY_NAME else name.strip()


@dataclass(frozen=True, slots=True)
class _NamedState:
    """A state with its dates, by which it differs from its namesakes."""

    match: StateMatch
    start: date | None  #: its earliest first day, where known
    end: date | None  #: its latest last day, where known

    def may_exist(self, on: date | None) -> bool:
        """Return whether it may have existed that day; without a day, whether it may exist still."""
        if on is None:
            return self.end is None
        return (self.start is None or self.start <= on) and (self.end is None or on <= self.end)


class Crosswalk:
    """The table and the states of the database, read once: three queries."""

    def __init__(
        self,
        states: dict[UUID, _NamedState],
        gsh: dict[str, UUID],
        names: Iterable[tuple[UUID, str]],
    ) -> None:
        self._states = states
        self._gsh = gsh
        self._slugs = {known.match.slug: pk for pk, known in states.items()}
        self._own_names: dict[str, set[UUID]] = defaultdict(set)
        self._names: dict[str, set[UUID]] = defaultdict(set)
        for pk, known in states.items():
            self._own_names[folded(known.match.name)].add(pk)
        for pk, name in names:
            self._names[folded(name)].add(pk)
        self._found: dict[tuple[str, str, str, date | None], StateMatch] = {}

    @classmethod
    def read(cls) -> Self:
        """Read the states with their names and `gsh` identifiers. A merged one stands for its survivor."""
        rows = list(
            State.objects.values_list(
                "pk", "slug", "name", "start_earliest", "end_latest", "merged_into_id"
            )
        )
        survivors = {pk: into for pk, *_rest, into in rows if into}

        def survivor(pk: UUID) -> UUID:
            while pk in survivors:
                pk = survivors[pk]
            return pk

        identifiers = StateIdentifier.objects.filter(scheme="gsh").values_list("value", "record_id")
        # A short form or an alias is shared too easily ("Congo") to say which state is meant. The data sets are in English.
        names = StateName.objects.exclude(kind__in=(NameKind.SHORT, NameKind.ALIAS)).filter(
            language__in=("", "en")
        )
        return cls(
            {
                pk: _NamedState(StateMatch(pk, slug, name), start, end)
                for pk, slug, name, start, end, into in rows
                if not into
            },
            {value: survivor(pk) for value, pk in identifiers},
            [(survivor(pk), name) for pk, name in names.values_list("record_id", "name")],
        )

    def state(
        self, dataset: str, given: str, *, label: str = "", on: date | None = None
    ) -> StateMatch:  # fmt: skip
        """Return the state that a data set means.

        `given` is the id, or the name as written for `us-missions` and `wipo`. Raises `UnknownStateError`; `KeyError` for a data set
        that is not known here.
        """
        key = (dataset, given, label, on)
        if key not in self._found:
            self._found[key] = self._look_up(*key)
        return self._found[key]

    def organization(self, dataset: str, given: str) -> OrganizationMatch | None:
        """Return the organization that a data set lists under this name, or None where it means a state."""
        for entry in self._entries(dataset, given):
            if entry.state.startswith(_ORGANIZATION):
                abbreviation = re.search(r"\(([^()]+)\)\s*$", given)
                return OrganizationMatch(
                    entry.state.removeprefix(_ORGANIZATION),
                    abbreviation[1] if abbreviation else "",
                )
        return None

    def spans(
        self, dataset: str, given: str, *, start: date | None = None, end: date | None = None
    ) -> list[Span]:  # fmt: skip
        """Return the states that a name means from one day to another, one after the other, without gaps.

        For what outlasts its state: the embassy at Moscow since 1933 was to the Soviet Union, then to Russia.
        Raises `UnknownStateError`.
        """
        turns = {
            day
            for entry in self._entries(dataset, given)
            if not entry.label
            for day in (entry.start, entry.end and entry.end + timedelta(days=1))
            if day and (start is None or day > start) and (end is None or day <= end)
        }
        spans: list[Span] = []
        for first in (start, *sorted(turns)):
            # Before the first turn any day will do; there is none to ask for where nothing ever turned.
            day = first or (min(turns) - timedelta(days=1) if turns else end)
            match = self.state(dataset, given, on=day)
            if spans and spans[-1].state == match:
                continue
            if spans and first:
                spans[-1] = replace(spans[-1], end=first - timedelta(days=1))
            spans.append(Span(match, first, None))
        spans[-1] = replace(spans[-1], end=end)
        return spans

    def end_of(self, state: StateMatch) -> date | None:
        """Return the last day on which a state may have existed; None where it exists, or nothing says when it ended."""
        return self._states[state.id].end

    def is_called(self, slug: str, *names: str) -> bool:
        """Return whether a state with this slug is there and bears one of the names."""
        pk = self._slugs.get(slug)
        called = [folded(name) for name in names if name]
        return any(pk in self._own_names[name] | self._names[name] for name in called)

    def find(self, target: str) -> StateMatch | None:
        """Return the state with a slug, or with an identifier written `gsh:<id>`, if it is there."""
        pk = self._find(target)
        return self._states[pk].match if pk else None

    def home(self, slug: str) -> StateMatch:
        """Return the state whose offices a data set is about. Raises InputError where it is not there."""
        found = self.find(slug)
        if found is None:
            reason = f"The state “{slug}” is not in the database: run load_reference first."
            raise InputError("unknown_state", reason)
        return found

    def namesakes(self, name: str) -> list[StateMatch]:
        """Return the states with this everyday name."""
        found = (self._states[pk].match for pk in self._own_names.get(folded(name), ()))
        return sorted(found, key=lambda match: match.slug)

    def _entries(self, dataset: str, given: str) -> list[CrosswalkRow]:
        table, key = read_table(), _key(dataset, given)
        return [entry for layer in _LAYERS[dataset] for entry in table.get((layer, key), ())]

    def _look_up(self, dataset: str, given: str, label: str, on: date | None) -> StateMatch:
        entries = self._entries(dataset, given)
        asked = folded(label)
        fitting = [entry for entry in entries if entry.fits(asked, on)]
        if fitting:
            # The layers come in order, and the first of equals is taken.
            best = max(fitting, key=lambda entry: (bool(entry.label), entry.is_dated))
            found = {self._target(best, dataset, given)}
            if best.label:
                return self._states[found.pop()].match
        else:
            found = self._without_table(dataset, given, on)
        if len(found) != 1:
            raise UnknownStateError(self._fault(dataset, given, label, found))
        pk = found.pop()
        self._check_label(dataset, given, label, pk, entries)
        return self._states[pk].match

    def _target(self, entry: CrosswalkRow, dataset: str, given: str) -> UUID:
        if entry.state.startswith(_ORGANIZATION):
            name = entry.state.removeprefix(_ORGANIZATION)
            raise UnknownStateError(_unknown(given, f"“{name}” is an organization, not a state."))
        pk = self._find(entry.state)
        if pk is None and entry.state.startswith(_GSH):
            territory = entry.state.removeprefix(_GSH)
            reason = f"“{given}” of {dataset} is the territory “{territory}” of gsh here, which is not in the database: import gsh first."
            raise UnknownStateError(_unknown(given, reason))
        if pk is None:
            reason = f"“{given}” of {dataset} is the state “{entry.state}” here, which is not in the database: run load_reference first."
            raise UnknownStateError(_unknown(given, reason))
        return pk

    def _find(self, target: str) -> UUID | None:
        if target.startswith(_GSH):
            return self._gsh.get(target.removeprefix(_GSH))
        return self._slugs.get(target)

    def _without_table(self, dataset: str, given: str, on: date | None) -> set[UUID]:
        """Return the states that an id or name leads to by itself."""
        key = _key(dataset, given)
        if dataset in _BY_ID:
            pk = self._gsh.get(key) or self._slugs.get(key)
            return {pk} if pk else set()
        for names in (self._own_names, self._names):
            bearers = names.get(key, set())
            there = {pk for pk in bearers if self._states[pk].may_exist(on)}
            if found := there or bearers:
                return set(found)
        return set()

    def _check_label(
        self, dataset: str, given: str, label: str, pk: UUID, entries: list[CrosswalkRow]
    ) -> None:  # fmt: skip
        """Refuse a label that is the name of a state for which the id never stands."""
        named = self._own_names.get(folded(label), set()) if label else set()
        if not named or pk in named:
            return
        stands_for = {self._find(entry.state) for entry in entries}
        stands_for |= self._without_table(dataset, given, None)
        if not named & stands_for:
            other = ", ".join(sorted(self._states[each].match.name for each in named))
            reason = f"The id “{given}” says {self._states[pk].match.name}, and the label says {other}: one of the two is wrong."
            raise UnknownStateError(_unknown(f"{given} ({label})", reason))

    def _fault(self, dataset: str, given: str, label: str, found: set[UUID]) -> Fault:
        value = f"{given} ({label})" if label else given
        if found:
            slugs = ", ".join(sorted(self._states[pk].match.slug for pk in found))
            return _unknown(value, f"Several states are called “{given}”: {slugs}.")
        kind = "name" if dataset in _BY_NAME else "id"
        return _unknown(
            value,
            f"No state is known by the {kind} “{given}” of {dataset}. Add it to imports/matching/states.csv.",
            nearest(_key(dataset, given), self._known_keys(dataset)),
        )

    def _known_keys(self, dataset: str) -> list[str]:
        own = {key for layer, key in read_table() if layer in _LAYERS[dataset]}
        others = (
            {*self._own_names, *self._names} if dataset in _BY_NAME else {*self._gsh, *self._slugs}
        )
        return sorted(own | others)


def _unknown(value: str, reason: str, suggestion: str | None = None) -> Fault:
    return Fault("unknown_state", reason, pointer="", value=value, suggestion=suggestion)
