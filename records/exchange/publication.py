"""Publishing what a file is about: what would be refused is known before anything is committed, then it goes in batches."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db import connection

from config.db.statistics import renew_statistics
from records.bulk import among
from records.exchange.references import Coded
from records.exchange.shapes import declared
from records.models import Reference, Standing
from records.publishing.batches import publish_in_batches
from records.publishing.publish import CurationRefused, Refusal, no_citation_of, publish
from records.registry import kind_named

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from uuid import UUID

    from django.contrib.auth.models import AbstractBaseUser

    from records.exchange.shapes import Exchange, Shape
    from records.models import Nature

#: Keys that one query takes.
CHUNK = 5_000
#: Records from which on a second process is worth its start.
MANY = 2_000
#: Records that may be published in one transaction, where they name each other in circles.
TOGETHER = 20_000
#: How many names a refusal lists.
SHOWN = 10


@dataclass
class Outcome:
    """The result of publishing."""

    published: int = 0
    refusals: list[Refusal] = field(default_factory=list)


def wanting(keys: dict[str, list[UUID]]) -> Iterator[tuple[str, UUID, str, str]]:
    """Return, of records that are to be published together, what `publish` would refuse: kind, key, code and detail.

    Costs a fixed number of queries per kind and 5,000 records.
    """
    public = _Public(key for those in keys.values() for key in those)
    for exchange in declared():
        those = keys.get(exchange.kind, [])
        for start in range(0, len(those), CHUNK):
            chunk = those[start : start + CHUNK]
            if kind_named(exchange.kind).is_cited:
                yield from _uncited(exchange, chunk)
            for member in kind_named(exchange.kind).cited_members:
                yield from _uncited_member(exchange, member, chunk)
            yield from _naming_unpublished(exchange, chunk, public)


def _uncited(exchange: Exchange, keys: Sequence[UUID]) -> Iterator[tuple[str, UUID, str, str]]:
    # Which kinds have citations is known only when all apps are loaded.
    uncited: dict[str, Any] = {"citations": None}
    for record in exchange.model._default_manager.filter(among("pk", keys), **uncited).order_by():
        detail = f"{record} has no citation: add at least one source before publishing."
        yield exchange.kind, record.pk, "no_citation", detail


def _uncited_member(
    exchange: Exchange, member: str, keys: Sequence[UUID]
) -> Iterator[tuple[str, UUID, str, str]]:
    has_parts: dict[str, Any] = {f"{member}__isnull": False}
    is_cited: dict[str, Any] = {"citations__field": member}
    found = exchange.model._default_manager.filter(among("pk", keys), **has_parts)
    for record in found.exclude(**is_cited).order_by().distinct():
        yield exchange.kind, record.pk, "no_citation", no_citation_of(record, member)


def _naming_unpublished(
    exchange: Exchange, keys: Sequence[UUID], public: _Public
) -> Iterator[tuple[str, UUID, str, str]]:
    missing: dict[UUID, dict[UUID, str]] = {}
    for shape, owner in _tables(exchange):
        for column, kind in _naming_columns(shape):
            rows = shape.model._default_manager.order_by().filter(
                among(owner, keys), **{f"{column}__isnull": False}
            )
            # Many rows name few records.
            if others := public.without(rows.values_list(column, flat=True).distinct()):
                for key, named in rows.filter(among(column, others)).values_list(owner, column):
                    missing.setdefault(key, {})[named] = kind
    for key, named in missing.items():
        names = ", ".join(_called(kind, other) for other, kind in list(named.items())[:SHOWN])
        more = " and more" if len(named) > SHOWN else ""
        detail = f"It names records that are not published: {names}{more}. Publish them first, or together with it."
        yield exchange.kind, key, "unpublished_reference", detail


class _Public:
    """Which records may be named: those that are published, and those that are going to be, together with the one that names them."""

    def __init__(self, going: Iterable[UUID]) -> None:
        self._known = set(going)

    def without(self, keys: Iterable[UUID]) -> set[UUID]:
        """Return those that may not be named."""
        asked = set(keys) - self._known
        if asked:
            published = Reference.objects.filter(among("pk", asked), standing=Standing.PUBLISHED)
            self._known.update(published.values_list("pk", flat=True))
        return asked - self._known


def _tables(exchange: Exchange) -> Iterator[tuple[Shape, str]]:
    """The tables of a kind, each with the lookup from a row to its record's key."""
    yield exchange, "pk"
    for part in exchange.descendants():
        yield part, part.path


