"""Fieldsets of forms as HTML, written by Python as `config.form_html` writes their widgets: what `admin/includes/fieldset.html` makes."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

from django.utils.safestring import mark_safe

from config.form_html import attributes, text_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.utils.safestring import SafeString


def fieldsets_html(fieldsets: Iterable[Any], name: str, *, level: int = 2) -> SafeString:
    """Return the fieldsets of a form. `name` begins the ids of their headings, whose level is given."""
    written = (_fieldset(each, f"{name}-{place}", level) for place, each in enumerate(fieldsets))
    return mark_safe("".join(written))  # noqa: S308 - its texts are escaped one by one


def _fieldset(fieldset: Any, name: str, level: int) -> str:
    lines = "".join(_line(list(line), line) for line in fieldset)
    named = heading = end = ""
    if fieldset.name:
        named = f' aria-labelledby="{name}-heading"'
        heading = f'<h{level} id="{name}-heading" class="fieldset-heading">{text_of(fieldset.name)}</h{level}>'
        if fieldset.is_collapsible:
            heading, end = f"<details><summary>{heading}</summary>", "</details>"
    if fieldset.description:
        heading += f'<div class="description">{fieldset.description}</div>'
    return f'<fieldset class="module aligned {escape(fieldset.classes)}"{named}>{heading}{lines}{end}</fieldset>\n'


def _line(fields: list[Any], line: Any) -> str:
    names = "".join(f" field-{_name_of(field)}" for field in fields if _name_of(field))
    hidden = "" if line.has_visible_field else " hidden"
    if len(fields) == 1:
        errors = str(line.errors()) if line.form.is_bound else ""
        wrong = " errors" if errors else ""
        return f'<div class="form-row{wrong}{hidden}{names}">{errors}{_field(fields[0])}</div>\n'
    boxes = "".join(_field(field, among_others=True) for field in fields)
    return f'<div class="form-row{hidden}{names}"><div class="flex-container form-multiline">{boxes}</div></div>\n'


def _name_of(field: Any) -> str:
    return str(field.field["name"] if field.is_readonly else field.field.name)


def _field(field: Any, *, among_others: bool = False) -> str:
    bound = field.field
    if field.is_readonly:
        help_text, is_hidden, key = bound["help_text"], bound["is_hidden"], ""
        shown = f'{field.label_tag()}<div class="readonly">{text_of(field.contents())}</div>'
    else:
        help_text, is_hidden, key = bound.help_text, bound.is_hidden, bound.id_for_label
        label = _label(field)
        shown = f"{bound}{label}" if field.is_checkbox else f"{label}{bound}"
    classes = ["flex-container"]
    errors = ""
    if among_others:
        if not field.is_readonly and bound.form.is_bound:
            errors = str(field.errors())
        classes += ["fieldBox", *([f"field-{name}"] if (name := _name_of(field)) else [])]
        classes += ["errors"] * bool(errors) + ["hidden"] * is_hidden
    if field.is_checkbox:
        classes.append("checkbox-row")
    helped = _help(str(help_text), key, is_hidden=is_hidden) if help_text else ""
    return f'<div>{errors}<div class="{" ".join(classes)}">{shown}</div>{helped}</div>'


def _label(field: Any) -> str:
    """Return what `AdminField.label_tag` does, which makes dictionaries and safe strings for each."""
    bound = field.field
    label = text_of(bound.label)
    suffix = "" if field.is_checkbox else bound.field.label_suffix
    suffix = bound.form.label_suffix if suffix is None else suffix
    if label and suffix and label[-1] not in ":?.!":
        label += text_of(suffix)
    key = bound.field.widget.attrs.get("id") or bound.auto_id
    if not key:
        return label
    classes = [
        *["vCheckboxLabel"] * field.is_checkbox,
        *["required"] * bound.field.required,
        *["inline"] * (not field.is_first),
    ]
    attrs = {
        "class": " ".join(classes) or False,
        "for": bound.field.widget.id_for_label(key) or False,
    }
    return f"<label{attributes(attrs)}>{label}</label>"


def _help(text: str, key: str, *, is_hidden: bool) -> str:
    named = f' id="{key}_helptext"' if key else ""
    return f'<div class="help{" hidden" if is_hidden else ""}"{named}><div>{text}</div></div>'
