"""The context of the page of an import: its status, counts, and a page of its report."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode
from uuid import UUID

from django.urls import reverse

from imports.dataset import datasets
from imports.models import AT_WORK, ImportBatch, ImportStatus
from imports.recognise import EXCHANGE
from imports.report import ReportPage, read_page
from imports.worker import STOPPED
from records.admin.boxes import labels_of
from records.exchange.report import WITHDRAWN
from records.models import Source
from records.registry import all_kinds

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.contrib.admin import AdminSite

#: Outcomes of rows and records.
OUTCOME_LABELS = {
    "created": "New",
    "updated": "Changed",
    "unchanged": "Unchanged",
    WITHDRAWN: "Withdrawn, left so",
    "skipped": "Skipped",
    "rejected": "Rejected",
}
#: Outcomes of report lines.
LINE_LABELS = {
    "rejected": "Rejected",
    "not_published": "Not published",
    "not_withdrawn": "Not withdrawn",
    "warning": "Warnings",
    "proposed": "Protected from imports",
    "near": "Possible duplicates",
    "vanished": "No longer in the file",
    WITHDRAWN: "Withdrawn records",
    "skipped": "Skipped",
}
#: Stages of the work.
STAGE_LABELS = {
    "": "Starting",
    "reading": "Reading the file",
    "writing": "Writing records",
    "publishing": "Publishing",
    "undoing": "Undoing",
}
#: The largest number of a page.
LAST_PAGE = 1_000_000


def address(page: str, batch: ImportBatch) -> str:
    return reverse(f"admin:imports_importbatch_{page}", args=[batch.pk])


def name_of(account: Any) -> str:
    return account.get_full_name() or account.get_username() if account else "a command"


def state_of(batch: ImportBatch, *, is_stopped: bool) -> tuple[str, str]:
    """Return the status of an import and its label; `stopped` is one whose process has ended."""
    if is_stopped:
        return STOPPED, "Stopped"
    return batch.status, ImportStatus(batch.status).label


def progress_of(batch: ImportBatch) -> dict[str, Any]:
    return {
        "stage": STAGE_LABELS.get(batch.stage, batch.stage.capitalize()),
        "done": batch.done,
        "total": batch.total,
        "count": _count_done(batch),
    }


def _count_done(batch: ImportBatch) -> str:
    if not batch.done:
        return ""
    return f"{batch.done:,} of {batch.total:,}" if batch.total else f"{batch.done:,}"


def page_context(
    batch: ImportBatch, site: AdminSite, query: Mapping[str, str], *, state: str
) -> dict[str, Any]:
    """Return what the template shows of an import; `query` chooses the page of the report."""
    summary, *more = batch.message.splitlines() or [""]
    page = query.get("p", "")
    number = int(page) if page.isascii() and page.isdecimal() else 1
    is_at_work = batch.status in AT_WORK and state != STOPPED
    report = (
        ReportPage()
        if is_at_work
        else read_page(batch.pk, query.get("sort", ""), min(max(number, 1), LAST_PAGE))
    )
    return {
        "is_at_work": is_at_work,
        "progress": progress_of(batch),
        "summary": summary,
        "more": more,
        "format": _format(batch.dataset),
        "source": _source(batch.source_ref, site),
        "outcome_labels": _outcomes(batch).values(),
        "counts": _counts(batch),
        "caption": _caption(batch),
        "report": report,
        "lines": [_line(line) for line in report.lines],
        "outcomes": [
            {
                "label": LINE_LABELS[name],
                "count": f"{count:,}",
                "query": urlencode({"sort": name}),
                "is_shown": name == report.outcome,
            }
            for name, count in report.counts.items()
        ],
        "outcome_label": LINE_LABELS.get(report.outcome, ""),
        "pages": _pages(report),
    }


def _format(name: str) -> str:
    if name == EXCHANGE:
        return "Exchange file"
    return f"{datasets()[name].title} ({name})" if name in datasets() else name


def _source(ref: str, site: AdminSite) -> str:
    try:
        return labels_of(site, Source, [str(UUID(ref))]).get(ref, ref)
    except ValueError:
        return ref


def _counts(batch: ImportBatch) -> list[tuple[str, list[str]]]:
    """Return the counts by outcome, of the rows and then of each kind of record; "" for none."""
    if not batch.rows:
        return []
    names = {kind.name: str(kind.model._meta.verbose_name_plural) for kind in all_kinds()}
    lines = [("Rows of the file", batch.rows)]
    lines += [
        (names[name].capitalize(), batch.records[name]) for name in names if name in batch.records
    ]
    lines += [
        ("Of no known kind", counts) for name, counts in batch.records.items() if name not in names
    ]
    return [
        (label, [f"{counts[name]:,}" if counts.get(name) else "" for name in _outcomes(batch)])
        for label, counts in lines
    ]


def _outcomes(batch: ImportBatch) -> dict[str, str]:
    """Return the columns of the table of counts; few imports meet a withdrawn record."""
    is_met = any(counts.get(WITHDRAWN) for counts in (batch.rows, *batch.records.values()))
    return {name: label for name, label in OUTCOME_LABELS.items() if is_met or name != WITHDRAWN}


def _caption(batch: ImportBatch) -> str:
    total = sum(batch.rows.values())
    caption = f"{total:,} {'row' if total == 1 else 'rows'}"
    if batch.published and batch.status in {ImportStatus.CHECKED, ImportStatus.DONE}:
        records = "record" if batch.published == 1 else "records"
        to_be = "" if batch.status == ImportStatus.DONE else "to be "
        caption += f", {batch.published:,} {records} {to_be}published"
    return caption


def _line(line: dict[str, Any]) -> dict[str, Any]:
    value = line["value"]
    place = f"line {line['line']}" if line["line"] else line["row"] or ""
    return line | {
        "where": ", ".join(filter(None, (line["file"], place))) or "The file as a whole",
        "record": " ".join(filter(None, (line["object"], line["record"]))),
        "value": "" if value is None else value if isinstance(value, str) else json.dumps(value),
    }


def _pages(report: ReportPage) -> list[tuple[str, str]]:
    pages = []
    if report.number > 1:
        pages.append((report.number - 1, "Previous page"))
    if report.has_next:
        pages.append((report.number + 1, "Next page"))
    return [(urlencode({"sort": report.outcome, "p": number}), label) for number, label in pages]
