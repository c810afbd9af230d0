"""Finding the records that a file is about, and those that its lines name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.apps import apps

from config.faults import nearest
from records.exchange.references import NamedRecord
from records.exchange.shapes import Exchange, exchange_of
from records.exchange.values import FaultError
from records.identity import SLUG_LENGTH, new_id
from records.lookup.names import ways
from records.lookup.working import find_named, find_same

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from uuid import UUID

    from records.exchange.lines import FileLine, Index

#: Characters at the start of a slug that a suggestion must share.
_LIKE = 2
#: Slugs that are looked through for a suggestion.
_LOOKED_THROUGH = 500


class RecordLookUp:
    """Finds the keys of the records that a file names: in the same file first, then in the database."""

    def __init__(self, index: Index) -> None:
        self._index = index
        self._known: dict[NamedRecord, UUID | str | FaultError] = {}
        self._given: set[tuple[str, str]] = (
            set()
        )  #: kind and slug of new records that wished for one

    def match(
        self, exchange: Exchange, entries: Sequence[FileLine]
    ) -> list[tuple[FileLine, FaultError]]:
        """Give each entry the key of its record, or a new one; return what is wrong."""
        found = find_same(
            exchange.kind_of_record, {name for entry in entries for name in entry.names}
        )
        wrong = []
        for entry in entries:
            there = {record for name in entry.names for record in found.get(name, ())}
            entry.pk = entry.document_id or new_id()
            if len(there) > 1:
                reason = "Its id, slug and identifiers belong to different records."
                wrong.append((entry, FaultError("conflict", reason)))
            elif there:
                (record,) = there
                if record.merged_into:
                    reason = f"This record was merged into {record.merged_into}: name that one."
                    wrong.append((entry, FaultError("merged", reason)))
                elif entry.document_id and entry.document_id != record.pk:
                    reason = f"This slug or identifier belongs to the record {record.pk}."
                    wrong.append((entry, FaultError("conflict", reason)))
                entry.pk = record.pk
            else:
                entry.is_new = True
                if entry.slug is None:
                    wrong.append((entry, FaultError("required", "A new record needs a slug.")))
        self._grant(exchange, [entry for entry in entries if entry.is_wish and entry.is_new])
        return wrong

    def _grant(self, exchange: Exchange, wishing: Sequence[FileLine]) -> None:
        """Give new records the slug that they wish for, or the next one that is free (`john-smith-2`)."""
        waiting = [(entry, entry.slug, 1) for entry in wishing if entry.slug]
        while waiting:
            slugs = exchange.model._default_manager.order_by().filter(
                slug__in=[_numbered(base, number) for _entry, base, number in waiting]
            )
            taken = set(slugs.values_list("slug", flat=True))
            again = []
            for entry, base, number in waiting:
                slug = _numbered(base, number)
                named = self._index.names.get((exchange.kind, slug))
                if slug in taken or (exchange.kind, slug) in self._given or named is not None:
                    again.append((entry, base, number + 1))
                else:
                    self._given.add((exchange.kind, slug))
                    entry.slug = slug
            waiting = again

    def resolve(self, named: Iterable[NamedRecord]) -> None:
        """Look up all that is not known yet: a fixed number of queries per kind of record."""
        by_kind: dict[str, set[str]] = {}
        for name in named:
            if name in self._known:
                continue
            entry = self._in_file(name)
            if entry is not None:
                reason = f"Line {entry.line}, which this names, was rejected."
                wrong = FaultError("rejected_reference", reason)
                self._known[name] = wrong if entry.is_rejected or entry.pk is None else entry.pk
            else:
                by_kind.setdefault(name.kind, set()).add(name.ref)
        for kind, refs in by_kind.items():
            exchange = exchange_of(kind)
            if exchange is None:
                self._resolve_codes(kind, refs)
                continue
            found = find_named(exchange.kind_of_record, refs)
            for ref in refs:
                keys = {record.merged_into or record.pk for record in found[ref]}
                self._known[NamedRecord(kind, ref)] = (
                    keys.pop() if len(keys) == 1 else self._wrong(exchange, ref, len(keys))
                )

    def _in_file(self, name: NamedRecord) -> FileLine | None:
        """Return the line of the file that is about the record, if there is one."""
        exchange = exchange_of(name.kind)
        if exchange is None:
            return None
        texts = [text for _way, text in ways(name.ref, exchange.kind_of_record)]
        lines = (self._index.names.get((name.kind, text)) for text in texts)
        return next((line for line in lines if line is not None), None)

    def _resolve_codes(self, label: str, codes: set[str]) -> None:
        """Look up rows of a plain list, which are called by their keys."""
        model = apps.get_model(label)
        known = set(model._default_manager.values_list("pk", flat=True))
        for code in codes:
            reason = f"There is no {model._meta.verbose_name} “{code}”."
            wrong = FaultError("unknown_reference", reason, nearest(code, known))
            self._known[NamedRecord(label, code)] = code if code in known else wrong

    def key(self, name: NamedRecord) -> UUID | str:
        """Return the key of a record that was looked up. Raises FaultError."""
        known = self._known[name]
        if isinstance(known, FaultError):
            raise known
        return known

    def _wrong(self, exchange: Exchange, ref: str, number: int) -> FaultError:
        what = exchange.kind.replace("_", " ")
        if number:
            return FaultError(
                "ambiguous_reference", f"“{ref}” names {number} records of the kind {what}."
            )
        slugs = exchange.model._default_manager.filter(slug__startswith=ref[:_LIKE]).values_list(
            "slug", flat=True
        )
        known = [
            *slugs[:_LOOKED_THROUGH],
            *(name for kind, name in self._index.names if kind == exchange.kind),
        ]
        reason = f"There is no {what} “{ref}”, neither in the file nor among the records."
        return FaultError("unknown_reference", reason, nearest(ref, known))


def _numbered(slug: str, number: int) -> str:
    ending = f"-{number}" if number > 1 else ""
    return f"{slug[: SLUG_LENGTH - len(ending)].rstrip('-')}{ending}"
