"""Fields that refer to other records: searched while typing, never listed in full."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import AutocompleteSelect, AutocompleteSelectMultiple
from django.core.exceptions import ValidationError
from django.db.models import ForeignKey, Model
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from records.admin.generics import AnyAdmin
from records.models import EditorialState, Record

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from django.contrib.admin import AdminSite
    from django.db.models import QuerySet
    from django.http import HttpRequest


class RecordSelect(AutocompleteSelect):
    """A searched foreign key. The chosen record has the same label as in the search results.

    Django's own widget reads each chosen row by itself: on a form with thirty participations, hundreds of queries. Here
    `show_chosen` reads the chosen rows of a whole page, one query per model.
    """

    #: Labels of chosen rows by key, where `show_chosen` has read them.
    known: Mapping[str, str] = {}

    @property
    def media(self) -> forms.Media:
        return super().media + forms.Media(js=["admin/js/jquery.init.js", "records/narrow.js"])

    def optgroups(self, name: str, value: Any, attrs: dict[str, Any] | None = None) -> list[Any]:  # noqa: ARG002
        """Return the chosen options only. A malformed or unknown key is not shown: the form reports it."""
        chosen = chosen_keys(self, value)
        labels = {key: self.known[key] for key in chosen if key in self.known}
        if missing := [key for key in chosen if key not in labels]:
            labels |= labels_of(self.admin_site, self.field.remote_field.model, missing)
        options = []
        if not self.is_required and not self.allow_multiple_selected:
            options.append(self.create_option(name, "", "", selected=False, index=0))
        for key in chosen:
            if key in labels:
                options.append(
                    self.create_option(name, key, labels[key], selected=True, index=len(options))
                )
        return [(None, options, 0)]


class RecordSelectMultiple(RecordSelect, AutocompleteSelectMultiple):
    """Several records at once."""

    allow_multiple_selected = True


def chosen_keys(widget: RecordSelect, value: Any) -> list[str]:
    values = value if isinstance(value, list | tuple) else [value]
    key = widget.field.remote_field.model._meta.pk
    found = []
    for one in values:
        try:
            found.append(str(key.to_python(one)))
        except ValidationError:
            continue
    return [one for one in found if one not in {"None", ""}]


def labels_of(
    site: AdminSite, model: type[Model], keys: Iterable[str], *, plain: bool = False
) -> dict[str, str]:
    """Return the labels of rows in one query; `plain` leaves out the editorial state."""
    desk = site.get_model_admin(model)
    rows: Any = model._default_manager.filter(pk__in=list(keys))
    if isinstance(desk, Labelled):
        label = desk.label_of if plain else desk.label
        return {str(row.pk): label(row) for row in desk.labelled(rows)}
    return {str(row.pk): str(row) for row in rows}


def show_chosen(site: AdminSite, all_forms: Iterable[forms.BaseForm]) -> None:
    """Give the widgets of these forms the labels of the records that are chosen in them."""
    widgets: list[RecordSelect] = []
    chosen: dict[type[Model], set[str]] = {}
    for form in all_forms:
        for bound in form:
            widget = getattr(bound.field.widget, "widget", bound.field.widget)
            if isinstance(widget, RecordSelect):
                widgets.append(widget)
                keys = chosen.setdefault(widget.field.remote_field.model, set())
                keys.update(chosen_keys(widget, bound.value()))
    known = {model: labels_of(site, model, keys) if keys else {} for model, keys in chosen.items()}
    for widget in widgets:
        widget.known = known[widget.field.remote_field.model]


def marked_up(help_text: str) -> SafeString:
    """Return a help text with `code` set as code; in the API's documentation it is Markdown."""
    return mark_safe(re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(help_text)))  # noqa: S308 - escaped


def selectable(model: type[Model]) -> QuerySet[Any]:
    """Return the rows that a field may name. Not a merged record: its survivor takes its place."""
    rows = model._default_manager.all()
    if issubclass(model, Record):
        return rows.exclude(editorial_state=EditorialState.MERGED)
    return rows


class Labelled(AnyAdmin):
    """An admin class whose rows have labels that differ in a search."""

    #: Foreign keys that the label shows.
    label_related: ClassVar[Sequence[str]] = ()

    def labelled(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.select_related(*self.label_related) if self.label_related else queryset

    def label(self, row: Any) -> str:
        """Return the label of a row read by `labelled`."""
        return self.label_of(row)

    def label_of(self, row: Any) -> str:
        return str(row)


class Relations(AnyAdmin):
    """Base of records' forms and of the inlines in them: each foreign key to a record is searched."""

    def get_autocomplete_fields(self, request: HttpRequest) -> list[str]:  # noqa: ARG002 - Django's signature
        """Return all foreign keys whose model can be searched, so that no class has to list them."""
        return [field.name for field in self._searched()]

    def formfield_for_foreignkey(
        self, db_field: ForeignKey[Any, Any], request: HttpRequest, **kwargs: Any
    ) -> Any:
        if db_field in self._searched():
            kwargs["widget"] = RecordSelect(db_field, self.admin_site)
            kwargs["queryset"] = selectable(db_field.remote_field.model)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Leave out the button beside a relation that would delete the other record."""
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field is not None:
            field.help_text = marked_up(str(field.help_text))
            if hasattr(field.widget, "can_delete_related"):
                field.widget.can_delete_related = False
        return field

    def _searched(self) -> list[ForeignKey[Any, Any]]:
        return [
            field
            for field in self.model._meta.concrete_fields
            if isinstance(field, ForeignKey)
            and self.admin_site.is_registered(field.remote_field.model)
            and self.admin_site.get_model_admin(field.remote_field.model).search_fields
        ]


class RelationFilter(admin.FieldListFilter):
    """List filter over a foreign key: the record to filter by is searched, not listed."""

    template = "admin/relation_filter.html"

    def __init__(  # noqa: PLR0917 - Django's signature
        self, field: Any, request: Any, params: Any, model: Any, model_admin: Any, field_path: str
    ) -> None:
        self.lookup_kwarg = (
            f"{field_path}__{field.target_field.name if field.many_to_one else 'id'}__exact"
        )
        self.site: AdminSite = model_admin.admin_site
        super().__init__(field, request, params, model, model_admin, field_path)

    def expected_parameters(self) -> list[str | None]:
        return [self.lookup_kwarg]

    def has_output(self) -> bool:
        """Show the filter always: counting its choices would cost a query."""
        return True

    def choices(self, changelist: Any) -> Iterator[Any]:
        """Return what the template's form needs: the widget, the other filters, and the address without this one."""
        given = self.used_parameters.get(self.lookup_kwarg)
        value = given[-1] if isinstance(given, list) else given
        widget = RecordSelect(self.field, self.site)
        widget.is_required = False
        kept = {
            name: each
            for name, values in changelist.filter_params.items()
            for each in values
            if name not in {self.lookup_kwarg, "p"}
        }
        if changelist.query:
            kept["q"] = changelist.query
        yield {
            "widget": widget.render(self.lookup_kwarg, value, {"id": f"filter-{self.field_path}"}),
            "kept": kept,
            "clear": changelist.get_query_string(remove=[self.lookup_kwarg]),
            "is_set": bool(value),
        }
