"""From territories to states: which are forms of one state, and what documents say of it.

A territory of gsh ends with each new name or status. What the project holds for one state under several names (decision 30)
is one record here too, with the ids of all its forms. Of a state that ships with the project nothing is repeated or
corrected: only ids, names and what came before it are added. Not its start either, which says since when it is a state,
while gsh counts from the first colony on.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from imports.dataset import name_of
from imports.datasets.gsh.rows import DEPENDENCY, INDEPENDENT
from imports.datasets.kit import citation, cut, identifiers, slug_of
from imports.matching.states import folded, read_table, territories
from people.models import State, StateKind
from records.models import NameKind
from records.reference_data import reference_rows

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from imports.datasets.gsh.rows import Territory
    from imports.matching.states import Crosswalk, CrosswalkRow, StateMatch

SCHEME = "gsh"
_ATTRIBUTION_LENGTH = 300
#: What an id ends with when the territory is no more: the year, or that it is to be determined.
_YEAR = re.compile(r"-(?:\d{3,4}|tbd)\Z")


@dataclass(slots=True)
class GatheredState:
    """A state, with the territories that are its forms one after the other."""

    key: str  #: the slug of a state that ships with the project, or `gsh:<id>`
    match: StateMatch | None  #: the state of the database
    entry: dict[str, Any] | None  #: its line in the reference data
    forms: list[Territory] = field(default_factory=list)  #: in order of time
    slug: str = ""  #: the one that it would like, where it is new

    @property
    def is_reference(self) -> bool:
        """Whether it ships with the project."""
        return self.entry is not None

    @property
    def lead(self) -> Territory:
        return next(
            (form for form in self.forms if self.key == f"{SCHEME}:{form.id}"), self.forms[-1]
        )

    @property
    def label(self) -> str:
        """What sentences call it."""
        return f"“{self.entry['name'] if self.entry else self.lead.short_form}”"

    @property
    def ref(self) -> str:
        return self.match.ref if self.is_reference and self.match else self.key

    @property
    def start(self) -> int | None:
        """The first year in which anybody has it; None where none is known."""
        years = [form.since.number for form in self.forms if form.since.number]
        start = self.entry.get("start", "") if self.entry else ""
        if start[:4].isdigit():
            years.append(int(start[:4]))
        return min(years, default=None)

    @property
    def end(self) -> int | None:
        """The year in which it ended; None where that is not known, or it goes on."""
        if self.entry:
            end = self.entry.get("end", "")
            return int(end[:4]) if end[:4].isdigit() else None
        return self.forms[-1].until.number

    @property
    def goes_on(self) -> bool:
        return "end" not in self.entry if self.entry else self.forms[-1].goes_on

    def document(self, source: str, predecessors: Iterable[dict[str, Any]]) -> dict[str, Any]:
        """Return the document; its names, identifiers, citations and predecessors add to what is there."""
        document: dict[str, Any] = {"object": "state"}
        if self.is_reference and self.match:
            document["id"] = self.match.ref
        else:
            document["slug"] = self.slug
        document["identifiers"] = self._identifiers()
        if not self._others_know_better:
            document |= self._facts()
        parts = {
            "names": self._names(),
            "predecessors": list(predecessors),
            "citations": [self._citation(form, source) for form in self.forms],
        }
        return document | {name: rows for name, rows in parts.items() if rows}

    def name(self) -> tuple[str, str]:
        """Return what rows call the document: the same name whichever of its forms are at hand."""
        return ("state", name_of({"identifiers": self._identifiers()}))

    def _identifiers(self) -> list[dict[str, str]]:
        """Return all ids that lead here, those of files that are not at hand too."""
        own = [] if self.is_reference else [self.key.removeprefix(f"{SCHEME}:")]
        ids = [*own, *territories().get(self.key, ()), *sorted(form.id for form in self.forms)]
        return identifiers(*((SCHEME, value) for value in dict.fromkeys(ids)))

    @property
    def _others_know_better(self) -> bool:
        """Whether it ships with the project, or an earlier import had files of it that are not at hand now."""
        at_hand = {form.id for form in self.forms}
        is_whole = at_hand.issuperset(territories().get(self.key, ()))
        return self.is_reference or (self.match is not None and not is_whole)

    def _facts(self) -> dict[str, Any]:
        first, last, lead = self.forms[0], self.forms[-1], self.lead
        facts: dict[str, Any] = {"name": lead.short_form, "kind": self._kind()}
        if start := first.since.date:
            facts["start"] = start
        if end := last.until.date:
            facts["end"] = end
        if notes := " ".join(dict.fromkeys(form.notes for form in self.forms if form.notes)):
            facts["curators_note"] = notes
        return facts

    def _kind(self) -> str:
        if self.lead.type == DEPENDENCY:
            return StateKind.DEPENDENCY
        if self.goes_on and self.lead.type == INDEPENDENT:
            return StateKind.SOVEREIGN_STATE
        return StateKind.HISTORICAL_STATE

    def _names(self) -> list[dict[str, Any]]:
        """Return the names that add to its own: of past forms with their time, of today's without."""
        has_its_name = self.match is not None and self._others_know_better
        known = {folded(self.match.name if self.match and has_its_name else self.lead.short_form)}
        if self.entry:
            known.add(folded(self.entry["name"]))
        has_official = False
        for own in self.entry.get("names", ()) if self.entry else ():
            if own["language"] != "en":
                continue  # a former name in English may be today's in Spanish: Ruanda
            known.add(folded(own["name"]))
            has_official |= own["kind"] == NameKind.OFFICIAL and "end" not in own
        names = []
        for form in self.forms:
            short = NameKind.ALIAS if form.goes_on else NameKind.FORMER
            official = NameKind.ALIAS if form.goes_on and has_official else NameKind.OFFICIAL
            listed: set[str] = set()
            for name, kind in ((form.short_form, short), (form.official, official)):
                if name and folded(name) not in known | listed:
                    listed.add(folded(name))
                    names.append(self._name(name, kind, form))
        return names

    def _name(self, name: str, kind: str, form: Territory) -> dict[str, Any]:
        row: dict[str, Any] = {"name": name, "kind": kind, "language": "en"}
        if not form.goes_on:
            dates = {"start": form.since.date, "end": form.until.date}
            row |= {member: date for member, date in dates.items() if date}
        return row

    def _citation(self, form: Territory, source: str) -> dict[str, Any]:
        # The same place whether the whole set is given, the folder, or the file alone.
        locator = f"territories/{PurePosixPath(form.file).name}, {form.id}"
        if self.is_reference and form.notes:
            # The desk's note on a state that ships with the project is the desk's own.
            locator += f": {form.notes}"
        attribution = cut("; ".join(form.sources), _ATTRIBUTION_LENGTH)
        more = {"attribution_text": attribution} if form.sources else {}
        return citation(source, cut(locator), **more)


