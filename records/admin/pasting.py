"""The address that says what rows mean that are pasted from a spreadsheet into the form of a record."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, JsonResponse
from django.urls import path, reverse

from records.admin.generics import AnyModelAdmin
from records.admin.parts import own_key
from records.admin.pasted import (
    LONGEST,
    MOST_BYTES,
    MOST_COLUMNS,
    MOST_ROWS,
    Cell,
    Paste,
    Row,
    Sheet,
    Unreadable,
    read,
    size_of,
    understand,
)
from records.lookup.days import days_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from django.http import HttpRequest, HttpResponse
    from django.urls import URLPattern


class PastePage(AnyModelAdmin):
    """The address that says what pasted rows mean."""

    def get_urls(self) -> list[URLPattern]:
        name = f"{self.opts.app_label}_{self.opts.model_name}_paste"
        page = self.admin_site.admin_view(self.paste_view)
        return [path("paste/<slug:member>/", page, name=name), *super().get_urls()]

    def paste_view(self, request: HttpRequest, member: str) -> HttpResponse:
        """Answer what a pasted text means, or what it means after cells were mended (`data`, as JSON).

        `{"text": ...}`, or `{"columns": [names], "headings": [...], "rows": [{"line": 2, "cells": [{"text": ..., "chosen": ...}], "texts": [...]}]}`;
        with `record` (its id), `on` (EDTF: the day of it all) and `new` (who is in new rows of the form: `state:<id>`).
        `above` counts the lines of a text above its headings, which are left out.
        """
        paste = self._paste_of(request, member)
        record = self._record_of(request)
        if request.method != "POST":
            return JsonResponse({"problem": "Send what to read."}, status=405)
        try:
            asked = _asked(request.POST.get("data", ""))
            if "text" in asked:
                names, headings, rows, above = read(paste, str(asked["text"]))
            else:
                names, headings, rows = _mended(paste, asked)
                above = 0
        except (Unreadable, RecursionError) as error:
            return JsonResponse({"problem": str(error)}, status=400)
        sheet = Sheet(self.admin_site, rows, days_of(str(asked.get("on", ""))))
        understand(paste, sheet, record, _texts(asked.get("new")))
        return JsonResponse({**_answer(paste, names, headings, sheet), "above": above})

    def _paste_of(self, request: HttpRequest, member: str) -> Paste:
        for inline in self.inlines:
            paste: Paste | None = getattr(inline, "paste", None)
            if paste is not None and _member_of(inline, self.model) == member:
                if not (self.has_add_permission(request) or self.has_change_permission(request)):
                    raise PermissionDenied
                return paste
        raise Http404

    def _record_of(self, request: HttpRequest) -> Any:
        if not request.POST.get("record"):
            return None
        record = self.get_object(request, request.POST["record"])
        if record is None:
            raise Http404
        if not self.has_change_permission(request, record):
            raise PermissionDenied
        return record


def _member_of(inline: Any, model: Any) -> str:
    """Return the name of the inline's rows, which is the prefix of its fields."""
    return str(own_key(model, inline).remote_field.get_accessor_name())


def box_of(desk: Any, inline: Any, record: Any) -> dict[str, Any] | None:
    """Return what the page needs for the box in which rows are pasted; None for inlines that take none."""
    paste = getattr(inline, "paste", None)
    if paste is None:
        return None
    opts = desk.opts
    member = _member_of(inline, desk.model)
    return {
        "address": reverse(f"admin:{opts.app_label}_{opts.model_name}_paste", args=[member]),
        "record": record.pk if record is not None else "",
        "columns": json.dumps([[column.name, column.label] for column in paste.columns]),
        "example": paste.example,
        "most": MOST_ROWS,
    }


def _asked(text: str) -> dict[str, Any]:
    if size_of(text) > 4 * MOST_BYTES:
        msg = f"It is longer than {MOST_BYTES // 1000} kB."
        raise Unreadable(msg)
    try:
        asked = json.loads(text)
    except ValueError as error:
        msg = "What was sent is no JSON."
        raise Unreadable(msg) from error
    if not isinstance(asked, dict):
        msg = "What was sent is no JSON object."
        raise Unreadable(msg)
    return asked


def _texts(value: object) -> list[str]:
    return [str(each) for each in value] if isinstance(value, list) else []


def _mended(paste: Paste, asked: Mapping[str, Any]) -> tuple[list[str], list[str], list[Row]]:
    """Read rows whose cells were mended. Raises Unreadable."""
    known = {column.name for column in paste.columns}
    names = [name if name in known else "" for name in _texts(asked.get("columns"))][:MOST_COLUMNS]
    if len([*filter(None, names)]) > len({*filter(None, names)}):
        msg = "Two columns are the same."
        raise Unreadable(msg)
    sent = asked.get("rows")
    if not isinstance(sent, list) or len(sent) > MOST_ROWS:
        msg = f"At most {MOST_ROWS} rows are read at once."
        raise Unreadable(msg)
    rows = []
    for each in sent:
        cells = each.get("cells") if isinstance(each, dict) else None
        line = each.get("line") if isinstance(each, dict) else None
        if not isinstance(cells, list) or not isinstance(line, int):
            msg = "A row has a line and cells."
            raise Unreadable(msg)
        pairs = zip(names, cells, strict=False)
        texts = [each[:LONGEST] for each in _texts(each.get("texts"))][:MOST_COLUMNS]
        rows.append(Row(line, {name: _cell_of(cell) for name, cell in pairs if name}, texts))
    return names, _texts(asked.get("headings"))[:MOST_COLUMNS], rows


def _cell_of(sent: object) -> Cell:
    given = sent if isinstance(sent, dict) else {}
    text, chosen = given.get("text", ""), given.get("chosen", "")
    return Cell(" ".join(str(text).replace("\0", "").split()), str(chosen))


def _answer(
    paste: Paste, names: Sequence[str], headings: Sequence[str], sheet: Sheet
) -> dict[str, Any]:
    labels = {column.name: column.label for column in paste.columns}
    shown = [name for name in names if name]
    # A needed column that the text does not have is shown too: its cells say what is missing.
    if paste.needed and paste.needed not in shown:
        shown = [paste.needed, *shown]
    return {
        "columns": [
            {
                "name": name,
                "label": labels.get(name, ""),
                "heading": headings[place] if place < len(headings) else "",
            }
            for place, name in enumerate(names)
        ],
        "rows": [
            {
                "line": row.line,
                "cells": {name: _cell(row.cells[name]) for name in shown if name in row.cells},
                "texts": row.texts,
                "note": row.note,
                "makes": [
                    {"member": new.member, "cells": new.cells, "fields": new.fields}
                    for new in row.makes
                ]
                if row.is_understood
                else None,
            }
            for row in sheet.rows
        ],
    }


def _cell(cell: Cell) -> dict[str, Any]:
    meaning: dict[str, Any] = {"text": cell.text, "chosen": cell.chosen, "shown": cell.shown}
    if cell.problem:
        meaning["problem"] = cell.problem
        meaning["offers"] = [vars(offer) for offer in cell.offers]
    return meaning
