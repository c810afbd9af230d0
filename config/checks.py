"""Checks of the settings besides Django's own: `manage.py check --deploy`."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Warning, register  # noqa: A004 - Django's name


@register(deploy=True)
def api_reads_as_its_own_role(**_given: Any) -> list[CheckMessage]:
    """Warn where public questions are asked as the owner of all tables."""
    if settings.DATABASES["default"].get("API_USER"):
        return []
    return [
        Warning(
            "DATABASE_API_USER is not set: public questions are answered as DATABASE_URL's role, which can read drafts.",
            hint="Name a role of its own, and its password in DATABASE_API_PASSWORD; docs/operations.md says how.",
            id="config.W001",
        )
    ]