def gather(forms: Iterable[Territory], crosswalk: Crosswalk) -> dict[str, GatheredState]:
    """Return the states of the territories by key, and note what keeps a territory from being one."""
    entries = {entry["slug"]: entry for entry in reference_rows(State)}
    keys: dict[Any, str] = {}  # by record: after a merge, several keys lead to one
    records: dict[str, GatheredState] = {}
    for form in forms:
        key = _key(form, crosswalk, entries)
        match = crosswalk.find(key)
        if match:
            key = keys.setdefault(match.id, match.slug if match.slug in entries else key)
        record = records.get(key) or GatheredState(key, match, entries.get(key))
        if record.is_reference and record.match is None:
            reason = f"The state “{key}”, which this territory is, is not in the database: run load_reference first."
            form.reject("/id", form.id, reason, "unknown_state")
            continue
        if not record.is_reference and not form.type and form.goes_on:
            reason = "It is there today, and its type is not said."
            form.reject("/type-of-territory", None, reason, "required")
            continue
        if not form.type:
            reason = "Its type is not said."
            form.warn("/type-of-territory", None, reason, "type_missing")
        records[key] = record
        record.forms.append(form)
    for record in records.values():
        record.forms.sort(key=lambda form: form.order)
    _wish_slugs(records, entries)
    return records


def _key(form: Territory, crosswalk: Crosswalk, entries: dict[str, dict[str, Any]]) -> str:
    """Return which state a territory is: as the table says, else the state with its id for a slug and its name."""
    for row in read_table().get((SCHEME, form.id), ()):
        return row.state
    if form.id in entries and crosswalk.is_called(form.id, form.short_form, form.official):
        return form.id
    return f"{SCHEME}:{form.id}"


def _wish_slugs(records: dict[str, GatheredState], entries: Collection[str]) -> None:
    """Give new states the id without its year for a slug, where nothing else is called so."""
    new = [record for record in records.values() if not record.is_reference]
    bare = {record.key: _bare(record.key) for record in new}
    shared = Counter(bare.values())
    for record in new:
        wish = bare[record.key]
        others = {entry.state for entry in _called(wish)} - {record.key}
        is_free = shared[wish] == 1 and wish not in entries and not others
        whole = record.key.removeprefix(f"{SCHEME}:")
        record.slug = slug_of(wish if is_free else whole)


def _bare(key: str) -> str:
    return _YEAR.sub("", key.removeprefix(f"{SCHEME}:").lower())


def _called(given: str) -> list[CrosswalkRow]:
    """Return the rows of the table that are about an id, in whichever data set."""
    return [row for (_dataset, name), rows in read_table().items() if name == given for row in rows]
