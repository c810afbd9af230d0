"""Addresses under /api/v1/ that serve records of this app."""

from config.api.routing import resource
from records.api.views import SourceViewSet, TopicViewSet

urlpatterns = [*resource(SourceViewSet), *resource(TopicViewSet)]
