"""Event types, places, events, relations and statements in exchange files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from events.models import Direction, Event, EventType, Place, Relation, Statement
from events.models.statement import SUBJECTS
from records.exchange.shapes import Both, Either, Exchange, Refs, Renamed, Rows, declare

if TYPE_CHECKING:
    from records.exchange.compare import Planned

_OPPOSITE = {
    Direction.FIRST_TO_SECOND.value: Direction.SECOND_TO_FIRST.value,
    Direction.SECOND_TO_FIRST.value: Direction.FIRST_TO_SECOND.value,
}
_CAPACITY = ("tenure", "evidence")


def _order_pair(plan: Planned) -> None:
    """Keep the pair with the smaller id first, and let the periods' directions follow."""
    first, second = plan.values.get("state_a_id"), plan.values.get("state_b_id")
    if first is None or second is None or first <= second:
        return
    plan.values["state_a_id"], plan.values["state_b_id"] = second, first
    for period in plan.parts.get("periods", ()):
        direction = period.values["direction"]
        period.values["direction"] = _OPPOSITE.get(direction, direction)


EVENT_TYPE = declare(
    Exchange(
        EventType,
        fields=(
            "code",
            "label",
            "description",
            "broader",
            "plover_type",
            "plover_mode",
            "cameo_code",
            "goldstein",
        ),
        keys=("code",),
    ),
)
PLACE = declare(
    Exchange(Place, fields=("name", "kind", "state", "parent", "latitude", "longitude")),
)
EVENT = declare(
    Exchange(
        Event,
        fields=(
            "type",
            "title",
            "summary",
            "when",
            "end",
            "status",
            "attendance",
            "visit_class",
            "parent",
        ),
        parts=(
            Refs("topics", "topic", relation="event_topics"),
            Rows(
                "places",
                ("place", "state", "name_as_given", "role", "order"),
                relation="event_places",
                key=("place", "state", "role"),
            ),
            Rows(
                "participations",
                (
                    Either("participant", ("person", "organization", "state")),
                    "name_as_given",
                    "role",
                    "side",
                    "capacity_text",
                    Either("on_behalf_of", ("on_behalf_of_state", "on_behalf_of_organization")),
                    "presence",
                    "contested",
                    "order",
                ),
                parts=(
                    Rows(
                        "capacities",
                        _CAPACITY,
                        relation="participation_capacities",
                        key=("tenure",),
                    ),
                ),
                key=("participant", "name_as_given", "role"),
            ),
            Rows("links", ("kind", Renamed("event", "linked_event")), key=("kind", "event")),
        ),
    ),
)
RELATION = declare(
    Exchange(
        Relation,
        fields=(Both("states", ("state_a", "state_b")),),
        parts=(
            Rows(
                "periods",
                (
                    "dimension",
                    "direction",
                    "value",
                    "start",
                    "end",
                    "end_status",
                    "start_event",
                    "end_event",
                    Either("asserted_by", ("asserted_by_person", "asserted_by_organization")),
                    "asserted_by_as_given",
                ),
                parts=(Refs("topics", "topic", relation="period_topics"),),
                key=("dimension", "direction", "value"),
            ),
        ),
        settle=_order_pair,
    ),
)
STATEMENT = declare(
    Exchange(
        Statement,
        fields=(
            "kind",
            Either("speaker", ("speaker_person", "speaker_organization")),
            "speaker_as_given",
            "date",
            "event",
            "part_of",
            "language",
            "text",
            "summary",
        ),
        parts=(
            Rows("capacities", _CAPACITY, relation="statement_capacities", key=("tenure",)),
            Refs("about", Either("about", SUBJECTS), relation="subjects"),
            Refs("topics", "topic", relation="statement_topics"),
        ),
    ),
)
