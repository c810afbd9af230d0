"""What happened: event types, places, events, participations, statements and relations."""

from events.editions.event import EventEdition
from events.editions.event_type import EventTypeEdition
from events.editions.place import PlaceEdition
from events.editions.relation import RelationEdition
from events.editions.statement import StatementEdition
from events.models.event import (
    Attendance,
    Event,
    EventCitation,
    EventIdentifier,
    EventLink,
    EventLinkKind,
    EventPlace,
    EventStatus,
    EventTopic,
    PlaceRole,
    VisitClass,
)
from events.models.event_sum import (
    KEPT_FOR_PAIRS,
    KEPT_FOR_STATES,
    KEPT_FOR_WORDS,
    NO_ROLE,
    NO_STATE,
    WORDS,
    EventSum,
)
from events.models.event_type import EventType, EventTypeIdentifier
from events.models.participation import Participation, ParticipationCapacity, Presence, Role
from events.models.place import Place, PlaceIdentifier, PlaceKind, PlaceName
from events.models.posting import HAS_PARTS, IS_PART, EventPosting
from events.models.relation import (
    Dimension,
    Direction,
    Relation,
    RelationCitation,
    RelationIdentifier,
    RelationPeriod,
    RelationPeriodTopic,
)
from events.models.statement import (
    Statement,
    StatementAbout,
    StatementCapacity,
    StatementCitation,
    StatementIdentifier,
    StatementKind,
    StatementTopic,
)

__all__ = [
    "HAS_PARTS",
    "IS_PART",
    "KEPT_FOR_PAIRS",
    "KEPT_FOR_STATES",
    "KEPT_FOR_WORDS",
    "NO_ROLE",
    "NO_STATE",
    "WORDS",
    "Attendance",
    "Dimension",
    "Direction",
    "Event",
    "EventCitation",
    "EventEdition",
    "EventIdentifier",
    "EventLink",
    "EventLinkKind",
    "EventPlace",
    "EventPosting",
    "EventStatus",
    "EventSum",
    "EventTopic",
    "EventType",
    "EventTypeEdition",
    "EventTypeIdentifier",
    "Participation",
    "ParticipationCapacity",
    "Place",
    "PlaceEdition",
    "PlaceIdentifier",
    "PlaceKind",
    "PlaceName",
    "PlaceRole",
    "Presence",
    "Relation",
    "RelationCitation",
    "RelationEdition",
    "RelationIdentifier",
    "RelationPeriod",
    "RelationPeriodTopic",
    "Role",
    "Statement",
    "StatementAbout",
    "StatementCapacity",
    "StatementCitation",
    "StatementEdition",
    "StatementIdentifier",
    "StatementKind",
    "StatementTopic",
    "VisitClass",
]
