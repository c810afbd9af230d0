"""Imports at the desk, and the possible duplicates that they find."""

from imports.admin import batch, home, possible_duplicates

__all__ = ["batch", "home", "possible_duplicates"]
