"""The kinds of record that belong to no other app: sources and topics."""

from records.editions import SourceEdition, TopicEdition
from records.models import Source, Topic
from records.registry import Kind, register
from records.serializers import (
    SourceReferenceSerializer,
    SourceSerializer,
    TopicReferenceSerializer,
    TopicSerializer,
)

SOURCE = register(
    Kind(
        name="source",
        resource="sources",
        model=Source,
        editions=SourceEdition,
        serializer=SourceSerializer,
        reference=SourceReferenceSerializer,
        is_cited=False,
        desk_members={"content_hash": "licence"},
    ),
)
TOPIC = register(
    Kind(
        name="topic",
        resource="topics",
        model=Topic,
        editions=TopicEdition,
        serializer=TopicSerializer,
        reference=TopicReferenceSerializer,
        is_cited=False,
        keys=("code",),
        desk_members={"label": "code"},
        example="critical-minerals",
    ),
)
