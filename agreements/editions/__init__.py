"""Editions of what the app records, a module for each kind: their filter columns and how a document fills them."""
