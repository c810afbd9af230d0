"""Forms are written by Python in place of Django's templates: what it writes is what they would."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any

import pytest
from django import forms
from django.contrib.auth.models import Permission, User
from django.forms.renderers import DjangoTemplates
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from config import form_html
from config.form_html import FormHtml
from records.admin.fieldsets import fieldsets_html
from records.roles import CONTRIBUTOR
from tests.factories.every_kind import EVERY_KIND
from tests.factories.staff import client_of, logged_in
from tests.records.admin.filling import address, filled

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable


class Elements(HTMLParser):
    """Elements with their attributes, and texts, whatever white space is between them."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[Any] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        classes = [(name, " ".join((value or "").split())) for name, value in attrs]
        self.found.append((tag, sorted(classes)))

    def handle_endtag(self, tag: str) -> None:
        self.found.append(tag)

    def handle_data(self, data: str) -> None:
        if text := " ".join(data.split()):
            self.found.append(text)


def of_templates(fieldsets: Iterable[Any], level: int, prefix: str, number: str) -> str:
    """Return fieldsets as Django's templates make them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(form_html, "WRITERS", {})
        written = [
            render_to_string(
                "admin/includes/fieldset.html",
                {
                    "fieldset": fieldset,
                    "heading_level": level,
                    "prefix": prefix,
                    "id_prefix": number,
                    "id_suffix": place,
                },
            )
            for place, fieldset in enumerate(fieldsets)
        ]
    return "".join(written)


@pytest.mark.parametrize("kind", ["agreement", "event", "tenure"])
def test_fieldsets_are_written_as_templates_write_them(kind: str, db: None) -> None:
    record = EVERY_KIND[kind].with_parts(2)
    contributor = logged_in(CONTRIBUTOR)
    looks_on = User.objects.create_user("looks", is_staff=True)
    looks_on.user_permissions.set(Permission.objects.filter(codename__startswith="view_"))
    shown = contributor.get(address(record))
    wrong = filled(shown)
    wrong |= {name: "?" for name in wrong if name.endswith(("_edtf", "-source", "-scheme"))}
    pages = (
        shown,
        contributor.post(address(record), wrong),
        contributor.get(address(type(record), "add")),
        client_of(looks_on).get(address(record)),
    )

    assert pages[1].context["errors"]
    for page in pages:
        adminform = page.context["adminform"]
        pairs = [
            (fieldsets_html(adminform, "fieldset-0"), of_templates(adminform, 2, "fieldset", "0"))
        ]
        for inline in page.context["inline_admin_formsets"]:
            prefix = inline.formset.prefix
            pairs += [
                (fieldsets_html(row, f"{prefix}-7", level=4), of_templates(row, 4, prefix, "7"))
                for row in inline
            ]
        assert len(pairs) > 3
        for ours, theirs in pairs:
            assert Elements(ours).found == Elements(theirs).found


class Rare(forms.Form):
    """Fields of kinds and with values that no form of the sample has."""

    text = forms.CharField(help_text="<b>", label="A & B?", initial='<a"b>')
    number = forms.IntegerField(initial=1_234_567)
    url = forms.URLField(assume_scheme="https", initial="https://example.org/?a&b")
    email = forms.EmailField()
    password = forms.CharField(widget=forms.PasswordInput)
    hidden = forms.CharField(widget=forms.HiddenInput, initial="é<")
    ticked = forms.BooleanField(initial=True)
    fixed = forms.BooleanField(disabled=True, initial="x&")
    lines = forms.CharField(
        widget=forms.Textarea({"data-x": True, "data-y": False, "data-z": None}), initial="\n<b>"
    )
    one = forms.ChoiceField(
        choices=[("", "--"), ("g<", [("1", "One"), (2, 2)]), ("3", "Th&ree")], initial="3"
    )
    several = forms.MultipleChoiceField(
        choices=[("g", [("1", "One"), (2, 2)]), ("3", "Th&ree")],
        initial=["1", "3"],
        widget=forms.CheckboxSelectMultiple({"class": "x"}),
    )
    radio = forms.ChoiceField(choices=[("1", "One"), ("2", "Two")], widget=forms.RadioSelect)


@pytest.mark.parametrize(
    "options",
    [{}, {"auto_id": False}, {"data": {"number": "x", "email": "q", "url": "<", "one": "9"}}],
)
@pytest.mark.parametrize(
    "part",
    [str, lambda bound: bound.label_tag(), lambda bound: bound.errors.as_ul()],
    ids=["widget", "label", "errors"],
)
def test_widgets_labels_and_errors_are_the_same_letter_by_letter(
    part: Callable[[Any], str], options: dict[str, Any]
) -> None:
    ours, theirs = Rare(renderer=FormHtml(), **options), Rare(renderer=DjangoTemplates(), **options)

    assert [str(part(bound)) for bound in ours] == [str(part(bound)) for bound in theirs]


class Hidden(forms.Form):
    """Nothing to be seen, as the form by which rows are counted."""

    total = forms.IntegerField(widget=forms.HiddenInput, initial=3)
    name = forms.CharField(widget=forms.HiddenInput, initial="<a>")


@pytest.mark.parametrize("options", [{}, {"data": {"total": "3", "name": "b"}}, {"data": {}}])
@pytest.mark.parametrize("form", [Hidden, Rare])
def test_whole_forms_are_the_same_letter_by_letter(form: Any, options: dict[str, Any]) -> None:
    assert str(form(renderer=FormHtml(), **options)) == str(
        form(renderer=DjangoTemplates(), **options)
    )


class Described(forms.Form):
    """Fields whose attributes depend on more than their kind."""

    own = forms.CharField(
        help_text="Help", widget=forms.TextInput({"aria-describedby": "x", "id": "y"})
    )
    several = forms.SplitDateTimeField(help_text="Help")
    group = forms.ChoiceField(choices=[("1", "One")], widget=forms.RadioSelect, help_text="Help")
    hidden = forms.CharField(widget=forms.HiddenInput, help_text="Help")
    needed = forms.CharField(initial="<" * 100, help_text="Help", disabled=True)


@pytest.mark.parametrize("as_shown", [{}, {"auto_id": False}, {"use_required_attribute": False}])
def test_attributes_are_those_of_django(as_shown: dict[str, Any]) -> None:
    ours, theirs = (
        Described(renderer=FormHtml(), **as_shown),
        Described(renderer=DjangoTemplates(), **as_shown),
    )

    assert [str(bound) for bound in ours] == [str(bound) for bound in theirs]
    assert [
        bound.as_widget(attrs={"aria-describedby": "z", "data-x": SafeString("&amp;")})
        for bound in ours
    ] == [
        bound.as_widget(attrs={"aria-describedby": "z", "data-x": SafeString("&amp;")})
        for bound in theirs
    ]
