"""Taking in an exchange file: one transaction, all of it or nothing.

The file is read twice: once to learn which records it is about, so that lines may name each other in any order, and then
kind by kind in batches, each with a fixed number of queries whatever it holds.
"""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Any

from django.db import DataError, IntegrityError, connection, transaction

from records.curation import CurationRefused, deed, publish
from records.exchange.naming import Names
from records.exchange.outcome import CREATED, REJECTED, UNCHANGED, UPDATED, Proposal, Report
from records.exchange.planning import Changes, Planned, compare, look_up, read_record, wanted
from records.exchange.reading import Entry, Index
from records.exchange.rejection import Fault, Rejection
from records.exchange.rows import check_deferred, read_rows, rules_of, write_changes
from records.exchange.shapes import Exchange, declared
from records.models import EditorialState

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from django.contrib.auth.models import AbstractBaseUser

    from records.exchange.planning import Existing
    from records.exchange.shapes import Shape
    from records.models import Record

#: Records that are read, compared and written together.
BATCH = 500


@dataclass(slots=True)
class _Work:
    """A line on its way into the tables."""

    entry: Entry
    plan: Planned
    changes: Changes


class _Load:
    """One run of `load`."""

    def __init__(self, file: IO[bytes]) -> None:
        self.index = Index.of(file)
        self.names = Names(self.index)
        self.report = Report(lines=self.index.lines)
        self.loaded: list[Entry] = []
        self.outcomes: dict[tuple[str, int], str] = {}  #: by kind and line
        self.rejected: set[tuple[str, int]] = set()  #: kind and line
        for rejection in self.index.rejections:
            self._note(rejection)

    def run(self) -> None:
        kinds = declared()
        for exchange in kinds:
            entries = self.index.entries.get(exchange.kind, [])
            for start in range(0, len(entries), BATCH):
                for entry, wrong in self.names.match(exchange, entries[start : start + BATCH]):
                    self._reject(
                        entry, [Fault("", entry.name, wrong.reason, wrong.code, wrong.suggestion)]
                    )
        for exchange in kinds:
            for batch in self.index.batches(exchange, BATCH):
                self._batch(exchange, batch)
        if not self.report.rejections:
            self._check_all()

    def _batch(self, exchange: Exchange, batch: Sequence[tuple[Entry, dict[str, Any]]]) -> None:
        plans: list[tuple[Entry, Planned, list[Fault]]] = []
        for entry, document in batch:
            faults: list[Fault] = []
            plan = read_record(exchange, document, faults, is_new=entry.is_new)
            plan.pk = entry.pk
            plans.append((entry, plan, faults))
        self.names.resolve(name for _entry, plan, _faults in plans for name in wanted(plan))
        for entry, plan, faults in plans:
            look_up(plan, self.names, faults)
            self._reject(entry, faults)
        good = [
            (entry, plan)
            for entry, plan, _faults in plans
            if (exchange.kind, entry.line) not in self.rejected
        ]
        there = read_rows(
            exchange, [entry.pk for entry, _plan in good if entry.pk and not entry.is_new]
        )
        locked = _locked(exchange, there)
        works = []
        for entry, plan in good:
            changes, proposed = compare(plan, there.get(plan.pk), locked.get(plan.pk, ()))
            self.report.proposals += [
                Proposal(entry.line, exchange.kind, entry.name, name) for name in proposed
            ]
            works.append(_Work(entry, plan, changes))
        self._write(exchange, works)

    def _write(self, exchange: Exchange, works: Sequence[_Work]) -> None:
        order: list[Shape] = [exchange, *exchange.descendants()]
        written: list[_Work] = []
        waiting = [works]
        while waiting:
            group = waiting.pop()
            try:
                with transaction.atomic():
                    changes = Changes()
                    for work in group:
                        changes.add(work.changes)
                    if changes:
                        write_changes(changes, order)
                        check_deferred(order)
            except (DataError, IntegrityError) as error:
                if len(group) == 1:
                    self._reject(group[0].entry, [_broken_rule(error, order)])
                else:  # find the lines that are at fault by halves
                    half = len(group) // 2
                    waiting += [group[half:], group[:half]]
            else:
                written += group
        for work in written:
            outcome = CREATED if work.entry.is_new else UPDATED if work.changes else UNCHANGED
            self.report.add(exchange.kind, outcome)
            self.outcomes[exchange.kind, work.entry.line] = outcome
            self.loaded.append(work.entry)

    def _check_all(self) -> None:
        """Check what waits for the end of the transaction, so that nothing fails after the report was made."""
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
                cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        except (DataError, IntegrityError) as error:
            shapes = [
                shape for exchange in declared() for shape in (exchange, *exchange.descendants())
            ]
            self.report.rejections.append(_broken_rule(error, shapes).on(None, None, None))

    def publish(self, by: AbstractBaseUser | None, reason: str) -> None:
        """Publish what the file is about, where the world does not have it yet; withdrawn records stay withdrawn."""
        records: list[Record] = []
        for exchange in declared():
            keys = [entry.pk for entry in self.loaded if entry.exchange is exchange and entry.pk]
            rows = exchange.model._default_manager.filter(pk__in=keys).exclude(
                editorial_state=EditorialState.WITHDRAWN
            )
            records += [
                record
                for record in rows
                if not record.is_published or record.has_unpublished_changes
            ]
        if not records:
            return
        before = {record.pk: record.published_at for record in records}
        try:
            publish(*records, by=by, reason=reason)
        except CurationRefused as refused:
            entries = {entry.pk: entry for entry in self.loaded}
            for refusal in refused.refusals:
                entry = entries[refusal.record.pk]
                kind = entry.exchange.kind
                if (kind, entry.line) not in self.rejected:
                    self.report.counts[kind][self.outcomes[kind, entry.line]] -= 1
                self._reject(entry, [Fault("", None, refusal.detail, refusal.code)])
        else:
            self.report.published = sum(
                record.published_at != before[record.pk] for record in records
            )

    def _reject(self, entry: Entry, faults: Iterable[Fault]) -> None:
        for fault in faults:
            entry.is_rejected = True
            self._note(fault.on(entry.line, entry.exchange.kind, entry.name))

    def _note(self, rejection: Rejection) -> None:
        """Keep a rejection; a line counts once however much is wrong with it."""
        self.report.rejections.append(rejection)
        key = (rejection.object or "", rejection.line or 0)
        if key not in self.rejected:
            self.rejected.add(key)
            self.report.add(rejection.object or "", REJECTED)


