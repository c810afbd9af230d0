"""Changing one field of many records from their list: what is changed, a preview of each record, and the acts that can be undone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import DataError, IntegrityError, models
from django.http import Http404, HttpResponseRedirect
from django.urls import path
from django.utils import timezone
from django.views.decorators.http import require_POST

from config.dates.fields import EdtfField
from config.dates.values import EdtfError, UncertainDate
from config.text import validate_text
from records.admin.boxes import Labelled, RecordSelect, labels_of, show_chosen
from records.admin.database_errors import message_of
from records.admin.generics import AnyModelAdmin
from records.admin.history import text_of
from records.admin.page import address_of, page_of
from records.admin.picker import label_column
from records.admin.readable import date_in_words
from records.admin.relations import selectable
from records.admin.warnings import new_since, say
from records.bulk import among
from records.models import BulkEdit
from records.publishing.bulk_edits import (
    MOST,
    Choice,
    change,
    part_choices,
    plan,
    undo,
)
from records.publishing.deeds import ContentionError
from records.publishing.publish import CurationRefused

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from django.db.models import QuerySet
    from django.http import HttpRequest, HttpResponse
    from django.urls import URLPattern

    from config.dates.fields import UncertainDateField
    from records.publishing.bulk_edits import Line, Planned, Undone

#: Acts that the list of them shows, and records that a message names.
LISTED, NAMED = 50, 5
#: Endings of the fields of a date, here and in the form of the record.
_OF_DATE = {"": "_edtf", "_text": "_text", "_precision": "_precision"}
#: Fields of the form that are not the same of many records, or say nothing of the subject.
_OWN = {"slug", "curators_note", "locked_fields"}


class ChosenForm(forms.Form):
    """What is changed, to what, and why."""

    reason = forms.CharField(
        max_length=500,
        required=False,
        validators=[validate_text],
        widget=forms.Textarea({"rows": 2, "class": "vLargeTextField"}),
        help_text="Optional. Shown in the history of each record.",
    )

    def __init__(self, data: Any, *, values: Mapping[str, forms.Field]) -> None:
        super().__init__(data)
        self.fields = {**values, **self.fields}

    def clean(self) -> dict[str, Any]:
        """Make one date of the three fields of a date."""
        cleaned = self.cleaned_data
        if "value_text" in self.fields and not self.errors:
            given = [cleaned.pop(f"value{suffix}") for suffix in _OF_DATE]
            try:
                cleaned["value"] = UncertainDate.parse(*given)
            except EdtfError as error:
                self.add_error("value", str(error))
        return cleaned


@admin.action(description="Change a field…", permissions=["change"])
def change_selected(
    desk: ChangeField, request: HttpRequest, queryset: QuerySet[Any]
) -> HttpResponse | None:
    """Ask what to change of the selected records."""
    keys = list(queryset.order_by().values_list("pk", flat=True)[: MOST + 1])
    if len(keys) > MOST:
        desk.message_user(request, f"Choose at most {MOST:,} records.", messages.ERROR)
        return None
    return desk.ask_for_change(request, keys)


class ChangeField(Labelled, AnyModelAdmin):
    """The pages on which a field of many records is changed, beside their list. `records.publishing.bulk_edits` does it."""

    def get_urls(self) -> list[URLPattern]:
        view, name = self.admin_site.admin_view, f"{self.opts.app_label}_{self.opts.model_name}"
        return [
            path("change-a-field/", view(self.change_field_view), name=f"{name}_change_field"),
            path("changed-together/", view(self.together_view), name=f"{name}_together"),
            path(
                "changed-together/<int:key>/undo/",
                view(require_POST(self.undo_together_view)),
                name=f"{name}_undo_together",
            ),
            *super().get_urls(),
        ]

    # Changing

    def change_field_view(self, request: HttpRequest) -> HttpResponse:
        """Ask for the field and its value, show what would become of each record, and do it when that is confirmed."""
        if request.method != "POST":
            return HttpResponseRedirect(address_of(self, "changelist"))
        return self.ask_for_change(request, _keys(request.POST.get("_keys", "")))

    def ask_for_change(self, request: HttpRequest, keys: Collection[UUID]) -> HttpResponse:
        """Answer with the page for these records."""
        if not self.has_change_permission(request):
            raise PermissionDenied
        rows = self.labelled(self.get_queryset(request).filter(among("pk", keys)))
        choices = self.change_choices(request)
        choice = choices.get(request.POST.get("field", ""))
        form, planned, refusals = None, None, []
        if choice is not None:
            # Enter in a field presses the first button, which would ask for the value anew.
            is_answered = request.POST.get("_asked") == choice.key
            asked = is_answered or {"_preview", "_confirm"} & request.POST.keys()
            form = ChosenForm(
                request.POST if asked else None, values=self._fields_of(request, choice)
            )
            if asked and form.is_valid():
                said = form.cleaned_data
                try:
                    if "_confirm" in request.POST:
                        return self._change(request, choice, said["value"], rows, said["reason"])
                except CurationRefused as refused:
                    refusals = [each.detail for each in refused.refusals]
                except (ContentionError, DataError, IntegrityError) as error:
                    refusals = [message_of(error)]
                try:
                    planned = plan(choice, said["value"], rows, words=message_of)
                except ContentionError as error:
                    refusals = [message_of(error)]
            show_chosen(self.admin_site, [form])
        context = {
            "keys": " ".join(map(str, keys)),
            "choices": choices.values(),
            "choice": choice,
            "form": form,
            "refusals": refusals,
            "planned": planned,
            "lines": self._shown(choice, planned) if choice and planned else [],
            "together": address_of(self, "together"),
            "noun": self._noun(len(planned.changed) if planned else 0),
            "media": self.media + (form.media if form else forms.Media()),
        }
        title = f"Change a field of {len(keys):,} {self._noun(len(keys))}"
        return page_of(self, request, "admin/change_field.html", title, context)

    def change_choices(self, request: HttpRequest) -> dict[str, Choice]:
        """Return what can be changed of many records, by key: fields of the form but for names, topics and sources."""
        form = self.get_form(request)
        names: dict[str, Any] = {
            field.name: field for field in self.model._meta.concrete_fields if _is_shared(field)
        }
        for name, date in _dates_of(self.model).items():
            names[f"{name}_edtf"] = date
        found = [Choice("set", names[name]) for name in form.base_fields if name in names]
        found += part_choices(self.model)
        return {choice.key: choice for choice in found}

    def _fields_of(self, request: HttpRequest, choice: Choice) -> dict[str, Any]:
        """Return the fields for a value, as the form of a record has them; the label of the first says what is chosen."""
        if choice.part is not None:
            model = choice.field.remote_field.model
            widget = RecordSelect(choice.field, self.admin_site)
            fields: dict[str, Any] = {
                "value": forms.ModelChoiceField(selectable(model), widget=widget)
            }
        else:
            form, name = self.get_form(request)(), choice.field.name
            endings = _OF_DATE if choice.is_date else {"": ""}
            fields = {
                f"value{here}": form.fields[f"{name}{there}"] for here, there in endings.items()
            }
        fields["value"].label = choice.words
        return fields

    def _change(
        self,
        request: HttpRequest,
        choice: Choice,
        value: Any,
        rows: QuerySet[Any],
        reason: str,
    ) -> HttpResponse:
        account: Any = request.user
        started = timezone.now()
        keys = list(rows.order_by().values_list("pk", flat=True))
        said = self._text(choice, value.pk if isinstance(value, models.Model) else value)
        done = change(
            choice,
            value,
            rows,
            by=account,
            reason=reason,
            seen=request.POST.get("_shown", ""),
            what=f"{choice.words}: {said or 'nothing'}",
            words=message_of,
        )
        text = f"“{done.what}”: {done.count:,} {self._noun(done.count)} changed. They wait to be published. This can be undone below."
        self.message_user(request, text, messages.SUCCESS)
        say(request, new_since(started, keys))
        return HttpResponseRedirect(address_of(self, "together"))

    def _shown(self, choice: Choice, planned: Planned) -> list[tuple[Line, str, str]]:
        """Return the lines with their values in words: those that change, those that cannot, then the others."""
        values = {
            each for line in planned.lines for each in (line.before, line.after) if _is_key(each)
        }
        known = self._labels(choice, values)
        shown = [
            (line, self._text(choice, line.before, known), self._text(choice, line.after, known))
            for line in planned.lines
        ]
        return sorted(shown, key=lambda each: (not each[0].is_changed, not each[0].refusal))

    def _labels(self, choice: Choice, keys: Collection[Any]) -> dict[str, str]:
        if not choice.is_reference or not keys:
            return {}
        model = choice.field.remote_field.model
        return labels_of(self.admin_site, model, map(str, keys), plain=True)

    def _text(self, choice: Choice, value: Any, known: dict[str, str] | None = None) -> str:
        if choice.is_date:
            return date_in_words(value) if value else ""
        if choice.is_reference and known is None:
            known = self._labels(choice, {value} if value else ())
        row = choice.field.model(**{choice.field.attname: value})
        labels = {choice.field.remote_field.model: known} if known else {}
        return text_of(choice.field, row, labels)

    # What was changed

    def together_view(self, request: HttpRequest) -> HttpResponse:
        """List the latest acts on many records of the kind."""
        if not self.has_change_permission(request):
            raise PermissionDenied
        edits = BulkEdit.objects.filter(kind=self.model.object_kind).select_related("by")
        template, title = "admin/changed_together.html", "Changed together"
        return page_of(self, request, template, title, {"edits": edits[:LISTED]})

    def undo_together_view(self, request: HttpRequest, key: int) -> HttpResponse:
        """Undo one of them."""
        if not self.has_change_permission(request):
            raise PermissionDenied
        edit = BulkEdit.objects.filter(pk=key, kind=self.model.object_kind).first()
        if edit is None:
            raise Http404
        if done := undone(self, request, edit):
            text = f"“{edit.what}” is undone: {done.rows:,} changed back."
            if done.left:
                names = ", ".join(f"“{record}”" for record in done.records[:NAMED])
                more = " and others" if len(done.records) > NAMED else ""
                text += (
                    f" {done.left:,} left as they are, for they were changed since: {names}{more}."
                )
            self.message_user(request, text, messages.WARNING if done.left else messages.SUCCESS)
        return HttpResponseRedirect(address_of(self, "together"))

    def _noun(self, count: int) -> str:
        return str(self.opts.verbose_name if count == 1 else self.opts.verbose_name_plural)


def undone(desk: AnyModelAdmin, request: HttpRequest, edit: BulkEdit) -> Undone | None:
    """Undo what was done to many records, and return what that did; where it is refused, say why and return None."""
    account: Any = request.user
    try:
        return undo(edit, by=account)
    except CurationRefused as refused:
        desk.message_user(request, str(refused), messages.ERROR)
    except (ContentionError, DataError, IntegrityError) as error:
        desk.message_user(request, message_of(error), messages.ERROR)
    return None


def _dates_of(model: Any) -> dict[str, UncertainDateField]:
    """Return the uncertain dates of a kind by their names."""
    fields = model._meta.concrete_fields
    columns = [field.name for field in fields if isinstance(field, EdtfField)]
    names = [name.removesuffix("_edtf") for name in columns]
    return {name: getattr(model, name) for name in names}


def _is_shared(field: Any) -> bool:
    """Whether many records may have the same there. What a record is called is its own; the columns of a date belong together."""
    model = field.model
    is_own = field.unique or field.name in _OWN or field.name == label_column(model)
    is_date = field.name.endswith(("_edtf", "_text", "_precision")) and hasattr(
        model, field.name.rpartition("_")[0]
    )
    return not is_own and not is_date


def _keys(text: str) -> Sequence[UUID]:
    """Return the keys that the page sent back; what is no key is left out."""
    keys = []
    for each in text.split()[:MOST]:
        try:
            keys.append(UUID(each))
        except ValueError:
            continue
    return list(dict.fromkeys(keys))


def _is_key(value: Any) -> bool:
    return isinstance(value, UUID)
