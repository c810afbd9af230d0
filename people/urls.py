"""Addresses under /api/v1/ that serve records of this app."""

from config.api.routing import REF, address, resource
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
    # After the resource: its rows are of another kind.
    address(f"people/{REF}/tenures", TenureViewSet.as_view({"get": "of_person"}), "people-tenures"),
]
