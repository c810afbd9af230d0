"""Imports at the desk, and the possible duplicates that they find."""

from imports.admin import batch, possible_duplicates

__all__ = ["batch", "possible_duplicates"]
