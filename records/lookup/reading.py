"""Reading what the steps of searches name, in one statement, and putting it in order."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db import connection

from config.api.sql import Clause
from config.db.planned import planned_once
from records.lookup.steps import NAMED, Tier
from records.models import NameSort

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from records.lookup.steps import Step
    from records.lookup.typed import Typed

    #: The first and the last.
    Days = tuple[date, date]

#: How alike a name and what was typed are at least (the word similarity of pg_trgm, 0 to 1).
LIKENESS = 0.5


class FoundName(NamedTuple):
    """A name that was found."""

    record: str
    kind: str
    name: str
    tier: int


@dataclass(frozen=True, slots=True)
class Order:
    """The order of answers, and how many there are."""

    on: Days
    only_possible: bool
    limit: int
    enough: int  #: better names than what takes long to read

    def best(self, typed: Typed, steps: Sequence[Step], place: int) -> Clause:
        """The best name of each record. An exact code counts more than an exact name; what is there on the day comes before what is not.

        A name in another language than labels are in counts when it is exact, or when no label begins so: `sud` is first of all Sudan.
        What takes long to read is not read where better names are enough for an answer.
        """
        first, last = self.on
        possible = "(coalesce(since <= %s, TRUE) AND coalesce(%s <= until, TRUE))"
        usable = possible if self.only_possible else "TRUE"
        days = (last, first) if self.only_possible else ()
        tables: list[str] = []
        read: list[str] = []
        values: list[Any] = []
        for number, step in enumerate(steps):
            sql = step.rows.sql
            values += step.rows.values
            if step.enough_of and read:
                better = " UNION ALL ".join(f"SELECT * FROM {name}" for name in read)  # noqa: S608 - names of ours
                counted = (
                    f"count(DISTINCT record) FILTER (WHERE tier <= {step.enough_of.value}"
                    f" AND (sort <> {NameSort.FOREIGN.value} OR tier = {Tier.EXACT.value}) AND {usable})"
                )
                sql += f" LIMIT (SELECT CASE WHEN {counted} < {self.enough} THEN {step.at_most} ELSE 0 END FROM ({better}) AS better)"  # noqa: S608
                values += days
            else:
                sql += f" LIMIT {step.at_most}"
            tables.append(f"step{number}({NAMED}) AS MATERIALIZED ({sql})")
            read.append(f"step{number}")
        united = " UNION ALL ".join(f"SELECT * FROM {name}" for name in read)  # noqa: S608
        is_foreign = f"(sort = {NameSort.FOREIGN.value} AND tier < {Tier.SIMILAR.value})"
        rank = (
            f"CASE WHEN {is_foreign} AND tier = {Tier.WORDS.value} THEN {Tier.BEGINNING.value} ELSE tier END,"
            f" CASE WHEN tier = {Tier.EXACT.value} THEN sort ELSE 0 END, {is_foreign}, tier, round(likeness::numeric, 3) DESC,"
            f' is_possible DESC, sort = {NameSort.PAST.value}, folded LIKE %s IS NOT TRUE, length(name), name COLLATE "C", record'
        )
        likeness = (
            f"CASE WHEN tier = {Tier.SIMILAR.value}"
            " THEN word_similarity(%s, folded) + similarity(%s, folded) / 10 ELSE 1 END"
        )
        named = (
            f"SELECT *, {possible} AS is_possible, {likeness} AS likeness"  # noqa: S608 - names of ours
            f" FROM ({united}) AS read"
        )
        # Kept, so that likeness is computed once for each.
        tables.append(f"named AS MATERIALIZED ({named})")
        where = f"likeness >= {LIKENESS}" + (" AND is_possible" if self.only_possible else "")
        ranked = f"SELECT *, row_number() OVER (ORDER BY {rank}) AS rank FROM named WHERE {where}"  # noqa: S608
        one_each = f"SELECT DISTINCT ON (record) * FROM ({ranked}) AS ranked ORDER BY record, rank"  # noqa: S608
        return Clause(
            f"WITH {', '.join(tables)} SELECT {place}, record::text, kind, name, tier, rank"  # noqa: S608
            f" FROM ({one_each}) AS best ORDER BY rank LIMIT {self.limit}",
            (*values, last, first, typed.folded, typed.folded, f"{typed.begins}%"),
        )


def read(
    searches: Sequence[tuple[int, Typed, Sequence[Step]]],
    order: Order,
    found: list[list[FoundName]],
    *,
    planned: bool,
) -> None:
    """Read the names of all steps in one statement, and put what each search finds behind what it found before.

    With `planned` the plan is kept, for a search that many make.
    """
    wanted = [order.best(typed, steps, place) for place, typed, steps in searches if steps]
    if not wanted:
        return
    values = [value for each in wanted for value in each.values]
    with connection.cursor() as cursor:
        with planned_once() if planned else nullcontext():
            cursor.execute(" UNION ALL ".join(f"({each.sql})" for each in wanted), values)
        rows = sorted(cursor.fetchall(), key=lambda row: (row[0], row[-1]))
    for place, *name, _rank in rows:
        of_search = found[place]
        if len(of_search) < order.limit and name[0] not in {each.record for each in of_search}:
            of_search.append(FoundName(*name))
