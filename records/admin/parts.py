"""Rows that belong to a record, edited in its form."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib import admin
from django.contrib.postgres.fields import ArrayField
from django.db import models

from records.admin.forms import CitationForm, Lines, dated
from records.admin.relations import Labelled, Relations

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db.models import QuerySet
    from django.http import HttpRequest

    _Inline = admin.options.InlineModelAdmin[Any, Any]
else:
    _Inline = admin.options.InlineModelAdmin


class PartInline(Relations, _Inline):
    """Base of all inlines. Whoever may edit a record may edit its parts: they have no rights of their own."""

    template = "admin/edit_inline/stacked.html"
    extra = 0
    formfield_overrides: ClassVar[dict[Any, Any]] = {
        ArrayField: {"form_class": Lines},
        models.TextField: {"widget": admin.widgets.AdminTextareaWidget({"rows": 3})},
    }
    #: Rows of fields, as in fieldsets.
    rows: ClassVar[Sequence[str | Sequence[str]]] = ()
    #: Rows of the parts' own that fields of the form hold.
    prefetched: ClassVar[Sequence[str]] = ()

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Show the declared rows."""
        return [(None, {"fields": self.rows})] if self.rows else super().get_fieldsets(request, obj)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Read what parts name along with them: the heading of each says what it is."""
        return super().get_queryset(request).select_related(*self._named()).prefetch_related(*self.prefetched)

    def _named(self) -> list[str]:
        paths = []
        for field in self._searched():
            paths.append(field.name)
            desk = self.admin_site.get_model_admin(field.remote_field.model)
            paths += [f"{field.name}__{name}" for name in getattr(desk, "label_related", ())]
        return [path for path in paths if path.partition("__")[0] != self._owner()]

    def _owner(self) -> str:
        return self.model.part_of.partition("__")[0]

    def _may_edit(self, request: HttpRequest) -> bool:
        app, name = self.parent_model._meta.app_label, self.parent_model._meta.model_name
        return any(request.user.has_perm(f"{app}.{verb}_{name}") for verb in ("add", "change"))

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002 - Django's signature
        """With the record."""
        app, name = self.parent_model._meta.app_label, self.parent_model._meta.model_name
        return self._may_edit(request) or request.user.has_perm(f"{app}.view_{name}")

    def has_add_permission(self, request: HttpRequest, obj: Any) -> bool:  # noqa: ARG002 - Django's signature
        """With the record."""
        return self._may_edit(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002 - Django's signature
        """With the record."""
        return self._may_edit(request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002 - Django's signature
        """With the record."""
        return self._may_edit(request)


class TabularPartInline(PartInline):
    """For parts of two or three short fields."""

    template = "admin/edit_inline/tabular.html"


class IdentifierInline(TabularPartInline):
    """What other systems call the record."""

    fk_name = "record"
    verbose_name = "identifier"
    rows = (("scheme", "value"),)


class NameInline(PartInline):
    """Other names of the record."""

    fk_name = "record"
    verbose_name = "name"
    rows = (("name", "kind", "language", "script"), dated("start"), dated("end"))


class CitationInline(PartInline):
    """Sources of the record."""

    fk_name = "record"
    verbose_name = "citation"
    form = CitationForm
    rows = (
        ("source", "locator", "field"),
        ("evidence", "stance"),
        ("attributed_to_person", "attributed_to_organization", "attribution_text"),
    )


__all__ = ["CitationInline", "IdentifierInline", "Labelled", "NameInline", "PartInline", "TabularPartInline"]
