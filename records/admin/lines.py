"""Rows of a part as a table with one line for each, which becomes a form when it is opened.

A treaty has 182 parties and 364 actions. As forms they are 1.4 MB of fields, all of which are sent, checked and looked up when one
is changed. Here only the rows that are forms are sent, and a formset saves what it is sent.

New rows may be lines too: pasted rows that were not opened. The browser sends what they say as hidden fields, and with them (`PACKED`)
what their lines show, so that the page can come back with them as they were.
"""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass, field
from functools import cache, partial
from html import escape
from typing import TYPE_CHECKING, Any

import orjson
from django.contrib.admin.utils import label_for_field
from django.db.models import prefetch_related_objects
from django.forms import ChoiceField, ModelChoiceField
from django.utils.html import format_html, format_html_join
from django.utils.safestring import mark_safe
from django.utils.text import capfirst

from records.admin.boxes import boxes_of, chosen_keys
from records.admin.conflict import ASKED
from records.admin.fieldsets import fieldsets_html

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from django.db.models import Model
    from django.http import HttpRequest
    from django.utils.safestring import SafeString

#: The hidden field of a new row that is a line: `{"cells": [...], "labels": {field: [...]}}`.
PACKED = "_packed"
#: Letters of a cell that a line shows.
LONGEST = 120
#: New rows that come back as forms, those with errors first; beyond, they come back as lines.
MOST_FORMS = 50


@dataclass
class Line:
    """A line of the table, with the form of its row where that is opened."""

    html: SafeString
    form: Any = None


@dataclass
class Table:
    """The rows of one inline as its page shows them."""

    headings: list[str]
    lines: list[Line] = field(default_factory=list)
    packed: list[SafeString] = field(default_factory=list)
    forms: list[Any] = field(default_factory=list)  #: of rows that have no line
    empty: Any = None  #: the form of a row to be added

    @property
    def is_empty(self) -> bool:
        return not self.lines and not self.packed


def table_of(inline: Any, request: HttpRequest) -> Table:
    """Sort the rows of an inline of Django's, as its page has it, into lines and forms."""
    formset, desk = inline.formset, inline.opts
    table = Table([capfirst(str(label_for_field(name, desk.model, desk))) for name in desk.columns])
    forms = numbered(inline)
    if inline.has_add_permission:
        table.empty = forms.pop()
    by_key = {form.original.pk: form for form in forms if form.original is not None}
    rows = formset.page_rows
    if formset.few_rows is None or any(row.pk not in by_key for row in rows):
        prefetch_related_objects(rows, *desk.prefetched_for_lines)
        query = request.GET.copy()
        query.pop(f"{formset.prefix}-open", None)
        opened = [f"{formset.prefix}-open={key}" for key in by_key]
        before = "&".join([*filter(None, [query.urlencode()]), *opened, ""])
        for row in rows:
            table.lines.append(
                Line(
                    _line(desk, row, formset.prefix, before, is_open=row.pk in by_key),
                    by_key.pop(row.pk, None),
                )
            )
    sent = _sent_in_rows(formset) if formset.is_bound else {}
    new = []
    for form in forms:
        if form.original is not None:
            if form.original.pk in by_key:
                table.forms.append(form)
        elif PACKED in sent.get(form.form.prefix, ()) and not form.form.errors:
            table.packed.append(_packed(formset, form.form, len(desk.columns), sent))
        else:
            new.append(form)
    as_forms = sorted(new, key=lambda form: not form.form.errors)[:MOST_FORMS]
    for form in new:
        if form in as_forms:
            table.forms.append(form)
        else:
            form.form.line_id = form.form.prefix
            table.packed.append(_packed(formset, form.form, len(desk.columns), sent))
    return table


def _sent_in_rows(formset: Any) -> dict[str, dict[str, list[str]]]:
    """Return what was sent of each row, by its prefix and the names of its fields."""
    rows: defaultdict[str, dict[str, list[str]]] = defaultdict(dict)
    for name in formset.data:
        row, _, member = name.rpartition("-")
        rows[row][member] = formset.data.getlist(name)
    return rows


def numbered(inline: Any) -> list[Any]:
    """Return the forms of an inline, with the numbers by which their fields are named."""
    forms = list(inline)
    for form in forms:
        form.number = form.form.prefix.removeprefix(f"{inline.formset.prefix}-")
        form.label = form.original or (
            f"#{int(form.number) + 1}" if form.number.isdigit() else "#1"
        )
        form.html = partial(_row, inline, form)
    return forms


def _row(inline: Any, row: Any) -> SafeString:
    """Return the form of a row: of one that is there, of a new one, or of none yet (`empty`)."""
    form, formset = row.form, inline.formset
    name = f"{formset.prefix}-{row.number}"
    noun, label = escape(capfirst(str(inline.opts.verbose_name))), escape(str(row.label))
    is_empty = not row.number.isdigit()
    classes = " has_original" if row.original else ""
    classes += " empty-form last-related" if is_empty else ""
    deletion = ""
    if formset.can_delete and inline.has_delete_permission and row.original:
        box = row.deletion_field()
        deletion = f'<span class="delete">{box.field} {box.label_tag()}</span>'
    key = row.pk_field().field if row.needs_explicit_pk_field() else ""
    return mark_safe(  # noqa: S308 - escaped
        f'<div class="inline-related{classes}" role="group" aria-label="{noun}: {label if row.original else "new"}"'
        f' id="{formset.prefix}-{"empty" if is_empty else row.number}">\n'
        f'<h3><b>{noun}:</b> <span class="inline_label">{label}</span>{deletion}</h3>\n'
        f"{form.non_field_errors()}{fieldsets_html(row, name, level=4)}{key}{form[formset.fk.name]}\n</div>\n"
    )


