"""Warnings at the desk: beside the fields when a record is saved, and in a list of all."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pghistory.models
from django.contrib import admin, messages
from django.contrib.admin.views.main import ChangeList
from django.db.models import F
from django.urls import reverse
from django.utils.html import format_html

from records.admin.view_only import ViewOnly
from records.bulk import among
from records.models import RecordWarning
from records.publishing import warnings
from records.registry import all_kinds, kind_named, kind_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence
    from datetime import datetime
    from uuid import UUID

    from django.db.models import QuerySet
    from django.http import HttpRequest
    from django.utils.safestring import SafeString

    from records.models import Record

#: Fingerprints that one form sends back at most.
MOST = 200
#: Warnings that are said after an act on several records.
SAID = 5
NOT_SAVED = "Nothing is saved yet. Read the warnings: correct what is wrong, or save again to keep all as it is."


class UnseenWarnings(Exception):  # noqa: N818 - no error: an answer, for the person to decide
    """Saving found warnings that the form had not shown: nothing is saved."""


@dataclass(frozen=True)
class ShownWarning:
    """A warning on a form, with the field beside which it stands."""

    row: RecordWarning
    form: str = ""  #: the prefix of the form of a part; blank for the record's own
    member: str = ""  #: the member of that form; blank for none

    @property
    def address(self) -> str:
        """Return the address of the record whose facts speak against this one's, where it is of the same kind."""
        return _address(self.row.kind, self.row.other_id) if self.is_of_alike else ""

    @property
    def is_of_alike(self) -> bool:
        return self.row.other_id is not None and self.row.code.startswith("like_")

    @property
    def detail(self) -> str:
        return self.row.detail


def demand_seen(request: HttpRequest, record: Record, formsets: Iterable[Any]) -> None:
    """Keep the warnings of what was just saved; raise UnseenWarnings when the form had not shown all of them."""
    account: Any = request.user
    turned: list[RecordWarning] = []
    found = warnings.renew({record.object_kind: [record.pk]}, by=account, turned=turned)
    setattr(request, "desk_turned", turned)  # noqa: B010 - Django's request takes attributes, its type does not say so
    shown = list(_placed(found, {_member(formset): formset for formset in formsets}))
    setattr(request, "desk_warnings", shown)  # noqa: B010 - Django's request takes attributes, its type does not say so
    if {each.fingerprint for each in found} - _seen(request):
        raise UnseenWarnings
    if found:
        _note(found)


def show(request: HttpRequest, context: dict[str, Any], record: Record | None) -> dict[str, Any]:
    """Put warnings beside the fields of a form; return what its template needs: all of them, and what the form sends back.

    They are those that saving just found, else those that the last save of the record has left.
    """
    shown: list[ShownWarning] = list(getattr(request, "desk_warnings", ()))
    formsets = {
        _member(inline.formset): inline.formset for inline in context["inline_admin_formsets"]
    }
    is_kept = (
        record is not None
        and kind_of(record).checks is not None
        and getattr(record, "is_warned", True)
    )
    if not shown and record is not None and is_kept and request.method != "POST":
        shown = list(_placed(rows_of(record.pk).order_by("pk"), formsets))
    forms = {"": context["adminform"].form} | {
        form.prefix: form for formset in formsets.values() for form in formset.forms
    }
    listed = []
    for each in shown:
        field = _beside(forms.get(each.form), each)
        listed.append({"detail": each.detail, "address": each.address, "field": field})
    fingerprints = {each.row.fingerprint for each in shown} | _seen(request)
    return {"warnings": listed, "warned": " ".join(sorted(fingerprints)[:MOST])}


def rows_of(key: Any) -> QuerySet[RecordWarning]:
    """Return the warnings of a record."""
    return RecordWarning.objects.filter(record_id=key)


def of_records(records: Iterable[Record]) -> list[tuple[Record, list[str]]]:
    """Return those records that have warnings, with them: for a publisher."""
    by_record: defaultdict[UUID, list[str]] = defaultdict(list)
    named = {record.pk: record for record in records}
    for row in RecordWarning.objects.filter(record_id__in=list(named)).order_by("pk"):
        by_record[row.record_id].append(row.detail)
    return [(named[key], details) for key, details in by_record.items()]


def new_since(moment: datetime, keys: Collection[UUID]) -> list[RecordWarning]:
    """Return the warnings, which nobody has seen, that an act since then gave these records, or others because of them."""
    either = among("record_id", keys) | among("other_id", keys)
    rows = RecordWarning.objects.filter(either, since__gte=moment, saved_by=None)
    return list(rows.order_by("pk"))


def say(request: HttpRequest, rows: Sequence[RecordWarning]) -> None:
    """Say at once what an act on several records gave rise to: no form shows it."""
    for row in rows[:SAID]:
        text = format_html(
            '{} <a href="{}">Open it</a>', row.detail, _address(row.kind, row.record_id)
        )
        messages.warning(request, text)
    if len(rows) > SAID:
        address = reverse("admin:records_recordwarning_changelist") + "?seen=no"
        more = f"And {len(rows) - SAID:,} more warnings that nobody has seen."
        messages.warning(request, format_html('{} <a href="{}">Look at them</a>', more, address))


