"""Rows that belong to a record, edited in its form."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Self

from django.contrib.admin.widgets import AdminTextareaWidget
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Prefetch
from django.utils.functional import cached_property

from records.admin.boxes import offer_new
from records.admin.conflict import sent_keys
from records.admin.forms import CitationForm, Lines, dated
from records.admin.generics import AnyFormSet, AnyInline
from records.admin.relations import Relations, marked_up_texts, shown_related

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from django.db.models import QuerySet
    from django.http import HttpRequest

#: Rows of one kind of part that a form shows at once.
ROWS_PER_PAGE = 40
#: Rows that one submitted form may hold: those of a page and new ones.
MOST_ROWS = 150


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


class PagedFormSet(AnyFormSet):
    """The rows of one page.

    A treaty has hundreds of actions, and a form with all of them takes many seconds to make. The form is sent to its own
    address, so that saving reads the same page.
    """

    #: Set on the class made for the request.
    page: ClassVar[int] = 1

    def get_queryset(self) -> Any:
        """Return the rows of the page; of a form that was sent, those that it has, whatever stands before them by now."""
        if not hasattr(self, "_rows"):
            if self.is_bound:
                self.show(sent_keys(self.data, str(self.prefix)).values())
            else:
                self._rows = self._page_rows[:ROWS_PER_PAGE]
        return self._rows

    @cached_property
    def empty_form(self) -> Any:
        """The form of a row to be added. A page asks for it four times, and Django makes it each time."""
        return super().empty_form

    def show(self, keys: Iterable[str]) -> None:
        """Take the rows with these keys that are there, in place of a page."""
        self._rows = list(super().get_queryset().filter(pk__in=list(keys)))

    @cached_property
    def _page_rows(self) -> list[Any]:
        first = (self.page - 1) * ROWS_PER_PAGE
        return list(super().get_queryset()[first : first + ROWS_PER_PAGE + 1])

    @property
    def has_next(self) -> bool:
        return len(self._page_rows) > ROWS_PER_PAGE

    def save_existing(self, form: Any, obj: Any, commit: bool = True) -> Any:  # noqa: ARG002, FBT001, FBT002 - Django's signature
        row = form.save(commit=False)
        if commit:
            save_changed(row)
            form.save_m2m()
        return row

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


class PartInline(Relations, AnyInline):
    """Base of all inlines. Who may edit a record may edit its parts, which have no permissions of their own."""

    template = "admin/edit_inline/stacked.html"
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
        page = request.GET.get(f"{formset.get_default_prefix()}-page", "")
        is_number = page.isascii() and page.isdigit() and len(page) < 6
        formset.page = max(int(page), 1) if is_number else 1
        return formset

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Read with the parts the records that they name, for the heading of each part shows them."""
        # The record itself is among them: the headings of some parts show it too.
        rows = super().get_queryset(request)
        return rows.select_related(*self._shown_related()).prefetch_related(
            *map(self._prefetch, self.prefetched)
        )

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

    template = "admin/edit_inline/tabular.html"


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
