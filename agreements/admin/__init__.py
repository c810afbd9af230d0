"""Agreements and currencies at the desk."""

from agreements.admin import action, agreement, currency, party, subject

__all__ = ["action", "agreement", "currency", "party", "subject"]
