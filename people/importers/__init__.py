"""Translations of public data sets into the exchange form, see `records.importing`."""

from people.importers import gsh, pocom, us_executive

__all__ = ["gsh", "pocom", "us_executive"]
