"""Translations of public data sets into the exchange form, see `records.importing`."""

from events.importers import us_missions

__all__ = ["us_missions"]
