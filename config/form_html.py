"""HTML of form fields, written by Python in place of Django's templates.

A form of the desk has hundreds of widgets, labels and lists of errors, and Django renders each through a template of its own, which
takes more time than all else that makes the page. What is not among `WRITERS` is rendered by its template. The HTML is the same, byte by byte:
a test compares them (`tests/records/admin/test_form_html.py`), so that a change of Django's templates is noticed.
"""

from __future__ import annotations

from functools import cache, lru_cache
from html import escape as escape_any
from typing import TYPE_CHECKING, Any, TypeAlias

from django.forms.boundfield import BoundField
from django.forms.renderers import DjangoTemplates
from django.forms.widgets import Input, Widget
from django.template.base import render_value_in_context
from django.template.context import Context
from django.templatetags.static import static
from django.utils.functional import cached_property
from django.utils.safestring import SafeData, SafeString, mark_safe

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

#: The buttons beside the field of a record: verb, title, and the names of their address and its query in the context.
RELATED = (
    ("change", "Change selected", "change_related_template_url", "url_params"),
    ("add", "Add another", "add_related_url", "url_params"),
    ("delete", "Delete selected", "delete_related_template_url", "url_params"),
    ("view", "View selected", "change_related_template_url", "view_related_url_params"),
)

#: Of a button that opens a window.
_POPUP = ' data-popup="yes"'

#: The context of a template: a widget's, or a label's.
Said: TypeAlias = "Mapping[str, Any]"


#: Letters of a text whose escaped form is kept: names, ids and labels are the same on each page. What people write is longer.
SHORT = 60


class Bound(BoundField):
    """A field in a form: what is asked of it many times is made once."""

    @cached_property
    def auto_id(self) -> str:
        return super().auto_id

    def as_widget(
        self,
        widget: Widget | None = None,
        attrs: dict[str, Any] | None = None,
        only_initial: bool = False,  # noqa: FBT001, FBT002 - Django's signature
    ) -> SafeString:
        """Write a plain input without the contexts that Django makes for a template."""
        own: Any = widget or self.field.widget
        kind: Any = type(own)
        is_written = WRITERS.get(own.template_name) is _input and _is_plain(kind)
        if only_initial or self.field.localize or not is_written:
            return super().as_widget(widget, attrs, only_initial)
        built = self.build_widget_attrs(attrs or {}, own)
        if self.auto_id and "id" not in own.attrs:
            built.setdefault("id", self.auto_id)
        value = own.format_value(self.value())
        whole = own.build_attrs(own.attrs, built)
        return mark_safe(_input_with(own.input_type, self.html_name, value, whole))  # noqa: S308 - escaped

    def build_widget_attrs(self, attrs: Said, widget: Any = None) -> dict[str, Any]:
        """Return what Django does, which asks three times for the errors of a form: one that is only shown has none."""
        field = self.field
        if self.form.is_bound or hasattr(field, "require_all_fields"):
            return super().build_widget_attrs(attrs, widget)  # type: ignore[arg-type] # it copies them
        widget = widget or field.widget
        built = dict(attrs)
        is_required = field.required and self.form.use_required_attribute
        if is_required and widget.use_required_attribute(self.initial):
            built["required"] = True
        if field.disabled:
            built["disabled"] = True
        own = field.widget
        is_described = built.get("aria-describedby") or own.attrs.get("aria-describedby")
        is_shown = not (own.use_fieldset or own.is_hidden)
        if self.help_text and self.auto_id and is_shown and not is_described:
            built["aria-describedby"] = f"{self.auto_id}_helptext"
        return built


class FormHtml(DjangoTemplates):
    """The renderer of all forms (`FORM_RENDERER`)."""

    bound_field_class = Bound

    def render(self, template_name: str, context: dict[str, Any], request: Any = None) -> str:
        write = WRITERS.get(template_name)
        written = write(context) if write else None
        if written is None:
            return str(super().render(template_name, context, request))
        return written


@lru_cache(8_192)
def _escaped(text: str) -> str:
    return escape_any(text)


def escape(text: str) -> str:
    """Return a text as HTML."""
    return _escaped(text) if len(text) < SHORT else escape_any(text)


def text_of(value: object) -> str:
    """Return a value as `{{ value }}` writes it."""
    if isinstance(value, str):
        return value if isinstance(value, SafeData) else escape(value)
    return str(render_value_in_context(value, Context()))


def _quoted(value: object) -> str:
    """Return a value as `{{ value|stringformat:"s" }}` writes it."""
    return value if isinstance(value, SafeData) else escape(str(value))  # type: ignore[return-value] # safe data is text


def attributes(attrs: Mapping[str, Any]) -> str:
    """Return attributes of an element, each after a blank."""
    return "".join(
        f" {escape(name)}" if value is True else f' {escape(name)}="{_quoted(value)}"'
        for name, value in attrs.items()
        if value is not False
    )


def _input(context: Said) -> str:
    return _input_of(context["widget"])


def _input_of(widget: Said) -> str:
    return _input_with(widget["type"], widget["name"], widget["value"], widget["attrs"])


