"""The other yardstick: a plain REST framework list of the same events, as somebody would write it who does not know Chancery.

Nested serializers over the working tables, relations prefetched, keyset pages, filters on the queryset, Django's own full text.
Competent, that is: an index for the order of the list, for type and for the full text, and no query per row.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchQuery, SearchVector
from django.db import models
from django.db.models import Exists, OuterRef, Prefetch, Q, Value
from django.db.models.functions import Coalesce, TruncMonth
from django.urls import include, path
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.pagination import BasePagination
from rest_framework.response import Response
from rest_framework.routers import SimpleRouter
from rest_framework.viewsets import ReadOnlyModelViewSet

from events.models import (
    Event,
    EventCitation,
    EventIdentifier,
    EventLink,
    EventPlace,
    Participation,
    ParticipationCapacity,
)

if TYPE_CHECKING:
    from rest_framework.request import Request

#: Undated events come last.
DAY = Coalesce("when_earliest", Value(date.min))
TEXT = SearchVector("title", "summary", config="english")
#: Only in the benchmark's database; benchmarks/reads.py makes them when nothing is published any more.
INDEXES = [
    models.Index(DAY.desc(), models.F("id").desc(), name="plain_event_latest"),
    models.Index(models.F("type_id"), DAY.desc(), models.F("id").desc(), name="plain_event_type"),
    GinIndex(TEXT, name="plain_event_text"),
]


class DateSerializer(serializers.Field[Any, Any, Any, Any]):
    """An uncertain date, from its five columns."""

    def to_representation(self, value: Any) -> Any:
        return value.as_document()


class ReferenceField(serializers.Field[Any, Any, Any, Any]):
    """A record that another one names."""

    def to_representation(self, value: Any) -> dict[str, Any]:
        return {"id": str(value.pk), "object": value.object_kind, "label": str(value)}


class CodedField(ReferenceField):
    """A type or topic."""

    def to_representation(self, value: Any) -> dict[str, Any]:
        return {**super().to_representation(value), "code": value.code}


class CitationSerializer(serializers.ModelSerializer[EventCitation]):
    """A source, and what it supports."""

    # The stubs take `source` for the argument of that name.
    source = ReferenceField()  # type: ignore[assignment]
    attributed_to_person = ReferenceField()
    attributed_to_organization = ReferenceField()

    class Meta:
        model = EventCitation
        fields = (
            "source", "field", "locator", "attributed_to_person", "attributed_to_organization", "attribution_text",
            "evidence", "stance",
        )  # fmt: skip


class IdentifierSerializer(serializers.ModelSerializer[EventIdentifier]):
    """What another system calls the event."""

    class Meta:
        model = EventIdentifier
        fields = ("scheme", "value")


class PlaceSerializer(serializers.ModelSerializer[EventPlace]):
    """Where it took place."""

    place = ReferenceField()
    state = serializers.SerializerMethodField()

    class Meta:
        model = EventPlace
        fields = ("place", "state", "name_as_given", "role")

    def get_state(self, place: EventPlace) -> Any:
        state = place.state or (place.place and place.place.state)
        return ReferenceField().to_representation(state) if state else None


class LinkSerializer(serializers.ModelSerializer[EventLink]):
    """Another event, and how this one relates to it."""

    event = ReferenceField(source="linked_event")

    class Meta:
        model = EventLink
        fields = ("kind", "event")


class CapacitySerializer(serializers.ModelSerializer[ParticipationCapacity]):
    """An office in which somebody took part."""

    tenure = ReferenceField()
    office = ReferenceField(source="tenure.office")

    class Meta:
        model = ParticipationCapacity
        fields = ("tenure", "office", "evidence")


class ParticipationSerializer(serializers.ModelSerializer[Participation]):
    """Who took part, and for whom."""

    person = ReferenceField()
    organization = ReferenceField()
    state = ReferenceField()
    on_behalf_of_state = ReferenceField()
    on_behalf_of_organization = ReferenceField()
    capacities = CapacitySerializer(source="participation_capacities", many=True)

    class Meta:
        model = Participation
        fields = (
            "person", "organization", "state", "name_as_given", "role", "side", "capacities", "capacity_text",
            "on_behalf_of_state", "on_behalf_of_organization", "presence", "contested",
        )  # fmt: skip


class EventSerializer(serializers.ModelSerializer[Event]):
    """An event with all its parts."""

    type = CodedField()
    when = DateSerializer()
    end = DateSerializer()
    parent = ReferenceField()  # type: ignore[assignment] # nor `parent`
    topics = serializers.ListField(child=CodedField(), source="topics.all")
    places = PlaceSerializer(source="event_places", many=True)
    participations = ParticipationSerializer(many=True)
    links = LinkSerializer(many=True)
    identifiers = IdentifierSerializer(many=True)
    citations = CitationSerializer(many=True)

    class Meta:
        model = Event
        fields = (
            "id", "slug", "published_at", "contested", "type", "title", "summary", "when", "end", "status", "attendance",
            "visit_class", "parent", "topics", "places", "participations", "links", "identifiers", "citations",
        )  # fmt: skip


class KeysetPagination(BasePagination):
    """Pages of 50, latest first, each after the row that the cursor names."""

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> list[Any]:  # noqa: ARG002 - REST framework's signature
        queryset = queryset.annotate(day=DAY).order_by("-day", "-id")
        if cursor := request.query_params.get("cursor"):
            day, key = cursor.split("_")
            queryset = queryset.filter(Q(day__lt=day) | Q(id__lt=key), day__lte=day)
        found = list(queryset[:51])
        self.next = f"{found[49].day}_{found[49].pk}" if len(found) > 50 else None
        return found[:50]

    def get_paginated_response(self, data: Any) -> Response:
        return Response({"results": data, "next": self.next})


class EventViewSet(ReadOnlyModelViewSet[Event]):
    """Events."""

    serializer_class = EventSerializer
    pagination_class = KeysetPagination

    def get_queryset(self) -> models.QuerySet[Event]:
        # Joined where a part names one record, fetched apart where a record has several parts.
        return self.filtered().select_related("type", "parent").prefetch_related(
            "topics",
            "identifiers",
            Prefetch("event_places", EventPlace.objects.select_related("place__state", "state")),
            Prefetch("links", EventLink.objects.select_related("linked_event")),
            Prefetch(
                "citations",
                EventCitation.objects.select_related(
                    "source", "attributed_to_person", "attributed_to_organization"
                ),
            ),
            Prefetch(
                "participations",
                Participation.objects.select_related(
                    "person", "organization", "state", "on_behalf_of_state", "on_behalf_of_organization"
                ),
            ),
            Prefetch(
                "participations__participation_capacities",
                ParticipationCapacity.objects.select_related("tenure__person", "tenure__office"),
            ),
        )  # fmt: skip

    def filtered(self) -> models.QuerySet[Event]:
        events, asked = Event.objects.all(), self.request.query_params
        if code := asked.get("type"):
            events = events.filter(type__code=code)
        for slug in asked.getlist("state"):
            places = EventPlace.objects.filter(
                Q(state__slug=slug) | Q(state=None, place__state__slug=slug), event=OuterRef("pk")
            )
            events = events.filter(Exists(_on_behalf_of(slug)) | Exists(places))
        for slug in asked.getlist("between"):
            events = events.filter(Exists(_on_behalf_of(slug)))
        if after := asked.get("date_after"):
            events = events.filter(
                Q(when_latest__gte=after) | Q(end_latest__gte=after), when_earliest__isnull=False
            )
        if before := asked.get("date_before"):
            events = events.filter(when_earliest__lte=before)
        if words := asked.get("search"):
            events = events.annotate(text=TEXT).filter(text=SearchQuery(words, config="english"))
        return events

    @action(detail=False)
    def count(self, request: Request) -> Response:  # noqa: ARG002 - REST framework's signature
        return Response({"count": self.filtered().count()})

    @action(detail=False)
    def months(self, request: Request) -> Response:  # noqa: ARG002 - REST framework's signature
        months = self.filtered().annotate(month=TruncMonth("when_earliest")).values("month")
        return Response(months.annotate(count=models.Count("*")).order_by("month"))


def _on_behalf_of(slug: str) -> models.QuerySet[Participation]:
    """Return the participations by which a state took part in an event, itself or through somebody."""
    return Participation.objects.filter(
        Q(state__slug=slug) | Q(on_behalf_of_state__slug=slug) | Q(organization__state__slug=slug),
        event=OuterRef("pk"),
    )


router = SimpleRouter()
router.register("events", EventViewSet, basename="event")
urlpatterns = [path("", include(router.urls))]
