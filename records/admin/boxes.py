"""The boxes in which records are chosen: a `<select>` with what is chosen, which `record-box.js` makes a searched combobox."""

from __future__ import annotations

from collections import defaultdict
from contextlib import suppress
from copy import deepcopy
from typing import TYPE_CHECKING, Any, ClassVar, Self, TypeVar

from django import forms
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.http import urlencode
from django.utils.safestring import mark_safe

from config.form_html import attributes, text_of
from records.admin.generics import AnyAdmin, AnyChoice, AnyMultipleChoice

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from django.contrib.admin import AdminSite
    from django.db.models import Model, QuerySet
    from django.forms.renderers import BaseRenderer
    from django.http import HttpRequest
    from django.utils.safestring import SafeString

    from records.lookup.reading import Days

    #: The label and the hint of a record.
    Shown = tuple[str, str]


T = TypeVar("T")


class RecordSelect(forms.Select):
    """A searched foreign key. The chosen record is shown as in the search results: its label, and a hint below.

    Without JavaScript it shows and keeps what is chosen. Attributes of the `<select>` narrow the search:
    `data-narrow-field` names a field of the same row, or of the form, whose choice is sent with it; `data-narrow` is a
    fixed parameter.
    """

    class Media:
        css: ClassVar[dict[str, list[str]]] = {"all": ["records/record-box.css"]}
        js: ClassVar[list[str]] = ["records/record-box.js"]

    #: What chosen rows show by key, where `show_chosen` has read them.
    known: Mapping[str, Shown] = {}
    #: Where a record of this kind is made, for people who may.
    address_of_new = ""

    def __init__(self, field: Any, site: AdminSite, attrs: dict[str, Any] | None = None) -> None:
        super().__init__({"class": "record-select", **(attrs or {})})
        self.field, self.site = field, site

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        copied = _copy_of(self)
        copied.attrs = self.attrs.copy()
        return copied

    @property
    def model(self) -> type[Model]:
        model: type[Model] = self.field.remote_field.model
        return model

    def use_required_attribute(self, initial: Any) -> bool:  # noqa: ARG002 - Django's signature
        """Return False: browsers do not show what is missing in a `<select>` that is hidden. The form reports it."""
        return False

    def shown(self, value: Any) -> list[tuple[str, Shown]]:
        """Return what is chosen, with what is shown of it. A malformed or unknown key is left out: the form reports it."""
        chosen = chosen_keys(self, value)
        shown = {key: self.known[key] for key in chosen if key in self.known}
        if missing := [key for key in chosen if key not in shown]:
            shown |= shown_as(self.site, self.model, missing)
        return [(key, shown[key]) for key in chosen if key in shown]

    def render(
        self,
        name: str,
        value: Any,
        attrs: dict[str, Any] | None = None,
        renderer: BaseRenderer | None = None,  # noqa: ARG002 - Django's signature
    ) -> SafeString:
        """Render the `<select>`, and beside it the element that the script makes a box of. A template for each would take long."""
        on_select = {
            **self.build_attrs(self.attrs, attrs),
            "name": name,
            "multiple": self.allow_multiple_selected,
            "aria-required": "true" if self.is_required else False,
        }
        options = "".join(
            f"<option{attributes({'value': key, 'data-hint': hint or False})} selected>{text_of(label)}</option>"
            for key, (label, hint) in self.shown(value)
        )
        # Of required fields too: Django's pop-ups add options to all boxes of a kind, and a browser chooses the first where none is blank.
        blank = "" if self.allow_multiple_selected else '<option value=""></option>'
        return mark_safe(  # noqa: S308 - its texts are escaped one by one
            f"<select{attributes(on_select)}>{blank}{options}</select>{self._box}"
        )

    @cached_property
    def _box(self) -> str:
        """The element that the script makes a box of."""
        opts = self.field.model._meta
        query = {
            "app_label": opts.app_label,
            "model_name": opts.model_name,
            "field_name": self.field.name,
        }
        box = {
            "data-address": f"{reverse(f'{self.site.name}:autocomplete')}?{urlencode(query)}",
            "data-noun": str(self.model._meta.verbose_name),
            "data-new": self.address_of_new or False,
        }
        return f"<record-box{attributes(box)}></record-box>"

    def offer(self, address_of_new: str) -> None:
        """Offer to make a record there. A form has many copies of its boxes, all of which have the same element then."""
        self.__dict__.pop("_box", None)
        self.address_of_new = address_of_new
        self._box  # noqa: B018 - kept


