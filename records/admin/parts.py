"""Rows that belong to a record, edited in its form."""

from __future__ import annotations

from functools import cache
from operator import attrgetter
from typing import TYPE_CHECKING, Any, ClassVar, Self

from django.contrib.admin.widgets import AdminTextareaWidget
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import ForeignKey, Prefetch
from django.forms.models import _get_foreign_key
from django.forms.utils import pretty_name
from django.utils.functional import cached_property
from django.utils.text import capfirst

from records.admin.boxes import RecordChoice, RecordsChoice, offer_new, read_chosen
from records.admin.conflict import MOST_ROWS, sent_keys
from records.admin.forms import CitationForm, DeskForm, Lines, dated
from records.admin.generics import AnyFormSet, AnyInline
from records.admin.relations import Relations, marked_up_texts, shown_related

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from django.db.models import QuerySet
    from django.http import HttpRequest

    from records.admin.pasted import Paste

#: So many rows are all shown as forms; where there are more, each is a line of a table until it is opened.
FEW = 10


#: The parameter that asks for the form of an opened row alone; its value is the prefix of the rows.
ONE = "_one"


def _numbers(texts: Iterable[str], *, below: int) -> list[int]:
    numbers = [int(text) for text in texts if text.isascii() and text.isdigit() and len(text) < 20]
    return [number for number in numbers if number < below]


def save_changed(row: models.Model) -> None:
    """Write a row that a form has changed, and only the columns in which it differs: what the form left alone stays as it is.

    Call while its record is held (`records.publishing.locks.hold`), so that nobody writes between reading and writing.
    """
    fields = [field for field in row._meta.concrete_fields if not field.primary_key]
    (there,) = (
        type(row)._base_manager.filter(pk=row.pk).values_list(*(field.attname for field in fields))
    )
    row.save(
        update_fields=[
            field.name
            for field, value in zip(fields, there, strict=True)
            if getattr(row, field.attname) != value
        ]
    )


@cache
def _numbers_in_order(model: Any) -> tuple[str, ...]:
    """Return the fields by which rows of a model are in order, where these are numbers; nothing else is compared here as in the database."""
    ordering = model._meta.ordering
    names = [name for name in ordering if isinstance(name, str)]
    fields = [model._meta.pk if name == "pk" else model._meta.get_field(name) for name in names]
    if len(fields) < len(ordering) or not all(
        isinstance(field, models.IntegerField) and not field.null for field in fields
    ):
        return ()
    return tuple(field.attname for field in fields)


def own_key(parent: type[models.Model], inline: Any) -> ForeignKey[Any, Any]:
    """Return the foreign key by which the rows of an inline belong to a record."""
    key: ForeignKey[Any, Any] = _get_foreign_key(parent, inline.model, fk_name=inline.fk_name)
    return key


def keys_of(own: ForeignKey[Any, Any]) -> str:
    """Return the attribute of a record that was read for its form that has the keys of its parts: `FEW` of them, and one more."""
    return f"keys_of_{own.model._meta.model_name}_by_{own.name}"


