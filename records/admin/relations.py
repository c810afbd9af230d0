"""Fields that refer to other records: searched while typing, never listed in full."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.db.models import ForeignKey, Model
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from records.admin.boxes import RecordChoice, RecordSelect
from records.admin.generics import AnyAdmin
from records.models import EditorialState, Record

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.contrib.admin import AdminSite
    from django.db.models import QuerySet
    from django.http import HttpRequest


def marked_up(help_text: str) -> SafeString:
    """Return a help text with `code` set as code; in the API's documentation it is Markdown."""
    return mark_safe(re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(help_text)))  # noqa: S308 - escaped


def selectable(model: type[Model]) -> QuerySet[Any]:
    """Return the rows that a field may name. Not a merged record: its survivor takes its place."""
    rows = model._default_manager.all()
    if issubclass(model, Record):
        return rows.exclude(editorial_state=EditorialState.MERGED)
    return rows


class Relations(AnyAdmin):
    """Base of records' forms and of the inlines in them: each foreign key to a record is searched."""

    def get_autocomplete_fields(self, request: HttpRequest) -> list[str]:  # noqa: ARG002 - Django's signature
        """Return all foreign keys whose model can be searched, so that no class has to list them."""
        return [field.name for field in self._searched()]

    def formfield_for_foreignkey(
        self, db_field: ForeignKey[Any, Any], request: HttpRequest, **kwargs: Any
    ) -> Any:
        if db_field in self._searched():
            kwargs.setdefault("widget", RecordSelect(db_field, self.admin_site))
            kwargs.setdefault("form_class", RecordChoice)
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
