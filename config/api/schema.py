"""How the API describes itself (OpenAPI 3.1)."""

from drf_spectacular.openapi import AutoSchema


class ApiSchema(AutoSchema):
    """Describes what the views declare."""