class PagedFormSet(AnyFormSet):
    """The rows that are edited: of few rows all, of many those that are opened. Saving leaves all others as they are.

    A treaty has hundreds of actions, and a form with all of them takes many seconds to make.
    """

    #: Set on the class made for the request: the page, the keys of rows to open, and whether the answer is one row alone.
    page: ClassVar[int] = 1
    opened: ClassVar[frozenset[int]] = frozenset()
    is_alone: ClassVar[bool] = False

    #: Of its inline.
    per_page: ClassVar[int] = 1
    read_for_lines: ClassVar[Sequence[str]] = ()

    def get_queryset(self) -> Any:
        """Return the rows that are forms; of a form that was sent, those that it has, whatever stands before them by now."""
        if not hasattr(self, "_rows"):
            if self.is_bound:
                self.show(sent_keys(self.data, str(self.prefix)).values())
            elif self.few_rows is not None:
                self._rows = self.few_rows
            elif self.opened:
                self.show(map(str, self.opened))
            else:
                self._rows = []
        return self._rows

    @cached_property
    def empty_form(self) -> Any:
        """The form of a row to be added. A page asks for it four times, and Django makes it each time."""
        return super().empty_form

    def add_fields(self, form: Any, index: int | None) -> None:
        """Give the form the records that were read for all rows at once."""
        super().add_fields(form, index)
        if not self.is_bound:
            return
        own_key = form.fields[self._pk_field.name]  # type: ignore[attr-defined] # Django's, without a type
        if not isinstance(own_key, RecordChoice):
            field = RecordChoice(own_key.queryset, required=False, widget=own_key.widget)
            field.initial = own_key.initial
            field.known = {} if form.instance.pk is None else {str(form.instance.pk): form.instance}
            form.fields[self._pk_field.name] = field  # type: ignore[attr-defined]
        for name, known in self._chosen.items():
            form.fields[name].known = known

    @cached_property
    def _chosen(self) -> dict[str, dict[str, models.Model]]:
        """The records that are chosen in the form that was sent, by the fields of rows."""
        found = {}
        rows = self.get_queryset()
        for name, field in self.form.base_fields.items():
            if isinstance(field, RecordChoice | RecordsChoice):
                keys = [
                    key
                    for number in range(self.total_form_count())
                    for key in self.data.getlist(f"{self.prefix}-{number}-{name}")  # type: ignore[attr-defined] # a query
                    if key
                ]
                there = [each for row in rows for each in field.read_with(row, name)]
                found[name] = read_chosen(field, keys, there)
        return found

    def show(self, keys: Iterable[str]) -> None:
        """Take the rows with these keys that are there, in place of a page."""
        self._rows = self._read(super().get_queryset().filter(pk__in=list(keys)))

    def _read(self, rows: QuerySet[Any]) -> list[Any]:
        """Read rows, and give them the record that is at hand: their headings and checks ask for it."""
        found = list(rows)
        for row in found:
            setattr(row, self.fk.name, self.instance)
        return found

    def of_others(self, keys: Iterable[str]) -> Self:
        """Return the rows that are there beside those with these keys, as unbound forms."""
        others = type(self)(instance=self.instance, prefix=self.prefix, queryset=self.queryset)
        rows = super().get_queryset().exclude(pk__in=list(keys))
        others.show(map(str, rows.values_list("pk", flat=True)[:MOST_ROWS]))
        return others

    def as_saved(self, name: str, values: list[str]) -> list[str]:  # noqa: ARG002 - for formsets that change
        """Return the values of a field of a new row as the row has them once it is saved."""
        return values

    @cached_property
    def few_rows(self) -> list[Any] | None:
        """All rows, where they are few. None are not asked for, nor are the first of many."""
        if self.page > 1 or self.is_alone:
            return None
        keys = getattr(self.instance, keys_of(self.fk), None)
        if keys is not None and len(keys) > FEW:
            return None
        if keys == []:
            return []
        found = super().get_queryset()
        model: Any = self.model
        numbers = _numbers_in_order(model)
        if keys and numbers:
            # For an ORDER BY, Django compares all columns that are read; so few are sorted here.
            rows = sorted(self._read(found.order_by()[: FEW + 1]), key=attrgetter(*numbers))
        else:
            rows = self._read(found[: FEW + 1])
        return rows if len(rows) <= FEW else None

    @cached_property
    def _read_rows(self) -> list[Any]:
        """The rows of the page and one more, as they are now: what their lines show of them."""
        if self.few_rows is not None:
            return self.few_rows
        rows = super().get_queryset()
        if self.read_for_lines:
            related = {name.rpartition("__")[0] for name in self.read_for_lines} - {""}
            rows = rows.select_related(None).prefetch_related(None)
            rows = rows.select_related(*related) if related else rows
            rows = rows.only(*self.read_for_lines)
        first = (self.page - 1) * self.per_page
        return self._read(rows[first : first + self.per_page + 1])

    @property
    def page_rows(self) -> list[Any]:
        return self._read_rows[: self.per_page]

    @property
    def has_next(self) -> bool:
        return len(self._read_rows) > self.per_page

    def save_existing(self, form: Any, obj: Any, commit: bool = True) -> Any:  # noqa: ARG002, FBT001, FBT002 - Django's signature
        row = form.save(commit=False)
        if commit:
            save_changed(row)
            form.save_m2m()
        return row

    def save_new_objects(self, commit: bool = True) -> list[Any]:  # noqa: FBT001, FBT002 - Django's signature
        """Write new rows by one statement, and what belongs to them by one more for each kind: 500 may be pasted."""
        forms = [
            form
            for form in self.extra_forms
            if form.has_changed() and not self._should_delete_form(form)  # type: ignore[attr-defined] # Django's, without a type
        ]
        self.new_objects = [self.save_new(form, commit=False) for form in forms]
        if not commit:
            self.saved_forms += forms
            return self.new_objects
        self.form._meta.model._base_manager.bulk_create(self.new_objects)
        waiting: dict[type[models.Model], list[models.Model]] = {}
        for form in forms:
            form.waiting = waiting
            form.save_m2m()
        for model, rows in waiting.items():
            model._base_manager.bulk_create(rows)
        return self.new_objects

    @property
    def page_parameter(self) -> str:
        return f"{self.prefix}-page"

    def other_pages(self, request: HttpRequest) -> list[tuple[str, str]]:
        """Return (query, words) of the page before and of the page after."""
        pages = []
        if self.page > 1:
            pages.append((self.page - 1, "Previous rows"))
        if self.has_next:
            pages.append((self.page + 1, "Next rows"))
        return [(self._query(request, page), words) for page, words in pages]

    def _query(self, request: HttpRequest, page: int) -> str:
        query = request.GET.copy()
        query[self.page_parameter] = str(page)
        return f"?{query.urlencode()}#{self.prefix}-group"


