"""Translations of public data sets into the exchange form, see `records.importing`."""

from people.importers import pocom, us_executive

__all__ = ["pocom", "us_executive"]
