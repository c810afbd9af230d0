"""Load an exchange file: one transaction, all of it or nothing.

The file is read twice: once to learn which records it is about, so that lines may name each other in any order, and then
kind by kind in batches, each with a fixed number of queries whatever it holds.
"""

from __future__ import annotations

import shutil
import tempfile
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Any, TypeVar

from django.core.exceptions import PermissionDenied
from django.db import DataError, IntegrityError, connection, transaction
from django.db.models import Q

from config.faults import Fault
from records.bulk import among
from records.exchange.compare import (
    Changes,
    Planned,
    compare,
    look_up,
    named_records,
    read_record,
    references_of,
)
from records.exchange.lines import EXCHANGE, FileLine, Index, LoadOptions
from records.exchange.lookup import RecordLookUp
from records.exchange.publication import publish_all, wanting
from records.exchange.report import (
    CREATED,
    REJECTED,
    TOO_MANY,
    UNCHANGED,
    UPDATED,
    WITHDRAWN,
    Faults,
    LineFault,
    Proposal,
    Report,
    are_too_many,
)
from records.exchange.rows import check_deferred, read_rows, rules_of, write_changes
from records.exchange.shapes import Exchange, declared
from records.models import EditorialState
from records.publishing.deeds import deed
from records.publishing.locks import changed_since
from records.publishing.publish import demand_permission, recorded
from records.publishing.rows import by_halves
from records.publishing.warnings import renew

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
    from uuid import UUID

    from django.contrib.auth.models import AbstractBaseUser

    from records.exchange.compare import Existing, NamedIn
    from records.exchange.shapes import Shape

    #: Called with what is being done, how much of it is done, and of how much.
    Progress = Callable[[str, int, int], None]

    #: A line that was read, its document, its references, and what is wrong with it by itself.
    _Line = tuple[FileLine, dict[str, Any], Planned, list[NamedIn], Faults]

_T = TypeVar("_T")
#: Records that are read, compared and written together.
BATCH = 500


@dataclass(slots=True)
class _Work:
    """A line on its way into the tables."""

    entry: FileLine
    plan: Planned
    there: Existing | None
    changes: Changes
    proposed: list[str]  #: locked fields that it would change
    is_left: bool = False  #: whether its record is withdrawn, and stays as it is


def _ahead(batches: Iterator[_T]) -> Iterator[_T]:
    """Make each batch while the caller works on the one before: the database writes while the next lines are read."""
    with ThreadPoolExecutor(1, "read-ahead") as thread:
        coming = thread.submit(next, batches, None)
        while (batch := coming.result()) is not None:
            coming = thread.submit(next, batches, None)
            yield batch


def _silent(stage: str, done: int, total: int) -> None:
    """Default callback: does nothing."""
    del stage, done, total


