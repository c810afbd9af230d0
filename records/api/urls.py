"""Addresses under /api/v1/ that serve records of this app."""

from config.api.routing import address, resource
from records.api.autocomplete import AutocompleteView
from records.api.changes import ChangesView
from records.api.resolve import ResolveView
from records.api.timeline import TimelineView
from records.api.views import SourceViewSet, TopicViewSet

urlpatterns = [
    *resource(SourceViewSet),
    *resource(TopicViewSet),
    address("changes", ChangesView.as_view({"get": "list"}), "changes-list"),
    address("timeline", TimelineView.as_view({"get": "list"}), "timeline-list"),
    address("timeline/counts", TimelineView.as_view({"get": "counts"}), "timeline-counts"),
    address("autocomplete", AutocompleteView.as_view({"get": "list"}), "autocomplete-list"),
    address("resolve", ResolveView.as_view({"post": "resolve"}), "resolve-list"),
]
