"""Fields that refer to other records: searched while typing, never listed in full."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Any, Self

from django.contrib.admin.widgets import RelatedFieldWidgetWrapper
from django.db.models import ForeignKey, Model
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe

from records.admin.boxes import Labelled, RecordChoice, RecordSelect
from records.admin.generics import AnyAdmin
from records.models import EditorialState, Record

if TYPE_CHECKING:
    from django.contrib.admin import AdminSite
    from django.db.models import QuerySet
    from django.http import HttpRequest


@cache
def marked_up(help_text: str) -> SafeString:
    """Return a help text with `code` set as code; in the API's documentation it is Markdown."""
    return mark_safe(re.sub(r"`([^`]+)`", r"<code>\1</code>", conditional_escape(help_text)))  # noqa: S308 - escaped


def marked_up_texts(model: type[Model]) -> dict[str, SafeString]:
    """Return the help texts with code in them, by field: Django shows those of fields that cannot be changed as the model has them."""
    fields = [*model._meta.concrete_fields, *model._meta.many_to_many]
    return {
        each.name: marked_up(str(each.help_text)) for each in fields if "`" in str(each.help_text)
    }


@cache
def selectable(model: type[Model]) -> QuerySet[Any]:
    """Return the rows that a field may name, for the field to copy. Not a merged record: its survivor takes its place."""
    rows = model._default_manager.all()
    if issubclass(model, Record):
        return rows.exclude(editorial_state=EditorialState.MERGED)
    return rows


class WithButtons(RelatedFieldWidgetWrapper):
    """A field of a record with buttons beside it, whose addresses are made once for all copies of the field."""

    _addresses: dict[str, str]

    @classmethod
    def of(cls, widget: RelatedFieldWidgetWrapper) -> Self:
        made = cls.__new__(cls)
        made.__dict__ = {**widget.__dict__, "_addresses": {}}
        return made

    def get_related_url(self, info: tuple[str, str], action: str, *args: Any) -> str:
        if action not in self._addresses:
            self._addresses[action] = super().get_related_url(info, action, *args)
        return self._addresses[action]


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
            if isinstance(field.widget, RelatedFieldWidgetWrapper):
                field.widget = WithButtons.of(field.widget)
                field.widget.can_delete_related = False
        return field

    def _shown_related(self) -> list[str]:
        """Return the foreign keys whose records a form shows, with what their labels show."""
        return shown_related(self.admin_site, self.model)

    def _searched(self) -> list[ForeignKey[Any, Any]]:
        return _searched_of(self.admin_site, self.model)


def shown_related(site: AdminSite, model: type[Model]) -> list[str]:
    """Return the searched foreign keys of a model, with what the labels of their records show."""
    related = []
    for field in _searched_of(site, model):
        desk = site.get_model_admin(field.remote_field.model)
        labels = desk.label_related if isinstance(desk, Labelled) else ()
        related += [field.name, *(f"{field.name}__{name}" for name in labels)]
    return related


def _searched_of(site: AdminSite, model: type[Model]) -> list[ForeignKey[Any, Any]]:
    return [
        field
        for field in model._meta.concrete_fields
        if isinstance(field, ForeignKey)
        and site.is_registered(field.remote_field.model)
        and site.get_model_admin(field.remote_field.model).search_fields
    ]