class Load:
    """One reading of a file into the tables. Run it inside a transaction, and take that back when there are rejections."""

    def __init__(
        self,
        file: IO[bytes],
        *,
        options: LoadOptions = EXCHANGE,
        left_out: Iterable[LineFault] = (),
        progress: Progress = _silent,
    ) -> None:
        """`left_out` are rejections that an earlier reading made: their lines stay out, and are rejected as before."""
        self.index = Index.of(file, options)
        self.names = RecordLookUp(self.index)
        self.report = Report(lines=self.index.lines)
        self.loaded: list[FileLine] = []
        self.outcomes: dict[tuple[str, int], str] = {}  #: by kind and line
        self.rejected: set[tuple[str, int]] = set()  #: kind and line
        self.is_stopped = False  #: there are too many rejections
        self._written: defaultdict[str, list[UUID]] = defaultdict(list)  #: by kind
        self._options = options
        self._progress = progress
        self._done = 0
        for rejection in self.index.rejections:
            self._note(rejection)
        known = {(rejection.line, rejection.fault.code) for rejection in self.index.rejections}
        for rejection in left_out:
            if (rejection.line, rejection.fault.code) not in known:
                self._note(rejection)
        self.found_before = len(self.report.rejections)
        for kind, entries in self.index.entries.items():
            for entry in entries:
                entry.is_rejected = (kind, entry.line) in self.rejected

    @property
    def has_found_more(self) -> bool:
        """Whether there are rejections beyond those that were known before anything was written."""
        return len(self.report.rejections) > self.found_before

    def run(self) -> None:
        """Match, compare and write all lines; what is wrong is in the report. Too many rejections end it."""
        if self.is_stopped:
            return
        # Plans of triggers and foreign keys are made while tables may still be empty, and kept: they must not choose to
        # read the whole of a table that grows with every row.
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")
        kinds = declared()
        for exchange in kinds:
            entries = self._entries(exchange)
            for start in range(0, len(entries), BATCH):
                for entry, wrong in self.names.match(exchange, entries[start : start + BATCH]):
                    self._reject(
                        entry,
                        [wrong.at("", entry.name)],
                    )
                if self.is_stopped:
                    return
        for exchange in kinds:
            for lines in _ahead(self._read(exchange)):
                self._batch(exchange, lines)
                if self.is_stopped:
                    return
                self._done += len(lines)
                self._progress("writing", self._done, self.index.lines)
        if not self.report.rejections:
            self._check_all()
        if not self.has_found_more:
            self._renew_warnings()

    def _entries(self, exchange: Exchange) -> list[FileLine]:
        return [
            entry for entry in self.index.entries.get(exchange.kind, []) if not entry.is_rejected
        ]

    def _read(self, exchange: Exchange) -> Iterator[list[_Line]]:
        """Read the lines of a kind in batches, without asking the database."""
        for batch in self.index.batches(exchange, BATCH):
            lines = []
            for entry, document in batch:
                if entry.is_wish:
                    document["slug"] = entry.slug if entry.is_new else None
                faults = Faults()
                plan = read_record(exchange, document, faults, is_new=entry.is_new)
                plan.pk = entry.pk
                lines.append((entry, document, plan, references_of(plan), faults))
            yield lines

    def _batch(self, exchange: Exchange, lines: Sequence[_Line]) -> None:
        plans = [line for line in lines if not line[0].is_rejected]
        self.names.resolve(
            name
            for _entry, _document, _plan, references, _faults in plans
            for name in named_records(references)
        )
        for entry, _document, plan, references, faults in plans:
            look_up(plan, references, self.names, faults)
            faults.close()
            self._reject(entry, faults)
        good = [
            (entry, plan)
            for entry, _document, plan, _references, _faults in plans
            if (exchange.kind, entry.line) not in self.rejected
        ]
        documents = {entry.line: document for entry, document, *_ in plans}
        works = self._compare(exchange, good)
        self.report.proposals += [
            Proposal(
                work.entry.line,
                exchange.kind,
                work.entry.name,
                name,
                documents[work.entry.line].get(name),
            )
            for work in works
            for name in dict.fromkeys(work.proposed)
        ]
        self._write(exchange, works)

    def _compare(self, exchange: Exchange, good: Sequence[tuple[FileLine, Planned]]) -> list[_Work]:
        """Compare lines with the database, and lock the records that they change: what others save meanwhile is read again."""
        works = {entry.line: work for entry, work in self._compare_once(exchange, good)}
        changing = [work for work in works.values() if work.there and work.changes]
        outdated = changed_since(
            exchange.kind, {work.there.pk: work.there.written_at for work in changing if work.there}
        )
        again = [(work.entry, work.plan) for work in changing if work.plan.pk in outdated]
        for entry, work in self._compare_once(exchange, again):
            works[entry.line] = work
            if work.there is None:
                del works[entry.line]
                detail = "The record was deleted while the file was read."
                self._reject(entry, [Fault("gone", detail, pointer="")])
        return list(works.values())

    def _compare_once(
        self, exchange: Exchange, good: Sequence[tuple[FileLine, Planned]]
    ) -> Iterator[tuple[FileLine, _Work]]:
        keys = [entry.pk for entry, _plan in good if entry.pk and not entry.is_new]
        there = read_rows(exchange, keys) if keys else {}
        locked, withdrawn = _held(exchange, there) if there else ({}, set())
        for entry, plan in good:
            found = there.get(plan.pk)
            if plan.pk in withdrawn and not self._options.restores:
                yield entry, _Work(entry, plan, found, Changes(), [], is_left=True)
                continue
            changes, proposed = compare(plan, found, locked.get(plan.pk, ()), self._options.adding)
            yield entry, _Work(entry, plan, found, changes, proposed)

    def _write(self, exchange: Exchange, works: Sequence[_Work]) -> None:
        order: list[Shape] = [exchange, *exchange.descendants()]

        def write(group: Sequence[_Work]) -> None:
            changes = Changes()
            for work in group:
                changes.add(work.changes)
            if changes:
                write_changes(changes, order)
                check_deferred(order)

        written: list[_Work] = []
        for group, error in by_halves(works, write):
            if error is None:
                written += group
            else:
                self._reject(group[0].entry, [_broken_rule(error, order)])
        for work in written:
            is_new, has_changed = work.entry.is_new, bool(work.changes)
            outcome = CREATED if is_new else UPDATED if has_changed else UNCHANGED
            outcome = WITHDRAWN if work.is_left else outcome
            self.report.add(exchange.kind, outcome)
            self.outcomes[exchange.kind, work.entry.line] = outcome
            if not work.is_left:
                self.loaded.append(work.entry)
            if work.entry.pk and (is_new or has_changed):
                self._written[exchange.kind].append(work.entry.pk)

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
            self.report.rejections.append(LineFault(_broken_rule(error, shapes), None, None, None))

    def _renew_warnings(self) -> None:
        """Keep the warnings of what was written, now that all of it is there."""
        keys = {exchange.kind: self._written[exchange.kind] for exchange in declared()}
        for kind, those in keys.items():
            for start in range(0, len(those), BATCH):
                renew({kind: those[start : start + BATCH]})

    def to_publish(self) -> dict[str, list[UUID]]:
        """Return the loaded records that are new, changed since their edition or to be restored, by kind."""
        found: dict[str, list[UUID]] = {}
        for exchange in declared():
            entries = [entry for entry in self.loaded if entry.exchange is exchange and entry.pk]
            for start in range(0, len(entries), BATCH):
                batch = entries[start : start + BATCH]
                waiting = {entry.pk for entry in batch if entry.is_new}
                there = [entry.pk for entry in batch if entry.pk and not entry.is_new]
                rows = exchange.model._default_manager.filter(among("pk", there))
                waiting |= {
                    record.pk
                    for record in rows.only("pk", "editorial_state", "changed_at", "published_at")
                    if not record.is_published or record.has_unpublished_changes
                }
                found.setdefault(exchange.kind, []).extend(
                    entry.pk for entry in batch if entry.pk and entry.pk in waiting
                )
        return found

    def refuse_to_publish(self, keys: dict[str, list[UUID]]) -> None:
        entries = {entry.pk: entry for entry in self.loaded}
        for kind, key, code, detail in wanting(keys):
            entry = entries[key]
            if (kind, entry.line) not in self.rejected:
                self.report.counts[kind][self.outcomes[kind, entry.line]] -= 1
            self._reject(entry, [Fault(code, detail, pointer="")])

    def _reject(self, entry: FileLine, faults: Iterable[Fault]) -> None:
        for fault in faults:
            entry.is_rejected = True
            self._note(LineFault(fault, entry.line, entry.exchange.kind, entry.name))

    def _note(self, rejection: LineFault) -> None:
        """Keep a rejection; a line counts once however much is wrong with it."""
        if self.is_stopped:
            return
        if are_too_many(len(self.report.rejections) + 1):
            self.is_stopped = True
            rejection = TOO_MANY
        self.report.rejections.append(rejection)
        key = (rejection.object or "", rejection.line or 0)
        if key not in self.rejected:
            self.rejected.add(key)
            self.report.add(rejection.object or "", REJECTED)


