"""The kinds of record of this app, as publishing knows them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from events.models import (
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
    EventTypeSerializer,
    PlaceSerializer,
    RelationSerializer,
    StatementSerializer,
)
from people import kinds as people  # noqa: F401 - its kinds come first: what is named, before what names it
from records.registry import Kind, Question, kind_named, register

if TYPE_CHECKING:
    from collections.abc import Mapping

EVENT_TYPE = register(
    Kind(
        name="event_type",
        resource="event-types",
        model=EventType,
        editions=EventTypeEdition,
        serializer=EventTypeSerializer,
        prefetch=("identifiers",),
        is_cited=False,
        code="its code",
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
        prefetch=("names", "identifiers"),
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
        prefetch=(
            "identifiers",
            "citations",
            "event_topics",
            "event_places",
            "participations__participation_capacities",
            "links",
        ),
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
        prefetch=("identifiers", "citations", "periods__period_topics"),
    ),
)
STATEMENT = register(
    Kind(
        name="statement",
        resource="statements",
        model=Statement,
        editions=StatementEdition,
        serializer=StatementSerializer,
        prefetch=(
            "identifiers",
            "citations",
            "statement_capacities",
            "subjects",
            "statement_topics",
        ),
    ),
)


def let_statements_be_about(related_name: str, kinds: Mapping[str, str]) -> None:
    """Let statements be about records of an app that comes after this one (docs/decisions/0041).

    `related_name` leads from a statement to rows of a `Part` of that app whose `part_of` is "statement"; `kinds` maps each
    kind of record that such a row can name to the attribute with its key: `{"agreement": "agreement_id"}`.
    """
    STATEMENT_SUBJECTS[related_name] = dict(kinds)
    known = kind_named("statement")
    if related_name not in known.prefetch:
        register(replace(known, prefetch=(*known.prefetch, related_name)))
