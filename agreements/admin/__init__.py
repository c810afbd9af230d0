"""Agreements and currencies at the desk."""

from agreements.admin import agreement, currency, party

__all__ = ["agreement", "currency", "party"]