class RecordSelectMultiple(RecordSelect, forms.SelectMultiple):
    """Several records at once."""

    allow_multiple_selected = True


def _copy_of(made: T) -> T:
    """Return a shallow copy: `copy` asks each object how it is made, and a form has hundreds."""
    copied = object.__new__(type(made))
    vars(copied).update(vars(made))
    return copied


class _Searched(AnyChoice):
    """A choice that is searched: nobody lists what may be chosen, so that copies of the field share it."""

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        copied = _copy_of(self)
        copied.widget = deepcopy(self.widget, memo)
        copied.error_messages = self.error_messages.copy()
        copied.validators = self.validators[:]
        return copied


class RecordChoice(_Searched):
    """A record, which a form looks up unless it was read with others (`read_chosen`)."""

    #: Records that may be chosen and were read, by their keys.
    known: Mapping[str, Model] = {}

    def read_with(self, row: Model, name: str) -> list[Model | None]:
        """Return the record that a row names in this field, as far as it was read with the row."""
        return [row._state.fields_cache.get(name)]

    def to_python(self, value: Any) -> Any:
        found = self.known.get(value) if isinstance(value, str) else None
        return super().to_python(value) if found is None else found


class RecordsChoice(_Searched, AnyMultipleChoice):
    """Several records, which a form looks up unless they were all read with others."""

    #: As of `RecordChoice`.
    known: Mapping[str, Model] = {}

    def read_with(self, row: Model, name: str) -> list[Model | None]:  # noqa: ARG002 - as of `RecordChoice`
        return []

    def _check_values(self, value: Any) -> Any:
        found = [self.known.get(each) if isinstance(each, str) else None for each in value]
        if None in found:
            return super()._check_values(value)  # type: ignore[misc] # Django's, without a type
        return found


def read_chosen(
    field: RecordChoice | RecordsChoice, keys: Iterable[str], there: Iterable[Model | None]
) -> dict[str, Model]:
    """Return the records with these keys that may be chosen: those that are there already, the others by one query."""
    known = {
        str(row.pk): row
        for row in there
        if row is not None and getattr(row, "merged_into_id", None) is None
    }
    column = field.queryset.model._meta.pk  # type: ignore[union-attr] # a record's field has one
    missing = set()
    for key in set(keys) - known.keys():
        with suppress(ValidationError):
            missing.add(column.to_python(key))
    if missing:
        known |= {str(row.pk): row for row in field.queryset.filter(pk__in=missing)}  # type: ignore[union-attr]
    return known


