"""Translations of public data sets into the exchange form, see `records.importing`."""