class TabularFormSet(PagedFormSet):
    """Rows of a table of fields, whose headings are no labels: each field says itself what it is."""

    def add_fields(self, form: Any, index: int | None) -> None:
        super().add_fields(form, index)
        for name, field in form.fields.items():
            if not field.widget.is_hidden:
                label = capfirst(field.label or pretty_name(name))
                field.widget.attrs.setdefault("aria-label", label)


class PartInline(Relations, AnyInline):
    """Base of all inlines. Who may edit a record may edit its parts, which have no permissions of their own."""

    template = "admin/edit_inline/stacked.html"
    #: Whether few rows are a table of fields.
    is_tabular: ClassVar[bool] = False
    form = DeskForm
    formset = PagedFormSet
    extra = 0
    max_num = MOST_ROWS
    formfield_overrides: ClassVar[dict[Any, Any]] = {
        ArrayField: {"form_class": Lines},
        models.TextField: {"widget": AdminTextareaWidget({"rows": 3})},
    }
    #: Rows of fields, as in fieldsets.
    rows: ClassVar[Sequence[str | Sequence[str]]] = ()
    #: Accessors of the part's own rows that fields of the form show.
    prefetched: ClassVar[Sequence[str]] = ()
    #: What may be pasted into it from a spreadsheet.
    paste: ClassVar[Paste | None] = None
    #: What a line of the table says of a row, as in a list: fields, or methods of the inline. The first opens the row.
    columns: ClassVar[Sequence[str]] = ("__str__",)
    #: The columns that lines show (`state__name`), where reading whole rows with all that they name takes long; and the rows
    #: that they show beside, as `prefetch_related` takes them.
    read_for_lines: ClassVar[Sequence[str]] = ()
    prefetched_for_lines: ClassVar[Sequence[str | Prefetch[Any]]] = ()
    #: Lines that a page shows.
    per_page: ClassVar[int] = 200

    @classmethod
    def of(cls, model: type[models.Model]) -> type[Self]:
        """Return this inline for a model that adds nothing to it."""
        return type(f"{model.__name__}Inline", (cls,), {"model": model, "__module__": __name__})

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        return [(None, {"fields": self.rows})] if self.rows else super().get_fieldsets(request, obj)

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        options = {"absolute_max": MOST_ROWS, "help_texts": marked_up_texts(self.model), **kwargs}
        formset: Any = super().get_formset(request, obj, **options)
        offer_new(formset.form, self.admin_site, request)
        prefix = formset.get_default_prefix()
        formset.page = max([1, *_numbers(request.GET.getlist(f"{prefix}-page"), below=100_000)])
        formset.opened = frozenset(_numbers(request.GET.getlist(f"{prefix}-open"), below=2**63))
        formset.per_page, formset.read_for_lines = self.per_page, self.read_for_lines
        formset.is_alone = request.GET.get(ONE) == prefix and request.method == "GET"
        return formset

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Read with the parts the records that they name, for the heading of each part shows them. The record itself is there."""
        rows = super().get_queryset(request)
        own = own_key(self.parent_model, type(self)).name
        if related := [name for name in self._shown_related() if name.partition("__")[0] != own]:
            rows = rows.select_related(*related)
        return rows.prefetch_related(*map(self._prefetch, self.prefetched))

    def _prefetch(self, accessor: str) -> Prefetch[Any]:
        relation: Any = self.model._meta.get_field(accessor)
        model = relation.related_model
        related = shown_related(self.admin_site, model)
        return Prefetch(accessor, model._default_manager.select_related(*related))

    def _has_permission(self, request: HttpRequest, *verbs: str) -> bool:
        opts = self.parent_model._meta
        rights = (f"{opts.app_label}.{verb}_{opts.model_name}" for verb in verbs)
        return any(request.user.has_perm(right) for right in rights)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002 - Django's signature
        return self._has_permission(request, "add", "change", "view")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002 - Django's signature
        return self._has_permission(request, "add", "change")

    has_add_permission = has_change_permission
    has_delete_permission = has_change_permission


class TabularPartInline(PartInline):
    """For parts of two or three short fields."""

    is_tabular = True
    template = "admin/edit_inline/tabular.html"
    formset = TabularFormSet


class IdentifierInline(TabularPartInline):
    """What other systems call the record."""

    fk_name = "record"
    verbose_name = "identifier"
    rows = (("scheme", "value"),)


class NameInline(PartInline):
    """Other names of the record, with ranks and titles of a person."""

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


class TopicInline(TabularPartInline):
    """Topics of the record."""

    verbose_name = "topic"
    rows = ("topic",)
