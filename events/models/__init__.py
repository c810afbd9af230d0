"""What happened: event types, places, events, participations, statements and relations."""

from events.editions import (
    EventEdition,
    EventTypeEdition,
    PlaceEdition,
    RelationEdition,
    StatementEdition,
)
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
from events.models.event_type import EventType, EventTypeIdentifier
from events.models.participation import Participation, ParticipationCapacity, Presence, Role
from events.models.place import Place, PlaceIdentifier, PlaceKind, PlaceName
from events.models.posting import EventPosting, Length
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
    "EventTopic",
    "EventType",
    "EventTypeEdition",
    "EventTypeIdentifier",
    "Length",
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
