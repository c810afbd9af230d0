"""Looking records up in the working tables, drafts included: for exchange files and the desk."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, cast

from django.db.models import Q

from records.lookup.names import Way, ways

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator
    from uuid import UUID

    from django.db.models import ManyToOneRel

    from records.registry import Kind


class WorkingRecord(NamedTuple):
    """A record of the working tables."""

    pk: UUID
    merged_into: UUID | None


#: Ways in which a record states its own names.
_EXACT = {Way.ID, Way.KEY, Way.SLUG, Way.CODE}

#: Records by the way in which they are named, and by what they are called in that way.
_Found = dict[tuple[Way, str], set[WorkingRecord]]


def find_named(kind: Kind, texts: Collection[str]) -> dict[str, set[WorkingRecord]]:
    """Return the records of a kind that each text names, by the best way in which it names any. Merged ones are among them.

    A fixed number of queries, whatever there is to look up.
    """
    found = _find(kind, [way for text in texts for way in ways(text, kind)])
    return {
        text: next((found[way] for way in ways(text, kind) if way in found), set())
        for text in texts
    }


def find_same(kind: Kind, texts: Collection[str]) -> dict[str, set[WorkingRecord]]:
    """Return the records of a kind that have each text as id, slug, code or `scheme:value`, whichever of them.

    Unlike `find_named` it finds nothing by a bare code, and all records that share a name: for a record that states its
    own names.
    """
    asked = [way for text in texts for way in ways(text, kind) if way[0] in _EXACT]
    found = _find(kind, asked)
    return {
        text: set().union(*(found.get(way, set()) for way in ways(text, kind))) for text in texts
    }


def _find(kind: Kind, asked: Iterable[tuple[Way, str]]) -> _Found:
    values: dict[Way, set[str]] = {way: set() for way in Way}
    for way, value in asked:
        values[way].add(value)
    found: _Found = {}
    for way, column in (
        (Way.ID, "pk"),
        (Way.SLUG, "slug"),
        (Way.SLUG_IN_CAPITALS, "slug"),
        *((Way.CODE, key) for key in kind.keys),
    ):
        if values[way]:
            records = kind.model._default_manager.order_by().filter(
                **{f"{column}__in": values[way]}
            )
            for value, pk, merged in records.values_list(column, "pk", "merged_into_id"):
                found.setdefault((way, str(value)), set()).add(WorkingRecord(pk, merged))
    keys = values[Way.KEY] | values[Way.BARE_CODE]
    if keys:
        for key, record in _by_key(kind, keys):
            for way in (Way.KEY, Way.BARE_CODE):
                if key in values[way]:
                    found.setdefault((way, key), set()).add(record)
    return found


def _by_key(kind: Kind, keys: set[str]) -> Iterator[tuple[str, WorkingRecord]]:
    """Find by identifiers and codes in force; by a code that has ended where no other record has it now."""
    yield from _of_parts(kind, "identifiers", keys, Q())
    if kind.codes is None:
        return
    in_force = list(_of_parts(kind, kind.codes.relation, keys, Q(end_edtf="")))
    yield from in_force
    left = keys - {key for key, _record in in_force}
    if left:
        owner = _relation(kind, kind.codes.relation).field.name
        former = Q(**{f"{owner}__{kind.codes.relation}__scheme": kind.codes.former})
        yield from _of_parts(kind, kind.codes.relation, left, former)


def _of_parts(
    kind: Kind, relation: str, keys: Collection[str], which: Q
) -> Iterator[tuple[str, WorkingRecord]]:
    pairs = [key.split(":", 1) for key in keys]
    owner = _relation(kind, relation).field.name
    parts = _relation(kind, relation).related_model
    rows = parts._default_manager.order_by().filter(
        which,
        scheme__in={scheme for scheme, _value in pairs},
        value__in={value for _scheme, value in pairs},
    )
    columns = ("scheme", "value", owner, f"{owner}__merged_into_id")
    for scheme, value, pk, merged in rows.values_list(*columns):
        if f"{scheme}:{value}" in keys:
            yield f"{scheme}:{value}", WorkingRecord(pk, merged)


def _relation(kind: Kind, name: str) -> ManyToOneRel:
    return cast("ManyToOneRel", kind.model._meta.get_field(name))
