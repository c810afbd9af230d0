"""Visits as events."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from events.models import PlaceRole
from imports.datasets.journeys.counterparts import VISITS, Exchanges, Side
from imports.datasets.journeys.events import TEXT, event_of, host, visitor
from imports.datasets.journeys.met import Meetings
from imports.datasets.kit import slug_of, with_article

if TYPE_CHECKING:
    from collections.abc import Sequence

    from imports.dataset import Document
    from imports.datasets.journeys.officials import Officials
    from imports.datasets.visits.guests import Guests
    from imports.datasets.visits.rows import Visit
    from imports.datasets.visits.visitors import Visitor
    from imports.matching.persons import PersonIndex


class Events:
    """The events of visits."""

    def __init__(self, guests: Guests, index: PersonIndex, officials: Officials) -> None:
        self._guests = guests
        self._home = officials.home
        self._meetings = Meetings(index, officials)
        self._exchanges = Exchanges(VISITS)

    def visit(self, visit: Visit, visitors: Sequence[Visitor], source: str) -> Document:
        """Return the event of a visit, and note which records the row becomes."""
        assert visit.state is not None  # noqa: S101 - for the type checker: without one it is rejected
        home, state = self._home, visit.state
        participations = [self._visitor(each, state.ref) for each in visitors]
        order = len(visitors) + 1
        met = self._meetings.documents(visit.words, visit.first, None, order=order + 1)
        destination = {"state": home.ref, "role": PlaceRole.DESTINATION.value, "order": 1}
        document = event_of(
            visit,
            source,
            slug=slug_of(state.slug, visitors[0].name, home.slug, visit.start.edtf),
            who=f"{' and '.join(each.given for each in visitors)} ({state.name})",
            where=with_article(home.name),
            places=[destination],
            participations=[*participations, host(home.ref, order), *met],
        )
        side = Side(visit.ref, visit.first, visit.last, visit.words, {state.id})
        if links := self._exchanges.links(side):
            document["links"] = links
        guests = (self._guests.guest(each) for each in visitors)
        visit.becomes.append(("event", visit.ref))
        visit.becomes += [("person", guest.ref) for guest in guests if guest]
        return document

    def _visitor(self, each: Visitor, state: str) -> Document:
        who: dict[str, Any] = {"name_as_given": each.given[:TEXT]}
        if guest := self._guests.guest(each):
            who["participant"] = {"object": "person", "ref": guest.ref}
        else:
            reason = "The words name nobody in particular: they were kept as they stand."
            each.visit.warn("/visitor", each.given, reason, "no_name")
        return visitor(
            state,
            capacity=each.title,
            tenure=self._guests.tenure(each),
            order=each.number,
            **who,
        )
