"""Rows that belong to a record, edited in its form."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib import admin
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.forms.models import BaseInlineFormSet

from records.admin.forms import CitationForm, Lines, dated
from records.admin.relations import Labelled, Relations

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db.models import QuerySet
    from django.http import HttpRequest

    _Inline = admin.options.InlineModelAdmin[Any, Any]
    _FormSet = BaseInlineFormSet[Any, Any, Any]
else:
    _Inline = admin.options.InlineModelAdmin
    _FormSet = BaseInlineFormSet

#: Rows of one kind of part that a form shows at once.
ROWS_PER_PAGE = 40
#: Rows that one sending of the form may hold: those of a page and new ones.
MOST_ROWS = 150


class PagedFormSet(_FormSet):
    """The rows of one page.

    A treaty has hundreds of actions, and a form with all of them takes many seconds to make. The form is sent to its own
    address, so saving meets the same page.
    """

    #: Set on the class made for the request.
    page: ClassVar[int] = 1
    has_next = False

    def get_queryset(self) -> Any:
        """Return the rows of the page, as a list."""
        if not hasattr(self, "_rows"):
            first = (self.page - 1) * ROWS_PER_PAGE
            rows = list(super().get_queryset()[first : first + ROWS_PER_PAGE + 1])
            self.has_next = len(rows) > ROWS_PER_PAGE
            self._rows = rows[:ROWS_PER_PAGE]
        return self._rows

    @property
    def page_parameter(self) -> str:
        """The parameter that asks for another page."""
        return f"{self.prefix}-page"


class PartInline(Relations, _Inline):
    """Base of all inlines. Whoever may edit a record may edit its parts: they have no rights of their own."""

    template = "admin/edit_inline/stacked.html"
    formset = PagedFormSet
    extra = 0
    max_num = MOST_ROWS
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

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        """Show the page that was asked for."""
        formset: Any = super().get_formset(request, obj, **{"absolute_max": MOST_ROWS, **kwargs})
        asked = request.GET.get(f"{formset.get_default_prefix()}-page", "")
        formset.page = (
            int(asked)
            if asked.isascii() and asked.isdigit() and len(asked) < 6 and int(asked)
            else 1
        )
        return formset

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Read what parts name along with them: the heading of each says what it is."""
        return (
            super()
            .get_queryset(request)
            .select_related(*self._named())
            .prefetch_related(*self.prefetched)
        )

    def _named(self) -> list[str]:
        paths = []
        # The record itself is named in the heading of some parts, too.
        for field in self._searched():
            paths.append(field.name)
            desk = self.admin_site.get_model_admin(field.remote_field.model)
            paths += [f"{field.name}__{name}" for name in getattr(desk, "label_related", ())]
        return paths

    def _may_edit(self, request: HttpRequest) -> bool:
        app, name = self.parent_model._meta.app_label, self.parent_model._meta.model_name
        return any(request.user.has_perm(f"{app}.{verb}_{name}") for verb in ("add", "change"))

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002 - Django's signature
        """With the record."""
        app, name = self.parent_model._meta.app_label, self.parent_model._meta.model_name
        return self._may_edit(request) or request.user.has_perm(f"{app}.view_{name}")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002 - Django's signature
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


__all__ = [
    "CitationInline",
    "IdentifierInline",
    "Labelled",
    "NameInline",
    "PartInline",
    "TabularPartInline",
]
