"""What the page of an import shows: where it stands, what it counted, and a page of what there is to tell."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode
from uuid import UUID

from django.urls import reverse

from imports.dataset import datasets
from imports.kept_report import Excerpt, excerpt
from imports.models import AT_WORK, ImportBatch, ImportStatus
from imports.pulse import STOPPED
from imports.recognise import EXCHANGE
from records.admin.relations import labels_of
from records.models import Source
from records.registry import all_kinds

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.contrib.admin import AdminSite

#: What becomes of rows and records, in the words of the desk.
ENDINGS = {
    "created": "New",
    "updated": "Changed",
    "unchanged": "As before",
    "skipped": "Left out",
    "rejected": "Rejected",
}
#: Sorts of remark, in the words of the desk.
SORTS = {
    "rejected": "Rejected",
    "not_published": "Not published",
    "warning": "Odd, but imported",
    "proposed": "Protected from imports",
    "near": "Possible duplicates",
    "vanished": "No longer in the file",
    "skipped": "Left out",
}
#: Stages of the work, in the words of the desk.
STAGES = {
    "": "Starting",
    "reading": "Reading the file",
    "writing": "Writing records",
    "publishing": "Publishing",
    "undoing": "Taking records back",
}
#: The furthest page that is looked for.
LAST_PAGE = 1_000_000


def address(page: str, batch: ImportBatch) -> str:
    """Return the address of a page of an import."""
    return reverse(f"admin:imports_importbatch_{page}", args=[batch.pk])


def name_of(account: Any) -> str:
    """Return what to call whoever started an import."""
    return account.get_full_name() or account.get_username() if account else "a command"


def state_of(batch: ImportBatch, *, is_stopped: bool) -> tuple[str, str]:
    """Return where an import stands, as a code and in a word; one whose process has ended is stopped."""
    if is_stopped:
        return STOPPED, "Stopped"
    return batch.status, ImportStatus(batch.status).label


def progress_of(batch: ImportBatch) -> dict[str, Any]:
    """Return how far the work is."""
    return {
        "stage": STAGES.get(batch.stage, batch.stage.capitalize()),
        "done": batch.done,
        "total": batch.total,
        "said": _said(batch),
    }


def _said(batch: ImportBatch) -> str:
    if not batch.done:
        return ""
    return f"{batch.done:,} of {batch.total:,}" if batch.total else f"{batch.done:,}"


def shown(
    batch: ImportBatch, site: AdminSite, query: Mapping[str, str], *, state: str
) -> dict[str, Any]:
    """Return what the template shows of an import; `query` chooses the remarks."""
    summary, *more = batch.message.splitlines() or [""]
    page = query.get("p", "")
    number = int(page) if page.isascii() and page.isdecimal() else 1
    found = (
        Excerpt()
        if batch.status in AT_WORK and state != STOPPED
        else excerpt(batch.pk, query.get("sort", ""), min(max(number, 1), LAST_PAGE))
    )
    return {
        "is_at_work": batch.status in AT_WORK and state != STOPPED,
        "progress": progress_of(batch),
        "summary": summary,
        "more": more,
        "format": _format(batch.dataset),
        "source": _source(batch.source_ref, site),
        "endings": ENDINGS,
        "counts": _counts(batch),
        "caption": _caption(batch),
        "excerpt": found,
        "remarks": [_remark(each) for each in found.remarks],
        "sorts": [
            {
                "words": SORTS[name],
                "count": f"{count:,}",
                "query": urlencode({"sort": name}),
                "is_shown": name == found.sort,
            }
            for name, count in found.sorts.items()
        ],
        "sort_words": SORTS.get(found.sort, ""),
        "pages": _pages(found),
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
    """Return how many ended how: the rows first, then the records of each kind, in the order of kinds; "" for none."""
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
        (words, [f"{counts[name]:,}" if counts.get(name) else "" for name in ENDINGS])
        for words, counts in lines
    ]


def _caption(batch: ImportBatch) -> str:
    total = sum(batch.rows.values())
    told = f"{total:,} {'row' if total == 1 else 'rows'}"
    if batch.published and batch.status in {ImportStatus.CHECKED, ImportStatus.DONE}:
        records = "record" if batch.published == 1 else "records"
        to_be = "" if batch.status == ImportStatus.DONE else "to be "
        told += f", {batch.published:,} {records} {to_be}published"
    return told


def _remark(said: dict[str, Any]) -> dict[str, Any]:
    value = said["value"]
    place = f"line {said['line']}" if said["line"] else said["row"] or ""
    return {
        "where": ", ".join(filter(None, (said["file"], place))) or "The file as a whole",
        "record": " ".join(filter(None, (said["object"], said["record"]))),
        "field": said["field"],
        "value": "" if value is None else value if isinstance(value, str) else json.dumps(value),
        "reason": said["reason"],
        "code": said["code"],
        "suggestion": said["suggestion"],
    }


def _pages(found: Excerpt) -> list[tuple[str, str]]:
    pages = []
    if found.page > 1:
        pages.append((urlencode({"sort": found.sort, "p": found.page - 1}), "Those before"))
    if found.has_more:
        pages.append((urlencode({"sort": found.sort, "p": found.page + 1}), "More of them"))
    return pages
