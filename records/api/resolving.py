"""Which published record each of many names means. The number of statements is the same for one name and for a thousand."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

from django.db import models
from django.utils import timezone

from config.api.sql import Clause, all_of, joined, select, table_of
from records.api.autocomplete import as_sorted, beginnings
from records.api.pages import fetch, readable
from records.lookup.finding import find_each, find_exact
from records.lookup.name_tables import published_names
from records.lookup.names import id_of
from records.lookup.published import lookup
from records.lookup.steps import Search
from records.models import NameSort, PublishedName, Reference, Standing
from records.registry import all_kinds, kind_named

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from records.lookup.published import Candidate, Days, WrittenReference

#: Candidates of one answer at most.
SHOWN = 10
#: Names that nothing bears for which records are looked up that are called alike; those behind them get none.
COMPARED = 20


class Resolution(models.TextChoices):
    """The result of a query."""

    FOUND = "found", "one published record is meant: `record`"
    MERGED = "merged", "what is meant was merged into another record: `record` is that one"
    WITHDRAWN = "withdrawn", "what is meant was withdrawn; its address says why"
    AMBIGUOUS = (
        "ambiguous",
        "several records may be meant: `candidates`; `object`, `state` and `on` choose between them",
    )
    NOT_FOUND = (
        "not_found",
        "no published record is meant; `candidates` are called alike, or are of other states",
    )
    NOT_VALID = (
        "not_valid_on_that_day",
        "what is called so was certainly not there that day, or not called so: `candidates`",
    )


@dataclass(slots=True)
class Lead:
    """A published record that a query may mean."""

    kind: str
    is_merged: bool = False  #: whether another record bore the name, and was merged into this one
    is_valid: bool = (
        True  #: whether it may have been there, and have borne the name, on the day asked
    )


@dataclass(slots=True)
class Asked:
    """One query: a reference or a name, and what narrows it."""

    kinds: tuple[str, ...]
    on: Days | None
    reference: WrittenReference | None = None
    name: str = ""
    state: str | None = None  #: an id

    leads: dict[str, Lead] = field(default_factory=dict)  #: by id, the likeliest first
    is_withdrawn: bool = False
    alike: list[str] = field(default_factory=list)

    @property
    def wording(self) -> str:
        """The name that is compared with others when nothing is found; empty for codes and ids."""
        if self.reference is None:
            return self.name
        text = self.reference.text
        return "" if ":" in text or id_of(text) else text.replace("-", " ")


@dataclass(frozen=True, slots=True)
class Answer:
    """What a query means."""

    status: Resolution
    record: str | None  #: an id
    candidates: Sequence[str]


class Named:
    """Everything that the references of a request may mean, found by what it is called."""

    def __init__(self, written: Iterable[WrittenReference]) -> None:
        everything = lookup(written)
        self._called: dict[str, list[Candidate]] = defaultdict(list)
        for one in everything:
            for text in {str(one.id), one.slug, one.code, *one.keys}:
                self._called[text].append(one)

    def candidates(self, written: WrittenReference, on: Days | None) -> list[Candidate]:
        """Those that a reference may mean, as addresses and filters choose them."""
        texts = dict.fromkeys(value for _way, value, _kind in written.ways())
        found = {one.id: one for text in texts for one in self._called.get(text, ())}
        return written.candidates(found.values(), on)


def resolve(queries: Sequence[Asked], named: Named) -> list[Answer]:
    """Answer each query."""
    by_reference = [asked for asked in queries if asked.reference is not None]
    for asked in by_reference:
        _follow(asked, named)
    _find([asked for asked in queries if asked.reference is None])
    _check_days([asked for asked in by_reference if asked.on])
    states = _states([asked for asked in queries if asked.state])
    _compare([asked for asked in queries if not asked.leads and not asked.is_withdrawn])
    return [_answer(asked, states) for asked in queries]


def _answer(asked: Asked, states: Mapping[str, set[str]]) -> Answer:
    if not asked.leads:
        if asked.is_withdrawn:
            return Answer(Resolution.WITHDRAWN, None, ())
        return Answer(Resolution.NOT_FOUND, None, asked.alike)
    inside = [
        key for key in asked.leads if asked.state is None or asked.state in states.get(key, ())
    ]
    if not inside:
        return Answer(Resolution.NOT_FOUND, None, list(asked.leads)[:SHOWN])
    valid = [key for key in inside if asked.leads[key].is_valid]
    if not valid:
        return Answer(Resolution.NOT_VALID, None, inside[:SHOWN])
    if len(valid) > 1:
        return Answer(Resolution.AMBIGUOUS, None, valid[:SHOWN])
    (key,) = valid
    return Answer(Resolution.MERGED if asked.leads[key].is_merged else Resolution.FOUND, key, ())


def _follow(asked: Asked, named: Named) -> None:
    """Take the records that a reference means."""
    written = asked.reference
    if written is None:
        return
    candidates = named.candidates(written, asked.on)
    leads = written.leads(candidates)
    asked.is_withdrawn = bool(candidates) and not leads
    codes = written.codes
    called = {one.id for one in candidates}
    for key, one in leads.items():
        terms = [term for code in codes for term in one.terms(code)]
        asked.leads[str(key)] = Lead(
            one.kind,
            is_merged=key
            not in called,  # a survivor has the identifiers of what was merged into it
            is_valid=not (asked.on and terms) or any(_meet(*term, asked.on) for term in terms),
        )


def _meet(since: date | None, until: date | None, days: Days | None) -> bool:
    """Whether something may have been on one of the days; what is unknown may."""
    if days is None:
        return True
    return (since is None or since <= days[1]) and (until is None or until >= days[0])


def _find(queries: Sequence[Asked]) -> None:
    """Find the records that are called exactly like the names."""
    # Of signs alone nothing is left when they are folded.
    names = list(
        dict.fromkeys(asked.name for asked in queries if any(map(str.isalnum, asked.name)))
    )
    kinds = [kind for kind in all_kinds() if any(kind.name in asked.kinds for asked in queries)]
    by_words = tuple(kind.name for kind in kinds if kind.editions.is_found_by_words)
    tables = [published_names(by_words)] if by_words else []
    others = [beginnings(kind) for kind in kinds if not kind.editions.is_found_by_words]
    found = dict(zip(names, find_exact(names, tables, others, as_sorted), strict=True))
    day = timezone.now().date()
    today = (day, day)
    for asked in queries:
        days = asked.on or today
        called = [name for name in found.get(asked.name, ()) if name.kind in asked.kinds]
        if asked.on is None:
            # As with codes: who is called so today is meant, and only if nobody is, who was.
            called = [
                name for name in called if name.sort != NameSort.PAST and name.is_possible(today)
            ] or called
        for name in sorted(called, key=lambda each: each.rank(days)):
            is_valid = asked.on is None or name.is_possible(asked.on)
            lead = asked.leads.setdefault(name.record, Lead(name.kind, is_valid=is_valid))
            lead.is_valid |= is_valid


def _check_days(queries: Sequence[Asked]) -> None:
    """Ask of the records that references mean whether they may have been there on the days asked."""
    wanted: dict[str, set[str]] = defaultdict(set)
    for asked in queries:
        for key, lead in asked.leads.items():
            wanted[lead.kind].add(key)
    labelled = Clause(f"sort = {NameSort.LABEL.value}", ())
    parts = []
    for kind in map(kind_named, wanted):
        those = Clause("record_id = ANY(%s::uuid[])", (list(wanted[kind.name]),))
        if kind.editions.is_found_by_words:
            table, where = PublishedName._meta.db_table, all_of([labelled, those])
            parts.append(select("record_id::text, since, until", table, where))
        else:
            of = beginnings(kind)
            where = all_of([of.where, those])
            parts.append(select(f"record_id::text, {of.since}, {of.until}", of.table, where))
    known = {key: (since, until) for key, since, until in _united(parts)}
    for asked in queries:
        for key, lead in asked.leads.items():
            lead.is_valid = lead.is_valid and _meet(*known.get(key, (None, None)), asked.on)


def _states(queries: Sequence[Asked]) -> dict[str, set[str]]:
    """Those of the states asked for that each record names, or has to do with as other records say."""
    wanted: dict[str, set[str]] = defaultdict(set)
    for asked in queries:
        for key, lead in asked.leads.items():
            wanted[lead.kind].add(key)
    states = sorted({asked.state for asked in queries if asked.state})
    found: dict[str, set[str]] = {key: {key} for key in wanted.pop("state", ())}
    parts = []
    for kind in map(kind_named, wanted):
        keys = list(wanted[kind.name])
        where = all_of([readable(kind.editions), Clause("record_id = ANY(%s::uuid[])", (keys,))])
        both = "ARRAY(SELECT unnest(refs) INTERSECT SELECT unnest(%s::uuid[]))::text[]"
        part = select(f"record_id::text, {both}", table_of(kind.editions), where)
        parts.append(Clause(part.sql, (states, *part.values)))
    for key, named in _united(parts):
        found.setdefault(key, set()).update(named)
    for kind in map(kind_named, wanted):
        if kind.states is not None:
            for key, held in kind.states(list(wanted[kind.name])).items():
                found.setdefault(key, set()).update(held)
    return found


def _compare(queries: Sequence[Asked]) -> None:
    """Say which records are called like names that nothing bears."""
    wanted: dict[tuple[str, tuple[str, ...]], list[Asked]] = defaultdict(list)
    for asked in queries:
        kinds = [kind for kind in asked.kinds if kind_named(kind).editions.is_found_by_words]
        if asked.wording and kinds:
            wanted[asked.wording, tuple(kinds)].append(asked)
    compared = list(wanted)[:COMPARED]
    searches = [Search(wording, [published_names(kinds)]) for wording, kinds in compared]
    day = timezone.now().date()
    found = find_each(searches, on=(day, day), limit=SHOWN)
    for one, names in zip(compared, found, strict=True):
        for asked in wanted[one]:
            asked.alike = [name.record for name in names]


def _united(parts: Sequence[Clause]) -> list[Any]:
    if not parts:
        return []
    return fetch(joined(" UNION ALL ", parts))


def shown(answers: Iterable[Answer]) -> dict[str, dict[str, Any]]:
    """The records of answers as they are shown, by id. One statement."""
    keys = {key for answer in answers for key in (answer.record, *answer.candidates) if key}
    if not keys:
        return {}
    named = Reference.objects.filter(pk__in=keys, standing=Standing.PUBLISHED)
    return {
        str(key): {
            "id": str(key),
            "object": kind,
            "slug": slug,
            "label": body["label"],
            "url": kind_named(kind).path(key),
        }
        for key, kind, slug, body in named.values_list("pk", "kind", "slug", "body")
    }
