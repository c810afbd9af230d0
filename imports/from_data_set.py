"""Load a data set: a row may become several records, and several rows one."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING

from config.faults import Fault
from imports.files.tree import InputError
from imports.memory import Memory, list_possible_duplicates, to_publish, withdrawn_of
from imports.report import SKIPPED, ImportResult, ReportLine, in_order
from imports.translate import translate
from records.exchange.lines import DATA_SET
from records.exchange.load import load_lines
from records.exchange.report import (
    CREATED,
    MOST_REJECTIONS,
    REJECTED,
    TOO_MANY,
    UNCHANGED,
    UPDATED,
    WITHDRAWN,
)
from records.kinds import SOURCE
from records.lookup.working import find_named

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from uuid import UUID

    from django.contrib.auth.models import AbstractBaseUser

    from imports.dataset import Row
    from imports.models import ImportBatch
    from imports.options import ImportOptions
    from imports.recognise import RecognisedFiles
    from imports.translate import Name, Translation
    from records.exchange.load import Load, Progress
    from records.exchange.report import LineFault


def import_data_set(
    files: RecognisedFiles,
    options: ImportOptions,
    by: AbstractBaseUser | None,
    batch: ImportBatch,
    progress: Progress,
) -> tuple[ImportResult, dict[str, list[UUID]]]:
    """Load a data set; return the result, and the records to publish by kind."""
    dataset = files.dataset
    assert dataset is not None  # noqa: S101 - for the type checker: exchange files go the other way
    if options.source:
        _demand_source(options.source)
    translation = translate(dataset, files.tree, options.source, progress)
    if not translation.rows:
        translation.file.close()
        reason = f"No row of {dataset.title} ({dataset.name}) was found in the files: they are another format, or empty."
        raise InputError("nothing_found", reason)
    if translation.is_stopped:
        translation.file.close()
        result = ImportResult(dataset.name)
        result.rows[REJECTED] = sum(bool(row.faults) for row in translation.rows)
        _report_rejections(result, translation, ())
        return result, {}
    with closing(translation.file):
        load, keys = load_lines(
            translation.file,
            by=by,
            publish=options.publishes,
            partial=options.is_partial,
            options=replace(DATA_SET, restores=options.restores),
            progress=progress,
        )
    outcomes, records = _outcomes(translation, load, restores=options.restores)
    memory = Memory(dataset.name, batch)
    result = ImportResult(dataset.name, records=dict(load.report.counts))
    _count(result, translation, outcomes, memory.hashes)
    _report(result, translation, load)
    _report_withdrawn(result, translation, outcomes)
    if not result.rows[REJECTED] or options.is_partial:
        memory.keep(translation, records)
        paths = [file.path for file in files.tree.files]
        memory.report_vanished(result, translation, paths, options, by)
    list_possible_duplicates(translation, records, batch, result)
    if not options.publishes:
        return result, {}
    return result, to_publish(dataset.name, translation, keys, restores=options.restores)


def _demand_source(ref: str) -> None:
    if len(find_named(SOURCE, [ref])[ref]) != 1:
        reason = f"There is no source {ref}. Create it at the desk, or leave --source out to cite the data set's own."
        raise InputError("unknown_source", reason)


def _outcomes(
    translation: Translation, load: Load, *, restores: bool
) -> tuple[dict[Name, str], dict[Name, UUID]]:
    """Return the outcome of each document, and the records of those that were written or say nothing new."""
    outcomes: dict[Name, str] = dict.fromkeys(translation.same, UNCHANGED)
    if not restores:
        outcomes |= dict.fromkeys(withdrawn_of(translation.same), WITHDRAWN)
    records: dict[Name, UUID] = dict(translation.same)
    by_line = {
        (entry.exchange.kind, entry.line): entry.pk
        for entries in load.index.entries.values()
        for entry in entries
    }
    for line, name in enumerate(translation.names, start=1):
        place = (name[0], line)
        is_rejected = place in load.rejected or place not in load.outcomes
        outcomes[name] = REJECTED if is_rejected else load.outcomes[place]
        key = by_line.get(place)
        if key is not None and outcomes[name] not in {REJECTED, WITHDRAWN}:
            records[name] = key
    return outcomes, records


def _count(
    result: ImportResult,
    translation: Translation,
    outcomes: dict[Name, str],
    before: dict[str, str],
) -> None:
    """Count the outcomes of the rows; `before` are the hashes of the last import."""
    shared = {name for name, rows in translation.rows_by_name().items() if len(rows) > 1}
    for row in translation.rows:
        is_same = before[row.id] == translation.hashes[row.id] if row.id in before else None
        result.rows[_outcome(row, outcomes, shared, is_same=is_same)] += 1


def _outcome(
    row: Row, outcomes: dict[Name, str], shared: set[Name], *, is_same: bool | None
) -> str:
    """Return the outcome of a row. `is_same` is whether it says the same as at the last import, None for a new row."""
    if row.faults:
        return REJECTED
    if row.skipped:
        return SKIPPED
    everything = {outcomes.get(name, REJECTED) for name in row.becomes}
    own = {outcomes.get(name) for name in row.becomes if name not in shared}
    if REJECTED in everything:
        return REJECTED
    if WITHDRAWN in own or everything == {WITHDRAWN}:
        return WITHDRAWN
    for outcome in (CREATED, UPDATED):
        if outcome in own:
            return outcome
    # Of a record that several rows make up, a change says nothing about this row; its own content does.
    if is_same or not {CREATED, UPDATED} & everything:
        return UNCHANGED
    return CREATED if is_same is None else UPDATED


def _report(result: ImportResult, translation: Translation, load: Load) -> None:
    for row in translation.rows:
        faults = [("warning", fault) for fault in row.warnings]
        if row.skipped and not row.faults:
            faults.append((SKIPPED, Fault(SKIPPED, row.skipped)))
        result.lines += [
            ReportLine(outcome, fault, row.file, row=row.place) for outcome, fault in faults
        ]
    _report_rejections(result, translation, load.report.rejections)
    rows = translation.rows_by_name()
    for proposal in load.report.proposals:
        places = rows.get(translation.names[proposal.line - 1], [])
        file, place = (places[0].file, places[0].place) if places else (result.dataset, None)
        result.lines.append(ReportLine.of_proposal(proposal, file, row=place))


def _report_rejections(
    result: ImportResult, translation: Translation, rejections: Iterable[LineFault]
) -> None:
    """Report what is wrong with rows, and then with the records that they become, as far as a report goes."""
    found = _rejections(result, translation, rejections)
    result.lines += islice(found, MOST_REJECTIONS)
    if next(found, None) is not None:
        result.lines.append(ReportLine.of_rejection(TOO_MANY, ""))


def _rejections(
    result: ImportResult, translation: Translation, rejections: Iterable[LineFault]
) -> Iterator[ReportLine]:
    for row in translation.rows:
        yield from (ReportLine(REJECTED, fault, row.file, row=row.place) for fault in row.faults)
    rows = translation.rows_by_name()
    for rejection in in_order(rejections):
        name = translation.names[rejection.line - 1] if rejection.line else None
        places = rows.get(name, []) if name else []
        for row in places:
            yield ReportLine.of_rejection(rejection, row.file, row=row.place)
        if not places:
            yield ReportLine.of_rejection(rejection, result.dataset if name else "")


def _report_withdrawn(
    result: ImportResult, translation: Translation, outcomes: dict[Name, str]
) -> None:
    rows = translation.rows_by_name()
    for name, outcome in outcomes.items():
        if outcome == WITHDRAWN:
            row = rows[name][0] if name in rows else None
            file, place = (row.file, row.place) if row else (result.dataset, None)
            result.lines.append(ReportLine.of_withdrawn(name[0], file, row=place, record=name[1]))