class Labelled(AnyAdmin):
    """An admin class whose rows have labels that differ in a search."""

    #: Foreign keys that the label shows.
    label_related: ClassVar[Sequence[str]] = ()

    def labelled(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.select_related(*self.label_related) if self.label_related else queryset

    def is_labelled(self, row: Any) -> bool:
        """Whether a row that was read with another has all that its label shows."""
        return all(_is_read(row, path) for path in self.label_related)

    def label(self, row: Any) -> str:
        """Return the label of a row read by `labelled`."""
        return self.label_of(row)

    def label_of(self, row: Any) -> str:
        return str(row)


def _is_read(row: Any, path: str) -> bool:
    """Whether rows that a row names, over foreign keys, were read with it."""
    for name in path.split("__"):
        if row is not None:
            if name not in row._state.fields_cache:
                return False
            row = row._state.fields_cache[name]
    return True


def boxes_of(fields: Iterable[Any]) -> list[RecordSelect]:
    """Return the boxes among the widgets of fields, those within Django's wrapper with buttons too."""
    widgets = [getattr(field.widget, "widget", field.widget) for field in fields]
    return [widget for widget in widgets if isinstance(widget, RecordSelect)]


def chosen_keys(widget: RecordSelect, value: Any) -> list[str]:
    values = value if isinstance(value, list | tuple) else [value]
    key = widget.model._meta.pk
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
    return {str(row.pk): _label(desk, row, plain=plain) for row in _rows(desk, model, keys)}


def shown_as(
    site: AdminSite,
    model: type[Model],
    keys: Collection[str],
    on: Days | None = None,
    read: Iterable[Model] = (),
) -> dict[str, Shown]:
    """Return what boxes show of rows that are chosen: labels in one query, hints in one more where they need it.

    Those among `read` are not read again, where they have all that a label shows.
    """
    desk = site.get_model_admin(model)
    there = {
        str(row.pk): row for row in read if not isinstance(desk, Labelled) or desk.is_labelled(row)
    }
    rows = [there[key] for key in keys if key in there]
    if missing := [key for key in keys if key not in there]:
        rows += _rows(desk, model, missing)
    hints = desk.hints(rows, on) if rows and hasattr(desk, "hints") else {}
    return {str(row.pk): (_label(desk, row), hints.get(row.pk, "")) for row in rows}


def _rows(desk: Any, model: type[Model], keys: Iterable[str]) -> list[Any]:
    rows = model._default_manager.order_by().filter(pk__in=list(keys))
    return list(desk.labelled(rows) if isinstance(desk, Labelled) else rows)


def _label(desk: Any, row: Any, *, plain: bool = False) -> str:
    if not isinstance(desk, Labelled):
        return str(row)
    return desk.label_of(row) if plain else desk.label(row)


def show_chosen(
    site: AdminSite, all_forms: Iterable[forms.BaseForm], on: Days | None = None
) -> None:
    """Give the boxes of these forms what they show of the records that are chosen in them: for all forms at once.

    The hints are those of the days that it is all about.
    """
    boxes: list[RecordSelect] = []
    chosen: dict[type[Model], set[str]] = {}
    read: defaultdict[type[Model], list[Model]] = defaultdict(list)
    for form in all_forms:
        for row in _read_with(getattr(form, "instance", None)):
            read[type(row)].append(row)
        for bound in form:
            for box in boxes_of([bound.field]):
                boxes.append(box)
                chosen.setdefault(box.model, set()).update(chosen_keys(box, bound.value()))
    known = {
        model: shown_as(site, model, keys, on, read[model]) if keys else {}
        for model, keys in chosen.items()
    }
    for box in boxes:
        box.known = known[box.model]


def _read_with(instance: Any) -> Iterator[Model]:
    """Yield the rows that were read with a row: those that it names, and those that its prefetched rows name."""
    if instance is None:
        return
    prefetched = getattr(instance, "_prefetched_objects_cache", {}).values()
    for each in (instance, *(row for rows in prefetched for row in rows)):
        yield from (row for row in each._state.fields_cache.values() if row is not None)


def offer_new(form: Any, site: AdminSite, request: HttpRequest) -> None:
    """Let the boxes of a form, which was made for this request, offer to make what is not found, to people who may."""
    for name, field in list(form.base_fields.items()):
        if not boxes_of([field]):
            continue
        if name in form.declared_fields:  # one object for all requests
            form.base_fields[name] = deepcopy(field)
        (box,) = boxes_of([form.base_fields[name]])
        opts = box.model._meta
        may_add = site.is_registered(box.model) and site.get_model_admin(
            box.model
        ).has_add_permission(request)
        box.offer(reverse(f"{site.name}:{opts.app_label}_{opts.model_name}_add") if may_add else "")
