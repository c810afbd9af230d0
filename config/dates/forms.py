"""The input for EDTF in forms, which says in plain English what the text in it means."""

from typing import Any

from django import forms
from django.forms.renderers import BaseRenderer
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from config.dates.values import EdtfError, UncertainDate


class EdtfInput(forms.TextInput):
    """A text input with its meaning under it, renewed while typing if `edtf_preview` is routed."""

    class Media:
        css = {"all": ["config/uncertain-date.css"]}  # Django's form of declaring assets
        js = ["config/uncertain-date.js"]  # Django's form of declaring assets

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        # vTextField gives it the width of the admin's own text inputs.
        super().__init__(
            {"class": "vTextField", "spellcheck": "false", "autocomplete": "off", **(attrs or {})}
        )

    def render(
        self,
        name: str,
        value: object,
        attrs: dict[str, Any] | None = None,
        renderer: BaseRenderer | None = None,
    ) -> SafeString:
        """Render the input and the meaning of what it holds; if that is wrong, the form says why."""
        attrs = {**(attrs or {}), **_preview_address()}
        return format_html(
            '<span class="edtf">{}<span class="edtf-meaning" aria-live="polite">{}</span></span>',
            super().render(name, value, attrs, renderer),
            _meaning(value),
        )


def _meaning(value: object) -> str:
    try:
        return UncertainDate.parse(str(value).strip()).meaning() if value else ""
    except EdtfError:
        return ""


def _preview_address() -> dict[str, str]:
    try:
        return {"data-edtf-meaning-url": reverse("edtf-meaning")}
    except NoReverseMatch:
        return {}
