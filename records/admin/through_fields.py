"""A field for several records in the form of a part, kept as rows of a through table: a participant's capacities.

Django's inlines do not nest, and a row of one field needs no form of its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin

from records.admin.boxes import RecordsChoice, RecordSelectMultiple
from records.admin.forms import DeskForm
from records.admin.relations import selectable

if TYPE_CHECKING:
    from django.db.models import Model


class ThroughField(RecordsChoice):
    """The records that rows of `through` name by their foreign key `to`."""

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

        `rows` is the accessor of the rows, which the inline prefetches. The field keeps the rows that have these `values`,
        and makes rows with them; or, with `others`, the rows that do not have those values, which belong to another field
        of the form. `narrow` names the field of the same row whose choice narrows the search.
        """
        field: Any = through._meta.get_field(to)
        self.to, self.through = field, through
        self.rows, self.values, self.others = rows, values or {}, others
        attrs = {"data-narrow-field": narrow} if narrow else None
        super().__init__(
            selectable(field.remote_field.model),
            required=False,
            widget=RecordSelectMultiple(field, admin.site, attrs=attrs),
            **kwargs,
        )

    def rows_of(self, part: Any) -> dict[Any, Any]:
        """Return this field's rows of a part, by the key of the record that each names."""
        rows = getattr(part, self.rows).all() if part.pk else []
        return {getattr(row, self.to.attname): row for row in rows if self._is_own(row)}

    def row_of(self, part: Any, record: Any) -> Any:
        """Return a new row that names a record."""
        own: Any = type(part)._meta.get_field(self.rows)
        return self.through(**{own.field.name: part, self.to.name: record}, **self.values)

    def read_with(self, row: Any, name: str) -> list[Any]:  # noqa: ARG002 - as of other fields
        rows = self.rows_of(row).values()
        return [each._state.fields_cache.get(self.to.name) for each in rows]

    def _is_own(self, row: Any) -> bool:
        if self.others:
            return not _has(row, self.others)
        return _has(row, self.values)


def _has(row: Any, values: dict[str, str]) -> bool:
    return all(getattr(row, name) == value for name, value in values.items())


class ThroughForm(DeskForm):
    """Form of a part with such fields."""

    #: Of a new part: where its rows wait to be written with those of other new parts.
    waiting: dict[type[Model], list[Model]] | None = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self._through_fields():
            self.initial.setdefault(name, list(field.rows_of(self.instance)))

    def _save_m2m(self) -> None:
        super()._save_m2m()  # type: ignore[misc]
        is_new = self.waiting is not None
        changed = [
            (
                field,
                {} if is_new else field.rows_of(self.instance),
                {each.pk: each for each in self.cleaned_data[name]},
            )
            for name, field in self._through_fields()
            if name in self.changed_data
        ]
        # All deletions first: a record may move from one field to another.
        for _field, rows, chosen in changed:
            for key in rows.keys() - chosen.keys():
                rows[key].delete()
        for field, rows, chosen in changed:
            new = [
                field.row_of(self.instance, record)
                for key, record in chosen.items()
                if key not in rows
            ]
            self._write(field.through, new)

    def _write(self, through: type[Model], rows: list[Any]) -> None:
        if self.waiting is not None:
            self.waiting.setdefault(through, []).extend(rows)
        elif rows:
            through._base_manager.bulk_create(rows)

    def _through_fields(self) -> list[tuple[str, ThroughField]]:
        return [
            (name, field) for name, field in self.fields.items() if isinstance(field, ThroughField)
        ]
