"""Translations of public data sets into the exchange form, see `records.importing`."""

from agreements.importers import wipo

__all__ = ["wipo"]
