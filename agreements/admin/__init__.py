"""Agreements and currencies at the desk."""

from agreements.admin import agreement, currency, party, subject

__all__ = ["agreement", "currency", "party", "subject"]
