"""What is known of the conditions of a list before it is read."""

from __future__ import annotations

from functools import cached_property
from math import prod
from typing import TYPE_CHECKING

from config.api.pagination import COUNTED
from config.api.sql import Clause, Span
from records.ways import bounds
from records.ways.frequencies import begun, found_by_lists, rows, share

if TYPE_CHECKING:
    from collections.abc import Sequence

    from config.api.pagination import Page
    from records.models import Edition


class Known:
    """All conditions of a list, and what is known of the rows that meet them: how many they are, what finding them by lists costs.

    Costs are those of following one row, times so many.
    """

    def __init__(
        self,
        editions: type[Edition],
        asked: Sequence[Clause],
        where: Clause,
        spans: Sequence[Span],
        page: Page,
    ) -> None:
        self.editions = editions
        self.asked = asked
        self.where = where
        self.spans = spans
        self.size = page.size + 1
        self.is_counted = page.count is None
        self.lists = [
            found for one in asked if (found := found_by_lists(editions, one)) is not None
        ]

    @property
    def has_lists(self) -> bool:
        """Whether the index of lists finds something of what is asked."""
        return bool(self.lists)

    # Asked for only where there is a choice: a plain list costs no look at statistics.

    @cached_property
    def rows(self) -> float:
        """How many rows the table has."""
        return rows(self.editions)

    @cached_property
    def begun(self) -> float:
        """The share of rows that lie on the days asked."""
        return prod(begun(self.editions, one) for one in self.asked)

    @cached_property
    def share(self) -> float:
        """The share of rows that meet all conditions."""
        return prod(share(self.editions, one) for one in self.asked)

    @property
    def found(self) -> float:
        """How many rows the index of lists finds, of all days."""
        return self.rows * prod(self.lists)

    @property
    def compared(self) -> float:
        """How many rows it compares: those that have the rarest value."""
        return self.rows * min(self.lists, default=1.0)

    @property
    def are_few(self) -> bool:
        """Whether the index of lists finds few rows, as far as is known."""
        return self.has_lists and self.rows > 0 and self.found < bounds.FEW

    @property
    def price(self) -> float:
        """What it costs to find all rows by the index of lists and to sort them; and to count them."""
        found = bounds.FOUND * self.found + bounds.COMPARED * self.compared
        return found if self.are_few else found + self.price_of_count

    @property
    def price_of_count(self) -> float:
        """What it costs to count so many as are counted by the index of lists."""
        if not self.is_counted:
            return 0.0
        # Those that are found on other days are looked at too.
        looked_at = COUNTED * self.found / max(1.0, self.rows * self.share)
        return bounds.FOUND * min(self.found, looked_at) + bounds.COMPARED * self.compared
