"""Taking in a data set: a row may become several records, and several rows one."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

from imports.files.tree import InputError
from imports.memory import Memory, list_possible_duplicates, to_publish
from imports.report import (
    SKIPPED,
    Remark,
    Result,
    in_order,
    remark_of_fault,
    remark_of_rejection,
)
from imports.translate import translate
from records.exchange.lines import DATA_SET
from records.exchange.load import take_in
from records.exchange.report import CREATED, REJECTED, UNCHANGED, UPDATED
from records.kinds import SOURCE
from records.lookup.working import find_named

if TYPE_CHECKING:
    from uuid import UUID

    from django.contrib.auth.models import AbstractBaseUser

    from imports.models import ImportBatch
    from imports.options import Terms
    from imports.recognise import Found
    from imports.translate import KeptRow, Name, Translation
    from records.exchange.load import Load, Progress


def take_data_set(
    found: Found,
    terms: Terms,
    by: AbstractBaseUser | None,
    batch: ImportBatch,
    progress: Progress,
) -> tuple[Result, dict[str, list[UUID]]]:
    """Take in a data set: a row may become several records, and several rows one."""
    dataset = found.dataset
    assert dataset is not None  # noqa: S101 - for the type checker: the exchange form goes the other way
    if terms.source:
        _demand_source(terms.source)
    told = translate(dataset, found.tree, terms.source, progress)
    with closing(told.file):
        work, keys = take_in(
            told.file,
            by=by,
            publish=terms.publishes,
            partial=terms.is_partial,
            options=DATA_SET,
            progress=progress,
        )
    records = _Records(told, work)
    memory = Memory(dataset.name)
    result = Result(dataset.name, records=dict(work.report.counts))
    _count(result, told, records, memory.hashes)
    _tell(result, told, work)
    if not result.rows[REJECTED] or terms.is_partial:
        memory.keep(batch, told, records.keys)
        gone = memory.vanished(
            told,
            [file.path for file in found.tree.files],
            is_whole=len(found.tree.files) > 1,
        )
        memory.tell_vanished(
            result, gone, told, withdraws=terms.withdraws, by=by, reason=terms.reason
        )
    list_possible_duplicates(told, records.keys, batch, result)
    return result, to_publish(dataset.name, told, keys) if terms.publishes else {}


def _demand_source(ref: str) -> None:
    if len(find_named(SOURCE, [ref])[ref]) != 1:
        reason = f"There is no source {ref}. Make it at the desk, or leave --source out for the data set's own."
        raise InputError("unknown_source", reason)


class _Records:
    """What became of the documents of a data set."""

    def __init__(self, told: Translation, work: Load) -> None:
        self.outcomes: dict[Name, str] = dict.fromkeys(told.same, UNCHANGED)
        self.keys: dict[Name, UUID] = dict(told.same)
        by_line = {
            (entry.exchange.kind, entry.line): entry.pk
            for entries in work.index.entries.values()
            for entry in entries
        }
        for line, name in enumerate(told.names, start=1):
            key = by_line.get((name[0], line))
            outcome = work.outcomes.get((name[0], line), REJECTED)
            if (name[0], line) in work.rejected:
                outcome = REJECTED
            self.outcomes[name] = outcome
            if key is not None and outcome != REJECTED:
                self.keys[name] = key


def _count(
    result: Result,
    told: Translation,
    records: _Records,
    hashes: dict[str, str],
) -> None:
    """Say how each row ended; the counts add up to the rows."""
    shared = {name for name, rows in told.rows_by_name().items() if len(rows) > 1}
    for row in told.rows:
        result.rows[_outcome(row, records, hashes.get(row.id), shared)] += 1


def _outcome(row: KeptRow, records: _Records, before: str | None, shared: set[Name]) -> str:
    if row.faults:
        return REJECTED
    if row.skipped:
        return SKIPPED
    outcomes = [records.outcomes.get(name, REJECTED) for name in row.becomes]
    if REJECTED in outcomes:
        return REJECTED
    own = [
        outcome for name, outcome in zip(row.becomes, outcomes, strict=True) if name not in shared
    ]
    if CREATED in own:
        return CREATED
    if UPDATED in own:
        return UPDATED
    # Of a record that several rows make up, a change says nothing about this row; what was kept of it does.
    if {CREATED, UPDATED} & set(outcomes):
        if before is None:
            return CREATED
        if before != row.content_hash:
            return UPDATED
    return UNCHANGED


def _tell(result: Result, told: Translation, work: Load) -> None:
    """Report what is wrong or odd, by row."""
    for row in told.rows:
        result.remarks += [
            remark_of_fault("rejected", fault, row.file, row.place) for fault in row.faults
        ]
        result.remarks += [
            remark_of_fault("warning", fault, row.file, row.place) for fault in row.warnings
        ]
        if row.skipped and not row.faults:
            result.remarks.append(
                Remark("skipped", row.skipped, "skipped", file=row.file, row=row.place)
            )
    rows = told.rows_by_name()
    for rejection in in_order(work.report.rejections):
        name = told.names[rejection.line - 1] if rejection.line else None
        places = rows.get(name, []) if name else []
        for row in places:
            result.remarks.append(remark_of_rejection(rejection, row.file, row=row.place))
        if not places:
            file = result.dataset if name else ""
            result.remarks.append(remark_of_rejection(rejection, file))
    for proposal in work.report.proposals:
        places = rows.get(told.names[proposal.line - 1], [])
        result.remarks.append(
            Remark(
                "proposed",
                "locked, left as it is",
                "locked",
                file=places[0].file if places else result.dataset,
                row=places[0].place if places else None,
                object=proposal.object,
                record=proposal.record,
                field=f"/{proposal.field}",
            )
        )
