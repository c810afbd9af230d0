"""Form fields and forms of the desk."""

from __future__ import annotations

from difflib import get_close_matches
from functools import cache
from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.contrib.auth import get_user_model
from django.contrib.postgres.forms import SimpleArrayField
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from config.text import validate_line, validate_text
from records.admin.boxes import RecordChoice, read_chosen
from records.admin.generics import AnyModelForm
from records.models import STATED, Record
from records.publishing.colleagues import name_of
from records.publishing.facts import facts_of
from records.registry import kind_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rest_framework.serializers import Serializer


class Lines(SimpleArrayField):
    """A list, one item per line: names contain commas."""

    def __init__(self, base_field: forms.Field, **kwargs: Any) -> None:
        kwargs["widget"] = forms.Textarea({"rows": 3, "class": "vLargeTextField"})
        super().__init__(base_field, delimiter="\n", **kwargs)

    def to_python(self, value: Any) -> list[Any]:  # type: ignore[override] # an array is no text
        if isinstance(value, str):
            value = [line.strip() for line in value.splitlines() if line.strip()]
        return list(super().to_python(value))


class Suggest(forms.TextInput):
    """A text input that suggests values and accepts others."""

    def __init__(self, values: Iterable[str], attrs: dict[str, Any] | None = None) -> None:
        self.values = list(values)
        super().__init__(attrs)

    def render(
        self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None
    ) -> SafeString:
        key = f"{name}-values"
        options = format_html_join(
            "", '<option value="{}"></option>', ((each,) for each in self.values)
        )
        text_input = super().render(name, value, {**(attrs or {}), "list": key}, renderer)
        return format_html('{}<datalist id="{}">{}</datalist>', text_input, key, options)


class DeskForm(AnyModelForm):
    """Base of the forms of records and of their parts."""

    def _post_clean(self) -> None:
        """Check what the form changes. What it leaves as it is was checked when it was written."""
        if not self.instance.pk or self.instance._state.adding or self.has_changed():
            super()._post_clean()  # type: ignore[misc] # Django's, without a type


class RecordForm(DeskForm):
    """Base of all records' forms."""

    #: Errors of the database or of publishing, from the first try of this request; set on the class made for it.
    refused: ClassVar[tuple[str, ...]] = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            if isinstance(field, RecordChoice):
                # What the record names was read with it, and is not looked up once more where the form leaves it.
                field.known = read_chosen(field, (), field.read_with(self.instance, name))
        if "locked_fields" in self.fields:
            self.fields["locked_fields"] = forms.MultipleChoiceField(
                required=False,
                choices=[(name, name.replace("_", " ")) for name in self._lockable()],
                widget=forms.CheckboxSelectMultiple,
                help_text=self.fields["locked_fields"].help_text,
            )

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        for message in self.refused:
            self.add_error(None, message)
        return cleaned

    def _lockable(self) -> list[str]:
        """Return the fields that an import can write, and those that are locked already."""
        record: Any = self.instance
        common = facts_of(Record)
        own: list[str] = [name for name in facts_of(type(record)) if name not in common]
        return own + [name for name in record.locked_fields if name not in own]


def documented_fields(model: type[Record]) -> list[str]:
    """Return the fields of a record's document that a citation can support."""
    return list(_documented_fields(kind_of(model).serializer))


@cache
def _documented_fields(serializer: type[Serializer[Any]]) -> tuple[str, ...]:
    bookkeeping = {"id", "object", "slug", "url", "revision", "published_at", "citations"}
    return tuple(name for name in serializer().get_fields() if name not in bookkeeping)


class CitationForm(DeskForm):
    """A citation, with suggestions for the field that it supports."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        record: Any = self._meta.model._meta.get_field("record").remote_field.model
        self.documented = documented_fields(record)
        self.fields["field"].widget = Suggest(
            self.documented, {"class": "vTextField", "maxlength": 80}
        )

    def clean_field(self) -> str:
        """Refuse a field that the document does not have: nobody would find the citation by it."""
        named = str(self.cleaned_data["field"])
        first = named.partition(".")[0].partition("[")[0]
        if named and "field" in self.changed_data and first not in self.documented:
            near = get_close_matches(first, self.documented, n=1)
            hint = (
                f" Did you mean “{near[0]}”?"
                if near
                else f" Its fields are: {', '.join(self.documented)}."
            )
            msg = f"The document has no field “{first}”.{hint}"
            raise forms.ValidationError(msg, code="no_such_field")
        return named


#: What a publisher may say of a change of public documents, and what it means.
NATURES = tuple(
    (nature.value, f"{nature.label}: {meaning}")
    for nature, meaning in zip(
        STATED,
        (
            "something happened since",
            "the public record was wrong or incomplete",
            "the same facts in other words, codes or types",
        ),
        strict=True,
    )
)


class ReviewForm(forms.Form):
    """What somebody says in a review, about what, and whom they ask."""

    text = forms.CharField(
        label="Note",
        required=False,
        max_length=5000,
        validators=[validate_text],
        widget=forms.Textarea({"rows": 3, "class": "vLargeTextField"}),
        help_text="For the desk only; never published.",
    )
    field = forms.CharField(
        required=False,
        max_length=80,
        validators=[validate_line],
        help_text="The field that a comment is about; blank for the whole record.",
    )
    to = forms.ModelChoiceField(
        get_user_model().objects.none(),
        label="Reviewer",
        required=False,
        empty_label="Anybody who may",
    )

    def __init__(self, *args: Any, fields: Iterable[str], reviewers: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["field"].widget = Suggest(fields, {"class": "vTextField", "maxlength": 80})
        chosen: Any = self.fields["to"]
        chosen.queryset = reviewers
        chosen.label_from_instance = name_of


class ReasonForm(forms.Form):
    """The reason for a publishing action, and why public documents change."""

    reason = forms.CharField(
        max_length=500,
        validators=[validate_text],
        widget=forms.Textarea({"rows": 2, "class": "vLargeTextField"}),
    )
    nature = forms.ChoiceField(
        label="Why it changes",
        choices=NATURES,
        widget=forms.RadioSelect,
        help_text="Shown to the public: a reader who keeps a copy must know whether you were wrong or the facts changed.",
    )

    def __init__(
        self, *args: Any, is_required: bool, help_text: str, asks_nature: bool, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        if not asks_nature:
            del self.fields["nature"]
        self.fields["reason"].required = is_required
        self.fields["reason"].help_text = help_text
        if is_required:
            self.fields["reason"].label_suffix = mark_safe(" *:")


def dated(name: str) -> tuple[str, str, str]:
    """Return the form row of an uncertain date: EDTF, the source's words, precision."""
    return (f"{name}_edtf", f"{name}_text", f"{name}_precision")