def load_lines(
    file: IO[bytes],
    *,
    by: AbstractBaseUser | None,
    publish: bool,
    partial: bool,
    left_out: Iterable[LineFault] = (),
    options: LoadOptions = EXCHANGE,
    progress: Progress = _silent,
) -> tuple[Load, dict[str, list[UUID]]]:
    """Read a file into the tables, in the transaction of the caller, and return what was read and what to publish.

    Without `partial` whatever is written when there are rejections is for the caller to take back. With it, a reading that
    finds lines at fault is taken back and done again without them, until what is left is good: so a good line never leans
    on a bad one. Lines with rejections in `left_out` stay out from the start.

    Raises PermissionDenied when `by` may not edit, or publish, what is in the file.
    """
    while True:
        with transaction.atomic() if partial else nullcontext():
            work = Load(file, options=options, left_out=left_out, progress=progress)
            _demand_editing(by, work.index.entries, publish=publish)
            work.run()
            keys = work.to_publish() if publish and not work.has_found_more else {}
            work.refuse_to_publish(keys)
            no_line = any(rejection.line is None for rejection in work.report.rejections)
            if not partial or not work.has_found_more or no_line:
                return work, keys
            left_out = work.report.rejections
            transaction.set_rollback(True)


def load(
    file: IO[bytes],
    *,
    by: AbstractBaseUser | None,
    publish: bool = False,
    dry_run: bool = False,
    partial: bool = False,
    reason: str = "",
    options: LoadOptions = EXCHANGE,
    progress: Progress = _silent,
) -> Report:
    """Load an exchange file, and publish its records if `publish` is set.

    Everything or nothing: when any line is rejected, or publishing would be refused, nothing is written, and the report
    holds every rejection of every line. With `partial` the good lines are kept. A dry run does all the work and then takes
    it back. `by` is None for commands that run as the operator. What is written is published after it was committed, in
    batches; a process that was stopped meanwhile loads the same file again.

    Raises PermissionDenied when `by` may not edit, or publish, what is in the file.
    """
    with tempfile.TemporaryFile() as spool:
        if not file.seekable():
            shutil.copyfileobj(file, spool)
            file = spool
        report, keys = _load_all(
            file,
            by=by,
            publish=publish,
            dry_run=dry_run,
            partial=partial,
            reason=reason,
            options=options,
            progress=progress,
        )
    total = sum(map(len, keys.values()))
    if dry_run:
        report.published = total
    elif report.is_done and publish:
        outcome = publish_all(
            keys,
            by=by,
            reason=reason,
            progress=lambda done: progress("publishing", done, total),
        )
        report.published = outcome.published
        report.refusals = outcome.refusals
    report.rejections.sort(
        key=lambda rejection: (
            rejection.is_consequence,
            rejection.line or 0,
            rejection.fault.pointer,
        )
    )
    return report


