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
from django.template.base import render_value_in_context
from django.template.context import Context
from django.templatetags.static import static
from django.utils.functional import cached_property
from django.utils.safestring import SafeData

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

#: The buttons beside the field of a record: verb, title, and the names of their address and its query in the context.
RELATED = (
    ("change", "Change selected", "change_related_template_url", "url_params"),
    ("add", "Add another", "add_related_url", "url_params"),
    ("delete", "Delete selected", "delete_related_template_url", "url_params"),
    ("view", "View selected", "change_related_template_url", "view_related_url_params"),
)

#: The context of a template: a widget's, or a label's.
Said: TypeAlias = "Mapping[str, Any]"


#: Letters of a text whose escaped form is kept: names, ids and labels are the same on each page. What people write is longer.
SHORT = 60


class Bound(BoundField):
    """A field in a form: what is asked of it many times is made once."""

    @cached_property
    def auto_id(self) -> str:  # type: ignore[override] # Django makes it each time
        return super().auto_id

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
    value = widget["value"]
    shown = "" if value is None else f' value="{_quoted(value)}"'
    start = f'<input type="{text_of(widget["type"])}" name="{text_of(widget["name"])}"{shown}'
    return f"{start}{attributes(widget['attrs'])}>"


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
    links = "" if context["is_hidden"] else "".join(_links(context))
    return f'<div class="related-widget-wrapper"{kind}>{text_of(context["rendered_widget"])}{links}</div>'


def _links(context: Said) -> Iterator[str]:
    name, model = text_of(context["name"]), text_of(context["model"])
    for verb, words, address, query in RELATED:
        if context[f"can_{verb}_related"]:
            target = f"{text_of(context[address])}?{text_of(context[query])}"
            leads = "href" if verb == "add" else "data-href-template"
            popup = "" if verb == "view" else ' data-popup="yes"'
            picture = _picture(verb)
            yield (
                f'<a class="related-widget-wrapper-link {verb}-related" id="{verb}_id_{name}" {leads}="{target}"{popup}'
                f' title="{words} {model}"><img src="{picture}" alt="" width="24" height="24"></a>'
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
