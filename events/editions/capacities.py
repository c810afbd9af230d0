"""What documents say of the capacities in which somebody acted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

if TYPE_CHECKING:
    from records.models.reference import References


def ask_for_offices(capacities: list[dict[str, Any]], references: References) -> None:
    """Name the office of each capacity: the one that the tenure has as published."""
    for capacity in capacities:
        office = references.facts(capacity["tenure"]["id"])["office"]
        capacity["office"] = references.to("office", UUID(office))
