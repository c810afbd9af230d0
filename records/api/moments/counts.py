"""Counts of the timeline by one or two dimensions: how much happened of each kind in each year."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import orjson

from config.api.sql import Clause, select
from config.dates.lengths import Length
from records.api.counts import MOST_ROWS, too_many_groups, too_many_records
from records.api.dimensions import NO_SPAN, UNCERTAIN, TimeSpan
from records.api.moments.finding import Finding, more_than
from records.api.moments.tables import with_moments
from records.api.pages import fetch
from records.as_of import shown_references
from records.models import Standing, Stream
from records.models.moment import about
from records.models.reference import in_order
from records.publishing.documents import sort_label
from records.registry import all_kinds

if TYPE_CHECKING:
    from collections.abc import Sequence

    from records.api.moments.question import Question

#: Moments that are counted where the postings say all that is asked, and where each is looked at.
MOST_READ, MOST_LOOKED_AT = 25_000, 5_000

#: All that can be counted by.
DIMENSIONS = (*TimeSpan.STEPS, "kind", "object", "state")


@dataclass(frozen=True, slots=True)
class Counts:
    """Rows of an answer, and how many moments are counted in all."""

    rows: list[dict[str, Any]]
    total: int


def counts(question: Question, by: Sequence[str]) -> Counts:
    """Count what a question finds. Raises Problem `too_many_groups` or `too_many_records`."""
    if question.is_vain:
        return Counts([] if by else [{"count": 0}], 0)
    states = _states() if "state" in by else {}
    found = Finding.of(question)
    reads_moments = found.reads_moments or bool({"kind", "state"} & set(by))
    most = MOST_LOOKED_AT if reads_moments else MOST_READ
    counted: Sequence[Any] = ()
    proven = found.proven
    is_more = proven is not None and more_than(most, proven)
    if not is_more:
        counted = fetch(_statement(found, by, list(states), most))
    total = counted[0][-1] if counted else 0
    if is_more or total > most:
        raise too_many_records(
            f"There are more than {most:,} facts to count in this way: ask for less, such as those of a pair, a person or some years."
        )
    if len(counted) > MOST_ROWS:
        raise too_many_groups()
    rows = []
    for *values, count, _total in counted:
        shown = {name: _shown(name, value, states) for name, value in zip(by, values, strict=True)}
        rows.append(([_place(name, shown[name]) for name in by], {**shown, "count": count}))
    return Counts([row for _place, row in sorted(rows, key=lambda each: each[0])], total)


def _states() -> dict[int, dict[str, Any]]:
    """Every published state by its term."""
    state = Clause("kind = 'state' AND standing = %s", (Standing.PUBLISHED.value,))
    found = fetch(select("id, body", shown_references(), state))
    return {about(str(key)): in_order(orjson.loads(body)) for key, body in found}


def _statement(found: Finding, by: Sequence[str], states: list[int], most: int) -> Clause:
    each = found.each(most + 1)
    sql = f"WITH found AS MATERIALIZED ({each.sql})"
    values: tuple[Any, ...] = each.values
    columns = "".join(f"{_value(name)} AS {name}, " for name in by)
    tables = "found"
    if {"kind", "state"} & set(by):
        tables += f" {with_moments('found')}"
    if "state" in by:
        # What concerns several states counts for each.
        tables += (
            " LEFT JOIN LATERAL (SELECT term FROM unnest(moment.terms) AS concerned (term)"
            " WHERE term = ANY(%s::bigint[])) AS state ON TRUE"
        )
        values = (*values, states)
    groups = f" GROUP BY {', '.join(map(str, range(1, len(by) + 1)))}" if by else ""
    return Clause(
        f"{sql} SELECT {columns}count(*), (SELECT count(*) FROM found) FROM {tables}{groups} LIMIT {MOST_ROWS + 1}",
        values,
    )


def _value(name: str) -> str:
    """The value of a dimension as SQL, NULL where it is unknown."""
    if name not in TimeSpan.STEPS:
        return {"kind": "moment.kind", "object": "found.stream", "state": "state.term"}[name]
    first, last = (
        TimeSpan.STEPS[name][0].format(day=f"found.{day}") for day in ("date", "last_day")
    )
    return (
        f"CASE WHEN found.length = {Length.UNDATED:d} THEN NULL WHEN found.length IN ({Length.LONG:d}, {Length.OPEN:d})"
        f" THEN {NO_SPAN} WHEN {first} = {last} THEN {first} ELSE {NO_SPAN} END"
    )


def _shown(name: str, value: Any, states: dict[int, dict[str, Any]]) -> Any:
    """The value as rows show it."""
    if value is None or name == "kind":
        return value
    if name == "state":
        return states[value]
    if name == "object":
        return Stream(value).label
    return UNCERTAIN if value == NO_SPAN else TimeSpan.STEPS[name][1](value)


def _place(name: str, shown: Any) -> tuple[Any, ...]:
    """What rows are sorted by; unknown ones come last."""
    if shown is None:
        return (1,)
    if name == "state":
        return 0, 0, sort_label(shown["label"]), shown["id"]
    if name in TimeSpan.STEPS:
        return 0, shown == UNCERTAIN, shown
    kinds = [kind for kind in all_kinds() if kind.editions.stream]
    listed = [kind.name for kind in kinds]
    if name == "kind":
        listed = [word for kind in kinds for word in kind.editions.moment_kinds]
    return 0, listed.index(shown), shown
