"""Addresses under /api/v1/ that serve records of this app."""

from agreements.views import AgreementViewSet
from config.api.routing import resource

urlpatterns = [*resource(AgreementViewSet)]
