"""Several records in one field of a part's form, where a table of its own holds them: a participant's capacities."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin

from records.admin.relations import RecordSelectMultiple
from records.models import EditorialState, Record

if TYPE_CHECKING:
    from django.db.models import Model

    _MultipleChoice = forms.ModelMultipleChoiceField[Any]
    _ModelForm = forms.ModelForm[Any]
else:
    _MultipleChoice = forms.ModelMultipleChoiceField
    _ModelForm = forms.ModelForm


class Several(_MultipleChoice):
    """The records that rows of `through` name, among those rows that have the `values`.

    Django's inlines do not nest, and a row of one field needs no form of its own.
    """

    def __init__(
        self,
        through: type[Model],
        to: str,
        *,
        rows: str,
        narrow: str = "",
        values: dict[str, str] | None = None,
        others: dict[str, str] | None = None,
        **kwargs: Any,
    ) -> None:
        """Declare the field.

        `rows` is the accessor of the rows, which the inline prefetches; `to` the foreign key in them. Rows are made with
        `values`. `others` are values of rows that belong to another field of the form. `narrow` names the field of the
        same row whose choice narrows the search.
        """
        target: Any = through._meta.get_field(to)
        self.to, self.rows, self.values, self.others = target, rows, values or {}, others or {}
        model = target.remote_field.model
        queryset = model._default_manager.all()
        if issubclass(model, Record):
            queryset = queryset.exclude(editorial_state=EditorialState.MERGED)
        widget = RecordSelectMultiple(
            target, admin.site, attrs={"data-narrow-field": narrow} if narrow else None
        )
        super().__init__(queryset, required=False, widget=widget, **kwargs)

    def rows_of(self, part: Any) -> list[Any]:
        """Return the rows of a part that are this field's."""
        rows = list(getattr(part, self.rows).all()) if part.pk else []
        if self.others:
            return [row for row in rows if not _has(row, self.others)]
        return [row for row in rows if _has(row, self.values)]

    def remove(self, part: Any, chosen: Any) -> None:
        """Delete the rows that were not chosen."""
        keys = {record.pk for record in chosen}
        for row in self.rows_of(part):
            if getattr(row, self.to.attname) not in keys:
                row.delete()

    def add(self, part: Any, chosen: Any) -> None:
        """Make the rows that are not there; those that stay are not touched."""
        there = {getattr(row, self.to.attname) for row in self.rows_of(part)}
        for record in chosen:
            if record.pk not in there:
                getattr(part, self.rows).create(**{self.to.name: record}, **self.values)


def _has(row: Any, values: dict[str, str]) -> bool:
    return all(getattr(row, name) == value for name, value in values.items())


class SeveralForm(_ModelForm):
    """Form of a part with such fields."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self._several():
            self.initial.setdefault(
                name, [getattr(row, field.to.attname) for row in field.rows_of(self.instance)]
            )

    def _save_m2m(self) -> None:
        super()._save_m2m()  # type: ignore[misc]
        changed = [
            (field, self.cleaned_data[name])
            for name, field in self._several()
            if name in self.changed_data
        ]
        # All that goes before all that comes: a record may move from one field to another.
        for field, chosen in changed:
            field.remove(self.instance, chosen)
        for field, chosen in changed:
            field.add(self.instance, chosen)

    def _several(self) -> list[tuple[str, Several]]:
        return [(name, field) for name, field in self.fields.items() if isinstance(field, Several)]
