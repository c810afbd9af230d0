"""Tenures and rows of appointments in Ruritania."""

from __future__ import annotations

from tests.imports.datasets.pocom.files import (
    in_ruritania,
    translated,
)


def told(tmp_path, *chiefs, nominees="", files=None):
    """Return the tenures and the rows of appointments, in the order of the file."""
    rows, documents, _near = translated(
        tmp_path, in_ruritania(*chiefs, nominees=nominees) | (files or {})
    )
    return (
        [document for (kind, _), document in documents.items() if kind == "tenure"],
        [row for row in rows.values() if row.id.startswith("appointment:")],
    )
