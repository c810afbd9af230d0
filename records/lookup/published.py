"""Looking records up in what is published only: for the filters and addresses of the API."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import connection

from config.api.problems import Problem
from config.faults import Fault
from records.lookup.names import Way, id_of, is_well_formed, ways
from records.models import Reference, Standing
from records.registry import kind_named

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from config.api.query import Query

#: Candidates that a fault names at most.
SHOWN = 5

_TABLE = Reference._meta.db_table
_COLUMNS = "id, kind, slug, code, keys, standing, merged_into"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A record that was ever published, by what it may be called."""

    id: UUID
    kind: str
    slug: str
    code: str
    keys: list[str]
    standing: str
    merged_into: UUID | None

    @property
    def leads_to(self) -> UUID | None:
        """The published record that it stands for; None when it was withdrawn."""
        if self.standing == Standing.WITHDRAWN:
            return None
        return self.merged_into or self.id

    def is_called(self, way: Way, value: str) -> bool:
        if way in (Way.KEY, Way.BARE_CODE):
            return value in self.keys
        return value == {Way.ID: str(self.id), Way.SLUG: self.slug, Way.CODE: self.code}[way]


@dataclass(slots=True)
class WrittenReference:
    """A reference as a caller writes it, and what it leads to once looked up."""

    kinds: tuple[str, ...]
    text: str
    parameter: str
    narrower: bool = False
    predecessors: bool = False
    ids: list[UUID] = field(default_factory=list)

    def ways(self) -> list[tuple[Way, str, str]]:
        """Each way, value and kind to look it up by, the best way first."""
        found = [
            (way, value, kind)
            for kind in self.kinds
            for way, value in ways(self.text, kind_named(kind))
        ]
        return sorted(found, key=lambda each: each[0])

    def candidates(self, found: Iterable[Candidate]) -> list[Candidate]:
        """Those of `found` that may be meant, by the best way in which any is."""
        of_way: dict[Way, list[Candidate]] = {}
        for way, value, kind in self.ways():
            called = [one for one in found if one.kind == kind and one.is_called(way, value)]
            of_way.setdefault(way, []).extend(called)
        named = next(filter(None, of_way.values()), [])
        # A code that was given again (GE, SK) means the state that has it now.
        value = self.text.rpartition(":")[2]
        return [one for one in named if Way.KEY in of_way and one.code == value] or named


class WrittenReferences:
    """All references in the filters of one request: collected while reading, looked up in one statement."""

    def __init__(self) -> None:
        self._all: list[WrittenReference] = []

    def add(
        self,
        kinds: Sequence[str],
        text: str,
        parameter: str,
        query: Query,
        *,
        narrower: bool = False,
        predecessors: bool = False,
    ) -> WrittenReference | None:
        """Take up a reference; report it and return None when the text cannot be one."""
        if not is_well_formed(text):
            detail = f"“{text}” is not an id, a slug or scheme:value."
            stripped = text.strip()
            suggestion = stripped if stripped != text and is_well_formed(stripped) else None
            query.fault("invalid_reference", detail, parameter, suggestion)
            return None
        written = WrittenReference(tuple(kinds), text, parameter, narrower, predecessors)
        self._all.append(written)
        return written

    def resolve(self, query: Query) -> None:
        """Look all of them up; report what may mean several records."""
        if not self._all:
            return
        found = lookup(self._all)
        for written in self._all:
            leads = _leads(written, written.candidates(found))
            if len(leads) > 1:
                query.faults.append(ambiguity(written, leads.values()))
            else:
                written.ids = list(leads)
        for walk, walked in (
            (narrower_than, [one for one in self._all if one.narrower and one.ids]),
            (with_predecessors, [one for one in self._all if one.predecessors and one.ids]),
        ):
            if not walked:
                continue
            found_from = walk({key for written in walked for key in written.ids})
            for written in walked:
                written.ids = list(
                    dict.fromkeys(one for key in written.ids for one in found_from[key])
                )


def _leads(written: WrittenReference, candidates: Iterable[Candidate]) -> dict[UUID, Candidate]:
    """The published records that candidates lead to; one alone if it has the code that is asked for in force."""
    leads = {one.leads_to: one for one in candidates if one.leads_to}
    in_force = {key: one for key, one in leads.items() if one.code == written.text.upper()}
    return in_force if len(in_force) == 1 else leads


