"""Warnings of records: found by the checks of their kinds, and kept whenever records are written.

Code that writes records calls `renew` at the end of the same transaction: the desk, imports, their undoing, merges.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from records.bulk import among
from records.models import RecordWarning
from records.registry import all_kinds

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping
    from uuid import UUID

    from django.contrib.auth.models import AbstractBaseUser

#: Records that are checked together.
BATCH = 500


def find(keys: Mapping[str, Collection[UUID]]) -> Iterator[RecordWarning]:
    """Yield the warnings of records as they are now, by the names of their kinds; nothing is kept."""
    for kind in all_kinds():
        wanted = sorted(keys.get(kind.name, ())) if kind.checks else []
        for start in range(0, len(wanted), BATCH):
            assert kind.checks is not None  # noqa: S101 - for the type checker
            for found in kind.checks.find(wanted[start : start + BATCH]):
                yield RecordWarning(
                    kind=kind.name,
                    record_id=found.record,
                    code=found.code,
                    place=found.place,
                    detail=found.detail,
                    other_id=found.other,
                )


def renew(
    keys: Mapping[str, Collection[UUID]],
    *,
    by: AbstractBaseUser | None = None,
    turned: list[RecordWarning] | None = None,
) -> list[RecordWarning]:
    """Keep the warnings of records as they are now, and return them; `by` saw them and saved the records all the same.

    Other records that were warned of the facts of these, or against which these speak now, are checked again, too. What is found again keeps its date.
    New warnings of those others are added to `turned`.
    """
    asked = {key for those in keys.values() for key in those}
    everything: defaultdict[str, set[UUID]] = defaultdict(set)
    for name, those in keys.items():
        everything[name] |= set(those)
    for name, key in RecordWarning.objects.filter(among("other_id", asked)).values_list(
        "kind", "record_id"
    ):
        everything[name].add(key)
    for kind in all_kinds():
        if kind.checks:
            everything[kind.name].update(kind.checks.turned_odd(keys))
    checked = {key for those in everything.values() for key in those}
    there = {_place(row): row for row in RecordWarning.objects.filter(among("record_id", checked))}
    kept: dict[tuple[object, ...], RecordWarning] = {}
    new: list[RecordWarning] = []
    changed: list[RecordWarning] = []
    for found in find(everything):
        place = _place(found)
        if place in kept:
            continue
        kept[place] = row = there.get(place, found)
        was_seen = by is not None and row.record_id in asked and row.saved_by_id is None
        if was_seen:
            row.saved_by_id = by.pk if by else None
        if row is found:
            new.append(row)
        elif was_seen or row.detail != found.detail:
            row.detail = found.detail
            changed.append(row)
    if gone := [row.pk for place, row in there.items() if place not in kept]:
        RecordWarning.objects.filter(pk__in=gone).delete()
    if changed:
        RecordWarning.objects.bulk_update(changed, ["detail", "saved_by"], batch_size=BATCH)
    # Two who save at once may find the same of a third record.
    RecordWarning.objects.bulk_create(new, batch_size=BATCH, ignore_conflicts=True)
    if turned is not None:
        turned += [row for row in new if row.record_id not in asked]
    return [row for row in kept.values() if row.record_id in asked]


def labels() -> dict[str, str]:
    """Return what the codes of all kinds mean, by code."""
    return {
        code: label
        for kind in all_kinds()
        if kind.checks
        for code, label in kind.checks.labels.items()
    }


def _place(row: RecordWarning) -> tuple[object, ...]:
    return (row.record_id, row.code, row.place, row.other_id)
