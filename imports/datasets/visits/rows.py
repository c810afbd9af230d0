"""Rows of visits."""

from __future__ import annotations

from dataclasses import dataclass

from imports.datasets.journeys.rows import Journey


@dataclass(kw_only=True, eq=False)
class Visit(Journey):
    """A visit of one state's leaders, with the days."""

    kind = "visit"
    dataset = "visits"

    visitor: str  #: titles and names, as they stand there
