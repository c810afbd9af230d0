"""Views of event types, places, events, statements and relations."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from config.api.problems import Problem
from events.dimensions import EVENT_TYPES, EVENTS, PLACES, RELATIONS, STATEMENTS
from events.filters import (
    EventFilter,
    EventTypeFilter,
    PlaceFilter,
    RelationFilter,
    StatementFilter,
)
from events.kinds import EVENT, EVENT_TYPE, PLACE, RELATION, STATEMENT
from events.models import RelationEdition
from records.api.expand import Shown
from records.api.views import EditionViewSet
from records.lookup.names import is_well_formed
from records.lookup.published import WrittenReferences

if TYPE_CHECKING:
    from uuid import UUID

    from django.http.response import HttpResponseBase
    from rest_framework.request import Request

    from config.api.query import Query


class EventTypeViewSet(EditionViewSet):
    """Types of event, a tree, with their PLOVER, CAMEO and Goldstein values."""

    kind = EVENT_TYPE
    filterset_class = EventTypeFilter
    dimensions = EVENT_TYPES
    orderings: ClassVar[dict[str, str]] = {"code": "code", **EditionViewSet.orderings}
    default_ordering = "code"


class PlaceViewSet(EditionViewSet):
    """Places where events happen."""

    kind = PLACE
    filterset_class = PlaceFilter
    dimensions = PLACES


class EventViewSet(EditionViewSet):
    """Diplomatic events, latest first. What points at one is asked for: `statements/?event=`, `agreements/?event=`."""

    kind = EVENT
    filterset_class = EventFilter
    dimensions = EVENTS
    orderings: ClassVar[dict[str, str]] = {"date": "date", **EditionViewSet.orderings}
    undated_last: ClassVar[tuple[str, ...]] = ("date",)
    default_ordering = "-date"


class StatementViewSet(EditionViewSet):
    """What was said, by whom and about what, latest first."""

    kind = STATEMENT
    filterset_class = StatementFilter
    dimensions = STATEMENTS
    orderings: ClassVar[dict[str, str]] = {"date": "date", **EditionViewSet.orderings}
    undated_last: ClassVar[tuple[str, ...]] = ("date",)
    default_ordering = "-date"


class RelationViewSet(EditionViewSet):
    """How pairs of states stand to each other, over time and in several respects."""

    kind = RELATION
    filterset_class = RelationFilter
    dimensions = RELATIONS

    def path_parameters(self) -> dict[str, str]:
        return {
            **super().path_parameters(),
            "a": "One of the two states, as `ref`.",
            "b": "The other state, as `ref`.",
        }

    def pair(self, request: Request, a: str, b: str) -> HttpResponseBase:  # noqa: ARG002 - DRF's signature
        """Serve the relation of two states, named in either order."""
        query = self.read_query(self.detail_parameters)
        shown = Shown.read(query, self.kind)
        return self.serve_newest(self._relation_of(a, b, query), shown)

    def _relation_of(self, a: str, b: str, query: Query) -> UUID:
        """The relation of two states as addresses name them; a tombstone only when there is nothing else."""
        references = WrittenReferences()
        wanted = [
            references.add(("state",), text, name, query, is_closed=False)
            for name, text in (("a", a), ("b", b))
            if is_well_formed(text)
        ]
        references.resolve(query)
        query.refuse_faults()
        states = {key for one in wanted if one for key in one.ids}
        if len(states) != 2:
            raise Problem("not_found")
        relations = RelationEdition.objects.filter(involved_ids__contains=list(states))
        relation: UUID | None = None
        for found in (relations.current(), relations.newest()):
            relation = found.values_list("record_id", flat=True).first()
            if relation is not None:
                break
        if relation is None:
            raise Problem("not_found")
        return relation