@deed
def _load_all(
    file: IO[bytes],
    *,
    by: AbstractBaseUser | None,
    publish: bool,
    dry_run: bool,
    partial: bool,
    reason: str,
    options: LoadOptions,
    progress: Progress,
) -> tuple[Report, dict[str, list[UUID]]]:
    """Write all lines, or none where any is rejected; return the report, and what to publish."""
    with recorded("import", by, reason):
        work, keys = load_lines(
            file, by=by, publish=publish, partial=partial, options=options, progress=progress
        )
        report = work.report
        is_good = (partial and not work.is_stopped) or not report.rejections
        report.is_done = is_good and not dry_run
        if not report.is_done:
            transaction.set_rollback(True)
    return report, keys


def _demand_editing(by: AbstractBaseUser | None, kinds: Collection[str], *, publish: bool) -> None:
    """Refuse who may not add and change, or publish, records of these kinds."""
    models = [exchange.model for exchange in declared() if exchange.kind in kinds]
    for model in models:
        for verb in ("add", "change"):
            right = f"{model._meta.app_label}.{verb}_{model._meta.model_name}"
            if by is not None and not by.has_perm(right):  # type: ignore[attr-defined] # PermissionsMixin
                msg = (
                    f"You may not {verb} {model._meta.verbose_name_plural}, which are in this file."
                )
                raise PermissionDenied(msg)
    if publish:
        demand_permission(by, models)


def _held(exchange: Exchange, there: dict[Any, Existing]) -> tuple[dict[Any, list[str]], set[Any]]:
    """The fields that curators have locked, by record, and the records that are withdrawn."""
    withdrawn = EditorialState.WITHDRAWN
    rows = exchange.model._default_manager.filter(pk__in=list(there)).exclude(
        ~Q(editorial_state=withdrawn), locked_fields=[]
    )
    found = list(rows.values_list("pk", "locked_fields", "editorial_state"))
    gone = {key for key, _fields, state in found if state == withdrawn}
    return {key: fields for key, fields, _state in found}, gone


def _broken_rule(error: DataError | IntegrityError, shapes: Sequence[Shape]) -> Fault:
    """Say which rule of the database refused a row, in the rule's own words where it has some."""
    diagnosis = getattr(error.__cause__, "diag", None)
    name = getattr(diagnosis, "constraint_name", None)
    if not name:
        return Fault("database", str(error).strip().splitlines()[0], pointer="")
    detail = str(diagnosis.message_primary) if diagnosis is not None else ""
    rule = rules_of(shapes).get(name)
    if rule is not None and rule.violation_error_message != rule.default_violation_error_message:
        detail = str(rule.violation_error_message)
    return Fault(name, detail, pointer="")
