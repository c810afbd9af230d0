"""Addresses under /api/v1/ that serve records of this app."""

from config.api.routing import resource
from people.views import (
    OfficeViewSet,
    OrganizationViewSet,
    PersonViewSet,
    StateViewSet,
    TenureViewSet,
)

urlpatterns = [
    *resource(StateViewSet),
    *resource(PersonViewSet),
    *resource(TenureViewSet),
    *resource(OfficeViewSet),
    *resource(OrganizationViewSet),
]
