"""Lists of what one document holds, in its order."""

from __future__ import annotations

from dataclasses import dataclass
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from config.api.pagination import Ordering
from config.api.sql import EVERYTHING
from records.api.pages import Listing

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from config.api.fields import Shape
    from config.api.pagination import Page, Row
    from records.models import Edition


@dataclass(frozen=True, slots=True)
class PartListing(Listing):
    """A list whose rows are at hand: nothing is read for them, and no row is written that is not on the page."""

    parts: Sequence[Any] = ()
    #: What the rows follow from, beside the query.
    version: Any = None

    @classmethod
    def over(
        cls,
        editions: type[Edition],
        parts: Sequence[Any],
        write: Callable[[Any], str],
        shape: Shape,
        version: Any,
    ) -> PartListing:
        """The list of `parts` of an edition, each of which `write` makes JSON text of."""
        part = itemgetter(4)
        return cls(
            editions,
            (),
            EVERYTHING,
            (),
            Ordering(""),
            lambda row: write(part(row)),
            shape,
            parts=parts,
            version=version,
        )

    def rows(self, page: Page, *, are_bare: bool = False) -> list[Row]:  # noqa: ARG002 - nothing is saved by bare rows
        """The rows of a page, and one more when there is another, in the direction of its cursor."""
        places: Sequence[int] = range(len(self.parts))
        cursor = page.cursor
        if cursor is not None:
            at = cursor.key + (cursor.direction in {">", "<="})
            places = places[:at][::-1] if cursor.is_backward else places[at:]
        return [
            (place, str(place), len(self.parts), self.version, self.parts[place])
            for place in places[: page.size + 1]
        ]

    def completed(self, rows: Sequence[Row]) -> list[Row]:
        return list(rows)

    def count(self, how: str | None) -> int:  # noqa: ARG002 - there is one way
        return len(self.parts)