def _naming_columns(shape: Shape) -> Iterator[tuple[str, str]]:
    for treatment in shape.fields.values():
        if isinstance(treatment, Coded):
            continue
        kinds = getattr(treatment, "kinds", None) or (getattr(treatment, "kind", None),) * len(
            treatment.columns
        )
        for column, kind in zip(treatment.columns, kinds, strict=False):
            if kind is not None:
                yield column, kind


def _called(kind: str, key: UUID) -> str:
    found: Any = kind_named(kind).model._default_manager.filter(pk=key).first()
    return f"{kind.replace('_', ' ')} “{found or key}”"


def publish_all(
    keys: dict[str, list[UUID]],
    *,
    by: AbstractBaseUser | None,
    reason: str,
    nature: Nature | None = None,
    progress: Callable[[int], None] = lambda _done: None,
) -> Outcome:
    """Publish records of several kinds in batches, so that other publishers do not wait long for the feed.

    What names a record that comes later is tried again when that is published; what is left in the end names each other in
    circles and is published in one transaction. Refusals that remain are in the outcome.

    What was written is looked at by PostgreSQL first, and what was published in the end, so that questions about it
    are answered as quickly as ever.
    """
    renew_statistics()
    outcome = _publish_all(keys, by, reason, nature, progress)
    renew_statistics()
    return outcome


def _publish_all(
    keys: dict[str, list[UUID]],
    by: AbstractBaseUser | None,
    reason: str,
    nature: Nature | None,
    progress: Callable[[int], None],
) -> Outcome:
    outcome = Outcome()
    processes = 1 if connection.in_atomic_block else min(2, os.cpu_count() or 1)
    waiting = {kind: list(those) for kind, those in keys.items() if those}
    while waiting:
        before = sum(map(len, waiting.values()))
        refused: dict[UUID, Refusal] = {}
        for exchange in declared():
            those = waiting.get(exchange.kind, [])
            for batch in publish_in_batches(
                kind_named(exchange.kind),
                those,
                by=by,
                reason=reason,
                nature=nature,
                processes=processes if len(those) >= MANY else 1,
            ):
                outcome.published += len(batch.published)
                progress(outcome.published)
                refused |= {refusal.record.pk: refusal for refusal in batch.refusals}
        outcome.refusals += [r for r in refused.values() if r.code != "unpublished_reference"]
        again = {key for key, r in refused.items() if r.code == "unpublished_reference"}
        waiting = {
            kind: left
            for kind, those in waiting.items()
            if (left := [key for key in those if key in again])
        }
        if sum(map(len, waiting.values())) == before:
            _together(list(refused.values()), outcome, by, reason, nature)
            return outcome
    return outcome


def _together(
    refusals: list[Refusal],
    outcome: Outcome,
    by: AbstractBaseUser | None,
    reason: str,
    nature: Nature | None,
) -> None:
    records = [refusal.record for refusal in refusals]
    if len(records) > TOGETHER:
        outcome.refusals += refusals
        return
    try:
        publish(*records, by=by, reason=reason, nature=nature)
    except CurationRefused as refused:
        out = {refusal.record.pk for refusal in refused.refusals}
        outcome.refusals += refused.refusals
        left = [refusal for refusal in refusals if refusal.record.pk not in out]
        if left and len(left) < len(refusals):
            _together(left, outcome, by, reason, nature)
    else:
        outcome.published += len(records)
