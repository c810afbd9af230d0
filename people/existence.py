"""Which states there were on a day, as what is published of them has it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from config.api.filters.dates import ReachSql
from config.api.sql import Clause, all_of, select, table_of
from config.dates.reach import Match
from people.models import StateEdition
from records.api.pages import fetch, readable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from config.api.filters.dates import Days


def non_existing(states: Sequence[str], days: Days) -> set[str]:
    """Those of these states, by their ids, that certainly existed on none of the days."""
    if not states:
        return set()
    may_have = ReachSql.of(StateEdition, "existed").has_day(Match.ANY, *days)
    asked = [
        readable(StateEdition),
        Clause("record_id = ANY(%s::uuid[])", (list(states),)),
        Clause(f"NOT ({may_have.sql})", may_have.values),
    ]
    return {
        key for (key,) in fetch(select("record_id::text", table_of(StateEdition), all_of(asked)))
    }
