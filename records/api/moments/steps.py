"""The ranges of the index of postings that are read, and from where."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from config.dates.lengths import Length
from records.bulk import as_array

if TYPE_CHECKING:
    from collections.abc import Iterable

    from config.api.pagination import Cursor
    from records.models import Stream

_FIRST_ID, _LAST_ID = (
    f"{digit * 8}-{digit * 4}-{digit * 4}-{digit * 4}-{digit * 12}" for digit in "0f"
)
_LAST_PLACE = 32_767


@dataclass(frozen=True, slots=True)
class Steps:
    """From where, and which way, ranges of the index are read."""

    is_descending: bool  #: the order of the list
    cursor: Cursor | None = None

    @property
    def is_upward(self) -> bool:
        """Whether days are read upwards."""
        return self.is_descending == (self.cursor is not None and self.cursor.is_backward)

    @property
    def way(self) -> str:
        return "ASC" if self.is_upward else "DESC"

    @property
    def operator(self) -> str:
        """How rows compare with the place that they are read from."""
        is_included = self.cursor is None or self.cursor.direction.endswith("=")
        return (">" if self.is_upward else "<") + ("=" if is_included else "")

    def arrays(self, ranges: Iterable[tuple[Stream, Length, str, str]]) -> tuple[str, ...]:
        """The ranges to read, as a column each: of each its first and last day."""
        rows = [
            (int(stream), int(length), first, last, *place)
            for stream, length, first, last in ranges
            if (place := self._place(is_undated=length == Length.UNDATED)) is not None
        ]
        # As texts: the database reads a literal in one go, and a list of casts one by one.
        return tuple(map(as_array, zip(*rows, strict=True))) if rows else ("{}",) * 7

    def _place(self, *, is_undated: bool) -> tuple[str, str, int] | None:
        """Where a range is read from; None when all of it lies on the other side of the cursor."""
        cursor = self.cursor
        all_of_it = (
            ("-infinity", _FIRST_ID, 0) if self.is_upward else ("infinity", _LAST_ID, _LAST_PLACE)
        )
        if cursor is None:
            return all_of_it
        if is_undated != (cursor.key is None):
            # What has no day comes last either way.
            return all_of_it if is_undated != cursor.is_backward else None
        record, _, place = cursor.id.partition(".")
        return cursor.key or "infinity", record, int(place)
