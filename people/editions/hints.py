"""What lists of suggestions say beside a name."""

from __future__ import annotations

from typing import Any


def of_state(document: dict[str, Any], span: str) -> str:
    """The state that something belongs to, and when it was."""
    state = document["state"]["label"] if document["state"] else ""
    return f"{state} ({span})" if state and span else state or span
