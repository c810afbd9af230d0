"""A walk for conditions that another table answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from config.api.pagination import COUNTED
from config.api.sql import Clause, all_of, joined
from records.ways import bounds
from records.ways.way import Way

if TYPE_CHECKING:
    from collections.abc import Sequence

    from config.api.pagination import Page

#: The walk is left out where the rows of another table that were read are all there are.
UNLESS_FEW = Clause("NOT (SELECT are_few FROM counts)")


class Related(Way):
    """A walk of the editions where what another table has of them is asked of each: if that is not much, it is read first."""

    def listed(
        self,
        page: Page,
        columns: Sequence[str | Clause],
        related: Sequence[Clause],
        beside: Clause,
    ) -> Clause:
        """Read so many of the other table's rows: if these are all, the list is among them, else the walk soon meets it.

        `beside` are the conditions beside the first related one, asked row by row.
        """
        size = page.size + 1
        order = self._order(page, "key", "record_id")
        read = [f"read{number}" for number, _ in enumerate(related)]
        parts = [
            Clause(
                f"{name}(record_id) AS MATERIALIZED (SELECT * FROM ({one.related.sql}) AS related LIMIT {bounds.READ_FIRST + 1})",
                one.related.values,
            )
            for name, one in zip(read, related, strict=True)
            if one.related
        ]
        counts = ", ".join(f"(SELECT count(*) FROM {name}) AS {name}" for name in read)
        least = f"LEAST({', '.join(read)})"
        parts.append(
            Clause(
                f"counts AS MATERIALIZED (SELECT {least} <= {bounds.READ_FIRST} AS are_few, {least} AS least, * FROM (SELECT {counts}) AS counts)"
            )
        )
        # Of several, the one with the fewest rows leads.
        fewest = " UNION ".join(
            f"SELECT DISTINCT record_id FROM {name} WHERE (SELECT are_few AND {name} = least FROM counts)"
            for name in read
        )
        key = self.ordering.key(self.editions)
        each = beside if len(related) == 1 else beside & self.rest
        every = self._joined("fewest", each, f"{key.sql} AS key, ")
        parts += [
            Clause(f"fewest AS MATERIALIZED ({fewest})"),
            Clause(f"few AS MATERIALIZED ({every.sql})", every.values),
        ]
        near = self._met(page, page.cursor, size)
        end = self._ends(page, page.cursor)
        far = self._found(page)
        parts += [
            Clause(f"near AS MATERIALIZED ({near.sql})", near.values),
            Clause(
                f"walk AS MATERIALIZED (SELECT CASE WHEN (SELECT are_few FROM counts)"
                f" OR (SELECT count(*) FROM near) >= {size} THEN true ELSE ({end.sql}) END AS is_enough)",
                end.values,
            ),
        ]
        beyond = all_of(self._beyond(page.cursor, Clause("key"), "record_id"))
        parts.append(
            Clause(
                f"page AS MATERIALIZED ((SELECT key, record_id FROM few WHERE {beyond.sql} {order} LIMIT {size})"
                f" UNION ALL (SELECT key, record_id FROM near WHERE (SELECT is_enough FROM walk) {order} LIMIT {size})"
                f" UNION ALL (SELECT key, record_id FROM ({far.sql}) AS far WHERE NOT (SELECT is_enough FROM walk)))",
                beyond.values + far.values,
            )
        )
        total = Clause("NULL")
        if page.count is None:
            total = self._total_of_many(parts, related[0], read[0], each)
        return self._page(page, columns, joined(", ", parts), total)

    def _total_of_many(
        self, parts: list[Clause], related: Clause, read: str, each: Clause
    ) -> Clause:
        """How many rows the list has, where it is not of few: what it reads is added to the parts.

        Whatever was `read` of a related condition may be enough to count; or more of it, which may be all there is.
        """
        assert related.related is not None, "only such conditions have this way"  # noqa: S101 - for the type
        first, second = self._joined("sampled", each), self._joined("sampled_more", each)
        whole = self._counted()
        # Of fewer among those that were read, more would not find as many as are counted.
        enough = COUNTED * bounds.READ_FIRST // bounds.READ_TO_COUNT // 2
        parts.append(
            Clause(
                f"sampled AS MATERIALIZED (SELECT DISTINCT record_id FROM {read} WHERE NOT (SELECT are_few FROM counts)),"
                f" first AS MATERIALIZED ({first.sql} LIMIT {COUNTED + 1}),"
                f" more(record_id) AS MATERIALIZED (SELECT * FROM ({related.related.sql}) AS related"
                f" WHERE (SELECT count(*) FROM first) >= {enough} LIMIT {bounds.READ_TO_COUNT + 1}),"
                " sampled_more AS MATERIALIZED (SELECT DISTINCT record_id FROM more),"
                f" second AS MATERIALIZED ({second.sql} LIMIT {COUNTED + 1})",
                (*first.values, *related.related.values, *second.values),
            )
        )
        return Clause(
            "SELECT CASE WHEN (SELECT are_few FROM counts) THEN (SELECT count(*) FROM few)"
            f" WHEN (SELECT count(*) FROM first) > {COUNTED} THEN (SELECT count(*) FROM first)"
            f" WHEN (SELECT count(*) FROM second) > {COUNTED} OR (SELECT count(*) FROM more) BETWEEN 1 AND {bounds.READ_TO_COUNT}"
            f" THEN (SELECT count(*) FROM second) ELSE {whole.sql} END",
            whole.values,
        )

    @property
    def _bound(self) -> int:
        # Where a range of days begins, most are of the list.
        return 2 * bounds.ASKED if self.spans else bounds.ASKED
