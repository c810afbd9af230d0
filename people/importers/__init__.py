"""Translations of public data sets into the exchange form, see `records.importing`."""

from people.importers import us_executive

__all__ = ["us_executive"]
