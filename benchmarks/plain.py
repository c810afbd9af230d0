"""The other yardstick: a plain REST framework list of the same events, as somebody would write it who does not know Chancery.

A serializer over the working tables, relations prefetched, keyset pages, filters on the queryset, Django's own full text.
Competent, that is: an index for the order of the list, for type and for the full text, no query per row, no column that is not
shown, and no nested serializers, which are what such lists mostly spend their time in.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchQuery, SearchVector
from django.db import models
from django.db.models import Exists, OuterRef, Prefetch, Q, Value
from django.db.models.functions import Coalesce, TruncMonth
from django.shortcuts import get_object_or_404
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
    EventTopic,
    EventType,
    Participation,
    ParticipationCapacity,
    Place,
)
from people.models import Organization, State

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


class EventSerializer(serializers.Serializer[Event]):
    """An event with all its parts, which are dictionaries: nested serializers cost more than all queries."""

    def to_representation(self, event: Any) -> dict[str, Any]:
        return {
            "id": str(event.pk),
            "slug": event.slug,
            "published_at": event.published_at,
            "contested": event.contested,
            "type": _coded(event.type),
            "title": event.title,
            "summary": event.summary,
            "when": event.when.as_document(),
            "end": event.end.as_document(),
            "status": event.status,
            "attendance": event.attendance,
            "visit_class": event.visit_class,
            "parent": _named(event.parent),
            "topics": [_coded(one.topic) for one in event.its_topics],
            "places": [_place(one) for one in event.its_places],
            "participations": [_participation(one) for one in event.its_participations],
            "links": [
                {"kind": one.kind, "event": _named(one.linked_event)} for one in event.its_links
            ],
            "identifiers": [
                {"scheme": one.scheme, "value": one.value} for one in event.its_identifiers
            ],
            "citations": [_citation(one) for one in event.its_citations],
        }


def _named(record: Any) -> dict[str, Any] | None:
    if record is None:
        return None
    return {"id": str(record.pk), "object": record.object_kind, "label": str(record)}


def _coded(record: Any) -> dict[str, Any]:
    return {**(_named(record) or {}), "code": record.code}


def _place(one: Any) -> dict[str, Any]:
    return {
        "place": _named(one.place),
        "state": _named(one.state or (one.place and one.place.state)),
        "name_as_given": one.name_as_given,
        "role": one.role,
    }


def _participation(one: Any) -> dict[str, Any]:
    return {
        "person": _named(one.person),
        "organization": _named(one.organization),
        "state": _named(one.state),
        "name_as_given": one.name_as_given,
        "role": one.role,
        "side": one.side,
        "capacities": [
            {
                "tenure": _named(capacity.tenure),
                "office": _named(capacity.tenure.office),
                "evidence": capacity.evidence,
            }
            for capacity in one.its_capacities
        ],
        "capacity_text": one.capacity_text,
        "on_behalf_of_state": _named(one.on_behalf_of_state),
        "on_behalf_of_organization": _named(one.on_behalf_of_organization),
        "presence": one.presence,
        "contested": one.contested,
    }


def _citation(one: Any) -> dict[str, Any]:
    return {
        "source": _named(one.source),
        "field": one.field,
        "locator": one.locator,
        "attributed_to_person": _named(one.attributed_to_person),
        "attributed_to_organization": _named(one.attributed_to_organization),
        "attribution_text": one.attribution_text,
        "evidence": one.evidence,
        "stance": one.stance,
    }


def _parts(name: str, rows: models.QuerySet[Any], *columns: str) -> Prefetch[Any]:
    """Parts of one kind, by one statement with the names of what they refer to, and no column that is not shown."""
    joined = {column.rpartition("__")[0] for column in columns if "__" in column}
    rows = rows.select_related(*joined).only(*columns, *joined) if joined else rows.only(*columns)
    return Prefetch(name, rows, to_attr=f"its_{name.rpartition('_')[2]}")


PARTS = [
    _parts("event_topics", EventTopic.objects.all(), "event", "topic__code", "topic__label"),
    _parts(
        "event_places",
        EventPlace.objects.all(),
        *("event", "name_as_given", "role", "place__name", "place__state__name", "state__name"),
    ),
    _parts("links", EventLink.objects.all(), "event", "kind", "linked_event__title"),
    _parts("identifiers", EventIdentifier.objects.all(), "record", "scheme", "value"),
    _parts(
        "citations",
        EventCitation.objects.all(),
        *("record", "field", "locator", "attribution_text", "evidence", "stance", "source__title"),
        *("attributed_to_person__name", "attributed_to_organization__name"),
    ),
    _parts(
        "participations",
        Participation.objects.prefetch_related(
            _parts(
                "participation_capacities",
                ParticipationCapacity.objects.all(),
                *("participation", "evidence", "tenure__person__name", "tenure__office__title"),
            )
        ),
        *("event", "name_as_given", "role", "side", "capacity_text", "presence", "contested"),
        *("person__name", "organization__name", "state__name"),
        *("on_behalf_of_state__name", "on_behalf_of_organization__name"),
    ),
]
SHOWN = [
    *("slug", "published_at", "contested", "title", "summary", "status", "attendance", "visit_class"),
    *("type__code", "type__label", "parent__title"),
    *(f"{date}_{part}" for date in ("when", "end") for part in ("edtf", "text", "precision", "earliest", "latest")),
]  # fmt: skip


class KeysetPagination(BasePagination):
    """Pages of 50, latest first, each after the row that the cursor names."""

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> list[Any]:  # noqa: ARG002 - REST framework's signature
        queryset = queryset.order_by("-day", "-id")
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
        events = self.filtered().select_related("type", "parent").only(*SHOWN)
        return events.prefetch_related(*PARTS)

    def filtered(self) -> models.QuerySet[Event]:
        events, asked = Event.objects.annotate(day=DAY), self.request.query_params
        if code := asked.get("type"):
            events = events.filter(type=get_object_or_404(EventType, code=code))
        for slug in asked.getlist("state"):
            state = get_object_or_404(State, slug=slug)
            places = EventPlace.objects.filter(
                Q(state=state) | Q(state=None, place__in=Place.objects.filter(state=state)),
                event=OuterRef("pk"),
            )
            events = events.filter(Exists(_on_behalf_of(state)) | Exists(places))
        for slug in asked.getlist("between"):
            events = events.filter(Exists(_on_behalf_of(get_object_or_404(State, slug=slug))))
        if after := asked.get("date_after"):
            events = events.filter(
                Q(when_latest__gte=after) | Q(end_latest__gte=after), when_earliest__isnull=False
            )
        if before := asked.get("date_before"):
            # By the expression of the indexes, so that nothing later is read.
            events = events.filter(day__lte=before, when_earliest__isnull=False)
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


def _on_behalf_of(state: State) -> models.QuerySet[Participation]:
    """Return the participations by which a state took part in an event, itself or through somebody."""
    return Participation.objects.filter(
        Q(state=state)
        | Q(on_behalf_of_state=state)
        | Q(organization__in=Organization.objects.filter(state=state)),
        event=OuterRef("pk"),
    )


router = SimpleRouter()
router.register("events", EventViewSet, basename="event")
urlpatterns = [path("", include(router.urls))]
