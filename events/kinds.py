"""The kinds of record of this app, as publishing knows them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from events.models import (
    Direction,
    Event,
    EventEdition,
    EventType,
    EventTypeEdition,
    Place,
    PlaceEdition,
    Relation,
    RelationEdition,
    Statement,
    StatementEdition,
)
from events.serializers import (
    STATEMENT_SUBJECTS,
    EventSerializer,
    EventTypeReferenceSerializer,
    EventTypeSerializer,
    PlaceSerializer,
    RelationSerializer,
    StatementSerializer,
)
from events.warnings import EVENT_CHECKS, STATEMENT_CHECKS
from people import kinds as people  # noqa: F401 - its kinds come first: what is named, before what names it
from records.registry import Kind, Question, register

if TYPE_CHECKING:
    from collections.abc import Mapping

    from records.exchange.compare import Planned

_OPPOSITE = {
    Direction.FIRST_TO_SECOND.value: Direction.SECOND_TO_FIRST.value,
    Direction.SECOND_TO_FIRST.value: Direction.FIRST_TO_SECOND.value,
}


def _order_pair(plan: Planned) -> None:
    """Keep the pair with the smaller id first, and let the periods' directions follow."""
    first, second = plan.values.get("state_a_id"), plan.values.get("state_b_id")
    if first is None or second is None or first <= second:
        return
    plan.values["state_a_id"], plan.values["state_b_id"] = second, first
    for period in plan.parts.get("periods", ()):
        direction = period.values["direction"]
        period.values["direction"] = _OPPOSITE.get(direction, direction)


EVENT_TYPE = register(
    Kind(
        name="event_type",
        resource="event-types",
        model=EventType,
        editions=EventTypeEdition,
        serializer=EventTypeSerializer,
        reference=EventTypeReferenceSerializer,
        is_cited=False,
        keys=("code",),
        desk_members={"label": "code"},
        example="call",
    ),
)
PLACE = register(
    Kind(
        name="place",
        resource="places",
        model=Place,
        editions=PlaceEdition,
        serializer=PlaceSerializer,
        is_cited=False,
    ),
)
EVENT = register(
    Kind(
        name="event",
        resource="events",
        model=Event,
        editions=EventEdition,
        serializer=EventSerializer,
        part_keys={
            "places": ("place", "state", "role"),
            "participations": ("participant", "name_as_given", "role"),
            "participations.capacities": ("tenure",),
            "links": ("kind", "event"),
        },
        desk_members={"places.order": "role", "participations.order": "contested"},
        checks=EVENT_CHECKS,
        question=Question(
            1,
            "Who telephoned whom: calls that involve the United States and Pakistan",
            "state__all=US,PK&type=call",
        ),
    ),
)
RELATION = register(
    Kind(
        name="relation",
        resource="relations",
        model=Relation,
        editions=RelationEdition,
        serializer=RelationSerializer,
        part_keys={"periods": ("dimension", "direction", "value")},
        settle=_order_pair,
    ),
)
STATEMENT = register(
    Kind(
        name="statement",
        resource="statements",
        model=Statement,
        editions=StatementEdition,
        serializer=StatementSerializer,
        part_keys={"capacities": ("tenure",)},
        checks=STATEMENT_CHECKS,
    ),
)


def let_statements_be_about(related_name: str, kinds: Mapping[str, str]) -> None:
    """Let statements be about records of an app that comes after this one (docs/decisions/0041).

    `related_name` leads from a statement to rows of a `Part` of that app whose `part_of` is "statement"; `kinds` maps each
    kind of record that such a row can name to the attribute with its key: `{"agreement": "agreement_id"}`.
    """
    STATEMENT_SUBJECTS[related_name] = dict(kinds)