def load(
    file: IO[bytes],
    *,
    by: AbstractBaseUser | None,
    publish: bool = False,
    dry_run: bool = False,
    reason: str = "",
) -> Report:
    """Take in an exchange file, and publish what it is about if asked to.

    Everything or nothing: when any line is rejected, or publishing is refused, nothing is written, and the report holds
    every rejection of every line. A dry run does all the work and then takes it back. `by` is None for commands that
    run as the operator.

    Raises PermissionDenied when `by` may not publish.
    """
    with tempfile.TemporaryFile() as spool:
        if not file.seekable():
            shutil.copyfileobj(file, spool)
            file = spool
        with deed("import", by, reason):
            work = _Load(file)
            work.run()
            if publish and not work.report.rejections:
                work.publish(by, reason)
            work.report.is_done = not (dry_run or work.report.rejections)
            if not work.report.is_done:
                transaction.set_rollback(True)
    work.report.rejections.sort(
        key=lambda rejection: (rejection.is_consequence, rejection.line or 0, rejection.field)
    )
    return work.report


def _locked(exchange: Exchange, there: dict[Any, Existing]) -> dict[Any, list[str]]:
    rows = exchange.model._default_manager.filter(pk__in=list(there)).exclude(locked_fields=[])
    return dict(rows.values_list("pk", "locked_fields"))


def _broken_rule(error: DataError | IntegrityError, shapes: Sequence[Shape]) -> Fault:
    """Say which rule of the database refused a row, in the rule's own words where it has some."""
    diagnosis = getattr(error.__cause__, "diag", None)
    name = getattr(diagnosis, "constraint_name", None)
    if not name:
        return Fault("", None, str(error).strip().splitlines()[0], "database")
    told = str(diagnosis.message_primary) if diagnosis is not None else ""
    rule = rules_of(shapes).get(name)
    if rule is not None and rule.violation_error_message != rule.default_violation_error_message:
        told = str(rule.violation_error_message)
    return Fault("", None, told, name)
