"""What the lists of the desk are asked: the filters of the API, over working records.

The same declarations read the same parameters. Their conditions are asked of editions, for records that are public as they are, and
of previews for all others (`records.at_desk`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any

from django.db.models import Q
from django.db.models.expressions import RawSQL
from django.utils.http import urlencode

from config.api.filters.dates import days_asked
from config.api.problems import Problem
from config.api.query import Query
from config.api.sql import Clause, all_of, compiled, select, table_of
from config.faults import Fault
from records.at_desk import at_desk, current, previewed, tables_in
from records.badges import CONDITIONS, Badge
from records.lookup.published import WrittenReferences
from records.models import CURRENT, EditorialState
from records.registry import filters_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from uuid import UUID

    from django.db.models import QuerySet

    from config.api.notes import Note
    from records.models import Edition
    from records.registry import Kind

#: Records that are public as they are: their editions say what they say.
AS_PUBLISHED = CONDITIONS[Badge.PUBLISHED]
#: All others, but for those that lead to another record.
PREVIEWED = ~Q(editorial_state=EditorialState.MERGED) & ~AS_PUBLISHED


@dataclass(frozen=True)
class Asked:
    """What a list is asked by the filters of the API."""

    kind: Kind
    clauses: Sequence[Clause] = ()
    faults: Sequence[Fault] = ()
    notes: Sequence[Note] = ()
    #: The record that each value names, by its parameter and as it was written.
    named: dict[tuple[str, str], UUID] = field(default_factory=dict)

    @property
    def is_understood(self) -> bool:
        """Whether everything was understood: else no row is meant, and nothing can be done to any by mistake."""
        return not self.faults and all(note.code != "unresolved_reference" for note in self.notes)

    def filtered(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """Return the rows that meet all conditions, for what works on all of them; `Halves` has the pages of a list."""
        if not self.is_understood:
            return rows.none()
        if not self.clauses:
            return rows
        as_published, previewed_ = (Q(pk__in=ids) for ids in self._found())
        return rows.filter((AS_PUBLISHED & as_published) | (PREVIEWED & previewed_))

    def halves(self, rows: QuerySet[Any]) -> Halves:
        """Return the same rows, apart: those whose editions are asked, and those whose previews are."""
        editions, previews = self._found()
        return Halves(
            rows,
            rows.filter(AS_PUBLISHED, pk__in=editions),
            rows.filter(PREVIEWED, pk__in=previews),
        )

    def _found(self) -> tuple[RawSQL, RawSQL]:
        """Return the statements that give the ids of records that meet the conditions, as published and as previewed."""
        editions = self.kind.editions
        found = []
        for source in (current, previewed):
            where = all_of(self.clauses)
            found.append(_ids(editions, source(editions), where))
        first, second = found
        return first, second


def _ids(editions: type[Edition], rows: str, where: Clause) -> RawSQL:
    table = table_of(editions)
    tables = tables_in(where.sql)
    half = f"{editions._meta.db_table}_half"
    source, definitions = f"({rows})", ""
    if not tables and rows == current(editions):
        # By its own name, so that nothing stands between a question and the indexes.
        source, where = "", readable(editions) & where
    elif tables:
        # Before the others, so that within it the name still means the table.
        source = half
        every = {half: rows, **tables}
        definitions = "WITH " + ", ".join(
            f'"{name}" AS NOT MATERIALIZED ({query})' for name, query in every.items()
        )
    found = select(f"{table}.record_id", f"{source and f'{source} AS '}{table}", where)
    return RawSQL(f"{definitions} {found.sql}".strip(), found.values)  # noqa: S611 - statements of ours


@cache
def readable(editions: type[Edition]) -> Clause:
    return compiled(editions, CURRENT)


class Halves:
    """The pages of a list of which some rows are found by their editions, and the others by their previews.

    Asked together, PostgreSQL would find all rows of both before it sorts them.
    """

    def __init__(self, rows: QuerySet[Any], *halves: QuerySet[Any]) -> None:
        self.rows = rows
        self.halves = halves

    def counted(self, most: int) -> int:
        """Return how many rows there are, up to `most`, read in whatever order is cheapest."""
        return min(most, sum(half.order_by()[:most].count() for half in self.halves))

    def keys(self, first: int, last: int) -> Sequence[Any]:
        """Return the keys of the rows from `first` on, up to `last`, in order."""
        found = [list(half.values_list("pk", flat=True)[:last]) for half in self.halves]
        if not all(found):
            return [key for those in found for key in those[first:]]
        keys = [key for those in found for key in those]
        return list(self.rows.filter(pk__in=keys).values_list("pk", flat=True)[first:last])


def ask(kind: Kind, parameters: Iterable[tuple[str, str]]) -> Asked:
    """Read the parameters of a list. What is at fault is said, and nothing else is done then."""
    given = [(name, text) for name, text in parameters if text.strip()]
    if not given:
        return Asked(kind)
    filters = filters_of(kind)
    try:
        query = Query(urlencode(given))
        query.refuse_unknown(filters.known)
        references = WrittenReferences()
        conditions = filters.read(query, references)
        with at_desk():
            references.resolve(query, days_asked(filters.known, query))
        query.refuse_faults()
        clauses = [condition(kind.editions) for condition in conditions]
    except Problem as problem:
        return Asked(kind, faults=problem.faults or [Fault(problem.type.code, problem.detail)])
    return Asked(kind, clauses, notes=references.notes, named=references.named)