def resolve_address(kind: str, ref: str) -> UUID:
    """The record that an address means: one that was merged or withdrawn only if no published one has the name.

    Raises Problem `not_found`, or `ambiguous_reference` when the name is that of several records.
    """
    if not is_well_formed(ref):
        raise Problem("not_found")
    if (key := id_of(ref)) is not None:
        return key
    written = WrittenReference((kind,), ref, "ref")
    candidates = written.candidates(lookup([written]))
    if len(candidates) == 1:
        return candidates[0].id
    leads = _leads(written, candidates)
    if len(leads) > 1:
        fault = ambiguity(written, leads.values())
        raise Problem("ambiguous_reference", fault.detail, faults=[fault])
    for only in (*leads, *(one.id for one in candidates)):
        return only
    raise Problem("not_found")


def ambiguity(written: WrittenReference, candidates: Iterable[Candidate]) -> Fault:
    """Say which records a reference may mean."""
    slugs = sorted(one.slug for one in candidates)[:SHOWN]
    return Fault(
        "ambiguous_reference",
        f"“{written.text}” names several records: {', '.join(slugs)}.",
        written.parameter,
        suggestion=slugs[0],
    )


def lookup(written: Iterable[WrittenReference]) -> list[Candidate]:
    """Find everything that may be meant, in one statement over all kinds."""
    ids: set[str] = set()
    keys: set[str] = set()
    words: dict[tuple[str, str], set[str]] = defaultdict(set)  #: by kind and column
    for one in written:
        for way, value, kind in one.ways():
            if way == Way.ID:
                ids.add(value)
            elif way in (Way.KEY, Way.BARE_CODE):
                keys.add(value)
            else:
                words[kind, "slug" if way == Way.SLUG else "code"].add(value)
    conditions: list[str] = []
    values: list[Any] = []
    if ids:
        conditions.append("id = ANY(%s::uuid[])")
        values.append(list(ids))
    if keys:
        conditions.append("keys && %s")
        values.append(list(keys))
    for (kind, column), texts in words.items():
        conditions.append(f"(kind = %s AND {column} = ANY(%s))")
        values += [kind, list(texts)]
    with connection.cursor() as cursor:
        # Names of columns and a table only; what callers wrote goes as values.
        cursor.execute(f"SELECT {_COLUMNS} FROM {_TABLE} WHERE {' OR '.join(conditions)}", values)  # noqa: S608
        return [Candidate(*row) for row in cursor.fetchall()]


def narrower_than(roots: Iterable[UUID]) -> dict[UUID, list[UUID]]:
    """Each record with all that lie below it in its tree, itself first."""
    return _walked(
        roots,
        f"SELECT below.root, {_TABLE}.id FROM {_TABLE} JOIN below ON {_TABLE}.broader_id = below.id",  # noqa: S608 - names of ours
    )


def with_predecessors(states: Iterable[UUID]) -> dict[UUID, list[UUID]]:
    """Each state with all that were before it, as published, itself first: a predecessor's predecessors too."""
    return _walked(
        states,
        f"SELECT below.root, former::uuid FROM {_TABLE} JOIN below ON {_TABLE}.id = below.id"  # noqa: S608 - names of ours
        f" CROSS JOIN LATERAL jsonb_array_elements_text({_TABLE}.facts -> 'predecessors') AS former"
        f" WHERE {_TABLE}.standing = '{Standing.PUBLISHED.value}'",
    )


def _walked(roots: Iterable[UUID], step: str) -> dict[UUID, list[UUID]]:
    """Follow `step`, which selects root and id from `below`, from each of the records."""
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH RECURSIVE below(root, id) AS ("  # noqa: S608 - the name of a table only
            f" SELECT id, id FROM unnest(%s::uuid[]) AS id UNION {step}"
            ") SELECT root, id FROM below",
            [list(roots)],
        )
        found: dict[UUID, list[UUID]] = defaultdict(list)
        for root, key in cursor.fetchall():
            found[root].append(key)
    return found
