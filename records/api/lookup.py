"""From what callers write to records: ids, slugs, `scheme:value` and codes, looked up in what is published only."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import connection

from config.api.problems import Problem
from config.faults import Fault
from records.models import Reference, Standing

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from config.api.query import Query

_UUID = re.compile(r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}", re.ASCII)
_KEY = re.compile(r"[a-z0-9][a-z0-9._-]{0,39}:\S(?:.{0,198}\S)?", re.ASCII)
_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,119}", re.ASCII)
_CODE = re.compile(r"[A-Za-z]{2,4}", re.ASCII)

#: Kinds whose references may be written as their short code.
CODED = frozenset({"topic", "event_type"})
#: A state's bare code, by its length.
STATE_SCHEMES = {2: "iso3166-1-alpha-2", 3: "iso3166-1-alpha-3", 4: "iso3166-3"}
#: Candidates that a fault names at most.
SHOWN = 5

_TABLE = Reference._meta.db_table
_COLUMNS = "id, kind, slug, code, keys, standing, merged_into"


@dataclass(frozen=True, slots=True)
class Found:
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


@dataclass(slots=True)
class Wanted:
    """A reference as written, and what it leads to once looked up."""

    kinds: tuple[str, ...]
    text: str
    parameter: str
    narrower: bool = False
    ids: list[UUID] = field(default_factory=list)

    @property
    def id(self) -> UUID | None:
        """The id, when it is written as one."""
        return UUID(self.text) if _UUID.fullmatch(self.text) else None

    @property
    def keys(self) -> list[str]:
        """The `scheme:value` that it is written as, or that a bare code of a state stands for."""
        if ":" in self.text:
            return [self.text]
        if "state" in self.kinds and _CODE.fullmatch(self.text):
            return [f"{STATE_SCHEMES[len(self.text)]}:{self.text.upper()}"]
        return []

    def candidates(self, found: Iterable[Found]) -> list[Found]:
        """Those of `found` that may be meant. A slug comes before a code: it is the more particular name."""
        own = [one for one in found if one.kind in self.kinds]
        if (key := self.id) is not None:
            return [one for one in own if one.id == key]
        if ":" in self.text:
            named = [one for one in own if self.text in one.keys]
            value = self.text.rpartition(":")[2]
            # A code that was given again (GE, SK) means the state that has it now.
            return [one for one in named if one.code == value] or named
        return (
            [one for one in own if one.slug == self.text]
            or [one for one in own if one.kind in CODED and one.code == self.text]
            or [
                one
                for one in own
                if one.kind == "state" and not set(self.keys).isdisjoint(one.keys)
            ]
        )


def is_well_formed(text: str) -> bool:
    """Whether the text may be a reference at all."""
    return bool(
        _NAME.fullmatch(text)
        or _UUID.fullmatch(text)
        or (_KEY.fullmatch(text) and text.isprintable())
    )


class References:
    """All references in the filters of one request: asked for while reading, looked up in one statement."""

    def __init__(self) -> None:
        self._wanted: list[Wanted] = []

    def want(
        self,
        kinds: Sequence[str],
        text: str,
        parameter: str,
        query: Query,
        *,
        narrower: bool = False,
    ) -> Wanted | None:
        """Ask for a record; report it and return None when the text cannot be a reference."""
        if not is_well_formed(text):
            detail = f"“{text}” is not an id, a slug or scheme:value."
            stripped = text.strip()
            suggestion = stripped if stripped != text and is_well_formed(stripped) else None
            query.fault("invalid_reference", detail, parameter, suggestion)
            return None
        wanted = Wanted(tuple(kinds), text, parameter, narrower)
        self._wanted.append(wanted)
        return wanted

    def resolve(self, query: Query) -> None:
        """Look up everything asked for; report what may mean several records."""
        if not self._wanted:
            return
        found = lookup(self._wanted)
        for wanted in self._wanted:
            wanted.ids = [key for key in _meant(wanted, found, query.faults) if key]
        below = [wanted for wanted in self._wanted if wanted.narrower and wanted.ids]
        if below:
            narrower = narrower_than({key for wanted in below for key in wanted.ids})
            for wanted in below:
                wanted.ids = list(dict.fromkeys(one for key in wanted.ids for one in narrower[key]))


def _meant(wanted: Wanted, found: Iterable[Found], faults: list[Fault]) -> list[UUID]:
    leads = _leads(wanted, wanted.candidates(found))
    if len(leads) > 1:
        faults.append(ambiguity(wanted, leads.values()))
        return []
    return list(leads)


def _leads(wanted: Wanted, candidates: Iterable[Found]) -> dict[UUID, Found]:
    """The published records that candidates lead to; one alone if it has the code that is asked for in force."""
    leads = {one.leads_to: one for one in candidates if one.leads_to}
    in_force = {key: one for key, one in leads.items() if one.code == wanted.text.upper()}
    return in_force if len(in_force) == 1 else leads


def resolve_address(kind: str, ref: str) -> UUID:
    """The record that an address means: one that was merged or withdrawn only if no published one has the name.

    Raises Problem `not_found`, or `ambiguous_reference` when the name is that of several records.
    """
    if not is_well_formed(ref):
        raise Problem("not_found")
    wanted = Wanted((kind,), ref, "ref")
    if (key := wanted.id) is not None:
        return key
    candidates = wanted.candidates(lookup([wanted]))
    if len(candidates) == 1:
        return candidates[0].id
    leads = _leads(wanted, candidates)
    if len(leads) > 1:
        fault = ambiguity(wanted, leads.values())
        raise Problem("ambiguous_reference", fault.detail, faults=[fault])
    for found in (leads, [one.id for one in candidates]):
        for only in found:
            if only is not None:
                return only
    raise Problem("not_found")


def ambiguity(wanted: Wanted, candidates: Iterable[Found]) -> Fault:
    """Say which records a reference may mean."""
    slugs = sorted(one.slug for one in candidates)[:SHOWN]
    return Fault(
        "ambiguous_reference",
        f"“{wanted.text}” names several records: {', '.join(slugs)}.",
        wanted.parameter,
        suggestion=slugs[0],
    )


def lookup(wanted: Sequence[Wanted]) -> list[Found]:
    """Find everything that may be meant, in one statement over all kinds."""
    ids: list[UUID] = []
    keys: list[str] = []
    slugs: dict[str, list[str]] = defaultdict(list)
    for one in wanted:
        key = one.id
        if key is not None:
            ids.append(key)
            continue
        keys += one.keys
        if ":" not in one.text:
            for kind in one.kinds:
                slugs[kind].append(one.text)
    conditions: list[str] = []
    values: list[Any] = []
    if ids:
        conditions.append("id = ANY(%s)")
        values.append(ids)
    if keys:
        conditions.append("keys && %s")
        values.append(keys)
    for kind, texts in slugs.items():
        conditions.append("(kind = %s AND slug = ANY(%s))")
        values += [kind, texts]
        if kind in CODED:
            conditions.append("(kind = %s AND code = ANY(%s))")
            values += [kind, texts]
    with connection.cursor() as cursor:
        # Names of columns and a table only; what callers wrote goes as values.
        cursor.execute(f"SELECT {_COLUMNS} FROM {_TABLE} WHERE {' OR '.join(conditions)}", values)  # noqa: S608
        return [Found(*row) for row in cursor.fetchall()]


def narrower_than(roots: Iterable[UUID]) -> dict[UUID, list[UUID]]:
    """Each record with all that lie below it in its tree, itself first."""
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH RECURSIVE below(root, id) AS ("  # noqa: S608 - the name of a table only
            " SELECT id, id FROM unnest(%s::uuid[]) AS id UNION"
            f" SELECT below.root, {_TABLE}.id FROM {_TABLE} JOIN below ON {_TABLE}.broader_id = below.id"
            ") SELECT root, id FROM below",
            [list(roots)],
        )
        found: dict[UUID, list[UUID]] = defaultdict(list)
        for root, key in cursor.fetchall():
            found[root].append(key)
    return found
