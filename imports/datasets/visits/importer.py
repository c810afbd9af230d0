"""Visits of foreign leaders to the United States: the data set of the Office of the Historian.

| row | becomes |
|---|---|
| a visit | an event, of its visitors on behalf of the state as it was then, to the United States |
| a visitor with a name | a person, one for all the visits that are proved to be theirs (`visitors`) |

Title and name are told apart; the title is the capacity, with the tenure where the database knows one of that day. The
description, which is in the public domain, is the summary, and its fixed words are the class of the visit. A trip to that
state on the same days that answers it is its counterpart (`exchanges`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from events.models import Attendance, EventStatus, PlaceRole, Role
from events.models.participation import Presence
from imports.dataset import Dataset, register
from imports.datasets.earlier import Earlier, citation, slug_of
from imports.datasets.journeys.counterparts import Exchanges, Side
from imports.datasets.journeys.met import Meetings
from imports.datasets.journeys.officials import Officials
from imports.datasets.journeys.visit_classes import is_transit, visit_class
from imports.datasets.visits.files import read_files, recognises
from imports.datasets.visits.guests import Guests
from imports.datasets.visits.visitors import Visitor, visitors_of
from imports.matching.persons import PersonIndex
from imports.matching.states import Crosswalk, UnknownStateError
from records.models import Evidence

if TYPE_CHECKING:
    from collections.abc import Iterator

    from imports.dataset import Document, NearMatch, Row
    from imports.datasets.visits.files import Files, Visit
    from imports.files.tree import Tree
    from imports.matching.states import StateMatch

NAME = "visits"
_TITLE = 300


def translate(tree: Tree, source: str) -> Iterator[Row | Document | NearMatch]:
    """Yield persons and visits, then a row for each visit.

    Raises `InputError` where not even the United States are among the states.
    """
    files = read_files(tree)
    yield from files.unread
    yield from _Visits(files, source).items()


class _Visits:
    """The data set as records."""

    def __init__(self, files: Files, source: str) -> None:
        self.files = files
        self.source = source
        crosswalk = Crosswalk.read()
        self.home = crosswalk.home("united-states")
        for visit in files.visits:
            _place(visit, crosswalk)
        self.visits = [visit for visit in files.visits if visit.is_good]
        self._visitors = {visit.id: visitors_of(visit) for visit in self.visits}
        named = [visitor for visitors in self._visitors.values() for visitor in visitors]
        self._exchanges = Exchanges(NAME)
        index = PersonIndex.read()
        self.guests = Guests(named, index, Earlier(NAME, "person"))
        self._meetings = Meetings(index, Officials(index, self.home))

    def items(self) -> Iterator[Row | Document | NearMatch]:
        visits = [self._visit(visit) for visit in self.visits]
        yield from self.guests.documents(self.source)
        yield from visits
        for visit in self.files.visits:
            yield visit.row()

    def _visit(self, visit: Visit) -> Document:
        assert visit.state is not None  # noqa: S101 - for the type checker: without one it is rejected
        visitors = self._visitors[visit.id]
        is_stop = is_transit(visit.words)
        what = "Transit stop" if is_stop else "Visit"
        where = f"{'in' if is_stop else 'to'} the {self.home.name}"
        who = " and ".join(visitor.given for visitor in visitors)
        participations = [self._visitor(visitor, visit.state) for visitor in visitors]
        order = len(visitors) + 1
        met = self._meetings.documents(visit.words, visit.first, None, order=order + 1)
        document: Document = {
            "object": "event",
            "slug": slug_of(visit.state.slug, visitors[0].name, self.home.slug, visit.start.edtf),
            "type": "transit_stop" if is_stop else "visit",
            "title": _cut(f"{what} of {who} ({visit.state.name}) {where}"),
            "summary": visit.words,
            **visit.dates(),
            "status": EventStatus.OCCURRED.value,
            "attendance": Attendance.IN_PERSON.value,
            "places": [
                {"state": self.home.ref, "role": PlaceRole.DESTINATION.value, "order": 1},
            ],
            "participations": [*participations, self._host(order), *met],
            "identifiers": [{"scheme": NAME, "value": visit.id}],
            "citations": [citation(self.source, f"{visit.file}, {visit.id}")],
        }
        if found := visit_class(visit.words):
            document["visit_class"] = found.value
        side = Side(visit.ref, visit.first, visit.last, visit.words, {visit.state.id})
        if links := self._exchanges.links(side):
            document["links"] = links
        visit.becomes.append(("event", visit.ref))
        visit.becomes += [
            ("person", guest.ref) for visitor in visitors if (guest := self.guests.guest(visitor))
        ]
        return document

    def _visitor(self, visitor: Visitor, state: StateMatch) -> Document:
        guest = self.guests.guest(visitor)
        told: dict[str, Any] = {"name_as_given": visitor.given[:_TITLE]}
        if guest:
            told["participant"] = {"object": "person", "ref": guest.ref}
        else:
            reason = "The words name nobody in particular: they were kept as they stand."
            visitor.visit.warn("/visitor", visitor.given, reason, "no_name")
        told |= {
            "role": Role.VISITOR.value,
            "capacity_text": visitor.title[:_TITLE],
            "on_behalf_of": {"object": "state", "ref": state.ref},
            "presence": Presence.PRESENT.value,
            "order": visitor.number,
        }
        if tenure := self.guests.tenure(visitor):
            told["capacities"] = [{"tenure": tenure, "evidence": Evidence.REPORTED.value}]
        return told

    def _host(self, order: int) -> Document:
        return {
            "participant": {"object": "state", "ref": self.home.ref},
            "role": Role.HOST.value,
            "order": order,
        }


def _place(visit: Visit, crosswalk: Crosswalk) -> None:
    """Say from which state a visit came, or reject it."""
    if not visit.is_good:
        return
    try:
        visit.state = crosswalk.state(NAME, visit.state_id, label=visit.label, on=visit.first)
    except UnknownStateError as error:
        visit.faults.append(error.at("/from"))


def _cut(title: str) -> str:
    return title if len(title) <= _TITLE else f"{title[: _TITLE - 1]}…"


DATASET = register(
    Dataset(
        name=NAME,
        title="Visits of foreign leaders to the United States",
        source={
            "slug": "us-visits-by-foreign-leaders",
            "kind": "dataset",
            "title": "Visits by Foreign Leaders",
            "publisher": "Office of the Historian, US Department of State",
            "web_address": "https://github.com/HistoryAtState/visits",
            "language": "en",
            "licence": "CC0-1.0",
        },
        recognises=recognises,
        translate=translate,
        after=("gsh", "pocom", "us-executive"),
    ),
)