def _seen(request: HttpRequest) -> set[str]:
    return set(request.POST.get("_warned", "").split()[:MOST])


def _member(formset: Any) -> str:
    """Return the member that a formset edits: `participations`."""
    name: str = formset.fk.remote_field.get_accessor_name()
    return name


def _placed(rows: Iterable[RecordWarning], formsets: dict[str, Any]) -> Iterator[ShownWarning]:
    """Yield warnings with the forms that hold their places."""
    for row in rows:
        member, key, inner = [*row.place.split("."), "", ""][:3]
        if not key:
            yield ShownWarning(row, "", member)
            continue
        formset = formsets.get(member)
        prefixes = [
            form.prefix
            for form in (formset.forms if formset is not None else ())
            if str(form.instance.pk) == key
        ]
        yield ShownWarning(row, prefixes[0], inner) if prefixes else ShownWarning(row)


def _beside(form: Any, shown: ShownWarning) -> str:
    """Say the warning in the help of its field, which browsers read out with the field; return the field's id."""
    if form is None or not shown.member:
        return ""
    named = getattr(form, "warned_fields", {}).get(shown.member, shown.member)
    name = next((each for each in (named, f"{named}_edtf") if each in form.fields), None)
    if name is None:
        return ""
    bound = form[name]
    bound.help_text = format_html(
        '<strong class="field-warning">{}</strong>{}', shown.detail, bound.help_text
    )
    return str(bound.id_for_label)


def _note(found: list[RecordWarning]) -> None:
    """Say in the history that the record was saved all the same, where the save changed anything."""
    details = " ".join(each.detail for each in found)
    with pghistory.context(warnings=f"Saved with warnings: {details}") as context:
        pghistory.models.Context.objects.filter(pk=context.id).update(metadata=context.metadata)


# The list


class CodeFilter(admin.SimpleListFilter):
    """Filter by what the warning is of."""

    title = "warning"
    parameter_name = "code"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        del request, model_admin
        return list(warnings.labels().items())

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        del request
        return queryset.filter(code=self.value()) if self.value() else queryset


class KindFilter(admin.SimpleListFilter):
    """Filter by kind of record."""

    title = "kind"
    parameter_name = "kind"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        del request, model_admin
        return [
            (kind.name, str(kind.model._meta.verbose_name_plural).capitalize())
            for kind in all_kinds()
            if kind.checks
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        del request
        return queryset.filter(kind=self.value()) if self.value() else queryset


class SeenFilter(admin.SimpleListFilter):
    """Filter by whether somebody saw it."""

    title = "seen"
    parameter_name = "seen"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        del request, model_admin
        return [("no", "By nobody"), ("yes", "And saved all the same")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        del request
        if self.value() not in {"no", "yes"}:
            return queryset
        return queryset.filter(saved_by__isnull=self.value() == "no")


class WarningList(ChangeList):
    """The list, with the labels of the records: a query per kind."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        keys: defaultdict[str, set[UUID]] = defaultdict(set)
        for row in self.result_list:
            keys[row.kind].add(row.record_id)
        names = {
            record.pk: str(record)
            for kind, those in keys.items()
            for record in kind_named(kind).model._default_manager.filter(pk__in=those)
        }
        for row in self.result_list:
            row.name = names.get(row.record_id, "(deleted)")


@admin.register(RecordWarning)
class WarningAdmin(ViewOnly):
    """Warnings of all records, the latest first. A row leads to the form of its record."""

    list_display = ("record", "what", "said", "first_found", "who")
    list_display_links = None
    list_filter = (CodeFilter, KindFilter, SeenFilter)
    list_select_related = ("saved_by",)
    list_per_page = 50
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    actions = None

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> Any:  # noqa: ARG002 - Django's signature
        return WarningList

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> Any:
        return super().changelist_view(request, {"title": "Warnings", **(extra_context or {})})

    @admin.display(description="record")
    def record(self, row: Any) -> SafeString:
        return format_html('<a href="{}">{}</a>', _address(row.kind, row.record_id), row.name)

    @admin.display(description="what", ordering="code")
    def what(self, row: RecordWarning) -> str:
        return warnings.labels().get(row.code, row.code)

    @admin.display(description="detail")
    def said(self, row: RecordWarning) -> SafeString | str:
        other = ShownWarning(row)
        if not other.is_of_alike:
            return row.detail
        return format_html('{} <a href="{}">Open the other</a>', row.detail, other.address)

    @admin.display(description="since", ordering="since")
    def first_found(self, row: RecordWarning) -> str:
        return f"{row.since:%-d %b %Y, %H:%M} UTC"

    @admin.display(description="saved all the same by", ordering=F("saved_by__username"))
    def who(self, row: RecordWarning) -> str:
        return (row.saved_by.get_full_name() or row.saved_by.get_username()) if row.saved_by else ""


def _address(kind: str, key: UUID | None) -> str:
    opts = kind_named(kind).model._meta
    return reverse(f"admin:{opts.app_label}_{opts.model_name}_change", args=[key])