def _input_with(kind: object, name: object, value: object, attrs: Said) -> str:
    shown = "" if value is None else f' value="{_quoted(value)}"'
    return f'<input type="{text_of(kind)}" name="{text_of(name)}"{shown}{attributes(attrs)}>'


@cache
def _is_plain(widget: Any) -> bool:
    """Whether widgets of a class are written from their attributes alone."""
    return (
        issubclass(widget, Input)
        and widget.get_context is Input.get_context
        and widget.render is Widget.render
    )


def _textarea(context: Said) -> str:
    widget = context["widget"]
    shown = text_of(widget["value"]) if widget["value"] else ""
    return f'<textarea name="{text_of(widget["name"])}"{attributes(widget["attrs"])}>\n{shown}</textarea>'


def _select(context: Said) -> str:
    widget = context["widget"]
    written = [f'<select name="{text_of(widget["name"])}"{attributes(widget["attrs"])}>']
    for group, options, _index in widget["optgroups"]:
        if group:
            written.append(f'\n  <optgroup label="{text_of(group)}">')
        written.extend(
            f'\n  <option value="{_quoted(option["value"])}"{attributes(option["attrs"])}>{text_of(option["label"])}</option>\n'
            for option in options
        )
        if group:
            written.append("\n  </optgroup>")
    return f"{''.join(written)}\n</select>"


def _choices(context: Said) -> str:
    """Boxes or buttons to tick, each in its label."""
    widget = context["widget"]
    attrs = {name: widget["attrs"][name] for name in ("id", "class") if widget["attrs"].get(name)}
    written = [f"<div{attributes(attrs)}>"]
    for group, options, _index in widget["optgroups"]:
        if group:
            written.append(f"\n  <div><label>{text_of(group)}</label>")
        for option in options:
            key = option["attrs"].get("id")
            target = f' for="{text_of(key)}"' if key else ""
            written.append(
                f"<div>\n    <label{target}>{_input_of(option)}\n {text_of(option['label'])}</label>\n\n</div>"
            )
        if group:
            written.append("\n  </div>")
    return f"{''.join(written)}\n</div>"


def _label(context: Said) -> str:
    if not context["use_tag"]:
        return text_of(context["label"]).strip()
    tag = context["tag"]
    attrs = attributes(context["attrs"] or {})
    return f"<{tag}{attrs}>{text_of(context['label'])}</{tag}>"


def _related(context: Said) -> str:
    """Return the field of a record with the buttons beside it, which open what is chosen or make another."""
    limited = context["model_has_limit_choices_to"]
    kind = "" if limited else f' data-model-ref="{text_of(context["model_name"])}"'
    links = ""
    if not context["is_hidden"]:
        buttons = tuple(
            (verb, words, f"{context[address]}?{context[query]}")
            for verb, words, address, query in RELATED
            if context[f"can_{verb}_related"]
        )
        links = _buttons(str(context["model"]), buttons).replace(_NAME, text_of(context["name"]))
    return f'<div class="related-widget-wrapper"{kind}>{text_of(context["rendered_widget"])}{links}</div>'


#: Where the name of a field stands in its buttons, which are the same for all rows.
_NAME = "\0"


@lru_cache(1_024)
def _buttons(model: str, buttons: tuple[tuple[str, str, str], ...]) -> str:
    return "".join(
        f'<a class="related-widget-wrapper-link {verb}-related" id="{verb}_id_{_NAME}"'
        f' {"href" if verb == "add" else "data-href-template"}="{escape(target)}"{"" if verb == "view" else _POPUP}'
        f' title="{words} {escape(model)}"><img src="{_picture(verb)}" alt="" width="24" height="24"></a>'
        for verb, words, target in buttons
    )


@cache
def _picture(verb: str) -> str:
    return escape(static(f"admin/img/icon-{verb}link.svg"))


def _errors(context: Said) -> str:
    errors = context["errors"]
    if not errors:
        return ""
    key = getattr(errors, "field_id", None)
    named = f' id="{text_of(key)}_error"' if key else ""
    each = "".join(f"<li>{text_of(error)}</li>" for error in errors)
    return f'<ul class="{text_of(context["error_class"])}"{named}>{each}</ul>'


def _hidden_form(context: Said) -> str | None:
    """Return a form of nothing but hidden fields, as each formset has one; None of others."""
    if context["errors"] or context["fields"]:
        return None
    return "".join(map(str, context["hidden_fields"]))


WRITERS: dict[str, Callable[[Said], str | None]] = {
    **{
        f"django/forms/widgets/{kind}.html": _input
        for kind in ("input", "text", "hidden", "number", "url", "email", "password", "checkbox")
    },
    "django/forms/widgets/textarea.html": _textarea,
    "django/forms/widgets/select.html": _select,
    "django/forms/widgets/checkbox_select.html": _choices,
    "django/forms/widgets/radio.html": _choices,
    "admin/widgets/related_widget_wrapper.html": _related,
    "django/forms/div.html": _hidden_form,
    "django/forms/label.html": _label,
    "django/forms/errors/list/default.html": _errors,
    "django/forms/errors/list/ul.html": _errors,
}
