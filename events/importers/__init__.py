"""Translations of public data sets into the exchange form, see `records.importing`."""

from events.importers import travels, us_missions, visits

__all__ = ["travels", "us_missions", "visits"]