def cells_of(desk: Any, row: Any) -> list[str]:
    """Return what the line of a row says."""
    return [_cell(desk, row, name) for name in desk.columns]


def _cell(desk: Any, row: Any, name: str) -> str:
    if name == "__str__":
        text = str(row)
    elif own := getattr(desk, name, None):
        text = str(own(row))
    else:
        value = getattr(row, name)
        text = "" if value is None else str(_words_of(row._meta.model, name).get(value, value))
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


@cache
def _words_of(model: type[Model], name: str) -> dict[Any, Any]:
    """Return what the values of a field of choices are called. Django makes this anew for each row."""
    fields = {field.name: field for field in model._meta.get_fields()}
    return dict(getattr(fields.get(name), "flatchoices", None) or ())


def _line(desk: Any, row: Any, prefix: str, before: str, *, is_open: bool) -> SafeString:
    """Return a line. Its texts are escaped one by one: `format_html` takes longer than all else."""
    first, *others = [escape(each) for each in cells_of(desk, row)]
    key = f"{prefix}-row-{row.pk}"
    start = (
        f'<tr id="{key}" class="open"><th scope="row"><a aria-expanded="true" '
        if is_open
        else f'<tr id="{key}"><th scope="row"><a '
    )
    link = f'href="?{escape(before)}{prefix}-open={row.pk}#{key}">{first or "(blank)"}</a></th>'
    return mark_safe(f"{start}{link}{''.join(f'<td>{each}</td>' for each in others)}</tr>")  # noqa: S308 - escaped


def _packed(
    formset: Any, form: Any, columns: int, rows: Mapping[str, Mapping[str, list[str]]]
) -> SafeString:
    """Return the line of a new row: as it was sent, or of a form of which there are too many, with what is wrong in it."""
    sent = rows.get(form.prefix, {})
    line = _unpacked(sent[PACKED][0]) if PACKED in sent else _line_of(form)
    fields = [
        (f"{form.prefix}-{name}", value)
        for name, values in sent.items()
        for value in values
        if name != PACKED
    ]
    cells: list[str] = [*line["cells"], *[""] * columns][:columns]
    first, *others = cells
    hidden = format_html(
        '<input type="hidden" name="{}-{}" value="{}">{}',
        *(form.prefix, PACKED, json.dumps(line, ensure_ascii=False)),
        format_html_join("", '<input type="hidden" name="{}" value="{}">', fields),
    )
    if form.errors:
        said = format_html_join("", "<li>{}</li>", ((each,) for each in _wrong(form)))
        rest = format_html(
            '<td colspan="{}"><ul class="errorlist">{}</ul>{}</td>',
            max(columns - 1, 1),
            said,
            hidden,
        )
    else:
        shown = format_html_join("", "<td>{}</td>", ((each,) for each in others))
        rest = format_html("{}<td>{}</td>", shown, hidden)
    return format_html(
        '<tr class="packed dynamic-{}" id="{}"><th scope="row">{}</th>{}</tr>',
        *(formset.prefix, form.prefix, first or "(blank)", rest),
    )


def _wrong(form: Any) -> Iterator[str]:
    """Yield the errors of a form, each with the field that it is about."""
    for name, errors in form.errors.items():
        field = f"{form[name].label}: " if name in form.fields else ""
        for error in errors:
            yield f"{field}{'choose which to keep.' if ASKED in error else error}"


def _line_of(form: Any) -> dict[str, Any]:
    """Return what a line shows of a form: what was typed or chosen in it."""
    labels: dict[str, list[str]] = {}
    for name in form.changed_data:
        bound = form[name]
        boxes = boxes_of([bound.field])
        if boxes:
            known_rows, keys = boxes[0].known, chosen_keys(boxes[0], bound.value())
            shown = [known_rows[key][0] for key in keys if key in known_rows]
        elif isinstance(bound.field, ChoiceField) and not isinstance(bound.field, ModelChoiceField):
            known = {str(key): str(label) for key, label in bound.field.choices}  # type: ignore[union-attr, misc]
            shown = [known.get(str(bound.value()), str(bound.value()))]
        else:
            shown = [str(bound.value())]
        if bound.value() is not None:
            labels[name] = shown
    texts = [text for shown in labels.values() for text in shown if text]
    return {"cells": ["; ".join(texts)[:LONGEST]], "labels": labels}


def _unpacked(text: str) -> dict[str, Any]:
    """Read what a line shows; nothing where that cannot be read."""
    try:
        found = orjson.loads(text)
    except ValueError:
        found = None
    found = found if isinstance(found, dict) else {}
    cells, labels = found.get("cells"), found.get("labels")
    return {
        "cells": [str(each)[:LONGEST] for each in cells] if isinstance(cells, list) else [],
        "labels": dict(_texts(labels)) if isinstance(labels, dict) else {},
    }


def _texts(labels: Mapping[str, Any]) -> Iterator[tuple[str, list[str]]]:
    for name, texts in labels.items():
        if isinstance(texts, list):
            yield str(name), [str(each) for each in texts]
