"""Addresses under /api/v1/ that serve records of this app."""

from config.api.routing import address, resource
from events.views import (
    EventTypeViewSet,
    EventViewSet,
    PlaceViewSet,
    RelationViewSet,
    StatementViewSet,
)

urlpatterns = [
    *resource(EventViewSet),
    *resource(StatementViewSet),
    *resource(RelationViewSet),
    # After the resource itself, whose `relations/{ref}/revisions/` is no pair.
    address(
        r"relations/(?P<a>[^/]+)/(?P<b>[^/]+)",
        RelationViewSet.as_view({"get": "pair"}),
        "relations-pair",
    ),
    *resource(EventTypeViewSet),
    *resource(PlaceViewSet),
]
